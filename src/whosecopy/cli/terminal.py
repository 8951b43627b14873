"""What goes to the terminal: answers to standard output, progress and warnings to standard error."""

import sys
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text


class Advance(Protocol):
    """Called with how much is done and how much there is to do."""

    def __call__(self, done: int, total: int) -> None:
        """`done` of `total` steps are behind us."""


def out() -> Console:
    """Standard output for people: lines are left to the terminal to break, names are printed as they are."""
    return Console(highlight=False, markup=False, emoji=False, soft_wrap=True)


@cache
def err() -> Console:
    """Standard error; one console, so that a line printed beside a progress bar stands above it."""
    return Console(stderr=True, highlight=False)


def complain(message: str, hint: str = "") -> None:
    """One line that says what is wrong."""
    line = Text("whosecopy: ", style="bold red").append(message, style="default not bold")
    err().print(line.append(f" ({hint})" if hint else ""), soft_wrap=True)


def warn(message: str) -> None:
    """One line that somebody should know of."""
    err().print(Text("note: ", style="yellow").append(message, style="default"), soft_wrap=True)


def print_json(value: object) -> None:
    """`value` as one line of canonical JSON on standard output."""
    from whosecopy.model import codec

    sys.stdout.write(codec.encode(value).decode() + "\n")


@contextmanager
def progress(what: str) -> Iterator[Advance]:
    """A progress bar on standard error, shown where that is a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err(), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(what, total=None)

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield advance


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Container[int] = ()) -> None:
    """Rows under bold headings on standard output; columns whose number is in `right` are aligned to the right."""
    from rich.table import Table

    from whosecopy.trace.report.page import visible

    grid = Table(box=None, pad_edge=False, header_style="bold")
    for number, heading in enumerate(head):
        grid.add_column(heading, justify="right" if number in right else "left")
    for row in rows:
        grid.add_row(*map(visible, row))
    out().print(grid)
