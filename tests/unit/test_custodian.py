"""One custodian by itself: its log is written before it answers, cannot be altered unseen, and survives a kill."""

import json
import stat
from pathlib import Path

import pytest

from whosecopy.cli import run
from whosecopy.codes.keystream import stream
from whosecopy.codes.split import share_commitment
from whosecopy.errors import AccessError, InputError, IntegrityError
from whosecopy.model import codec
from whosecopy.vault.custodian import make_custodian, open_custodian, read_custodian
from whosecopy.vault.custodian_messages import Draw, Give, Request
from whosecopy.vault.custodian_server import make_server

NOW = "2031-05-06T07:08:09Z"
DIGEST = "ab" * 32


def ask(one, **request):
    answer, rows = one.answer(codec.encode(Request(**request)), NOW)
    return answer, b"".join(rows)


def draw(one, width=64):
    answer, rows = ask(one, draw=Draw(DIGEST, width))
    assert (answer.refused, rows) == ("", b"")
    return answer


def refusal(one, request):
    before = (one.folder / "log.jsonl").read_bytes()
    answer, rows = one.answer(request if isinstance(request, bytes) else codec.encode(request), NOW)
    assert [*rows] == []
    assert (answer.key, answer.commitment) == ("", "")
    assert (one.folder / "log.jsonl").read_bytes() == before
    return answer.refused


@pytest.fixture
def folder(tmp_path: Path):
    make_custodian(tmp_path / "one")
    return tmp_path / "one"


@pytest.fixture
def one(folder: Path):
    with open_custodian(folder) as found:
        yield found


def test_a_custodian_commits_before_it_gives_any_row(one):
    answer = draw(one)
    key = (one.folder / "keys" / answer.key).read_bytes()
    assert answer.commitment == share_commitment(key)
    given, rows = ask(one, give=Give(answer.key, 0, 5, "seal"))
    assert given == answer
    assert rows == stream(key, 0, 5 * 64).tobytes()
    assert ask(one, give=Give(answer.key, 3, 1, "hand-out"))[1] == stream(key, 3 * 64, 64).tobytes()


def test_the_line_is_in_the_log_before_the_first_byte_leaves(one):
    key = draw(one).key
    answer, rows = one.answer(codec.encode(Request(give=Give(key, 0, 2, "seal"))), NOW)
    line = json.loads((one.folder / "log.jsonl").read_text().splitlines()[-1])
    assert line["request"]["give"] == {"key": key, "first": 0, "count": 2, "why": "seal"}
    assert (line["now"], line["new"], line["number"]) == (NOW, 2, 2)
    assert len(b"".join(rows)) == 2 * answer.width


def test_large_requests_come_in_parts(one):
    key = draw(one, 1024).key
    _, rows = one.answer(codec.encode(Request(give=Give(key, 0, 5000, "seal"))), NOW)
    parts = [*rows]
    assert max(map(len, parts)) <= 1 << 20
    assert b"".join(parts) == stream((one.folder / "keys" / key).read_bytes(), 0, 5000 * 1024).tobytes()


def test_the_log_tells_which_rows_nobody_had_before(one):
    key = draw(one).key
    for give in (Give(key, 0, 3, "seal"), Give(key, 0, 5, "seal"), Give(key, 0, 5, "trace"), Give(key, 4, 1, "copy")):
        ask(one, give=give)
    assert [line.new for line in one.lines] == [0, 3, 2, 0, 0]


@pytest.mark.parametrize(
    ("first", "count", "why", "told"),
    [
        (0, 6, "trace", "1 of the rows were never issued"),
        (5, 1, "hand-out", "never issued"),
        (7, 1, "seal", "without gaps"),
        (1 << 40, 1, "seal", "rows at most"),
        (0, 1 << 31, "seal", "rows at most"),
        (-1, 2, "trace", "from a first one on"),
        (0, 0, "trace", "one or more"),
        (0, 1, "w" * 201, "short reason"),
    ],
)
def test_rows_that_no_seal_issued_are_refused(one, first, count, why, told):
    key = draw(one).key
    ask(one, give=Give(key, 0, 5, "seal"))
    assert told in refusal(one, Request(give=Give(key, first, count, why)))


def test_nonsense_is_refused_and_leaves_no_line(one):
    assert "not kept here" in refusal(one, Request(give=Give("../id", 0, 1, "seal")))
    assert "a key or" in refusal(one, Request())
    assert "a key or" in refusal(one, Request(Draw(DIGEST, 64), Give("key", 0, 1, "seal")))
    for width in (0, -64, 63, 1 << 30):
        assert "whole blocks" in refusal(one, Request(Draw(DIGEST, width)))
    assert "digest" in refusal(one, Request(Draw("ab", 64)))
    for data in (b"", b"\n", b"{}x", b"\xff\xfe", b"[]", b'{"draw": 7}', b"null", b'{"give":{"key":"k"}}'):
        assert "not understood" in refusal(one, data)


def test_a_key_that_was_swapped_or_lost_gives_nothing(one):
    key = draw(one).key
    ask(one, give=Give(key, 0, 5, "seal"))
    file = one.folder / "keys" / key
    file.write_bytes(bytes(32))
    assert "not the key that was committed to" in refusal(one, Request(give=Give(key, 0, 1, "trace")))
    file.unlink()
    assert "cannot be read" in refusal(one, Request(give=Give(key, 0, 1, "trace")))


def test_a_log_that_cannot_be_written_gives_nothing(one):
    key = draw(one).key
    log = one.folder / "log.jsonl"
    log.rename(one.folder / "elsewhere")
    log.mkdir()
    answer, rows = ask(one, give=Give(key, 0, 1, "seal"))
    assert ("cannot be written" in answer.refused, rows) == (True, b"")
    log.rmdir()
    (one.folder / "elsewhere").rename(log)
    assert ask(one, give=Give(key, 0, 1, "seal"))[0].refused == ""


