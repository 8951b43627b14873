"""Two custodians in processes of their own: what can be done with both, with one, and with one that lies."""

import contextlib
import pickle
import re
import socket
import socketserver
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from tests.conftest import MEMO, Desk, new_desk, people

from whosecopy.codes.keystream import codewords, stream
from whosecopy.codes.scoring import score_blocks
from whosecopy.errors import AccessError, InputError
from whosecopy.model import Mark, Site, Template, codec
from whosecopy.vault import custodians
from whosecopy.vault.codebooks import sealed_codebook
from whosecopy.vault.custodian import make_custodian, read_custodian
from whosecopy.vault.custodians import SplitCode, draw_code
from whosecopy.vault.secretbytes import open_secrets


@dataclass
class Process:
    """A custodian's process: started, killed and started again."""

    folder: Path
    socket: Path
    running: subprocess.Popen[str] | None = None

    def start(self) -> "Process":
        command = [sys.executable, "-m", "whosecopy", "custodian", "serve", self.folder, "--socket", self.socket]
        self.running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.running.stdout is not None
        assert "answers at" in self.running.stdout.readline()
        return self

    def kill(self) -> None:
        if self.running is not None:
            self.running.kill()
            self.running.communicate()
            self.running = None

    def lines(self) -> list[tuple[object, ...]]:
        """What the log tells of requests for rows: why, first, count, new."""
        gives = [(line.request.give, line.new) for line in read_custodian(self.folder).lines]
        return [(give.why, give.first, give.count, new) for give, new in gives if give]


class Proxy(socketserver.ThreadingUnixStreamServer):
    """Stands before a custodian; `change` alters what comes back, by a function of head and rows."""

    daemon_threads = True

    def __init__(self, path: Path, behind: Path) -> None:
        self.change = honest
        proxy = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with socket.socket(socket.AF_UNIX) as other, contextlib.suppress(OSError):
                    other.connect(str(behind))
                    other.sendall(self.rfile.readline())
                    with other.makefile("rb") as answer:
                        self.wfile.write(proxy.change(answer.readline(), answer.read()))

        super().__init__(str(path), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory):
    """Two custodians, each in a process of its own."""
    home = tmp_path_factory.mktemp("two")
    made = []
    for name in ("a", "b"):
        make_custodian(home / name)
        made.append(Process(home / name, home / f"{name}.sock").start())
    yield made
    for one in made:
        one.kill()


@pytest.fixture(scope="module")
def proxy(two, tmp_path_factory: pytest.TempPathFactory):
    """What stands before the second custodian."""
    with Proxy(tmp_path_factory.mktemp("p") / "s", two[1].socket) as found:
        yield found
        found.shutdown()


@pytest.fixture
def liar(proxy):
    """The proxy, which may be told to lie and becomes honest again."""
    yield proxy
    proxy.change = honest


@pytest.fixture(scope="module")
def sealed_once(two, proxy, tmp_path_factory: pytest.TempPathFactory):
    """A desk where the memo was sealed for twelve recipients in split mode, through the proxy; take `desk`."""
    desk = new_desk(tmp_path_factory.mktemp("office"))
    return desk, desk.seal(MEMO, people(12), "out", "--custodians", sockets(two[0], address(proxy)))


@pytest.fixture
def desk(sealed_once, tmp_path):
    """A desk of one's own with that vault, and the copies."""
    return sealed_once[0].clone(tmp_path / "d"), sealed_once[1]


def sockets(*some):
    return ",".join(str(getattr(one, "socket", None) or one) for one in some)


def address(proxy):
    return Path(str(proxy.server_address))


def contents(desk: Desk):
    """How much the vault holds of everything a failed command could have left behind."""
    with desk.vault() as vault, vault.snapshot() as tx:
        return len(tx.documents()), tx.issued(), len(tx.traces()), tx.alphas_spent(), len(tx.pending_batches())


def honest(head, rows):
    """What a proxy gives back that changes nothing."""
    return head + rows


_GONE = "see that it runs"


def flip(at):
    """What alters one byte of every answer that is long enough."""

    def change(head, rows):
        return head + rows[:at] + bytes(255 ^ byte for byte in rows[at : at + 1]) + rows[at + 1 :]

    return change


def template_of(marks):
    """A template of so many marks of two variants."""
    sites = tuple(Site("d", 2 * k, 2 * k + 1, ("x", "y")) for k in range(marks))
    made = tuple(Mark((k,), 2, "solo") for k in range(marks))
    return Template("text/plain", "aa" * 32, "x " * marks, ((0, 2 * marks),), sites, made, ())


