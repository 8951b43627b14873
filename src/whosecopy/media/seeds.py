"""Where texts share short runs of characters: rolling hashes, and the shifts that they vote for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_LENGTH = 7
_COMMON = 24
_BAND = 32


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


@dataclass(frozen=True, slots=True, eq=False)
class SeedIndex:
    """The runs of seven characters of a master, sorted by hash; very common ones do not vote."""

    hashes: NDArray[np.uint64]
    positions: NDArray[np.int64]

    @classmethod
    def of(cls, text: str) -> "SeedIndex":
        """The index of `text`; letter case does not matter."""
        hashes = run_hashes(_lower(text), _LENGTH)
        order = np.argsort(hashes, kind="stable")
        return cls(hashes[order], order.astype(np.int64))

    def hits(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Pairs of positions (in `text`, in the master) with the same run, and the rarity of each as a weight."""
        hashes = run_hashes(_lower(text), _LENGTH)
        low = np.searchsorted(self.hashes, hashes, "left")
        count = np.searchsorted(self.hashes, hashes, "right") - low
        count[count > _COMMON] = 0
        here = np.repeat(np.arange(len(hashes)), count)
        within = np.arange(len(here)) - np.repeat(np.cumsum(count) - count, count)
        there = self.positions[np.repeat(low, count) + within]
        return here.astype(np.int64), there, 1.0 / np.repeat(count, count)


def best_shifts(index: SeedIndex, text: str, cuts: NDArray[np.int64], most: int) -> list[list[int]]:
    """For each chunk `cuts[i]:cuts[i+1]` of `text`, at most `most` shifts (master minus text position), best first."""
    here, there, weight = index.hits(text)
    chunk = np.searchsorted(cuts, here, "right") - 1
    band = (there - here + len(text)) // _BAND
    width = (len(text) + (int(index.positions.max(initial=0)))) // _BAND + 4
    # a run of hits may straddle two bands, so each hit votes for its own band and the one below
    keys = np.concatenate([chunk * width + band, chunk * width + band - 1])
    found, inverse = np.unique(keys, return_inverse=True)
    votes = np.bincount(inverse, np.concatenate([weight, weight]), len(found))
    order = np.lexsort((found, -votes, found // width))
    shifts: list[list[int]] = [[] for _ in range(len(cuts) - 1)]
    for key in found[order]:
        chosen = shifts[int(key) // width]
        shift = (int(key) % width + 1) * _BAND - len(text)
        if len(chosen) < most and all(abs(shift - other) > 2 * _BAND for other in chosen):
            chosen.append(shift)
    return shifts


def _lower(text: str) -> str:
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
