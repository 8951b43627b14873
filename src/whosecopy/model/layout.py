"""Where the words of a master stand on its pages, what a copy changes there, and what a leak shows of it.

All places are in points on the page as it is shown (crop box, page rotation applied): origin at the top
left corner, x to the right, y down. A word's own directions are `along` its baseline, in reading order,
and `up` from it.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]
"""One number per word of a layout: shape (n,)."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a master: characters `start:end` of the reading text, on page `page` (from 0).

    `box_pt` is (left, top, right, bottom), `size_pt` the font size as shown, `line` the number of its
    line in the document, `turn` how many quarter turns its baseline is turned counter-clockwise. A copy may
    move it by `room_em` either way along its baseline, raise or lower it where it `may_rise`, and print
    it in dark grey where it is `black`.
    """

    start: int
    end: int
    page: int
    box_pt: tuple[float, float, float, float]
    size_pt: float
    line: int
    turn: int = 0
    room_em: float = 0.0
    may_rise: bool = False
    black: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The words of a master in reading order and the sizes (width, height) of its pages in points.

    `engine` is the program, with its version, that set a document on pages that has none of its own. Its copies are
    of the MIME type `issued_as`: the master's own, or PDF.
    """

    words: tuple[Word, ...] = ()
    pages_pt: tuple[tuple[float, float], ...] = ()
    engine: str = ""
    issued_as: str = ""


NO_LAYOUT = Layout()
"""Of documents without pages."""


@dataclass(frozen=True, slots=True)
class Shift:
    """What a copy changes at word number `word`: moved along and up, in em; `grey` 0 is black, 1 white."""

    word: int
    along_em: float = 0.0
    up_em: float = 0.0
    grey: float = 0.0


@dataclass(frozen=True, slots=True)
class SeenPage:
    """The words that one page of a leaked PDF shows, in columns: where each begins, its direction and colour.

    `x_pt`, `y_pt` are the first character's place on the baseline, `turn` as for `Word`, `grey` the
    lightness of its colour, 0 black to 1 white.
    """

    width_pt: float
    height_pt: float
    words: tuple[str, ...]
    x_pt: tuple[float, ...]
    y_pt: tuple[float, ...]
    turn: tuple[int, ...]
    grey: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What a leak shows of every word of a master's layout; NaN where it does not show it.

    `along_pt` and `up_pt` say how far the word stands from its place in the master, what all words around
    it have in common taken out; `grey` is the lightness of its ink, 0 black to 1 paper. The sigmas are the
    standard errors of these measurements.
    """

    along_pt: Column
    up_pt: Column
    grey: Column
    sigma_along_pt: Column
    sigma_up_pt: Column
    sigma_grey: Column

    @classmethod
    def nothing(cls, words: int) -> "Looks":
        """The looks of a leak that shows no word at all."""
        return cls(*(np.full(words, np.nan) for _ in range(6)))

    def or_else(self, other: "Looks") -> "Looks":
        """These looks, and those of `other` for words that are not seen here."""
        columns = ((getattr(self, one.name), getattr(other, one.name)) for one in fields(self))
        unseen = np.isnan(self.along_pt) & np.isnan(self.up_pt) & np.isnan(self.grey)
        return Looks(*(np.where(unseen, theirs, ours) for ours, theirs in columns))
