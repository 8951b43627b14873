"""The log's part: every record is in the tree of the checkpoint, and no record of a document is left out."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from whosecopy.errors import IntegrityError
from whosecopy.model import codec
from whosecopy.tlog import checkpoint, note, stamp
from whosecopy.tlog.checkpoint import Checkpoint
from whosecopy.tlog.merkle import HASH_BYTES, check_consistency, check_inclusion
from whosecopy.tlog.strict import from_base64
from whosecopy.verify.archive import unhex
from whosecopy.verify.bundle import Bundle
from whosecopy.verify.values import CHECKPOINT, Entry, Log

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

CLOCK_TOLERANCE = timedelta(minutes=5)
"""By so much the clock of the vault may be ahead of a witness's."""
_NOTHING = bytes(HASH_BYTES).hex()


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A time, in ISO 8601, at which `who` saw the first `size` records of the log."""

    who: str
    time: str
    size: int


def entries(log: Log) -> Iterator[Entry]:
    """Every record in the bundle, those of documents first."""
    for chain in log.documents.values():
        yield from chain
    yield from log.others


def about(log: Log, kind: str, case: str) -> list[Entry]:
    """The opened records of one kind whose content names the case."""
    opened = [(one, one.content.payload) for one in entries(log) if one.header.kind == kind and one.content]
    return [one for one, payload in opened if case in (payload.get("trace"), payload.get("case"))]


def check_records(bundle: Bundle) -> Checkpoint:
    """The checkpoint, after checking that the bundle's key signed it and that it covers every record.

    Raises `IntegrityError` where a record is in another tree, altered, moved or left out of its document's chain.
    """
    point = checkpoint.open_signed(bundle.members[CHECKPOINT], bundle.key).checkpoint
    seen: set[int] = set()
    for entry in entries(bundle.log):
        _check_entry(entry, point)
        if entry.header.sequence in seen:
            raise IntegrityError(f"record {entry.header.sequence} is in the bundle twice; it was altered")
        seen.add(entry.header.sequence)
    for document, chain in bundle.log.documents.items():
        _check_chain(document, chain)
    return point


def digest(entry: Entry) -> bytes:
    """The leaf hash of a record: 32 bytes."""
    content = unhex(entry.content_sha256, f"record {entry.header.sequence}", HASH_BYTES)
    return hashlib.sha256(b"\x00" + codec.encode(entry.header) + content).digest()


def _check_entry(entry: Entry, point: Checkpoint) -> None:
    name = f"record {entry.header.sequence} ({entry.header.kind[:40]})"
    path = [unhex(one, f"proof of {name}", HASH_BYTES) for one in entry.path]
    try:
        check_inclusion(digest(entry), entry.header.sequence - 1, point.size, path, point.root)
    except IntegrityError as error:
        raise IntegrityError(f"{name} is not in the log of the checkpoint: {error}") from error
    if entry.content is not None:
        salt = unhex(entry.content.salt, f"salt of {name}", HASH_BYTES)
        told = codec.encode({"now": entry.content.now, "payload": entry.content.payload})
        if hashlib.sha256(salt + told).hexdigest() != entry.content_sha256:
            raise IntegrityError(f"the content of {name} differs from what was logged")


def _check_chain(document: str, chain: Sequence[Entry]) -> None:
    before, previous = 0, _NOTHING
    for number, entry in enumerate(chain, start=1):
        header = entry.header
        if (header.document, header.document_sequence, header.document_previous) != (document, number, previous):
            raise IntegrityError(f"{document[:40]}: a record is left out before record {header.sequence}, or was moved")
        if header.sequence <= before:
            raise IntegrityError(f"{document[:40]}: record {header.sequence} stands after record {before}")
        before, previous = header.sequence, digest(entry).hex()
    for one, after in pairwise(chain):
        if after.header.issued < one.header.issued or after.header.handed_out < one.header.handed_out:
            raise IntegrityError(f"{document[:40]}: the counters of record {after.header.sequence} go back")


def check_trusted(bundle: Bundle, point: Checkpoint, trusted: bytes) -> None:
    """Raise `IntegrityError` unless the log goes on from, or ends at, a checkpoint obtained elsewhere."""
    known = checkpoint.open_signed(trusted, bundle.key).checkpoint
    if known.size > point.size:
        raise IntegrityError(
            f"the log of the bundle ends at record {point.size}, the checkpoint given covers {known.size}: "
            "the bundle is older, or its log was rolled back; ask for a bundle made since"
        )
    _check_goes_on(bundle.log, known, point)


def witnesses(
    bundle: Bundle, point: Checkpoint, keys: Sequence[note.Key], roots: Sequence["Certificate"]
) -> list[Witnessed]:
    """What known witnesses, and time stamping services under known roots, say of this log.

    Raises `IntegrityError` where one of them is contradicted, or a record is dated later than it was seen.
    """
    found = []
    for one in bundle.log.attestations:
        opened = checkpoint.open_signed(one.checkpoint.encode(), bundle.key, keys)
        _check_goes_on(bundle.log, opened.checkpoint, point)
        size = opened.checkpoint.size
        found += [
            Witnessed(signed.key.name, _iso(signed.time, signed.key.name), size)
            for signed in opened.signed
            if signed.time is not None
        ]
        response = from_base64(one.stamp)
        if response is None:
            raise IntegrityError("a time stamp is not base64; it was altered")
        if response and roots:
            found.append(Witnessed("the time stamp", stamp.verify(response, opened.checkpoint, roots).time, size))
    for seen in found:
        _check_times(bundle.log, seen)
    return found


def _check_goes_on(log: Log, known: Checkpoint, point: Checkpoint) -> None:
    """Raise `IntegrityError` unless the bundle proves that its log goes on from an earlier checkpoint."""
    proof = log.consistency.get(str(known.size), ())
    if 0 < known.size < point.size and not proof:
        raise IntegrityError(
            f"the bundle holds no proof that its log goes on from the checkpoint of {known.size} records; "
            "ask for a bundle made with: whosecopy bundle --since CHECKPOINT"
        )
    path = [unhex(one, f"proof from {known.size}", HASH_BYTES) for one in proof]
    try:
        check_consistency(known.size, point.size, path, known.root, point.root)
    except IntegrityError as error:
        raise IntegrityError(
            f"the log was forked: it does not go on from the checkpoint of {known.size} records ({error})"
        ) from error


def _check_times(log: Log, seen: Witnessed) -> None:
    """Raise `IntegrityError` where a record is dated later than somebody outside saw it."""
    limit = moment(seen.time, seen.who) + CLOCK_TOLERANCE
    for entry in entries(log):
        if entry.content is None or entry.header.sequence > seen.size:
            continue
        name = f"record {entry.header.sequence}"
        if moment(entry.content.now, name) > limit:
            raise IntegrityError(f"{name} is dated {entry.content.now}, but {seen.who} saw it at {seen.time}")


def _iso(seconds: int, who: str) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (OverflowError, ValueError, OSError) as error:
        raise IntegrityError(f"{who}: {seconds} is no time") from error


def moment(text: str, what: str) -> datetime:
    """The point in time written as `text`; raises `IntegrityError` where it is none, or has no offset."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise IntegrityError(f"{what}: {text[:40]!r} is no time; it was altered") from error
    if found.tzinfo is None:
        raise IntegrityError(f"{what}: the time {text} has no offset from UTC")
    return found
