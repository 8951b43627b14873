"""Who was told what, and when: lists that people keep as CSV, and the times in them.

A list of access is personal data. What is made of it here are counts and times, and counts below
`FEWEST` people are never spelt out.
"""

import calendar
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from whosecopy.assess.history_table import Row, check_dates, parse_table
from whosecopy.errors import InputError

FEWEST = 5
"""Groups of fewer people are not counted out loud."""
MOST_ROWS = 200_000
_DAY_S = 86_400.0
_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?(Z|[+-]\d\d:?\d\d)?)?")


@dataclass(frozen=True, slots=True)
class Access:
    """`recipient` had `item` (a fact, a document or a compartment) from `at_s` on, seconds since 1970."""

    recipient: str
    item: str
    at_s: float
    group: str = ""


class Moments:
    """Reads the times of several lists, which have to be in one zone; `zone` is what they have in common.

    `zone` is an offset like `+02:00`, `unsaid` for times without one, `day` for dates, empty before the first.
    """

    def __init__(self) -> None:
        self.zone = ""
        self._first = ""

    def seconds(self, row: Row, column: str, late: bool = False) -> float:
        """The time in a cell as seconds since 1970; a date alone is its first moment, or its last where `late`.

        Raises `InputError` where it is missing or no time, or where another zone was used before.
        """
        words = row.text(column)
        check_dates([Row({column: words}, row.where)], column)
        found = _TIME.fullmatch(words)
        if found is None:
            raise InputError(f"{row.where}: {column} {words!r} is no time; write it like 2031-05-06T07:08Z")
        self._same_zone(_zone(found), row.where)
        year, month, day, hour, minute = (int(part or 0) for part in found.group(1, 2, 3, 4, 5))
        whole = calendar.timegm((year, month, day, hour, minute, 0)) - _offset_s(found[7])
        return whole + (_DAY_S - 1 if late and found[4] is None else float(found[6] or 0))

    def require_zone(self, why: str) -> None:
        """Raise `InputError` where times were read without an offset, which `why` needs."""
        if self.zone in ("day", "unsaid"):
            raise InputError(f"{self._first}: {why}; write times with their zone, like 2031-05-06T07:08Z")

    def _same_zone(self, zone: str, where: str) -> None:
        if not self.zone:
            self.zone, self._first = zone, where
        elif zone != self.zone:
            raise InputError(
                f"{where}: times are in mixed zones ({_said(zone)} here, {_said(self.zone)} in {self._first});"
                " give all of them in one"
            )


def parse_access(data: bytes, name: str, moments: Moments, items: Collection[str] | None = None) -> tuple[Access, ...]:
    """The rows of the CSV list `data`: `recipient,item,when[,group]`.

    Raises `InputError` for an empty list, a row that stands twice, and, where `items` are given, for an item
    that is none of them.
    """
    _, rows = parse_table(data, name, ("recipient", "item", "when"))
    if not rows:
        raise InputError(f"{name}: lists no access; give one row for each recipient and item")
    if len(rows) > MOST_ROWS:
        raise InputError(f"{name}: has more than {MOST_ROWS:,} rows; give the part that matters")
    found: dict[tuple[str, str, float], Access] = {}
    for row in rows:
        one = Access(row.text("recipient"), row.text("item"), moments.seconds(row, "when"), row.cells.get("group", ""))
        if items is not None and one.item not in items:
            raise InputError(f"{row.where}: item {one.item!r} is no fact, document or compartment of the facts")
        key = one.recipient, one.item, one.at_s
        if key in found:
            raise InputError(f"{row.where}: the row stands twice; remove one")
        found[key] = one
    return tuple(found.values())


def counted(people: int, of: int | None = None) -> int | str:
    """`people` as it may be printed: exact, or only as a limit where it, or what is left of `of`, is below 5.

    >>> counted(3), counted(12), counted(31, 34), counted(34, 34)
    ('<5', 12, '>29', 34)
    """
    if people < FEWEST:
        return f"<{FEWEST}"
    if of is not None and 0 < of - people < FEWEST:
        return f">{of - FEWEST}" if of > 2 * FEWEST else f">{FEWEST - 1}"
    return people


def earliest(accesses: Sequence[Access]) -> dict[tuple[str, str], float]:
    """When each recipient first had each item, by (recipient, item)."""
    first: dict[tuple[str, str], float] = {}
    for one in accesses:
        key = one.recipient, one.item
        first[key] = min(first.get(key, one.at_s), one.at_s)
    return first


def _zone(found: re.Match[str]) -> str:
    if found[4] is None:
        return "day"
    words = found[7] or "unsaid"
    return "+00:00" if words in ("Z", "+0000", "-00:00", "-0000") else words if ":" in words else _with_colon(words)


def _with_colon(words: str) -> str:
    return words if words == "unsaid" else f"{words[:3]}:{words[3:]}"


def _offset_s(words: str | None) -> float:
    if words is None or words == "Z":
        return 0.0
    sign = -1.0 if words[0] == "-" else 1.0
    return sign * (int(words[1:3]) * 3600.0 + int(words[-2:]) * 60.0)


def _said(zone: str) -> str:
    return {"day": "dates alone", "unsaid": "none said"}.get(zone, zone)
