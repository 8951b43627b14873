"""What recipients reply about their copy: not received, forwarded, lost. It is recorded and stands in reports."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

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
    """One reply, about the copy of a `recipient` or about a `copy` by its label; the other one is empty."""

    document: str
    recipient: str
    copy: str
    says: Says
    note: str
    now: str


def dispute(vault: Vault, reply: Dispute) -> int:
    """Record a reply; returns its number. Nothing that is said about a case depends on it.

    Raises `InputError` where the document, or a copy of it, does not exist, or the note is too long.
    """
    if len(reply.note) > LONGEST_NOTE:
        raise InputError(f"--note: takes {LONGEST_NOTE} characters at most; this has {len(reply.note)}")
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


def responses(
    tx: Tx, documents: Collection[str], copies: Collection[str], recipients: Collection[str]
) -> tuple[str, ...]:
    """The replies about these copies and these recipients, oldest first, in words that name copies only."""
    rows = tx.fetch(disputes, disputes.c.document.in_(documents), "dispute", order="number")
    found = [codec.decode(row["dispute"], Dispute) for row in rows]
    return tuple(_in_words(one) for one in found if one.copy in copies or one.recipient in recipients)


def _in_words(reply: Dispute) -> str:
    about = f"The recipient of copy {reply.copy}" if reply.copy else reply.recipient
    note = f": “{reply.note}”" if reply.note else ""
    return f"{about} {WORDS[reply.says]} (recorded {reply.now}){note}"


def _is_copy(tx: Tx, document: str, label: str) -> bool:
    for version in tx.versions(document):
        template = codec.decode(tx.load_template(document, version.version), Template)
        codebook = sealed_codebook(tx, document, version.version, template)
        if label in codebook.copy_labels(tx.next_index(document, version.version)):
            return True
    return False
