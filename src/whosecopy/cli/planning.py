"""`plan`: how many marks a document needs, before it is written."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from whosecopy.cli.options import JsonOption
from whosecopy.cli.planning_words import AUTOMATIC, DECLARED, cells, pages, question, words_of
from whosecopy.cli.reports import ReportOption, answer, check_report
from whosecopy.cli.terminal import out, print_table, progress
from whosecopy.errors import InputError

if TYPE_CHECKING:
    from whosecopy.bench.planning import Length, Wish

MOST_RECIPIENTS = 10_000_000


def plan(
    recipients: Annotated[int, typer.Option("--recipients", help="Copies to be issued.", min=2, max=MOST_RECIPIENTS)],
    coalition: Annotated[int, typer.Option("--coalition", help="How many leakers merge their copies.", min=1, max=6)],
    alpha: Annotated[
        float, typer.Option("--alpha", help="Largest chance of naming an innocent copy.", min=1e-15, max=0.1)
    ],
    error: Annotated[float, typer.Option("--error", help="Share of marks misread.", min=0.0, max=0.3)] = 0.0,
    trials: Annotated[int, typer.Option("--trials", help="Leaks simulated for each length.", min=20, max=10_000)] = 60,
    seed: Annotated[int, typer.Option("--seed", help="Seed of all random draws.")] = 1,
    report: ReportOption = None,
    json: JsonOption = False,
) -> None:
    """Say how many marks name a leaker in 95 of 100 leaks, for each bias profile."""
    import numpy as np

    from whosecopy.bench.planning import Wish, lengths

    if coalition > recipients:
        raise InputError(f"--coalition {coalition}: there are only {recipients} recipients")
    check_report(report)
    wish = Wish(recipients, coalition, alpha, error)
    with progress("Simulating leaks") as advance:
        found = lengths(wish, trials, np.random.default_rng(seed), advance)
    command = _command(wish, trials, seed)

    def page() -> str:
        from whosecopy.cli.files import now
        from whosecopy.cli.paper import render_paper
        from whosecopy.cli.planning_page import paper

        return render_paper(paper(wish, found, command, now()))

    answer(report, page, json, lambda: _as_json(wish, found, trials, seed, command), lambda: _show(wish, found))


def _command(wish: "Wish", trials: int, seed: int) -> str:
    from whosecopy.trace.report.figures import level

    return (
        f"whosecopy plan --recipients {wish.recipients} --coalition {wish.coalition} --alpha {level(wish.alpha)}"
        f" --error {wish.error:g} --trials {trials} --seed {seed}"
    )


def _as_json(wish: "Wish", found: "Sequence[Length]", trials: int, seed: int, command: str) -> dict[str, Any]:
    from whosecopy.bench.planning import POWER, shortest

    best = shortest(found)
    rows = []
    for one in found:
        row: dict[str, Any] = asdict(one)
        row["words_automatic"] = None if one.marks is None else words_of(one.marks, AUTOMATIC)
        row["words_declared"] = None if one.marks is None else words_of(one.marks, DECLARED)
        rows.append(row)
    return {
        **asdict(wish),
        "named_share": POWER,
        "best": best.profile if best else None,
        "marks": best.marks if best else None,
        "profiles": rows,
        "source": {"kind": "simulation", "trials": trials, "seed": seed, "command": command},
        "marks_per_100_words": {"automatic": AUTOMATIC, "declared": DECLARED},
    }


def _show(wish: "Wish", found: "Sequence[Length]") -> None:
    from whosecopy.bench.planning import shortest

    screen = out()
    screen.print(question(wish))
    print_table(("profile", "marks", "checked", "hardest merging"), [cells(one) for one in found], {1, 2})
    best = shortest(found)
    if best is None or best.marks is None:
        screen.print("No profile suffices.")
    else:
        screen.print(
            f"{best.marks} marks under {best.profile}: {pages(words_of(best.marks, DECLARED))} with declared variants,"
            f" {pages(words_of(best.marks, AUTOMATIC))} with automatic marks alone."
        )
    screen.print(
        "Simulated now, under the worst ways of merging that we know; all marks read, from whatever part leaks."
    )
