"""Screenshots: each word compared with drawings of how it looks at either end of its reach, pixel by pixel.

Programs that draw a page on a screen put letters on whole pixels, by rules of their own, so that a word moved by less
than a pixel may not move, or jump. Whoever draws both looks with the same program sees what it makes of either.
Another program puts letters elsewhere. Which it was shows in how little the drawings leave unexplained; nothing that
depends on a codeword or a copy is used: both looks of all words are public (STATISTICS V5).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from whosecopy.media.picture.sheet import Grey, Lit, Points, Sheet
from whosecopy.media.picture.unwarp import Matrix, Unwarped
from whosecopy.model.layout import Column, Looks

DrawEnd = Callable[[int, float], Grey | None]
"""Draws the page with all words at one end, at so many pixels per point: 0 left and down, 1 right and down, 2 left
and up, 3 right and up. None where it cannot.
"""
_ENDS = range(4)
_LEFT, _RIGHT, _DOWN, _UP = [0, 2], [1, 3], [0, 1], [2, 3]
_FEWEST_WORDS = 12
_SLOPES, _SCALES = (0.1, 2.0), (0.7, 4.0)
_STRAIGHT_PX, _NEAR = 0.6, 3.0
_MOST_SCALES = 4
_MARGIN_PX = 1
_STEPS = [(x, y) for y in (0, -1, 1) for x in (0, -1, 1)]
_WELL_EXPLAINED, _WORD_EXPLAINED = 0.05, 0.15
"""Shares of ink, squared, left unexplained: 0 to .004 by the same program, .12 to .4 by another, measured."""
_SOME_WORDS = 0.08
"""A quarter of the words stand at any one end; chance, and words that look the same at several, add to it."""
_TRIFLE = 0.03
_GAINS = 0.6, 1.2
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


def exact_looks(screen: Screen, draw: DrawEnd) -> Looks | None:
    """The looks of a page's words where the picture was drawn by the program behind `draw`; None where it was not.

    A word that looks like neither end is NaN; one that looks as much like the one as like the other stands between.
    """
    for scale, corner in _scales(screen):
        rest = _explained(screen, scale, corner, draw)
        if rest is not None:
            return _looks(rest, screen.sheet)
    return None


def _scales(screen: Screen) -> Iterator[tuple[float, tuple[int, int]]]:
    """Pixels per point, and the pixel of the page's corner (x, y), where it stands upright and straight: best first.

    A page is drawn on a whole number of pixels each way.
    """
    places = screen.sheet.centres[screen.shown.inside]
    if len(places) < _FEWEST_WORDS:
        return
    seen = places + screen.shown.moved_px[screen.shown.inside]
    seen = np.column_stack([seen, np.ones(len(seen))]) @ np.linalg.inv(screen.matrix).T
    fits = [_line(places[:, axis], seen[:, axis] / seen[:, 2]) for axis in (0, 1)]
    if not all(far < _STRAIGHT_PX and _SLOPES[0] < slope < _SLOPES[1] for slope, _, far in fits):
        return
    corner = round(fits[0][1] + (1 - fits[0][0]) / 2), round(fits[1][1] + (1 - fits[1][0]) / 2)
    sides = np.array([fits[0][0] * screen.sheet.grey.shape[1], fits[1][0] * screen.sheet.grey.shape[0]])
    near = sorted(product((-1, 0, 1), repeat=2), key=lambda step: float(np.abs(np.round(sides) + step - sides).sum()))
    tried = 0
    for pixels in (np.round(sides) + step for step in near):
        least, most = float(np.max((pixels - 1) / screen.size_pt)), float(np.min(pixels / screen.size_pt))
        if _SCALES[0] < least < most < _SCALES[1] and tried < _MOST_SCALES:
            tried += 1
            yield (least + most) / 2, corner


def _line(x: Column, y: Column) -> tuple[float, float, float]:
    """Slope, height at 0 and median distance of the line through most points."""
    for _ in range(2):
        slope, base = np.polyfit(x, y, 1)
        far = np.abs(y - slope * x - base)
        near = far <= _NEAR * np.median(far) + 1e-9
        x, y = x[near], y[near]
    return float(slope), float(base), float(np.median(far))


@dataclass(frozen=True, slots=True, eq=False)
class _Rest:
    """Squared ink of each word that each drawing leaves unexplained (n, ends), all of it (n,), how dark the best is."""

    left: Points
    total: Column
    gain: Column

    @property
    def share(self) -> float:
        """What is left of all words."""
        return float(self.left.min(axis=1).sum() / max(self.total.sum(), 1.0))

    @property
    def well(self) -> float:
        """The share of words that are explained well."""
        seen = self.total > 0
        return float((self.left.min(axis=1) <= _WELL_EXPLAINED * self.total)[seen].sum() / max(seen.sum(), 1))


def _explained(screen: Screen, scale: float, corner: tuple[int, int], draw: DrawEnd) -> _Rest | None:
    """What the ends leave unexplained where together they explain the picture.

    One end tells whether to draw the others: of another program, or at another scale, it explains no word. It does not
    tell where the page lies to a pixel: a word that is drawn lower looks like one that was moved down.
    """
    first = draw(0, scale)
    if first is None:
        return None
    boxes = screen.sheet.box_px / screen.sheet.scale * np.tile(np.array(first.shape[::-1]) / screen.size_pt, 2)
    ink = _cut(255 - screen.picture.astype(np.float32), corner, first.shape)
    inside = screen.shown.inside
    if max(_rest(ink, [first], boxes, inside, step).well for step in _STEPS) < _SOME_WORDS:
        return None
    ends = [first, *(end for end in (draw(number, scale) for number in _ENDS[1:]) if end is not None)]
    rest = min((_rest(ink, ends, boxes, inside, step) for step in _STEPS), key=lambda one: one.share)
    return rest if len(ends) == len(_ENDS) and rest.share < _WELL_EXPLAINED else None


def _cut(ink: Lit, corner: tuple[int, int], shape: tuple[int, ...]) -> Lit:
    """The part of the picture that the page takes, with a margin of one pixel; no ink outside the picture."""
    out = np.zeros((shape[0] + 2 * _MARGIN_PX, shape[1] + 2 * _MARGIN_PX), np.float32)
    x, y = corner[0] - _MARGIN_PX, corner[1] - _MARGIN_PX
    top, left = max(0, -y), max(0, -x)
    part = ink[max(0, y) : max(0, y + out.shape[0]), max(0, x) : max(0, x + out.shape[1])]
    out[top : top + part.shape[0], left : left + part.shape[1]] = part
    return out


def _rest(ink: Lit, ends: list[Grey], boxes: Points, inside: NDArray[np.bool_], step: tuple[int, int]) -> _Rest:
    """What these ends leave of each word inside, the page lying `step` pixels off."""
    drawn = 255 - np.stack(ends).astype(np.float32)
    _, height, width = drawn.shape
    x, y = step[0] + _MARGIN_PX, step[1] + _MARGIN_PX
    there = ink[y : y + height, x : x + width]
    left, total, gain = np.zeros((len(boxes), len(ends))), np.zeros(len(boxes)), np.ones(len(boxes))
    for word in np.flatnonzero(inside):
        rows, columns = _range(boxes[word, [1, 3]], height), _range(boxes[word, [0, 2]], width)
        seen, looks = there[rows, columns].ravel(), drawn[:, rows, columns].reshape(len(ends), -1)
        shares = np.clip(looks @ seen / np.maximum((looks * looks).sum(axis=1), 1.0), *_GAINS)
        total[word] = seen @ seen
        left[word] = ((seen - shares[:, None] * looks) ** 2).sum(axis=1)
        gain[word] = shares[left[word].argmin()]
    return _Rest(left, total, gain)


def _range(sides: Column, size: int) -> slice:
    """The pixels that a side of a box takes, and one more each way."""
    return slice(max(0, int(sides[0]) - 1), min(size, int(sides[1]) + 2))


def _looks(rest: _Rest, sheet: Sheet) -> Looks:
    known = (rest.total > 0) & (rest.left.min(axis=1) <= _WORD_EXPLAINED * rest.total)
    reach = sheet.amplitude / sheet.scale
    trifle = np.maximum(_TRIFLE * rest.total, 1e-9)
    along = reach[:, 0] * _between(rest.left[:, _LEFT], rest.left[:, _RIGHT], trifle)
    up = reach[:, 1] * _between(rest.left[:, _DOWN], rest.left[:, _UP], trifle)
    sigmas = _SIGMA_ALONG * reach[:, 0], _SIGMA_UP * reach[:, 1], np.full(len(reach), _SIGMA_GREY)
    return Looks(*(np.where(known, column, np.nan) for column in (along, up, 1 - rest.gain, *sigmas)))


def _between(low: Points, high: Points, trifle: Column) -> Column:
    """Where between both ends, -1 to 1, by what either leaves unexplained; a difference of a `trifle` says little."""
    below, above = low.min(axis=1), high.min(axis=1)
    return np.asarray((below - above) / (below + above + trifle))
