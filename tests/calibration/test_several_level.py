"""E-processes watched at every step: the rate of false names, and what cannot be won by choosing one's moment."""

import dataclasses

import numpy as np

from whosecopy.bench.organisations import colleagues
from whosecopy.bench.several import CELLS, LEVEL, power, watch
from whosecopy.bench.synthetic import Leak, simulate
from whosecopy.codes.decide import decide
from whosecopy.codes.evalues import Step, e_process, erase
from whosecopy.stats.intervals import clopper_pearson


def test_v16_false_naming_watched_at_every_step_keeps_the_level():
    found = watch(60, np.random.default_rng(20), lambda done, total: None)
    assert [one.what for one in found] == list(CELLS)
    for one in found:
        assert clopper_pearson(one.errors, one.sequences, 1 - 0.01 / len(found))[0] <= LEVEL
    assert sum(one.errors for one in found) > 0, "a bound that is never used would prove nothing"


def test_v16_short_leaks_add_up_to_a_name():
    named = power(60, np.random.default_rng(21))
    assert named["known"] >= 0.85 - 0.1
    assert named["shipped"] >= 0.75 - 0.1


def test_v16_issuing_copies_again_at_the_right_moment_wins_nothing():
    """An innocent gets a second copy whenever the evidence of the first is low: the mean of E stays at most 1."""
    rng, key, ends = np.random.default_rng(22), ("d", 1), []
    for _ in range(600):
        whole = simulate(Leak(8, (10_000,), "solo"), 2, rng)
        first = dataclasses.replace(erase(whole, np.arange(8) >= 4), count=1)
        steps = [Step({key: first}, {key: np.array([0])})]
        (begun,) = e_process(steps, 1)
        count = 2 if begun[0] < 0 else 1
        second = dataclasses.replace(erase(whole, np.arange(8) < 4), count=count)
        steps.append(Step({key: second}, {key: np.zeros(count, np.int64)}))
        ends.append(float(np.exp(list(e_process(steps, 1))[-1][0])))
    assert np.mean(ends) - 1 <= 3 * np.std(ends) / len(ends) ** 0.5


def test_v04_innocent_colleagues_and_organisations_are_not_named():
    rng = np.random.default_rng(23)
    named = wrong = 0
    for _ in range(25):
        decision = decide([colleagues(150, 0.3, rng)], 1e-3)
        units, people = {one.index for one in decision.organisations}, {one.index for one in decision.named}
        named += units == {0}
        wrong += bool(units - {0} or people - {0, 1, 2})
    assert named >= 24
    assert wrong <= 1
