"""What erasing took away of a case: without it nobody can verify its verdict any more."""

from collections.abc import Sequence

from whosecopy.model import Case
from whosecopy.vault.events import events
from whosecopy.vault.store import Tx

ERASED = "erased"
"""The name of an exhibit of which only the digest is left."""

NOTE = "no_longer_verifiable"
"""The note of a verdict that says so."""


def erased(tx: Tx, case: str, kept: Case, documents: Sequence[str]) -> str:
    """What was erased of the evidence of a stored case about `documents`, in words; empty where all of it is there."""
    if not documents:
        return ""
    if kept.exhibit.name == ERASED and not kept.exhibit.text:
        return "its exhibit was erased"
    found = [event for name in ("", *documents) for event in events(tx, name)]
    for event in found:
        if event.header.kind == "seal" and event.erased:
            return f"record {event.header.sequence} (seal of {event.header.document}) was erased"
    kinds = {event.header.kind for event in found if not event.erased and event.payload.get("trace") == case}
    return "" if kinds >= {"trace", "test"} else "the records of this trace were erased"
