"""`bench calibration`: how often an innocent copy is named, through the whole path from text to decision."""

from dataclasses import dataclass

import numpy as np

from whosecopy.bench.leaks import LEAKS
from whosecopy.bench.naming import decide_alone, fresh_codebook
from whosecopy.carriers.writing import marked
from whosecopy.codes.codebook import Codebook
from whosecopy.model import Document, Template
from whosecopy.seal.plan import Progress
from whosecopy.stats.intervals import clopper_pearson
from whosecopy.trace.read import read_leak

SOURCES = ("a copy that was never issued", "the master itself", "a copy under other keys", "edited to one house style")

_BEYOND = 7
"""How far beyond the issued copies the index of a copy lies that nobody received."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Traces of leaks that no issued copy is in, and in how many of them some copy was named all the same.

    `low` and `high` are one-sided 95 % Clopper-Pearson limits; `kept` says that `low` is not above alpha.
    """

    source: str
    alpha: float
    traces: int
    named: int
    low: float
    high: float
    kept: bool


def calibrate(
    document: tuple[Document, Template],
    setting: tuple[int, float],
    trials: int,
    rng: np.random.Generator,
    progress: Progress,
) -> list[Calibration]:
    """Innocent leaks of four sources through alignment, reading and decision, fresh keys in each trial.

    `setting` is (recipients, alpha).

    Null hypothesis in every trial: the leak was made without anything derived from an issued copy.
    """
    master, template = document
    recipients, alpha = setting
    counts = dict.fromkeys(SOURCES, 0)
    kinds = [LEAKS[name] for name in ("paste", "retype", "5 % misread", "half the sentences, shuffled")]
    for trial in range(trials):
        source = SOURCES[trial % len(SOURCES)]
        codebook = fresh_codebook(template, rng, recipients + _BEYOND + 1)
        text = _innocent(source, master, template, recipients, codebook, rng)
        leak = kinds[(trial // len(SOURCES)) % len(kinds)](text, rng)
        decision = decide_alone(read_leak(template, leak), codebook, recipients, alpha)
        counts[source] += bool(decision.named or (source != SOURCES[0] and decision.organisations))
        progress(trial + 1, trials)
    each = [len(range(k, trials, len(SOURCES))) for k in range(len(SOURCES))]
    rows = [_row(source, alpha, each[k], counts[source]) for k, source in enumerate(SOURCES) if each[k]]
    return [*rows, _row("all together", alpha, trials, sum(counts.values()))]


def _innocent(
    source: str, master: Document, template: Template, recipients: int, codebook: Codebook, rng: np.random.Generator
) -> str:
    """A text that no issued copy (indices below `recipients`) was used for."""
    if source == SOURCES[1]:
        return master.text
    if source == SOURCES[3]:
        style = rng.integers(0, 2, len({site.carrier for site in template.sites}))
        carriers = sorted({site.carrier for site in template.sites})
        row = [style[carriers.index(carrier)] for carrier in template.mark_carriers]
        return marked(master, template, np.array(row, dtype=np.uint8)).edited_text()
    beyond = recipients + _BEYOND
    other = fresh_codebook(template, rng, beyond + 1) if source == SOURCES[2] else codebook
    return marked(master, template, other.variants(beyond, 1)[0]).edited_text()


def _row(source: str, alpha: float, traces: int, named: int) -> Calibration:
    low, high = clopper_pearson(named, traces, 0.95)
    return Calibration(source, alpha, traces, named, low, high, low <= alpha)
