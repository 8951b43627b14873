"""A running witness and a running time stamping service: what they confirm, and whom they stop."""

import contextlib
import json
import shutil
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from whosecopy.errors import AccessError, InputError, IntegrityError
from whosecopy.model import Recipient
from whosecopy.tlog import checkpoint, note, stamp
from whosecopy.vault import witnessing
from whosecopy.vault.events import events, record
from whosecopy.vault.log import advance, log_key
from whosecopy.vault.log_check import check_log
from whosecopy.vault.log_keys import rotate
from whosecopy.vault.store import Vault, create, open_vault
from whosecopy.vault.witnessing import ask_stamp, ask_witness, attestations, attested

NOW = "2031-05-06T07:08:09Z"


@pytest.fixture
def vault(tmp_path: Path):
    with create(tmp_path / "vault", tmp_path / "root.key", NOW) as made:
        yield made


def note_down(vault: Vault, count: int = 1) -> None:
    with vault.transaction() as tx:
        for k in range(count):
            record(tx, "note", {"k": k}, NOW)


class Neighbour:
    """A witness in a process of its own, as its operator would run it."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.process: subprocess.Popen[str] | None = None

    def start(self, *logs: str) -> "Neighbour":
        command = [sys.executable, "-W", "error", "-m", "whosecopy", "log", "serve-witness", "--json", "--port", "0"]
        command += ["--state", str(self.state), "--name", "witness.example"]
        for log in logs:
            command += ["--log", log]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        told = json.loads(self.process.stdout.readline())
        self.address, self.key, self.watches = told["address"], told["key"], told["watches"]
        return self

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def neighbour(tmp_path: Path, vault: Vault):
    one = Neighbour(tmp_path / "witness").start(log_key(vault))
    yield one
    one.kill()


def copy_of(vault: Vault, folder: Path) -> Vault:
    """The vault as it is now, with its log, to go back to."""
    vault.close()
    shutil.copytree(vault.folder, folder)
    return open_vault(folder, vault.folder.parent / "root.key")


def test_a_witness_cosigns_a_log_that_grows_and_the_record_keeps_it(vault: Vault, neighbour: Neighbour):
    note_down(vault, 5)
    first = ask_witness(vault, neighbour.address, neighbour.key, NOW)
    note_down(vault, 300)
    second = ask_witness(vault, neighbour.address, neighbour.key, NOW)
    again = ask_witness(vault, neighbour.address, neighbour.key, NOW)
    assert (first.size, second.size, again.size) == (6, 307, 308)
    with vault.snapshot() as tx:
        assert attestations(tx) == [first, second, again]
        assert attested(tx, 6, "2999-01-01T00:00:00Z") == first
        assert attested(tx, 7, "2999-01-01T00:00:00Z") == second
        assert attested(tx, 400, "2999-01-01T00:00:00Z") is None
        assert attested(tx, 6, "2000-01-01T00:00:00Z") is None
    opened = checkpoint.open_signed(
        second.checkpoint, note.decode_key(log_key(vault)), [note.decode_key(neighbour.key)]
    )
    assert [one.key.name for one in opened.signed] == [f"whosecopy/{vault.id}", "witness.example"]
    assert check_log(vault, None, second.checkpoint).continues == 307


def test_a_vault_put_back_is_caught_by_the_witness(vault: Vault, neighbour: Neighbour, tmp_path: Path):
    note_down(vault, 5)
    with copy_of(vault, tmp_path / "older") as older:
        note_down(vault, 5)
        ask_witness(vault, neighbour.address, neighbour.key, NOW)
        note_down(older, 2)
        with pytest.raises(IntegrityError, match=r"cosigned 11 records of this log, and 8 are here"):
            ask_witness(older, neighbour.address, neighbour.key, NOW)


@pytest.mark.parametrize(("ours", "theirs"), [(5, 5), (5, 9)])
def test_a_forked_log_is_caught_by_the_witness(
    vault: Vault, neighbour: Neighbour, tmp_path: Path, ours: int, theirs: int
):
    note_down(vault, 5)
    with copy_of(vault, tmp_path / "fork") as fork:
        note_down(vault, ours)
        ask_witness(vault, neighbour.address, neighbour.key, NOW)
        note_down(fork, theirs)
        with pytest.raises(IntegrityError, match="does not continue what it cosigned before"):
            ask_witness(fork, neighbour.address, neighbour.key, NOW)
        with vault.snapshot() as tx:
            kept = attestations(tx)[0].checkpoint
        with pytest.raises(IntegrityError, match="the first 11 records are others"):
            check_log(fork, log_key(fork), kept)


def test_a_witness_that_is_killed_remembers_what_it_cosigned(vault: Vault, neighbour: Neighbour, tmp_path: Path):
    note_down(vault, 5)
    with copy_of(vault, tmp_path / "fork") as fork:
        ask_witness(vault, neighbour.address, neighbour.key, NOW)
        neighbour.kill()
        neighbour.start()
        assert neighbour.watches == [f"whosecopy/{vault.id}"]
        note_down(fork, 3)
        ask_witness(fork, neighbour.address, neighbour.key, NOW)
        with pytest.raises(IntegrityError, match=r"records of this log|does not continue"):
            ask_witness(vault, neighbour.address, neighbour.key, NOW)


def test_a_witness_watches_only_the_logs_it_was_told_to(vault: Vault, neighbour: Neighbour, tmp_path: Path):
    with create(tmp_path / "other", tmp_path / "other.key", NOW) as other:
        with pytest.raises(InputError, match="does not watch this log"):
            ask_witness(other, neighbour.address, neighbour.key, NOW)
        with other.snapshot() as tx:
            assert [event.header.kind for event in events(tx)] == ["vault_made"]
    with vault.transaction() as tx:
        rotate(tx, vault.id, NOW, revoke=False)
    with pytest.raises(InputError, match="does not watch this log under its key"):
        ask_witness(vault, neighbour.address, neighbour.key, NOW)
    neighbour.kill()
    neighbour.start(log_key(vault))
    assert ask_witness(vault, neighbour.address, neighbour.key, NOW).size == 2


def test_an_answer_by_another_witness_is_not_taken_for_the_one_that_was_asked(
    vault: Vault, neighbour: Neighbour, tmp_path: Path
):
    stranger = note.encode_key(note.key_of("witness.example", bytes(range(32)), note.COSIGNATURE))
    with pytest.raises(IntegrityError, match="signed by none of the expected keys"):
        ask_witness(vault, neighbour.address, stranger, NOW)
    with vault.snapshot() as tx:
        assert attestations(tx) == []


def test_v10_a_verdict_says_who_confirmed_the_seal_before_the_exhibit_came(memo, tmp_path: Path):
    desk, sealed = memo
    leak = desk.file("leak.md", sealed.text("p-003"))
    alone = desk.clone(tmp_path / "alone")
    with desk.vault() as vault:
        one = Neighbour(tmp_path / "witness of the memo").start(log_key(vault))
    told = desk.ok("log", "witness", one.address, "--witness-key", one.key)
    one.kill()
    lines = desk.ok("trace", leak)["assumptions"]
    confirmed = f"witness.example is independent of the operator: it confirmed at {told['time']}"
    assert any(line.startswith(confirmed) for line in lines)
    assert not any("operator could have chosen" in line for line in lines)
    assert any("operator could have chosen" in line for line in alone.ok("trace", leak)["assumptions"])


def test_v10_a_witness_of_the_seal_is_none_of_a_later_master_for_which_marks_are_left_out(memo, tmp_path: Path):
    """Whoever pastes from a copy after the leak chooses which marks of it count, and so who fits."""
    desk, sealed = memo
    leak = desk.file("leak.md", sealed.text("p-003"))
    with desk.vault() as vault:
        one = Neighbour(tmp_path / "witness of the memo").start(log_key(vault))
    desk.ok("log", "witness", one.address, "--witness-key", one.key)
    one.kill()
    master = "\n\n".join(sealed.text("p-003").split("\n\n")[2:36])
    own = "\n\n".join(f"{{{{Gate {k} shuts at dusk.|At dusk gate {k} shuts.}}}}" for k in range(30))
    head = "---\nwhosecopy: variants\n---\n\n"
    desk.seal(f"{head}{master}\n\n{own}", [Recipient("q-1"), Recipient("q-2")], "later", "--record-ancestry")
    answer = desk.run("trace", leak, "--json")
    assert answer.json["document"]["id"] == sealed.id
    assert any("operator could have chosen" in line for line in answer.json["assumptions"])
    assert any("took over from a copy are left out, as its seal says" in line for line in answer.json["assumptions"])


def test_one_state_is_served_by_one_witness(neighbour: Neighbour):
    command = [
        sys.executable,
        "-m",
        "whosecopy",
        "log",
        "serve-witness",
        "--state",
        str(neighbour.state),
        "--port",
        "0",
    ]
    second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (second.returncode, second.stdout) == (2, "")
    assert "another process runs this witness" in second.stderr


@contextlib.contextmanager
def service(answer):
    """An HTTP server on a free port that answers every POST with `answer(body)`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, kind, data = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        worker = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        worker.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/ask"
        finally:
            server.shutdown()
            worker.join()


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ((409, "text/x.tlog.size", b"1\n"), IntegrityError, "does not continue"),
        ((409, "text/x.tlog.size", b"99\n"), IntegrityError, "cosigned 99 records"),
        ((409, "text/x.tlog.size", b"many\n"), IntegrityError, "no size"),
        ((409, "text/plain", b"another root\n"), IntegrityError, "another root"),
        ((422, "text/plain", b"bad proof\n"), IntegrityError, "bad proof"),
        ((500, "text/html", b"<h1>oh</h1>\n"), AccessError, "status 500"),
        ((200, "text/plain", b"nonsense"), IntegrityError, "signature"),
        ((200, "text/plain", bytes(2_000_000)), AccessError, "too long"),
    ],
)
def test_a_witness_that_answers_nonsense_leaves_no_record(vault: Vault, answer, error, words: str):
    key = note.encode_key(note.key_of("odd.example", bytes(32), note.COSIGNATURE))
    with service(lambda body: answer) as address, pytest.raises(error, match=words) as refusal:
        ask_witness(vault, address, key, NOW)
    assert "\n" not in str(refusal.value)
    with vault.snapshot() as tx:
        assert attestations(tx) == []


