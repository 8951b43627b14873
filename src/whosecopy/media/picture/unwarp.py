"""A registered picture brought into the place of the page, bends of the paper and the lens included.

What the homography leaves is measured block by block by correlation, smoothed by a thin-plate spline, and kept:
the spline follows words that a copy has moved a little, so it has to be added back to what is measured later.
Source: Bookstein, Principal warps, IEEE PAMI 11 (1989).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whosecopy.media.picture.peaks import peak
from whosecopy.media.picture.sheet import Grey, Lit, Points, Sheet

_PASSES = ((110.0, 45.0, 9.0), (64.0, 28.0, 4.0))
"""Side, step and reach of the blocks in points, pass by pass."""
_HALF = 0.5
_PAGE_BLUR, _PICTURE_BLUR = 0.6, 0.4
_LEAST_INK, _DARK = 0.02, 128
_LEAST_LIKE = 0.35
_FEWEST = 8
_DEGREE, _ROUNDS, _SOFT = 4, 4, 2.5
_FAR_PT = 3.0
_SMOOTH_SHARE, _SMOOTH = 0.5, 20.0
_GRID_PX = 24
_COARSER, _SHARPER, _SMALLEST_SHRINK = 0.75, 0.45, 0.05
_BRIGHTEST, _EVEN = 9, 15
_DARKEST_PAPER = 20.0

Matrix = NDArray[np.float64]
_Spline = Callable[[Points], Points]


@dataclass(frozen=True, slots=True, eq=False)
class Unwarped:
    """The page as a picture shows it: evenly lit, 255 is paper.

    `moved_px` (n, 2) is how far the spline took each word from where it stands in the picture, `inside` (n,)
    whether the word lies in the picture.
    """

    page: Lit
    moved_px: Points
    inside: NDArray[np.bool_]


def unwarp(picture: Grey, matrix: Matrix, sheet: Sheet) -> Unwarped | None:
    """The picture in the place of the page; None where too little of it looks like the page.

    `matrix` maps pixels of the picture to pixels of the sheet.
    """
    picture = _no_sharper(picture, matrix)
    splines = _bends(picture, matrix, sheet)
    if splines is None:
        return None
    height, width = sheet.grey.shape
    page = evenly_lit(_sampled(picture, matrix, splines, (height, width), 1.0))
    return Unwarped(page, _moved(splines, sheet.centres), _inside(picture, matrix, sheet))


def evenly_lit(page: Lit) -> Lit:
    """The picture divided by its background: 255 is paper everywhere."""
    import cv2

    small = cv2.resize(page, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    paper = cv2.blur(cv2.dilate(small, np.ones((_BRIGHTEST, _BRIGHTEST))), (_EVEN, _EVEN))
    paper = cv2.resize(paper, (page.shape[1], page.shape[0]))
    return np.asarray(np.clip(page / np.maximum(paper, _DARKEST_PAPER) * 255, 0, 255), dtype=np.float32)


def _no_sharper(picture: Grey, matrix: Matrix) -> Grey:
    """The picture without detail that the page's resolution cannot hold."""
    import cv2

    shrink = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2] - np.outer(matrix[:2, 2], matrix[2, :2])))))
    if shrink >= _COARSER:
        return picture
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), _SHARPER / max(shrink, _SMALLEST_SHRINK)), dtype=np.uint8)


def _bends(picture: Grey, matrix: Matrix, sheet: Sheet) -> list[_Spline] | None:
    """What the homography leaves, pass by pass, measured at half the page's size."""
    import cv2
    from scipy.interpolate import RBFInterpolator

    scale = sheet.scale * _HALF
    half = cv2.resize(sheet.grey, None, fx=_HALF, fy=_HALF, interpolation=cv2.INTER_AREA)
    reference = _soft(half.astype(np.float32), _PAGE_BLUR)
    height, width = reference.shape
    splines: list[_Spline] = []
    for side, step, reach in _PASSES:
        shown = _soft(evenly_lit(_sampled(picture, matrix, splines, (height, width), _HALF)), _PICTURE_BLUR)
        places, offs = _blocks(shown, reference, round(side * scale), round(step * scale), round(reach * scale))
        if len(places) < _FEWEST:
            return None
        straight = np.abs(offs - _polynomial(places / (width, height), offs)).max(axis=1) < _FAR_PT * scale
        if straight.sum() < _FEWEST:
            return None
        smoothing = straight.sum() * _SMOOTH_SHARE + _SMOOTH
        splines.append(
            RBFInterpolator(places[straight] / _HALF, offs[straight] / _HALF, smoothing=smoothing)  # thin plate
        )
    return splines


