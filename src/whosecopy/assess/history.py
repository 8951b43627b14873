"""Past undertakings and the sites of the present one, read from what people keep as CSV."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from whosecopy.assess.history_table import Row, check_dates, parse_table
from whosecopy.errors import InputError

LARGEST = 10_000
"""The largest number of results that is understood."""
MOST_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Past:
    """One past undertaking: `found` results where `size` were expected, or possible where there is a ceiling."""

    found: int
    size: float
    cells: dict[str, str] = field(hash=False)


@dataclass(frozen=True, slots=True)
class History:
    """The past undertakings of a file, those that were selected, and the time that these cover."""

    columns: tuple[str, ...]
    rows: int
    used: tuple[Past, ...]
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Site:
    """One place of the present undertaking: `found` results where `size` were expected, or possible."""

    name: str
    found: int
    size: float


def parse_history(data: bytes, name: str, bounded: bool, where: Mapping[str, str], own_ceiling: bool) -> History:
    """The undertakings in the CSV list `data` (`found,expected[,ceiling,date,place,kind,...]`) that fit `where`.

    Values of `where` are compared without regard to case. `bounded`: nothing can exceed a ceiling, which is the
    column `ceiling`, or `expected` where that is missing and `own_ceiling` is false. Every row is checked,
    selected or not. Raises `InputError`.
    """
    columns, rows = parse_table(data, name, ("found", "expected"))
    if len(rows) > MOST_ROWS:
        raise InputError(f"{name}: has more than {MOST_ROWS:,} rows; select the comparable ones first")
    for column in where:
        if column not in columns:
            raise InputError(f"{name}: has no column {column}; it has {', '.join(columns)}")
    if bounded and own_ceiling and "ceiling" not in columns:
        raise InputError(
            f"{name}: has no column ceiling; add one, as the ceiling given is not what was expected,"
            " or give no --expected where the column expected holds the ceilings"
        )
    check_dates(rows, "date")
    past = [(row, _past(row, "ceiling" in columns, bounded)) for row in rows]
    used = [(row, one) for row, one in past if _fits(one.cells, where)]
    first, last = check_dates([row for row, _ in used], "date")
    return History(columns, len(rows), tuple(one for _, one in used), first, last)


def parse_sites(data: bytes, name: str, bounded: bool) -> tuple[Site, ...]:
    """The sites in the CSV list `data` (`site,found,expected`); raises `InputError`.

    `bounded`: `expected` is what could be found at most.
    """
    _, rows = parse_table(data, name, ("site", "found", "expected"))
    if not rows:
        raise InputError(f"{name}: lists no site; give one row for each")
    sites: dict[str, Site] = {}
    for row in rows:
        one = row.text("site")
        if one in sites:
            raise InputError(f"{row.where}: site {one!r} stands twice; every site needs one row")
        past = _past(row, False, bounded)
        sites[one] = Site(one, past.found, past.size)
    if len(sites) > MOST_ROWS:
        raise InputError(f"{name}: has more than {MOST_ROWS:,} sites; group them")
    return tuple(sites.values())


def parse_where(words: str) -> dict[str, str]:
    """The selection `column=value,column=value`; raises `InputError`.

    >>> parse_where("kind=raid, place=North")
    {'kind': 'raid', 'place': 'North'}
    """
    chosen: dict[str, str] = {}
    for part in words.split(",") if words.strip() else ():
        column, equals, value = (piece.strip() for piece in part.partition("="))
        if not (column and equals and value):
            raise InputError(f"--where {words!r}: write it like kind=raid,place=north")
        if column.lower() in chosen:
            raise InputError(f"--where {words!r}: {column} stands twice; one value a column")
        chosen[column.lower()] = value
    return chosen


def _fits(cells: Mapping[str, str], where: Mapping[str, str]) -> bool:
    return all(cells[column].casefold() == value.casefold() for column, value in where.items())


def _past(row: Row, has_ceiling: bool, bounded: bool) -> Past:
    found, size = row.whole("found", LARGEST), row.number("expected", LARGEST)
    ceiling = float(row.whole("ceiling", LARGEST)) if has_ceiling else None
    if ceiling is not None and (ceiling < size or found > ceiling):
        raise InputError(f"{row.where}: found or expected is above its ceiling {ceiling:g}; mend the row")
    if not bounded:
        return Past(found, size, row.cells)
    size = size if ceiling is None else ceiling
    if not size.is_integer():
        raise InputError(f"{row.where}: a ceiling counts what was possible; {size:g} is no whole number")
    if found > size:
        raise InputError(
            f"{row.where}: found {found:,} is above its ceiling {size:,.0f}; mend the row or leave --ceiling"
        )
    return Past(found, size, row.cells)


def all_equal(history: Sequence[Past]) -> bool:
    """Whether every undertaking had the same rate: then nothing is known of how rates scatter."""
    return len({one.found * history[0].size - history[0].found * one.size for one in history}) <= 1
