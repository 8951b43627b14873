"""Which posterior tail keeps which level: simulated for each length of history, over all worlds together."""

import json
from collections.abc import Callable, Iterator

import numpy as np

from whosecopy.assess.outcome_models import BOUNDED, UNBOUNDED, Family
from whosecopy.bench.outcome_worlds import World
from whosecopy.model import Floats

LENGTHS = (5, 6, 7, 8, 10, 12, 15, 20, 30, 50)
LEVELS = tuple(
    float(f"{digits}e{power}") for power in (-4, -3, -2, -1) for digits in (1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8)
)[:-2]
_TAILS = np.logspace(-7, 0, 841)
_SIZES = (((20,), 20), ((100,), 100), ((300,), 300), ((10, 40, 120, 250), 100))
_MEANS = {True: (0.02, 0.06, 0.15, 0.3, 0.5, 0.7, 0.85, 0.94, 0.98), False: (0.05, 0.3, 0.95, 1.6)}
_SPREADS = {True: (0.0, 0.01, 0.03, 0.07, 0.13, 0.2), False: (0.0, 0.02, 0.05, 0.1, 0.2, 0.5)}
"""Square of the spread: the correlation rho with a ceiling, the squared variation of rates without."""
_WORST = 2
"""How many of the worst worlds for each level are simulated again, with ten times as many histories."""


def worlds(family: Family) -> Iterator[World]:
    """The worlds that the levels must hold in."""
    for sizes, now in _SIZES:
        for mean in _MEANS[family.bounded]:
            for squared in _SPREADS[family.bounded]:
                yield World(family, mean, squared**0.5, sizes, now)


def false_alarms(world: World, length: int, histories: int, rng: np.random.Generator) -> Floats:
    """P(tail <= t) for every t of the grid: an average over histories of exact chances."""
    past = world.histories(histories, length, rng)
    top = world.now if world.family.bounded else int(2 * world.now * world.mean) + 10
    tails = world.tails(world.weights(past, world.family), world.family, top)
    below = np.concatenate([[0.0], world.cumulative(top)])
    total = np.zeros(len(_TAILS))
    for row in tails[~world.steady(past)]:
        total += below[np.searchsorted(row, _TAILS, side="right")]
    return total / histories


def limits(alarms: Floats) -> Floats:
    """For each level the largest tail at which alarms stay within it; never above the level itself."""
    place = np.searchsorted(np.maximum.accumulate(alarms), LEVELS, side="right") - 1
    return np.minimum(np.where(place < 0, 0.0, _TAILS[place]), LEVELS)


def calibrate(family: Family, histories: int, seed: int, advance: Callable[[int, int], None]) -> dict[str, list[float]]:
    """For each length of history the largest tail that keeps each level in every world, rounded down."""
    rng = np.random.default_rng(seed)
    every = list(worlds(family))
    table = {}
    for done, length in enumerate(LENGTHS):
        advance(done, len(LENGTHS))
        rough = np.array([limits(false_alarms(world, length, histories, rng)) for world in every])
        again = set(np.argsort(rough, axis=0, kind="stable")[:_WORST].ravel().tolist())
        fine = [limits(_many(every[k], length, histories, rng)) for k in sorted(again)]
        table[str(length)] = [_down(tail) for tail in np.min(fine, axis=0).tolist()]
    advance(len(LENGTHS), len(LENGTHS))
    return table


def _down(tail: float) -> float:
    """Rounded down to four digits, so that nothing stands above its level."""
    return float(f"{tail * (1 - 5e-5):.4g}")


def _many(world: World, length: int, histories: int, rng: np.random.Generator) -> Floats:
    return np.asarray(np.mean([false_alarms(world, length, histories, rng) for _ in range(10)], axis=0))


def table(histories: int, seed: int, date: str, command: str, advance: Callable[[int, int], None]) -> bytes:
    """The file `assess/outcome_levels.json`: one line for each model and length."""
    tails = {family.name: calibrate(family, histories, seed, advance) for family in (BOUNDED, UNBOUNDED)}
    head = {"schema": "whosecopy.outcome-levels/1", "date": date, "command": command, "levels": LEVELS}
    lines = [f' "{name}": {json.dumps(value)},' for name, value in head.items()]
    models = [
        f'  "{model}": {{\n' + ",\n".join(f'   "{length}": {json.dumps(row)}' for length, row in rows.items()) + "\n  }"
        for model, rows in tails.items()
    ]
    return "\n".join(["{", *lines, ' "tails": {', ",\n".join(models), " }", "}", ""]).encode()
