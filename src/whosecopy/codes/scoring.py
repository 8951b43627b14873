"""Scores of many copies straight from the keystream, in bounded memory (STATISTICS V8, V10)."""

import functools
from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whosecopy.codes.keystream import Bytes, last_bytes, rows, stride

Ints = NDArray[np.int64]
KEEP = 1024
"""How many of the best copies of each hypothesis are kept."""
_BLOCK_BYTES = 1 << 20
_CHUNK = 1 << 17
_COMPILE_FROM = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """A linear score over comparisons: base + sum over columns of delta where the stream byte exceeds `last`.

    `position` and `last` have shape (k,), `delta` (H, k), `base` (H,). A mark of q symbols takes q - 1
    columns; columns without any weight are left out.
    """

    position: NDArray[np.intp]
    last: Bytes
    delta: NDArray[np.int32]
    base: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """What scoring a range of copies leaves: add two of them with `merge`.

    `histograms[h][s]` counts the copies with score s; `top[h]` holds (score, index) of the best copies as
    rows of an int64 array, best first, ties by smaller index.
    """

    histograms: tuple[Ints, ...]
    top: tuple[Ints, ...]


def columns(biases: NDArray[np.uint16], weights: Ints) -> Columns:
    """`weights` (H, m, q_max) over symbols as weights over comparisons with the biases (m, q_max)."""
    steps = np.diff(weights, axis=2)
    mark, symbol = np.nonzero(steps.any(axis=0) & (np.cumsum(biases[:, :-1], axis=1) < 256))
    delta = steps[:, mark, symbol].astype(np.int32)
    return Columns(mark, last_bytes(biases)[mark, symbol], delta, weights[:, :, 0].sum(axis=1))


def score_rows(seen: Bytes, plan: Columns) -> Ints:
    """Scores of keystream rows (n, >= m): int64, shape (H, n)."""
    over = (seen[:, plan.position] > plan.last).astype(np.float32)
    return (over @ plan.delta.T.astype(np.float32)).T.astype(np.int64) + plan.base[:, None]


def score_all(key: bytes, biases: NDArray[np.uint16], weights: Ints, first: int, count: int) -> Ints:
    """Scores of `count` consecutive copies under every hypothesis: int64, shape (H, count)."""
    plan = columns(biases, weights)
    step = max(1, _BLOCK_BYTES // stride(len(biases)))
    starts = range(first, first + count, step)
    parts = [score_rows(rows(key, len(biases), at, min(step, first + count - at)), plan) for at in starts]
    return np.concatenate(parts, axis=1) if parts else np.zeros((len(weights), 0), np.int64)


def score_blocks(
    key: bytes,
    biases: NDArray[np.uint16],
    weights: Ints,
    start: int,
    stop: int,
    *,
    keep: int = KEEP,
    executor: Executor | None = None,
) -> Tally:
    """Score copies start ... stop - 1 under every hypothesis: integer histograms and the best `keep`.

    `biases` (m, q_max) in 256ths, `weights` (H, m, q_max) integers >= 0. Work goes to `executor` in
    chunks of 131,072 copies; the result does not depend on it nor on the chunks.
    """
    chunk = functools.partial(_chunk, key, biases, weights, keep)
    bounds = [(at, min(at + _CHUNK, stop)) for at in range(start, stop, _CHUNK)]
    parts = map(chunk, bounds) if executor is None else executor.map(chunk, bounds)
    return merge(_empty(weights), parts, keep)


def merge(first: Tally, others: Iterable[Tally], keep: int = KEEP) -> Tally:
    """The tally of all copies together: histograms add, the best `keep` remain."""
    histograms = [h.copy() for h in first.histograms]
    top = list(first.top)
    for other in others:
        for h, (histogram, best) in enumerate(zip(other.histograms, other.top, strict=True)):
            histograms[h] += histogram
            top[h] = _best(np.concatenate([top[h], best]), keep)
    return Tally(tuple(histograms), tuple(top))


def _empty(weights: Ints) -> Tally:
    longest = weights.max(axis=2, initial=0).sum(axis=1)
    return Tally(
        tuple(np.zeros(int(reach) + 1, np.int64) for reach in longest),
        tuple(np.zeros((0, 2), np.int64) for _ in longest),
    )


def _best(pairs: Ints, keep: int) -> Ints:
    return pairs[np.lexsort((pairs[:, 1], -pairs[:, 0]))[:keep]]


def _chunk(key: bytes, biases: NDArray[np.uint16], weights: Ints, keep: int, bounds: tuple[int, int]) -> Tally:
    """The tally of copies bounds[0] ... bounds[1] - 1, in one pass over the stream."""
    start, stop = bounds
    scores = score_all(key, biases, weights, start, stop - start)
    empty = _empty(weights)
    histograms, top = [], []
    for row, histogram in zip(scores, empty.histograms, strict=True):
        histograms.append(np.bincount(row, minlength=len(histogram)))
        place = np.arange(len(row))
        if len(row) > keep:
            place = np.flatnonzero(row >= np.partition(row, len(row) - keep)[len(row) - keep])
        top.append(_best(np.stack([row[place], place + start], axis=1), keep))
    return Tally(tuple(histograms), tuple(top))