@pytest.mark.parametrize(
    "url", ["ftp://host/", "witness.example", "http://", "file:///etc/passwd", "", "http://[", "http://h:99999"]
)
def test_only_web_addresses_are_asked(vault: Vault, url: str):
    key = note.encode_key(note.key_of("odd.example", bytes(32), note.COSIGNATURE))
    with pytest.raises(InputError, match="must begin with http"):
        ask_witness(vault, url, key, NOW)


def test_a_witness_that_is_not_there_is_told_in_one_line(vault: Vault, monkeypatch: pytest.MonkeyPatch):
    key = note.encode_key(note.key_of("odd.example", bytes(32), note.COSIGNATURE))
    with service(lambda body: (200, "", b"")) as address:
        pass
    with pytest.raises(AccessError, match="cannot be reached"):
        ask_witness(vault, address, key, NOW)
    assert witnessing.TIMEOUT_S <= 60


class Authority:
    """A time stamping service of OpenSSL, with an authority of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "tsa.cnf").write_text(
            "[req]\ndistinguished_name=dn\nprompt=no\n[dn]\nCN=Test authority\n"
            "[ca]\nbasicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n"
            "[tsa]\nbasicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature\n"
            "extendedKeyUsage=critical,timeStamping\nsubjectKeyIdentifier=hash\n"
            "[tsa_service]\nserial=serial\ncrypto_device=builtin\nsigner_digest=sha256\ndefault_policy=1.2.3.4\n"
            "digests=sha256\naccuracy=secs:1\nordering=no\ntsa_name=no\ness_cert_id_chain=no\n"
            "ess_cert_id_alg=sha256\n"
        )
        (folder / "serial").write_text("01\n")
        self.ssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3", "-keyout", "ca.key", "-out", "ca.pem",
                 "-config", "tsa.cnf", "-extensions", "ca", "-subj", "/CN=Test authority")  # fmt: skip
        self.ssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr", "-config", "tsa.cnf",
                 "-subj", "/CN=Test stamps")  # fmt: skip
        self.ssl("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "3",
                 "-out", "tsa.pem", "-extfile", "tsa.cnf", "-extensions", "tsa")  # fmt: skip
        self.roots = (folder / "ca.pem").read_bytes()

    def ssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def answer(self, body: bytes):
        (self.folder / "query").write_bytes(body)
        self.ssl("ts", "-reply", "-queryfile", "query", "-signer", "tsa.pem", "-inkey", "tsa.key", "-out", "reply",
                 "-config", "tsa.cnf", "-section", "tsa_service")  # fmt: skip
        return 200, "application/timestamp-reply", (self.folder / "reply").read_bytes()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ts") / "authority")


def test_a_time_stamp_is_checked_and_kept_in_the_record(vault: Vault, authority: Authority):
    note_down(vault, 3)
    with service(authority.answer) as address:
        said = ask_stamp(vault, address, authority.roots, NOW)
    assert (said.kind, said.by, said.size) == ("stamped", address, 4)
    with vault.snapshot() as tx:
        (kept,) = attestations(tx)
    assert kept == said
    point = checkpoint.open_signed(kept.checkpoint, note.decode_key(log_key(vault))).checkpoint
    assert stamp.verify(kept.response, point, stamp.read_roots(authority.roots)).time == said.time
    assert check_log(vault).size == 5


def test_a_stamp_of_something_else_or_by_somebody_else_is_refused(vault: Vault, authority: Authority, tmp_path: Path):
    stranger = Authority(tmp_path / "stranger")
    note_down(vault, 3)
    first = authority.answer(stamp.request(checkpoint.decode(note.decode(advance(vault, NOW)).text)))
    note_down(vault, 1)
    answers = [first, (200, "", b""), (200, "", b"no stamp at all"), (200, "", first[2][:-1])]
    for answer in answers:
        with service(lambda body, answer=answer: answer) as address, pytest.raises(IntegrityError):
            ask_stamp(vault, address, authority.roots, NOW)
    with service(stranger.answer) as address, pytest.raises(IntegrityError, match="not valid"):
        ask_stamp(vault, address, authority.roots, NOW)
    with service(lambda body: (503, "", b"")) as address, pytest.raises(AccessError, match="503"):
        ask_stamp(vault, address, authority.roots, NOW)
    with pytest.raises(InputError, match="certificate"):
        ask_stamp(vault, "http://host/", b"no certificate", NOW)
    with vault.snapshot() as tx:
        assert attestations(tx) == []
