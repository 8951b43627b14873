"""Where a leak shows a site, and how far what stands there is from each variant."""

import bisect
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whosecopy.media.align import AlignedLeak, Segment
from whosecopy.media.normal import fold, position, squeeze
from whosecopy.model import Site

_CONTEXT = 12
_ANCHOR = 3
_ENOUGH = 6
_REACH = 8
_COMBINATIONS = 8
_LONG = 25
_TOLERANCE, _ERROR_COST = 0.3, 2.5


@dataclass(frozen=True, slots=True)
class Sighting:
    """Leak characters `leak_start:leak_end` (normal form) stand where the site is.

    `distances[v]` is the edit distance between the leak's window around them and the same window of the
    master with variant v; `length` is that of the shortest such window.
    """

    leak_start: int
    leak_end: int
    distances: tuple[int, ...]
    length: int


@dataclass(frozen=True, slots=True)
class _Spot:
    """A site in normal form, with what may stand on its left and right within the context."""

    start: int
    end: int
    variants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Side:
    """One anchored end of a window: master position, leak position (and the leak position next to the site)."""

    master: int
    leak: int
    near: int


def sightings(leak: AlignedLeak, sites: Sequence[Site]) -> list[list[Sighting]]:
    """For each site all places in the leak that show it.

    Such a place stands between text that fits the master on both sides; a variant as long as a sentence
    is also found on its own, wherever it was moved, if nothing else in the master resembles it.
    """
    spots = [
        _Spot(position(leak.master, s.start), position(leak.master, s.end), tuple(fold(v) for v in s.variants))
        for s in sites
    ]
    order = sorted(range(len(spots)), key=lambda k: (spots[k].start, spots[k].end))
    ordered = [spots[k] for k in order]
    longest = max((spot.end - spot.start for spot in spots), default=0)
    found: list[list[Sighting]] = [[] for _ in sites]
    for rank, number in enumerate(order):
        near = _neighbours(ordered, rank, longest)
        windows = _windows(leak, ordered[rank], near)
        found[number] = [_measure(leak, ordered[rank], near, left, right) for left, right in windows]
        if not found[number] and sum(len(v) >= _LONG for v in ordered[rank].variants):
            found[number] = _search(leak, ordered, rank)
    return found


def _neighbours(ordered: Sequence[_Spot], rank: int, longest: int) -> list[_Spot]:
    """Other sites that may disturb the context of one."""
    spot = ordered[rank]
    reach = _CONTEXT + _REACH
    low = bisect.bisect_left(ordered, spot.start - reach - longest, key=lambda other: other.start)
    high = bisect.bisect_right(ordered, spot.end + reach, key=lambda other: other.start)
    return [
        other
        for other in ordered[low:high]
        if other is not spot and (spot.start - reach <= other.end <= spot.start or other.start >= spot.end)
    ]


def _windows(leak: AlignedLeak, spot: _Spot, near: Sequence[_Spot]) -> Iterator[tuple[_Side, _Side]]:
    """Pairs of anchors around a site that follow each other closely enough in the leak."""
    lefts, rights = [], []
    for segment, matched in zip(leak.segments, leak.matched, strict=True):
        if segment.start < spot.start and (side := _left(segment, matched, spot, near)):
            lefts.append(side)
        if segment.end > spot.end and (side := _right(segment, matched, spot, near)):
            rights.append(side)
    # nothing to fit beyond the ends of the master: there the leak has to end as well
    if spot.start < _ENOUGH:
        lefts.append(_Side(0, 0, 0))
    if spot.end > len(leak.master.text) - _ENOUGH:
        rights.append(_Side(len(leak.master.text), len(leak.leak.text), len(leak.leak.text)))
    longest = max(len(variant) for variant in spot.variants)
    for left, right in itertools.product(lefts, rights):
        room = (spot.start - left.master) + (right.master - spot.end) + longest
        if 0 <= right.leak - left.leak <= 1.5 * room + _CONTEXT:
            yield left, right


def _search(leak: AlignedLeak, ordered: Sequence[_Spot], rank: int) -> list[Sighting]:
    """Places of a site whose variants are sentences: found by themselves, whatever stands around them."""
    from rapidfuzz.distance import Levenshtein

    spot = ordered[rank]
    found = [hit for variant in spot.variants if len(variant) >= _LONG and (hit := _find(variant, leak.leak.text))]
    found.sort(key=lambda hit: (-hit.score, hit.start))
    chosen: list[_Hit] = []
    for hit in found:
        if all(hit.end <= other.start or other.end <= hit.start for other in chosen):
            chosen.append(hit)
    if not chosen or any(_find(v, _elsewhere(leak, ordered, rank)) for v in spot.variants if len(v) >= _LONG):
        return []
    return [
        Sighting(
            hit.start,
            hit.end,
            tuple(
                Levenshtein.distance(variant.strip(), leak.leak.text[hit.start : hit.end]) for variant in spot.variants
            ),
            hit.end - hit.start,
        )
        for hit in chosen
    ]


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    score: float


