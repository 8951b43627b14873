"""`demo`: the whole story on a document of its own, without network."""

import tempfile
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whosecopy.cli.files import now, write_whole
from whosecopy.cli.sealing import forecast_lines
from whosecopy.cli.terminal import out, progress
from whosecopy.cli.tracing import show

if TYPE_CHECKING:
    from whosecopy.model import Case
    from whosecopy.vault.store import Vault

_LEAKER = "r-0041"
_QUOTE = "Officers of the Customs Service begin with the stock, and the Revenue Office begins with the records."


def demo(
    folder: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Keep everything here [default: a new temporary folder]."),
    ] = None,
) -> None:
    """Seal a fictional joint plan for 82 officers of five agencies, leak it, and trace it."""
    import numpy as np

    from whosecopy.bench.leaks import retype
    from whosecopy.media.dispatch import open_document
    from whosecopy.trace.report import render_report
    from whosecopy.vault.store import create

    home = folder or Path(tempfile.mkdtemp(prefix="whosecopy-demo-"))
    home.mkdir(parents=True, exist_ok=True)
    story = files("whosecopy.cli.demo")
    with create(home / "vault", home / "root.key", now()) as vault:
        _say(f"1. Seal. Operation Lantern: a plan of five agencies, 82 recipients. Everything is kept in {home}")
        copies = _seal(vault, home / "copies")

        _say(f"2. Somebody retypes four sections of the copy of {_LEAKER} and sends them to a newspaper.")
        copy = open_document(copies[_LEAKER].read_bytes(), "plan.md").edited_text()
        start, end = copy.index("2. Places"), copy.index("6. After the day")
        leak = home / "leak.txt"
        write_whole(leak, retype(copy[start:end], np.random.default_rng(3)).encode())
        case = _trace(vault, leak)
        report = home / "report.html"
        write_whole(report, render_report(case).encode())

        _say("3. Another paper quotes one sentence. Everybody has a suspect; the evidence has none.")
        quote = home / "quote.txt"
        write_whole(quote, _QUOTE.encode())
        _trace(vault, quote)

        _say("4. Somebody hands in a text that was never sealed.")
        foreign = home / "foreign.txt"
        write_whole(foreign, story.joinpath("foreign.txt").read_bytes())
        _trace(vault, foreign)
    out().print()
    out().print(f"The report on the first leak, for a browser: {report}")


def _say(text: str) -> None:
    out().print()
    out().rule(style="dim")
    out().print(text, style="bold")


def _seal(vault: "Vault", folder: Path) -> dict[str, Path]:
    from whosecopy.seal.recipients import parse_recipients
    from whosecopy.vault.sealing import SealOptions, seal

    story = files("whosecopy.cli.demo")
    recipients = parse_recipients(story.joinpath("recipients.csv").read_bytes(), "recipients.csv")
    plan = story.joinpath("plan.md").read_bytes(), "plan.md"
    with progress("Sealing") as advance:
        sealed = seal(vault, plan, recipients, folder, SealOptions(title="Operation Lantern"), now(), advance)
    if sealed.forecast:
        out().print(*forecast_lines(sealed.forecast), sep="\n")
    return {copy.recipient: Path(copy.path) for copy in sealed.copies}


def _trace(vault: "Vault", leak: Path) -> "Case":
    from whosecopy.vault.casework import TraceOptions
    from whosecopy.vault.tracing import trace

    out().print(f"$ whosecopy trace {leak.name}", style="dim")
    with progress("Tracing") as advance:
        case = trace(vault, [(leak.read_bytes(), leak.name)], TraceOptions(), now(), advance)
    show(case)
    return case
