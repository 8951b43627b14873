"""Where in a leak the master's sentences stand: sentence by sentence, in any order, within foreign text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from whosecopy.media.normal import Normal, capitals, excerpt, in_capitals, normalise, squeeze
from whosecopy.media.seeds import proposals_of, shared_stretches
from whosecopy.media.stretches import Segment, anchor, global_map, good_stretches, unchanged

_FEWEST, _SHORTEST, _LONGEST = 20, 28, 160
_TOLERANCE = 0.35
_PLACES = 4
_SLACK = 64
_BRIDGE = 400
_REACH = 200
_ERROR_COST = 2
_MOST_LEAK = 1_000_000


@dataclass(frozen=True, eq=False)
class AlignedLeak:
    """A leak laid beside a master: all that a text carrier's `read` sees of it.

    `error_rate` is the estimated chance that a character of the matched text was misread or mistyped. Where
    the leak is written in capitals, `in_capitals`, both texts are compared in capitals.
    """

    leak: Normal
    master: Normal
    segments: tuple[Segment, ...]
    error_rate: float
    in_capitals: bool = False

    @cached_property
    def matched(self) -> tuple[NDArray[np.bool_], ...]:
        """For each segment, which master characters stand unchanged in the leak: shape (end - start,)."""
        leak, master = self.leak.text, self.master.text
        return tuple(np.array(unchanged(leak, master[s.start : s.end], s.map), dtype=np.bool_) for s in self.segments)


@dataclass(frozen=True, slots=True)
class _Place:
    """Leak chunk `leak_start:leak_end` fits the master at `start:end` with `errors` edits."""

    leak_start: int
    leak_end: int
    start: int
    end: int
    errors: int

    @property
    def score(self) -> int:
        return self.leak_end - self.leak_start - _ERROR_COST * self.errors

    @property
    def rate(self) -> float:
        return self.errors / max(1, self.leak_end - self.leak_start)


def align(master_text: str, leak_text: str) -> AlignedLeak:
    """Lay a leak beside its master, whatever the order of its sentences and whatever stands between them.

    Both texts are compared in normal form (`media.normal`). The leak is cut into sentence-like chunks;
    shared runs of seven characters propose places in the master, an edit distance of at most .35 of the
    chunk accepts one. A chunk that fits two places about equally well goes where its neighbours continue,
    or nowhere. Work grows with the sum of both lengths; of a leak beyond a million characters only the
    million that shares most with the master is aligned.
    """
    shouted = in_capitals(leak_text)
    if shouted:
        master_text, leak_text = capitals(master_text), capitals(leak_text)
    master, leak = normalise(master_text), _read(leak_text, master_text)
    query, target = squeeze(leak.text), squeeze(master.text)
    places = _resolve([*_candidates(leak.text, master.text, query, target)])
    groups = list(_groups(places))
    ends = [0, *(group[-1].leak_end for group in groups)]
    starts = [*(group[0].leak_start for group in groups), len(query)]
    segments = [
        segment
        for group, low, high in zip(groups, ends, starts[1:], strict=False)
        for segment in _join(group, query, target, low, high)
    ]
    return AlignedLeak(leak, master, tuple(segments), _error_rate(places), shouted)


def _read(leak_text: str, master_text: str) -> Normal:
    if len(leak_text) <= _MOST_LEAK:
        return normalise(leak_text)
    return excerpt(leak_text, shared_stretches(master_text, leak_text, _MOST_LEAK))


def _cut(text: str) -> list[int]:
    """Ends of sentence-like chunks of `text`; a longer sentence is cut at blanks into equal parts."""
    cuts = [0]
    for found in re.finditer(r"[.!?;:][\"')\]]*(?= )|$", text):
        start, end = cuts[-1], found.end()
        if end - start < _SHORTEST and end < len(text):
            continue
        parts = -(-(end - start) // _LONGEST)
        for part in range(1, parts):
            goal = start + (end - start) * part // parts
            blank = text.rfind(" ", cuts[-1] + 1, goal + 1)
            cuts.append(blank if blank > cuts[-1] else goal)
        if end > cuts[-1]:
            cuts.append(end)
    return cuts


def _candidates(leak: str, master: str, query: bytes, target: bytes) -> Iterator[list[_Place]]:
    """For each chunk of the leak its acceptable places in the master, best first.

    Where the whole chunk fits nowhere, the part that shares runs with the master may.
    """
    cuts = _cut(leak)
    for start, end, proposals in zip(cuts, cuts[1:], proposals_of(master, leak, cuts, _PLACES), strict=False):
        whole = [_fit(query, target, start, end, proposal.shift) for proposal in proposals]
        if not any(whole):
            whole = [_fit(query, target, one.first, one.last, one.shift) for one in proposals]
        places = {(place.start, place.end): place for place in whole if place is not None}
        yield sorted(places.values(), key=lambda place: (-place.score, place.start))


def _fit(query: bytes, target: bytes, leak_start: int, leak_end: int, shift: int) -> _Place | None:
    """The best place for a chunk of the leak about `shift` further on in the master, if it is good enough."""
    import edlib

    low = max(0, leak_start + shift - _SLACK)
    window = target[low : max(low, leak_end + shift + _SLACK)]
    chunk = query[leak_start:leak_end]
    if not window or len(chunk) < _FEWEST:
        return None
    found = edlib.align(chunk, window, mode="HW", task="locations", k=int(_TOLERANCE * len(chunk)))
    if found["editDistance"] < 0:
        return None
    first, last = found["locations"][0]
    if first is None or last is None:
        return None
    return _Place(leak_start, leak_end, low + first, low + last + 1, found["editDistance"])


def _resolve(candidates: Sequence[list[_Place]]) -> list[_Place]:
    """One place for each chunk that has one; an ambiguous chunk goes where a neighbour continues, or nowhere."""
    chosen: list[_Place | None] = [_clear(places) for places in candidates]
    for step in (1, -1):
        order = range(len(candidates)) if step == 1 else range(len(candidates) - 1, -1, -1)
        for number in order:
            before = number - step
            if chosen[number] is None and 0 <= before < len(chosen):
                chosen[number] = _continuing(chosen[before], candidates[number], step)
    return _in_line([place for place in chosen if place is not None])


def _in_line(places: list[_Place]) -> list[_Place]:
    """The places without those that part two others which continue each other."""
    around = zip([None, *places], places, [*places[1:], None], strict=False)
    return [
        place
        for before, place, after in around
        if before is None
        or after is None
        or not _continues(before, after)
        or (_continues(before, place) and _continues(place, after))
    ]


def _clear(places: list[_Place]) -> _Place | None:
    if not places:
        return None
    best = places[0]
    margin = _ERROR_COST * max(2, (best.leak_end - best.leak_start) // 16)
    rivals = [place for place in places[1:] if place.score >= best.score - margin and not _overlap(place, best)]
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


def _join(group: list[_Place], query: bytes, target: bytes, low: int, high: int) -> list[Segment]:
    """The segments of a run of places, realigned from the middle of each place to the middle of the next.

    Both ends reach out as far as a chunk is long, within `low:high` of the leak; what does not fit there
    is trimmed away again.
    """
    first, last = group[0], group[-1]
    lead = max(0, min(_REACH, first.leak_start - low, first.start))
    tail = max(0, min(_REACH, high - last.leak_end, len(target) - last.end))
    start = here = first.start - lead
    leak_here = first.leak_start - lead
    joined: list[int] = []
    for place in group:
        there, leak_there = anchor(query, target, place.start, place.end, place.leak_start, place.leak_end)
        if there >= here and leak_there >= leak_here:
            joined += global_map(query[leak_here:leak_there], target[here:there], leak_here)
            here, leak_here = there, leak_there
    joined += global_map(query[leak_here : last.leak_end + tail], target[here : last.end + tail], leak_here)
    return good_stretches(query, target, start, [*joined, last.leak_end + tail])


def _error_rate(places: Sequence[_Place]) -> float:
    """The median error rate of the chunks: the copies' own variants disturb few of them."""
    if not places:
        return 0.0
    return float(np.median([place.rate for place in places]))
