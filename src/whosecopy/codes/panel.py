"""One sealed version in play, and all that follows from its reading without looking at a codeword."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from whosecopy.codes.hypotheses import FAMILY, Cells, group, integer_weights, log_ratios
from whosecopy.codes.keys import Secrets
from whosecopy.codes.keystream import KEYSTREAM_DISTANCE, Bytes, chosen
from whosecopy.codes.quantise import quantise
from whosecopy.codes.scoring import Ints, Tally
from whosecopy.model import Floats, Reading
from whosecopy.stats.lattice import tail_table

_LEVELS = np.array([hypothesis.level for hypothesis in FAMILY])
_EVIDENCE = np.array([hypothesis.evidence for hypothesis in FAMILY])
_MOST_NATS, _SLACK_NATS = 70 * np.log(2), 1e-9
"""2^70 times the distance of the keystream is 2^-30: with all rounding errors less than the slack."""


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """One sealed version in play: its reading, its code, and how many copies were issued.

    `reading` is in variant order; `biases` and `labels` (m, q_max) are those of `codes.profiles`; `shared`
    (m,) marks carry an organisation's symbol and never count for a person (V4); `organisations` is how many
    organisations copies were issued to.
    """

    reading: Reading
    biases: NDArray[np.uint16]
    labels: Bytes
    secrets: Secrets
    count: int
    shared: NDArray[np.bool_]
    organisations: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A panel with its integer weights (H, m, q), the tail table of each hypothesis and the real log ratios."""

    panel: Panel
    cells: Cells
    weights: Ints
    tails: tuple[Floats, ...]
    ratios: Floats

    def p_values(self, scores: Ints) -> Floats:
        """Combined p-values of integer scores (H, n): the least of all tails, each over its level, rounded up."""
        looked_up = [tail[row] / level for tail, row, level in zip(self.tails, scores, _LEVELS, strict=True)]
        return np.asarray(np.minimum(np.min(looked_up, axis=0) + KEYSTREAM_DISTANCE, 1.0))

    def promising(self, tally: Tally, alpha: float) -> Ints:
        """The indices of the tallied copies whose combined p-value is at most `alpha`."""
        listed = zip(tally.top, self.tails, _LEVELS, strict=True)
        return np.unique(np.concatenate([top[tail[top[:, 0]] / level <= alpha, 1] for top, tail, level in listed]))

    def symbols(self, indices: Ints) -> Bytes:
        """Codewords of the copies `indices`: uint8, shape (len(indices), m)."""
        return chosen(self.panel.secrets.code, self.panel.biases, indices, self.panel.count)

    def scores(self, symbols: Bytes) -> Ints:
        """Integer scores of codewords (n, m): int64, shape (H, n)."""
        marks = np.arange(symbols.shape[1])
        return np.stack([table[marks, symbols].sum(axis=1) for table in self.weights])

    def log_evalue(self, symbols: Bytes) -> float:
        """Ln of the e-value of one codeword (m,): its mean is at most 1 if the copy was not used.

        A mixture of products of likelihood ratios over the hypotheses, rounded down and capped.
        """
        by_hypothesis = self.ratios[:, np.arange(len(symbols)), symbols].sum(axis=1)
        used = _EVIDENCE > 0
        return float(bounded(np.logaddexp.reduce(by_hypothesis[used] + np.log(_EVIDENCE[used]))))


def bounded(log_evalues: Floats | float) -> Floats:
    """Logs of e-values that keep a mean of at most 1 under codewords from a cipher: at most 70 bits, less 1e-9 nats."""
    return np.asarray(np.minimum(log_evalues, _MOST_NATS) - _SLACK_NATS)


def prepare(panel: Panel) -> Prepared:
    """Quantise the reading, put it into symbol order, and compute weights and tails.

    Raises `ValueError` where the panel's arrays do not fit each other.
    """
    cells = cells_of(panel)
    ratios = log_ratios(cells)
    weights = np.asarray(cells.spread(integer_weights(ratios, cells.chances)), dtype=np.int64)
    tails = tuple(tail_table(rows, panel.biases / 256.0) for rows in weights)
    return Prepared(panel, cells, weights, tails, np.asarray(cells.spread(ratios), dtype=np.float64))


def cells_of(panel: Panel) -> Cells:
    """The marks that count, quantised and in symbol order.

    Raises `ValueError` where the panel's arrays do not fit each other.
    """
    reading = panel.reading
    shape = reading.levels_nats.shape
    if panel.biases.shape != shape or panel.labels.shape != shape or panel.shared.shape != shape[:1]:
        raise ValueError("reading, biases, labels and shared marks of a panel have different shapes")
    by_variant = quantise(reading.levels_nats, reading.alphabet)
    counted = replace(reading, levels_nats=by_variant).read & ~panel.shared
    return group(np.take_along_axis(by_variant, panel.labels.astype(np.intp), axis=1), panel.biases, counted)


def p_values(panel: Panel, symbols: Bytes) -> Floats:
    """Combined single-copy p-values of given codewords (n, m): after the multiplier over hypotheses, shape (n,).

    For forecasts and measurements on simulated copies; a trace goes through `decide`.
    """
    ready = prepare(panel)
    return ready.p_values(ready.scores(symbols))
