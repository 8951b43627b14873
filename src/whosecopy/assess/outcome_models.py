"""Two models of how many results comparable undertakings have, with more scatter than chance alone.

Each undertaking has a rate of its own, drawn around a common mean; given its rate, results are counted by
chance. With a ceiling the rates follow a beta law and results are binomial; without one the rates follow a
gamma law and results are Poisson, in proportion to what was expected.

Both have two parameters. `location` is the mean rate m as logit(m) or log(m). `spread` is 0 for no scatter
beyond counting; with a ceiling it is sqrt(rho), rho the correlation within an undertaking, and without one it
is the coefficient of variation of the rates.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, gammaln, logit

from whosecopy.model import Floats

_NO_SPREAD = 1e-4
"""Below this spread rates are taken as equal: the difference is lost in rounding."""


@dataclass(frozen=True, slots=True)
class Family:
    """A model with its prior: `log_prior(location)`, flat in the spread up to `widest`.

    `log_pmf(found, size, location, spread)` is the log chance of `found` results in an undertaking of `size`
    (ceiling or expectation); arrays broadcast. `lowered(location, factor)` is the location of the mean rate
    times `factor`; `rate(location)` is the mean rate.
    """

    name: str
    bounded: bool
    log_pmf: Callable[[Floats, float, Floats, Floats], Floats]
    log_prior: Callable[[Floats], Floats]
    rate: Callable[[Floats], Floats]
    location: Callable[[Floats], Floats]
    lowest: float
    highest: float
    widest: float
    prior: str

    def lowered(self, location: Floats, factor: float) -> Floats:
        """The location whose mean rate is `factor` times that of `location`; 0 < factor <= 1."""
        return location if factor == 1.0 else self.location(self.rate(location) * factor)


def beta_binomial_log_pmf(found: Floats, size: float, location: Floats, spread: Floats) -> Floats:
    """Log chance of `found` of `size`: beta-binomial with mean expit(location), correlation spread^2.

    With a = m (1 - rho) / rho and b = (1 - m) (1 - rho) / rho it is log C(n, k) + log B(k + a, n - k + b)
    - log B(a, b), in the limit of no spread binomial; -inf where `found` exceeds `size`.
    """
    missed = size - found
    inside = missed >= 0
    missed = np.where(inside, missed, 0.0)
    ways = gammaln(size + 1.0) - gammaln(found + 1.0) - gammaln(missed + 1.0)
    rho = np.maximum(spread, _NO_SPREAD) ** 2
    weight = (1.0 - rho) / rho
    a, b = expit(location) * weight, expit(-location) * weight
    scattered = gammaln(found + a) - gammaln(a) + gammaln(missed + b) - gammaln(b) + gammaln(a + b)
    scattered = scattered - gammaln(size + a + b)
    plain = found * -np.logaddexp(0.0, -location) + missed * -np.logaddexp(0.0, location)
    chosen = np.where(spread < _NO_SPREAD, plain, scattered)
    return np.asarray(np.where(inside, ways + chosen, -np.inf))


def negative_binomial_log_pmf(found: Floats, size: float, location: Floats, spread: Floats) -> Floats:
    """Log chance of `found` where `size` exp(location) is the mean and `spread` the variation of the rates.

    With shape r = 1 / spread^2 and mean m it is log Gamma(k + r) - log Gamma(r) - log k!
    + r log(r / (r + m)) + k log(m / (r + m)), in the limit of no spread Poisson.
    """
    log_mean = np.log(size) + location
    mean = np.exp(log_mean)
    squared = np.maximum(spread, _NO_SPREAD) ** 2
    shape = 1.0 / squared
    grown = np.log1p(mean * squared)
    scattered = gammaln(found + shape) - gammaln(shape) - shape * grown
    scattered = scattered + found * (log_mean + 2 * np.log(np.maximum(spread, _NO_SPREAD)) - grown)
    plain = found * log_mean - mean
    return np.asarray(np.where(spread < _NO_SPREAD, plain, scattered) - gammaln(found + 1.0))


def _jeffreys_share(location: Floats) -> Floats:
    """Beta(1/2, 1/2) on the mean, as a density of its logit."""
    return np.asarray(-0.5 * (np.logaddexp(0.0, location) + np.logaddexp(0.0, -location)))


def _jeffreys_rate(location: Floats) -> Floats:
    """m^(-1/2) on the mean rate, as a density of its logarithm."""
    return np.asarray(0.5 * location)


BOUNDED = Family(
    "beta-binomial", True, beta_binomial_log_pmf, _jeffreys_share, expit, logit, -9.0, 9.0, 0.7,
    "mean rate Beta(1/2, 1/2); square root of the correlation rho uniform from 0 to 0.7",
)  # fmt: skip
UNBOUNDED = Family(
    "negative binomial", False, negative_binomial_log_pmf, _jeffreys_rate, np.exp, np.log, -7.0, 5.0, 1.5,
    "mean rate with density m^(-1/2); coefficient of variation of the rates uniform from 0 to 1.5",
)  # fmt: skip
