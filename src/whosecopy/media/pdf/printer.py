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
Bytes = NDArray[np.uint8]
_BYTES = 8
_NONE = np.zeros(0, np.int64)
_HALF, _LOWER = 16, 0xFFFF


@dataclass(frozen=True, slots=True)
class Extremes:
    """The lower and the higher value of every axis of every word, and where they differ: what a copy chooses."""

    low: Mapping[int, Values]
    high: Mapping[int, Values]
    choices: tuple[Choice, ...]

    @classmethod
    def of(cls, samples: Sequence[Iterable[Shift]]) -> "Extremes":
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

    def __init__(self, plate: Plate, ends: Extremes, resting: Collection[Choice] = ()) -> None:
        low, high = _resting(ends.low, resting), _resting(ends.high, resting)
        numbers = {one: number for number, one in enumerate(ends.choices) if one not in resting}
        streams = [deflated(switched(one.sections, low, high, numbers)) for one in plate.touched]
        file, begins = plate.assembled([one.data for one in streams])
        shared = len(plate.body)
        self._shared, self._rest = file[:shared], np.frombuffer(file, np.uint8, offset=shared)
        bits = [8 * (begin - shared) + one.bit for begin, one in zip(begins, streams, strict=True)]
        self._flips = _Flips(streams, np.concatenate([_NONE, *bits]), self._rest, len(ends.choices))
        self._checks = _Checks(streams, [begin - shared for begin in begins], self._rest)

    def copy(self, high: High) -> bytes:
        """The file of the copy that chooses as `high` says."""
        out = self._rest.copy()
        self._checks.apply(out, self._flips.apply(out, high))
        return b"".join([self._shared, out.data])


class _Flips:
    """The bytes that switches decide in the last part of a file; `place` says at which bit each of them begins.

    A byte that one switch decides is looked up; what further ones flip in it comes after that. `none` is the number
    after that of the last choice. All indexes are in range: `clip` only spares numpy a second look.
    """

    def __init__(self, streams: Sequence[Deflated], place: Ints, rest: Bytes, none: int) -> None:
        choices = np.concatenate([_NONE.reshape(0, MOST_CHOICES), *(one.choices for one in streams)])
        self._columns = [np.where(column < 0, none, column) for column in choices.T if (column >= 0).any()]
        flips = np.concatenate([_NONE.reshape(0, TEXTS).astype(np.uint64), *(one.flips for one in streams)])
        flips <<= (place[:, None] & 7).astype(np.uint64)
        by_byte = flips.astype("<u8").view(np.uint8).reshape(-1, TEXTS, _BYTES).swapaxes(1, 2)
        switch, byte = np.nonzero(by_byte.any(axis=2))
        targets = place[switch] // 8 + byte
        order = np.argsort(targets, kind="stable")
        targets, switch, byte = targets[order], switch[order], byte[order]
        rank = np.arange(len(targets)) - np.searchsorted(targets, targets)
        self._rounds: list[tuple[Ints, Ints, Ints, Bytes]] = []
        for number in range(int(rank.max(initial=-1)) + 1):
            here = rank == number
            table = by_byte[switch[here], byte[here]]
            if number == 0:
                table = table ^ rest[targets[here], None]
            self._rounds.append((targets[here], switch[here], TEXTS * np.arange(len(table)), table.ravel()))
        self._count = len(choices)

    def apply(self, out: Bytes, high: High) -> Bytes:
        """Write what a copy has there, and say which text each switch shows."""
        bits = np.append(high, False).view(np.uint8)
        shown = np.zeros(self._count, np.uint8)
        for k, column in enumerate(self._columns):
            shown |= bits.take(column, mode="clip") << np.uint8(k)
        for number, (targets, switch, rows, table) in enumerate(self._rounds):
            found = table.take(rows + shown.take(switch, mode="clip"), mode="clip")
            if number == 0:
                out[targets] = found
            else:
                out[targets] ^= found
        return shown


class _Checks:
    """The checksums of streams, which begin at `begins` in the last part of a file and end with them."""

    def __init__(self, streams: Sequence[Deflated], begins: Sequence[int], rest: Bytes) -> None:
        ends = [begin + len(one.data) for begin, one in zip(begins, streams, strict=True) if len(one.bit)]
        counts = [len(one.bit) for one in streams if len(one.bit)]
        self._places = np.array(ends, np.int64)[:, None] + np.arange(-4, 0)
        before = rest[self._places].view(">u4").ravel().astype(np.int64)
        self._lower, self._upper = before & _LOWER, before >> _HALF
        sums = np.concatenate([_NONE.reshape(0, TEXTS, 2), *(one.sums for one in streams)])
        self._sums = (sums[:, :, 0] | sums[:, :, 1] << _HALF).astype(np.uint32).ravel()
        self._rows = TEXTS * np.arange(len(sums))
        self._firsts = np.cumsum([0, *counts])[:-1]

    def apply(self, out: Bytes, shown: Bytes) -> None:
        """Set them right for a copy whose switches show these texts; what texts add does not depend on others."""
        if len(shown):
            added = self._sums.take(self._rows + shown, mode="clip")
            lower = np.add.reduceat(added & _LOWER, self._firsts, dtype=np.int64) + self._lower
            upper = np.add.reduceat(added >> _HALF, self._firsts, dtype=np.int64) + self._upper
            both = (upper % MODULUS) << _HALF | lower % MODULUS
            out[self._places] = both.astype(">u4").view(np.uint8).reshape(-1, 4)


def _resting(values: Mapping[int, Values], resting: Collection[Choice]) -> Mapping[int, Values]:
    """`values` with the axes of these choices as in the master."""
    out = dict(values)
    for word, axis in resting:
        changed = list(out[word])
        changed[axis] = REST[axis]
        out[word] = (changed[ALONG], changed[UP], changed[GREY])
    return out
