"""Worlds without a leak, by the thousand: histories of known mean and scatter, and the tail that each gives.

A world draws all undertakings, past and present, from one law. For speed its histories share one grid and
tables of the models; the tails are those of `assess.outcome_posterior`, a test compares them.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import betabinom, binom, nbinom, poisson

from whosecopy.assess.outcome import WIDEST
from whosecopy.assess.outcome_models import Family
from whosecopy.assess.outcome_posterior import Grid, grid
from whosecopy.model import Floats

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class World:
    """Undertakings of the `sizes` in turn, then one of size `now`; mean rate and spread as in `Family`."""

    family: Family
    mean: float
    spread: float
    sizes: tuple[int, ...]
    now: int

    def histories(self, count: int, length: int, rng: np.random.Generator) -> Counts:
        """Results of `length` past undertakings, `count` times: shape (count, length)."""
        return np.stack([self._draw(size, count, rng) for size in self.sizes_of(length)], axis=1)

    def results(self, count: int, rng: np.random.Generator, factor: float = 1.0) -> Counts:
        """Results of the present undertaking, its rate times `factor`: shape (count,)."""
        return self._draw(self.now, count, rng, factor)

    def cumulative(self, top: int) -> Floats:
        """P(X <= k) of the present undertaking, k = 0 .. top."""
        found, mean = np.arange(top + 1), self.mean * self.now
        if self.family.bounded:
            a, b = self._shapes(self.mean)
            return np.asarray(
                betabinom.cdf(found, self.now, a, b) if self.spread else binom.cdf(found, self.now, self.mean)
            )
        shape = self.spread**-2 if self.spread else 1.0
        return np.asarray(nbinom.cdf(found, shape, shape / (shape + mean)) if self.spread else poisson.cdf(found, mean))

    def weights(self, histories: Counts, family: Family) -> Floats:
        """What each history makes of the points of the grid: shape (histories, points), rows sum to 1."""
        points = self._grid(family)
        log_weight = np.tile(points.log_prior, (len(histories), 1))
        sizes = np.array(self.sizes_of(histories.shape[1]))
        for size in set(sizes.tolist()):
            seen = histories[:, sizes == size]
            counts = np.zeros((len(histories), _reach(family, size, seen) + 1))
            np.add.at(counts, (np.arange(len(histories))[:, None], seen), 1.0)
            log_weight += counts @ _log_pmf(family, self._centre(family), size, counts.shape[1] - 1)
        weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
        return np.asarray(weight / weight.sum(axis=1, keepdims=True))

    def tails(self, weights: Floats, family: Family, top: int) -> Floats:
        """P(X <= k) as `family` predicts it from each history: shape (histories, top + 1)."""
        return np.asarray(weights @ _cumulative(family, self._centre(family), self.now, top).T)

    def too_wide(self, weights: Floats, family: Family) -> NDArray[np.bool_]:
        """Which histories scatter more widely than the levels were calibrated for; nothing is said of these."""
        beyond = self._grid(family).spread > WIDEST[family.bounded] ** 0.5
        return np.asarray(weights[:, beyond].sum(axis=1) > 0.5)

    def steady(self, histories: Counts) -> NDArray[np.bool_]:
        """Which histories have one and the same rate throughout; nothing is said of these."""
        rates = histories / np.array(self.sizes_of(histories.shape[1]))
        return np.asarray((rates == rates[:, :1]).all(axis=1))

    def _centre(self, family: Family) -> float:
        return float(family.location(np.array(min(self.mean, 0.99) if family.bounded else self.mean)))

    def _grid(self, family: Family) -> Grid:
        return grid(family, self._centre(family))

    def sizes_of(self, length: int) -> list[int]:
        """The sizes of the first `length` undertakings."""
        return [self.sizes[k % len(self.sizes)] for k in range(length)]

    def _shapes(self, mean: float) -> tuple[float, float]:
        rho = self.spread**2
        weight = (1 - rho) / rho if rho else 0.0
        return mean * weight, (1 - mean) * weight

    def _draw(self, size: int, count: int, rng: np.random.Generator, factor: float = 1.0) -> Counts:
        mean = self.mean * factor
        if self.family.bounded:
            rates = rng.beta(*self._shapes(mean), count) if self.spread else np.full(count, mean)
            return rng.binomial(size, rates)
        shape = self.spread**-2 if self.spread else 0.0
        return rng.poisson(size * mean * (rng.gamma(shape, 1 / shape, count) if shape else np.ones(count)))


def _reach(family: Family, size: int, seen: Counts) -> int:
    """How far tables reach: as rarely as possible another length."""
    return size if family.bounded else 1 << int(seen.max()).bit_length()


@lru_cache(maxsize=8)
def _log_pmf(family: Family, centre: float, size: int, top: int) -> Floats:
    """Shape (top + 1, points)."""
    points = grid(family, centre)
    return family.log_pmf(np.arange(top + 1.0)[:, None], float(size), points.location, points.spread)


@lru_cache(maxsize=2)
def _cumulative(family: Family, centre: float, size: int, top: int) -> Floats:
    return np.cumsum(np.exp(_log_pmf(family, centre, size, top)), axis=0)
