"""Where the chains of events end, and what they have counted so far."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from whosecopy.vault.store_cells import open_cell
from whosecopy.vault.store_session import Session
from whosecopy.vault.tables import batches, readings
from whosecopy.vault.tables import events as table

START = bytes(32)
"""The digest before the first event."""

Counters = tuple[int, int, int]
"""Copies issued, copies handed out, readings kept."""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest event of a chain: its number in it, and its digest."""

    number: int = 0
    digest: bytes = START


_LAST = select(table.c.sequence, table.c.sequence, table.c.digest).order_by(table.c.sequence.desc()).limit(1)
_LAST_OF_DOCUMENT = (
    select(table.c.sequence, table.c.document_sequence, table.c.digest)
    .where(table.c.document == bindparam("document"))
    .order_by(table.c.document_sequence.desc())
    .limit(1)
)


def newest(tx: Session, document: str | None = None) -> Head:
    """The newest event of the vault, or of one document."""
    query = _LAST if document is None else _LAST_OF_DOCUMENT
    row = tx.connection.execute(query, {"document": document}).one_or_none()
    if row is None:
        return Head()
    sequence, number, digest = row
    return Head(number, open_cell(tx.keys.cells, table.name, (sequence,), "digest", digest))


def _count(of_document: bool) -> Select[Any]:
    issued = select(func.coalesce(func.sum(batches.c.count), 0))
    read = select(func.count()).select_from(readings)
    if of_document:
        issued = issued.where(batches.c.document == bindparam("document"))
        read = read.where(readings.c.document == bindparam("document"))
    handed_out = issued.where(batches.c.state == "done")
    return select(issued.scalar_subquery(), handed_out.scalar_subquery(), read.scalar_subquery())


_COUNT, _COUNT_OF_DOCUMENT = _count(False), _count(True)


def counters(tx: Session, document: str) -> Counters:
    """Copies issued, copies handed out, readings kept: of one document, or in the vault."""
    query = _COUNT_OF_DOCUMENT if document else _COUNT
    row = tx.connection.execute(query, {"document": document}).one()
    return row[0], row[1], row[2]
