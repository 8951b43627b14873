"""The identities behind a case: kept apart from it, and put back once they were opened.

A stored case names copies. Who received them stands in a cell of its own, which only a reveal opens.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import and_

from whosecopy.errors import AccessError, InputError
from whosecopy.model import Case, codec
from whosecopy.vault.dispute import responses
from whosecopy.vault.events import record
from whosecopy.vault.people import policy
from whosecopy.vault.store import Tx, Vault
from whosecopy.vault.store_session import is_row
from whosecopy.vault.tables import openings
from whosecopy.vault.unverifiable import NOTE, erased

PROTECTED = "was ended as a protected disclosure: nothing about it is traced, shown or opened any more"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who received a named copy."""

    copy: str
    recipient: str | None
    organisation: str | None


@dataclass(frozen=True, slots=True)
class Names:
    """What a case keeps apart: the recipients of its named copies in their order, and when they got them.

    `organisations` are the named ones in their order, None for those that the case may speak of.
    """

    identities: tuple[Identity, ...]
    hand_outs: tuple[str, ...]
    organisations: tuple[str | None, ...] = ()

    @property
    def to_reveal(self) -> bool:
        """Whether there is something to reveal."""
        return bool(self.identities) or any(name is not None for name in self.organisations)


@dataclass(frozen=True, slots=True)
class Facts:
    """What an opening is about: the exhibit (SHA-256, hex), every document in question, and who asks."""

    exhibit_sha256: str
    documents: tuple[str, ...]
    requester: str


@dataclass(frozen=True, slots=True)
class Reveal:
    """When, what for and on whose approval the identities were opened; nobody's in a vault of policy 1."""

    now: str
    purpose: str
    approvers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """The state of one case: sealed, revealed or ended."""

    case: str
    facts: Facts
    names: Names
    reveal: Reveal | None
    ended: bool


def apart(case: Case) -> tuple[Case, Names]:
    """The case without anything that tells who received a copy, and what was taken out."""
    verdict = case.verdict
    identities = tuple(Identity(one.copy, one.recipient, one.organisation) for one in verdict.named)
    named = tuple(replace(one, recipient=None, organisation=None) for one in verdict.named)
    how = replace(verdict.how, hand_outs=())
    groups, hidden = [], []
    for group in verdict.organisations:
        few = bool(group.get("small"))
        hidden.append(str(group["organisation"]) if few else None)
        facts = {name: value for name, value in group.items() if name != "small"}
        groups.append(facts | {"organisation": None} if few else facts)
    kept = replace(verdict, named=named, how=how, organisations=tuple(groups))
    return replace(case, verdict=kept), Names(identities, verdict.how.hand_outs, tuple(hidden))


def together(case: Case, names: Names) -> Case:
    """The case with its names put back: the opposite of `apart`."""
    verdict = case.verdict
    named = tuple(
        replace(copy, recipient=one.recipient, organisation=one.organisation)
        for copy, one in zip(verdict.named, names.identities, strict=True)
    )
    how = replace(verdict.how, hand_outs=names.hand_outs)
    groups = tuple(
        group if hidden is None else group | {"organisation": hidden}
        for group, hidden in zip(verdict.organisations, names.organisations, strict=True)
    )
    return replace(case, verdict=replace(verdict, named=named, how=how, organisations=groups))


def enter(tx: Tx, case: str, facts: Facts, names: Names, now: str) -> None:
    """Keep the names of a new case; in a vault of policy 1 they are revealed at once, which is recorded."""
    at_once = names.to_reveal and policy(tx) == 1
    values = {"case": case, "facts": codec.encode(facts), "identities": codec.encode(names)}
    if at_once:
        values["reveal"] = codec.encode(Reveal(now, "", ()))
    tx.insert(openings, values)
    if at_once:
        record(tx, "reveal", {"case": case, "policy": 1}, now)


def opening(tx: Tx, case: str) -> Opening:
    """How far the opening of a case got; raises `InputError` where there is no such case."""
    rows = list(tx.fetch(openings, is_row(openings, (case,)), "facts identities reveal refusal"))
    if not rows:
        tx.trace(case)
        raise InputError(f"{case}: this trace was interrupted and has no verdict; trace the exhibit again")
    row = rows[0]
    return Opening(
        case,
        codec.decode(row["facts"], Facts),
        codec.decode(row["identities"], Names),
        codec.decode(row["reveal"], Reveal) if row["reveal"] else None,
        row["refusal"] is not None,
    )


def case_of(tx: Tx, case: str) -> Case:
    """The stored case of this id with what recipients replied; with the identities once they were revealed.

    A note says where erasing took away what it would be verified by. Before a reveal only replies by copy label
    are in it. Raises `InputError` where there is no such case, `AccessError` where it was ended as a protected
    disclosure.
    """
    found = opening(tx, case)
    if found.ended:
        raise AccessError(f"{case}: {PROTECTED}")
    kept = codec.decode(stored(tx, case), Case)
    if erased(tx, kept.verdict.case, kept, found.facts.documents):
        how = replace(kept.verdict.how, notes=(*kept.verdict.how.notes, NOTE))
        kept = replace(kept, verdict=replace(kept.verdict, how=how))
    labels = [one.copy for one in kept.verdict.named]
    if found.reveal is None:
        return replace(kept, responses=responses(tx, found.facts.documents, labels, ()))
    recipients = [one.recipient for one in found.names.identities if one.recipient]
    replies = responses(tx, found.facts.documents, labels, recipients)
    return replace(together(kept, found.names), responses=replies, facts=(*kept.facts, *_opened(found.reveal)))


def _opened(reveal: Reveal) -> tuple[tuple[str, str], ...]:
    """How the identities were opened, for the report; nothing where `trace` reveals by itself."""
    if not reveal.approvers:
        return ()
    approvers = ", ".join(reveal.approvers)
    return (("Identity opened", f"{reveal.now}, approved by {approvers}, for this purpose: {reveal.purpose}"),)


def stored(tx: Tx, case: str) -> bytes:
    """The case as it was stored: canonical JSON that names copies and nobody."""
    return tx.trace(case).case or b""


def refuse_while_sealed(tx: Tx, document: str) -> None:
    """Raise `AccessError` while a case about `document` waits for its identities to be opened.

    Whoever could make copies again meanwhile would only have to compare them with the leak.
    """
    closed = and_(openings.c.reveal.is_(None), openings.c.refusal.is_(None))
    for row in tx.fetch(openings, closed, "facts identities"):
        waits = codec.decode(row["identities"], Names).to_reveal
        if waits and document in codec.decode(row["facts"], Facts).documents:
            raise AccessError(
                f"{document}: {row['case']} waits for its identities to be opened; until then no copy is made again"
            )


def refuse_protected(vault: Vault, exhibit_sha256: str, now: str) -> None:
    """Record that a protected disclosure was to be traced again, and raise `AccessError`; else do nothing."""
    try:
        with vault.snapshot() as tx:
            refuse_ended(tx, exhibit_sha256)
    except AccessError:
        with vault.transaction() as tx:
            record(tx, "refusal", {"exhibit": exhibit_sha256, "reason": "ended"}, now)
        raise


def refuse_ended(tx: Tx, exhibit_sha256: str, cases: Sequence[str] = ()) -> None:
    """Raise `AccessError` where this exhibit, or one of these `cases`, was ended as a protected disclosure."""
    ended = tx.fetch(openings, openings.c.refusal.is_not(None), "facts")
    for row in ended:
        if row["case"] in cases or codec.decode(row["facts"], Facts).exhibit_sha256 == exhibit_sha256:
            raise AccessError(f"this exhibit {PROTECTED}")
