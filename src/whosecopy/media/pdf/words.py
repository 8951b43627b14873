"""Words that can be moved: PDFium's text and our own reading of the content stream, laid on each other.

A word is used only where both agree on the place of each of its glyphs. What else is drawn stays alone.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from whosecopy.media.pdf.chars import HYPHEN, Chars
from whosecopy.media.pdf.glyphs import Glyph
from whosecopy.model.layout import Word

FULL_EM, LEAST_EM = 0.045, 0.03
"""How far a word may move, and the least that is worth a mark."""
_KEEP_EM, _KEEP_SHARE = 0.14, 0.5
_NEAR_PT, _NEAR_EM = 0.03, 0.06
_STRAIGHT = 0.002
_SAME_LINE_EM = 0.5
_ASCENT, _DESCENT = 0.78, 0.22
_LARGEST_PT, _SMALLEST_PT = 72.0, 3.0
_RIGHT_TO_LEFT = ((0x0590, 0x08FF), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFF))
_QUARTERS = {(1, 0): 0, (0, 1): 1, (-1, 0): 2, (0, -1): 3}


@dataclass(frozen=True, slots=True)
class Fragment:
    """The glyphs of a word in one show instruction: from byte `first[1]` of element `first[0]` up to `last`.

    `kern` and `lift` turn em into the numbers of a TJ array and of text rise; `rise` and `paint` are what is
    in force, to go back to.
    """

    unit: int
    op: int
    first: tuple[int, int]
    last: tuple[int, int]
    kern: float
    lift: float
    rise: float
    paint: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """A word and the bytes that draw it."""

    word: Word
    fragments: tuple[Fragment, ...]


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


def find_words(
    chars: Chars, glyphs: Sequence[Glyph], claimed: Sequence[int], frame: Frame, page: int, offset: int, line: int
) -> list[Found]:
    """The words of one page in reading order; `offset` is where its text begins in the document, `line` its first line.

    `claimed` says which glyph draws each character, as `match` does. Words that are drawn in a way that is not
    understood are not among them; those that must stay where they are have no room. On a page whose letters are not
    known there are none: nobody can tell words from blanks.
    """
    if not chars.legible:
        return []
    blanks = {number for number, character in zip(claimed, chars.text, strict=True) if character.isspace()}
    used = {number for number in claimed if number >= 0}
    strays = [glyph for number, glyph in enumerate(glyphs) if number not in used and glyph.width > 0]
    runs: list[_Run] = []
    for start, end in _spans(chars.text):
        numbers = list(dict.fromkeys(claimed[start:end]))
        if -1 in numbers or not numbers:
            continue
        backwards = reads_backwards(chars.text[start:end])
        run = _measure(start, end, [glyphs[number] for number in numbers], frame, backwards)
        if run is not None:
            whole = not backwards or (_in_one_piece(numbers) and HYPHEN not in chars.text[max(0, start - 1) : end + 1])
            runs.append(replace(run, plain=run.plain and whole))
    lines = _lines(chars.text, runs, line)
    rooms = _rooms(runs, lines)
    covered = _covered(runs, strays, frame)
    found = []
    for run, number, room, shadowed in zip(runs, lines, rooms, covered, strict=True):
        free = run.plain and not shadowed
        word = Word(
            offset + run.start, offset + run.end, page, run.box, round(run.size, 3), number, run.turn,
            room if free else 0.0, free and run.upright, free and all(glyph.paint for glyph in run.glyphs),
        )  # fmt: skip
        found.append(Found(word, tuple(_fragments(run, _tail(run, glyphs, claimed, blanks)))))
    return found


def match(chars: Chars, glyphs: Sequence[Glyph]) -> list[int]:
    """For each character the number of the glyph that draws it, -1 where there is none at its place."""
    cell = 1.0
    grid: dict[tuple[int, int], list[int]] = {}
    for number, glyph in enumerate(glyphs):
        grid.setdefault((math.floor(glyph.x / cell), math.floor(glyph.y / cell)), []).append(number)
    return [_nearest(x, y, grid, glyphs) for x, y in zip(chars.x.tolist(), chars.y.tolist(), strict=True)]


def _nearest(x: float, y: float, grid: dict[tuple[int, int], list[int]], glyphs: Sequence[Glyph]) -> int:
    if math.isnan(x):
        return -1
    column, row = math.floor(x), math.floor(y)
    best, least = -1, math.inf
    for i in (-1, 0, 1):
        for j in (-1, 0, 1):
            for number in grid.get((column + i, row + j), ()):
                glyph = glyphs[number]
                far = math.hypot(glyph.x - x, glyph.y - y)
                if far < least and far <= _NEAR_PT + _NEAR_EM * abs(glyph.em) * math.hypot(glyph.ux, glyph.uy):
                    best, least = number, far
    return best


@dataclass(frozen=True, slots=True)
class _Run:
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


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = None
    for at, character in enumerate(text):
        blank = character.isspace() or character == HYPHEN
        if blank and start is not None:
            yield start, at
        start = None if blank else at if start is None else start
    if start is not None:
        yield start, len(text)


def _measure(start: int, end: int, glyphs: list[Glyph], frame: Frame, backwards: bool) -> _Run | None:
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
    return _Run(
        start,
        end,
        glyphs,
        box,
        size,
        turn,
        min(lows),
        max(highs),
        base,
        all(glyph.visible for glyph in glyphs),
        upright,
        backwards,
    )


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


def _lines(text: str, runs: Sequence[_Run], first: int) -> list[int]:
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


def _rooms(runs: Sequence[_Run], lines: Sequence[int]) -> list[float]:
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


def _covered(runs: Sequence[_Run], strays: Sequence[Glyph], frame: Frame) -> list[bool]:
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


def _in_one_piece(numbers: Sequence[int]) -> bool:
    """Whether glyphs are drawn one after the other, from either end of their word."""
    return max(numbers) - min(numbers) == len(numbers) - 1


def _tail(run: _Run, glyphs: Sequence[Glyph], claimed: Sequence[int], blanks: set[int]) -> list[Glyph]:
    """The blanks drawn right after a run by the same instruction: they go with it."""
    tail: list[Glyph] = []
    number = max(claimed[run.start : run.end]) if run.backwards else claimed[run.end - 1]
    last, at = glyphs[number], number + 1
    while at in blanks and (glyphs[at].unit, glyphs[at].op) == (last.unit, last.op):
        tail.append(glyphs[at])
        at += 1
    return tail


def _fragments(run: _Run, tail: Sequence[Glyph]) -> Iterator[Fragment]:
    """The stretches of show instructions that draw a run and the blanks after it."""
    ordered = sorted([*run.glyphs, *tail], key=lambda glyph: (glyph.unit, glyph.op, glyph.element, glyph.at))
    groups: dict[tuple[int, int], list[Glyph]] = {}
    for glyph in ordered:
        groups.setdefault((glyph.unit, glyph.op), []).append(glyph)
    for (unit, op), members in groups.items():
        first, last = members[0], members[-1]
        advance = math.hypot(first.ax, first.ay)
        up = math.copysign(math.hypot(first.ux, first.uy), first.em)
        yield Fragment(
            unit, op, (first.element, first.at), (last.element, last.at + last.size),
            -1000 * run.size / advance, run.size / up, first.rise, first.paint,
        )  # fmt: skip
