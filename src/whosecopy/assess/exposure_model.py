"""How the chance of a leak grows with holders, items, days of notice and onward sharing.

The model, which is as simple as it can be: each holder of an item gives it away for the first time at a
constant rate `leak` a day, independently of all others, from the day they have it until it no longer
matters; and tells one further person at a constant rate `onward` a day, who then is a holder like any other.
A holder told t days before the end has, with everybody told through them, kept silent with chance

    G(t) = (leak + onward) / (onward + leak exp((leak + onward) t)),

the solution of G' = onward G^2 - (leak + onward) G with G(0) = 1. Without onward sharing G(t) = exp(-leak t).
All of it stands or falls with the rates: no number comes from here.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from whosecopy.model import Floats

GRIMES_PER_DAY = 4e-6 / 365.25
"""About 4e-6 a person and year, from conspiracies that came to light: those that did not are missing.

Source: Grimes, "On the viability of conspiratorial beliefs" (2016).
"""
_STEPS = 25
_MOST_NATS = 700.0
"""Beyond this a leak is certain, and exp would overflow."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Something that a holder does with chance `value` a day; `low` to `high` is what the source allows."""

    value: float
    low: float
    high: float
    source: str


@dataclass(frozen=True, slots=True)
class Rates:
    """Leaking and, where it is modelled, telling a further person."""

    leak: Rate
    onward: Rate | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A value with the least and the largest that the ranges of the rates allow."""

    value: float
    low: float
    high: float


Chance = Callable[[float, float], float]
"""A chance, or a difference of chances, as a function of the rates `leak` and `onward`."""


def silent_log(days: Floats, leak: float, onward: float) -> Floats:
    """Ln G: the log-chance that a holder of `days` (n,) and all told through them keep silent; rates a day."""
    if leak == 0.0:
        return np.zeros_like(days)
    rate = leak + onward
    return -np.log1p(leak / rate * np.expm1(np.minimum(rate * days, _MOST_NATS)))


def leaked(days: Floats, leak: float, onward: float = 0.0) -> float:
    """The chance that at least one of the holders told `days` (n,) before the end gives the item away.

    >>> round(leaked(np.array([10.0, 10.0]), 0.01), 4)
    0.1813
    """
    return float(-np.expm1(silent_log(days, leak, onward).sum()))


def span(value: Chance, rates: Rates) -> Span:
    """`value(leak, onward)` with its extremes over the box of what the sources allow, on a grid of rates."""
    leaks = _grid(rates.leak)
    onwards = _grid(rates.onward)[:: _STEPS // 4] if rates.onward else [0.0]
    seen = [value(leak, onward) for leak in leaks for onward in onwards]
    centre = value(rates.leak.value, rates.onward.value if rates.onward else 0.0)
    return Span(centre, min(*seen, centre), max(*seen, centre))


def _grid(rate: Rate) -> list[float]:
    return [float(x) for x in np.linspace(rate.low, rate.high, _STEPS)] if rate.low < rate.high else [rate.value]
