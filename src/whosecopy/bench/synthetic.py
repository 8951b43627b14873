"""Readings of leaks that never were text: the code on its own, for measurements and tests."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whosecopy.bench.attacks import merge
from whosecopy.codes.keys import draw_secrets
from whosecopy.codes.keystream import codewords
from whosecopy.codes.panel import Panel
from whosecopy.codes.profiles import biases, labels
from whosecopy.model import Floats, Mark, Reading

READ_NATS = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class Leak:
    """How a simulated leak comes about.

    `marks` of `q` symbols under `profile`; copies `leakers` are merged, by `strategy` (of two symbols) or
    by taking turns; a share `misread` of marks then shows another variant, a share `erased` nothing;
    `soft` readings have log-likelihood gaps of 0.25 to 6 nats that are as often wrong as they say.
    """

    marks: int
    leakers: tuple[int, ...] = (0,)
    profile: str = "GL6"
    q: int = 2
    strategy: Floats | None = None
    misread: float = 0.0
    erased: float = 0.0
    soft: bool = False


def simulate(leak: Leak, count: int, rng: np.random.Generator) -> Panel:
    """A fresh code of which `count` copies were issued, and the reading of `leak`.

    Leakers with an index of `count` or more stand for people whose copies are not among the candidates.
    """
    digest, made = rng.bytes(32), [Mark((i,), leak.q, leak.profile) for i in range(leak.marks)]
    secrets = draw_secrets(rng.bytes)
    table, names = biases(secrets.bias, digest, made), labels(secrets.labels, digest, made)
    held = np.concatenate([codewords(secrets.code, table, j, 1) for j in leak.leakers])
    if leak.strategy is None:
        shown = held[rng.integers(len(held), size=leak.marks), np.arange(leak.marks)]
    else:
        shown = merge(held, leak.strategy, rng)
    variants = np.take_along_axis(names, shown[:, None].astype(np.intp), axis=1)[:, 0]
    reading = read(variants, leak, digest.hex(), rng)
    return Panel(reading, table, names, secrets, count, np.zeros(leak.marks, np.bool_))


def read(variants: NDArray[np.uint8], leak: Leak, template_sha256: str, rng: np.random.Generator) -> Reading:
    """What is read where `variants` (m,) were published, with the misreads and gaps of `leak`."""
    marks = len(variants)
    gap = rng.choice([0.25, 0.5, 1.0, 2.5, 4.0, READ_NATS], marks) if leak.soft else np.full(marks, READ_NATS)
    wrong = rng.random(marks) < (1 / (1 + np.exp(gap)) if leak.soft else leak.misread)
    seen = np.where(wrong, (variants + rng.integers(1, leak.q, marks)) % leak.q, variants)
    levels = np.repeat(-gap[:, None], leak.q, axis=1)
    levels[np.arange(marks), seen] = 0.0
    levels[rng.random(marks) < leak.erased] = 0.0
    return Reading(template_sha256, levels, np.full(marks, leak.q, np.uint8))
