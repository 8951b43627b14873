"""Read a list of recipients: CSV with a header `id,organisation,email`; unknown columns are kept."""

import csv
import io
from collections.abc import Sequence

from whosecopy.errors import InputError
from whosecopy.model import Recipient
from whosecopy.model.approval import plain

_KNOWN = ("id", "organisation", "email")


def parse_recipients(data: bytes, name: str, fewest: int = 2) -> list[Recipient]:
    """The recipients listed in the CSV file `data`, in its order.

    Comma, semicolon and tab are understood as separators. Raises `InputError` for a missing header, an
    empty or repeated id, rows of the wrong length, or fewer than `fewest` recipients.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{name}: is not UTF-8 text; save the list as CSV in UTF-8") from None
    separator = max(",;\t", key=text.partition("\n")[0].count)
    try:
        numbered = _rows(text, separator)
    except csv.Error as broken:
        raise InputError(f"{name}: is no CSV list ({broken}); mend it or save it as CSV again") from None
    header = [cell.strip().lower() for cell in numbered[0][1]] if numbered else []
    if "id" not in header:
        raise InputError(f"{name}: has no header; the first line must name the columns: id,organisation,email")
    if len(set(header)) < len(header):
        raise InputError(f"{name}: a column name stands twice in the header; rename one")
    recipients: dict[str, Recipient] = {}
    for number, row in numbered[1:]:
        recipient = _recipient(header, row, f"{name}, line {number}")
        if recipient.id in recipients:
            raise InputError(f"{name}, line {number}: id {recipient.id!r} stands twice; every recipient needs one line")
        recipients[recipient.id] = recipient
    if len(recipients) < fewest:
        few = "no recipient" if not recipients else f"only {len(recipients)} recipient"
        raise InputError(f"{name}: lists {few}; copies can be told apart only from {fewest} recipients on")
    return list(recipients.values())


def _rows(text: str, separator: str) -> list[tuple[int, list[str]]]:
    """The rows that are not blank, with the number of their last line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]


def _recipient(header: list[str], row: list[str], where: str) -> Recipient:
    if len(row) != len(header):
        raise InputError(f"{where}: has {len(row)} fields, the header {len(header)}; mend the row")
    cells = {column: cell.strip() for column, cell in zip(header, row, strict=True)}
    if not cells["id"]:
        raise InputError(f"{where}: has no id; give every recipient a stable pseudonym")
    extra = tuple((column, cell) for column, cell in cells.items() if column not in _KNOWN)
    return Recipient(cells["id"], cells.get("organisation", ""), cells.get("email", ""), extra)


def memberships(recipients: Sequence[Recipient]) -> list[int]:
    """The number of each recipient's organisation: organisations are counted in the order they come in."""
    numbers: dict[str, int] = {}
    return [numbers.setdefault(one.organisation, len(numbers)) for one in recipients]


def check_organisations(recipients: Sequence[Recipient]) -> int:
    """How many organisations there are, if marks can be shared within them.

    Raises `InputError` for a recipient without an organisation, for names that are one name to the eye, and for
    fewer than two organisations: shared marks would tell nobody apart.
    """
    spelt: dict[str, str] = {}
    for one in recipients:
        if not one.organisation:
            raise InputError(f"{one.id}: has no organisation; with shared marks every recipient needs one")
        first = spelt.setdefault(plain(one.organisation), one.organisation)
        if first != one.organisation:
            raise InputError(
                f"organisations {first!r} and {one.organisation!r} differ in case or blanks only; write them alike"
            )
    if len(spelt) < 2:
        raise InputError("all recipients are of one organisation; shared marks can only tell different ones apart")
    return len(spelt)
