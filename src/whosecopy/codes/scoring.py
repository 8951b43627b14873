"""Scores of many copies straight from the keystream, in bounded memory (STATISTICS V8, V10)."""

import functools
from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whosecopy.codes.keystream import Bytes, Source, blocks, last_bytes, stride

Ints = NDArray[np.int64]
KEEP = 1024
"""How many of the best copies of each hypothesis are kept."""
_BLOCK_BYTES = 1 << 18
_CHUNK = 1 << 17
_COMPILE_FROM = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """A linear score over comparisons: base + sum over columns of delta where the stream byte exceeds `last`.

    `position` and `last` have shape (k,), `delta` (H, k), `base` (H,). A mark of q symbols takes q - 1
    columns; columns without any weight are left out, unless nearly all of two symbols are used anyway.
    """

    position: NDArray[np.intp]
    last: Bytes
    delta: NDArray[np.int16]
    base: Ints

    @property
    def dense(self) -> bool:
        """Whether the columns are the first marks of the template, each once."""
        return bool((self.position == np.arange(len(self.position))).all())


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
    used = steps.any(axis=0) & (np.cumsum(biases[:, :-1], axis=1) < 256)
    if used.shape[1] == 1 and 2 * used.sum() > len(used):
        used[:] = True
    mark, symbol = np.nonzero(used)
    delta = np.ascontiguousarray(steps[:, mark, symbol].astype(np.int16))
    return Columns(mark, last_bytes(biases)[mark, symbol], delta, weights[:, :, 0].sum(axis=1))


def score_all(key: Source, biases: NDArray[np.uint16], weights: Ints, first: int, count: int) -> Ints:
    """Scores of `count` consecutive copies under every hypothesis: int64, shape (H, count)."""
    plan = columns(biases, weights)
    kernel = _compiled if count >= _COMPILE_FROM else _plain
    scores = np.empty((count, len(weights)), np.int32)
    at = 0
    for seen in blocks(key, len(biases), first, count, max(1, _BLOCK_BYTES // stride(len(biases)))):
        kernel(seen, plan, scores[at : at + len(seen)])
        at += len(seen)
    return np.ascontiguousarray(scores.T) + plan.base[:, None]


def _plain(seen: Bytes, plan: Columns, scores: NDArray[np.int32]) -> None:
    taken = seen[:, : len(plan.position)] if plan.dense else seen[:, plan.position]
    over = (taken > plan.last).astype(np.float32)
    for h, delta in enumerate(plan.delta.astype(np.float32)):
        scores[:, h] = over @ delta


def _compiled(seen: Bytes, plan: Columns, scores: NDArray[np.int32]) -> None:
    from whosecopy.codes.kernel import score

    score(seen, plan.position, plan.last, plan.delta, scores)


def score_blocks(
    key: Source,
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


def _chunk(key: Source, biases: NDArray[np.uint16], weights: Ints, keep: int, bounds: tuple[int, int]) -> Tally:
    """The tally of copies bounds[0] ... bounds[1] - 1, in one pass over the stream."""
    start, stop = bounds
    scores = score_all(key, biases, weights, start, stop - start)
    empty = _empty(weights)
    histograms, top = [], []
    for row, histogram in zip(scores, empty.histograms, strict=True):
        counts = np.bincount(row, minlength=len(histogram))
        enough = np.flatnonzero(np.cumsum(counts[::-1]) >= keep)
        least = len(counts) - 1 - int(enough[0]) if len(enough) else 0
        place = np.flatnonzero(row >= least)
        histograms.append(counts)
        top.append(_best(np.stack([row[place], place + start], axis=1), keep))
    return Tally(tuple(histograms), tuple(top))
