"""Where things stand in a line chart; the template draws them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

WIDTH, HEIGHT = 720.0, 300.0
LEFT, RIGHT, TOP, FLOOR = 56.0, 590.0, 40.0, 236.0
_ROW = 18.0


class Point(NamedTuple):
    """A value at `x` with its range; equal limits draw no band."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Line:
    """Points from left to right under one label, which stands at the right end."""

    label: str
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over common axes; y is a chance, and `mark` a value of y worth a line of its own (0: none)."""

    title: str
    x_label: str
    y_label: str
    lines: Sequence[Line]
    caption: str = ""
    mark: float = 0.0
    mark_label: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled position on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """One line: the polyline, the band around it, the height of its label, and the number of its colour."""

    label: str
    path: str
    band: str
    label_y: float
    colour: int


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart in CSS pixels."""

    chart: Chart
    lines: tuple[Drawn, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    mark_y: float | None


def lay_out(chart: Chart) -> Plot:
    """The positions of everything in `chart`."""
    points = [point for line in chart.lines for point in line.points]
    right = max((point.x for point in points), default=1.0) or 1.0
    top = _ceiling(max([*(point.high for point in points), chart.mark, 1e-12]))

    def x(value: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * value / right, 1)

    def y(value: float) -> float:
        return round(FLOOR - (FLOOR - TOP) * min(value, top) / top, 1)

    heights = _apart([y(line.points[-1].y) for line in chart.lines])
    lines = tuple(
        Drawn(
            line.label,
            " ".join(f"{x(p.x)},{y(p.y)}" for p in line.points),
            " ".join(
                [f"{x(p.x)},{y(p.high)}" for p in line.points] + [f"{x(p.x)},{y(p.low)}" for p in reversed(line.points)]
            ),
            heights[number],
            number % 4,
        )
        for number, line in enumerate(chart.lines)
    )
    return Plot(
        chart,
        lines,
        tuple(Tick(x(value), f"{value:,.6g}") for value in _steps(right)),
        tuple(Tick(y(value), _percent(value)) for value in _steps(top)),
        y(chart.mark) if chart.mark else None,
    )


def _ceiling(value: float) -> float:
    """The next round number, at most 1 for a chance."""
    power = 10.0 ** math.floor(math.log10(value))
    above = next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= value * (1 - 1e-9))
    return min(above, 1.0) if value <= 1.0 else above


def _steps(top: float) -> list[float]:
    """Four to six round values from 0 to `top`."""
    power = 10.0 ** math.floor(math.log10(top))
    step = next(s * power for s in (0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5) if top / (s * power) <= 5.5)
    return [step * k for k in range(int(top / step * (1 + 1e-9)) + 1)]


def _percent(value: float) -> str:
    return f"{100 * value:.4g} %"


def _apart(ends: Sequence[float]) -> list[float]:
    """Heights for labels as near to `ends` as a row's distance between them allows."""
    heights = list(ends)
    order = sorted(range(len(ends)), key=lambda k: ends[k])
    for before, after in pairwise(order):
        heights[after] = max(heights[after], heights[before] + _ROW)
    return heights