def test_split_mode_seals_traces_adds_and_makes_copies_again(two, desk):
    desk, sealed = desk
    assert len({path.read_bytes() for path in sealed.copies.values()}) == 12
    found = desk.ok("trace", sealed.copies["p-007"])
    assert [one["recipient"] for one in found["named"]] == ["p-007"]
    assert any("two custodians hold the keys" in line and "path of delivery" in line for line in found["assumptions"])
    desk.ok("copy", sealed.id, "p-003", "--out", "again.md")
    assert (desk.home / "again.md").read_bytes() == sealed.copies["p-003"].read_bytes()
    desk.ok("seal", "--document", sealed.id, "--to", desk.list_of(people(3, 12), "m.csv"), "--out", desk.home / "more")
    late = desk.ok("trace", desk.home / "more" / "p-013.md")
    assert ([one["recipient"] for one in late["named"]], late["codewords"]) == (["p-013"], 15)


def test_bundles_and_cases_of_several_leaks_need_no_key_either(two, desk):
    desk, sealed = desk
    desk.ok("trace", sealed.copies["p-007"], "--bundle", "case.zip")
    checked = desk.run("verify", "case.zip", "--reread", "--json")
    assert (checked.code, checked.json["result"]) == (0, "verified")
    case = desk.ok("case", "open")["case"]["id"]
    sentences = re.findall(r"(?m)^[A-Z].*$", sealed.text("p-002"))
    for name, part in (("one", sentences[:24]), ("two", sentences[24:])):
        found = desk.run("trace", desk.file(f"{name}.txt", "\n\n".join(part)), "--case", case, "--json").json
    assert [one["recipient"] for one in found["named"]] == ["p-002"]


def test_organisations_are_named_in_split_mode(two, tmp_path):
    desk = new_desk(tmp_path / "d")
    options = ("--custodians", sockets(*two), "--organisations", "0.5", "--alpha", "1e-2", "--accept-weak")
    sealed = desk.seal(MEMO, people(24), "out", *options)
    found = desk.ok("trace", sealed.copies["p-006"])
    assert [one["recipient"] for one in found["named"]] == ["p-006"]
    assert [one["organisation"] for one in found["organisations"]] == ["south"]


def test_no_copy_is_made_that_either_custodian_did_not_log(two, tmp_path):
    before = [one.lines() for one in two]
    desk = new_desk(tmp_path / "d")
    sealed = desk.seal(MEMO, people(12), "out", "--custodians", sockets(*two))
    desk.ok("copy", sealed.id, "p-003", "--out", "again.md")
    for one, known in zip(two, before, strict=True):
        lines = one.lines()[len(known) :]
        assert sum(new for *_, new in lines) == 12
        assert lines[0] == ("seal", 0, 12, 12)
        assert lines[-2:] == [("hand-out", 0, 12, 0), ("hand-out", 3, 1, 0)]


def test_the_keys_never_meet(two, desk):
    desk, sealed = desk
    with desk.vault() as vault, vault.snapshot() as tx:
        secrets = open_secrets(tx, sealed.id, 1)
        book = sealed_codebook(tx, sealed.id, 1, codec.decode(tx.load_template(sealed.id, 1), Template))
        held = [tx.load_secrets(sealed.id, 1), codec.encode(secrets.code)]
        (batch,) = tx.batches(sealed.id, 1)
    assert isinstance(secrets.code, SplitCode)
    halves = [share.key for share in secrets.code.shares]
    keys = [(one.folder / "keys" / name).read_bytes() for one, name in zip(two, halves, strict=True)]
    stored = [path.read_bytes() for path in desk.home.rglob("*") if path.is_file()]
    for key in keys:
        assert not any(key in data or key.hex().encode() in data for data in [*stored, *held, batch.record])
    for one, other in ((0, 1), (1, 0)):
        assert not (two[other].folder / "keys" / halves[one]).exists()
    width = 64
    rows = [np.frombuffer(stream(key, 0, 12 * width).tobytes(), np.uint8).reshape(12, width) for key in keys]
    last = np.cumsum(book.biases[:, :-1], axis=1)[:, 0]
    assert (book.symbols(0, 12) == ((rows[0] ^ rows[1])[:, : len(last)] >= last)).all()


def test_custodians_commit_in_the_seal_record(two, desk):
    desk, sealed = desk
    with desk.vault() as vault, vault.snapshot() as tx:
        record = codec.decode(tx.batches(sealed.id, 1)[0].record, dict)
        code = open_secrets(tx, sealed.id, 1).code
    told = [
        next(line.commitment for line in read_custodian(one.folder).lines if line.key == share.key)
        for one, share in zip(two, code.shares, strict=True)
    ]
    assert record["code_shares"] == told
    drawn = next(line for line in read_custodian(two[0].folder).lines if line.key == code.shares[0].key)
    assert drawn.request.draw.template == record["template_sha256"]


