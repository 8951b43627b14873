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
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import and_, func, select, true

from whosecopy.errors import IntegrityError
from whosecopy.model import codec
from whosecopy.vault.store_session import Session
from whosecopy.vault.tables import batches, readings
from whosecopy.vault.tables import events as table

_SALT = 32
_START = bytes(32).hex()

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Header:
    """What of an event is never erased; it names nobody.

    `previous` and `document_previous` are digests (hex) of the event before, in the vault and of the same
    document; zeros for the first. The counters say how many copies were `issued` and `handed_out` and how
    many readings `traced`, of the document or, where `document` is empty, in the vault, after the event.
    """

    kind: str
    sequence: int
    previous: str
    document: str
    document_sequence: int
    document_previous: str
    issued: int
    handed_out: int
    traced: int
    schema: str = "whosecopy.event/1"


@dataclass(frozen=True, slots=True)
class Event:
    """One recorded change with its content, checked against its digest (hex)."""

    header: Header
    now: str
    payload: Payload
    salt: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class _Content:
    now: str
    payload: Payload


def record(tx: Session, kind: str, payload: Payload, now: str, document: str = "") -> str:
    """Add an event to the running transaction, after the changes it tells of; returns its digest (hex).

    `payload` is plain data for canonical JSON; it is kept encrypted. `now` is the time in ISO 8601.
    """
    previous = _last(tx)
    before = _last(tx, document)
    issued, handed_out, traced = counters(tx, document)
    header = Header(
        kind=kind,
        sequence=previous[0] + 1,
        previous=previous[1],
        document=document,
        document_sequence=before[0] + 1,
        document_previous=before[1],
        issued=issued,
        handed_out=handed_out,
        traced=traced,
    )
    salt = secrets.token_bytes(_SALT)
    content = codec.encode({"now": now, "payload": payload})
    content_sha256 = hashlib.sha256(salt + content).digest()
    public = codec.encode(asdict(header))
    digest = leaf_digest(public, content_sha256)
    values = {
        "sequence": header.sequence,
        "document": document,
        "document_sequence": header.document_sequence,
        "header": public,
        "content_sha256": content_sha256,
        "digest": digest,
        "content": salt + content,
    }
    tx.insert(table, values)
    return digest.hex()


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
        fits = (
            row["digest"] == leaf_digest(row["header"], row["content_sha256"])
            and row["content_sha256"] == hashlib.sha256(salt + content).digest()
        )
        if not fits:
            raise _broken(row["sequence"])
        inside = codec.decode(content, _Content)
        yield Event(codec.decode(row["header"], Header), inside.now, inside.payload, salt, row["digest"].hex())


def verify_chain(tx: Session) -> tuple[int, str]:
    """How many events there are and the digest (hex) of the last, after checking all of them.

    Raises `IntegrityError` where an event was altered, inserted, removed or moved, or where copies or readings
    that events count are missing.
    """
    count, digest = 0, _START
    of_document: dict[str, Event] = {}
    for event in events(tx):
        header = event.header
        in_order = (header.sequence, header.previous) == (count + 1, digest)
        if not in_order or not _continues(header, of_document.get(header.document)):
            raise _broken(count + 1)
        count, digest = header.sequence, event.digest
        of_document[header.document] = event
    for document, event in of_document.items():
        recorded = (event.header.issued, event.header.handed_out, event.header.traced)
        if any(now < then for now, then in zip(counters(tx, document), recorded, strict=True)):
            raise IntegrityError(f"records of {document or 'the vault'} are missing; restore the vault from a backup")
    return count, digest


def _continues(header: Header, before: Event | None) -> bool:
    """Whether `header` is the next of its document after `before`."""
    if before is None:
        return (header.document_sequence, header.document_previous) == (1, _START)
    return (header.document_sequence, header.document_previous) == (before.header.document_sequence + 1, before.digest)


def _last(tx: Session, document: str | None = None) -> tuple[int, str]:
    """Sequence and digest of the last event of the vault, or of one document."""
    column = table.c.sequence if document is None else table.c.document_sequence
    of_document = true() if document is None else table.c.document == document
    newest = tx.next(column, of_document) - 1
    rows = list(tx.fetch(table, and_(of_document, column == newest), "digest"))
    return (newest, rows[0]["digest"].hex()) if rows else (0, _START)


def counters(tx: Session, document: str) -> tuple[int, int, int]:
    """Copies issued, copies handed out, readings kept: of one document, or in the vault."""
    copies = select(func.coalesce(func.sum(batches.c.count), 0))
    read = select(func.count()).select_from(readings)
    if document:
        copies = copies.where(batches.c.document == document)
        read = read.where(readings.c.document == document)
    counts = [
        tx.connection.execute(query).scalar_one() for query in (copies, copies.where(batches.c.state == "done"), read)
    ]
    return counts[0], counts[1], counts[2]


def _broken(sequence: int) -> IntegrityError:
    return IntegrityError(f"the vault's record of events is broken at event {sequence}; restore it from a backup")
