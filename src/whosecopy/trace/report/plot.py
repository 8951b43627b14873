"""Where things stand in the report's two pictures; the templates draw them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from whosecopy.errors import IntegrityError
from whosecopy.model import Case, DecoyCheck
from whosecopy.trace.report.figures import power_of_ten

WIDTH = 720.0
LEFT, RIGHT = 62.0, 704.0
TOP, FLOOR = 64.0, 250.0
STRIP_LEFT, STRIP_RIGHT = 150.0, 646.0
_STATES = (("read", "read"), ("unclear", "unclear"), ("absent", "not in the leak"))


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled position on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the histogram: `count` decoys, drawn from `top` to the floor."""

    x: float
    width: float
    top: float
    count: int


@dataclass(frozen=True, slots=True)
class Dot:
    """A named copy at `x`, its label beside it at height `y`."""

    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Plot:
    """The decoys' histogram with the limit and the named copies; coordinates in CSS pixels."""

    bars: tuple[Bar, ...]
    chance: tuple[tuple[float, float], ...]
    ticks: tuple[Tick, ...]
    heights: tuple[Tick, ...]
    limit: float | None
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Lane:
    """Sites of one state along the document: how many, and where."""

    label: str
    state: str
    count: int
    at: tuple[float, ...]


def decoy_plot(case: Case) -> Plot | None:
    """The plot of the case, or nothing where no decoy was scored.

    The x axis is -log10 of a p-value, the y axis a count on a log scale (from 1/2 up). `chance` is how
    many decoys exact, i.e. uniform, p-values would put into each bin.
    Raises IntegrityError where the histogram does not fit its edges.
    """
    decoys = case.verdict.decoys
    if not decoys.histogram:
        return None
    if len(decoys.edges) != len(decoys.histogram) + 1:
        raise IntegrityError(f"case of {case.exhibit.name!r}: the decoys' histogram does not fit its edges")
    limit = -math.log10(case.single_level) if case.single_level > 0 else None
    farthest = max(decoys.edges[-1], limit or 0.0, *case.named_scores, 1.0)
    right = math.ceil(farthest * 1.16)
    tallest = 10 ** math.ceil(math.log10(max(*decoys.histogram, 10)))

    def x(strength: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * min(max(strength, 0.0), right) / right, 1)

    def y(count: float) -> float:
        share = math.log(max(count, 0.5) * 2) / math.log(tallest * 2)
        return round(FLOOR - (FLOOR - TOP) * min(share, 1.0), 1)

    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200) if right / step <= 10 or step == 200)
    return Plot(
        bars=tuple(
            Bar(x(low), round(max(x(high) - x(low) - 1, 0.5), 1), y(count), count)
            for (low, high), count in zip(pairwise(decoys.edges), decoys.histogram, strict=True)
            if count
        ),
        chance=_chance(decoys, x, y),
        ticks=tuple(Tick(x(k), power_of_ten(k)) for k in range(0, right + 1, step)),
        heights=tuple(Tick(y(10**k), f"{10**k:,}") for k in range(int(math.log10(tallest)) + 1)),
        limit=None if limit is None else x(limit),
        dots=_dots(
            [(x(score), named.copy) for score, named in zip(case.named_scores, case.verdict.named, strict=False)]
        ),
    )


def site_lanes(case: Case) -> tuple[Lane, ...]:
    """Where in the document the sites of each state lie; at most one tick a pixel."""
    length = max((site.end for site in case.sites), default=0) or 1
    lanes = []
    for state, label in _STATES:
        starts = [case.sites[item.site].start for item in case.evidence if item.state == state]
        pixels = {round(STRIP_LEFT + (STRIP_RIGHT - STRIP_LEFT) * start / length) for start in starts}
        lanes.append(Lane(label, state, len(starts), tuple(sorted(float(pixel) for pixel in pixels))))
    return tuple(lanes)


def _chance(
    decoys: DecoyCheck, x: Callable[[float], float], y: Callable[[float], float]
) -> tuple[tuple[float, float], ...]:
    points = []
    for low, high in pairwise(decoys.edges):
        expected = decoys.scored * (10.0 ** -max(low, 0.0) - 10.0 ** -max(high, 0.0))
        if expected >= 0.5:
            points.append((x((low + high) / 2), y(expected)))
    return tuple(points)


def _dots(named: Sequence[tuple[float, str]]) -> tuple[Dot, ...]:
    rows = [TOP + 26 + 22 * (k % 7) for k in range(len(named))]
    return tuple(Dot(x, row, label) for row, (x, label) in zip(rows, sorted(named), strict=True))
