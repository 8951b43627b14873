"""How often an innocent copy is named: the same decision, thousands of times, under fresh keys."""

import dataclasses
from collections.abc import Callable

import numpy as np

from whosecopy.bench.attacks import strategy
from whosecopy.bench.synthetic import Leak, read, simulate
from whosecopy.codes.decide import decide
from whosecopy.codes.keys import draw_secrets
from whosecopy.codes.panel import Panel
from whosecopy.stats.intervals import clopper_pearson

COPIES = 60
Case = Callable[[np.random.Generator], tuple[Panel, frozenset[int]]]


def _outsiders(leak: Leak) -> Case:
    """Copies that nobody is asked about were merged."""

    def make(rng: np.random.Generator) -> tuple[Panel, frozenset[int]]:
        return simulate(leak, COPIES, rng), frozenset(j for j in leak.leakers if j < COPIES)

    return make


def _other_key(rng: np.random.Generator) -> tuple[Panel, frozenset[int]]:
    """The leak is a copy of the same text sealed under other keys."""
    panel = simulate(Leak(50), COPIES, rng)
    return dataclasses.replace(panel, secrets=draw_secrets(rng.bytes)), frozenset()


def _unmarked(rng: np.random.Generator) -> tuple[Panel, frozenset[int]]:
    """The leak is the master itself."""
    leak = Leak(50, profile="short")
    panel = simulate(leak, COPIES, rng)
    original = read(np.zeros(leak.marks, np.uint8), leak, panel.reading.template_sha256, rng)
    return dataclasses.replace(panel, reading=original), frozenset()


def _house_style(rng: np.random.Generator) -> tuple[Panel, frozenset[int]]:
    """A copy-desk changed each family of ten marks to one variant."""
    leak = Leak(60)
    panel = simulate(leak, COPIES, rng)
    families = np.repeat(rng.integers(0, 2, 6), 10).astype(np.uint8)
    edited = read(families, leak, panel.reading.template_sha256, rng)
    return dataclasses.replace(panel, reading=edited), frozenset()


CASES: dict[str, Case] = {
    "an outsider's copy": _outsiders(Leak(30, (10_000,), "solo")),
    "an outsider's copy, soft reading": _outsiders(Leak(60, (10_000,), "short", soft=True, erased=0.3)),
    "three outsiders by majority": _outsiders(Leak(80, (10_000, 10_001, 10_002), strategy=strategy("majority", 3))),
    "an outsider's copy, four variants": _outsiders(Leak(20, (10_000,), "solo", 4, misread=0.1)),
    "the original": _unmarked,
    "other keys": _other_key,
    "house style": _house_style,
    "two of the candidates": _outsiders(Leak(60, (3, 8), strategy=strategy("coin flip", 2))),
}
"""Ways a leak comes about, each with the candidates that are in it; only others named count as errors."""


def reading_level(trials: int, seed: int, alpha: float) -> list[dict[str, str | float]]:
    """Per case: in how many of `trials` decisions at level `alpha` some innocent copy of 60 was named.

    Rows hold `what`, `trials`, `errors`, `rate` and the Clopper-Pearson limits `lower` and `upper`, each at
    confidence 1 - 0.01 / cases. The guarantee asks that no `lower` exceeds `alpha`.
    """
    rng = np.random.default_rng(seed)
    confidence = 1 - 0.01 / len(CASES)
    out: list[dict[str, str | float]] = []
    for what, case in CASES.items():
        errors = 0
        for _ in range(trials):
            panel, guilty = case(rng)
            errors += any(one.index not in guilty for one in decide([panel], alpha).named)
        lower, upper = clopper_pearson(errors, trials, confidence)
        row: dict[str, str | float] = {"what": what, "trials": trials, "errors": errors, "rate": errors / trials}
        row |= {"lower": lower, "upper": upper}
        out.append(row)
    return out
