"""Where a leak shows a site, and how far what stands there is from each variant."""

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whosecopy.carriers.spot import CONTEXT, ENOUGH, REACH, Side, Sighting, Spot, candidates, free, neighbours
from whosecopy.carriers.unanchored import beside, search
from whosecopy.media.align import AlignedLeak
from whosecopy.media.normal import capitals, fold, position
from whosecopy.media.stretches import Segment
from whosecopy.model import Site

_ANCHOR = 3


def sightings(leak: AlignedLeak, sites: Sequence[Site]) -> list[list[Sighting]]:
    """For each site all places in the leak that show it.

    Such a place stands between text that fits the master on both sides. A variant as long as a sentence is
    also found on its own, wherever it was moved, if nothing else in the master resembles it.
    """

    def written(variant: str) -> str:
        return fold(capitals(variant) if leak.in_capitals else variant)

    spots = [
        Spot(position(leak.master, s.start), position(leak.master, s.end), tuple(map(written, s.variants)))
        for s in sites
    ]
    order = sorted(range(len(spots)), key=lambda k: (spots[k].start, spots[k].end))
    ordered = [spots[k] for k in order]
    longest = max((spot.end - spot.start for spot in spots), default=0)
    found: list[list[Sighting]] = [[] for _ in sites]
    for rank, number in enumerate(order):
        near = neighbours(ordered, rank, longest)
        found[number] = _anchored(leak, ordered[rank], near) or search(leak, ordered, rank)
    return found


def _anchored(leak: AlignedLeak, spot: Spot, near: Sequence[Spot]) -> list[Sighting]:
    """Sightings between two anchors, or beside one where an alignment went astray on the other side."""
    lefts, rights = _sides(leak, spot, near)
    longest = max(len(variant) for variant in spot.variants)
    windows = []
    for left, right in itertools.product(lefts, rights):
        room = (spot.start - left.master) + (right.master - spot.end) + longest
        if 0 <= right.leak - left.leak <= 1.5 * room + CONTEXT:
            windows.append(_measure(leak, spot, near, left, right))
    return windows or beside(leak, spot, near, [*lefts, *rights])


def _sides(leak: AlignedLeak, spot: Spot, near: Sequence[Spot]) -> tuple[list[Side], list[Side]]:
    """Anchors on the left and on the right of a site."""
    lefts, rights = [], []
    for segment, matched in zip(leak.segments, leak.matched, strict=True):
        if segment.start < spot.start and (side := _left(segment, matched, spot, near)):
            lefts.append(side)
        if segment.end > spot.end and (side := _right(segment, matched, spot, near)):
            rights.append(side)
    # nothing can fit beyond the ends of the master: there the leak has to end as well
    if spot.start < ENOUGH:
        lefts.append(Side(0, 0, 0))
    if spot.end > len(leak.master.text) - ENOUGH:
        rights.append(Side(len(leak.master.text), len(leak.leak.text), len(leak.leak.text)))
    return lefts, rights


def _left(segment: Segment, matched: NDArray[np.bool_], spot: Spot, near: Sequence[Spot]) -> Side | None:
    """The left end of the window: unchanged text from which enough fits up to the site."""
    edge = spot.start - CONTEXT
    for other in reversed(near):
        if other.end <= spot.start and other.start - _ANCHOR < edge < other.end + _ANCHOR:
            edge = other.start - _ANCHOR
    stop = min(spot.start, segment.end) - segment.start
    for at in [*range(edge, edge - REACH, -1), *range(edge + 1, spot.start - ENOUGH + 1)]:
        k = at - segment.start
        if 0 <= k <= stop - _ANCHOR and matched[k : k + _ANCHOR].all() and free(at, near):
            enough = matched[k:stop].sum() >= ENOUGH
            return Side(at, segment.map[k], min(segment.map[stop], segment.map[stop - 1] + 1)) if enough else None
    return None


def _right(segment: Segment, matched: NDArray[np.bool_], spot: Spot, near: Sequence[Spot]) -> Side | None:
    """The right end of the window, likewise."""
    edge = spot.end + CONTEXT
    for other in near:
        if other.start >= spot.end and other.start - _ANCHOR < edge < other.end + _ANCHOR:
            edge = other.end + _ANCHOR
    first = max(spot.end, segment.start) - segment.start
    for at in [*range(edge, edge + REACH), *range(edge - 1, spot.end + ENOUGH - 1, -1)]:
        k = at - segment.start
        if first + _ANCHOR <= k <= len(matched) and matched[k - _ANCHOR : k].all() and free(at, near):
            enough = matched[first:k].sum() >= ENOUGH
            return Side(at, segment.map[k], segment.map[first]) if enough else None
    return None


def _measure(leak: AlignedLeak, spot: Spot, near: Sequence[Spot], left: Side, right: Side) -> Sighting:
    from rapidfuzz.distance import Levenshtein

    seen = leak.leak.text[left.leak : right.leak]
    texts = candidates(leak.master.text, spot, near, left.master, right.master)
    distances = tuple(min(Levenshtein.distance(seen, text) for text in of_variant) for of_variant in texts)
    length = min(len(seen), *(len(text) for of_variant in texts for text in of_variant))
    start = min(max(left.near, left.leak), right.leak)
    return Sighting(start, max(start, min(right.near, right.leak)), distances, max(1, length))
