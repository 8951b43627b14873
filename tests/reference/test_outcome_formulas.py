"""Every formula of an assessed outcome against scipy, statsmodels or a slow computation of its own."""

import itertools

import numpy as np
import pytest
from scipy import integrate
from scipy.special import expit, logit
from scipy.stats import betabinom, binom, nbinom, poisson
from statsmodels.stats.multitest import multipletests

from whosecopy.assess.covariates import assess_adjusted
from whosecopy.assess.history import Past
from whosecopy.assess.outcome import assess, basis
from whosecopy.assess.outcome_factor import bayes_factor
from whosecopy.assess.outcome_models import BOUNDED, UNBOUNDED
from whosecopy.assess.outcome_posterior import chance_of, posterior, predicted
from whosecopy.assess.sites import benjamini_yekutieli
from whosecopy.bench.outcome import SETTINGS, Setting, ours
from whosecopy.bench.outcome_worlds import World

HISTORY = [(40, 100.0), (28, 90.0), (55, 120.0), (38, 100.0), (44, 80.0)]


@pytest.mark.parametrize("mean", [0.02, 0.4, 0.98])
@pytest.mark.parametrize("spread", [0.05, 0.3, 0.6])
def test_results_with_a_ceiling_follow_scipys_beta_binomial(mean: float, spread: float) -> None:
    weight = (1 - spread**2) / spread**2
    theirs = betabinom(100, mean * weight, (1 - mean) * weight).logpmf(np.arange(101))
    ours = BOUNDED.log_pmf(np.arange(101.0), 100.0, logit(np.array(mean)), np.array(spread))
    np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("mean", [0.02, 0.9, 3.0])
@pytest.mark.parametrize("spread", [0.05, 0.3, 1.2])
def test_results_without_a_ceiling_follow_scipys_negative_binomial(mean: float, spread: float) -> None:
    shape = spread**-2
    theirs = nbinom(shape, shape / (shape + 100 * mean)).logpmf(np.arange(600))
    ours = UNBOUNDED.log_pmf(np.arange(600.0), 100.0, np.log(np.array(mean)), np.array(spread))
    np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-8)


def test_without_scatter_results_are_binomial_and_poisson() -> None:
    found, none = np.arange(101.0), np.array(0.0)
    np.testing.assert_allclose(
        BOUNDED.log_pmf(found, 100.0, logit(np.array(0.3)), none), binom(100, 0.3).logpmf(found), rtol=1e-9
    )
    np.testing.assert_allclose(
        UNBOUNDED.log_pmf(found, 100.0, np.log(np.array(0.3)), none), poisson(30).logpmf(found), rtol=1e-9
    )


def test_more_than_the_ceiling_is_impossible() -> None:
    assert BOUNDED.log_pmf(np.array(11.0), 10.0, np.array(0.0), np.array(0.3)) == -np.inf


def _by_quadrature(found: int) -> float:
    """P(X <= found of 100 | HISTORY) under the stated prior of the bounded family, by adaptive quadrature."""

    def weighed(location: float, spread: float, tail: bool) -> float:
        mean, rho = expit(location), max(spread, 1e-3) ** 2
        a, b = mean * (1 - rho) / rho, (1 - mean) * (1 - rho) / rho
        like = np.exp(sum(betabinom.logpmf(k, int(n), a, b) for k, n in HISTORY) + 20)
        density = like * np.sqrt(mean * (1 - mean))
        return float(density * (betabinom.cdf(found, 100, a, b) if tail else 1.0))

    def total(tail: bool) -> float:
        nodes, weights = np.polynomial.legendre.leggauss(40)
        spreads, gaps = 0.35 * (nodes + 1), 0.35 * weights
        return sum(
            gap * integrate.quad(weighed, -4, 4, args=(spread, tail), points=(-0.4,), epsrel=1e-6)[0]
            for spread, gap in zip(spreads, gaps, strict=True)
        )

    return total(True) / total(False)


def test_the_predictive_tail_is_the_integral_over_the_prior() -> None:
    told = posterior(BOUNDED, HISTORY)
    assert predicted(told, 100.0, 100)[20] == pytest.approx(_by_quadrature(20), rel=5e-3)
    assert predicted(told, 100.0, 100)[100] == pytest.approx(1.0)


def test_the_bayes_factor_is_the_ratio_of_averaged_chances() -> None:
    told = posterior(UNBOUNDED, HISTORY)
    rate, shape = np.exp(told.location), np.maximum(told.spread, 1e-4) ** -2

    def chance(factor: float) -> float:
        return float(nbinom.pmf(20, shape, shape / (shape + 100 * rate * factor)) @ told.weight)

    average = integrate.quad(chance, 0, 1, epsrel=1e-4)[0]
    assert bayes_factor(told, 100.0, 20).value == pytest.approx(average / chance(1.0), rel=1e-2)
    assert chance_of(told, 100.0, 20, 0.5) == pytest.approx(chance(0.5), rel=1e-6)


def test_sites_are_corrected_as_statsmodels_does() -> None:
    p_values = np.random.default_rng(5).uniform(size=30) ** 3
    np.testing.assert_allclose(benjamini_yekutieli(p_values), multipletests(p_values, method="fdr_by")[1])


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
@pytest.mark.parametrize(("mean", "spread"), [(0.9, 0.1), (0.4, 0.3), (0.1, 0.45)])
def test_what_is_measured_in_bulk_is_what_the_command_decides(setting: Setting, mean: float, spread: float) -> None:
    rng = np.random.default_rng(7)
    world = World(setting.law, mean, spread, (100, 60, 160), 100)
    for length in (4, 6):
        past = world.histories(9, length, rng)
        found = world.results(9, rng, 0.6)
        bulk = ours(world, setting.told, past, found)
        for row, result, alarm in zip(past.tolist(), found.tolist(), bulk, strict=True):
            history = [Past(k, float(n), {}) for k, n in zip(row, world.sizes_of(length), strict=True)]
            answer = assess(result, 100.0, basis(history, setting.told), 0.05)
            assert (answer.outcome == "beyond_chance") == alarm, (row, result)


def _ranked_by_hand(history: list[Past], found: int, size: float) -> float:
    """Two places without other covariates: the fitted rate of each is its pooled rate."""
    rows = [*((one.found, one.size, one.cells["place"]) for one in history), (found, size, "n")]
    rates = {}
    for place in ("n", "s"):
        here = [(k, n) for k, n, where in rows if where == place]
        rates[place] = sum(k for k, _ in here) / sum(n for _, n in here)
    residuals = [(k - n * rates[at]) / (n * rates[at] * (1 - rates[at])) ** 0.5 for k, n, at in rows]
    return float(np.mean([one <= residuals[-1] + 1e-9 for one in residuals]))


def test_adjusting_for_place_ranks_residuals_from_each_places_rate() -> None:
    rng = np.random.default_rng(8)
    history = [
        Past(int(rng.binomial(80, 0.7 if place == "n" else 0.3)), 80.0, {"place": place})
        for place, _ in itertools.product("ns", range(15))
    ]
    for found in (20, 45, 52, 60):
        answer = assess_adjusted(found, 80.0, True, history, {"place": "N"}, 0.05)
        assert answer.p_value == pytest.approx(_ranked_by_hand(history, found, 80.0))
        assert (answer.outcome == "beyond_chance") == (answer.p_value <= 0.05)
