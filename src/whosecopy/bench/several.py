"""`bench several`: how often e-processes name an innocent holder, watched at every step, and how soon the leaker."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from whosecopy.bench.attacks import strategy
from whosecopy.bench.synthetic import Leak, simulate
from whosecopy.codes.evalues import Key, Step, e_process, erase, level_shares
from whosecopy.codes.hypotheses import misread
from whosecopy.codes.keystream import codewords
from whosecopy.codes.panel import cells_of
from whosecopy.model import Floats
from whosecopy.stats.intervals import clopper_pearson

SHARE = 0.9
"""The part of a case's level that copies have; the rest is for organisations."""
HOLDERS, STEPS, LEVEL = 60, 8, 0.1
COPIES, ALPHA, MARKS, MISREAD, LEAKS = 1000, 1e-3, 12, 0.1, 8
_NAMED = {"known": 0.85, "shipped": 0.75}

Row = dict[str, str | float]
Sequence = Callable[[np.random.Generator], tuple[list[Step], frozenset[int]]]


def _documents(leak: Leak) -> Sequence:
    """A fresh document for each leak, by the same leakers."""

    def make(rng: np.random.Generator) -> tuple[list[Step], frozenset[int]]:
        steps = []
        for number in range(STEPS):
            key = (f"d{number}", 1)
            steps.append(Step({key: simulate(leak, HOLDERS, rng)}, {key: np.arange(HOLDERS)}))
        return steps, frozenset(j for j in leak.leakers if j < HOLDERS)

    return make


def _quotes(rng: np.random.Generator) -> tuple[list[Step], frozenset[int]]:
    """One document quoted part by part; everybody gets a second copy half-way, as a copy-desk would re-issue it."""
    key: Key = ("d", 1)
    whole = simulate(Leak(STEPS * MARKS, (10_000,), "short", misread=0.05), 2 * HOLDERS, rng)
    steps = []
    for number in range(STEPS):
        count = HOLDERS if number < STEPS // 2 else 2 * HOLDERS
        part = erase(whole, np.arange(STEPS * MARKS) // MARKS != number)
        steps.append(Step({key: replace(part, count=count)}, {key: np.arange(count) % HOLDERS}))
    return steps, frozenset()


CELLS: dict[str, Sequence] = {
    "an outsider's copies, 10 % misread": _documents(Leak(MARKS, (10_000,), misread=0.1)),
    "three outsiders by majority": _documents(Leak(30, (10_000, 10_001, 10_002), strategy=strategy("majority", 3))),
    "soft readings with erasures": _documents(Leak(40, (10_000,), "solo", soft=True, erased=0.3)),
    "two of the holders merged": _documents(Leak(MARKS, (3, 8), strategy=strategy("coin flip", 2))),
    "one document, copies issued again": _quotes,
}
"""Ways in which leaks follow each other, each with the holders that took part; only others named count as errors."""


@dataclass(frozen=True, slots=True)
class Watched:
    """In how many sequences, each watched after every exhibit, some innocent holder was named at `level`."""

    what: str
    level: float
    sequences: int
    errors: int


def watch(sequences: int, rng: np.random.Generator, progress: Callable[[int, int], None]) -> list[Watched]:
    """Sequences of 8 exhibits over 60 holders, fresh keys each; the worst moment of each holder counts.

    Null hypothesis for an innocent holder: no exhibit was made with any of their copies.
    """
    limit = -np.log(LEVEL * SHARE * level_shares([HOLDERS]))
    found = []
    for done, (what, make) in enumerate(CELLS.items()):
        errors = 0
        for _ in range(sequences):
            steps, guilty = make(rng)
            reached = np.max(list(e_process(steps, HOLDERS)), axis=0) >= limit
            errors += bool(set(np.flatnonzero(reached).tolist()) - guilty)
        found.append(Watched(what, LEVEL, sequences, errors))
        progress(done + 1, len(CELLS))
    return found


def rows(trials: int, seed: int, progress: Callable[[int, int], None]) -> list[Row]:
    """The table of `bench several`: `trials` sequences per way of leaking, and as many for the power."""
    rng = np.random.default_rng(seed)
    confidence = 1 - 0.01 / len(CELLS)
    out: list[Row] = []
    for one in watch(trials, rng, progress):
        lower, _ = clopper_pearson(one.errors, one.sequences, confidence)
        what = f"false names, lower limit ({one.errors} of {one.sequences}): {one.what}"
        out.append(_row(what, "alpha", lower, one.level))
    for name, share in power(trials, rng).items():
        what = f"not named after {LEAKS} leaks of {MARKS} marks, {MISREAD:.0%} misread, {name} hypotheses"
        out.append(_row(what, "at most", 1 - share, 1 - _NAMED[name]))
    return out


def power(trials: int, rng: np.random.Generator) -> dict[str, float]:
    """How often the leaker of eight documents of 1,000 holders is named at 1e-3 by the end, GL6.

    `known`: the one hypothesis that holds; `shipped`: the mixture of all.
    """
    limit = -np.log(ALPHA * SHARE * level_shares([COPIES])[0])
    named = dict.fromkeys(_NAMED, 0)
    for _ in range(trials):
        steps, known, best = [], 0.0, 0.0
        for number in range(LEAKS):
            key = (f"d{number}", 1)
            panel = replace(simulate(Leak(MARKS, misread=MISREAD), COPIES, rng), count=1)
            steps.append(Step({key: panel}, {key: np.zeros(1, np.int64)}))
            cells = cells_of(panel)
            seen = misread(cells, MISREAD)
            ratios = np.asarray(cells.spread(_log_ratio(seen, cells.chances)))
            known += float(ratios[np.arange(MARKS), codewords(panel.secrets.code, panel.biases, 0, 1)[0]].sum())
            best = max(best, known)
        named["known"] += bool(best >= limit)
        named["shipped"] += bool(np.max(list(e_process(steps, 1))) >= limit)
    return {name: count / trials for name, count in named.items()}


def _log_ratio(seen: Floats, chances: Floats) -> Floats:
    return np.asarray(np.log(seen) - np.log((chances * seen).sum(axis=1, keepdims=True)))


def _row(what: str, peer: str, ours: float, theirs: float) -> Row:
    return {
        "what": what,
        "peer": peer,
        "ours": round(ours, 4),
        "theirs": round(theirs, 4),
        "ratio": round(ours / theirs, 4),
        "limit_ratio": 1.0,
    }
