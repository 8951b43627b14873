"""Letters that stand between two pixels: no word moves before them, unless they belong to one that does.

A word is set back where it ended, but 32-bit floats come back only nearly: what follows stands off by some
ten-thousandths of a point. That is nothing, unless a letter stands that near to where a program rounds to the next
part of a pixel. Source: PDFium's `CFX_RenderDevice`, MuPDF's `fz_subpixel_adjust`, Poppler's `SplashFont`.
"""

import math
from collections.abc import Iterator

from whosecopy.media.pdf.letters import Letter

DPIS = (96,)
"""At which resolutions letters are to stay where they are: each more costs one mark in fifty."""
_STEPS, _STEPS_A_WORD = 4, 2
"""By how many roundings a letter may stand off, and how many more each word before it adds."""
_DOUBLE_PT = 1e-7


def tied(letter: Letter, moved: int) -> tuple[bool, bool]:
    """Whether a letter after `moved` words may fall on another part of a pixel: where they move, where runs begin anew.

    Only PDFium rounds again at the beginning of a run, where colour or rise change.
    """
    off = (_STEPS + _STEPS_A_WORD * moved) * _rounding(letter.page_pt)
    runs = _near(letter.pdfium_pt, off, _pdfium(letter))
    return runs or _near(letter.mupdf_pt, off, _mupdf(letter)) or _near(letter.poppler_pt, _DOUBLE_PT, _poppler()), runs


_Grids = Iterator[tuple[float, float, float]]
"""Pixels per point, how many pixels lie between two ties, and where the first tie is."""


def _near(place_pt: float, off_pt: float, grids: _Grids) -> bool:
    return any(abs(math.remainder(place_pt * scale - first, step)) <= off_pt * scale for scale, step, first in grids)


def _pdfium(letter: Letter) -> _Grids:
    """Thirds of a pixel across, whole ones down; whole ones in its grey mode."""
    for dpi in DPIS:
        scale = fitted(letter.page_pt, dpi)
        yield scale, 1.0, 0.5
        if letter.axis == 0:
            yield scale, 1 / 3, 0.0


def _mupdf(letter: Letter) -> _Grids:
    """Quarters of a pixel; halves and whole ones for large letters."""
    for dpi in DPIS:
        size_px = letter.size_pt * dpi / 72
        step = 1.0 if size_px >= 48 else 0.5 if size_px >= 24 else 0.25
        yield max(1, round(letter.page_pt * dpi / 72)) / letter.page_pt, step, step / 2


def _poppler() -> _Grids:
    """Quarters of a pixel."""
    for dpi in DPIS:
        yield dpi / 72, 0.25, 0.0


def fitted(page_pt: float, dpi: int) -> float:
    """The pixels per point at which PDFium fills whole pixels with a page."""
    return math.ceil(page_pt * dpi / 72) / page_pt


def _rounding(value: float) -> float:
    """The distance of 32-bit floats of this size."""
    return math.ldexp(1.0, math.frexp(value)[1] - 24)
