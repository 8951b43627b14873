"""`notation.date`: the order of day and month, the dots of a.m., the apostrophe of decades.

Each is a house style: all of a document change together as one mark, and only where the document keeps
to one style. The date itself never changes. A comma after the year
belongs to one order only: a document that has one is left as it is.
"""

import regex

from whosecopy.carriers.english import BLANK, TextCarrier
from whosecopy.carriers.phrase import Pattern, find_patterns, optional

NAME = "notation.date"

_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_ORDER = regex.compile(
    rf"(?<![\w-])(?P<site>(?P<m>{_MONTH}) (?P<d>\d{{1,2}})(?:, (?P<y>\d{{4}}))?"
    rf"|(?P<d>\d{{1,2}}) (?P<m>{_MONTH})(?: (?P<y>\d{{4}}))?)"
    r"(?!\w|-|–|/|,? \d)"
    rf"|(?<![\w-])(?P<site>(?:{_MONTH})\s+(?!\d{{4}}\b)\d\S*|\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?\s+(?:{_MONTH}))(?!\w)"
)
_TIMES = {"am": "a.m.", "pm": "p.m.", "a.m.": "am", "p.m.": "pm"}


def _other_order(match: "regex.Match[str]") -> list[str]:
    """The other order; none for a date in a form that this rule cannot turn, which then keeps all as they are."""
    day, month, year = match["d"], match["m"], match["y"]
    if not day or not 1 <= int(day) <= 31 or day[0] == "0" or (year and match.string[match.end() :].startswith(",")):
        return []
    if match["site"][0].isdigit():
        return [f"{month} {day}" + (f", {year}" if year else "")]
    return [f"{day} {month}" + (f" {year}" if year else "")]


def _other_time(match: "regex.Match[str]") -> list[str]:
    rest = match.string[match.end() :]
    if rest.startswith(".") or not rest or regex.match(r"\s+[A-Z]", rest):
        return []
    return [_TIMES[match["site"]]] if match["site"] in _TIMES else []


PATTERNS = (
    Pattern("date order", _ORDER, _other_order, link="date order", first="[A-Z]", names=False),
    Pattern(
        "time of day",
        regex.compile(rf"(?<=\d{BLANK}?)(?P<site>[ap]\.m\.|[ap]m|[AP]\.?M\b\.?)(?!\w)"),
        _other_time,
        link="time of day",
        first=r".*\.",
    ),
    Pattern(
        "apostrophe of decades",
        regex.compile(rf"(?<=\bthe{BLANK}(?:(?:early|late|mid|middle){BLANK})?(?:1[6-9]|20)\d0)(?P<site>['’]?)(?=s\b)"),
        optional("'"),
        link="decades",
        first="['’]",
    ),
)

CARRIER = TextCarrier(NAME, "1", find_patterns(NAME, PATTERNS))
