"""How often `assess outcome` cries leak falsely and how often it notices one, beside a naive binomial test."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, poisson

from whosecopy.assess.history import Past
from whosecopy.assess.outcome import assess, basis
from whosecopy.assess.outcome_levels import FEWEST, p_value
from whosecopy.assess.outcome_models import BOUNDED, UNBOUNDED, Family
from whosecopy.bench.outcome_worlds import Counts, World
from whosecopy.stats.intervals import clopper_pearson

LEVEL = 0.05
LENGTHS = (3, 5, 7, 10, 20, 50)
SCATTERS = (0.0, 0.05, 0.1, 0.2)
_MEANS = {BOUNDED.name: (0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98), UNBOUNDED.name: (0.05, 0.3, 0.95, 1.6)}
_SIZES, _NOW = (100, 60, 160), 100
_POWER = ((0.9, 0.005), (0.4, 0.05))
_LOSSES = (0.0, 0.3, 0.5, 0.7)
_NEGLIGIBLE = 1e-3
"""Nothing is divided by less."""
STEADY = (88, 91, 93, 87, 90, 92, 89, 90)
SCATTERED = (40, 28, 55, 38, 44, 33, 47, 52)
"""Eight results of 100 each: of mean .9 without overdispersion, and of mean .4 with rho about .05."""

Flags = NDArray[np.bool_]
Row = dict[str, str | float | None]


@dataclass(frozen=True)
class Setting:
    """A way of asking: what it is called, the law of the worlds, and whether the ceiling is told."""

    name: str
    law: Family
    told: bool


SETTINGS = (
    Setting("cap known", BOUNDED, True),
    Setting("cap unknown", BOUNDED, False),
    Setting("no cap", UNBOUNDED, False),
)


def rows(trials: int, seed: int, advance: Callable[[int, int], None]) -> list[Row]:
    """The table of `bench outcome`; `trials` histories for each mean, scatter, length and way of asking.

    A false-alarm row holds the worst mean; beside the level its `ratio` is the Clopper-Pearson lower limit over
    the level, at confidence 1 - .01 / cells. "naive" is a binomial test at the pooled rate (Poisson without a
    cap). "cap unknown" are results with a ceiling that nobody told. "0.4 (0.05)" is a mean rate and its rho.
    """
    rng = np.random.default_rng(seed)
    steps = [(one, scatter, length) for one in SETTINGS for scatter in SCATTERS for length in LENGTHS]
    cells = sum(len(_MEANS[one.law.name]) for one, _, _ in steps)
    out: list[Row] = []
    for done, (one, scatter, length) in enumerate(steps):
        advance(done, len(steps))
        out += false_alarms(one, scatter, length, trials, cells, rng)
    for length in LENGTHS[1:]:
        out += power(length, trials, rng)
    advance(len(steps), len(steps))
    return [*out, *worked_example()]


def false_alarms(
    setting: Setting, scatter: float, length: int, trials: int, cells: int, rng: np.random.Generator
) -> list[Row]:
    """The worst false-alarm rate over the means, against the level and against the naive test."""
    counts, naive = [], []
    for mean in _MEANS[setting.law.name]:
        world = World(setting.law, mean, scatter**0.5, _SIZES, _NOW)
        ours, theirs = alarms(world, setting.told, length, trials, rng)
        counts.append(int(ours.sum()))
        naive.append(float(theirs.mean()))
    worst = max(counts)
    lower, _ = clopper_pearson(worst, trials, 1 - 0.01 / cells)
    what = f"false alarm, {setting.name}, rho {scatter:g}, n={length}"
    return [
        _row(what, "level", worst / trials, LEVEL, lower / LEVEL, 1.0),
        _row(what, "naive", worst / trials, max(naive)),
    ]


def power(length: int, trials: int, rng: np.random.Generator) -> list[Row]:
    """How often losses are noticed where the ceiling is known, beside the naive test; a loss of 0 is false alarm."""
    out = []
    for mean, scatter in _POWER:
        world = World(BOUNDED, mean, scatter**0.5, _SIZES, _NOW)
        for loss in _LOSSES:
            ours, theirs = alarms(world, True, length, trials, rng, 1 - loss)
            what = f"noticed {loss:.0%} lost, {mean:g} ({scatter:g}), n={length}"
            out.append(_row(what, "naive", float(ours.mean()), float(theirs.mean())))
    return out


def worked_example() -> list[Row]:
    """Thirty of a hundred after three histories: our answer, and p-values of ours and of the naive test."""
    out = []
    for what, found in (("steady .9", STEADY), (".4 (.05)", SCATTERED), ("no history", ())):
        result = assess(30, 100.0, basis([Past(one, 100.0, {}) for one in found], True), LEVEL)
        theirs = float(binom.cdf(30, 100, np.mean(found) / 100)) if found else None
        answer = result.outcome.value.replace("_", " ")
        out.append(_row(f"30 of 100, {what}: {answer}", "naive", result.p_value, theirs))
    return out


def alarms(
    world: World, told: bool, length: int, trials: int, rng: np.random.Generator, factor: float = 1.0
) -> tuple[Flags, Flags]:
    """Which of `trials` histories end in `beyond_chance`, ours and the naive test's, the last rate times `factor`."""
    past = world.histories(trials, length, rng)
    found = world.results(trials, rng, factor)
    return ours(world, told, past, found), naive(world, past, found)


def ours(world: World, told: bool, past: Counts, found: Counts) -> Flags:
    """The decisions of `assess.outcome`, made in bulk; a test compares them."""
    if past.shape[1] < FEWEST:
        return np.zeros(len(past), dtype=bool)
    main = BOUNDED if told else UNBOUNDED
    p, said = _p_values(world, main, past, found)
    said &= ~world.steady(past)
    within = (past <= np.array(world.sizes_of(past.shape[1]))).all(axis=1) & (not told)
    if within.any():
        also, _ = _p_values(world, BOUNDED, past[within], found[within])
        p[within] = np.maximum(p[within], also)
    return np.asarray(said & (p <= LEVEL))


def _p_values(world: World, family: Family, past: Counts, found: Counts) -> tuple[NDArray[np.float64], Flags]:
    """Calibrated p-values by `family`, and which histories do not scatter too widely."""
    weights = world.weights(past, family)
    top = world.now if family.bounded else int(found.max())
    tails = np.append(world.tails(weights, family, top), np.ones((len(past), 1)), axis=1)
    tail = tails[np.arange(len(past)), np.minimum(found, top + 1)]
    p = np.array([p_value(family, past.shape[1], float(one)) for one in tail])
    return p, ~world.too_wide(weights, family)


def naive(world: World, past: Counts, found: Counts) -> Flags:
    """What a test at the pooled rate decides that knows of no scatter."""
    rate = past.sum(axis=1) / sum(world.sizes_of(past.shape[1]))
    if world.family.bounded:
        return np.asarray(binom.cdf(found, world.now, rate) <= LEVEL)
    return np.asarray(poisson.cdf(found, rate * world.now) <= LEVEL)


def _row(
    what: str,
    peer: str,
    ours: float | None,
    theirs: float | None,
    ratio: float | None = None,
    limit: float | None = None,
) -> Row:
    if ratio is None and ours is not None and theirs is not None and theirs > _NEGLIGIBLE:
        ratio = ours / theirs
    numbers = {"ours": ours, "theirs": theirs, "ratio": ratio, "limit_ratio": limit}
    rounded = {name: None if value is None else float(f"{value:.4g}") for name, value in numbers.items()}
    return {"what": what, "peer": peer, **rounded}
