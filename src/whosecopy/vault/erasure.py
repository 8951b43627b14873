"""Erase contents of records: what was done can be forgotten, that something was done cannot.

Content and salt go; the header, the digest and the place in the log stay, so that the chain and every proof
hold. That and by which rule is a record itself. Documents with an open case or a dispute are left alone.
"""

from collections.abc import Sequence

from sqlalchemy import select

from whosecopy.errors import InputError
from whosecopy.vault.cases import filed, open_cases
from whosecopy.vault.dispute import unsettled
from whosecopy.vault.events import ERASURE, Event, events, record
from whosecopy.vault.log_keys import MADE, ROTATION
from whosecopy.vault.opening import opening
from whosecopy.vault.store import Tx
from whosecopy.vault.tables import events as table
from whosecopy.vault.tables import readings
from whosecopy.vault.witnessing import STAMPED, WITNESSED

POLICY = "retention_policy"
PERMANENT = frozenset({"vault_made", "vault_restored", MADE, ROTATION, ERASURE, POLICY, WITNESSED, STAMPED})
"""Kinds of records whose content is never erased: they hold nothing personal, and the log is checked with them."""


def erase(tx: Tx, positions: Sequence[int], rule: str, now: str) -> int:
    """Erase the contents of the records at `positions` (from 1) and record that; how many there were.

    Those that are erased already are left out. Raises `InputError`, and erases nothing, where a position does not
    exist, is of a permanent kind, or belongs to a document that is held.
    """
    found = {event.header.sequence: event for event in events(tx) if event.header.sequence in set(positions)}
    missing = sorted(set(positions) - found.keys())
    if missing:
        raise InputError(f"record {missing[0]}: there is none; see: whosecopy log show")
    holding = held(tx)
    by_document: dict[str, list[int]] = {}
    for position, event in sorted(found.items()):
        _refuse(event, holding)
        if not event.erased:
            by_document.setdefault(event.header.document, []).append(position)
    for document, erased in by_document.items():
        for position in erased:
            tx.update(table, (position,), {"content": b""})
        record(tx, ERASURE, {"positions": erased, "rule": rule}, now, document)
    return sum(map(len, by_document.values()))


def erasable(event: Event, holding: dict[str, str]) -> bool:
    """Whether the content of a record is there and may be erased."""
    return not event.erased and event.header.kind not in PERMANENT and not _belongs_to(event) & holding.keys()


def held(tx: Tx) -> dict[str, str]:
    """The documents of which nothing may be erased, and the traces of them, each with the reason."""
    reasons: dict[str, str] = {}
    for batch in tx.pending_batches():
        reasons.setdefault(batch.document, "copies of it are still to be written")
    settled = {one.exhibit_sha256 for one in tx.traces() if one.verdict is not None}
    for trace in tx.traces():
        if trace.verdict is None and trace.exhibit_sha256 not in settled:
            _hold(tx, reasons, trace.id, f"{trace.id} has no verdict")
        elif trace.case is not None and _waits(tx, trace.id):
            _hold(tx, reasons, trace.id, f"{trace.id} waits to be opened")
    for case in open_cases(tx):
        reasons.setdefault(case.id, "it is not closed")
        for exhibit in filed(tx, case.id):
            _hold(tx, reasons, exhibit.trace, f"{case.id} is not closed")
    for number, reply in unsettled(tx):
        reasons.setdefault(reply.document, f"reply {number} of a recipient is not settled")
    for trace_id, document in tx.connection.execute(select(readings.c.trace, readings.c.document)):
        if document in reasons:
            reasons.setdefault(trace_id, f"{document} is held")
    return reasons


def _refuse(event: Event, holding: dict[str, str]) -> None:
    header = event.header
    if header.kind in PERMANENT:
        raise InputError(f"record {header.sequence}: a record of kind {header.kind} is never erased")
    for name in sorted(_belongs_to(event) & holding.keys()):
        raise InputError(f"record {header.sequence}: {name} is held, since {holding[name]}; erase it afterwards")


def _belongs_to(event: Event) -> set[str]:
    """The document and the cases that a record is of."""
    return {event.header.document, *(str(event.payload[name]) for name in ("trace", "case") if name in event.payload)}


def _hold(tx: Tx, reasons: dict[str, str], trace: str, reason: str) -> None:
    reasons.setdefault(trace, reason)
    for document in tx.connection.execute(select(readings.c.document).where(readings.c.trace == trace)).scalars():
        reasons.setdefault(document, reason)


def _waits(tx: Tx, trace: str) -> bool:
    """Whether the names of a case are neither revealed nor refused."""
    try:
        found = opening(tx, trace)
    except InputError:
        return False
    return found.names.to_reveal and found.reveal is None and not found.ended
