"""What a leaked Word document shows of marks in its layout: read from the file itself, exactly."""

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from whosecopy.media import docx
from whosecopy.media.docx_marks import PER_CENT
from whosecopy.media.docx_runs import COLOUR, SCALE, TextRun
from whosecopy.media.same_words import same_words
from whosecopy.model.layout import Layout, Looks

_SIGMA_PT, _SIGMA_GREY = 0.03, 0.02
_USUAL = 100.0
_WIDEST = 600.0
_MOST_WORDS = 100_000

_Look = tuple[float, float]
"""Of a run: the width of its characters in per cent, and the lightness of its colour."""


@dataclass(frozen=True, slots=True)
class SeenWords:
    """The words of a Word document in reading order, in columns.

    `blank` is the width of the blank before each word in per cent of its own, NaN where something else stands
    there; `grey` the lightness of the word's colour, 0 black to 1 white, NaN where its letters differ.
    """

    words: tuple[str, ...]
    blank: tuple[float, ...]
    grey: tuple[float, ...]


def seen(data: bytes, name: str) -> SeenWords:
    """What a Word document shows of each of its words, of a long one the first 100,000.

    Raises `InputError` where it is none, or damaged.
    """
    document, runs = docx.open_runs(data, name)
    shown = {part: [_shown(run) for run in found.runs] for part, found in runs.items()}
    starts = [piece.start for piece in document.pieces]

    def look(place: int) -> _Look | None:
        piece = document.pieces[max(bisect_right(starts, place) - 1, 0)] if starts else None
        if piece is None or not piece.start <= place < piece.end:
            return None
        exact = piece.length == piece.end - piece.start
        number = runs[piece.part].number(piece.offset + (place - piece.start if exact else 0))
        return shown[piece.part][number] if number >= 0 else None

    words, blanks, greys, at = document.text.split()[:_MOST_WORDS], [], [], 0
    for word in words:
        start = document.text.index(word, at)
        at = start + len(word)
        before = look(start - 1) if start and document.text[start - 1] == " " else None
        blanks.append(before[0] if before else float("nan"))
        lights = {found[1] for found in map(look, range(start, at)) if found}
        greys.append(lights.pop() if len(lights) == 1 else float("nan"))
    return SeenWords(tuple(words), tuple(blanks), tuple(greys))


def looks_of(leak: SeenWords, text: str, layout: Layout) -> Looks:
    """The looks of `layout`'s words, whose reading text is `text`, in a leaked Word document.

    A word without room stands where the master has it; from there each blank says where the next word stands. NaN
    are words that the leak does not have, and those before the first such word of a line.
    """
    looks = Looks.nothing(len(layout.words))
    numbers = _numbers(leak, text, layout)
    step = float("nan")
    for number, blank, grey in zip(numbers, leak.blank, leak.grey, strict=True):
        step += (blank - _USUAL) / PER_CENT
        if number < 0:
            continue
        word = layout.words[number]
        if not word.room_em:
            step = 0.0
        looks.along_pt[number] = step * word.room_em * word.size_pt
        looks.grey[number] = grey
    looks.up_pt[~np.isnan(looks.along_pt)] = 0.0
    looks.sigma_along_pt[~np.isnan(looks.along_pt)] = _SIGMA_PT
    looks.sigma_up_pt[~np.isnan(looks.up_pt)] = _SIGMA_PT
    looks.sigma_grey[~np.isnan(looks.grey)] = _SIGMA_GREY
    return looks


def looks_of_docx(data: bytes, name: str, text: str, layout: Layout) -> Looks:
    """`looks_of` of what a file shows.

    Raises `InputError` where it is no Word document, or damaged.
    """
    return looks_of(seen(data, name), text, layout)


def _numbers(leak: SeenWords, text: str, layout: Layout) -> list[int]:
    """For each word of the leak its number in the layout, -1 where it is another text's."""
    numbers = [-1] * len(leak.words)
    for ours, theirs in same_words([text[word.start : word.end] for word in layout.words], leak.words):
        numbers[theirs] = ours
    return numbers


def _shown(run: TextRun) -> _Look:
    return _number(run.value(SCALE)), _light(run.value(COLOUR))


def _number(value: str) -> float:
    """A width in per cent; 100 where none is said."""
    try:
        return min(max(float(value.removesuffix("%")), 0.0), _WIDEST)
    except ValueError:
        return _USUAL


def _light(colour: str) -> float:
    """How light a colour is, 0 black to 1 white; automatic is black."""
    try:
        red, green, blue = bytes.fromhex(colour)
    except ValueError:
        return 0.0
    return (red + green + blue) / (3 * 255)
