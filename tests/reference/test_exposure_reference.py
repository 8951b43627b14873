"""The closed forms of exposure against a discrete-event simulation, the differential equation and brute force."""

import itertools

import numpy as np
import pytest
import simpy
from scipy.integrate import solve_ivp

from whosecopy.assess.exposure import assess, by_holders, by_notice
from whosecopy.assess.exposure_model import Rate, Rates, leaked, silent_log, span


def leaks_in_one_run(notice, leak, onward, rng):
    """One life of an item: every holder, and everybody told through them, may leak it before day 0."""
    world = simpy.Environment(initial_time=-max(notice))
    out = world.event()

    def holder(since):
        yield world.timeout(since - world.now)
        while not out.triggered:
            until_leak, until_told = rng.exponential(1 / leak), rng.exponential(1 / onward) if onward else np.inf
            if world.now + min(until_leak, until_told) > 0.0:
                return
            yield world.timeout(min(until_leak, until_told))
            if until_leak < until_told:
                if not out.triggered:
                    out.succeed()
                return
            world.process(holder(world.now))

    for days in notice:
        world.process(holder(-days))
    world.run(until=1e-9)
    return out.triggered


@pytest.mark.parametrize(
    ("notice", "leak", "onward"),
    [
        ([3.0] * 8, 0.02, 0.0),
        ([1.0, 2.0, 5.0, 9.0], 0.03, 0.15),
        ([4.0] * 3, 0.1, 0.3),
        ([0.0, 12.0], 0.01, 0.25),
    ],
)
def test_the_chance_of_a_leak_is_what_a_simulation_of_every_holder_shows(notice, leak, onward):
    rng = np.random.default_rng(5)
    trials = 3000
    hits = sum(leaks_in_one_run(notice, leak, onward, rng) for _ in range(trials))
    chance = leaked(np.array(notice), leak, onward)
    assert abs(hits / trials - chance) < 4 * np.sqrt(chance * (1 - chance) / trials)


@pytest.mark.parametrize(("leak", "onward"), [(0.01, 0.0), (0.01, 0.2), (0.4, 0.05), (1e-9, 0.5), (0.3, 1e-12)])
def test_silence_solves_its_differential_equation(leak, onward):
    days = np.linspace(0.0, 20.0, 9)
    solved = solve_ivp(
        lambda _, g: onward * g**2 - (leak + onward) * g, (0.0, 20.0), [1.0], t_eval=days, rtol=1e-11, atol=1e-13
    )
    assert np.exp(silent_log(days, leak, onward)) == pytest.approx(solved.y[0], rel=1e-8, abs=1e-12)


def test_tiny_and_huge_rates_neither_vanish_nor_overflow():
    assert leaked(np.array([2.0]), 1e-15) == pytest.approx(2e-15, rel=1e-12)
    assert leaked(np.array([1e6]), 0.5, 1.0) == 1.0
    assert leaked(np.array([5.0]), 0.0, 1.0) == 0.0
    assert leaked(np.array([]), 0.1) == 0.0


HELD = {
    "plan": {"a": 6.0, "b": 6.0, "c": 3.0, "d": 1.0},
    "place": {"a": 2.0, "b": 0.05},
    "ride": {"d": 4.0, "e": 5.0},
}
SURE = Rates(Rate(0.03, 0.03, 0.03, "made up"), Rate(0.1, 0.1, 0.1, "made up"))


def expected(held):
    """Items that are expected to get out, by brute force."""
    return sum(
        1 - np.exp(sum(float(silent_log(np.array([d]), 0.03, 0.1)[0]) for d in one.values())) for one in held.values()
    )


def without(held, gone):
    return {name: {who: d for who, d in one.items() if (name, who) not in gone} for name, one in held.items()}


def gain(words, groups=()):
    changes = {one.words: one.gain.value for one in assess(HELD, SURE, 2.0, dict(groups)).changes}
    return changes[words]


