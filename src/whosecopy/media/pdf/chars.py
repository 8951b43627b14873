"""The characters of a page as PDFium reads them, each with its place: the text that a copy must keep."""

import math
from ctypes import byref, c_double, c_uint
from dataclasses import dataclass
from typing import Any

import numpy as np

from whosecopy.model.layout import Column

HYPHEN = "\N{SOFT HYPHEN}"
"""Stands in a reading text where a line end cut a word."""
UNKNOWN = "\N{REPLACEMENT CHARACTER}"
_LINE_END = "\ufffe\x02"
_GARBAGE = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Chars:
    """One page: `text` with one place per character, NaN for blanks that no glyph draws.

    `x, y` are origins in the user space of the page.
    """

    text: str
    x: Column
    y: Column

    @property
    def legible(self) -> bool:
        """Whether the file says which letters its glyphs are: else not even blanks are known."""
        shown = [character for character, x in zip(self.text, self.x, strict=True) if x == x]
        return sum(character == UNKNOWN or "\ue000" <= character <= "\uf8ff" for character in shown) <= _GARBAGE * len(
            shown
        )


def page_chars(page: Any) -> Chars:
    """The characters of a `pypdfium2.PdfPage` in its reading order."""
    from pypdfium2 import raw

    textpage = page.get_textpage()
    count = textpage.count_chars()
    codes = [raw.FPDFText_GetUnicode(textpage, k) for k in range(count)]
    places = np.full((count, 2), np.nan)
    x, y = c_double(), c_double()
    for k in range(count):
        if raw.FPDFText_IsGenerated(textpage, k) != 1 and raw.FPDFText_GetCharOrigin(textpage, k, byref(x), byref(y)):
            places[k] = x.value, y.value
    drawn = ~np.isnan(places[:, 0])
    text = "".join(_character(code, bool(here)) for code, here in zip(codes, drawn, strict=True))
    return Chars(text, places[:, 0], places[:, 1])


def lightness(textpage: Any, number: int) -> float:
    """How light the fill of a character is: 0 black to 1 white; NaN where PDFium does not tell."""
    from pypdfium2 import raw

    red, green, blue, alpha = c_uint(), c_uint(), c_uint(), c_uint()
    if not raw.FPDFText_GetFillColor(textpage, number, byref(red), byref(green), byref(blue), byref(alpha)):
        return float("nan")
    return (red.value + green.value + blue.value) / 765


def quarters(textpage: Any, number: int) -> int:
    """How many quarter turns counter-clockwise a character is turned in user space, about."""
    from pypdfium2 import raw

    return -round(float(raw.FPDFText_GetCharAngle(textpage, number)) / (math.pi / 2)) % 4


def _character(code: int, drawn: bool) -> str:
    """One character for each place; line ends are newlines, control characters that a glyph draws unknown letters."""
    character = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else UNKNOWN
    if character in _LINE_END:
        return HYPHEN
    if character >= " " or (character == "\n" and not drawn):
        return character
    return UNKNOWN if drawn else " "
