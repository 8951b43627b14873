"""The characters of a page as PDFium reads them, each with its place: the text that a copy must keep."""

from ctypes import byref, c_double, c_uint
from dataclasses import dataclass
from typing import Any

import numpy as np

from whosecopy.model.layout import Column

HYPHEN = "\N{SOFT HYPHEN}"
"""Stands in a reading text where a line end cut a word."""
_LINE_END = "\ufffe\x02"


@dataclass(frozen=True, slots=True, eq=False)
class Chars:
    """One page: `text` with one place per character, NaN for blanks that no glyph draws.

    `x, y` are origins in the user space of the page. `raw` is the text untouched, to compare copies by.
    """

    text: str
    x: Column
    y: Column
    raw: str


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
    text = "".join(map(_character, codes))
    return Chars(text, places[:, 0], places[:, 1], "".join(map(_safe, codes)))


def lightness(textpage: Any, number: int) -> float:
    """How light the fill of a character is: 0 black to 1 white; NaN where PDFium does not tell."""
    from pypdfium2 import raw

    red, green, blue, alpha = c_uint(), c_uint(), c_uint(), c_uint()
    if not raw.FPDFText_GetFillColor(textpage, number, byref(red), byref(green), byref(blue), byref(alpha)):
        return float("nan")
    return (red.value + green.value + blue.value) / 765


def _safe(code: int) -> str:
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


def _character(code: int) -> str:
    """One character for each place; line ends are newlines, control characters blanks."""
    character = _safe(code)
    if character in _LINE_END:
        return HYPHEN
    if character == "\r":
        return " "
    return character if character >= " " or character == "\n" else " "