def _soft(page: Lit, blur: float) -> Lit:
    import cv2

    return np.asarray(cv2.GaussianBlur(page, (0, 0), blur), dtype=np.float32)


def _blocks(shown: Lit, page: Lit, side: int, step: int, reach: int) -> tuple[Points, Points]:
    """Middles of blocks of the page with ink in them, and how far off the picture shows each."""
    height, width = page.shape
    places, offs = [], []
    for top in range(0, height - side + 1, step):
        for left in range(0, width - side + 1, step):
            patch = page[top : top + side, left : left + side]
            if (patch < _DARK).mean() < _LEAST_INK:
                continue
            above, before = max(0, top - reach), max(0, left - reach)
            found = peak(shown[above : top + side + reach, before : left + side + reach], patch)
            if found is not None and found.like > _LEAST_LIKE:
                places.append((left + side / 2, top + side / 2))
                offs.append((before + found.x - left, above + found.y - top))
    return np.array(places, dtype=np.float64).reshape(-1, 2), np.array(offs, dtype=np.float64).reshape(-1, 2)


def _polynomial(places: Points, offs: Points) -> Points:
    """A smooth fit through displacements of which some are wrong, at the same places (in 0 to 1)."""
    degree = min(_DEGREE, int((np.sqrt(8 * len(places) + 1) - 3) / 4))
    powers = [(a, b) for a in range(degree + 1) for b in range(degree + 1 - a)]
    basis = np.stack([places[:, 0] ** a * places[:, 1] ** b for a, b in powers], axis=1)
    weights = np.ones((len(places), 1))
    for _ in range(_ROUNDS):
        factors = np.linalg.lstsq(basis * weights, offs * weights, rcond=None)[0]
        far = np.abs(offs - basis @ factors).max(axis=1, keepdims=True)
        weights = 1 / np.sqrt(1 + (far / (_SOFT * (np.median(far) + 1e-6))) ** 2)
    return np.asarray(basis @ factors)


def _moved(splines: list[_Spline], places: Points) -> Points:
    """How far off the picture shows these places of the page; each spline is about the page as those before left it."""
    moved = np.zeros_like(places)
    for spline in reversed(splines):
        moved = moved + spline(places + moved)
    return moved


def _sampled(picture: Grey, matrix: Matrix, splines: list[_Spline], shape: tuple[int, int], factor: float) -> Lit:
    """The picture seen through the homography and the splines: a page of `shape`, scaled by `factor`."""
    import cv2

    sources = _sources(matrix, splines, shape, factor)
    seen = cv2.remap(picture, sources, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=255)  # type: ignore[call-overload]
    return np.asarray(seen, dtype=np.float32)


def _sources(matrix: Matrix, splines: list[_Spline], shape: tuple[int, int], factor: float) -> Lit:
    """The place in the picture of every pixel of the page, shape (*shape, 2): from a coarse grid of them.

    The grid has its points in the middle of cells, and one cell more on every side.
    """
    import cv2

    cell = round(_GRID_PX * factor)
    rows, columns = (size // cell + 3 for size in shape)
    down, along = np.mgrid[-1 : rows - 1, -1 : columns - 1]
    middles = np.stack([along.ravel(), down.ravel()], axis=1) * float(cell) + (cell - 1) / 2
    places = middles / factor
    places = places + _moved(splines, places)
    back = np.column_stack([places, np.ones(len(places))]) @ np.linalg.inv(matrix).T
    coarse = (back[:, :2] / back[:, 2:]).reshape(rows, columns, 2).astype(np.float32)
    fine = cv2.resize(coarse, (columns * cell, rows * cell), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(fine[cell : cell + shape[0], cell : cell + shape[1]])


def _inside(picture: Grey, matrix: Matrix, sheet: Sheet) -> NDArray[np.bool_]:
    """Which words lie in the picture."""
    corners = sheet.box_px[:, [0, 1, 2, 1, 0, 3, 2, 3]].reshape(-1, 2)
    seen = np.column_stack([corners, np.ones(len(corners))]) @ np.linalg.inv(matrix).T
    with np.errstate(divide="ignore", invalid="ignore"):
        seen = seen[:, :2] / seen[:, 2:]
    height, width = picture.shape
    held = (seen >= 0).all(axis=1) & (seen[:, 0] < width) & (seen[:, 1] < height)
    return np.asarray(held.reshape(-1, 4).all(axis=1))
