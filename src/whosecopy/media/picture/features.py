"""Features of pages and pictures: places that are known again, in several blurred and scaled views.

Source: Lowe, Distinctive image features from scale-invariant keypoints, IJCV 60 (2004).
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whosecopy.media.picture.sheet import Grey

_FEATURES = 6_000
SMALL_PX = 1_500
"""A picture no larger than this is likely a screenshot."""
_ENLARGED, _MOST_ENLARGED = 1.5, 3.0
_CELLS, _DIRECTIONS = 4, 8
"""What SIFT writes down of a place: in 4 by 4 cells around it how much goes in each of 8 directions."""


@dataclass(frozen=True, slots=True)
class View:
    """One look at the picture and at the page: how both are blurred and scaled before features are sought.

    `median` and `smooth` are done to the picture before, `blur` after it was scaled so that its longer side has
    `long_px` pixels; without that a small picture, likely a screenshot, is taken as it is. The page is scaled by
    `page_scale` and blurred by `page_blur`. Only `quick` views are taken of pictures mirrored or inverted on trial.
    """

    long_px: int
    median: int
    smooth: float
    blur: float
    page_scale: float
    page_blur: float
    quick: bool = False


VIEWS = (
    View(0, 0, 0.0, 0.0, 0.5, 0.0),
    View(2_100, 0, 0.0, 0.0, 0.75, 0.0, quick=True),
    View(1_650, 3, 0.0, 1.6, 0.75, 1.6),
    View(1_150, 0, 1 / 1_700, 0.0, 0.5, 1.0, quick=True),
    View(1_100, 5, 0.0, 1.2, 0.5, 1.0),
)
BLURRED_VIEWS = (2, 3, 4)


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Places in pixels of the whole picture, shape (n, 2), and what it looks like there, shape (n, 128)."""

    places: NDArray[np.float32]
    looks: NDArray[np.float32]


@dataclass(slots=True, eq=False)
class PageFeatures:
    """The features of a page, sought when first needed and kept."""

    grey: Grey
    _kept: dict[tuple[float, float], Features] = field(default_factory=dict)

    def seen(self, scale: float, blur: float) -> Features:
        """The features of the page scaled and blurred so."""
        if (scale, blur) not in self._kept:
            self._kept[scale, blur] = _features(_blurred(_scaled(self.grey, scale), blur), scale)
        return self._kept[scale, blur]


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to a picture on trial: its columns are `mirrored`, its colours `inverted`."""

    mirrored: bool = False
    inverted: bool = False

    def of_picture(self, grey: Grey) -> Grey:
        """The picture changed."""
        grey = grey[:, ::-1] if self.mirrored else grey
        return np.ascontiguousarray(255 - grey if self.inverted else grey)

    def of_features(self, seen: Features, width: int) -> Features:
        """The features that the changed picture has, from those of the picture, which is `width` wide.

        Each has a direction of its own: mirrored, the cells lie on the other side of it; inverted, it points back.
        """
        order = np.arange(_CELLS * _CELLS * _DIRECTIONS).reshape(_CELLS, _CELLS, _DIRECTIONS)
        order = order[::-1, ::-1] if self.inverted else order
        order = order[::-1][..., -np.arange(_DIRECTIONS) % _DIRECTIONS] if self.mirrored else order
        x, y = seen.places.T
        places = np.stack([width - 1 - x if self.mirrored else x, y], axis=1)
        return Features(places, np.ascontiguousarray(seen.looks[:, order.ravel()]))


@dataclass(slots=True, eq=False)
class PictureFeatures:
    """The features of a picture, view by view; those of a changed one come from the one that it was made from."""

    grey: Grey
    _made_from: "tuple[PictureFeatures, Change] | None" = None
    _kept: dict[int, Features] = field(default_factory=dict)

    def changed(self, change: Change) -> "PictureFeatures":
        """The features of the picture changed."""
        return PictureFeatures(change.of_picture(self.grey), (self, change))

    def seen(self, number: int) -> Features:
        """The features of the picture in view `number`."""
        if number not in self._kept:
            if self._made_from is None:
                self._kept[number] = _look(self.grey, VIEWS[number])
            else:
                picture, change = self._made_from
                self._kept[number] = change.of_features(picture.seen(number), self.grey.shape[1])
        return self._kept[number]


def _look(grey: Grey, view: View) -> Features:
    import cv2

    longer = max(grey.shape)
    wanted = view.long_px
    if view is VIEWS[1] and longer <= SMALL_PX:
        wanted = round(longer * _ENLARGED)
    wanted = min(wanted, round(longer * _MOST_ENLARGED)) if wanted else longer
    if view.median:
        grey = np.asarray(cv2.medianBlur(grey, view.median))
    if view.smooth:
        grey = _blurred(grey, max(0.5, longer * view.smooth))
    return _features(_blurred(_scaled(grey, wanted / longer), view.blur), wanted / longer)


def _scaled(grey: Grey, factor: float) -> Grey:
    import cv2

    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(grey, None, fx=factor, fy=factor, interpolation=how), dtype=np.uint8)


def _blurred(grey: Grey, sigma: float) -> Grey:
    import cv2

    return np.asarray(cv2.GaussianBlur(grey, (0, 0), sigma), dtype=np.uint8) if sigma else grey


@cache
def _detector() -> Any:
    import cv2

    return cv2.SIFT_create(nfeatures=_FEATURES)  # type: ignore[attr-defined]


def _features(grey: Grey, scale: float) -> Features:
    points, looks = _detector().detectAndCompute(grey, None)
    if looks is None:
        return Features(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32))
    places = np.array([point.pt for point in points], dtype=np.float32)
    return Features(places / np.float32(scale), looks)
