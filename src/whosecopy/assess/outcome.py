"""Is a shortfall beyond chance? The answer, with all that it rests on.

The question is whether an undertaking that found less than comparable ones did differs from them by more than
they differ among themselves. "Beyond chance" is not "leaked": it says that something was different this time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from whosecopy.assess.history import Past, all_equal
from whosecopy.assess.outcome_factor import BayesFactor, bayes_factor
from whosecopy.assess.outcome_levels import FEWEST, p_value
from whosecopy.assess.outcome_models import BOUNDED, UNBOUNDED, Family
from whosecopy.assess.outcome_posterior import Posterior, posterior, predicted
from whosecopy.model import Floats

SHORTFALLS = (0.3, 0.5, 0.7)
WIDEST = {True: 0.2, False: 0.5}
"""The largest square of the spread for which the levels were calibrated, with a ceiling and without."""
_LONGEST = 100_000


class Answer(StrEnum):
    """What can be said."""

    BEYOND_CHANCE = "beyond_chance"
    WITHIN_CHANCE = "within_chance"
    CANNOT_SAY = "cannot_say"


@dataclass(frozen=True, slots=True)
class Power:
    """The chance to find a loss of the share `shortfall` beyond chance, given this history."""

    shortfall: float
    chance: float


@dataclass(frozen=True, slots=True)
class Result:
    """The answer for one undertaking or site.

    `p_value` is calibrated and rounded up to a level of the table. `low`, `middle`, `high` are what chance alone
    gives in 5, 50 and 95 of 100 such undertakings at most. `beyond_at` is the largest number of results that
    would be beyond chance. `needed` says what would help where nothing can be said.
    """

    outcome: Answer
    reason: str
    p_value: float | None = None
    beyond_at: int | None = None
    low: int | None = None
    middle: int | None = None
    high: int | None = None
    rate: float | None = None
    overdispersion: float | None = None
    model: str = ""
    power: tuple[Power, ...] = ()
    bayes_factor: BayesFactor | None = None
    needed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a history predicts for one size: cumulative chances and calibrated p-values by number of results."""

    told: Posterior
    length: int
    size: float
    cumulative: Floats = field(repr=False)

    def p(self, found: int) -> float:
        """The calibrated p-value of `found` results."""
        tail = float(self.cumulative[found]) if found < len(self.cumulative) else 1.0
        return p_value(self.told.family, self.length, tail)

    def beyond_at(self, level: float) -> int:
        """The largest number of results whose p-value is at most `level`; -1 where there is none."""
        low, high = -1, len(self.cumulative) - 1
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.p(middle) <= level else (low, middle - 1)
        return low

    def quantile(self, chance: float) -> int:
        """The least number k with P(X <= k) >= `chance`, as far as the table goes."""
        return min(int(np.searchsorted(self.cumulative, chance)), len(self.cumulative) - 1)


@dataclass(frozen=True, slots=True)
class Basis:
    """A history that can be judged by: the posterior of each model that counts, the first of them reported."""

    length: int
    told: tuple[Posterior, ...]

    @property
    def model(self) -> str:
        """The models in words."""
        first, *more = (one.family.name for one in self.told)
        also = f"; also {more[0]}, as no past result exceeds its expectation: the larger p counts" if more else ""
        return first + also

    def forecasts(self, size: float, found: int) -> tuple[Forecast, ...]:
        """What each model predicts for an undertaking of `size`; the tables reach `found` and the 95 % quantile."""
        return tuple(self._forecast(one, size, found) for one in self.told)

    def _forecast(self, told: Posterior, size: float, found: int) -> Forecast:
        size = float(np.ceil(size)) if told.family.bounded else size
        cumulative = np.zeros(0)
        top = int(size) if told.family.bounded else max(found, int(size * told.rate) + 10)
        while not len(cumulative) or (cumulative[-1] < 0.95 and top < _LONGEST):
            cumulative = predicted(told, size, top)
            top *= 2
        return Forecast(told, self.length, size, cumulative)


