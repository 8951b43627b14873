"""What drawings of a page leave unexplained of each word that a picture shows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whosecopy.media.picture.sheet import Grey, Lit, Points
from whosecopy.model.layout import Column

Step = tuple[int, int]
"""How many pixels further right and down a page lies than was thought, each -1 to 1."""
_MARGIN_PX = 1
_GAINS = 0.6, 1.2
"""How much a drawing may be thinned or thickened to be like a word."""


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """Squared ink of each word that each drawing leaves unexplained (n, ends), all of it (n,), how dark the best is.

    Of words that were not looked at, all are 0, but for the darkness: 1.
    """

    left: Points
    total: Column
    gain: Column

    @property
    def share(self) -> float:
        """What is left of all words."""
        return float(self.left.min(axis=1).sum() / max(self.total.sum(), 1.0))

    def of_the_best(self, share: float) -> float:
        """What is at most left of one word of this share of them, those that are explained best."""
        seen = self.total > 0
        return float(np.quantile(self.left.min(axis=1)[seen] / self.total[seen], share)) if seen.any() else 1.0


def ink_of(picture: Grey, corner: tuple[int, int], shape: tuple[int, ...]) -> Lit:
    """How much darker than paper the picture is where a page of `shape` lies in it, with a margin of one pixel.

    `corner` is the pixel that the page begins at, right and down. There is no ink outside the picture.
    """
    out = np.zeros((shape[0] + 2 * _MARGIN_PX, shape[1] + 2 * _MARGIN_PX), np.float32)
    x, y = corner[0] - _MARGIN_PX, corner[1] - _MARGIN_PX
    top, left = max(0, -y), max(0, -x)
    part = picture[max(0, y) : max(0, y + out.shape[0]), max(0, x) : max(0, x + out.shape[1])]
    paper = np.bincount(part.ravel(), minlength=1).argmax()
    out[top : top + part.shape[0], left : left + part.shape[1]] = paper - part.astype(np.float32)
    return out


def rest_of(ink: Lit, drawn: Lit, boxes: Points, words: NDArray[np.intp], step: Step) -> Rest:
    """What the drawings, ink of shape (ends, height, width), leave of `words`, of all that have `boxes` (n, 4)."""
    ends, height, width = drawn.shape
    x, y = step[0] + _MARGIN_PX, step[1] + _MARGIN_PX
    there = ink[y : y + height, x : x + width]
    left, total, gain = np.zeros((len(boxes), ends)), np.zeros(len(boxes)), np.ones(len(boxes))
    for word in words:
        rows, columns = _range(boxes[word, [1, 3]], height), _range(boxes[word, [0, 2]], width)
        seen, looks = there[rows, columns].ravel(), drawn[:, rows, columns].reshape(ends, -1)
        gains = np.clip(looks @ seen / np.maximum((looks * looks).sum(axis=1), 1.0), *_GAINS)
        total[word] = seen @ seen
        left[word] = ((seen - gains[:, None] * looks) ** 2).sum(axis=1)
        gain[word] = gains[left[word].argmin()]
    return Rest(left, total, gain)


def _range(sides: Column, size: int) -> slice:
    """The pixels that a side of a box takes, and one more each way."""
    return slice(max(0, int(sides[0]) - 1), min(size, int(sides[1]) + 2))
