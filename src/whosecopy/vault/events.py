"""The record of every change of the vault: chained, salted, and ready to be imported by a transparency log.

An event is a public header and a confidential content. The content (time and payload) is kept encrypted
with a random salt; the header, which names nobody, chains the event to the one before it; the digest is
kept encrypted too, so that nobody without the key can write another chain. Events of one
document are chained once more among themselves, so that its history can be shown whole without the rest.

    digest = SHA-256(0x00 || header || SHA-256(salt || content))

Header and content are JSON with sorted keys, without blanks, in UTF-8.

Whoever can write the database can still cut off its end, or put back an older one whole: only a digest
kept elsewhere shows that.
"""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import true

from whosecopy.errors import IntegrityError
from whosecopy.model import codec
from whosecopy.model.header import Header
from whosecopy.vault.events_heads import START, Counters, Head, counters, newest
from whosecopy.vault.store_session import Session
from whosecopy.vault.tables import events as table

ERASURE = "erasure"
"""The kind of event that says which contents were erased: its payload lists their sequences as `positions`."""

_RESTORE = "restore the vault from a backup"
_SALT = 32

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """One recorded change with its content, checked against its digest (hex).

    Of an erased event only header and digest are left: time, payload and salt are empty.
    """

    header: Header
    now: str
    payload: Payload
    salt: bytes
    digest: str

    @property
    def erased(self) -> bool:
        """Whether its content was erased."""
        return not self.salt


@dataclass(frozen=True, slots=True)
class Draft:
    """An event without its place in the chain: `content` is canonical JSON, `salt` 32 random bytes."""

    kind: str
    document: str
    salt: bytes
    content: bytes


@dataclass(frozen=True, slots=True)
class _Content:
    now: str
    payload: Payload


def draft(kind: str, payload: Payload, now: str, document: str = "") -> Draft:
    """An event to be recorded; `payload` is plain data for canonical JSON, `now` the time in ISO 8601."""
    return Draft(kind, document, secrets.token_bytes(_SALT), codec.encode({"now": now, "payload": payload}))


def record(tx: Session, kind: str, payload: Payload, now: str, document: str = "") -> str:
    """Add an event to the running transaction, after the changes it tells of; returns its digest (hex).

    `payload` is plain data for canonical JSON; it is kept encrypted. `now` is the time in ISO 8601.
    """
    return record_all(tx, [draft(kind, payload, now, document)])[0]


def record_all(tx: Session, drafts: Sequence[Draft]) -> list[str]:
    """Add events in their order, after all the changes they tell of; returns their digests (hex).

    The newest headers and the counters are read once, however many events there are.
    """
    vault, of_document, counted = newest(tx), dict[str, Head](), dict[str, Counters]()
    rows, digests = [], list[str]()
    for one in drafts:
        if one.document not in of_document:
            of_document[one.document] = newest(tx, one.document)
            counted[one.document] = counters(tx, one.document)
        before = of_document[one.document]
        issued, handed_out, traced = counted[one.document]
        header = Header(
            kind=one.kind,
            sequence=vault.number + 1,
            previous=vault.digest.hex(),
            document=one.document,
            document_sequence=before.number + 1,
            document_previous=before.digest.hex(),
            issued=issued,
            handed_out=handed_out,
            traced=traced,
        )
        public = codec.encode(header)
        content_sha256 = hashlib.sha256(one.salt + one.content).digest()
        digest = leaf_digest(public, content_sha256)
        values = {
            "sequence": header.sequence,
            "document": one.document,
            "document_sequence": header.document_sequence,
            "header": public,
            "content_sha256": content_sha256,
            "digest": digest,
            "content": one.salt + one.content,
        }
        rows.append(values)
        digests.append(digest.hex())
        vault, of_document[one.document] = Head(header.sequence, digest), Head(header.document_sequence, digest)
    tx.insert_all(table, rows)
    return digests


def leaf_digest(header: bytes, content_sha256: bytes) -> bytes:
    """The digest of an event: 32 bytes, an RFC 6962 leaf hash."""
    return hashlib.sha256(b"\x00" + header + content_sha256).digest()


def events(tx: Session, document: str | None = None) -> Iterator[Event]:
    """All events in order, or those of one document.

    Raises `IntegrityError` where an event does not fit its digest; gaps are for `verify_chain` to find.
    """
    where = true() if document is None else table.c.document == document
    for row in tx.fetch(table, where, "header content_sha256 digest content", order="sequence"):
        salt, content = row["content"][:_SALT], row["content"][_SALT:]
        fits = row["digest"] == leaf_digest(row["header"], row["content_sha256"]) and (
            not salt or row["content_sha256"] == hashlib.sha256(salt + content).digest()
        )
        if not fits:
            raise _broken(row["sequence"])
        inside = codec.decode(content, _Content) if salt else _Content("", {})
        yield Event(codec.decode(row["header"], Header), inside.now, inside.payload, salt, row["digest"].hex())


def verify_chain(tx: Session) -> tuple[int, str]:
    """How many events there are and the digest (hex) of the last, after checking all of them.

    Raises `IntegrityError` where an event was altered, inserted, removed or moved, where one lacks its content
    and no erasure says so, where a counter falls, or where copies or readings that events count are missing.
    """
    head = Head()
    of_document: dict[str, Event] = {}
    without, erased = set[int](), set[int]()
    for event in events(tx):
        header = event.header
        in_order = (header.sequence, header.previous) == (head.number + 1, head.digest.hex())
        if not in_order or not _continues(header, of_document.get(header.document)):
            raise _broken(head.number + 1)
        if event.erased:
            without.add(header.sequence)
        elif header.kind == ERASURE:
            erased.update(event.payload["positions"])
        head = Head(header.sequence, bytes.fromhex(event.digest))
        of_document[header.document] = event
    if without - erased:
        raise IntegrityError(f"event {min(without - erased)} has no content, and no erasure is recorded; {_RESTORE}")
    for document, event in of_document.items():
        if _falls(_counters(event.header), counters(tx, document)):
            raise IntegrityError(f"records of {document or 'the vault'} are missing; restore the vault from a backup")
    return head.number, head.digest.hex()


def _continues(header: Header, before: Event | None) -> bool:
    """Whether `header` is the next of its document after `before`, and counts no less."""
    if before is None:
        return (header.document_sequence, header.document_previous) == (1, START.hex())
    place = (before.header.document_sequence + 1, before.digest)
    in_order = (header.document_sequence, header.document_previous) == place
    return in_order and not _falls(_counters(before.header), _counters(header))


def _falls(then: Counters, now: Counters) -> bool:
    return any(b < a for a, b in zip(then, now, strict=True))


def _counters(header: Header) -> Counters:
    return header.issued, header.handed_out, header.traced


def _broken(sequence: int) -> IntegrityError:
    return IntegrityError(f"the vault's record of events is broken at event {sequence}; restore it from a backup")
