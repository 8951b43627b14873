"""An exposure as a page."""

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from whosecopy import __version__
from whosecopy.cli.exposing_words import (
    ASSUMED,
    change_rows,
    grimes_line,
    growth_rows,
    headline,
    item_rows,
    rates_rows,
    share,
)
from whosecopy.cli.paper import Chart, Line, Paper, Point, Section, Table

if TYPE_CHECKING:
    from whosecopy.assess.exposure_model import Rate, Span
    from whosecopy.cli.exposing import Told

_UNSAID = (
    "Who will leak, or who has leaked. Nobody is ranked; changes are.",
    "That the rates hold here. Look at the ranges, not at the middle.",
    "What a leak would cost: an item that matters ten times as much counts as much as any other.",
)


def paper(told: "Told", made_at: str) -> Paper:
    """The page of an exposure."""
    best = told.exposure.changes[0] if told.exposure.changes else None
    lead = f"The change that gains most: {best.words} ({share(best.gain)} of an item)." if best else ""
    return Paper(
        kind="Exposure",
        made_at=made_at,
        answer=headline(told),
        lead=lead,
        unsaid=_UNSAID,
        sections=(
            Section(
                "What is at stake",
                tables=[
                    Table(
                        "Items, as listed",
                        ("item", "holders", "median notice", "chance to get out"),
                        item_rows(told),
                        frozenset({1, 2, 3}),
                    )
                ],
            ),
            Section(
                "How it grows",
                tables=[
                    Table(
                        "One more of it adds",
                        ("what", "to the chance that anything gets out"),
                        growth_rows(told),
                        frozenset({1}),
                    )
                ],
                charts=[
                    _chart("Chance by number of holders", "people who know", told.holders_curve),
                    _chart("Chance by days of notice", "days of notice for everybody", told.notice_curve),
                ],
            ),
            Section(
                "What could be changed",
                words=("Ranked by how many fewer items are expected to get out; 100 % is one item.",),
                tables=[Table("Changes, not people", ("change", "gains"), change_rows(told), frozenset({1}))],
            ),
            Section(
                "What it rests on",
                words=[f"{name}: {words}." for name, words in rates_rows(told)]
                + [grimes_line(told)][: told.grimes is not None],
                points=ASSUMED,
            ),
        ),
        command=_command(told),
        software=f"whosecopy {__version__}",
        confidential="This page shows where you are weak. Keep it to yourself.",
    )


def _chart(title: str, x_label: str, curve: "Sequence[tuple[float, Span]]") -> Chart:
    points = [Point(x, span.value, span.low, span.high) for x, span in curve]
    return Chart(
        title=title,
        x_label=x_label,
        y_label="chance that anything gets out",
        lines=[Line("as given", points)],
        caption="The band is what the ranges of the rates allow. All else as it is now, at the median of notice given.",
    )


def _command(told: "Told") -> str:
    words = ["whosecopy", "assess", "exposure", "--access", "FILE", "--until", told.until, "--hours", f"{told.hours:g}"]
    words += _options("", told.rates.leak)
    words += _options("onward-", told.rates.onward) if told.rates.onward else []
    return shlex.join(words)


def _options(prefix: str, rate: "Rate") -> list[str]:
    return [
        f"--{prefix}per-holder-per-day",
        f"{rate.value:g}",
        f"--{prefix}low",
        f"{rate.low:g}",
        f"--{prefix}high",
        f"{rate.high:g}",
        f"--{prefix}source",
        rate.source,
    ]
