"""Read a list of recipients: CSV with a header `id,organisation,email`; unknown columns are kept."""

import csv
import io

from whosecopy.errors import InputError
from whosecopy.model import Recipient

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
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=separator) if any(cell.strip() for cell in row)]
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    if "id" not in header:
        raise InputError(f"{name}: has no header; the first line must name the columns: id,organisation,email")
    if len(set(header)) < len(header):
        raise InputError(f"{name}: a column name stands twice in the header; rename one")
    recipients: dict[str, Recipient] = {}
    for number, row in enumerate(rows[1:], start=2):
        recipient = _recipient(header, row, f"{name}, row {number}")
        if recipient.id in recipients:
            raise InputError(f"{name}, row {number}: id {recipient.id!r} stands twice; every recipient needs one line")
        recipients[recipient.id] = recipient
    if len(recipients) < fewest:
        few = "no recipient" if not recipients else f"only {len(recipients)} recipient"
        raise InputError(f"{name}: lists {few}; copies can be told apart only from {fewest} recipients on")
    return list(recipients.values())


def _recipient(header: list[str], row: list[str], where: str) -> Recipient:
    if len(row) != len(header):
        raise InputError(f"{where}: has {len(row)} fields, the header {len(header)}; mend the row")
    cells = {column: cell.strip() for column, cell in zip(header, row, strict=True)}
    if not cells["id"]:
        raise InputError(f"{where}: has no id; give every recipient a stable pseudonym")
    extra = tuple((column, cell) for column, cell in cells.items() if column not in _KNOWN)
    return Recipient(cells["id"], cells.get("organisation", ""), cells.get("email", ""), extra)
