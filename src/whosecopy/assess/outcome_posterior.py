"""What a history says about the next undertaking: the posterior on a grid, and what it predicts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from whosecopy.assess.outcome_models import Family
from whosecopy.model import Floats

_LOCATIONS, _SPREADS, _DENSER = 161, 61, 9.0
_NEGLIGIBLE = 1e-8
_CHUNK = 1024


@dataclass(frozen=True, slots=True)
class Grid:
    """Points of the parameter space with their log prior mass (up to a constant), all of shape (g,)."""

    location: Floats
    spread: Floats
    log_prior: Floats


@dataclass(frozen=True, slots=True)
class Posterior:
    """Points of the parameter space with their weights (sum 1), all of shape (g,)."""

    family: Family
    location: Floats
    spread: Floats
    weight: Floats

    @property
    def rate(self) -> float:
        """The posterior mean of the mean rate."""
        return float(self.weight @ self.family.rate(self.location))

    def spread_beyond(self, limit: float) -> float:
        """The posterior chance that the spread exceeds `limit`."""
        return float(self.weight[self.spread > limit].sum())

    def spread_squared(self) -> float:
        """The posterior mean of spread^2: the correlation rho, or the squared variation of the rates."""
        return float(self.weight @ self.spread**2)


def grid(family: Family, centre: float) -> Grid:
    """A grid over the family's range that lies densest around the location `centre` and at small spreads.

    Its spacing grows in proportion to the distance from `centre`, so it serves histories of ten results and
    of a million.
    """
    steps = np.sinh(np.linspace(-_DENSER, _DENSER, _LOCATIONS)) / np.sinh(_DENSER)
    reach = np.where(steps < 0, centre - family.lowest, family.highest - centre)
    locations = centre + reach * steps
    spreads = family.widest * np.linspace(0.0, 1.0, _SPREADS) ** 1.5
    mass = np.outer(_gaps(locations), _gaps(spreads)).ravel()
    location, spread = (axis.ravel() for axis in np.meshgrid(locations, spreads, indexing="ij"))
    return Grid(location, spread, family.log_prior(location) + np.log(mass))


def _gaps(points: Floats) -> Floats:
    """The weights of the trapezoid rule on `points`."""
    half = np.diff(points) / 2
    return np.asarray(np.append(half, 0.0) + np.append(0.0, half))


def posterior(family: Family, history: Sequence[tuple[int, float]]) -> Posterior:
    """The posterior given pairs (found, size); the least likely points are left out, 1e-8 in all."""
    found, size = (sum(column) for column in zip(*history, strict=True))
    pooled = (found + 0.5) / (size + 1.0)
    points = grid(family, float(family.location(np.array(pooled))))
    log_weight = points.log_prior.copy()
    for (results, of), times in Counter(history).items():
        log_weight += times * family.log_pmf(np.array(float(results)), of, points.location, points.spread)
    weight = np.exp(log_weight - log_weight.max())
    order = np.argsort(weight)
    kept = order[np.cumsum(weight[order]) > _NEGLIGIBLE * weight.sum()]
    return Posterior(family, points.location[kept], points.spread[kept], weight[kept] / weight[kept].sum())


def predicted(told: Posterior, size: float, top: int, factor: float = 1.0) -> Floats:
    """P(X <= k) for k = 0 .. `top`, X the results of the next undertaking of `size`: shape (top + 1,).

    Its mean rate is `factor` times that of the history.
    """
    location = told.family.lowered(told.location, factor)
    parts = []
    for start in range(0, top + 1, _CHUNK):
        found = np.arange(start, min(start + _CHUNK, top + 1), dtype=float)[:, None]
        parts.append(np.exp(told.family.log_pmf(found, size, location, told.spread)) @ told.weight)
    return np.minimum(np.cumsum(np.concatenate(parts)), 1.0)


def chance_of(told: Posterior, size: float, found: int, factor: float = 1.0) -> float:
    """P(X = found) of the next undertaking of `size` whose mean rate is `factor` times that of the history."""
    location = told.family.lowered(told.location, factor)
    return float(np.exp(told.family.log_pmf(np.array(float(found)), size, location, told.spread)) @ told.weight)
