"""Two people open an identity: approvals of a case, its reveal, and its end as a protected disclosure.

Whatever is refused here is recorded, then raised. A refusal says nothing that depends on who is named: whoever
received a copy of any document in question is turned away with the same words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from whosecopy.errors import AccessError, InputError, IntegrityError
from whosecopy.model import Case, codec
from whosecopy.model.approval import Approval, Statement, plain
from whosecopy.vault.cases import trace_of
from whosecopy.vault.events import record
from whosecopy.vault.opening import Opening, Reveal, case_of, opening
from whosecopy.vault.opening_checks import (
    PROTECTED_PURPOSE,
    RefusalError,
    check,
    document_in_question,
    latest_approvals,
    refuse_clock,
    refuse_closed,
    refuse_nameless,
    statement_of,
    valid_approvals,
)
from whosecopy.vault.opening_ending import end_together
from whosecopy.vault.people import policy
from whosecopy.vault.people_approvals import add_approval
from whosecopy.vault.people_keys import Signer
from whosecopy.vault.store import Tx, Vault
from whosecopy.vault.tables import openings

LONGEST_PURPOSE = 500
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Approved:
    """How many approvals with this purpose count now, and how many a reveal needs."""

    case: str
    purpose: str
    approved: int
    needed: int


def approve(vault: Vault, case: str, signer: Signer, purpose: str, now: str, expires: str) -> Approved:
    """Record the signer's approval of opening `case` for `purpose`, until `expires`.

    Raises `InputError` for a case that needs no approval, `AccessError` for somebody who received a copy of a
    document in question and for a case that was ended, `IntegrityError` for an approval that is not valid.
    """
    words = _purpose(purpose)

    def add(tx: Tx) -> Approved:
        found = _to_be_opened(tx, trace_of(tx, case))
        refuse_clock(tx, found, now)
        approval = signer.sign(statement_of(tx, found, words, expires), now)
        check(tx, found, approval, now)
        valid = valid_approvals(tx, found, now).get(words, ())
        if any(plain(one.approver) == plain(signer.name) for one in valid):
            raise RefusalError("duplicate", IntegrityError(f"{signer.name}: has approved this already; it counts once"))
        add_approval(tx, found.case, approval)
        facts = {"case": found.case, "approver": approval.approver, "purpose": words, "expires": expires}
        record(tx, "approval", facts, now, document_in_question(found))
        return Approved(found.case, words, len(valid) + 1, policy(tx))

    return _recorded(vault, case, now, add)


def end(vault: Vault, case: str, signer: Signer, now: str, expires: str) -> None:
    """End `case` as a protected disclosure: its exhibit is not traced, shown or opened any more, in no case.

    Any one person who may approve can do it, and nobody can undo it. Raises as `approve` does.
    """

    def close(tx: Tx) -> None:
        found = opening(tx, trace_of(tx, case))
        refuse_closed(found)
        refuse_clock(tx, found, now)
        approval = signer.sign(statement_of(tx, found, PROTECTED_PURPOSE, expires), now)
        check(tx, found, approval, now)
        add_approval(tx, found.case, approval)
        for one in end_together(tx, found.case):
            tx.update(openings, (one,), {"refusal": codec.encode({"now": now, "approver": signer.name})})
        facts = {"case": found.case, "reason": PROTECTED_PURPOSE, "approver": signer.name}
        record(tx, "refusal", facts, now, document_in_question(found))

    _recorded(vault, case, now, close)


def reveal(vault: Vault, case: str, now: str) -> Case:
    """The case with the identities of its named copies, once enough valid approvals with one purpose are there.

    Raises `InputError` where no copy is named, `AccessError` where approvals are missing or the case was ended,
    `IntegrityError` where one that would be needed is expired, replayed or forged.
    """

    def open_it(tx: Tx) -> Case:
        found = opening(tx, trace_of(tx, case))
        refuse_closed(found)
        if found.reveal is None:
            refuse_nameless(found)
            refuse_clock(tx, found, now)
            opened = _enough(tx, found, now)
            tx.update(openings, (found.case,), {"reveal": codec.encode(opened)})
            facts = {"case": found.case, "purpose": opened.purpose, "approvers": list(opened.approvers)}
            record(tx, "reveal", facts | {"policy": policy(tx)}, now, document_in_question(found))
        return case_of(tx, found.case)

    return _recorded(vault, case, now, open_it)


def approvals(tx: Tx, case: str) -> list[Approval[Statement]]:
    """The approvals on which `case` was opened, in the order of its approvers; none before a reveal."""
    found = opening(tx, case)
    if found.reveal is None:
        return []
    given = {one.approver: one for one in latest_approvals(tx, case) if one.statement.purpose == found.reveal.purpose}
    return [given[name] for name in found.reveal.approvers]


def _recorded(vault: Vault, case: str, now: str, act: Callable[[Tx], _Result]) -> _Result:
    """What `act` gives; where it refuses, that is recorded, and the error raised afterwards."""
    with vault.transaction() as tx:
        try:
            return act(tx)
        except RefusalError as refused:
            record(tx, "refusal", {"case": case, "reason": refused.reason}, now)
            error = refused.error
    raise error


def _purpose(text: str) -> str:
    words = " ".join(text.split())
    if not words or len(words) > LONGEST_PURPOSE or not words.isprintable():
        raise InputError(f"--purpose: say in up to {LONGEST_PURPOSE} printable characters what the identity is for")
    if plain(words).replace(" ", "-").replace("_", "-") == PROTECTED_PURPOSE:
        raise InputError("a protected disclosure is no purpose to open an identity for; --protected-disclosure ends it")
    return words


def _to_be_opened(tx: Tx, case: str) -> Opening:
    found = opening(tx, case)
    refuse_closed(found)
    if found.reveal is not None:
        raise InputError(f"{case}: is open already; see it with: whosecopy reveal {case}")
    refuse_nameless(found)
    if policy(tx) == 1:
        raise InputError(f"{case}: this vault asks for no approval; use: whosecopy reveal {case}")
    return found


def _enough(tx: Tx, found: Opening, now: str) -> Reveal:
    """How the case is opened; raises `RefusalError` with the exact reason where it cannot be."""
    needed = policy(tx)
    if needed == 1:
        return Reveal(now, "", ())
    valid = valid_approvals(tx, found, now)
    purpose, given = max(valid.items(), key=lambda one: len(one[1]), default=("", []))
    if len(given) >= needed:
        return Reveal(now, purpose, tuple(one.approver for one in given))
    for approval in latest_approvals(tx, found.case):
        check(tx, found, approval, now)
    several = " with one and the same purpose" if len(valid) > 1 else ""
    missing = f"{found.case}: has {len(given)} of the {needed} approvals{several} that it takes"
    raise RefusalError("missing", AccessError(f"{missing}; they are given with: whosecopy approve"))
