"""What an approval has to pass before it counts, each time it is looked at."""

from collections import defaultdict

from whosecopy.errors import AccessError, InputError, IntegrityError, WhosecopyError
from whosecopy.model import Case, codec
from whosecopy.model.approval import Approval, Statement, holds, plain
from whosecopy.vault.opening import PROTECTED, Opening, stored
from whosecopy.vault.people import Person, everybody, named
from whosecopy.vault.people_approvals import approvals_of, earlier, expired
from whosecopy.vault.store import Tx

PROTECTED_PURPOSE = "protected-disclosure"
_RECIPIENT = (
    "whoever received a copy of a document in question cannot decide about this case, named or not; "
    "somebody else has to"
)


class RefusalError(Exception):
    """Why something was refused: a word for the record and the error for whoever asked."""

    def __init__(self, reason: str, error: WhosecopyError) -> None:
        super().__init__(reason)
        self.reason = reason
        self.error = error


def refuse_closed(found: Opening) -> None:
    """Raise where the case was ended."""
    if found.ended:
        raise RefusalError("ended", AccessError(f"{found.case}: {PROTECTED}"))


def refuse_nameless(found: Opening) -> None:
    """Raise where no copy is named."""
    if not found.names.to_reveal:
        raise InputError(f"{found.case}: names no copy; there is nobody to reveal")


def refuse_clock(tx: Tx, found: Opening, now: str) -> None:
    """With a clock set back an expired approval would count again."""
    seen = [codec.decode(stored(tx, found.case), Case).traced_at]
    seen += [one.now for one in approvals_of(tx, found.case, Approval[Statement])]
    for moment in seen:
        if earlier(now, moment):
            raise _broken("clock", f"{found.case}: has a record of {moment}, and the clock says {now}; set the clock")


def statement_of(tx: Tx, found: Opening, purpose: str, expires: str) -> Statement:
    """What somebody signs who opens this case for `purpose`."""
    verdict = codec.decode(stored(tx, found.case), Case).verdict
    return Statement(
        case=found.case,
        exhibit_sha256=found.facts.exhibit_sha256,
        documents=found.facts.documents,
        verdict_sha256=codec.digest(verdict).hex(),
        alpha=verdict.alpha,
        purpose=purpose,
        requester=found.facts.requester,
        expires=expires,
    )


def check(tx: Tx, found: Opening, approval: Approval[Statement], now: str) -> None:
    """Raise `RefusalError` where `approval` does not count for this case at `now`."""
    name, signed = approval.approver, approval.statement
    person = named(everybody(tx), name)
    if person is None or person.removed_at:
        what = f"was removed {person.removed_at}" if person else "is not registered"
        raise _broken("removed", f"{name}: {what} and cannot approve; see: whosecopy people list")
    if not holds(approval, person.credential):
        raise _broken("forged", f"{name}: the signature is not by the key registered for this name")
    if signed != statement_of(tx, found, signed.purpose, signed.expires):
        raise _broken("replayed", f"{name}: signed for another case or another verdict, not for this one")
    if expired(signed.expires, now):
        raise _broken("expired", f"{name}: the approval expired {signed.expires}; approve again")
    if signed.purpose != PROTECTED_PURPOSE and plain(found.facts.requester) in person.known_as:
        raise _broken("self", f"{name}: asked for this trace and cannot approve its opening; somebody else has to")
    if _is_recipient(tx, found, person):
        raise RefusalError("recipient", AccessError(_RECIPIENT))


def valid_approvals(tx: Tx, found: Opening, now: str) -> dict[str, list[Approval[Statement]]]:
    """The approvals that count, by purpose; every approver once in each."""
    counted: dict[str, list[Approval[Statement]]] = defaultdict(list)
    for approval in latest_approvals(tx, found.case):
        try:
            check(tx, found, approval, now)
        except RefusalError:
            continue
        counted[approval.statement.purpose].append(approval)
    return counted


def latest_approvals(tx: Tx, case: str) -> list[Approval[Statement]]:
    """Everybody's last approval of `case` for each purpose."""
    every = approvals_of(tx, case, Approval[Statement])
    return list({(plain(one.approver), one.statement.purpose): one for one in every}.values())


def document_in_question(found: Opening) -> str:
    """The document in whose history the events of this case stand: the one that the leak shows most of."""
    return found.facts.documents[0] if found.facts.documents else ""


def _broken(reason: str, message: str) -> RefusalError:
    return RefusalError(reason, IntegrityError(message))


def _is_recipient(tx: Tx, found: Opening, person: Person) -> bool:
    """Whether the person is among all recipients of all versions of every document in question."""
    return any(
        plain(word) in person.known_as
        for document in found.facts.documents
        for version in tx.versions(document)
        for issue in tx.recipients(document, version.version)
        for word in (issue.recipient.id, issue.recipient.email)
        if word
    )
