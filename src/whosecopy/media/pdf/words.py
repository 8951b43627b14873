"""Words that can be moved: PDFium's text and our own reading of the content stream, laid on each other.

A word is used only where both agree on the place of each of its glyphs. What else is drawn stays alone.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from whosecopy.media.pdf.chars import HYPHEN, Chars
from whosecopy.media.pdf.glyphs import Glyph
from whosecopy.media.pdf.runs import Frame, Run, covered, line_numbers, measured, reads_backwards, rooms_of, spans
from whosecopy.model.layout import Word

_NEAR_PT, _NEAR_EM = 0.03, 0.06
_USUAL = 0.25
"""What a code of a font shows at least so often on a page is what it stands for; a ligature shows several letters."""


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
    runs: list[Run] = []
    for start, end in spans(chars.text):
        numbers = list(dict.fromkeys(claimed[start:end]))
        if -1 in numbers or not numbers:
            continue
        backwards = reads_backwards(chars.text[start:end])
        run = measured(start, end, [glyphs[number] for number in numbers], frame, backwards)
        if run is not None:
            whole = not backwards or (_in_one_piece(numbers) and HYPHEN not in chars.text[max(0, start - 1) : end + 1])
            runs.append(replace(run, plain=run.plain and whole))
    lines = line_numbers(chars.text, runs, line)
    rooms = rooms_of(runs, lines)
    shadowed = covered(runs, strays, frame)
    found = []
    for run, number, room, dark in zip(runs, lines, rooms, shadowed, strict=True):
        free = run.plain and not dark
        word = Word(
            offset + run.start, offset + run.end, page, run.box, round(run.size, 3), number, run.turn,
            room if free else 0.0, free and run.upright, free and all(glyph.paint for glyph in run.glyphs),
        )  # fmt: skip
        found.append(Found(word, tuple(_fragments(run, _tail(run, glyphs, claimed, blanks)))))
    return found


def match(chars: Chars, glyphs: Sequence[Glyph]) -> list[int]:
    """For each character the number of the glyph that draws it, -1 where there is none at its place.

    Where a glyph at its place shows other characters elsewhere, widths are not what the file says they are, and by
    chance the letters of two words lie on each other: -1 too.
    """
    cell = 1.0
    grid: dict[tuple[int, int], list[int]] = {}
    for number, glyph in enumerate(glyphs):
        grid.setdefault((math.floor(glyph.x / cell), math.floor(glyph.y / cell)), []).append(number)
    claimed = [_nearest(x, y, grid, glyphs) for x, y in zip(chars.x.tolist(), chars.y.tolist(), strict=True)]
    drawn = [(k, glyphs[number].shape, _kind(chars.text[k])) for k, number in enumerate(claimed) if number >= 0]
    each, together = Counter(shape for _, shape, _ in drawn), Counter((shape, kind) for _, shape, kind in drawn)
    for k, shape, kind in drawn:
        if together[shape, kind] < _USUAL * each[shape]:
            claimed[k] = -1
    return claimed


def _kind(character: str) -> str:
    """What one glyph may show as several characters."""
    return " " if character.isspace() else character.replace(HYPHEN, "-")


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


def _in_one_piece(numbers: Sequence[int]) -> bool:
    """Whether glyphs are drawn one after the other, from either end of their word."""
    return max(numbers) - min(numbers) == len(numbers) - 1


def _tail(run: Run, glyphs: Sequence[Glyph], claimed: Sequence[int], blanks: set[int]) -> list[Glyph]:
    """The blanks drawn right after a run by the same instruction: they go with it."""
    tail: list[Glyph] = []
    number = max(claimed[run.start : run.end]) if run.backwards else claimed[run.end - 1]
    last, at = glyphs[number], number + 1
    while at in blanks and (glyphs[at].unit, glyphs[at].op) == (last.unit, last.op):
        tail.append(glyphs[at])
        at += 1
    return tail


def _fragments(run: Run, tail: Sequence[Glyph]) -> Iterator[Fragment]:
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
