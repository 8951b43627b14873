"""What recipients reply about their copy, and how it was settled. It is recorded and stands in reports."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import true

from whosecopy.errors import InputError
from whosecopy.model import Template, codec
from whosecopy.vault.codebooks import sealed_codebook
from whosecopy.vault.events import record
from whosecopy.vault.store import Tx, Vault
from whosecopy.vault.tables import disputes

LONGEST_NOTE = 2000


class Says(StrEnum):
    """What a recipient can say about a copy."""

    NOT_RECEIVED = "not-received"
    FORWARDED_TO = "forwarded-to"
    LOST = "lost"
    OTHER = "other"


WORDS = {
    Says.NOT_RECEIVED: "says that it was never received",
    Says.FORWARDED_TO: "says that it was forwarded",
    Says.LOST: "says that it was lost",
    Says.OTHER: "replies",
}


@dataclass(frozen=True, slots=True)
class Dispute:
    """One reply, about the copy of a `recipient` or about a `copy` by its label; the other one is empty.

    `settled_at` is empty until it is settled; `settlement` says how.
    """

    document: str
    recipient: str
    copy: str
    says: Says
    note: str
    now: str
    settled_at: str = ""
    settlement: str = ""


def dispute(vault: Vault, reply: Dispute) -> int:
    """Record a reply; returns its number. Nothing that is said about a case depends on it.

    Raises `InputError` where the document, or a copy of it, does not exist, or the note is too long.
    """
    _check_note(reply.note)
    with vault.transaction() as tx:
        tx.document(reply.document)
        if reply.recipient and not tx.find(reply.recipient, reply.document):
            raise InputError(f"{reply.recipient}: has no copy of {reply.document}")
        if reply.copy and not _is_copy(tx, reply.document, reply.copy):
            raise InputError(f"{reply.copy}: is no copy of {reply.document}; labels look like K7QF-2M")
        number = tx.next(disputes.c.number)
        tx.insert(disputes, {"number": number, "document": reply.document, "dispute": codec.encode(reply)})
        record(tx, "dispute", {"dispute": number, "says": reply.says.value}, reply.now, reply.document)
    return number


def settle(vault: Vault, document: str, number: int, settlement: str, now: str) -> None:
    """Record that a reply is settled, and how; it stays in the reports and holds nothing from retention any more.

    Raises `InputError` where the document has no such reply, it is settled already, or the words are too long.
    """
    _check_note(settlement)
    with vault.transaction() as tx:
        tx.document(document)
        replies = {found: one for found, one in _replies(tx) if one.document == document}
        if number not in replies:
            raise InputError(f"reply {number}: there is none about {document}")
        if replies[number].settled_at:
            raise InputError(f"reply {number}: was settled already, {replies[number].settled_at}")
        settled = replace(replies[number], settled_at=now, settlement=settlement)
        tx.update(disputes, (number,), {"dispute": codec.encode(settled)})
        record(tx, "dispute_settled", {"dispute": number}, now, document)


def unsettled(tx: Tx) -> list[tuple[int, Dispute]]:
    """The replies that nobody settled, with their numbers, oldest first."""
    return [(number, reply) for number, reply in _replies(tx) if not reply.settled_at]


def responses(
    tx: Tx, documents: Collection[str], copies: Collection[str], recipients: Collection[str]
) -> tuple[str, ...]:
    """The replies about these copies and these recipients, oldest first, in words that name copies only."""
    found = [reply for _, reply in _replies(tx) if reply.document in documents]
    return tuple(_in_words(one) for one in found if one.copy in copies or one.recipient in recipients)


def _replies(tx: Tx) -> list[tuple[int, Dispute]]:
    rows = tx.fetch(disputes, true(), "dispute", order="number")
    return [(row["number"], codec.decode(row["dispute"], Dispute)) for row in rows]


def _check_note(note: str) -> None:
    if len(note) > LONGEST_NOTE:
        raise InputError(f"--note: takes {LONGEST_NOTE} characters at most; this has {len(note)}")


def _in_words(reply: Dispute) -> str:
    about = f"The recipient of copy {reply.copy}" if reply.copy else reply.recipient
    note = f": “{reply.note}”" if reply.note else ""
    end = f"; settled {reply.settled_at}" if reply.settled_at else ""
    how = f": “{reply.settlement}”" if reply.settlement else ""
    return f"{about} {WORDS[reply.says]} (recorded {reply.now}){note}{end}{how}"


def _is_copy(tx: Tx, document: str, label: str) -> bool:
    for version in tx.versions(document):
        template = codec.decode(tx.load_template(document, version.version), Template)
        codebook = sealed_codebook(tx, document, version.version, template)
        if label in codebook.copy_labels(tx.next_index(document, version.version)):
            return True
    return False
