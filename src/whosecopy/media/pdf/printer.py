"""Prints copies: the file of one copy is made once, and bits of it are switched for every other.

All copies of a master are equally long. They differ in the switches and the checksums of their content streams.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whosecopy.media.pdf.deflate import MODULUS, MOST_CHOICES, TEXTS, Deflated, deflated
from whosecopy.media.pdf.press import Plate
from whosecopy.media.pdf.rewrite import ALONG, GREY, REST, UP, Values, values_of
from whosecopy.media.pdf.switches import Choice, switched
from whosecopy.model.layout import Shift

Ints = NDArray[np.int64]
High = NDArray[np.bool_]
"""Which choices of one copy fall on the higher value: shape (choices,)."""
_BYTES = 8
_NONE = np.zeros(0, np.int64)
_HALF = 16


@dataclass(frozen=True, slots=True)
class Ends:
    """The lower and the higher value of every axis of every word, and where they differ: what a copy chooses."""

    low: Mapping[int, Values]
    high: Mapping[int, Values]
    choices: tuple[Choice, ...]

    @classmethod
    def of(cls, samples: Sequence[Iterable[Shift]]) -> "Ends":
        """The ends between which all of `samples` lie, each of them a copy; words that it does not name rest."""
        given = [values_of(shifts) for shifts in samples]
        low: dict[int, Values] = {}
        high: dict[int, Values] = {}
        for word in set().union(*given):
            along, up, grey = zip(*(values.get(word, REST) for values in given), strict=True)
            low[word], high[word] = (min(along), min(up), min(grey)), (max(along), max(up), max(grey))
        axes = (ALONG, UP, GREY)
        choices = [(word, axis) for word in sorted(low) for axis in axes if low[word][axis] != high[word][axis]]
        return cls(low, high, tuple(choices))

    def chosen(self, shifts: Iterable[Shift]) -> tuple[High, frozenset[Choice]]:
        """What a copy with these shifts chooses, and where it chooses neither end."""
        values = values_of(shifts)
        told = [values.get(word, REST)[axis] for word, axis in self.choices]
        high = [self.high[word][axis] for word, axis in self.choices]
        low = [self.low[word][axis] for word, axis in self.choices]
        neither = [one for one, said, *both in zip(self.choices, told, low, high, strict=True) if said not in both]
        return np.array([said == one for said, one in zip(told, high, strict=True)], bool), frozenset(neither)


class Printer:
    """Prints copies from a plate; the choices in `resting` are not made, their axes stay as in the master."""

    def __init__(self, plate: Plate, ends: Ends, resting: Collection[Choice] = ()) -> None:
        low, high = _resting(ends.low, resting), _resting(ends.high, resting)
        numbers = {one: number for number, one in enumerate(ends.choices) if one not in resting}
        streams = [deflated(switched(one.sections, low, high, numbers)) for one in plate.touched]
        file, begins = plate.assembled([one.data for one in streams])
        shared = len(plate.body)
        self._shared, self._rest = file[:shared], np.frombuffer(file, np.uint8, offset=shared)
        self._checks = [
            _Check(begin - shared + len(one.data), one.sums) for begin, one in zip(begins, streams, strict=True)
        ]
        bits = [8 * (begin - shared) + one.bit for begin, one in zip(begins, streams, strict=True)]
        self._flips = _Flips(streams, np.concatenate([_NONE, *bits]))
        self._streams = np.cumsum([0, *(len(one.bit) for one in streams)])

    def copy(self, high: High) -> bytes:
        """The file of the copy that chooses as `high` says."""
        out = self._rest.copy()
        shown = self._flips.apply(out, high)
        for check, first, last in zip(self._checks, self._streams, self._streams[1:], strict=False):
            check.apply(out, shown[first:last])
        return b"".join([self._shared, out.data])


class _Flips:
    """The bits that switches flip in the last part of a file; `place` says at which bit each of them begins."""

    def __init__(self, streams: Sequence[Deflated], place: Ints) -> None:
        self._choices = np.concatenate([_NONE.reshape(0, MOST_CHOICES), *(one.choices for one in streams)]).T.copy()
        flips = np.concatenate([_NONE.reshape(0, TEXTS).astype(np.uint64), *(one.flips for one in streams)])
        flips <<= (place[:, None] & 7).astype(np.uint64)
        self._flips = flips.astype("<u8").ravel()
        ever = np.bitwise_or.reduce(flips, axis=1).astype("<u8").view(np.uint8).reshape(-1, _BYTES)
        switch, byte = np.nonzero(ever)
        targets = place[switch] // 8 + byte
        order = np.argsort(targets, kind="stable")
        sources, targets = (_BYTES * switch + byte)[order], targets[order]
        rank = np.arange(len(targets)) - np.searchsorted(targets, targets)
        self._rounds = [(targets[rank == k], sources[rank == k]) for k in range(int(rank.max(initial=-1)) + 1)]

    def apply(self, out: NDArray[np.uint8], high: High) -> Ints:
        """Flip what a copy flips, and say which text each switch shows, counted over all switches."""
        decided = np.append(high, False).astype(np.int64)[self._choices]
        shown = np.arange(0, TEXTS * decided.shape[1], TEXTS)
        for k, row in enumerate(decided):
            shown += row << k
        flips = self._flips[shown].view(np.uint8)
        for targets, sources in self._rounds:
            out[targets] ^= flips[sources]
        return shown


class _Check:
    """The checksum of a stream, which ends at `end`; `sums` says what the texts of its switches add to it."""

    def __init__(self, end: int, sums: Ints) -> None:
        self._place = slice(end - 4, end)
        self._lower, self._upper = (np.ascontiguousarray(half).ravel() for half in np.moveaxis(sums, 2, 0))

    def apply(self, out: NDArray[np.uint8], shown: Ints) -> None:
        """Set it right for a copy whose switches show these texts."""
        if len(shown):
            own = shown - shown[0] // TEXTS * TEXTS
            before = int.from_bytes(out[self._place].tobytes(), "big")
            lower = ((before & (1 << _HALF) - 1) + int(self._lower[own].sum())) % MODULUS
            upper = ((before >> _HALF) + int(self._upper[own].sum())) % MODULUS
            out[self._place] = np.frombuffer((upper << _HALF | lower).to_bytes(4, "big"), np.uint8)


def _resting(values: Mapping[int, Values], resting: Collection[Choice]) -> Mapping[int, Values]:
    """`values` with the axes of these choices as in the master."""
    out = dict(values)
    for word, axis in resting:
        changed = list(out[word])
        changed[axis] = REST[axis]
        out[word] = (changed[ALONG], changed[UP], changed[GREY])
    return out
