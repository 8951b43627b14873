"""`case`: several leaks that are read together; exhibits are added by `trace LEAK --case ID`."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from whosecopy.cli.files import now
from whosecopy.cli.groups import group
from whosecopy.cli.options import AlphaOption, JsonOption, KeyOption, VaultOption
from whosecopy.cli.terminal import out, print_json
from whosecopy.cli.vaults import opened

if TYPE_CHECKING:
    from rich.table import Table

    from whosecopy.model import Case

case = group("Read several leaks together: open a case, then trace LEAK --case ID.")

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The case.", show_default=False)]


class Decides(StrEnum):
    """What decides a case."""

    E = "e"
    P = "p"


@case.command("open")
def open_one(
    decides: Annotated[
        Decides, typer.Option("--decides", help="e: after every exhibit. p: once, after --exhibits N.")
    ] = Decides.E,
    exhibits: Annotated[
        int | None, typer.Option("--exhibits", metavar="N", help="With p: how many exhibits there will be.", min=1)
    ] = None,
    title: Annotated[str, typer.Option("--title", help="What the case is called.")] = "",
    alpha: AlphaOption = None,
    vault: VaultOption = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Open a case. What decides it, and at which level, cannot be changed afterwards."""
    from whosecopy.trace.report.figures import level
    from whosecopy.vault.cases import open_case
    from whosecopy.vault.sealing import DEFAULT_ALPHA

    with opened(vault, key) as here, here.transaction() as tx:
        made = open_case(tx, decides.value, alpha or DEFAULT_ALPHA, exhibits or 0, title, now())
    if json:
        print_json({"case": made})
        return
    how = "e-values, after every exhibit" if decides is Decides.E else f"one p-value, after {exhibits} exhibits"
    out().print(f"Case {made.id}, decided by {how}, at {level(made.alpha)}.")
    out().print(f"File exhibits with: whosecopy trace LEAK --case {made.id}")


@case.command("close", short_help="Close a case for good.")
def close(case_id: IdArgument, vault: VaultOption = None, key: KeyOption = None, json: JsonOption = False) -> None:
    """Close a case for good: it takes no more exhibits, and retention applies to it. Its verdict stays."""
    from whosecopy.vault.cases import close_case

    with opened(vault, key) as here, here.transaction() as tx:
        made = close_case(tx, case_id, now())
    if json:
        print_json({"case": made})
    else:
        out().print(f"{made.id} is closed. It takes no more exhibits; what it found stays.")


@case.command("list")
def list_all(vault: VaultOption = None, key: KeyOption = None, json: JsonOption = False) -> None:
    """List the cases of several exhibits."""
    from whosecopy.vault.cases import all_cases, filed

    with opened(vault, key) as here, here.snapshot() as tx:
        rows = [(one, len(filed(tx, one.id))) for one in all_cases(tx)]
    if json:
        print_json({"cases": [{"case": one, "exhibits": count} for one, count in rows]})
        return
    if not rows:
        out().print("There is no case here. Open one with: whosecopy case open")
        return
    grid = _grid(("id", "left"), ("title", "left"), ("opened", "left"), ("decides", "left"), ("exhibits", "right"),
                 ("closed", "left"))  # fmt: skip
    for one, count in rows:
        of = f"{count} of {one.planned}" if one.planned else str(count)
        grid.add_row(one.id, one.title, _minute(one.opened_at), one.decides, of, _minute(one.closed_at) or "-")
    out().print(grid)


@case.command("show", short_help="Show a case and its exhibits.")
def show_one(case_id: IdArgument, vault: VaultOption = None, key: KeyOption = None, json: JsonOption = False) -> None:
    """Show a case: its exhibits, what each added, and what they say together."""
    from whosecopy.cli.tracing import show
    from whosecopy.trace.report.figures import level
    from whosecopy.vault.cases import filed, find_case, trace_of
    from whosecopy.vault.opening import case_of

    with opened(vault, key) as here, here.snapshot() as tx:
        one, newest = find_case(tx, case_id), trace_of(tx, case_id)
        exhibits = filed(tx, case_id)
        verdict = case_of(tx, newest) if newest != case_id else None
    if json:
        print_json({"case": one, "exhibits": exhibits, "history": verdict.history if verdict else [],
                    "verdict": verdict.verdict if verdict else None})  # fmt: skip
        return
    name = f"{one.title}  " if one.title else ""
    closed = f", closed {_minute(one.closed_at)}" if one.closed_at else ""
    out().print(
        f"{name}{one.id}, opened {_minute(one.opened_at)}, decided by {one.decides} at {level(one.alpha)}{closed}"
    )
    if verdict is None:
        out().print(f"No exhibit yet. File one with: whosecopy trace LEAK --case {one.id}")
    else:
        show(verdict)


def print_history(found: "Case") -> None:
    """The exhibits of a case and what each added; e-values of copies that are named, of no others."""
    from whosecopy.trace.report.figures import evalue

    named = [one.copy for one in found.verdict.named] if found.decides == "e" else []
    columns = [(f"e-value {label}", "right") for label in named]
    grid = _grid(
        ("exhibit", "left"),
        ("filed", "left"),
        ("document", "left"),
        ("new marks", "right"),
        ("named", "right"),
        *columns,
    )
    for step in found.history:
        values = [evalue(value) for value in step.log_evalues_nats]
        grid.add_row(
            step.exhibit, _minute(step.filed_at), step.document, str(step.marks_new), str(step.named or "-"), *values
        )
    total = sum(step.marks_new for step in found.history)
    files = "1 exhibit" if len(found.history) == 1 else f"{len(found.history)} exhibits"
    out().print(f"Case {found.of_case}: {total} marks in {files}, each counted once.")
    out().print(grid)


def _minute(time: str) -> str:
    return time[:16].replace("T", " ")


def _grid(*columns: tuple[str, str]) -> "Table":
    from rich.table import Table

    grid = Table(box=None, pad_edge=False, header_style="bold")
    for heading, side in columns:
        grid.add_column(heading, justify=side)  # type: ignore[arg-type]
    return grid
