"""Approvals as they are kept, by what they are about, and how long they last."""

from datetime import datetime, timedelta

from whosecopy.errors import InputError
from whosecopy.model import codec
from whosecopy.model.approval import Approval, Signed
from whosecopy.vault.store_session import Session
from whosecopy.vault.tables import approvals

LONGEST_HOURS = 720


def add_approval(tx: Session, subject: str, approval: Approval[Signed]) -> None:
    """Keep one more approval of `subject`, in a transaction that records it."""
    number = tx.next(approvals.c.number, approvals.c.subject == subject)
    tx.insert(approvals, {"subject": subject, "number": number, "approval": codec.encode(approval)})


def approvals_of(tx: Session, subject: str, kind: type[Approval[Signed]]) -> list[Approval[Signed]]:
    """All approvals of `subject`, oldest first, whether they still count or not."""
    rows = tx.fetch(approvals, approvals.c.subject == subject, "approval", order="number")
    return [codec.decode(row["approval"], kind) for row in rows]


def expiry(now: str, hours: int) -> str:
    """The moment `hours` after `now`; raises `InputError` outside 1 to 720 hours."""
    if not 1 <= hours <= LONGEST_HOURS:
        raise InputError(f"--expires-hours {hours}: an approval lasts 1 to {LONGEST_HOURS} hours")
    return (_moment(now) + timedelta(hours=hours)).isoformat(timespec="seconds")


def expired(expires: str, now: str) -> bool:
    """Whether an approval that lasts until `expires` counts no more at `now`."""
    return _moment(now) >= _moment(expires)


def earlier(one: str, other: str) -> bool:
    """Whether `one` lies before `other` (ISO 8601)."""
    return _moment(one) < _moment(other)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
