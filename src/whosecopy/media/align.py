"""Where in a leak the master's sentences stand: sentence by sentence, in any order, within foreign text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from whosecopy.media.normal import Normal, normalise, squeeze
from whosecopy.media.seeds import SeedIndex, best_shifts

_SHORTEST, _LONGEST = 28, 160
_TOLERANCE = 0.35
_PLACES = 4
_BRIDGE = 400
_SCORE = 28
_ERROR_COST = 2


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


@dataclass(frozen=True, eq=False)
class AlignedLeak:
    """A leak laid beside a master: all that a text carrier's `read` sees of it.

    `error_rate` is the estimated chance that a character of the matched text was misread or mistyped.
    """

    leak: Normal
    master: Normal
    segments: tuple[Segment, ...]
    error_rate: float

    @cached_property
    def matched(self) -> tuple[NDArray[np.bool_], ...]:
        """For each segment, which master characters stand unchanged in the leak: shape (end - start,)."""
        leak, master = self.leak.text, self.master.text
        return tuple(np.array(_unchanged(leak, master[s.start : s.end], s.map), dtype=np.bool_) for s in self.segments)


@dataclass(frozen=True, slots=True)
class _Place:
    """Leak chunk `leak_start:leak_end` fits the master at `start:end` with `errors` edits."""

    leak_start: int
    leak_end: int
    start: int
    end: int
    errors: int

    @property
    def rate(self) -> float:
        return self.errors / max(1, self.leak_end - self.leak_start)


def align(master_text: str, leak_text: str) -> AlignedLeak:
    """Lay a leak beside its master, whatever the order of its sentences and whatever stands between them.

    Both texts are compared in normal form (`media.normal`). The leak is cut into sentence-like chunks;
    shared runs of seven characters propose places in the master, an edit distance of at most .35 of the
    chunk accepts one. A chunk that fits two places about equally well goes where its neighbours continue,
    or nowhere. Work grows with the length of both texts, not with their product.
    """
    master, leak = normalise(master_text), normalise(leak_text)
    query, target = squeeze(leak.text), squeeze(master.text)
    places = _resolve([*_candidates(leak.text, master.text, query, target)], query, target)
    segments = [segment for group in _groups(places) for segment in _join(group, query, target)]
    return AlignedLeak(leak, master, tuple(segments), _error_rate(places))


def _cut(text: str) -> list[int]:
    """Ends of sentence-like chunks of `text`, none longer than `_LONGEST`."""
    cuts = [0]
    for found in re.finditer(r"[.!?;:][\"')\]]*(?= )|$", text):
        end = found.end()
        if end - cuts[-1] < _SHORTEST and end < len(text):
            continue
        while end - cuts[-1] > _LONGEST:
            blank = text.rfind(" ", cuts[-1] + _LONGEST // 2, cuts[-1] + _LONGEST)
            cuts.append(blank if blank > 0 else cuts[-1] + _LONGEST)
        if end > cuts[-1]:
            cuts.append(end)
    return cuts


def _candidates(leak: str, master: str, query: bytes, target: bytes) -> Iterator[list[_Place]]:
    """For each chunk of the leak its acceptable places in the master, best first."""
    cuts = np.array(_cut(leak), dtype=np.int64)
    shifts = best_shifts(SeedIndex.of(master), leak, cuts, _PLACES)
    for start, end, proposals in zip(cuts[:-1].tolist(), cuts[1:].tolist(), shifts, strict=True):
        places = {
            (place.start, place.end): place
            for shift in proposals
            if (place := _fit(query, target, start, end, start + shift - 64, end + shift + 64)) is not None
        }
        yield sorted(places.values(), key=lambda place: (place.errors, place.start))


def _fit(query: bytes, target: bytes, leak_start: int, leak_end: int, low: int, high: int) -> _Place | None:
    """The best place for a chunk of the leak within `low:high` of the master, if any is good enough."""
    import edlib

    low = max(0, low)
    window = target[low : max(low, high)]
    chunk = query[leak_start:leak_end]
    if not window or not chunk:
        return None
    found = edlib.align(chunk, window, mode="HW", task="locations", k=int(_TOLERANCE * len(chunk)))
    if found["editDistance"] < 0:
        return None
    first, last = found["locations"][0]
    if first is None or last is None:
        return None
    return _Place(leak_start, leak_end, low + first, low + last + 1, found["editDistance"])


def _resolve(candidates: Sequence[list[_Place]], query: bytes, target: bytes) -> list[_Place]:
    """One place for each chunk that has one; an ambiguous chunk goes where a neighbour continues, or nowhere."""
    chosen: list[_Place | None] = [_clear(places) for places in candidates]
    for step in (1, -1):
        order = range(len(candidates)) if step == 1 else range(len(candidates) - 1, -1, -1)
        for number in order:
            before = number - step
            if chosen[number] is None and 0 <= before < len(chosen):
                chosen[number] = _continuing(chosen[before], candidates[number], step)
    return [place for place in chosen if place is not None]


def _clear(places: list[_Place]) -> _Place | None:
    if not places:
        return None
    best = places[0]
    margin = max(2, (best.leak_end - best.leak_start) // 16)
    rivals = [place for place in places[1:] if place.errors <= best.errors + margin and not _overlap(place, best)]
    return None if rivals else best


def _overlap(one: _Place, other: _Place) -> bool:
    return one.start < other.end and other.start < one.end


def _continuing(neighbour: _Place | None, places: list[_Place], step: int) -> _Place | None:
    if neighbour is None:
        return None
    for place in places:
        gap = place.start - neighbour.end if step == 1 else neighbour.start - place.end
        if abs(gap) <= 16:
            return place
    return None


def _groups(places: list[_Place]) -> Iterator[list[_Place]]:
    """Runs of places that continue each other, in the leak and in the master."""
    group: list[_Place] = []
    for place in places:
        if group and not _continues(group[-1], place):
            yield group
            group = []
        group.append(place)
    if group:
        yield group


def _continues(place: _Place, after: _Place) -> bool:
    in_leak, in_master = after.leak_start - place.leak_end, after.start - place.end
    return in_leak <= _BRIDGE and -8 <= in_master <= _BRIDGE


def _join(group: list[_Place], query: bytes, target: bytes) -> list[Segment]:
    """The segments of a run of places, realigned from the middle of each place to the middle of the next."""
    first, last = group[0], group[-1]
    start = here = first.start
    leak_here = first.leak_start
    joined: list[int] = []
    for place in group:
        there, leak_there = _anchor(query, target, place)
        if there >= here and leak_there >= leak_here:
            joined += _global(query[leak_here:leak_there], target[here:there], leak_here)
            here, leak_here = there, leak_there
    joined += _global(query[leak_here : last.leak_end], target[here : last.end], leak_here)
    return _good_stretches(query, target, start, [*joined, last.leak_end])


def _global(query: bytes, target: bytes, offset: int) -> list[int]:
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


def _anchor(query: bytes, target: bytes, place: _Place) -> tuple[int, int]:
    """A master and a leak position in the middle of the longest unchanged run of `place`."""
    found = _global(query[place.leak_start : place.leak_end], target[place.start : place.end], place.leak_start)
    same = _unchanged(query, target[place.start : place.end], [*found, place.leak_end])
    best = run = end = 0
    for k, good in enumerate(same):
        run = run + 1 if good else 0
        if run > best:
            best, end = run, k + 1
    middle = end - (best + 1) // 2
    return place.start + middle, found[middle]


def _unchanged(query: bytes | str, target: bytes | str, places: Sequence[int]) -> list[bool]:
    """Whether each character of `target` stands unchanged at its place in `query`."""
    return [
        after == here + 1 and query[here] == character
        for here, after, character in zip(places, places[1:], target, strict=False)
    ]


def _good_stretches(query: bytes, target: bytes, start: int, places: Sequence[int]) -> list[Segment]:
    """Disjoint stretches that score enough: 1 a character that fits, minus 2 an edit (so foreign ends fall off)."""
    low, high, score = _best_stretch(query, target[start : start + len(places) - 1], places)
    if score < _SCORE:
        return []
    kept = tuple(places[low : high + 1])
    segment = Segment(start + low, start + high, kept[0], kept[-1], kept, 0)
    errors = _distance(query[segment.leak_start : segment.leak_end], target[segment.start : segment.end])
    return [
        *_good_stretches(query, target, start, places[: low + 1]),
        replace(segment, errors=errors),
        *_good_stretches(query, target, start + high, places[high:]),
    ]


def _best_stretch(query: bytes, target: bytes, places: Sequence[int]) -> tuple[int, int, int]:
    total = lowest = low = best = best_low = best_high = 0
    for k, same in enumerate(_unchanged(query, target, places)):
        extra = max(0, places[k + 1] - places[k] - 1)
        total += 1 if same else -_ERROR_COST * (1 + min(extra, 12))
        if total - lowest > best:
            best, best_low, best_high = total - lowest, low, k + 1
        if total < lowest:
            lowest, low = total, k + 1
    return best_low, best_high, best


def _distance(query: bytes, target: bytes) -> int:
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(query, target)


def _error_rate(places: Sequence[_Place]) -> float:
    """The median error rate of the chunks: the copies' own variants disturb few of them."""
    if not places:
        return 0.0
    return float(np.median([place.rate for place in places]))
