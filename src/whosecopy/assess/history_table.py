"""Lists that people keep as CSV: rows by column name, with the line to mend where one cannot be used."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from whosecopy.errors import InputError

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?", re.ASCII)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_WHOLE = re.compile(r"[+-]?\d+(?:\.0*)?", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list: its cells by column (lower case), and where it stands."""

    cells: dict[str, str] = field(hash=False)
    where: str

    def text(self, column: str) -> str:
        """The cell, which must hold something; raises `InputError`."""
        if not self.cells.get(column, ""):
            raise InputError(f"{self.where}: has no {column}; fill it in or remove the row")
        return self.cells[column]

    def whole(self, column: str, most: int) -> int:
        """The cell as a whole number from 0 to `most`; raises `InputError`."""
        words = self.text(column)
        if not _WHOLE.fullmatch(words):
            raise InputError(f"{self.where}: {column} {_quoted(words)} is no whole number; write digits only")
        return int(self._within(column, float(words), most))

    def number(self, column: str, most: int) -> float:
        """The cell as a number above 0 and up to `most`; raises `InputError`."""
        value = self._within(column, decimal(self.text(column), f"{self.where}: {column}"), most)
        if value == 0:
            raise InputError(f"{self.where}: {column} is 0; remove the row, it can tell nothing")
        return value

    def _within(self, column: str, value: float, most: int) -> float:
        if value < 0:
            raise InputError(f"{self.where}: {column} is negative; mend the row")
        if value > most:
            raise InputError(f"{self.where}: {column} is above {most:,}; count in larger units")
        return value


def decimal(words: str, where: str) -> float:
    """A finite decimal number; raises `InputError`, which begins with `where`."""
    if not _DECIMAL.fullmatch(words):
        raise InputError(f"{where} {_quoted(words)} is no number; write it like 120 or 37.5")
    return float(words)


def parse_table(data: bytes, name: str, needed: Sequence[str]) -> tuple[tuple[str, ...], list[Row]]:
    """The columns and the rows of the CSV list `data`, blank lines left out.

    Comma, semicolon and tab are understood as separators. Raises `InputError` where it is no UTF-8 text, where
    a column of `needed` is missing or stands twice, or where a row has another number of fields.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{name}: is not UTF-8 text; save the list as CSV in UTF-8") from None
    separator = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=True)
    try:
        lines = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as broken:
        raise InputError(f"{name}, line {reader.line_num}: is no CSV ({broken}); mend it") from None
    columns = tuple(cell.strip().lower() for cell in lines[0][1]) if lines else ()
    missing = [column for column in needed if column not in columns]
    if missing:
        raise InputError(f"{name}: has no column {missing[0]}; the first line must name {','.join(needed)}")
    if len(set(columns)) < len(columns):
        raise InputError(f"{name}: a column name stands twice in the header; rename one")
    return columns, [_row(columns, cells, f"{name}, line {number}") for number, cells in lines[1:]]


def _row(columns: Sequence[str], cells: Sequence[str], where: str) -> Row:
    if len(cells) != len(columns):
        raise InputError(f"{where}: has {len(cells)} fields, the header {len(columns)}; mend the row")
    return Row({column: cell.strip() for column, cell in zip(columns, cells, strict=True)}, where)


def check_dates(rows: Sequence[Row], column: str) -> tuple[str, str]:
    """The first and the last date of `column`, or two empty texts where there are none.

    Raises `InputError` for a date that is not ISO 8601, for one missing among others, and where time zones are
    mixed, so that the order would be a guess.
    """
    seen: dict[str, str] = {}
    dates = []
    for row in rows:
        words = row.cells.get(column, "")
        dates.append(words)
        seen.setdefault(_zone(words, f"{row.where}: {column}") if words else "none", row.where)
    if set(dates) <= {""}:
        return "", ""
    if len(seen) > 1:
        raise InputError(f"{list(seen.values())[1]}: dates are in mixed zones or missing; give all in one zone")
    return min(dates), max(dates)


def _zone(words: str, where: str) -> str:
    found = _DATE.fullmatch(words)
    if found is None or not _possible(found):
        raise InputError(f"{where} {_quoted(words)} is no date; write it like 2031-05-06 or 2031-05-06T07:08Z")
    if found[4] is None:
        return "day"
    return {None: "unsaid", "Z": "+00:00", "+0000": "+00:00"}.get(found[7], found[7])


def _possible(found: re.Match[str]) -> bool:
    year, month, day = (int(part) for part in found.group(1, 2, 3))
    hour, minute, second = (int(part or 0) for part in found.group(4, 5, 6))
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    in_month = 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1] and (leap or (month, day) != (2, 29))
    return in_month and hour < 24 and minute < 60 and second < 61


def _quoted(words: str) -> str:
    return repr(words if len(words) <= 40 else words[:40] + "...")
