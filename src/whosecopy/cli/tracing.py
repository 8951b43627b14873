"""`trace`: from what surfaced to the copy it came from."""

import getpass
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whosecopy.cli.options import AlphaOption, EncodingOption, JsonOption, KeyOption, VaultOption
from whosecopy.cli.terminal import out, print_json, progress
from whosecopy.errors import InputError

if TYPE_CHECKING:
    from whosecopy.model import Case

_STYLE = {
    "named": "bold green",
    "organisation": "bold green",
    "not_enough_evidence": "bold yellow",
    "no_document": "bold yellow",
    "withheld": "bold red",
    "integrity_alarm": "bold red",
}
_EXIT = {"named": 0, "organisation": 0, "not_enough_evidence": 1, "no_document": 1, "withheld": 3, "integrity_alarm": 3}


def trace(
    leaks: Annotated[
        list[str] | None, typer.Argument(metavar="LEAK...", help="What surfaced: files, or - for text.")
    ] = None,
    text: Annotated[str | None, typer.Option("--text", help="The leaked text itself.")] = None,
    document: Annotated[str | None, typer.Option("--document", metavar="ID", help="The document it came from.")] = None,
    alpha: AlphaOption = None,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="OUT", help="Write a report: OUT.html or OUT.pdf.")
    ] = None,
    bundle: Annotated[
        Path | None, typer.Option("--bundle", metavar="OUT.zip", help="Write a bundle to be verified offline.")
    ] = None,
    encoding: EncodingOption = None,
    case: Annotated[
        str | None, typer.Option("--case", metavar="ID", help="Add it up with the other leaks of this case.")
    ] = None,
    requester: Annotated[
        str | None,
        typer.Option(
            "--as", metavar="NAME", help="Who asks; may not approve [default: your account's name].", show_default=False
        ),
    ] = None,
    vault: VaultOption = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Say whose copy a leak was made from, or that the evidence is not enough."""
    from whosecopy.cli.files import now, refuse_missing_folder
    from whosecopy.cli.vaults import mention_unfinished, opened
    from whosecopy.cli.verifying import refuse_other_reports, write_evidence
    from whosecopy.vault.casework import TraceOptions
    from whosecopy.vault.tracing import trace as trace_leak

    files = _files(leaks or [], text)
    if case is not None and (alpha is not None or bundle is not None):
        raise InputError("the level of a case is fixed when it is opened, and no bundle holds one yet: leave that out")
    refuse_other_reports(report)
    refuse_missing_folder(report, bundle)
    with opened(vault, key) as here, progress("Tracing") as advance, ThreadPoolExecutor(os.cpu_count()) as workers:
        options = TraceOptions(document, alpha, encoding, case)
        found = trace_leak(here, files, options, now(), advance, workers, _asks(requester))
        write_evidence(here, found, files, bundle, report)
        if found.verdict.outcome == "integrity_alarm":
            with here.snapshot() as tx:
                mention_unfinished(tx)
    if json:
        print_json(found.verdict)
    else:
        show(found)
        for what, path in (("Report", report), ("Bundle", bundle)):
            if path is not None and path.is_file():
                out().print(f"{what}: {path}")
    raise typer.Exit(_EXIT[found.verdict.outcome])


def show(case: "Case") -> None:
    """The verdict on standard output, coloured by its outcome."""
    from rich.text import Text

    from whosecopy.trace.report import summary
    from whosecopy.trace.report.figures import level

    for line in summary(case.verdict).splitlines():
        loud = line.split(" ")[0].isupper() and len(line.split(" ")[0]) > 1
        out().print(Text(line, style=_STYLE[case.verdict.outcome] if loud else ""))
    if case.tested_alpha:
        tested, whole = level(float(f"{case.tested_alpha:.2g}")), level(case.verdict.alpha)
        out().print(f"Level: {tested} of {whole}, at trace {case.retrace} of this exhibit.")
    if case.history:
        from whosecopy.cli.cases import print_history

        print_history(case)


def _asks(name: str | None) -> str:
    """Who asks for a trace: as stated, else the name of the account."""
    if name is not None and not name.strip():
        raise InputError("--as: give a name, or leave it out")
    try:
        return name or getpass.getuser()
    except (KeyError, OSError):
        return ""


def _files(leaks: list[str], text: str | None) -> list[tuple[bytes, str]]:
    """The files of one exhibit with their names: several pages of one leak are read as one text."""
    from whosecopy.cli.files import read_file

    if (text is None) == (not leaks):
        raise InputError("trace takes what surfaced: files, - for standard input, or --text TEXT")
    if text is not None:
        return [(text.encode(), "text.txt")]
    return [(read_file(leak), "standard-input.txt" if leak == "-" else Path(leak).name) for leak in leaks]
