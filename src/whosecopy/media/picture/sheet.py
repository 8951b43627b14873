"""A page of the master as it should look: its grey picture, and the places of its words in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from whosecopy.model.layout import Column, Word

Grey = NDArray[np.uint8]
"""A grey picture, shape (height, width), 0 black to 255 white."""
Lit = NDArray[np.float32]
"""A grey picture in floating point, same shape and scale."""
Points = NDArray[np.float64]
"""Places or displacements (x, y), shape (n, 2)."""

DPI = 200
"""How finely a page is drawn to measure words on it."""
_LARGEST_PX = 3_200
_AXES = (((1, 0), (0, -1)), ((0, -1), (-1, 0)), ((-1, 0), (0, 1)), ((0, 1), (1, 0)))


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A picture of a page, and the words that OCR reads in it with their boxes: shape (n, 4), in pixels.

    `upright` where it is known to be neither mirrored nor inverted.
    """

    grey: Grey
    words: tuple[str, ...] = ()
    boxes_px: Points = field(default_factory=lambda: np.zeros((0, 4)))
    upright: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A page: its picture, pixels per point, and its words in columns.

    `box_px` has shape (n, 4): left, top, right, bottom. `along` and `up` are the directions of each word, shape
    (n, 2). `amplitude` says how far a copy may move a word, shape (n, 2): along and up, in pixels.
    """

    grey: Grey
    scale: float
    box_px: Points
    size_px: Column
    along: Points
    up: Points
    amplitude: Points

    @property
    def centres(self) -> Points:
        """The middle of each word, in pixels."""
        return np.asarray((self.box_px[:, :2] + self.box_px[:, 2:]) / 2)

    @property
    def length_px(self) -> Column:
        """How long each word is along its baseline, in pixels."""
        sides = self.box_px[:, 2:] - self.box_px[:, :2]
        return np.asarray(np.maximum(np.abs(sides * self.along).sum(axis=1), 1.0))


def scale_of(page_pt: tuple[float, float]) -> float:
    """Pixels per point that a page of this size is drawn with: 200 dpi, less for posters."""
    return min(DPI / 72, _LARGEST_PX / max(*page_pt, 1.0))


def make_sheet(grey: Grey, scale: float, words: Sequence[Word], amplitude_pt: Points) -> Sheet:
    """The sheet of a page drawn with `scale` pixels per point; `words` are those on it.

    `amplitude_pt` (n, 2) is how far a copy may move each word along and up.
    """
    boxes = np.array([word.box_pt for word in words], dtype=np.float64).reshape(-1, 4)
    axes = np.array([_AXES[word.turn % 4] for word in words], dtype=np.float64).reshape(-1, 2, 2)
    sizes = np.array([word.size_pt for word in words], dtype=np.float64)
    return Sheet(grey, scale, boxes * scale, sizes * scale, axes[:, 0], axes[:, 1], amplitude_pt * scale)
