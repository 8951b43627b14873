"""What neighbours have in common is taken out; what is left says which way each word was moved.

A word's mark is one of two displacements of known size. The common part is smooth over the page: a plane fitted
around each word to all others, their own marks taken out as far as they are known by then, the word itself
left out. How sure the rest is comes from the rest itself.
Source: Cleveland, Robust locally weighted regression, JASA 74 (1979), for the local planes.
"""

from dataclasses import dataclass

import numpy as np

from whosecopy.media.picture.sheet import Points
from whosecopy.model.layout import Column

_WIDTH_PT = 45.0
_ROUNDS = 4
_EAGER = 1.5
_CLIP = 3.0
_STRAY = 2.0
_RIDGE = 0.05
"""How much the plane is kept level, so that a word at the edge is not extrapolated."""
_SIGMAS = np.geomspace(0.004, 1.5, 80)
_OUTLIERS = 0.03
_FEWEST = 4
_MODEST = 1.08
"""What is left looks surer than it is, as it was used to find itself: measured on made-up pages."""
_CLEARLY_NATS = 3.0
_AT_REST, _APART, _CLOSE = 0.35, 0.7, 0.75
"""Shares of a mark. Errors below the first: words nearer than the last are in place. Below the second: there may be no
marks; but four copies, averaged, look like words in place with errors of .5.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """What is left of each word's measurement, and its standard error; NaN where there is none.

    `moved` is whether the page as a whole shows marks; else all words seem to be where neighbours would have them.
    """

    value: Column
    sigma: Column
    moved: bool


def near(places_pt: Points) -> Points:
    """How much each word of a page counts for each other one, shape (n, n); a word does not count for itself."""
    across, down = (np.subtract.outer(one, one) for one in places_pt.T / _WIDTH_PT)
    weights = np.exp(-0.5 * (across * across + down * down))
    np.fill_diagonal(weights, 0.0)
    return np.asarray(weights)


def rest(places_pt: Points, weights: Points, measured: Column, amplitude: Column, stray: float, spread: Column) -> Rest:
    """The measurements (n,) of words at `places_pt`, whose weights are `near`, without what neighbours have in common.

    `amplitude` (n,) is how far a mark moves each word either way, 0 for none; `spread` (n,) how the errors of the
    words compare. What is left and exceeds a mark by more than `stray` is no measurement of the word.
    """
    seen = np.isfinite(measured)
    if seen.sum() < _FEWEST:
        nothing = np.full(len(measured), np.nan)
        return Rest(nothing, nothing.copy(), moved=False)
    planes = _Planes(places_pt / _WIDTH_PT, weights, seen / spread**2)
    value = np.where(seen, measured, 0.0)
    marks = np.zeros(len(measured))
    for _ in range(_ROUNDS):
        clean = value - marks
        middle = np.median(clean[seen])
        limit = _CLIP * amplitude.max(initial=0.0) + _STRAY
        clean = np.clip(clean, middle - limit, middle + limit)
        left = value - planes.through(clean)
        marks = amplitude * np.tanh(_EAGER * left / np.maximum(amplitude, 1e-9))
    left[~seen | (np.abs(left) > amplitude + stray)] = np.nan
    sigma, moved = _error(left, amplitude, spread)
    movable = amplitude[amplitude > 0]
    if not moved and movable.size and sigma < _AT_REST * np.median(movable):
        left[np.abs(left) < _CLOSE * amplitude] = 0.0
    return Rest(left, np.where(np.isfinite(left), _MODEST * sigma * spread, np.nan), moved)


class _Planes:
    """At each place the plane through the others, which count by their weights and by `share` (n,)."""

    def __init__(self, places: Points, weights: Points, share: Column) -> None:
        self._places, self._weights, self._share = places, weights, share
        x, y = places.T
        self._total = np.maximum(weights @ share, 1e-9)
        self._x, self._y, xx, yy, xy = self._means(x, y, x * x, y * y, x * y)
        self._xx, self._yy = xx - self._x**2 + _RIDGE, yy - self._y**2 + _RIDGE
        self._xy = xy - self._x * self._y

    def through(self, values: Column) -> Column:
        """Their heights, for others of these heights."""
        x, y = self._places.T
        mean, xv, yv = self._means(values, x * values, y * values)
        xv, yv = xv - self._x * mean, yv - self._y * mean
        det = self._xx * self._yy - self._xy**2
        slope_x, slope_y = (self._yy * xv - self._xy * yv) / det, (self._xx * yv - self._xy * xv) / det
        return np.asarray(mean + slope_x * (x - self._x) + slope_y * (y - self._y))

    def _means(self, *columns: Column) -> Points:
        """The weighted mean of the others, for each of these columns."""
        return np.asarray(
            ((self._weights @ (np.stack(columns, axis=1) * self._share[:, None])) / self._total[:, None]).T
        )


def _error(left: Column, amplitude: Column, spread: Column) -> tuple[float, bool]:
    """The error of a word of spread 1 that makes what is left likeliest, and whether there are marks in it.

    Either each word is off by plus or minus its mark, or all are in place; a few may be anywhere. Marks are
    believed in unless the other is clearly likelier; where its error is as large as a mark, both are, with that error.
    """
    known = np.isfinite(left) & (amplitude > 0)
    if known.sum() < _FEWEST:
        return float("nan"), False
    value, mark = left[known][:, None], amplitude[known][:, None]
    sigmas = _SIGMAS * spread[known][:, None]
    width = 2 * float(np.abs(value).max() + mark.max())
    marked = (_bell(value - mark, sigmas) + _bell(value + mark, sigmas)) / 2
    with_marks, without = (
        np.log((1 - _OUTLIERS) * one + _OUTLIERS / width).sum(axis=0) for one in (marked, _bell(value, sigmas))
    )
    in_place = _SIGMAS[without.argmax()]
    if without.max() > with_marks.max() + _CLEARLY_NATS:
        return float(in_place), bool(in_place >= _APART * np.median(mark))
    return float(_SIGMAS[with_marks.argmax()]), True


def _bell(value: Points, sigma: Points) -> Points:
    return np.asarray(np.exp(-0.5 * (value / sigma) ** 2) / (np.sqrt(2 * np.pi) * sigma))
