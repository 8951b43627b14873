"""`bench organisations`: colleagues who compare their copies, traced to their organisation and to no person."""

from collections.abc import Callable

import numpy as np

from whosecopy.bench.attacks import merge, strategy
from whosecopy.bench.synthetic import Leak, read
from whosecopy.codes.decide import SHARES, decide
from whosecopy.codes.hypotheses import integer_weights, log_ratios
from whosecopy.codes.keys import draw_secrets
from whosecopy.codes.keystream import codewords
from whosecopy.codes.organisations import organisation_panel
from whosecopy.codes.panel import Panel, cells_of, p_values
from whosecopy.codes.profiles import biases, labels
from whosecopy.model import Mark
from whosecopy.stats.intervals import clopper_pearson
from whosecopy.stats.lattice import tail_table

COLLEAGUES, UNITS, PER_UNIT, ALPHA = 3, 1000, 5, 1e-3
_MARKS, _SHARE = 150, 0.3
_PROMISED = 20.0
_PEER = "prototype, about 20 noiseless shared marks"

Row = dict[str, str | float]


def rows(trials: int, seed: int, progress: Callable[[int, int], None]) -> list[Row]:
    """Three colleagues of one of 1,000 organisations compare copies of p = 1/2 marks and keep the rarer variant.

    Lengths are the shared marks at which 95 % of leaks name the organisation at 1e-3; shares are over whole
    decisions about 5,000 copies, three marks in ten shared.
    """
    rng = np.random.default_rng(seed)
    bare = _least(lambda marks: _alone(marks, rng), trials)
    progress(1, 3)
    shipped = _least(lambda marks: _shipped(marks, rng), trials)
    progress(2, 3)
    named, persons, wrong = _whole(trials, rng)
    progress(3, 3)
    lower, _ = clopper_pearson(wrong, trials, 0.99)
    what = f"of {trials} leaks, {round(_SHARE * _MARKS)} shared marks of {_MARKS}"
    return [
        _row("shared marks, organisation, one hypothesis", _PEER, bare, _PROMISED, 1.1),
        _row("shared marks, organisation, shipped at a tenth of the level", _PEER, shipped, _PROMISED, 1.3),
        _row(f"organisation not named, {what}", "at most", 1 - named / trials, 0.05, 1.0),
        _row(f"a person named, {what}", "person-level test says not enough", persons / trials, 0.05, 1.0),
        _row(f"others named ({wrong}), lower limit, {what}", "alpha", lower, ALPHA, 1.0),
    ]


def colleagues(marks: int, share: float, rng: np.random.Generator) -> Panel:
    """What copies 0, 1 and 2 of organisation 0 publish who compare them: the rarer variant wherever they differ."""
    digest, made = rng.bytes(32), [Mark((i,), 2, "solo") for i in range(marks)]
    secrets = draw_secrets(rng.bytes)
    table, names = biases(secrets.bias, digest, made), labels(secrets.labels, digest, made)
    shared = np.arange(marks) < round(share * marks)
    held = codewords(secrets.code, table, 0, COLLEAGUES)
    held[:, shared] = codewords(secrets.organisation, table, 0, 1)[:, shared]
    shown = merge(held, strategy("minority", COLLEAGUES), rng)
    variants = np.take_along_axis(names, shown[:, None].astype(np.intp), axis=1)[:, 0]
    reading = read(variants, Leak(marks), digest.hex(), rng)
    return Panel(reading, table, names, secrets, UNITS * PER_UNIT, shared, UNITS)


def _least(familywise: Callable[[int], float], trials: int) -> float:
    """The fewest shared marks at which 95 % of `trials` leaks have a family-wise p-value of at most `ALPHA`."""
    low, high = 8, 64
    while high - low > 1:
        middle = (low + high) // 2
        passed = sum(familywise(middle) <= ALPHA for _ in range(trials))
        low, high = (low, middle) if passed >= 0.95 * trials else (middle, high)
    return float(high)


def _alone(marks: int, rng: np.random.Generator) -> float:
    """The organisation's p-value under "one copy, 2 % misread" alone, times the number of organisations."""
    panel = organisation_panel(colleagues(marks, 1.0, rng))
    cells = cells_of(panel)
    weights = np.asarray(cells.spread(integer_weights(log_ratios(cells)[0], cells.chances)))
    symbols = codewords(panel.secrets.code, panel.biases, 0, 1)[0]
    tails = tail_table(weights, panel.biases / 256)
    return float(tails[weights[np.arange(marks), symbols].sum()]) * UNITS


def _shipped(marks: int, rng: np.random.Generator) -> float:
    """The organisation's family-wise p-value as `decide` computes it."""
    panel = organisation_panel(colleagues(marks, 1.0, rng))
    symbols = codewords(panel.secrets.code, panel.biases, 0, 1)
    return float(p_values(panel, symbols)[0]) * UNITS / SHARES["organisation"]


def _whole(trials: int, rng: np.random.Generator) -> tuple[int, int, int]:
    """In how many decisions the organisation is named, some person, and anybody who had no part."""
    named = persons = wrong = 0
    for _ in range(trials):
        decision = decide([colleagues(_MARKS, _SHARE, rng)], ALPHA)
        units, people = {one.index for one in decision.organisations}, {one.index for one in decision.named}
        named += 0 in units
        persons += bool(people)
        wrong += bool(units - {0} or people - set(range(COLLEAGUES)))
    return named, persons, wrong


def _row(what: str, peer: str, ours: float, theirs: float, limit_ratio: float) -> Row:
    return {
        "what": what,
        "peer": peer,
        "ours": round(ours, 4),
        "theirs": theirs,
        "ratio": round(ours / theirs, 4),
        "limit_ratio": limit_ratio,
    }
