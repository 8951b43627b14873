"""Screenshots: each word compared with drawings of how it looks at either end of its reach, pixel by pixel.

Programs that draw a page on a screen put letters on whole pixels, by rules of their own, so that a word moved by less
than a pixel may not move, or jump. Whoever draws both looks with the same program sees what it makes of either.
Another program puts letters elsewhere. Which it was shows in how little its drawings of all words leave unexplained;
nothing that depends on a codeword or a copy is used: both looks of all words are public (STATISTICS V5).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from whosecopy.media.picture.draw import Program
from whosecopy.media.picture.rests import Rest, Step, ink_of, rest_of
from whosecopy.media.picture.sheet import Grey, Points, Sheet
from whosecopy.media.picture.unwarp import Matrix, Unwarped
from whosecopy.model.layout import Column, Looks


@dataclass(frozen=True, slots=True)
class Asked:
    """A drawing of the page at `scale` pixels per point by `program`, with all words at one end of their reach.

    `end` 0 is left and down, 1 right and down, 2 left and up, 3 right and up.
    """

    end: int
    scale: float
    program: Program


DrawEnds = Callable[[Sequence[Asked]], list[Grey | None]]
"""Draws all that is asked for, None what it cannot."""
_ENDS = range(4)
_LEFT, _RIGHT, _DOWN, _UP = [0, 2], [1, 3], [0, 1], [2, 3]
_FEWEST_WORDS, _SAMPLE = 12, 150
"""Words that a page has to show, and how many of them choose the program and the pixel it begins at."""
_SLOPES, _SCALES = (0.1, 2.0), (0.7, 4.0)
_STRAIGHT_PX, _NEAR = 0.6, 3.0
_TURNS = (
    ((Program.PDFIUM_GREY, Program.PDFIUM, Program.PDFIUM_LCD), 4),
    ((Program.POPPLER, Program.CAIRO), 2),
)
"""Programs in the order they are tried, and at how many scales: Poppler starts anew for each drawing."""
_MOST_LIKELY, _MOST_PX = 3, 8_000_000
_ROUND = 96 / 72 / 20, 1 / 72
"""Zooms in steps of 5 %, and whole dots per inch, in pixels per point."""
_STEPS: list[Step] = [(x, y) for y in (0, -1, 1) for x in (0, -1, 1)]
_WELL_EXPLAINED, _WORD_EXPLAINED = 0.025, 0.15
"""Shares of ink, squared, left unexplained of a page, and of one word: 0 to .014 by the same program, as PNG or
JPEG 75; from .045 on by others, measured on a letter and two papers.
"""
_LIKE, _FAR = 0.15, 0.05
"""A quarter of the words stand at any one end: of so many so little has to be left, of their ink, squared."""
_TRIFLE = 0.03
_BLACK = 0.9
"""The word that is darker than this share of them is black."""
_SIGMA_ALONG, _SIGMA_UP, _SIGMA_GREY = 0.35, 0.7, 0.02
"""Shares of the reach: in one of five files measured 7 % of the words snapped up or down as no end shows them."""


@dataclass(frozen=True, slots=True, eq=False)
class Screen:
    """A picture that may be a drawing of a page: `matrix` maps its pixels to those of the sheet, `shown` is the page
    as it shows it, `size_pt` how large the page is.
    """

    picture: Grey
    matrix: Matrix
    shown: Unwarped
    sheet: Sheet
    size_pt: tuple[float, float]


def exact_looks(screen: Screen, draw: DrawEnds) -> Looks | None:
    """The looks of a page's words where the picture was drawn by a program that `draw` knows; None where it was not.

    Which program and scale it was is told by what all four ends leave unexplained of the whole page.
    A word that looks like neither end is NaN; one that looks as much like the one as like the other stands between.
    """
    scales, corner = _scales(screen)
    for programs, most in _TURNS:
        asked = [Asked(0, scale, program) for scale in scales[:most] for program in programs]
        best = min(_rests(screen, corner, asked, draw), key=lambda rest: rest.share, default=None)
        if best is not None and best.share < _WELL_EXPLAINED:
            return _looks(best, screen.sheet)
    return None


def _rests(screen: Screen, corner: tuple[int, int], asked: Sequence[Asked], draw: DrawEnds) -> Iterator[Rest]:
    """What the four ends leave where the page was drawn as `asked`, for those that may be.

    The first end tells which: of another program, or at another scale, it explains no word. It does not tell where the
    page lies to a pixel: a word that is drawn lower looks like one that was moved down.
    """
    firsts = zip(asked, draw(asked), strict=True) if asked else ()
    pages = {one: _Page(screen, corner, (first,)) for one, first in firsts if first is not None}
    far = {one: page.far for one, page in pages.items()}
    likely = sorted((one for one in far if far[one] < _FAR), key=lambda one: far[one])[:_MOST_LIKELY]
    others = [replace(one, end=end) for one in likely for end in _ENDS[1:]]
    drawn = dict(zip(others, draw(others), strict=True)) if others else {}
    for one in likely:
        ends = [drawn[replace(one, end=end)] for end in _ENDS[1:]]
        known = tuple(end for end in ends if end is not None)
        if len(known) == len(ends):
            yield replace(pages[one], ends=pages[one].ends + known).best


def _scales(screen: Screen) -> tuple[list[float], tuple[int, int]]:
    """Pixels per point that the page may be drawn with, round and near ones first, and the pixel of its corner (x, y).

    None where it does not stand upright and straight. A page is drawn on a whole number of pixels each way.
    """
    places = screen.sheet.centres[screen.shown.inside]
    if len(places) < _FEWEST_WORDS:
        return [], (0, 0)
    seen = places + screen.shown.moved_px[screen.shown.inside]
    seen = np.column_stack([seen, np.ones(len(seen))]) @ np.linalg.inv(screen.matrix).T
    fits = [_line(places[:, axis], seen[:, axis] / seen[:, 2]) for axis in (0, 1)]
    if not all(far < _STRAIGHT_PX and _SLOPES[0] < slope < _SLOPES[1] for slope, _, far in fits):
        return [], (0, 0)
    corner = round(fits[0][1] + (1 - fits[0][0]) / 2), round(fits[1][1] + (1 - fits[1][0]) / 2)
    sides = np.array([fits[0][0] * screen.sheet.grey.shape[1], fits[1][0] * screen.sheet.grey.shape[0]])
    near = sorted(product((-1, 0, 1), repeat=2), key=lambda step: float(np.abs(np.round(sides) + step - sides).sum()))
    found = []
    for pixels in (np.round(sides) + step for step in near):
        least, most = float(np.max((pixels - 1) / screen.size_pt)), float(np.min(pixels / screen.size_pt))
        if _SCALES[0] < least < most < _SCALES[1] and pixels.prod() < _MOST_PX:
            found.append((_round(least, most), (least + most) / 2))
    found.sort(key=lambda scales: scales[0] is None)
    return [scale or middle for scale, middle in found], corner


def _round(least: float, most: float) -> float | None:
    """A scale between both that is a round zoom or resolution."""
    rounded = (float(np.floor(most / step) * step) for step in _ROUND)
    return next((scale for scale in rounded if scale > least), None)


def _line(x: Column, y: Column) -> tuple[float, float, float]:
    """Slope, height at 0 and median distance of the line through most points."""
    for _ in range(2):
        slope, base = np.polyfit(x, y, 1)
        far = np.abs(y - slope * x - base)
        near = far <= _NEAR * np.median(far) + 1e-9
        x, y = x[near], y[near]
    return float(slope), float(base), float(np.median(far))


@dataclass(frozen=True, slots=True, eq=False)
class _Page:
    """How one program draws ends of a page that lies on a screen about where `corner` says."""

    screen: Screen
    corner: tuple[int, int]
    ends: tuple[Grey, ...]

    @property
    def far(self) -> float:
        """What is left of the words that are like the drawing, where the page lies best."""
        return min(rest.of_the_best(_LIKE) for rest in self._tried().values())

    @property
    def best(self) -> Rest:
        """What is left where the page lies best."""
        tried = self._tried()
        step = min(tried, key=lambda step: tried[step].share)
        return self._rest(np.flatnonzero(self.screen.shown.inside), [step])[step]

    def _tried(self) -> dict[Step, Rest]:
        inside = np.flatnonzero(self.screen.shown.inside)
        return self._rest(inside[:: len(inside) // _SAMPLE + 1], _STEPS)

    def _rest(self, words: NDArray[np.intp], steps: Sequence[Step]) -> dict[Step, Rest]:
        sheet, shape = self.screen.sheet, self.ends[0].shape
        boxes = sheet.box_px / sheet.scale * np.tile(np.array(shape[::-1]) / self.screen.size_pt, 2)
        ink = ink_of(self.screen.picture, self.corner, shape)
        drawn = 255 - np.stack(self.ends).astype(np.float32)
        return {step: rest_of(ink, drawn, boxes, words, step) for step in steps}


def _looks(rest: Rest, sheet: Sheet) -> Looks:
    known = (rest.total > 0) & (rest.left.min(axis=1) <= _WORD_EXPLAINED * rest.total)
    reach = sheet.amplitude / sheet.scale
    trifle = np.maximum(_TRIFLE * rest.total, 1e-9)
    along = reach[:, 0] * _between(rest.left[:, _LEFT], rest.left[:, _RIGHT], trifle)
    up = reach[:, 1] * _between(rest.left[:, _DOWN], rest.left[:, _UP], trifle)
    light = 1 - rest.gain / np.quantile(rest.gain[known], _BLACK) if known.any() else rest.gain
    sigmas = _SIGMA_ALONG * reach[:, 0], _SIGMA_UP * reach[:, 1], np.full(len(reach), _SIGMA_GREY)
    return Looks(*(np.where(known, column, np.nan) for column in (along, up, light, *sigmas)))


def _between(low: Points, high: Points, trifle: Column) -> Column:
    """Where between both ends, -1 to 1, by what either leaves unexplained; a difference of a `trifle` says little."""
    below, above = low.min(axis=1), high.min(axis=1)
    return np.asarray((below - above) / (below + above + trifle))