def _find(variant: str, text: str) -> _Hit | None:
    """Where `variant` stands in `text` with few enough errors."""
    import edlib

    wanted = squeeze(variant.strip())
    if not text:
        return None
    most = int(min(_TOLERANCE * len(wanted), (len(wanted) - _CONTEXT) / _ERROR_COST))
    found = edlib.align(wanted, squeeze(text), mode="HW", task="locations", k=most)
    if found["editDistance"] < 0:
        return None
    start, end = found["locations"][0]
    return _Hit(start, end + 1, len(wanted) - _ERROR_COST * found["editDistance"])


def _elsewhere(leak: AlignedLeak, ordered: Sequence[_Spot], rank: int) -> str:
    """The master without one site, and all that other sites may say."""
    spot, text = ordered[rank], leak.master.text
    others = [v for k, other in enumerate(ordered) if k != rank for v in other.variants[1:] if len(v) >= _LONG // 2]
    return "\n".join([text[: spot.start], text[spot.end :], *others])


def _left(segment: Segment, matched: NDArray[np.bool_], spot: _Spot, near: Sequence[_Spot]) -> _Side | None:
    """The left end of the window: unchanged text from which enough fits up to the site."""
    edge = spot.start - _CONTEXT
    for other in reversed(near):
        if other.end <= spot.start and other.start - _ANCHOR < edge < other.end + _ANCHOR:
            edge = other.start - _ANCHOR
    stop = min(spot.start, segment.end) - segment.start
    for at in [*range(edge, edge - _REACH, -1), *range(edge + 1, spot.start - _ENOUGH + 1)]:
        k = at - segment.start
        if 0 <= k <= stop - _ANCHOR and matched[k : k + _ANCHOR].all() and _free(at, near):
            enough = matched[k:stop].sum() >= _ENOUGH
            return _Side(at, segment.map[k], min(segment.map[stop], segment.map[stop - 1] + 1)) if enough else None
    return None


def _right(segment: Segment, matched: NDArray[np.bool_], spot: _Spot, near: Sequence[_Spot]) -> _Side | None:
    """The right end of the window, likewise."""
    edge = spot.end + _CONTEXT
    for other in near:
        if other.start >= spot.end and other.start - _ANCHOR < edge < other.end + _ANCHOR:
            edge = other.end + _ANCHOR
    first = max(spot.end, segment.start) - segment.start
    for at in [*range(edge, edge + _REACH), *range(edge - 1, spot.end + _ENOUGH - 1, -1)]:
        k = at - segment.start
        if first + _ANCHOR <= k <= len(matched) and matched[k - _ANCHOR : k].all() and _free(at, near):
            enough = matched[first:k].sum() >= _ENOUGH
            return _Side(at, segment.map[k], segment.map[first]) if enough else None
    return None


def _free(at: int, near: Sequence[_Spot]) -> bool:
    return not any(other.start < at < other.end for other in near)


def _measure(leak: AlignedLeak, spot: _Spot, near: Sequence[_Spot], left: _Side, right: _Side) -> Sighting:
    from rapidfuzz.distance import Levenshtein

    seen = leak.leak.text[left.leak : right.leak]
    before = _spellings(leak.master.text, left.master, spot.start, near)
    after = _spellings(leak.master.text, spot.end, right.master, near)
    distances, length = [], len(seen)
    for variant in spot.variants:
        texts = [_one_blank(a + variant + b) for a, b in itertools.product(before, after)]
        distances.append(min(Levenshtein.distance(seen, text) for text in texts))
        length = min(length, *(len(text) for text in texts))
    start = min(max(left.near, left.leak), right.leak)
    return Sighting(start, max(start, min(right.near, right.leak)), tuple(distances), max(1, length))


def _spellings(text: str, start: int, end: int, near: Sequence[_Spot]) -> list[str]:
    """Master characters `start:end` with the sites inside in any of their variants (the nearest few of them)."""
    spellings, at = [""], start
    for other in near:
        if not (at <= other.start and other.end <= end):
            continue
        variants = other.variants if len(spellings) * len(other.variants) <= _COMBINATIONS else other.variants[:1]
        spellings = [s + text[at : other.start] + v for s in spellings for v in variants]
        at = other.end
    return [s + text[at:end] for s in spellings]


def _one_blank(text: str) -> str:
    return text.replace("  ", " ")
