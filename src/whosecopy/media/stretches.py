"""Stretches of a leak and of its master laid beside each other, character by character."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_SCORE = 28
_FEWEST_WORDS, _FEW_WORDS_LONG = 6, 64
_LONG_EXTRA = 24


@dataclass(frozen=True, slots=True)
class Segment:
    """Leak characters `leak_start:leak_end` correspond to master characters `start:end` (both normal form).

    `map[k]` is the leak position of master character `start + k` (length `end - start + 1`, monotone);
    `errors` is the edit distance between the two stretches.
    """

    start: int
    end: int
    leak_start: int
    leak_end: int
    map: tuple[int, ...]
    errors: int


def global_map(query: bytes, target: bytes, offset: int) -> list[int]:
    """The leak position of every character of `target` in the best global alignment."""
    import edlib

    if not query or not target:
        return [offset] * len(target)
    path = edlib.align(query, target, mode="NW", task="path")["cigar"]
    places: list[int] = []
    at = offset
    for count, kind in re.findall(r"(\d+)([=XID])", path):
        number = int(count)
        if kind == "D":
            places += [at] * number
        else:
            places += range(at, at + number) if kind != "I" else ()
            at += number
    return places


def anchor(query: bytes, target: bytes, start: int, end: int, leak_start: int, leak_end: int) -> tuple[int, int]:
    """A master and a leak position in the middle of the longest unchanged run of `start:end`."""
    found = global_map(query[leak_start:leak_end], target[start:end], leak_start)
    same = unchanged(query, target[start:end], [*found, leak_end])
    best = run = stop = 0
    for k, good in enumerate(same):
        run = run + 1 if good else 0
        if run > best:
            best, stop = run, k + 1
    middle = stop - (best + 1) // 2
    return start + middle, found[middle]


def unchanged(query: bytes | str, target: bytes | str, places: Sequence[int]) -> list[bool]:
    """Whether each character of `target` stands unchanged at its place in `query`."""
    return [
        after == here + 1 and query[here] == character
        for here, after, character in zip(places, places[1:], target, strict=False)
    ]


def good_stretches(query: bytes, target: bytes, start: int, places: Sequence[int]) -> list[Segment]:
    """Disjoint stretches that score enough; foreign ends fall off."""
    segments = []
    waiting = [(0, len(places) - 1)]
    while waiting:
        first, last = waiting.pop()
        low, high, score = _best_stretch(query, target[start + first : start + last], places[first : last + 1])
        if score < _SCORE:
            continue
        low, high = first + low, first + high
        waiting += [(high, last), (first, low)]
        here, there = places[low], places[high]
        if high - low < _FEW_WORDS_LONG and query[here:there].count(b" ") < _FEWEST_WORDS - 1:
            continue
        errors = _distance(query[here:there], target[start + low : start + high])
        segments.append(Segment(start + low, start + high, here, there, tuple(places[low : high + 1]), errors))
    return sorted(segments, key=lambda segment: segment.start)


def _best_stretch(query: bytes, target: bytes, places: Sequence[int]) -> tuple[int, int, int]:
    """Start, end and score of the best stretch: 1 for each pair of neighbours that fit, minus 1 for each edit.

    Foreign text fits here and there, but seldom two characters in a row, so it scores below zero.
    """
    total = lowest = low = best = best_low = best_high = 0
    before = False
    for k, same in enumerate(unchanged(query, target, places)):
        extra = max(0, places[k + 1] - places[k] - 1)
        total += before if same else -1 - min(extra, _LONG_EXTRA)
        before = same
        if total - lowest > best:
            best, best_low, best_high = total - lowest, low, k + 1
        if total < lowest:
            lowest, low = total, k + 1
    return best_low, best_high, best


def _distance(query: bytes, target: bytes) -> int:
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(query, target)
