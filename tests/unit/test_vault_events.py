"""The record of changes: without gaps, chained twice, and rebuilt here from its specification alone."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.event import listen

from whosecopy.errors import IntegrityError
from whosecopy.model import Recipient, codec
from whosecopy.vault import tables
from whosecopy.vault.events import draft, events, leaf_digest, record, record_all, verify_chain
from whosecopy.vault.store import Vault, create

NOW = "2031-05-06T07:08:09Z"
ZEROS = "0" * 64


@pytest.fixture
def vault(tmp_path: Path):
    with create(tmp_path / "vault", tmp_path / "root.key", NOW) as made:
        yield made


def seal(vault: Vault, count: int, state="pending") -> str:
    with vault.transaction() as tx:
        document = tx.add_document("Joint plan", "text/plain", NOW)
        tx.add_version(document, b"", "", b"", b"", 1e-6, [])
        tx.add_batch(document, 1, [Recipient(f"r-{k}") for k in range(count)], b"", state, "")
        record(tx, "seal", {"count": count}, NOW, document)
    return document


def test_payload_and_time_come_back(vault: Vault):
    payload = {"what": "Ünïcode", "numbers": [1, 2.5, None], "nested": {"b": 1, "a": [True]}}
    with vault.transaction() as tx:
        digest = record(tx, "note", payload, NOW)
    with vault.snapshot() as tx:
        last = [*events(tx)][-1]
    assert (last.header.kind, last.payload, last.now, last.digest) == ("note", payload, NOW, digest)


def test_the_log_can_rebuild_every_digest_from_header_salt_and_content(vault: Vault):
    first, second = seal(vault, 2), seal(vault, 3)
    with vault.transaction() as tx:
        record(tx, "handed out", {"z": 1, "a": 2}, NOW, first)
    with vault.snapshot() as tx:
        recorded = [*events(tx)]
    previous, of_document = ZEROS, {}
    for number, event in enumerate(recorded, start=1):
        fields = {name: getattr(event.header, name) for name in event.header.__slots__}
        assert (fields["sequence"], fields["previous"]) == (number, previous)
        count, before = of_document.get(fields["document"], (0, ZEROS))
        assert (fields["document_sequence"], fields["document_previous"]) == (count + 1, before)
        canonical = {"sort_keys": True, "separators": (",", ":"), "ensure_ascii": False}
        header = json.dumps(fields, **canonical).encode()
        content = json.dumps({"now": event.now, "payload": event.payload}, **canonical).encode()
        inner = hashlib.sha256(event.salt + content).digest()
        previous = hashlib.sha256(b"\x00" + header + inner).hexdigest()
        assert event.digest == previous
        of_document[fields["document"]] = (count + 1, previous)
    assert {*of_document} == {"", first, second}
    with vault.snapshot() as tx:
        assert verify_chain(tx) == (len(recorded), previous)


def test_salts_are_random_so_that_equal_events_differ(vault: Vault):
    with vault.transaction() as tx:
        digests = {record(tx, "note", {}, NOW) for _ in range(20)}
    with vault.snapshot() as tx:
        salts = {event.salt for event in events(tx)}
    assert len(digests) == 20
    assert len(salts) == 21
    assert {len(salt) for salt in salts} == {32}


def test_headers_count_what_was_issued_handed_out_and_traced(vault: Vault):
    first = seal(vault, 2, "done")
    second = seal(vault, 3)
    with vault.transaction() as tx:
        trace = tx.add_trace("", "", NOW)
        tx.add_readings(trace, {(first, 1): b""}, 1, 1e-6)
        record(tx, "trace", {}, NOW, first)
        record(tx, "trace", {}, NOW)
    with vault.snapshot() as tx:
        counters = [(h.document, h.issued, h.handed_out, h.traced) for h in (e.header for e in events(tx))]
        assert [event.header.document_sequence for event in events(tx, first)] == [1, 2]
    assert counters == [("", 0, 0, 0), (first, 2, 2, 0), (second, 3, 0, 0), (first, 2, 2, 1), ("", 5, 2, 1)]


def alter(vault: Vault, statement) -> None:
    """What somebody with the database but without the key can do."""
    with vault.transaction() as tx:
        tx.connection.execute(statement)


def test_a_removed_event_breaks_the_chain(vault: Vault):
    seal(vault, 2)
    seal(vault, 2)
    alter(vault, delete(tables.events).where(tables.events.c.sequence == 2))
    with vault.snapshot() as tx, pytest.raises(IntegrityError, match="event 2"):
        verify_chain(tx)


@pytest.mark.parametrize("column", ["header", "content_sha256", "digest", "content"])
def test_an_altered_event_is_noticed(vault: Vault, column: str):
    seal(vault, 2)
    where = tables.events.c.sequence == 2
    with vault.snapshot() as tx:
        value = tx.connection.execute(select(tables.events.c[column]).where(where)).scalar_one()
    alter(vault, update(tables.events).where(where).values({column: value[:-1] + bytes([value[-1] ^ 1])}))
    with vault.snapshot() as tx, pytest.raises(IntegrityError):
        verify_chain(tx)


def test_a_header_rewritten_with_its_public_digest_is_noticed(vault: Vault):
    document = seal(vault, 2)
    with vault.snapshot() as tx:
        row = tx.connection.execute(select(tables.events).where(tables.events.c.document == document)).one()
    forged = row.header.replace(b'"issued":2', b'"issued":9')
    digest = hashlib.sha256(b"\x00" + forged + row.content_sha256).digest()
    where = tables.events.c.sequence == row.sequence
    alter(vault, update(tables.events).where(where).values(header=forged, digest=digest))
    with vault.snapshot() as tx, pytest.raises(IntegrityError):
        verify_chain(tx)


def test_a_removed_batch_is_missed_by_the_record(vault: Vault):
    document = seal(vault, 2)
    with vault.transaction() as tx:
        tx.add_batch(document, 1, [Recipient("r-9")], b"", "done", "")
        record(tx, "issue", {}, NOW, document)
    alter(vault, delete(tables.batches).where(tables.batches.c.batch == 2))
    with vault.snapshot() as tx, pytest.raises(IntegrityError, match=f"{document} are missing"):
        verify_chain(tx)


def test_many_events_ask_the_database_no_more_often_than_one(vault: Vault):
    document = seal(vault, 2)
    asked: dict[int, int] = {}
    for count in (1, 200):
        drafts = [draft("note", {"k": k}, NOW, document) for k in range(count)]
        with vault.transaction() as tx:
            statements: list[str] = []
            listen(tx.connection, "before_cursor_execute", lambda *call, seen=statements: seen.append(call[2]))
            digests = record_all(tx, drafts)
        asked[count] = len(statements)
        assert len({*digests}) == count
    assert asked[1] == asked[200] == 4
    with vault.snapshot() as tx:
        assert verify_chain(tx)[0] == 203
        assert [event.payload.get("k") for event in events(tx, document)][2:] == [*range(200)]


def test_a_counter_that_falls_is_noticed_though_every_digest_fits(vault: Vault):
    document = seal(vault, 2)
    with vault.transaction() as tx:
        before = [*events(tx, document)][-1]
        header = replace(
            before.header, sequence=3, previous=before.digest, document_sequence=2, document_previous=before.digest
        )
        public, content = codec.encode(replace(header, issued=1)), b"s" * 32 + codec.encode({"now": NOW, "payload": {}})
        content_sha256 = hashlib.sha256(content).digest()
        row = {"sequence": 3, "document": document, "document_sequence": 2, "header": public, "content": content}
        digest = {"content_sha256": content_sha256, "digest": leaf_digest(public, content_sha256)}
        tx.insert(tables.events, row | digest)
    with vault.snapshot() as tx, pytest.raises(IntegrityError, match="event 3"):
        verify_chain(tx)
