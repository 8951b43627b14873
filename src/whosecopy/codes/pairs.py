"""Gated pairs: a copy tested given another one, when no copy stands out alone (STATISTICS V9).

A *lead* is a copy with a high single score, a *partner* any other one. The gate asks whether both symbols
together explain the leak; the member test asks whether the partner's symbols explain what the lead's leave
open. Only the partner of a passing member test is ever returned.

Null hypothesis of the member test: the leak was made without the partner's copy. Given everything but the
partner's codeword, its symbols are still our independent coin flips, so its p-value given any other copy is
exact whoever that other copy belongs to. A partner is tested given several leads; the lead with the r-th
highest single score among all copies but the partner's gets the share 1 / (r (r + 1)) of the level, and
these shares add up to at most 1. Hence no assumption on the size of the coalition.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whosecopy.codes.hypotheses import Cells, integer_weights, misread
from whosecopy.codes.keystream import KEYSTREAM_DISTANCE, Bytes
from whosecopy.model import Floats
from whosecopy.stats.lattice import tail_table

LEADS = 32
_MISREAD = 0.005


@dataclass(frozen=True, slots=True)
class Member:
    """Partner `index` tested given `lead`, which ranks `rank` among the others: p-values before any correction."""

    index: int
    lead: int
    rank: int
    gate_p: float
    given_p: float

    @property
    def p_value(self) -> float:
        """The member test's p-value, corrected for the choice of the lead."""
        return min(1.0, self.given_p * self.rank * (self.rank + 1))


def pair_ratios(cells: Cells) -> Floats:
    """Ln P(seen | symbols s, t) - ln P(seen) when each mark shows the symbol of one of two copies: (cells, q, q)."""
    seen = misread(cells, _MISREAD)
    both = (seen[:, :, None] + seen[:, None, :]) / 2
    chances = cells.chances[:, :, None] * cells.chances[:, None, :]
    average = (chances * both).sum(axis=(1, 2), keepdims=True)
    return np.where(chances > 0, np.log(np.where(both > 0, both, 1.0)) - np.log(average), 0.0)


def members(
    cells: Cells,
    codewords: Bytes,
    indices: NDArray[np.int64],
    order: NDArray[np.int64],
    limit: float,
    skip: Collection[int],
) -> Iterator[Member]:
    """Every (lead, partner) whose gate p-value is at most `limit`, with the partner's member test.

    `codewords` (k, m) are the symbols of the copies `indices` (k,); `order` ranks the best single scores
    (positions into `indices`, best first); partners in `skip` (indices) are not tested.
    """
    counted = cells.of_mark >= 0
    of_mark = cells.of_mark[counted]
    symbols = codewords[:, counted]
    ratios = pair_ratios(cells)
    gate_weights, gate_chances = _gate(cells, ratios)
    tails = tail_table(_by_columns(gate_weights)[of_mark], gate_chances[of_mark]) + KEYSTREAM_DISTANCE
    if tails[-2] > limit:
        return
    gates = tails[_pair_scores(gate_weights[of_mark], symbols, order[:LEADS])]
    rank = np.full(len(indices), len(order) + 1)
    rank[order] = np.arange(len(order))
    for lead, row in enumerate(gates):
        partners = [
            int(at) for at in np.flatnonzero(row <= limit) if at != order[lead] and int(indices[at]) not in skip
        ]
        if not partners:
            continue
        p_values = _given(cells, ratios, symbols[order[lead]], symbols[partners])
        for at, p in zip(partners, p_values.tolist(), strict=True):
            among_others = lead + 1 - int(rank[at] < lead)
            yield Member(int(indices[at]), int(indices[order[lead]]), among_others, float(row[at]), p)


def _gate(cells: Cells, ratios: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Integer weights (cells, q, q) of a pair's symbols, and their chances (cells, q * q)."""
    chances = cells.chances[:, :, None] * cells.chances[:, None, :]
    flat = chances.reshape(len(chances), -1)
    weights = integer_weights(ratios.reshape(len(ratios), -1), flat)
    return weights.reshape(ratios.shape), flat


def _by_columns(weights: NDArray[np.int64]) -> NDArray[np.int64]:
    return weights.reshape(len(weights), -1)


def _pair_scores(weights: NDArray[np.int64], symbols: Bytes, leads: NDArray[np.int64]) -> NDArray[np.int64]:
    """Integer scores of every lead with every copy: shape (leads, k); float32 products are exact below 2^24."""
    alphabet = weights.shape[1]
    scores = np.zeros((len(leads), len(symbols)), np.float32)
    marks = np.arange(symbols.shape[1])
    for symbol in range(alphabet):
        held = (symbols == symbol).astype(np.float32)
        for row, weight in zip(scores, weights[marks, symbols[leads], symbol].astype(np.float32), strict=True):
            row += held @ weight
    return scores.astype(np.int64)


def _given(cells: Cells, ratios: Floats, lead: Bytes, partners: Bytes) -> Floats:
    """p-values of `partners` (k, marks) given the symbols of `lead` (marks,): shape (k,)."""
    of_mark = cells.of_mark[cells.of_mark >= 0]
    weights = integer_weights(ratios[of_mark, lead], cells.chances[of_mark])
    tails = tail_table(weights, cells.chances[of_mark]) + KEYSTREAM_DISTANCE
    return np.asarray(tails[weights[np.arange(len(of_mark)), partners].sum(axis=1)])
