"""Letters as programs place them: along its line, each a little otherwise.

Source: PDFium's `CPDF_TextObject` and MuPDF's `pdf-op-run.c` know widths in whole thousandths of an em.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from whosecopy.media.pdf.chars import Chars
from whosecopy.media.pdf.glyphs import Glyph
from whosecopy.media.pdf.runs import Frame

Place = tuple[int, int, int]
"""Where a content stream draws a letter: instruction, element, byte."""


class Letter(NamedTuple):
    """A glyph that `unit` draws at `place`; its pen has come there since instruction `chain`.

    Places are in points from the left edge (`axis` 0) or the top edge (1) of the page as shown, `page_pt` long; the
    line runs `way` 1 along or -1 against that. `ink` is false for blanks and hidden letters.
    """

    unit: int
    chain: int
    place: Place
    axis: int
    way: int
    page_pt: float
    size_pt: float
    pdfium_pt: float
    mupdf_pt: float
    poppler_pt: float
    ink: bool


def page_letters(chars: Chars, claimed: Sequence[int], glyphs: Sequence[Glyph], frame: Frame) -> list[Letter]:
    """The letters of a page in drawing order; `claimed` says which glyph draws each character, -1 where none does."""
    drawn = {number: k for k, number in enumerate(claimed) if number >= 0}
    found = []
    for number, glyph in enumerate(glyphs):
        k = drawn.get(number)
        here = frame.shown(glyph.x, glyph.y)
        seen = here if k is None else frame.shown(float(chars.x[k]), float(chars.y[k]))
        end = frame.shown(glyph.x + glyph.ax, glyph.y + glyph.ay)
        reach = end[0] - here[0], end[1] - here[1]
        axis = int(abs(reach[1]) > abs(reach[0]))
        found.append(
            Letter(
                glyph.unit, glyph.chain, (glyph.op, glyph.element, glyph.at), axis, 1 if reach[axis] > 0 else -1,
                max(frame.size_pt[axis], 1.0), abs(glyph.em) * math.hypot(glyph.ux, glyph.uy),
                seen[axis], here[axis] + glyph.lag * reach[axis], here[axis],
                glyph.visible and (k is None or not chars.text[k].isspace()),
            )
        )  # fmt: skip
    return found