def test_a_custodian_that_is_down_at_seal_leaves_nothing_half_made(two, tmp_path):
    desk = new_desk(tmp_path / "d")
    some = [one.socket for one in two]
    some[1] = tmp_path / "nobody"
    before = contents(desk)
    source = desk.file("m.md", MEMO)
    told = desk.refused(
        "seal", source, "--to", desk.list_of(people(5)), "--out", desk.home / "out", "--custodians", sockets(*some)
    )
    assert "nobody: the custodian does not answer (no such file or directory); see that it runs" in told
    assert contents(desk) == before
    assert not (desk.home / "out").exists()


def test_a_custodian_that_goes_away_between_record_and_files_is_waited_for(two, tmp_path, liar):
    desk = new_desk(tmp_path / "d")
    asked = []

    def change(head, rows):
        asked.append(len(rows))
        return b"" if len(asked) > 4 else head + rows

    liar.change = change
    source = desk.file("m.md", MEMO)
    told = desk.refused(
        "seal", source, "--to", desk.list_of(people(5)), "--out", "out", "--custodians", sockets(two[0], address(liar))
    )
    assert "what answers there is no custodian" in told
    assert "finish it with: whosecopy seal --resume" in told
    assert not [*(desk.home / "out").glob("*.md")]
    liar.change = honest
    assert len(desk.ok("seal", "--resume")["copies"]) == 5


def test_a_custodian_that_is_down_stops_trace_copy_and_additions_and_nothing_is_spent(two, desk):
    desk, sealed = desk
    before = contents(desk)
    two[1].kill()
    try:
        assert _GONE in desk.refused("trace", sealed.copies["p-007"])
        assert _GONE in desk.refused("copy", sealed.id, "p-003", "--out", "again.md")
        more = desk.list_of(people(3, 12), "more.csv")
        assert _GONE in desk.refused("seal", "--document", sealed.id, "--to", more, "--out", "more")
    finally:
        two[1].start()
    assert not (desk.home / "again.md").exists()
    assert not (desk.home / "more").exists()
    after = contents(desk)
    assert (after[:2], after[3:]) == (before[:2], before[3:])
    found = desk.ok("trace", sealed.copies["p-007"])
    assert [one["recipient"] for one in found["named"]] == ["p-007"]
    assert any(line.startswith("trace 1 of this exhibit") for line in found["assumptions"])


@pytest.mark.parametrize("at", [0, 64 * 11 + 5])
def test_wrong_rows_make_no_copy_and_no_verdict(desk, liar, at):
    desk, sealed = desk
    before = contents(desk)
    liar.change = flip(at)
    answer = desk.run("trace", sealed.copies["p-007"], "--json")
    assert (answer.code, answer.out) == (3, "")
    assert "a custodian gives out other rows than then" in answer.err
    liar.change = flip(at % 64)
    answer = desk.run("copy", sealed.id, "p-003", "--out", "again.md")
    assert (answer.code, answer.out) == (3, "")
    assert "no copy was made of them" in answer.err
    assert not (desk.home / "again.md").exists()
    assert contents(desk)[3:] == before[3:]


def test_rows_that_change_between_record_and_files_make_no_copy(two, tmp_path, liar):
    for turn in (4, 5):
        desk = new_desk(tmp_path / str(turn))
        asked = []

        def change(head, rows, asked=asked, turn=turn):
            asked.append(1)
            return flip(70)(head, rows) if len(asked) == turn else head + rows

        liar.change = change
        source = desk.file("m.md", MEMO)
        some = sockets(two[0], address(liar))
        answer = desk.run("seal", source, "--to", desk.list_of(people(5)), "--out", "out", "--custodians", some)
        assert answer.code == 3
        assert "no copy was made" in answer.err
        assert not [*(desk.home / "out").glob("*.md")]


def test_somebody_else_at_the_socket_is_found(desk, liar):
    desk, sealed = desk
    liar.change = lambda head, rows: re.sub(rb"custodian-\w+", b"custodian-0000", head) + rows
    answer = desk.run("trace", sealed.copies["p-002"], "--json")
    assert answer.code == 3
    assert re.search("is not custodian-.* with the key that was committed to", answer.err)
    liar.change = lambda head, rows: re.sub(rb'"commitment":"..', b'"commitment":"00', head) + rows
    assert desk.run("trace", sealed.copies["p-002"], "--json").code == 3