def basis(history: Sequence[Past], bounded: bool) -> Basis | Result:
    """What can be judged by `history`, or the answer that nothing can.

    Without a ceiling a history in which nothing exceeds its expectation is read with and without a ceiling at
    the expectation.
    """
    refused = unlearnable(history)
    if refused is not None:
        return refused
    told = tuple(posterior(one, [(past.found, past.size) for past in history]) for one in _families(history, bounded))
    if told[0].spread_beyond(WIDEST[bounded] ** 0.5) > 0.5:
        return Result(
            Answer.CANNOT_SAY,
            "the past undertakings scatter more widely than the test was calibrated for",
            rate=told[0].rate,
            overdispersion=told[0].spread_squared(),
            needed=("undertakings that resemble this one: select them with --where",),
        )
    return Basis(len(history), told)


def unlearnable(history: Sequence[Past]) -> Result | None:
    """The answer that nothing can be said, where a history shows no scatter to compare with."""
    if len(history) < FEWEST:
        count = "no" if not history else str(len(history))
        few = f"{count} comparable past undertaking{'' if len(history) == 1 else 's'}: fewer than {FEWEST}"
        missing = f"results and expectations of at least {FEWEST - len(history)} more comparable undertakings"
        return Result(
            Answer.CANNOT_SAY,
            f"{few} do not show how much results scatter by chance",
            needed=(
                f"{missing}, chosen by a rule and not by their results",
                "expectations made the same way each time, before the result was known; a target is none",
            ),
        )
    if all_equal(history):
        return Result(
            Answer.CANNOT_SAY,
            "all past undertakings had exactly the same rate, so they show no scatter to compare with",
            needed=("results as they were counted, not targets or rounded figures",),
        )
    return None


def _families(history: Sequence[Past], bounded: bool) -> tuple[Family, ...]:
    if bounded:
        return (BOUNDED,)
    within = all(one.found <= one.size and float(one.size).is_integer() for one in history)
    return (UNBOUNDED, BOUNDED) if within else (UNBOUNDED,)


def assess(found: int, size: float, known: Basis | Result, level: float) -> Result:
    """Whether `found` results of `size` (ceiling or expectation, as in the history) are beyond chance.

    Null hypothesis: the present undertaking and the past ones are drawn from one law of the model, in any order
    (exchangeable). Guarantee: in every simulated world of the calibration the chance of `beyond_chance` under
    it is at most `level`, at every length of history.
    """
    if isinstance(known, Result):
        return known
    forecasts = known.forecasts(size, found)
    main = forecasts[0]
    p = max(one.p(found) for one in forecasts)
    beyond_at = min(one.beyond_at(level) for one in forecasts)
    outcome, reason, needed = decided(p, beyond_at, level)
    return Result(
        outcome,
        reason,
        p,
        beyond_at if beyond_at >= 0 else None,
        main.quantile(0.05),
        main.quantile(0.5),
        main.quantile(0.95),
        main.told.rate,
        main.told.spread_squared(),
        known.model,
        tuple(Power(lost, _power(main, 1 - lost, beyond_at)) for lost in SHORTFALLS),
        bayes_factor(main.told, main.size, found),
        needed,
    )


def decided(p: float, beyond_at: int, level: float) -> tuple[Answer, str, tuple[str, ...]]:
    """The answer, its reason and what is needed, where `beyond_at` results would be beyond chance (-1: none)."""
    if beyond_at < 0:
        return (
            Answer.CANNOT_SAY,
            f"after this history not even an empty result would be beyond chance at level {level:.2g}",
            ("more past undertakings, or undertakings that are expected to give more",),
        )
    if p <= level:
        return Answer.BEYOND_CHANCE, "comparable undertakings hardly ever give so few results by chance", ()
    return Answer.WITHIN_CHANCE, "comparable undertakings give so few results by chance, too", ()


def _power(forecast: Forecast, factor: float, beyond_at: int) -> float:
    """The chance of at most `beyond_at` results where the mean rate is times `factor`."""
    if beyond_at < 0:
        return 0.0
    return float(predicted(forecast.told, forecast.size, beyond_at, factor)[-1])
