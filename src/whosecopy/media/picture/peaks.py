"""Where a patch lies in a picture, to a fraction of a pixel, by normalised correlation."""

from dataclasses import dataclass

import numpy as np

from whosecopy.media.picture.sheet import Lit

_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Peak:
    """The best place of a patch: `x, y` of its corner in the area searched, and how alike they are, up to 1."""

    x: float
    y: float
    like: float


def peak(area: Lit, patch: Lit) -> Peak | None:
    """Where `patch` fits best in `area`; None where that is at the area's edge, so that the true place may be outside.

    The fraction is the vertex of the parabola through the best pixel and its neighbours.
    """
    import cv2

    likeness = cv2.matchTemplate(area, patch, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(likeness)
    if not (0 < x < likeness.shape[1] - 1 and 0 < y < likeness.shape[0] - 1 and np.isfinite(best)):
        return None
    left, centre, right = (float(likeness[y, x + k]) for k in (-1, 0, 1))
    above, below = float(likeness[y - 1, x]), float(likeness[y + 1, x])
    return Peak(x + _vertex(left, centre, right), y + _vertex(above, centre, below), float(best))


def _vertex(before: float, centre: float, after: float) -> float:
    return (before - after) / (2 * (before - 2 * centre + after) - _TINY)
