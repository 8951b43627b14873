"""Where things stand in the pictures of an outcome's report; the template draws them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from whosecopy.assess.history import Past
from whosecopy.assess.outcome import Basis, Forecast
from whosecopy.assess.outcome_factor import Point
from whosecopy.assess.outcome_posterior import predicted
from whosecopy.trace.report.plot import FLOOR, LEFT, RIGHT, TOP, Tick

Line = tuple[tuple[float, float], ...]

_LOSSES = 40
_FACTORS = (-3, 6)


@dataclass(frozen=True, slots=True)
class Chart:
    """Axes with their ticks, curves and marked positions; coordinates in CSS pixels."""

    ticks: tuple[Tick, ...]
    heights: tuple[Tick, ...]
    line: Line
    area: Line = ()
    marked: tuple[Tick, ...] = ()
    dots: tuple[float, ...] = ()
    level: float | None = None


def chance_chart(forecast: Forecast, history: Sequence[Past], found: int, beyond_at: int | None) -> Chart:
    """What chance alone gives: likeliness by number of results, what was found, past results to the same size."""
    past = [one.found / one.size * forecast.size for one in history]
    last = max(forecast.quantile(0.999), found, math.ceil(max(past)), 1)
    heights = np.diff(forecast.cumulative[: last + 2], prepend=0.0)
    x = _scale(0, last, LEFT, RIGHT)
    tallest = float(heights.max()) * 1.08
    y = _scale(0, tallest, FLOOR, TOP)
    step = max(len(heights) // 600, 1)
    line = tuple((x(k), y(float(heights[k]))) for k in range(0, len(heights), step))
    beyond = [point for k, point in zip(range(0, len(heights), step), line, strict=True) if k <= (beyond_at or -1)]
    area = ((x(0), FLOOR), *beyond, (beyond[-1][0], FLOOR)) if beyond else ()
    ticks = tuple(Tick(x(k), f"{k:,}") for k in _round_steps(last))
    dots = tuple(x(one) for one in past)
    return Chart(ticks, (), line, area, (Tick(x(found), f"{found:,} found"),), dots)


def power_chart(forecast: Forecast, beyond_at: int, level: float) -> Chart:
    """The chance to notice a loss, by the share that is lost."""
    x, y = _scale(0, 1, LEFT, RIGHT), _scale(0, 1, FLOOR, TOP)
    losses = [k / _LOSSES for k in range(_LOSSES)]
    chances = [float(predicted(forecast.told, forecast.size, beyond_at, 1 - loss)[-1]) for loss in losses]
    line = (*((x(loss), y(chance)) for loss, chance in zip(losses, chances, strict=True)), (x(1.0), y(1.0)))
    return Chart(_percents(x), _percents(y), line, level=y(level))


def factor_chart(points: Sequence[Point]) -> Chart:
    """The Bayes factor by the share that is lost, on a log scale cut at 1/1,000 and a million."""
    x = _scale(0, 1, LEFT, RIGHT)
    low, high = _FACTORS
    y = _scale(low, high, FLOOR, TOP)
    line = tuple((x(one.shortfall), y(_within(math.log10(max(one.value, 1e-300)), low, high))) for one in points)
    heights = tuple(Tick(y(k), f"{10**k:,}" if k >= 0 else f"1/{10**-k:,}") for k in range(low, high + 1))
    return Chart(_percents(x), heights, line, level=y(0))


def charts(
    known: Basis, history: Sequence[Past], found: int, size: float, beyond_at: int | None, level: float
) -> tuple[Chart, Chart | None]:
    """The charts of chance and of power; no power where nothing could be noticed."""
    forecast = known.forecasts(size, found)[0]
    chance = chance_chart(forecast, history, found, beyond_at)
    return chance, None if beyond_at is None else power_chart(forecast, beyond_at, level)


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    return lambda value: round(start + (end - start) * (value - low) / (high - low), 1)


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _percents(scale: Callable[[float], float]) -> tuple[Tick, ...]:
    return tuple(Tick(scale(k / 100), f"{k} %") for k in range(0, 101, 20))


def _round_steps(last: int) -> range:
    """About eight round numbers from 0 to `last`."""
    rough = max(last / 8, 1)
    unit = 10 ** math.floor(math.log10(rough))
    step = next(factor * unit for factor in (1, 2, 5, 10) if factor * unit >= rough)
    return range(0, last + 1, step)
