"""Retention: how long contents of records and exhibits are kept, what is due, and its deletion, which is recorded."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from whosecopy.model import Case, Exhibit, codec
from whosecopy.vault.cases import forget_name
from whosecopy.vault.erasure import POLICY, erasable, erase, held
from whosecopy.vault.events import events, record
from whosecopy.vault.store import Tx, Vault
from whosecopy.vault.tables import readings, traces
from whosecopy.vault.unverifiable import ERASED

EXHIBITS = "exhibits_erased"
FOREVER = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """After how many days what is deleted; 0 keeps it for ever."""

    contents: int = FOREVER
    exhibits: int = FOREVER


@dataclass(frozen=True, slots=True)
class Due:
    """What the policy says is to go: records by position with kind and time, cases whose exhibit goes.

    `held` are documents of which nothing goes now, with the reason.
    """

    policy: Policy
    records: tuple[tuple[int, str, str], ...]
    cases: tuple[str, ...]
    held: tuple[tuple[str, str], ...]


def policy(tx: Tx) -> Policy:
    """The policy that was recorded last; everything is kept where there is none."""
    found = Policy()
    for event in events(tx, ""):
        if event.header.kind == POLICY:
            found = Policy(**event.payload)
    return found


def set_policy(tx: Tx, new: Policy, now: str) -> None:
    """Replace the policy, in a record."""
    record(tx, POLICY, {"contents": new.contents, "exhibits": new.exhibits}, now)


def due(tx: Tx, now: str) -> Due:
    """What is older than the policy allows at `now` (ISO 8601); nothing is deleted."""
    rule, holding = policy(tx), held(tx)
    records = [
        (event.header.sequence, event.header.kind, event.now)
        for event in events(tx)
        if erasable(event, holding) and _is_older(event.now, rule.contents, now)
    ]
    cases = [
        trace.id
        for trace in tx.traces()
        if trace.case is not None
        and _is_older(trace.created_at, rule.exhibits, now)
        and not _documents(tx, trace.id) & holding.keys()
        and _shows(codec.decode(trace.case, Case).exhibit)
    ]
    return Due(rule, tuple(records), tuple(cases), tuple(sorted(holding.items())))


def apply(vault: Vault, now: str) -> Due:
    """Delete what is due, and record it: the same in one transaction, or nothing."""
    with vault.transaction() as tx:
        found = due(tx, now)
        positions = [position for position, _, _ in found.records]
        if positions:
            erase(tx, positions, f"contents are kept for {found.policy.contents} days", now)
        for trace in found.cases:
            _forget_exhibit(tx, trace)
        if found.cases:
            rule = f"exhibits are kept for {found.policy.exhibits} days"
            record(tx, EXHIBITS, {"cases": list(found.cases), "rule": rule}, now)
    return found


def _forget_exhibit(tx: Tx, trace: str) -> None:
    """Empty a case of what was handed in; digest, verdict and numbers stay."""
    forget_name(tx, trace, ERASED)
    case = codec.decode(tx.trace(trace).case or b"", Case)
    exhibit = replace(case.exhibit, text="", name=ERASED, pages=(), measured=())
    tx.update(traces, (trace,), {"case": codec.encode(replace(case, exhibit=exhibit, evidence=(), command=""))})


def _shows(exhibit: Exhibit) -> bool:
    """Whether anything is kept of what an exhibit says or looks like."""
    return bool(exhibit.text or exhibit.pages or exhibit.measured)


def _documents(tx: Tx, trace: str) -> set[str]:
    return {row["document"] for row in tx.fetch(readings, readings.c.trace == trace, "document")}


def _is_older(time: str, days: int, now: str) -> bool:
    return days != FOREVER and _moment(now) - _moment(time) > timedelta(days=days)


def _moment(time: str) -> datetime:
    found = datetime.fromisoformat(time)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
