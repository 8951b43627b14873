"""What is erased is gone from the disk, can be seen to be gone, and takes nothing else with it."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from whosecopy.errors import InputError, IntegrityError
from whosecopy.model import Case, Recipient, codec
from whosecopy.model.measured import Measured, PageInPicture
from whosecopy.vault import retention, tables
from whosecopy.vault.backup import verify
from whosecopy.vault.erasure import erase, held
from whosecopy.vault.events import events, record, verify_chain
from whosecopy.vault.log import advance, proofs
from whosecopy.vault.log_check import check_log
from whosecopy.vault.log_keys import rotate
from whosecopy.vault.store import Vault, create

OLD, NOW = "2031-05-06T07:08:09Z", "2032-05-06T07:08:09+00:00"
SECRET = "the name of somebody who asked to be forgotten"


@pytest.fixture
def vault(tmp_path: Path):
    with create(tmp_path / "vault", tmp_path / "root.key", OLD) as made:
        yield made


def add_document(vault: Vault, state: str = "done") -> str:
    with vault.transaction() as tx:
        document = tx.add_document("Joint plan", "text/plain", OLD)
        tx.add_version(document, b"", "", b"", b"", 1e-6, [])
        tx.add_batch(document, 1, [Recipient("r-1")], b"", state, "")
        record(tx, "seal", {"who": SECRET}, OLD, document)
    return document


def test_an_erased_content_is_gone_and_its_place_in_the_log_stays(vault: Vault):
    document = add_document(vault)
    with vault.transaction() as tx:
        record(tx, "note", {"k": 1}, OLD)
    kept = advance(vault, OLD)
    with vault.transaction() as tx:
        assert erase(tx, [2, 3, 2], "asked by the person", NOW) == 2
    advance(vault, NOW)
    with vault.snapshot() as tx:
        recorded = [*events(tx)]
        assert verify_chain(tx)[0] == len(recorded) == 5
    gone = recorded[1]
    assert (gone.erased, gone.now, gone.payload, gone.salt, gone.header.kind) == (True, "", {}, b"", "seal")
    told = [(event.header.document, event.payload) for event in recorded[3:]]
    assert sorted(told, key=str) == sorted(
        [
            (document, {"positions": [2], "rule": "asked by the person"}),
            ("", {"positions": [3], "rule": "asked by the person"}),
        ],
        key=str,
    )
    assert len(proofs(vault, [2])[1]) == 1
    assert check_log(vault, None, kept).continues == 3
    verify(vault)


def test_erased_cells_are_no_longer_in_the_file(vault: Vault):
    add_document(vault)
    with vault.snapshot() as tx:
        query = tables.events.select().where(tables.events.c.sequence == 2)
        cell = tx.connection.execute(query).one().content
    vault.close()
    assert cell in (vault.folder / "vault.db").read_bytes()
    with vault.transaction() as tx:
        erase(tx, [2], "rule", NOW)
    vault.close()
    assert {path.name for path in vault.folder.iterdir() if path.is_file()} == {"vault.db"}
    left = (vault.folder / "vault.db").read_bytes()
    assert cell not in left
    assert not any(cell[start : start + 32] in left for start in range(0, len(cell) - 32, 8))


def test_a_content_that_vanished_without_a_record_is_noticed(vault: Vault):
    add_document(vault)
    with vault.transaction() as tx:
        tx.update(tables.events, (2,), {"content": b""})
        record(tx, "note", {}, NOW)
    with vault.snapshot() as tx, pytest.raises(IntegrityError, match="event 2 has no content, and no erasure"):
        verify_chain(tx)


@pytest.mark.parametrize("position", [0, -1, 99])
def test_what_does_not_exist_is_not_erased(vault: Vault, position: int):
    with pytest.raises(InputError, match="there is none"), vault.transaction() as tx:
        erase(tx, [position], "rule", NOW)


def test_records_of_the_log_itself_are_never_erased(vault: Vault):
    document = add_document(vault)
    with vault.transaction() as tx:
        erase(tx, [2], "rule", NOW)
        rotate(tx, vault.id, NOW, revoke=False)
        retention.set_policy(tx, retention.Policy(1, 1), NOW)
    for position in (1, 3, 4, 5):
        with pytest.raises(InputError, match="never erased"), vault.transaction() as tx:
            erase(tx, [position], "rule", NOW)
    with vault.transaction() as tx:
        assert erase(tx, [2], "again", NOW) == 0
        assert [event.header.kind for event in events(tx, document)] == ["seal", "erasure"]
        record(tx, "note", {}, NOW)


def trace(vault: Vault, document: str, exhibit: str, finished: bool) -> str:
    with vault.transaction() as tx:
        one = tx.add_trace(exhibit, "", OLD)
        tx.add_readings(one, {(document, 1): b""}, 1, 1e-6)
        if finished:
            tx.finish_trace(one, b"verdict", b"case")
        record(tx, "trace", {"trace": one}, OLD)
    return one


def test_documents_with_an_open_case_are_held(vault: Vault):
    pending, killed, free = add_document(vault, "pending"), add_document(vault), add_document(vault)
    case = trace(vault, killed, "aa", finished=False)
    with vault.snapshot() as tx:
        assert held(tx).keys() == {pending, killed, case}
        positions = {event.header.document: event.header.sequence for event in events(tx)}
    for document, name in ((pending, pending), (killed, killed), ("", case)):
        with pytest.raises(InputError, match=f"{name} is held"), vault.transaction() as tx:
            erase(tx, [positions[free], positions[document]], "rule", NOW)
    with vault.snapshot() as tx:
        assert not any(event.erased for event in events(tx))


def test_a_killed_trace_holds_no_longer_once_its_exhibit_has_a_verdict(vault: Vault):
    document = add_document(vault)
    case = trace(vault, document, "aa", finished=False)
    with vault.snapshot() as tx:
        assert held(tx).keys() == {document, case}
    with vault.transaction() as tx:
        again = tx.add_trace("aa", "", OLD)
        tx.finish_trace(again, b"verdict", b"")
        record(tx, "trace", {}, OLD)
    with vault.snapshot() as tx:
        assert held(tx) == {}


def test_a_disputed_document_is_held_with_its_traces(memo):
    desk, sealed = memo
    desk.ok("trace", desk.file("leak.md", sealed.text("p-003")))
    desk.ok("dispute", sealed.id, "--says", "lost", "--recipient", "p-003")
    records = desk.ok("log", "show")["records"]
    for row in records:
        if row["kind"] in ("seal", "trace", "test", "verdict", "reveal", "dispute"):
            assert "is held" in desk.refused("log", "erase", row["record"], "--rule", "asked")
    with desk.vault() as vault:
        with vault.transaction() as tx:
            retention.set_policy(tx, retention.Policy(1, 1), OLD)
        done = retention.apply(vault, "2999-01-01T00:00:00Z")
    assert (done.records, done.cases) == ((), ())
    assert dict(done.held)[sealed.id] == "reply 1 of a recipient is not settled"
    assert desk.ok("dispute", sealed.id, "--settled", 1, "--note", "found") == {"dispute": 1, "document": sealed.id}
    with desk.vault() as vault:
        done = retention.apply(vault, "2999-01-01T00:00:00Z")
    assert (len(done.cases), done.held) == (1, ())


def test_the_policy_says_what_is_due_and_nothing_goes_before(vault: Vault):
    document = add_document(vault)
    with vault.transaction() as tx:
        assert retention.due(tx, NOW).records == ()
        retention.set_policy(tx, retention.Policy(contents=366), OLD)
        assert retention.due(tx, NOW).records == ()
        retention.set_policy(tx, retention.Policy(contents=300), OLD)
        assert [position for position, _, _ in retention.due(tx, NOW).records] == [2]
    retention.apply(vault, NOW)
    with vault.snapshot() as tx:
        last = [*events(tx, document)][-1]
        assert retention.due(tx, NOW).records == ()
    assert last.payload == {"positions": [2], "rule": "contents are kept for 300 days"}


def test_a_clock_that_goes_backwards_deletes_nothing(vault: Vault):
    add_document(vault)
    with vault.transaction() as tx:
        retention.set_policy(tx, retention.Policy(1, 1), NOW)
    assert retention.apply(vault, "1999-01-01T00:00:00Z").records == ()
    with vault.transaction() as tx:
        record(tx, "note", {}, "1999-01-01T00:00:00Z")
    advance(vault, "1998-01-01T00:00:00Z")
    with vault.snapshot() as tx:
        assert verify_chain(tx)[0] == 4


def test_applying_the_policy_forgets_contents_and_exhibits_and_the_verdict_stays(memo, tmp_path: Path):
    desk, sealed = memo
    leak = desk.file("leak.md", sealed.text("p-003"))
    before = desk.ok("trace", leak)
    printed = desk.ok("retention", "--keep-contents", 30, "--keep-exhibits", 30)
    assert (printed["applied"], printed["records"], printed["cases"]) == (False, [], [])
    with desk.vault() as vault:
        done = retention.apply(vault, "2999-01-01T00:00:00Z")
        with vault.snapshot() as tx:
            kept = json.loads(tx.trace(before["case"]).case)
    assert done.cases == (before["case"],)
    assert (kept["exhibit"]["text"], kept["evidence"]) == ("", [])
    again = desk.ok("trace", leak)
    assert [one["copy"] for one in again["named"]] == [one["copy"] for one in before["named"]]
    rows = desk.ok("log", "show")["records"]
    assert {row["kind"] for row in rows if row["erased"]} >= {"seal", "hand-out", "trace", "test", "verdict"}
    assert {row["time"] for row in rows if row["erased"]} == {"erased"}
    assert desk.ok("log", "verify")["size"] == len(rows)
    assert "erasure" in {row["kind"] for row in rows}
    assert "Deleted: contents of records 0" in desk.run("retention", "--apply").out


def test_what_a_picture_showed_is_forgotten_even_where_no_word_of_it_was_read(memo):
    desk, sealed = memo
    case = desk.ok("trace", desk.file("leak.md", sealed.text("p-003")))["case"]
    page = PageInPicture(picture=0, page=0, features=60, change="", size_pt=(1.0, 1.0), view=b"a picture")
    with desk.vault() as vault:
        with vault.transaction() as tx:
            kept = codec.decode(tx.trace(case).case, Case)
            seen = replace(kept.exhibit, text="", measured=(Measured("00", 1, (page,)),))
            tx.update(tables.traces, (case,), {"case": codec.encode(replace(kept, exhibit=seen))})
            retention.set_policy(tx, retention.Policy(exhibits=30), OLD)
        assert retention.apply(vault, "2999-01-01T00:00:00Z").cases == (case,)
        with vault.snapshot() as tx:
            assert codec.decode(tx.trace(case).case, Case).exhibit.measured == ()
        assert retention.apply(vault, "2999-01-01T00:00:00Z").cases == ()


def test_a_verdict_on_an_erased_issue_says_that_it_can_no_longer_be_verified(memo):
    desk, sealed = memo
    rows = desk.ok("log", "show", "--document", sealed.id)["records"]
    assert desk.ok("log", "erase", rows[0]["record"], "--rule", "asked")["erased"] == 1
    verdict = desk.ok("trace", desk.file("leak.md", sealed.text("p-003")))
    assert [one["recipient"] for one in verdict["named"]] == ["p-003"]
    assert verdict["how"]["notes"] == ["no_longer_verifiable"]
    assert "Note: no longer verifiable" in desk.run("trace", "leak.md").out


@pytest.mark.parametrize(
    ("kinds", "gone"),
    [
        ({"seal"}, "record 2 \\(seal of doc-.*\\) was erased"),
        ({"trace", "test"}, "the records of this trace were erased"),
        (set(), "its exhibit was erased"),
    ],
)
def test_what_was_verifiable_before_an_erasure_says_so_and_still_has_a_report(memo, kinds, gone):
    desk, sealed = memo
    leak = desk.file("leak.md", sealed.text("p-003"))
    before = desk.ok("trace", leak)
    assert before["how"]["notes"] == []
    rows = [row["record"] for row in desk.ok("log", "show")["records"] if row["kind"] in kinds]
    if rows:
        desk.ok("log", "erase", *rows, "--rule", "asked")
    else:
        with desk.vault() as vault:
            with vault.transaction() as tx:
                retention.set_policy(tx, retention.Policy(exhibits=1), OLD)
            retention.apply(vault, "2999-01-01T00:00:00Z")
    after = desk.ok("trace", leak, "--report", "report.html")
    assert after["how"]["notes"] == ["no_longer_verifiable"]
    assert (after["named"], after["outcome"]) == (before["named"], before["outcome"])
    assert "no longer verifiable" in (desk.home / "report.html").read_text()
    for command in (("trace", leak, "--bundle", "case.zip"), ("bundle", before["case"], leak, "--out", "case.zip")):
        assert re.search(f"{gone}, so no bundle can be made", desk.refused(*command))
    assert not (desk.home / "case.zip").exists()
