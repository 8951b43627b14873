"""Intervals and the uniformity test against independent computations."""

from math import comb

import numpy as np
import pytest

from whosecopy.stats.intervals import clopper_pearson
from whosecopy.stats.multiple import holm
from whosecopy.stats.uniformity import ks_uniform


@pytest.mark.parametrize(("hits", "trials"), [(1, 20), (7, 50), (49, 50)])
def test_clopper_pearson_limits_leave_exactly_the_allowed_tails(hits, trials):
    lower, upper = clopper_pearson(hits, trials, 0.99)
    tail = [comb(trials, k) for k in range(trials + 1)]
    at_least = sum(tail[k] * lower**k * (1 - lower) ** (trials - k) for k in range(hits, trials + 1))
    at_most = sum(tail[k] * upper**k * (1 - upper) ** (trials - k) for k in range(hits + 1))
    assert at_least == pytest.approx(0.01, rel=1e-6)
    assert at_most == pytest.approx(0.01, rel=1e-6)


def test_no_hit_and_only_hits_have_a_one_sided_limit():
    assert clopper_pearson(0, 2000, 0.95)[0] == 0.0
    assert clopper_pearson(0, 2000, 0.95)[1] == pytest.approx(1 - 0.05 ** (1 / 2000))
    assert clopper_pearson(30, 30, 0.95)[1] == 1.0
    with pytest.raises(ValueError, match="hits"):
        clopper_pearson(3, 2, 0.95)


def test_uniformity_passes_uniform_numbers_and_fails_others():
    rng = np.random.default_rng(1)
    values = rng.random((20, 500))
    assert ks_uniform(values) > 1e-3
    assert ks_uniform(values**1.1) < 1e-6
    assert ks_uniform(np.array([])) == 1.0


def test_uniformity_agrees_with_the_table_of_kolmogorov():
    """The 5 % point of sqrt(n) D is 1.358 for large n."""
    count = 100_000
    shifted = np.clip((np.arange(count) + 0.5) / count + 1.358 / count**0.5, 0, 1)
    assert ks_uniform(shifted) == pytest.approx(0.05, abs=0.002)


def test_holm_never_lets_a_larger_p_value_pass_before_a_smaller_one():
    adjusted = holm(np.array([0.01, 0.0101, 0.5, 0.9]), 4)
    assert (np.diff(adjusted) >= 0).all()
    assert (adjusted <= 1).all()
    assert holm(np.array([]), 10).tolist() == []
