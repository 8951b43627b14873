"""Huffman codes of deflate, with symbols whose codes are equally long on request.

Source: RFC 1951, sections 3.2.2 and 3.2.7.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
LONGEST = 15
_LONGEST_OF_WIDTHS = 7
_WIDTHS_ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
_ONCE_MORE, _FEW_ZEROS, _MANY_ZEROS = 16, 17, 18
_FEW, _MANY, _MOST, _MOST_REPEATED = 3, 11, 138, 6


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """The code of each symbol: `widths` in bits, 0 where it has none, and `values` with the first bit lowest."""

    widths: Ints
    values: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Bits:
    """Numbers to be written one after the other, lowest bit first: `values` of `widths` bits each."""

    values: Ints
    widths: Ints


def make_code(weights: NDArray[np.float64], alike: Iterable[Iterable[int]] = (), longest: int = LONGEST) -> Code:
    """A complete code for symbols that come up as often as `weights` say; of `alike` symbols each set has one width.

    Symbols of weight 0 have no code unless a set needs them. No width is over `longest`.
    """
    groups = _groups(weights, _merged(alike))
    shares = [max(float(sum(weights[symbol] for symbol in group)), 1.0) for group in groups]
    inner = [len(group).bit_length() - 1 for group in groups]
    outer = _lengths(shares)
    while max(map(sum, zip(outer, inner, strict=True))) > longest:
        shares = [max(share // 2, 1.0) for share in shares]
        outer = _lengths(shares)
    widths = np.zeros(len(weights), np.int64)
    for group, width, more in zip(groups, outer, inner, strict=True):
        widths[group] = width + more
    return Code(widths, _canonical(widths))


def header(literal: Code, distance: Code) -> Bits:
    """The beginning of a last block in these codes."""
    one, other = _cut(literal.widths, 257), _cut(distance.widths, 1)
    runs = list(_runs([*one, *other]))
    counts = np.bincount([symbol for symbol, _, _ in runs], minlength=19).astype(float)
    code = make_code(counts, longest=_LONGEST_OF_WIDTHS)
    told = [int(code.widths[symbol]) for symbol in _WIDTHS_ORDER]
    while len(told) > 4 and not told[-1]:
        told.pop()
    fields = [(1, 1), (2, 2), (len(one) - 257, 5), (len(other) - 1, 5), (len(told) - 4, 4)]
    fields += [(width, 3) for width in told]
    for symbol, more, width in runs:
        fields += [(int(code.values[symbol]), int(code.widths[symbol])), (more, width)]
    values, widths = zip(*fields, strict=True)
    return Bits(np.array(values, np.int64), np.array(widths, np.int64))


def packed(bits: Sequence[Bits]) -> bytes:
    """All of `bits` as bytes, the last one filled with zeros."""
    values = np.concatenate([one.values for one in bits]).astype(np.uint64)
    widths = np.concatenate([one.widths for one in bits])
    ends = np.cumsum(widths)
    starts = ends - widths
    shifted = values << (starts & 7).astype(np.uint64)
    out = np.zeros(int(ends[-1] + 7) // 8 + 8)
    for k in range(8):
        lane = (shifted >> np.uint64(8 * k)) & np.uint64(255)
        out += np.bincount((starts >> 3) + k, weights=lane.astype(float), minlength=len(out))
    return out[:-8].astype(np.uint8).tobytes()


def _merged(alike: Iterable[Iterable[int]]) -> list[set[int]]:
    """Sets that share a symbol as one."""
    out: list[set[int]] = []
    for one in map(set, alike):
        apart = [other for other in out if not one & other]
        out = [*apart, one.union(*(other for other in out if one & other))]
    return [one for one in out if len(one) > 1]


def _groups(weights: NDArray[np.float64], alike: Sequence[set[int]]) -> list[list[int]]:
    """Sets filled up to powers of two with symbols about as frequent, and all other symbols in use alone."""
    taken = set().union(*alike)
    groups = []
    for one in alike:
        mean = max(sum(weights[symbol] for symbol in one) / len(one), 0.5)
        spare = [symbol for symbol in range(len(weights)) if symbol not in taken]
        spare.sort(key=lambda symbol: (abs(np.log(max(weights[symbol], 0.5) / mean)), symbol))
        filling = spare[: (1 << (len(one) - 1).bit_length()) - len(one)]
        taken.update(filling)
        groups.append(sorted({*one, *filling}))
    groups += [[symbol] for symbol in range(len(weights)) if weights[symbol] and symbol not in taken]
    unused = (symbol for symbol in range(len(weights)) if not weights[symbol] and symbol not in taken)
    while len(groups) + bool(alike) < 2:
        groups.append([next(unused)])
    return groups


def _lengths(shares: Sequence[float]) -> list[int]:
    """The code lengths of Huffman's code."""
    heap = [(share, number, [number]) for number, share in enumerate(shares)]
    heapq.heapify(heap)
    lengths = [0] * len(shares)
    for number in range(len(shares), 2 * len(shares) - 1):
        (one, _, left), (other, _, right) = heapq.heappop(heap), heapq.heappop(heap)
        for symbol in (*left, *right):
            lengths[symbol] += 1
        heapq.heappush(heap, (one + other, number, left + right))
    return lengths


def _canonical(widths: Ints) -> Ints:
    values = np.zeros(len(widths), np.int64)
    code, before = 0, 0
    for symbol in sorted(np.flatnonzero(widths).tolist(), key=lambda one: (widths[one], one)):
        width = int(widths[symbol])
        code <<= width - before
        values[symbol] = int(f"{code:0{width}b}"[::-1], 2)
        code, before = code + 1, width
    return values


def _cut(widths: Ints, least: int) -> list[int]:
    used = np.flatnonzero(widths)
    return [int(width) for width in widths[: max(least, int(used[-1]) + 1 if used.size else 0)]]


def _runs(widths: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Widths as symbols with what they repeat and the bits that say how often."""
    at = 0
    while at < len(widths):
        width, end = widths[at], at
        while end < len(widths) and widths[end] == width and end - at < _MOST:
            end += 1
        run = end - at
        if width == 0 and run >= _FEW:
            yield (_FEW_ZEROS, run - _FEW, 3) if run < _MANY else (_MANY_ZEROS, run - _MANY, 7)
        else:
            yield width, 0, 0
            run = 1
            again = min(end - at - 1, _MOST_REPEATED)
            if width and again >= _FEW:
                yield _ONCE_MORE, again - _FEW, 2
                run += again
        at += run
