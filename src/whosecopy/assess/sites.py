"""Several sites of one undertaking: at which of them is the shortfall beyond chance?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from whosecopy.assess.history import Site
from whosecopy.assess.outcome import Answer, Basis, Result
from whosecopy.model import Floats


@dataclass(frozen=True, slots=True)
class SiteResult:
    """The answer for one site; `p_adjusted` compares with the level."""

    site: str
    found: int
    expected: float
    outcome: Answer
    p_value: float | None
    p_adjusted: float | None


def assess_sites(sites: Sequence[Site], known: Basis | Result, level: float) -> tuple[SiteResult, ...]:
    """The answer for each site, in their order.

    Guarantee: among the sites found beyond chance the expected share of those that differ from the history by
    chance alone is at most `level`, however the sites depend on each other (Benjamini and Yekutieli). Every row
    of the history must be comparable with a single site. A site is `cannot_say` where not even an empty result
    would be beyond chance were all sites as bad.
    """
    if isinstance(known, Result):
        return tuple(SiteResult(one.name, one.found, one.size, Answer.CANNOT_SAY, None, None) for one in sites)
    most = max(one.found for one in sites)
    by_size = {size: known.forecasts(size, most) for size in {one.size for one in sites}}
    p_values = np.array([max(model.p(one.found) for model in by_size[one.size]) for one in sites])
    testable = [max(model.p(0) for model in by_size[one.size]) <= level / _harmonic(len(sites)) for one in sites]
    adjusted = benjamini_yekutieli(p_values)
    return tuple(_told(*one, level) for one in zip(sites, testable, p_values.tolist(), adjusted.tolist(), strict=True))


def _told(site: Site, testable: bool, p: float, adjusted: float, level: float) -> SiteResult:
    outcome = Answer.BEYOND_CHANCE if adjusted <= level else Answer.WITHIN_CHANCE
    return SiteResult(site.name, site.found, site.size, outcome if testable else Answer.CANNOT_SAY, p, adjusted)


def benjamini_yekutieli(p_values: Floats) -> Floats:
    """Adjusted p-values, in the order given; rejecting those <= q keeps the false-discovery rate at q.

    It holds under any dependence.

    >>> benjamini_yekutieli(np.array([0.001, 0.5])).tolist()
    [0.003, 0.75]

    Source: Benjamini and Yekutieli, "The control of the false discovery rate in multiple testing under
    dependency" (2001).
    """
    order = np.argsort(p_values, kind="stable")[::-1]
    tests = len(order)
    steps = np.minimum.accumulate(p_values[order] * tests * _harmonic(tests) / np.arange(tests, 0, -1))
    adjusted = np.empty(tests)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted


def _harmonic(count: int) -> float:
    return float((1.0 / np.arange(1, count + 1)).sum())
