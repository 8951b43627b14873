"""What repeats in a text, found by zlib, with places in it that nothing may be copied from or onto.

zlib is asked for a stream with the fixed codes of deflate, which is easily read again.
Source: RFC 1951, section 3.2.6.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
LENGTH_BITS = np.array([0] * 8 + [k for k in range(1, 6) for _ in range(4)] + [0])
LENGTHS = np.concatenate([3 + np.cumsum(np.concatenate([[0], 1 << LENGTH_BITS[:-2]])), [258]])
"""The shortest copy of each length symbol, from symbol 257 on, and how many bits say how much longer it is."""
DISTANCE_BITS = np.array([0, 0] + [k for k in range(14) for _ in range(2)])
DISTANCES = 1 + np.cumsum(np.concatenate([[0], 1 << DISTANCE_BITS[:-1]]))
SHORTEST_COPY, LONGEST_COPY, FARTHEST = 3, 258, 32768
END = 256
"""The symbol that ends a block; those after it are lengths."""
_HELD = 48


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """What a stream says: `length` characters from `start` on are those `distance` before; at distance 0 a literal."""

    start: Ints
    length: Ints
    distance: Ints


def find_repeats(text: bytes, blind: NDArray[np.bool_]) -> Tokens:
    """`text` as tokens; characters that are `blind`, shape (len(text),), are literals and never copied."""
    length, distance = _parsed(_garbled(text, blind))
    start = np.cumsum(length) - length
    before = np.concatenate([[0], np.cumsum(blind)])
    touched = before[start + length] - before[start]
    touched += before[start + length - distance] - before[start - distance]
    tokens = np.stack([start, length, distance], axis=1)
    out, at = [], 0
    for number in np.flatnonzero((distance > 0) & (touched > 0)).tolist():
        out += [tokens[at:number], _pieces(blind, *tokens[number].tolist())]
        at = number + 1
    return Tokens(*np.concatenate([*out, tokens[at:]]).T)


def _garbled(text: bytes, blind: NDArray[np.bool_]) -> bytes:
    """`text` with characters that it has nowhere else, mixed, for those that are blind."""
    out = np.frombuffer(text, np.uint8).copy()
    unused = np.setdiff1d(np.arange(256), out)
    if unused.size:
        out[blind] = unused[(np.arange(blind.sum()) * 2654435761 >> 7) % len(unused)]
    return out.tobytes()


def _pieces(blind: NDArray[np.bool_], start: int, length: int, distance: int) -> Ints:
    """The tokens of a copy without its blind characters."""
    out: list[tuple[int, int, int]] = []
    source = start - distance
    at = 0
    for stop in [*np.flatnonzero(blind[start : start + length] | blind[source : source + length]).tolist(), length]:
        if stop - at >= SHORTEST_COPY:
            out.append((start + at, stop - at, distance))
        else:
            out += [(start + k, 1, 0) for k in range(at, stop)]
        if stop < length:
            out.append((start + stop, 1, 0))
        at = stop + 1
    return np.array(out, np.int64)


def _parsed(text: bytes) -> tuple[Ints, Ints]:
    """The lengths and distances that zlib chooses."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zlib.Z_FIXED)
    stream = _Bits(squeeze.compress(text) + squeeze.flush())
    tokens: list[tuple[int, int]] = []
    last = 0
    while not last:
        last = stream.take(1)
        stream.take(2)
        tokens += _block(stream)
    columns = np.array(tokens, np.int64).reshape(-1, 2)
    return columns[:, 0], columns[:, 1]


class _Bits:
    """Reads a stream, lowest bit first."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = self._held = self._count = 0

    def peek(self) -> int:
        """The next bits, 48 at least, zeros after the end."""
        if self._count < _HELD:
            self._held |= int.from_bytes(self._data[self._at : self._at + 8], "little") << self._count
            self._at, self._count = self._at + 8, self._count + 64
        return self._held

    def take(self, width: int) -> int:
        """The next `width` bits, which are then gone."""
        value = self.peek() & (1 << width) - 1
        self._held >>= width
        self._count -= width
        return value


def _block(stream: _Bits) -> Iterator[tuple[int, int]]:
    """The length and distance of each token of a block, distance 0 for literals."""
    shortest, more = LENGTHS.tolist(), LENGTH_BITS.tolist()
    nearest, farther = DISTANCES.tolist(), DISTANCE_BITS.tolist()
    while True:
        symbol, width = _FIXED[stream.peek() & 511]
        stream.take(width)
        if symbol < END:
            yield 1, 0
        elif symbol == END:
            return
        else:
            size = symbol - END - 1
            length = shortest[size] + stream.take(more[size])
            far = _FIVE[stream.take(5)]
            yield length, nearest[far] + stream.take(farther[far])


def _reversed(value: int, width: int) -> int:
    return int(f"{value:0{width}b}"[::-1], 2)


def _fixed() -> list[tuple[int, int]]:
    """For the next nine bits of a stream, the symbol that they begin with and its width."""
    out = [(0, 0)] * 512
    for first, last, code, width in ((0, 143, 0x30, 8), (144, 255, 0x190, 9), (256, 279, 0, 7), (280, 287, 0xC0, 8)):
        for symbol in range(first, last + 1):
            for bits in range(_reversed(code + symbol - first, width), 512, 1 << width):
                out[bits] = symbol, width
    return out


_FIXED = _fixed()
_FIVE = [_reversed(code, 5) for code in range(32)]
