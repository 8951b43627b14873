"""Where texts share short runs of characters: rolling hashes, and the shifts that they vote for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_RUN, _LONG_MASTERS = 7, (100_000, 1_000_000)
_COMMON = 24
_BAND = 32
_AT_ONCE = 1000
_LONG_RUN, _WINDOW, _SHARED = 12, 400, 20
_BLOCK, _TABLE = 1_000_000, 1 << 22


def run_hashes(text: str, length: int) -> NDArray[np.uint64]:
    """A 64-bit hash of every run of `length` characters: shape (len(text) - length + 1,), empty if too short."""
    if length < 1 or len(text) < length:
        return np.zeros(0, dtype=np.uint64)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    count = len(codes) - length + 1
    hashes = np.zeros(count, dtype=np.uint64)
    for shift in range(length):
        hashes = hashes * _FACTOR + (codes[shift : shift + count] + np.uint64(1)) * _FACTOR
    return np.asarray(hashes ^ (hashes >> np.uint64(29)), dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Characters `first:last` of a text seem to stand about `shift` characters further on in the master."""

    shift: int
    first: int
    last: int


def proposals_of(master: str, text: str, cuts: Sequence[int], most: int) -> list[list[Proposal]]:
    """For each chunk `cuts[i]:cuts[i+1]` of `text`, at most `most` places in the master, best first.

    Every short run of characters that both share votes for a shift, a rare run more than a common one, a
    very common one not at all; letter case does not matter. Time grows with the sum of both lengths,
    memory with the master's.
    """
    index = _Index.of(master)
    proposals: list[list[Proposal]] = []
    for first in range(0, len(cuts) - 1, _AT_ONCE):
        proposals += _vote(index, text, cuts[first : first + _AT_ONCE + 1], most)
    return proposals


@dataclass(frozen=True, slots=True, eq=False)
class _Index:
    """The runs of a master sorted by hash."""

    run: int
    size: int
    hashes: NDArray[np.uint64]
    positions: NDArray[np.int64]

    @classmethod
    def of(cls, master: str) -> "_Index":
        run = _RUN + 2 * sum(len(master) > size for size in _LONG_MASTERS)
        hashes = run_hashes(_lower(master), run)
        order = np.argsort(hashes, kind="stable")
        return cls(run, len(master), hashes[order], order)

    def hits(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Pairs of positions (in `text`, in the master) with the same run, and the rarity of each as a weight."""
        hashes = run_hashes(_lower(text), self.run)
        low = np.searchsorted(self.hashes, hashes, "left")
        count = np.searchsorted(self.hashes, hashes, "right") - low
        count[count > _COMMON] = 0
        here = np.repeat(np.arange(len(hashes)), count)
        within = np.arange(len(here)) - np.repeat(np.cumsum(count) - count, count)
        return here, self.positions[np.repeat(low, count) + within], 1.0 / np.repeat(count, count)


def _vote(index: _Index, text: str, cuts: Sequence[int], most: int) -> list[list[Proposal]]:
    here, there, weight = index.hits(text[cuts[0] : cuts[-1]])
    here = here + cuts[0]
    chunk = np.searchsorted(np.asarray(cuts), here, "right") - 1
    width = (len(text) + index.size) // _BAND + 4
    band = (there - here + len(text)) // _BAND
    # hits of one place may straddle two bands, so each votes for its own band and the one below
    keys = np.concatenate([chunk * width + band, chunk * width + band - 1])
    found, which = np.unique(keys, return_inverse=True)
    votes = np.bincount(which, np.concatenate([weight, weight]), len(found))
    first, last = np.full(len(found), len(text)), np.zeros(len(found), dtype=np.int64)
    np.minimum.at(first, which, np.concatenate([here, here]))
    np.maximum.at(last, which, np.concatenate([here, here]))
    proposals: list[list[Proposal]] = [[] for _ in cuts[1:]]
    for k in np.lexsort((found, -votes, found // width)).tolist():
        chosen = proposals[int(found[k]) // width]
        shift = (int(found[k]) % width + 1) * _BAND - len(text)
        if len(chosen) < most and all(abs(shift - other.shift) > 2 * _BAND for other in chosen):
            chosen.append(Proposal(shift, int(first[k]), int(last[k]) + index.run))
    return proposals


def shared_stretches(master: str, text: str, most: int) -> list[tuple[int, int]]:
    """The parts of a very long `text` that share most runs with the master, at most `most` characters, in order.

    One pass in bounded memory; parts are windows of 400 characters with their neighbours on both sides.
    """
    table = np.zeros(_TABLE, dtype=np.bool_)
    table[(run_hashes(_lower(master), _LONG_RUN) % np.uint64(_TABLE)).astype(np.int64)] = True
    counts = []
    for start in range(0, len(text), _BLOCK):
        hashes = run_hashes(_lower(text[start : start + _BLOCK + _LONG_RUN - 1]), _LONG_RUN)
        shared = table[(hashes % np.uint64(_TABLE)).astype(np.int64)]
        counts.append(np.add.reduceat(shared, np.arange(0, len(shared), _WINDOW), dtype=np.int64))
    hits = np.concatenate(counts)
    best = np.argsort(-hits, kind="stable")[: max(1, most // (3 * _WINDOW))]
    keep = np.zeros(len(hits) + 2, dtype=np.bool_)
    for shift in range(3):
        keep[best[hits[best] >= _SHARED] + shift] = True
    edges = np.flatnonzero(np.diff(np.concatenate([[False], keep[1:-1], [False]]).astype(np.int8)))
    return [(int(low) * _WINDOW, min(len(text), int(high) * _WINDOW)) for low, high in edges.reshape(-1, 2)]


def _lower(text: str) -> str:
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