def test_a_restarted_custodian_goes_on_where_it_was(folder: Path):
    with open_custodian(folder) as one:
        key = draw(one).key
        _, before = ask(one, give=Give(key, 0, 3, "seal"))
    with open_custodian(folder) as one:
        assert ask(one, give=Give(key, 0, 3, "trace"))[1] == before
        assert "without gaps" in refusal(one, Request(give=Give(key, 4, 1, "seal")))
        assert [line.number for line in one.lines] == [1, 2, 3]


def test_a_line_that_a_killed_process_left_half_written_was_never_answered(folder: Path):
    with open_custodian(folder) as one:
        key = draw(one).key
        ask(one, give=Give(key, 0, 3, "seal"))
    log = (folder / "log.jsonl").read_bytes()
    start = log.index(b"\n") + 1
    for end in (start, start + 1, len(log) // 2 + start // 2, len(log) - 1):
        (folder / "log.jsonl").write_bytes(log[:end])
        with open_custodian(folder) as one:
            assert len(one.lines) == 1
            assert ask(one, give=Give(key, 0, 3, "seal"))[0].refused == ""
        assert len(read_custodian(folder).lines) == 2


def test_any_altered_line_is_found(folder: Path):
    with open_custodian(folder) as one:
        key = draw(one).key
        for give in (Give(key, 0, 3, "seal"), Give(key, 1, 1, "hand-out"), Give(key, 0, 4, "seal")):
            ask(one, give=give)
    lines = (folder / "log.jsonl").read_bytes().splitlines(keepends=True)
    altered = [b"".join(lines[:k] + lines[k + 1 :]) for k in range(3)]
    altered += [b"".join([lines[1], lines[0], *lines[2:]]), b"".join(lines[:2] + lines[1:]), b"\n" + b"".join(lines)]
    altered += [b"".join(lines).replace(b'"new":3', b'"new":4'), b"".join(lines).replace(b'"new":1', b'"new":0')]
    altered += [b"".join(lines).replace(b"hand-out", b"trace")]
    for data in altered:
        (folder / "log.jsonl").write_bytes(data)
        with pytest.raises(IntegrityError, match=r"line \d was altered"), open_custodian(folder):
            pass
        with pytest.raises(IntegrityError, match="restore"):
            read_custodian(folder)


def test_every_flipped_byte_before_the_last_line_is_found(folder: Path):
    with open_custodian(folder) as one:
        key = draw(one).key
        for count in (1, 2):
            ask(one, give=Give(key, 0, count, "seal"))
    data = (folder / "log.jsonl").read_bytes()
    for at in range(0, data[:-1].rindex(b"\n") + 1, 7):
        (folder / "log.jsonl").write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        with pytest.raises(IntegrityError, match="was altered"):
            read_custodian(folder)


def test_only_its_owner_can_read_a_custodians_folder(folder: Path):
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with open_custodian(folder) as one:
        key = draw(one).key
    assert stat.S_IMODE((folder / "keys" / key).stat().st_mode) == 0o600
    folder.chmod(0o750)
    with pytest.raises(AccessError, match="chmod 700"), open_custodian(folder):
        pass


def test_one_folder_serves_one_process(folder: Path):
    with (
        open_custodian(folder),
        pytest.raises(AccessError, match="another process runs this custodian"),
        open_custodian(folder),
    ):
        pass


def test_a_folder_in_use_becomes_no_custodian_and_no_folder_is_one(tmp_path: Path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter").touch()
    with pytest.raises(InputError, match="in use"):
        make_custodian(tmp_path / "full")
    with pytest.raises(InputError, match="cannot be made"):
        make_custodian(tmp_path / "full" / "letter" / "below")
    for place in (tmp_path / "none", tmp_path / "full"):
        place.mkdir(exist_ok=True)
        place.chmod(0o700)
        with pytest.raises(AccessError, match="custodian init"), open_custodian(place):
            pass
    with pytest.raises(AccessError, match="custodian init"), open_custodian(tmp_path / "nowhere"):
        pass


def test_a_socket_in_use_a_file_in_the_way_or_a_long_name_is_refused(one, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    for path, told in (
        (Path("file"), "is no socket"),
        (Path("nowhere/s"), "cannot be served"),
        (Path("s" * 200), "cannot be served"),
    ):
        with pytest.raises(AccessError, match=told), make_server(one, path, lambda: NOW):
            pass
    with (
        make_server(one, Path("s"), lambda: NOW),
        pytest.raises(AccessError, match="another process answers"),
        make_server(one, Path("s"), lambda: NOW),
    ):
        pass
    assert not Path("s").exists()


def test_the_command_line_makes_a_custodian_and_shows_its_log(tmp_path: Path, capsys):
    folder = str(tmp_path / "one")
    assert run(["custodian", "init", folder, "--json"]) == 0
    name = json.loads(capsys.readouterr().out)["custodian"]
    with open_custodian(tmp_path / "one") as one:
        key = draw(one).key
        ask(one, give=Give(key, 0, 3, "seal"))
    assert run(["custodian", "log", folder, "--json", "--last", "1"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["custodian"], found["size"]) == (name, 2)
    assert found["lines"] == [
        {"line": 2, "time": NOW, "key": key, "asked_for": "seal", "first": 0, "count": 3, "new": 3}
    ]
    assert run(["custodian", "log", folder]) == 0
    assert "2 lines" in capsys.readouterr().out
    assert run(["custodian", "log", str(tmp_path)]) == 2
    assert run(["custodian", "init", folder]) == 2
