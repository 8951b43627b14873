"""The words that a leaked PDF shows, with their places: whatever program has written it."""

import math
from typing import Any

import numpy as np

from whosecopy.media.pdf.analysis import frame_of
from whosecopy.media.pdf.chars import HYPHEN, Chars, lightness, page_chars, quarters
from whosecopy.media.pdf.runs import Frame, reads_backwards
from whosecopy.model.layout import SeenPage

_MOST_WORDS = 20_000


def seen_page(page: Any) -> SeenPage:
    """What a `pypdfium2.PdfPage` shows, in its reading order."""
    chars, frame = page_chars(page), frame_of(page)
    textpage = page.get_textpage()
    words, xs, ys, turns, greys = [], [], [], [], []
    leftwards = reads_backwards(chars.text)
    for start, end in spans(chars.text)[:_MOST_WORDS]:
        if math.isnan(chars.x[start]):
            continue
        places = _places(chars, frame, start, end)
        if leftwards:
            turn = (quarters(textpage, start) - frame.turns) % 4
            x, y = _leftmost(places, turn)
        else:
            turn, (x, y) = _turn(places), places[0]
        light = lightness(textpage, start)
        words.append(chars.text[start:end].encode("utf-8", "replace").decode())
        xs.append(round(x, 4))
        ys.append(round(y, 4))
        turns.append(turn)
        greys.append(round(light, 3) if light == light else 0.0)
    width, height = frame.size_pt
    return SeenPage(width, height, tuple(words), tuple(xs), tuple(ys), tuple(turns), tuple(greys))


def spans(text: str) -> list[tuple[int, int]]:
    """The runs of characters without a blank."""
    out, start = [], None
    for at, character in enumerate([*text, " "]):
        blank = character.isspace() or character == HYPHEN
        if blank and start is not None:
            out.append((start, at))
        start = None if blank else at if start is None else start
    return out


def _turn(places: list[tuple[float, float]]) -> int:
    """The quarter turns counter-clockwise of the line from a word's first to its last character; 0 for short ones."""
    (x, y), first = places[-1], places[0]
    along, down = x - first[0], y - first[1]
    if not (along or down):
        return 0
    return int(np.round(math.atan2(-down, along) / (math.pi / 2))) % 4


def _leftmost(places: list[tuple[float, float]], turn: int) -> tuple[float, float]:
    """Where a word begins on a page on which any of its characters may be read first."""
    along, down = ((1, 0), (0, -1), (-1, 0), (0, 1))[turn]
    return min(places, key=lambda place: along * place[0] + down * place[1])


def _places(chars: Chars, frame: Frame, start: int, end: int) -> list[tuple[float, float]]:
    """Where the characters stand that glyphs draw, on the page as shown."""
    return [frame.shown(float(chars.x[k]), float(chars.y[k])) for k in range(start, end) if not math.isnan(chars.x[k])]
