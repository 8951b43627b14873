"""What the vault knows of who was told what: hand-outs with their times, and facts that copies tell differently."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from whosecopy.model import Template, codec
from whosecopy.trace.told import DeclaredFact, declared_facts
from whosecopy.vault.events import events
from whosecopy.vault.store import Tx


@dataclass(frozen=True, slots=True)
class HandOut:
    """A recipient (with their organisation) was handed a document at `at` (ISO 8601)."""

    recipient: str
    organisation: str
    document: str
    at: str


def hand_outs(tx: Tx, documents: Collection[str] | None = None) -> list[HandOut]:
    """Every hand-out of these documents, or of all. Personal data: only counts made of it may leave."""
    found = []
    for document in tx.documents():
        if documents is not None and document.id not in documents:
            continue
        issues = {one.version: tx.recipients(document.id, one.version) for one in tx.versions(document.id)}
        for event in events(tx, document.id):
            if event.header.kind == "hand-out" and not event.erased:
                first = int(event.payload["first"])
                for issue in issues[int(event.payload["version"])][first : first + int(event.payload["count"])]:
                    who = issue.recipient
                    found.append(HandOut(who.id, who.organisation, document.id, event.now))
    return found


def told_facts(tx: Tx, document: str) -> dict[str, tuple[DeclaredFact, ...]]:
    """The declared facts of all versions of a document by name; raises `InputError` where there is no such document."""
    found: dict[str, tuple[DeclaredFact, ...]] = {}
    for one in tx.versions(document):
        template = codec.decode(tx.load_template(document, one.version), Template)
        for fact in declared_facts(template):
            found[fact.name] = (*found.get(fact.name, ()), fact)
    return found


def seconds(at: str) -> float:
    """A recorded time (ISO 8601 with its zone) as seconds since 1970."""
    return datetime.datetime.fromisoformat(at).timestamp()
