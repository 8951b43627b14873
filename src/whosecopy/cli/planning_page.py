"""A plan as a page."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from whosecopy import __version__
from whosecopy.cli.paper import Chart, Line, Paper, Point, Section, Table
from whosecopy.cli.planning_words import AUTOMATIC, DECLARED, cells, pages, question, words_of

if TYPE_CHECKING:
    from whosecopy.bench.planning import Length, Wish

_MEANING = {
    "solo": "one or two leakers",
    "short": "one or two, some defence against three",
    "GL6": "coalitions of two to five",
    "GL8": "coalitions of six and more",
}
_HEAD = (
    "profile",
    "meant for",
    "marks",
    "named in the check",
    "hardest merging",
    "text with declared variants",
    "with automatic marks alone",
)
_UNSAID = (
    "How many of the marks a leak will show: those that it leaves out or destroys do not count.",
    "What ways of merging would do that are stronger than those we know. The risk for the innocent is alpha, whatever"
    " leakers do.",
    "How many marks a text of yours holds: words and pages are of typical text. Ask forecast about a text that exists.",
)
_SOURCES = (
    "All numbers are simulated by the command below with the code that a trace uses: every hypothesis, the split of"
    " alpha, pairs, and half of alpha for the first trace of an exhibit. Each length was found on some leaks and"
    " checked on fresh ones.",
    f"Marks that survive retyping: {AUTOMATIC} in 100 words found by rules (nine public documents, 33,632 words), about"
    f" {DECLARED:g} in 100 words declared by an author (the plan of the demonstration).",
)
_CAPTION = (
    "Every point is simulated; the bands are exact 95 % intervals. Half of the marks is not half as good: below the"
    " bend hardly any leak is traced."
)
_KEEP = "Whoever knows how many marks there are knows how much may be quoted. Keep this page to yourself."


def paper(wish: "Wish", found: "Sequence[Length]", command: str, made_at: str) -> Paper:
    """The page of a plan."""
    from whosecopy.bench.planning import shortest

    best = shortest(found)
    table = Table("By bias profile", _HEAD, [_row(one) for one in found], frozenset({2, 3}))
    return Paper(
        kind="Plan of a code",
        made_at=made_at,
        answer="No profile suffices" if best is None else f"{best.marks} marks, under the profile {best.profile}",
        lead=question(wish) + ".",
        unsaid=_UNSAID,
        sections=(
            Section("Marks needed", tables=[table]),
            Section("How steep it is", charts=[_chart(found)] if best else []),
            Section("Where the numbers come from", words=_SOURCES),
        ),
        command=command,
        software=f"whosecopy {__version__}",
        confidential=_KEEP,
    )


def _row(one: "Length") -> tuple[str, ...]:
    marks, checked, attack = cells(one)[1:]
    texts = ["-", "-"] if one.marks is None else [pages(words_of(one.marks, rate)) for rate in (DECLARED, AUTOMATIC)]
    return (one.profile, _MEANING[one.profile], marks, checked, attack, *texts)


def _chart(found: "Sequence[Length]") -> Chart:
    start = Point(0.0, 0.0, 0.0, 0.0)
    lines = [
        Line(one.profile, [start, *(Point(p.marks, p.named / p.trials, p.low, p.high) for p in one.curve)])
        for one in found
        if one.marks is not None
    ]
    return Chart(
        title="Chance to name a leaker by marks read",
        x_label="marks read from the leak",
        y_label="leaks in which a leaker is named",
        lines=lines,
        caption=_CAPTION,
        mark=0.95,
        mark_label="95 of 100",
    )
