"""How often an outcome is called beyond chance where nothing was different, and how often a loss is noticed."""

import numpy as np
import pytest

from whosecopy.assess.outcome_levels import calibration, p_value
from whosecopy.assess.outcome_models import BOUNDED, UNBOUNDED
from whosecopy.bench.outcome import LEVEL, SETTINGS, alarms
from whosecopy.bench.outcome_levels import LEVELS, false_alarms, worlds
from whosecopy.bench.outcome_worlds import World
from whosecopy.stats.intervals import clopper_pearson

TRIALS = 100
LENGTHS = (3, 5, 10, 50)
SCATTERS = (0.0, 0.1, 0.2)
MEANS = {True: (0.02, 0.3, 0.7, 0.98), False: (0.3, 0.95, 1.6)}


def test_false_alarms_stay_at_the_level_where_results_scatter() -> None:
    rng = np.random.default_rng(12)
    cells = {}
    for setting in SETTINGS:
        for mean in MEANS[setting.law.bounded]:
            for scatter in SCATTERS:
                for length in LENGTHS:
                    world = World(setting.law, mean, scatter**0.5, (100, 60, 160), 100)
                    ours, naive = alarms(world, setting.told, length, TRIALS, rng)
                    cells[setting.name, mean, scatter, length] = int(ours.sum()), int(naive.sum())
    pooled: dict[tuple[str, float, int], list[tuple[int, int]]] = {}
    for (name, _, scatter, length), counts in cells.items():
        pooled.setdefault((name, scatter, length), []).append(counts)
    assert len(cells) * TRIALS >= 10_000
    confidence = 1 - 0.01 / (len(cells) + len(pooled))
    for cell, (alarmed, _) in cells.items():
        assert clopper_pearson(alarmed, TRIALS, confidence)[0] <= LEVEL, cell
    for cell, counts in pooled.items():
        alarmed = sum(ours for ours, _ in counts)
        assert clopper_pearson(alarmed, TRIALS * len(counts), confidence)[0] <= LEVEL, cell
    alarmed = sum(ours for (_, _, _, length), (ours, _) in cells.items() if length == 50)
    asked = sum(TRIALS for _, _, _, length in cells if length == 50)
    assert alarmed >= asked * LEVEL / 10, "the level must not be kept by silence"
    naive = [counts[1] / TRIALS for (_, _, scatter, length), counts in cells.items() if (scatter, length) == (0.2, 10)]
    assert max(naive) > 5 * LEVEL, "a test that knows of no scatter cries leak falsely"


@pytest.mark.parametrize("family", [BOUNDED, UNBOUNDED], ids=lambda family: family.name)
def test_the_shipped_levels_hold_in_worlds_that_are_simulated_again(family) -> None:
    rng = np.random.default_rng(13)
    every = list(worlds(family))
    for k in rng.choice(len(every), 5, replace=False).tolist():
        chances = false_alarms(every[k], 8, 400, rng)
        tails = np.logspace(-7, 0, len(chances))
        row = np.array(calibration().tails[family.name][8])
        at_limit = np.interp(row, tails, chances)
        assert (at_limit[20:] <= np.array(LEVELS[20:]) * 1.25).all(), every[k]


def test_short_histories_alarm_nobody() -> None:
    rng = np.random.default_rng(14)
    world = World(BOUNDED, 0.9, 0.1, (100,), 100)
    for length in (3, 4):
        assert not alarms(world, True, length, 200, rng, 0.1)[0].any()
    with pytest.raises(ValueError, match="4 past undertakings"):
        p_value(BOUNDED, 4, 0.0)


def test_losing_half_is_noticed_where_results_are_steady() -> None:
    rng = np.random.default_rng(15)
    steady, scattered = (World(BOUNDED, mean, rho**0.5, (100,), 100) for mean, rho in ((0.9, 0.005), (0.4, 0.05)))
    assert alarms(steady, True, 5, 200, rng, 0.5)[0].mean() > 0.95
    few, many = (alarms(scattered, True, length, 200, rng, 0.3)[0].mean() for length in (5, 50))
    assert few < many
    assert many > 0.8


def test_p_values_are_levels_of_the_table_and_grow_with_the_tail() -> None:
    tails = np.logspace(-6, 0, 200)
    for length in (5, 9, 50, 400):
        p_values = [p_value(UNBOUNDED, length, float(tail)) for tail in tails]
        assert p_values == sorted(p_values)
        assert set(p_values) <= {*LEVELS, 1.0}
        assert all(p >= tail for p, tail in zip(p_values, tails, strict=True))
    assert p_value(BOUNDED, 9, 0.047) >= max(p_value(BOUNDED, 8, 0.047), p_value(BOUNDED, 10, 0.047))
