"""Batches of copies: who received which codeword index. Indices are issued consecutively, without gaps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, func, select, true

from whosecopy.errors import InputError, IntegrityError
from whosecopy.model import Recipient, codec
from whosecopy.vault.store_documents import Documents
from whosecopy.vault.store_session import Values, is_row
from whosecopy.vault.tables import batches

State = Literal["pending", "done"]


@dataclass(frozen=True, slots=True)
class Batch:
    """Copies issued together: indices `first` to `first + count - 1`; `batch` counts from 1 in its version.

    `record` is the seal record that was durable before delivery; `state` is `done` once every file is written.
    """

    document: str
    version: int
    batch: int
    first: int
    count: int
    state: State
    out_dir: str
    record: bytes


@dataclass(frozen=True, slots=True)
class Issue:
    """One issued copy: its codeword index, its recipient, its batch and how far delivery got."""

    index: int
    recipient: Recipient
    batch: int
    state: State


class Batches(Documents):
    """The part of a transaction that knows who was issued which index."""

    def next_index(self, document: str, version: int) -> int:
        """The index that the next recipient gets: how many were issued so far."""
        query = select(func.coalesce(func.sum(batches.c.count), 0)).where(is_row(batches, (document, version)))
        return int(self.connection.execute(query).scalar_one())

    def issued(self) -> dict[tuple[str, int], int]:
        """How many indices of each (document, version) were issued; versions without any are left out."""
        group = (batches.c.document, batches.c.version)
        query = select(*group, func.sum(batches.c.count)).group_by(*group)
        return {(document, version): int(count) for document, version, count in self.connection.execute(query)}

    def add_batch(
        self,
        document: str,
        version: int,
        recipients: Sequence[Recipient],
        record: bytes,
        state: State,
        out_dir: str,
    ) -> Batch:
        """Issue the next indices to `recipients`, in their order.

        Raises `InputError` for an unknown version, for nobody, and for a version closed by a restore.
        """
        if self.version(document, version).closed:
            raise InputError(
                f"{document}: came from a backup, and copies made after it may exist; "
                f"seal a new version instead: whosecopy seal DOC --supersedes {document}"
            )
        if not recipients:
            raise InputError(f"{document}: no recipient was given; a batch needs one or more")
        batch = Batch(
            document,
            version,
            self.next(batches.c.batch, is_row(batches, (document, version))),
            self.next_index(document, version),
            len(recipients),
            state,
            out_dir,
            record,
        )
        values = {
            "document": document,
            "version": version,
            "batch": batch.batch,
            "first": batch.first,
            "count": batch.count,
            "state": state,
            "record": record,
            "out_dir": out_dir.encode(),
            "recipients": codec.encode(list(recipients)),
        }
        self.insert(batches, values)
        return batch

    def finish_batch(self, batch: Batch) -> None:
        """Note that every copy of `batch` was written."""
        self.update(batches, (batch.document, batch.version, batch.batch), {"state": "done"})

    def batches(self, document: str, version: int) -> list[Batch]:
        """The batches of one version in the order of issue."""
        return self._batches(is_row(batches, (document, version)))

    def pending_batches(self) -> list[Batch]:
        """Batches whose copies may not all be written: an interrupted seal."""
        return self._batches(batches.c.state == "pending")

    def recipients(self, document: str, version: int) -> list[Issue]:
        """Every issued copy of one version, by index."""
        return [issue for _, issue in self._issues(is_row(batches, (document, version)))]

    def find(self, recipient_id: str, document: str | None = None) -> list[tuple[str, int, Issue]]:
        """Every (document, version, copy) issued to a recipient; decrypts each batch, or those of `document`."""
        where = true() if document is None else batches.c.document == document
        return [
            (row["document"], row["version"], issue)
            for row, issue in self._issues(where)
            if issue.recipient.id == recipient_id
        ]

    def _batches(self, where: ColumnElement[bool]) -> list[Batch]:
        rows = self.fetch(batches, where, "first count state out_dir record", order="first")
        return [Batch(**{**row, "out_dir": row["out_dir"].decode()}) for row in rows]

    def _issues(self, where: ColumnElement[bool]) -> list[tuple[Values, Issue]]:
        found = []
        for row in self.fetch(batches, where, "first count state recipients", order="first"):
            recipients = codec.decode(row["recipients"], list[Recipient])
            if len(recipients) != row["count"]:
                raise IntegrityError(f"{row['document']}: the number of issued copies was altered; restore a backup")
            issues = (
                Issue(row["first"] + k, recipient, row["batch"], row["state"]) for k, recipient in enumerate(recipients)
            )
            found += [(row, issue) for issue in issues]
        return found
