"""Which part of a picture is the page: a homography from picture to page by matching features.

Exact nearest neighbours, ratio test and RANSAC, tried on several views. OpenCV's USAC estimators are not used: one of
them ran for minutes on a page of repeated text.
Sources: Lowe, Distinctive image features from scale-invariant keypoints, IJCV 60 (2004); Fischler, Bolles,
Random sample consensus, CACM 24 (1981).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from whosecopy.media.picture.features import (
    BLURRED_VIEWS,
    SMALL_PX,
    VIEWS,
    Features,
    PageFeatures,
    PictureFeatures,
)

LEAST_INLIERS = 18
ENOUGH_INLIERS = 60
"""Beyond doubt."""
_RATIO = 0.82
_LEAST_MATCHES = 15
_REACH_PX = 5.0
_TRIALS = 4_000
_CONFIDENCE = 0.999
_LEAST_AREA = 0.1
_CHUNK = 1_500
SMALLEST_PX = 40


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """`homography` maps pixels of the picture to pixels of the page; `inliers` features agree with it."""

    homography: NDArray[np.float64]
    inliers: int

    @property
    def found(self) -> bool:
        """Whether enough features agree to believe it."""
        return self.inliers >= LEAST_INLIERS


NOT_FOUND = Registration(np.eye(3), 0)


def register(pictures: Sequence[PictureFeatures], page: PageFeatures) -> tuple[int, Registration]:
    """Which of `pictures` - one picture as it is, mirrored, inverted - shows `page`, and where.

    Views are tried in turn until some registration is beyond doubt; else the one that most features agree with
    counts, `NOT_FOUND` where that are too few.
    """
    number, best = 0, NOT_FOUND
    for view, picture in product(range(len(VIEWS)), range(len(pictures))):
        sight = VIEWS[view]
        shape = pictures[picture].grey.shape
        if min(shape) < SMALLEST_PX or (picture and not sight.quick) or (max(shape) > SMALL_PX and not sight.long_px):
            continue
        found = _homography(pictures[picture].seen(view), page.seen(sight.page_scale, sight.page_blur))
        if found.inliers > best.inliers and sane(found.homography, pictures[picture].grey.shape, page.grey.shape):
            number, best = picture, found
        if best.inliers >= ENOUGH_INLIERS:
            break
    return number, best if best.found else NOT_FOUND


def likenesses(picture: PictureFeatures, page: PageFeatures) -> NDArray[np.float32]:
    """Places in the picture and on the page that look alike in blurred views, true and false: shape (n, 4)."""
    pairs = []
    for number in BLURRED_VIEWS:
        view = VIEWS[number]
        seen, drawn = picture.seen(number), page.seen(view.page_scale, view.page_blur)
        ours, theirs = _matches(seen.looks, drawn.looks)
        pairs.append(np.hstack([seen.places[ours], drawn.places[theirs]]))
    return np.concatenate(pairs)


def _homography(seen: Features, page: Features) -> Registration:
    import cv2

    ours, theirs = _matches(seen.looks, page.looks)
    if len(ours) < _LEAST_MATCHES:
        return NOT_FOUND
    matrix, inside = cv2.findHomography(
        seen.places[ours], page.places[theirs], cv2.RANSAC, _REACH_PX, maxIters=_TRIALS, confidence=_CONFIDENCE
    )
    return NOT_FOUND if matrix is None else Registration(np.asarray(matrix, np.float64), int(inside.sum()))


def _matches(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs that are much nearer to each other than the next best.

    SIFT's descriptors are whole numbers, so that the products are exact and the same on every machine.
    """
    if len(ours) == 0 or len(theirs) < 2:
        none = np.zeros(0, np.intp)
        return none, none
    norms = (theirs * theirs).sum(axis=1)
    pairs = []
    for start in range(0, len(ours), _CHUNK):
        part = ours[start : start + _CHUNK]
        far = norms[None, :] - 2 * (part @ theirs.T)
        rows = np.arange(len(part))
        best = far.argmin(axis=1)
        own = (part * part).sum(axis=1)
        nearest = far[rows, best] + own
        far[rows, best] = np.inf
        good = nearest < _RATIO**2 * (far.min(axis=1) + own)
        pairs.append(np.stack([rows[good] + start, best[good]]))
    joined = np.concatenate(pairs, axis=1)
    return joined[0], joined[1]


def sane(matrix: NDArray[np.float64], picture: tuple[int, ...], page: tuple[int, ...]) -> bool:
    """Whether the picture's frame becomes a convex, not mirrored quadrilateral that covers some of the page."""
    corners = outline(matrix, picture)
    if not np.isfinite(corners).all():
        return False
    sides = np.roll(corners, -1, axis=0) - corners
    turned = np.roll(sides, -1, axis=0)
    bends = sides[:, 0] * turned[:, 1] - sides[:, 1] * turned[:, 0]
    area = abs(np.cross(np.append(corners[2] - corners[0], 0), np.append(corners[3] - corners[1], 0))[2]) / 2
    return bool((bends > 0).all() and area > _LEAST_AREA * page[0] * page[1])


def outline(matrix: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Where the corners of a picture come to lie: shape (4, 2), clockwise from the top left."""
    height, width = shape[:2]
    corners = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1]], dtype=np.float64) @ matrix.T
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(corners[:, :2] / corners[:, 2:])
