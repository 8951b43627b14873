"""The words that a leaked PDF shows, with their places: whatever program has written it."""

import math
from typing import Any

import numpy as np

from whosecopy.media.pdf.analysis import frame_of
from whosecopy.media.pdf.chars import HYPHEN, Chars, lightness, page_chars
from whosecopy.media.pdf.words import Frame
from whosecopy.model.layout import SeenPage

_MOST_WORDS = 20_000


def seen_page(page: Any) -> SeenPage:
    """What a `pypdfium2.PdfPage` shows, in its reading order."""
    chars, frame = page_chars(page), frame_of(page)
    textpage = page.get_textpage()
    words, xs, ys, turns, greys = [], [], [], [], []
    for start, end in spans(chars.text)[:_MOST_WORDS]:
        if math.isnan(chars.x[start]):
            continue
        x, y = frame.shown(float(chars.x[start]), float(chars.y[start]))
        light = lightness(textpage, start)
        words.append(chars.text[start:end].encode("utf-8", "replace").decode())
        xs.append(round(x, 4))
        ys.append(round(y, 4))
        turns.append(_turn(chars, frame, start, end))
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


def _turn(chars: Chars, frame: Frame, start: int, end: int) -> int:
    """The quarter turns counter-clockwise of the line from a word's first to its last character; 0 for short ones."""
    placed = [k for k in range(start, end) if not math.isnan(chars.x[k])]
    x, y = frame.shown(float(chars.x[placed[-1]]), float(chars.y[placed[-1]]))
    first = frame.shown(float(chars.x[start]), float(chars.y[start]))
    along, down = x - first[0], y - first[1]
    if not (along or down):
        return 0
    return int(np.round(math.atan2(-down, along) / (math.pi / 2))) % 4
