"""PDFium's grey mode: letters on whole pixels, pushed aside by the letter after them.

Letters of one run are looked at from the last to the first. One that stands over half a pixel too close to the next
goes a pixel back; so a word that moves pushes letters before it, marked or not. Source: PDFium's `AdjustGlyphSpace`.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

DPI = 96
_UNSURE_PX = 0.0005
"""What lies so near to where PDFium decides may go either way."""


class Stop(NamedTuple):
    """A letter of a run, at `at_px`, of word `word` (-1 for none), which moves by `reach_px` either way."""

    at_px: float
    word: int = -1
    reach_px: float = 0.0


class _State(NamedTuple):
    """Where the letter looked at last stands and is drawn, and by how much its word is moved."""

    at_px: float
    drawn_px: int
    moved_px: float


def snapped(run: Sequence[Stop]) -> list[frozenset[int]]:
    """The pixels on which PDFium may draw each letter of a run, whatever its words do."""
    found: list[frozenset[int]] = []
    states: set[_State] = set()
    following = -1
    for number in range(len(run) - 1, -1, -1):
        one = run[number]
        ways = (-one.reach_px, one.reach_px) if one.reach_px else (0.0,)
        together = following == one.word >= 0
        states = {
            _State(one.at_px + moved, drawn, moved)
            for moved in ways
            for drawn in _drawn(one.at_px + moved, [s for s in states if not together or s.moved_px == moved], number)
        }
        following = one.word
        found.append(frozenset(state.drawn_px for state in states))
    return found[::-1]


def _drawn(at_px: float, after: Sequence[_State], number: int) -> Iterator[int]:
    """Where a letter may be drawn, given where the one after it may be; the first of a run is not pushed."""
    for pixel in _rounded(at_px):
        if not after or not number:
            yield pixel
        for state in after if number else ():
            space = state.drawn_px - pixel
            over = abs(state.at_px - at_px) - abs(space) - 0.5
            if over > -_UNSURE_PX:
                yield pixel - (1 if space > 0 else -1)
            if over <= _UNSURE_PX:
                yield pixel


def _rounded(at_px: float) -> set[int]:
    return {math.floor(at_px + 0.5 - _UNSURE_PX), math.floor(at_px + 0.5 + _UNSURE_PX)}
