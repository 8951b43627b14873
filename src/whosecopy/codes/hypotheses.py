"""The fixed family of ways a leak may have come about, and what each says of a symbol at a mark.

Everything here is computed from the reading and the biases alone, never from a codeword (STATISTICS V8).
Marks that were not read, and marks shared by an organisation, score nothing.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whosecopy.model import Floats

TOP_WEIGHT = 63
"""The largest integer weight: 6 bits."""
TURNS, FITTED = 4, 6
"""Coalition sizes that taking turns and the fitted strategy assume: they cost power where wrong, never validity."""
_EM_STEPS, _EM_FLOOR, _EM_PRIOR = 60, 0.005, 2.0


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A name, its share of the level (V8) and its share of the e-value (0: not a likelihood ratio)."""

    name: str
    level: float
    evidence: float


FAMILY = (
    Hypothesis("one copy, 2 % misread", 0.125, 0.125),
    Hypothesis("one copy, 15 % misread", 0.125, 0.125),
    Hypothesis("coalition taking turns", 0.125, 0.25),
    Hypothesis("coalition, symmetric score", 0.125, 0.0),
    Hypothesis("coalition with fitted strategy", 0.5, 0.5),
)


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Marks grouped by equal bias and reading; only those that count for a person.

    `chances` and `likelihood` have shape (cells, q), the latter 0 beyond the alphabet; `of_mark` (m,) is
    the cell of each mark, -1 where the mark does not count; `counts` (cells,) how many marks a cell has.
    """

    chances: Floats
    likelihood: Floats
    counts: NDArray[np.intp]
    of_mark: NDArray[np.intp]

    def spread(self, values: Floats | NDArray[np.integer]) -> NDArray[np.generic]:
        """Per-cell values (..., cells, q) as per-mark values (..., m, q), 0 for marks that do not count."""
        padded = np.concatenate([values, np.zeros((*values.shape[:-2], 1, values.shape[-1]), values.dtype)], axis=-2)
        return np.asarray(padded[..., self.of_mark, :])


def group(levels_nats: Floats, biases: NDArray[np.uint16], counted: NDArray[np.bool_]) -> Cells:
    """Cells of a reading in *symbol* order: levels (m, q), biases (m, q) in 256ths, which marks count (m,)."""
    rows = np.ascontiguousarray(np.hstack([levels_nats, biases])[counted])
    keys = rows.view(np.dtype((np.void, rows.itemsize * rows.shape[1]))).ravel()
    _, first, inverse, counts = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    width = biases.shape[1]
    chances = rows[first, width:] / 256.0
    of_mark = np.full(len(biases), -1, np.intp)
    of_mark[counted] = inverse
    return Cells(chances, np.where(chances > 0, np.exp(rows[first, :width]), 0.0), counts, of_mark)


def log_ratios(cells: Cells, theta: Floats | None = None) -> Floats:
    """Real scores of every hypothesis of `FAMILY` for every symbol: shape (H, cells, q).

    The strategy of the last one is `theta`, or else fitted to these cells.

    Entry (h, i, s) is ln P_h(seen | symbol s) - ln P_h(seen), in nats, for all but the symmetric score.
    """
    fitted = fit_strategy(cells, FITTED) if theta is None else theta
    return np.stack(
        [
            _ratio(cells, misread(cells, 0.02)),
            _ratio(cells, misread(cells, 0.15)),
            _ratio(cells, _interleaving(cells)),
            _symmetric(cells),
            strategic_ratios(cells, fitted),
        ]
    )


def integer_weights(scores: Floats, chances: Floats) -> NDArray[np.int64]:
    """Real scores (..., cells, q) as integers 0 ... 63: the least symbol of a mark gets 0.

    Each leading entry is scaled by its widest mark, rounded and divided by the common divisor. Adding a
    constant to a mark or scaling all of them moves every copy alike, so the order of copies is kept.
    """
    inside = chances > 0
    low = np.where(inside, scores, np.inf).min(axis=-1, initial=np.inf, keepdims=True)
    gain = np.where(inside, scores - low, 0.0)
    widest = gain.max(axis=(-1, -2), initial=0.0, keepdims=True)
    whole = np.rint(gain * (TOP_WEIGHT / np.where(widest > 0, widest, 1.0))).astype(np.int64)
    divisor = np.gcd.reduce(whole, axis=(-1, -2), keepdims=True)
    return np.asarray(whole // np.maximum(divisor, 1))


def _ratio(cells: Cells, seen: Floats) -> Floats:
    """Ln P(seen | symbol) - ln P(seen), 0 beyond the alphabet."""
    average = (cells.chances * seen).sum(axis=1, keepdims=True)
    return np.where(cells.chances > 0, np.log(np.where(seen > 0, seen, 1.0)) - np.log(average), 0.0)


def misread(cells: Cells, error: float) -> Floats:
    """P(seen | symbol) where one copy leaked and a share `error` of marks shows another symbol."""
    likelihood = cells.likelihood
    others = np.maximum((cells.chances > 0).sum(axis=1, keepdims=True) - 1, 1)
    rest = likelihood.sum(axis=1, keepdims=True) - likelihood
    return np.asarray((1 - error) * likelihood + error / others * rest)


def _interleaving(cells: Cells) -> Floats:
    """P(seen | symbol) where each mark shows the symbol of one of four copies, picked at random."""
    likelihood = cells.likelihood
    average = (cells.chances * likelihood).sum(axis=1, keepdims=True)
    return np.asarray(likelihood / TURNS + (1 - 1 / TURNS) * average)


def _symmetric(cells: Cells) -> Floats:
    """Skoric's symmetric score, averaged over what may have been seen.

    Source: Skoric, Katzenbeisser and Celik, "Symmetric Tardos fingerprinting codes for arbitrary alphabet
    sizes" (2008).
    """
    inside = cells.chances > 0
    chances = np.where(inside, cells.chances, 0.5)
    weight = cells.likelihood / cells.likelihood.sum(axis=1, keepdims=True)
    same = weight * np.sqrt((1 - chances) / chances)
    other = weight * np.sqrt(chances / (1 - chances))
    return np.where(inside, same + other - other.sum(axis=1, keepdims=True), 0.0)


def fit_strategy(cells: Cells, coalition: int) -> Floats:
    """The chance theta_k that a coalition of which k hold symbol 1 shows it: shape (coalition + 1,).

    Fitted by expectation-maximisation to the marks of two symbols, with two pseudo-counts of taking turns
    for each k; theta_0 and theta_c keep to the marking assumption up to half a per cent.

    Source: Furon and Desoubeaux, "Tardos codes for real" (2014), for conditioning on (y, p).
    """
    binary = (cells.chances > 0).sum(axis=1) == 2
    zero, one = cells.likelihood[binary, 0], cells.likelihood[binary, 1]
    holders = _binomial(coalition, cells.chances[binary, 1])
    counts = cells.counts[binary]
    turns = np.arange(coalition + 1) / coalition
    theta = np.clip(turns, _EM_FLOOR, 1 - _EM_FLOOR)
    for _ in range(_EM_STEPS):
        shows = holders * theta * one[:, None]
        hides = holders * (1 - theta) * zero[:, None]
        scale = (counts / (shows + hides).sum(axis=1))[:, None]
        yes, no = (shows * scale).sum(axis=0), (hides * scale).sum(axis=0)
        theta = (yes + _EM_PRIOR * turns) / (yes + no + _EM_PRIOR)
        theta[0] = min(theta[0], _EM_FLOOR)
        theta[-1] = max(theta[-1], 1 - _EM_FLOOR)
        theta = np.clip(theta, _EM_FLOOR, 1 - _EM_FLOOR)
    return theta


def _binomial(trials: int, chance: Floats) -> Floats:
    """P(k of `trials`) for k = 0 ... trials: shape (len(chance), trials + 1)."""
    k = np.arange(trials + 1)
    ways = np.array([math.comb(trials, int(j)) for j in k])
    return np.asarray(ways * chance[:, None] ** k * (1 - chance[:, None]) ** (trials - k))


def strategic_ratios(cells: Cells, theta: Floats) -> Floats:
    """Real scores under strategy `theta` (c + 1,): (cells, q). Marks of more than two symbols score as taking turns."""
    coalition = len(theta) - 1
    others = _binomial(coalition - 1, cells.chances[:, 1])
    shown = np.stack([others @ theta[:-1], others @ theta[1:]], axis=1)
    seen = _interleaving(cells)
    binary = (cells.chances > 0).sum(axis=1) == 2
    zero, one = cells.likelihood[binary, :1], cells.likelihood[binary, 1:2]
    seen[binary, :2] = shown[binary] * one + (1 - shown[binary]) * zero
    return _ratio(cells, seen)