def test_leaving_out_one_holder_gains_the_average_over_who_it_is():
    each = [expected(HELD) - expected(without(HELD, {("plan", who)})) for who in HELD["plan"]]
    assert gain("plan: one holder fewer") == pytest.approx(np.mean(each))


def test_leaving_out_one_person_gains_the_average_over_who_it_is():
    each = [expected(HELD) - expected(without(HELD, {(item, who) for item in HELD})) for who in "abcde"]
    assert gain("one person fewer for everything, on average") == pytest.approx(np.mean(each))


def test_half_of_the_holders_gain_the_average_over_all_coin_flips():
    each = []
    for kept in itertools.product([False, True], repeat=4):
        gone = {("plan", who) for who, stays in zip(HELD["plan"], kept, strict=True) if not stays}
        each.append(expected(HELD) - expected(without(HELD, gone)))
    assert gain("plan: half as many holders") == pytest.approx(np.mean(each))


def test_one_item_fewer_gains_the_average_over_which_item_everybody_loses():
    several = {"a": ("plan", "place"), "b": ("plan", "place"), "d": ("plan", "ride")}
    each = [
        expected(HELD) - expected(without(HELD, set(zip(lost, several, strict=True))))
        for lost in itertools.product(*several.values())
    ]
    assert gain("one item fewer for everybody who has several") == pytest.approx(np.mean(each))


def test_releasing_late_and_leaving_out_a_group_gain_what_brute_force_says():
    late = HELD | {"plan": {who: min(days, 2 / 24) for who, days in HELD["plan"].items()}}
    assert gain("plan: released 2 hours before") == pytest.approx(expected(HELD) - expected(late))
    ride = {(item, who) for item in HELD for who in "de"}
    said = gain("leave out riders (2 people)", [("riders", frozenset("de"))])
    assert said == pytest.approx(expected(HELD) - expected(without(HELD, ride)))


def test_anything_gets_out_through_whoever_knew_anything_longest():
    longest = np.array([6.0, 6.0, 3.0, 4.0, 5.0])
    found = assess(HELD, SURE, 2.0, {})
    assert found.anything.value == pytest.approx(leaked(longest, 0.03, 0.1))
    more = {one.words: one.added.value for one in found.growth}
    assert more["one more day of notice for everybody"] == pytest.approx(
        leaked(longest + 1, 0.03, 0.1) - leaked(longest, 0.03, 0.1)
    )
    assert more["one more holder, told 5 days ahead"] == pytest.approx(
        leaked(np.append(longest, 5.0), 0.03, 0.1) - leaked(longest, 0.03, 0.1)
    )


def test_ranges_hold_every_rate_that_the_sources_allow():
    rates = Rates(Rate(0.02, 0.001, 0.3, "made up"), Rate(0.1, 0.0, 0.5, "made up"))
    found = assess(HELD, rates, 2.0, {})
    rng = np.random.default_rng(1)
    for _ in range(200):
        leak, onward = rng.uniform(0.001, 0.3), rng.uniform(0.0, 0.5)
        exact = Rates(Rate(leak, leak, leak, "x"), Rate(onward, onward, onward, "x"))
        for wide, narrow in zip(found.items, assess(HELD, exact, 2.0, {}).items, strict=True):
            assert wide.chance.low - 1e-9 <= narrow.chance.value <= wide.chance.high + 1e-9
    middle = span(lambda leak, _: leak * (0.3 - leak), rates)
    assert middle.high == pytest.approx(0.0225, rel=0.01)


def test_curves_pass_through_the_chance_of_the_present_and_never_fall():
    same = {"plan": {f"p{k}": 4.0 for k in range(12)}}
    now = assess(same, SURE, 2.0, {}).anything.value
    holders, notice = by_holders(same, SURE, 24), by_notice(same, SURE, 8.0)
    assert dict(holders)[12].value == pytest.approx(now)
    assert dict(notice)[4.0].value == pytest.approx(now)
    for curve in (holders, notice):
        values = [one.value for _, one in curve]
        assert values == sorted(values)
