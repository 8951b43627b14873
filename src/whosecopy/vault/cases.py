"""Cases of several exhibits: opened with what decides them, filled exhibit by exhibit (STATISTICS V7, V16)."""

from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import ColumnElement, select, true

from whosecopy.errors import InputError
from whosecopy.model import Case, codec
from whosecopy.vault.events import record
from whosecopy.vault.store import Tx
from whosecopy.vault.store_session import is_row
from whosecopy.vault.tables import cases, exhibits, traces

Decides = Literal["p", "e"]


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case as it was opened: `e` decides after every exhibit, `p` once, when `planned` exhibits are filed.

    `alpha` is the level of the case; it may not exceed that of any document that an exhibit comes from.
    `closed_at` is empty while exhibits may be filed.
    """

    id: str
    title: str
    decides: Decides
    alpha: float
    planned: int
    opened_at: str
    closed_at: str = ""


@dataclass(frozen=True, slots=True)
class Filed:
    """One exhibit of a case: its trace, and what counts of it.

    `document` is the one of which it shows the most; `issued` says how many copies of each of its versions in
    play there were when the exhibit was recorded; `retrace` is its k outside the case (V11).
    """

    trace: str
    name: str
    exhibit_sha256: str
    document: str
    issued: tuple[tuple[int, int], ...]
    retrace: int
    filed_at: str


def open_case(tx: Tx, decides: Decides, alpha: float, planned: int, title: str, now: str) -> OpenCase:
    """Open a case; nothing about how it is decided changes afterwards.

    Raises `InputError` where p decides and no number of exhibits is given, or e decides and one is.
    """
    if (decides == "p") != (planned > 0):
        raise InputError(
            "a case decided by p takes --exhibits N, the number after which it is decided once; "
            "a case decided by e may be watched after every exhibit and takes none"
        )
    case = tx.new_id("case", traces.c.id)
    while tx.connection.scalar(select(cases.c.id).where(cases.c.id == case)) is not None:
        case = tx.new_id("case", traces.c.id)
    opened = OpenCase(case, title, decides, alpha, planned, now)
    tx.insert(cases, {"id": case, "number": tx.next(cases.c.number), "facts": codec.encode(opened)})
    record(tx, "case_opened", {"case": case, "decides": decides, "alpha": alpha, "planned": planned}, now)
    return opened


def close_case(tx: Tx, case: str, now: str) -> OpenCase:
    """Let a case take no exhibits from now on; it holds nothing from retention any more.

    Raises `InputError` where there is no such case, or it is closed already.
    """
    opened = find_case(tx, case)
    if opened.closed_at:
        raise InputError(f"{case}: was closed already, {opened.closed_at}")
    closed = replace(opened, closed_at=now)
    tx.update(cases, (case,), {"facts": codec.encode(closed)})
    record(tx, "case_closed", {"case": case, "exhibits": len(filed(tx, case))}, now)
    return closed


def open_cases(tx: Tx) -> list[OpenCase]:
    """The cases that are not closed, in the order in which they were opened."""
    return [one for one in all_cases(tx) if not one.closed_at]


def all_cases(tx: Tx) -> list[OpenCase]:
    """All cases in the order in which they were opened."""
    return _cases(tx, true())


def find_case(tx: Tx, case: str) -> OpenCase:
    """The case with this id; raises `InputError` where there is none."""
    found = _cases(tx, is_row(cases, (case,)))
    if not found:
        raise InputError(f"{case}: no case of several exhibits; list them with: whosecopy case list")
    return found[0]


def filed(tx: Tx, case: str) -> list[Filed]:
    """The exhibits of a case in the order in which they were filed."""
    rows = tx.fetch(exhibits, is_row(exhibits, (case,)), "facts", order="number")
    return [codec.decode(row["facts"], Filed) for row in rows]


def file_exhibit(tx: Tx, case: str, one: Filed) -> None:
    """Add an exhibit to a case, before anything is scored; the caller records the event.

    Raises `InputError` where the case takes no more.
    """
    refuse_full(tx, case, one.exhibit_sha256)
    number = len(filed(tx, case)) + 1
    tx.insert(exhibits, {"case": case, "number": number, "trace": one.trace, "facts": codec.encode(one)})


def refuse_full(tx: Tx, case: str, exhibit_sha256: str) -> None:
    """Raise `InputError` where a case is closed, or decided once and decided already."""
    opened = find_case(tx, case)
    if opened.closed_at:
        raise InputError(f"{case}: was closed, {opened.closed_at}, and takes no more exhibits; open another case")
    others = {other.exhibit_sha256 for other in filed(tx, case)} - {exhibit_sha256}
    if opened.planned and len(others) >= opened.planned:
        raise InputError(f"{case}: its {opened.planned} exhibits are filed and it is decided; open another case")


def forget_name(tx: Tx, trace: str, instead: str) -> None:
    """Put `instead` in place of the name of an exhibit wherever its case of several exhibits shows it."""
    for row in list(tx.fetch(exhibits, exhibits.c.trace == trace, "facts")):
        case, number = row["case"], row["number"]
        facts = replace(codec.decode(row["facts"], Filed), name=instead)
        tx.update(exhibits, (case, number), {"facts": codec.encode(facts)})
        for one in filed(tx, case):
            stored = tx.trace(one.trace).case
            found = codec.decode(stored, Case) if stored else None
            if found and len(found.history) >= number:
                steps = list(found.history)
                steps[number - 1] = replace(steps[number - 1], exhibit=instead)
                tx.update(traces, (one.trace,), {"case": codec.encode(replace(found, history=tuple(steps)))})


def trace_of(tx: Tx, case: str) -> str:
    """The trace whose verdict is that of `case`: the newest finished one of its exhibits, or `case` itself."""
    finished = [one.trace for one in filed(tx, case) if tx.trace(one.trace).verdict is not None]
    return finished[-1] if finished else case


def refuse_several(tx: Tx, case: str) -> None:
    """Raise `InputError` for a case of several exhibits, or an exhibit filed in one: no bundle can hold it yet."""
    several = tx.connection.scalar(select(exhibits.c.case).where(exhibits.c.trace == trace_of(tx, case)))
    if several is not None:
        raise InputError(f"{case}: bundles hold single traces; {several} adds up several exhibits")


def _cases(tx: Tx, where: ColumnElement[bool]) -> list[OpenCase]:
    rows = tx.fetch(cases, where, "facts", order="number")
    return [codec.decode(row["facts"], OpenCase) for row in rows]
