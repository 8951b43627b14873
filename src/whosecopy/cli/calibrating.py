"""`calibrate`: what this installation promises about its own documents, against what decoy leakers show."""

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated

import typer

from whosecopy.cli.options import JsonOption, KeyOption, VaultOption
from whosecopy.cli.reports import ReportOption, answer, check_report
from whosecopy.cli.terminal import out, progress
from whosecopy.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table

    from whosecopy.bench.calibrate import Measured


def calibrate(
    document: Annotated[str | None, typer.Option("--document", metavar="ID", help="This document only.")] = None,
    trials: Annotated[int, typer.Option("--trials", metavar="N", help="Leaks per document and channel.", min=1)] = 20,
    photos: Annotated[int, typer.Option("--photos", help="Photographed leaks per document (slow).", min=0)] = 0,
    seed: Annotated[int, typer.Option("--seed", help="Seed of all random draws.")] = 1,
    report: ReportOption = None,
    vault: VaultOption = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Measure naming and error rates on the vault's own documents, with leakers that never existed."""
    import numpy as np

    from whosecopy.bench import calibrate as bench
    from whosecopy.cli.files import now
    from whosecopy.cli.vaults import opened

    check_report(report)
    with opened(vault, key) as here, here.snapshot() as tx:
        sealed = bench.masters(tx, document)
    if not sealed:
        raise InputError("no document is sealed here for two recipients or more; seal one first")
    with progress("Leaking and tracing decoys") as advance:
        found = bench.calibrate(sealed, (trials, photos), np.random.default_rng(seed), advance)
    settings: dict[str, int | str] = {"trials": trials, "photos": photos, "seed": seed, "measured_at": now()}
    value = {"documents": found, **settings}
    answer(report, lambda: page(found, settings), json, lambda: value, lambda: _print_all(found))


def page(found: "Sequence[Measured]", settings: dict[str, int | str]) -> str:
    """The report as one HTML page without scripts or outside references."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    from whosecopy import __version__

    environment = Environment(
        autoescape=True, loader=FunctionLoader(_asset), lstrip_blocks=True, trim_blocks=True, undefined=StrictUndefined
    )
    style = files("whosecopy.trace.report").joinpath("templates", "report.css").read_text("utf-8")
    return environment.get_template("calibrate.html.j2").render(
        found=found,
        settings=settings,
        version=__version__,
        style=style,
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )


def _asset(name: str) -> str:
    return files("whosecopy.cli").joinpath("templates", name).read_text("utf-8")


def _print_all(found: "Sequence[Measured]") -> None:
    for one in found:
        _print(one)


def _print(one: "Measured") -> None:
    from rich.text import Text

    from whosecopy.trace.report.figures import level

    console = out()
    console.print(
        Text.assemble((one.title, "bold"), f"  {one.id}, {one.recipients} recipients, alpha {level(one.alpha)}")
    )
    grid = _grid("Channel", "traces", "promised", "named", "95 % CI", "", "wrong")
    for row in one.power:
        kept = Text("kept", style="green") if row.kept else Text("MISSED", style="bold red")
        interval = f"{100 * row.low:.0f}-{row.high:.0%}"
        share = f"{row.named / row.traces:.0%}"
        grid.add_row(row.attack, str(row.traces), f"{row.promised:.0%}", share, interval, kept, str(row.wrong))
    console.print(grid)
    console.print(
        f"{one.wrong} wrong names in {one.traces} traces: a rate of at most {one.wrong_high:.2g} (95 % limit)."
    )
    grid = _grid("Leak that no copy is in", "traces", "level", "named", "95 % CI", "")
    for rate in one.errors:
        kept = Text("kept", style="green") if rate.kept else Text("EXCEEDED", style="bold red")
        interval = f"{100 * rate.low:.2f}-{rate.high:.2%}"
        grid.add_row(rate.source, str(rate.traces), f"{rate.alpha:.0%}", str(rate.named), interval, kept)
    console.print(grid)
    console.print()


def _grid(first: str, *others: str) -> "Table":
    from rich.table import Table

    grid = Table(box=None, pad_edge=False, header_style="bold")
    grid.add_column(first, no_wrap=True)
    for heading in others:
        grid.add_column(heading, justify="right", no_wrap=True)
    return grid
