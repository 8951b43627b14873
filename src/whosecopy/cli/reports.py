"""How commands that compute something answer: as a page, as JSON, or in the terminal."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from whosecopy.cli.terminal import out, print_json
from whosecopy.errors import InputError

ReportOption = Annotated[Path | None, typer.Option("--report", metavar="OUT.html", help="Write an HTML report.")]


def check_report(report: Path | None) -> None:
    """Raise `InputError` before anything is computed where `report` is no HTML file."""
    if report is not None and report.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"{report}: reports are HTML; give a name that ends in .html")


def answer(
    report: Path | None, page: Callable[[], str], json: bool, value: Callable[[], object], show: Callable[[], None]
) -> None:
    """Write `page` where a report is wanted, then print `value` as JSON, or `show` it and say where the report is."""
    if report is not None:
        from whosecopy.cli.files import write_whole

        write_whole(report, page().encode())
    if json:
        print_json(value())
        return
    show()
    if report is not None:
        out().print(f"Report: {report}")
