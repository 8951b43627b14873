"""Where a page lies in a picture that is too faint, stained or noisy for its words and for features as they are.

Contrast is made even from place to place, so that faint letters count as much as black ones. The matches of several
views are put together; a page is believed to lie where one turn, size and place brings enough of them together.
That needs two matches to guess where a homography needs four, so that far fewer true ones suffice.
"""

import numpy as np
from numpy.typing import NDArray

from whosecopy.media.picture.features import PageFeatures, PictureFeatures
from whosecopy.media.picture.register import (
    LEAST_INLIERS,
    NOT_FOUND,
    SMALLEST_PX,
    Registration,
    likenesses,
    sane,
)
from whosecopy.media.picture.sheet import Grey, Lit

_STROKE, _AROUND, _REGION = 1 / 1_700, 1 / 140, 1 / 70
"""How wide strokes, their surroundings and regions of one contrast are, as shares of the longer side."""
_INK = 110.0
_BLUR_PX = 4.0
_CELL_PX, _MOST_ALIKE = 4.0, 2
_REACH_PX, _TRIALS, _CONFIDENCE = 12.0, 20_000, 0.9999
_PLACE_PX, _FEWEST_PLACES = 24.0, 14


def clearer(grey: Grey) -> Grey:
    """What is darker than its surroundings, by how much that is compared with what is usual there; the rest white.

    Regions with less contrast than half of the picture are left faint: they are noise.
    """
    import cv2

    longer = max(grey.shape)
    soft = np.asarray(cv2.GaussianBlur(grey.astype(np.float32), (0, 0), max(0.5, longer * _STROKE)), np.float32)
    darker = _wide(soft, longer * _AROUND) - soft
    usual = np.sqrt(np.maximum(_wide(darker * darker, longer * _REGION), 0))
    usual = np.maximum(usual, max(float(np.median(usual)), 1e-3))
    return np.asarray(np.clip(255 - _INK * np.maximum(darker, 0) / usual, 0, 255), dtype=np.uint8)


def _wide(page: Lit, sigma: float) -> Lit:
    """The page blurred by many pixels: made smaller first, which takes away nothing that the blur leaves."""
    import cv2

    shrink = max(1, int(sigma / _BLUR_PX))
    size = max(1, page.shape[1] // shrink), max(1, page.shape[0] // shrink)
    small = cv2.GaussianBlur(cv2.resize(page, size, interpolation=cv2.INTER_AREA), (0, 0), sigma / shrink)
    return np.asarray(cv2.resize(small, page.shape[::-1], interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def register_worn(cleared: PictureFeatures, page: PageFeatures) -> Registration:
    """Where `page` lies in a worn picture made `clearer`: turned, scaled and moved, nothing else."""
    import cv2

    if min(cleared.grey.shape) < SMALLEST_PX:
        return NOT_FOUND
    pairs = _distinct(likenesses(cleared, page))
    if len(pairs) < LEAST_INLIERS:
        return NOT_FOUND
    ours, theirs = (np.ascontiguousarray(half) for half in (pairs[:, :2], pairs[:, 2:]))
    matrix, inside = cv2.estimateAffinePartial2D(
        ours, theirs, method=cv2.RANSAC, ransacReprojThreshold=_REACH_PX, maxIters=_TRIALS, confidence=_CONFIDENCE
    )
    if matrix is None:
        return NOT_FOUND
    agreeing = inside.ravel() > 0
    lies = np.vstack([matrix, (0, 0, 1)]).astype(np.float64)
    places = len(np.unique(np.round(theirs[agreeing] / _PLACE_PX), axis=0))
    if places < _FEWEST_PLACES or not sane(lies, cleared.grey.shape, page.grey.shape):
        return NOT_FOUND
    found = Registration(lies, int(agreeing.sum()))
    return found if found.found else NOT_FOUND


def _distinct(pairs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Without places of the page that are like many places of the picture: these say nothing, and would agree."""
    if not len(pairs):
        return pairs
    cells = np.round(pairs[:, 2:] / _CELL_PX)
    _, cell, count = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
    return pairs[count[cell.ravel()] <= _MOST_ALIKE]