def test_answers_that_are_none_are_refused_in_one_line(desk, liar, monkeypatch):
    monkeypatch.setattr(custodians, "WAIT_S", 1.0)
    desk, sealed = desk
    for change in (
        lambda head, rows: b"",
        lambda head, rows: b"hello\n" + rows,
        lambda head, rows: b"\xff\xfe\n",
        lambda head, rows: b"x" * 100_000,
        lambda head, rows: head + rows[:-1],
        lambda head, rows: head,
    ):
        liar.change = change
        assert re.search("no custodian|broke off", desk.refused("copy", sealed.id, "p-002", "--out", "again.md"))
    released = threading.Event()
    liar.change = lambda head, rows: b"" if released.wait(20) else head
    assert "does not answer (timed out)" in desk.refused("copy", sealed.id, "p-002", "--out", "again.md")
    released.set()


def test_a_custodian_that_refuses_says_why(two, desk, tmp_path):
    desk, sealed = desk
    with desk.vault() as vault, vault.snapshot() as tx:
        code = open_secrets(tx, sealed.id, 1).code
    assert isinstance(code, SplitCode)
    (two[0].folder / "keys" / code.shares[0].key).rename(tmp_path / "key")
    told = desk.refused("trace", sealed.copies["p-002"])
    assert "the custodian refuses" in told
    (tmp_path / "key").rename(two[0].folder / "keys" / code.shares[0].key)
    with pytest.raises(AccessError, match="never issued"):
        next(replace(code, why="trace").blocks(64, 0, 500, 500))
    with pytest.raises(AccessError, match="without gaps"):
        next(replace(code, why="seal").blocks(64, 500, 1, 1))


def test_two_different_custodians_are_needed(two):
    with pytest.raises(InputError, match="are one custodian"):
        draw_code([two[0].socket, two[0].socket], template_of(1))
    for some in ([two[0].socket], [one.socket for one in two] * 2):
        with pytest.raises(InputError, match="takes the sockets of 2"):
            draw_code(some, template_of(1))


def test_v12_the_custodians_do_not_learn_how_close_a_leak_came(two, desk, tmp_path):
    desk, sealed = desk
    sentences = re.findall(r"(?m)^[A-Z].*$", sealed.text("p-007"))
    other = re.findall(r"(?m)^[A-Z].*$", sealed.text("p-002"))
    mixed = [pair[k % 2] for k, pair in enumerate(zip(sentences, other, strict=True))]
    told = []
    for name, text in (("hit", sentences[:17]), ("miss", mixed[:17])):
        twin = desk.clone(tmp_path / name)
        before = [len(one.lines()) for one in two]
        assert twin.run("trace", "--text", "\n\n".join(text), "--json").json["outcome"] == "not_enough_evidence"
        told.append([one.lines()[start:] for one, start in zip(two, before, strict=True)])
    assert told[0] == told[1]
    assert {line[1:] for lines in told[0] for line in lines} == {(0, 12, 0)}


def test_very_many_rows_are_scored_in_other_processes_too(two):
    code = draw_code([one.socket for one in two], template_of(100))
    assert pickle.loads(pickle.dumps(code)) == code
    biases = np.full((100, 2), 128, np.uint16)
    weights = np.zeros((1, 100, 2), np.int64)
    weights[:, :, 1] = 1
    alone = score_blocks(code, biases, weights, 0, 20_000, keep=5)
    with ProcessPoolExecutor(1) as pool:
        there = score_blocks(code, biases, weights, 0, 20_000, keep=5, executor=pool)
    counts = np.bincount(codewords(code, biases, 0, 20_000).sum(axis=1), minlength=101)
    assert (alone.histograms[0] == counts).all()
    assert (there.histograms[0] == counts).all()
    assert (there.top[0] == alone.top[0]).all()


def test_a_custodian_killed_while_it_answers_lost_no_row_that_it_gave(tmp_path_factory: pytest.TempPathFactory):
    home = tmp_path_factory.mktemp("k")
    made = []
    for name in ("a", "b"):
        make_custodian(home / name)
        made.append(Process(home / name, home / f"{name}.sock").start())
    rng, given = np.random.default_rng(5), 0
    try:
        code = draw_code([one.socket for one in made], template_of(1))
        for _ in range(4):
            timer = threading.Timer(float(rng.uniform(0.01, 0.2)), made[1].running.kill)
            timer.start()
            with contextlib.suppress(AccessError):
                while True:
                    assert len(next(code.blocks(64, given, 1, 1))) == 1
                    given += 1
            timer.join()
            made[1].kill()
            told = sum(new for *_, new in made[1].lines())
            assert given <= told <= given + 1
            made[1].start()
        assert given > 0
        assert len(next(code.blocks(64, given, 1, 1))) == 1
    finally:
        for one in made:
            one.kill()
