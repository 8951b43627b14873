"""How much likelier a result is where the undertaking was compromised: a Bayes factor and its sensitivity."""

from dataclasses import dataclass

import numpy as np

from whosecopy.assess.outcome_posterior import Posterior, chance_of
from whosecopy.model import Floats

_STEPS, _LOSSES = 32, 40
LARGEST_FACTOR = 1e6
_SEVERITIES = (("any loss", 0.0, 1.0), ("up to half lost", 0.5, 1.0), ("more than half lost", 0.0, 0.5))


@dataclass(frozen=True, slots=True)
class Average:
    """The factor averaged over the losses that `loss` names."""

    loss: str
    value: float


@dataclass(frozen=True, slots=True)
class Point:
    """The factor for a loss of exactly the share `shortfall`."""

    shortfall: float
    value: float


@dataclass(frozen=True, slots=True)
class BayesFactor:
    """How much likelier the result is where the mean rate was multiplied by a factor than where it was not.

    `value` averages over factors uniform from 0 to 1. `alternatives` are the same for milder and severer losses;
    `sensitivity` has one value for each exact loss. It is no e-value, and no error rate follows from it. Values
    above a million are given as a million: they would rest on the model alone.
    """

    value: float
    alternatives: tuple[Average, ...]
    sensitivity: tuple[Point, ...]


def bayes_factor(told: Posterior, size: float, found: int) -> BayesFactor:
    """The chance of `found` results under a compromised undertaking, divided by that under chance alone."""
    plain = max(chance_of(told, size, found), 1e-300)

    def ratio(factors: Floats) -> float:
        mean = float(np.mean([chance_of(told, size, found, float(factor)) for factor in factors]))
        return min(mean / plain, LARGEST_FACTOR)

    steps = (np.arange(_STEPS) + 0.5) / _STEPS
    averages = tuple(Average(name, ratio(low + (high - low) * steps)) for name, low, high in _SEVERITIES)
    losses = [k / _LOSSES for k in range(_LOSSES)]
    return BayesFactor(averages[0].value, averages, tuple(Point(loss, ratio(np.array([1 - loss]))) for loss in losses))
