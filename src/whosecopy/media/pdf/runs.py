"""Runs of characters without a blank, where they stand on a page as shown, and how far each could move there."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from whosecopy.media.pdf.chars import HYPHEN
from whosecopy.media.pdf.glyphs import Glyph

FULL_EM, LEAST_EM = 0.045, 0.03
"""How far a word may move, and the least that is worth a mark."""
_KEEP_EM, _KEEP_SHARE = 0.14, 0.5
_STRAIGHT = 0.002
_SAME_LINE_EM = 0.5
_ASCENT, _DESCENT = 0.78, 0.22
_LARGEST_PT, _SMALLEST_PT = 72.0, 3.0
_RIGHT_TO_LEFT = ((0x0590, 0x08FF), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFF))
_QUARTERS = {(1, 0): 0, (0, 1): 1, (-1, 0): 2, (0, -1): 3}


@dataclass(frozen=True, slots=True)
class Frame:
    """How a page is shown: the box that is cut out of user space, and the quarter turns clockwise."""

    box: tuple[float, float, float, float]
    turns: int = 0

    @property
    def size_pt(self) -> tuple[float, float]:
        """Width and height as shown."""
        left, bottom, right, top = self.box
        size = round(right - left, 3), round(top - bottom, 3)
        return size if self.turns % 2 == 0 else (size[1], size[0])

    def shown(self, x: float, y: float) -> tuple[float, float]:
        """A point of user space on the page as shown: from the top left corner, y down."""
        left, bottom, right, top = self.box
        places = ((x - left, top - y), (y - bottom, x - left), (right - x, y - bottom), (top - y, right - x))
        return places[self.turns % 4]


@dataclass(frozen=True, slots=True)
class Run:
    """Characters without a blank and what draws them: from `low` to `high` on the baseline of the first glyph."""

    start: int
    end: int
    glyphs: list[Glyph]
    box: tuple[float, float, float, float]
    size: float
    turn: int
    low: float
    high: float
    base: float
    plain: bool
    upright: bool
    backwards: bool


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the runs of a text begin and end; soft hyphens part them too."""
    start = None
    for at, character in enumerate(text):
        blank = character.isspace() or character == HYPHEN
        if blank and start is not None:
            yield start, at
        start = None if blank else at if start is None else start
    if start is not None:
        yield start, len(text)


def measured(start: int, end: int, glyphs: list[Glyph], frame: Frame, backwards: bool) -> Run | None:
    """Where a run stands on the page as shown; None where its glyphs do not share a line along an edge of the page."""
    turns = {_turn(glyph, frame) for glyph in glyphs}
    turn = turns.pop()
    if turns or turn is None:
        return None
    along, across = _axes(turn)
    size = max(abs(glyph.em) * math.hypot(glyph.ux, glyph.uy) for glyph in glyphs)
    if not _SMALLEST_PT <= size <= _LARGEST_PT:
        return None
    places = [frame.shown(glyph.x, glyph.y) for glyph in glyphs]
    lows = [x * along[0] + y * along[1] for x, y in places]
    highs = [low + glyph.width * math.hypot(glyph.ax, glyph.ay) for low, glyph in zip(lows, glyphs, strict=True)]
    bases = [x * across[0] + y * across[1] for x, y in places]
    rightwards = lows[::-1] if backwards else lows
    if max(bases) - min(bases) > _SAME_LINE_EM * size or any(b < a - size for a, b in pairwise(rightwards)):
        return None
    base = bases[0]
    box = _box(turn, min(lows), max(highs), base, size)
    upright = all(abs(glyph.ax * glyph.ux + glyph.ay * glyph.uy) < _STRAIGHT * size * size for glyph in glyphs)
    plain = all(glyph.visible for glyph in glyphs)
    return Run(start, end, glyphs, box, size, turn, min(lows), max(highs), base, plain, upright, backwards)


def _turn(glyph: Glyph, frame: Frame) -> int | None:
    """The quarter turns of a glyph's baseline on the page as shown; None for other angles and mirrored text."""
    length = math.hypot(glyph.ax, glyph.ay)
    if length == 0 or not glyph.em or (glyph.ax * glyph.uy - glyph.ay * glyph.ux) * glyph.em <= 0:
        return None
    across, up = glyph.ax / length, glyph.ay / length
    nearest = round(across), round(up)
    if nearest not in _QUARTERS or math.hypot(across - nearest[0], up - nearest[1]) > _STRAIGHT:
        return None
    return (_QUARTERS[nearest] - frame.turns) % 4


def _axes(turn: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """The reading direction and the direction of the next line, on the page as shown (y down)."""
    return (((1, 0), (0, 1)), ((0, -1), (1, 0)), ((-1, 0), (0, -1)), ((0, 1), (-1, 0)))[turn]


def _box(turn: int, low: float, high: float, base: float, size: float) -> tuple[float, float, float, float]:
    along, across = _axes(turn)
    corners = [
        (a * along[0] + b * across[0], a * along[1] + b * across[1])
        for a in (low, high)
        for b in (base - _ASCENT * size, base + _DESCENT * size)
    ]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return round(min(xs), 3), round(min(ys), 3), round(max(xs), 3), round(max(ys), 3)


def line_numbers(text: str, runs: Sequence[Run], first: int) -> list[int]:
    """The line number of each run: a new one at line ends of the text and where the baseline jumps.

    So does a step back to the left; on pages that hold words from right to left that is nothing new.
    """
    numbers, number = [], first
    leftwards = any(run.backwards for run in runs)
    for before, run in zip([None, *runs], runs, strict=False):
        if before is not None:
            between = text[before.end : run.start]
            jump = abs(run.base - before.base) > _SAME_LINE_EM * max(run.size, before.size) or run.turn != before.turn
            back = run.low < before.low and not leftwards
            number += bool("\n" in between or HYPHEN in between or jump or back)
        numbers.append(number)
    return numbers


def rooms_of(runs: Sequence[Run], lines: Sequence[int]) -> list[float]:
    """How far each run may move either way, in em, so that every gap stays one though both sides close it."""
    rooms = [FULL_EM] * len(runs)
    for k, after in pairwise(sorted(range(len(runs)), key=lambda k: (lines[k], runs[k].low))):
        one, other = runs[k], runs[after]
        if lines[k] != lines[after]:
            continue
        size = max(one.size, other.size)
        gap = (other.low - one.high) / size
        room = min(FULL_EM, (gap - _KEEP_EM) / 2, gap * _KEEP_SHARE / 2)
        for side in (k, after):
            rooms[side] = min(rooms[side], room)
    return [round(room, 4) if room >= LEAST_EM else 0.0 for room in rooms]


def covered(runs: Sequence[Run], strays: Sequence[Glyph], frame: Frame) -> list[bool]:
    """Whether glyphs that are no part of the text lie in the box of a run, like the shadow of a bold face."""
    if not strays or not runs:
        return [False] * len(runs)
    boxes = np.array([run.box for run in runs])
    hit = np.zeros(len(runs), dtype=bool)
    for glyph in strays:
        x, y = frame.shown(glyph.x + glyph.width * glyph.ax / 2, glyph.y + glyph.width * glyph.ay / 2)
        hit |= (boxes[:, 0] < x) & (x < boxes[:, 2]) & (boxes[:, 1] < y) & (y < boxes[:, 3])
    return [bool(one) for one in hit]


def reads_backwards(text: str) -> bool:
    """Whether a text has letters that are written from right to left."""
    return any(low <= ord(character) <= high for character in text for low, high in _RIGHT_TO_LEFT)
