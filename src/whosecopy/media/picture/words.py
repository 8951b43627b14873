"""How far each word of an unwarped page is from its place, and how much ink it has."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whosecopy.media.picture.peaks import peak
from whosecopy.media.picture.sheet import Lit, Points, Sheet
from whosecopy.media.picture.unwarp import Unwarped
from whosecopy.model.layout import Column

_BLURS = (0.0, 0.8, 1.2, 1.7, 2.3, 3.0)
_PAD_EM = 0.06
_REACH_PT = 2.6
_LEAST_LIKE = 0.35


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What a page shows of each word: `off_px` (n, 2) right and down from its place, `like` its correlation
    with the master, `ink` how dark it is compared with the master; NaN where it is not seen.
    """

    off_px: Points
    like: Column
    ink: Column


def seen_words(shown: Unwarped, sheet: Sheet) -> Seen:
    """Measure every word of `sheet` in `shown`."""
    page = as_blurred(sheet.grey.astype(np.float32), shown.page)
    count = len(sheet.box_px)
    off, like, ink = np.full((count, 2), np.nan), np.full(count, np.nan), np.full(count, np.nan)
    reach = round(_REACH_PT * sheet.scale)
    height, width = page.shape
    for number, (box, size) in enumerate(zip(sheet.box_px, sheet.size_px, strict=True)):
        left, top, right, bottom = _padded(box, _PAD_EM * size)
        searched = left >= reach and top >= reach and right + reach <= width and bottom + reach <= height
        if not (searched and shown.inside[number]):
            continue
        patch = page[top:bottom, left:right]
        found = peak(shown.page[top - reach : bottom + reach, left - reach : right + reach], patch)
        if found is not None and found.like >= _LEAST_LIKE:
            off[number] = found.x - reach, found.y - reach
            like[number] = found.like
            ink[number] = _ink(shown.page, patch, left + round(off[number, 0]), top + round(off[number, 1]))
    return Seen(off + shown.moved_px, like, ink)


def as_blurred(page: Lit, shown: Lit) -> Lit:
    """The page blurred as the picture seems to be: the blur of most correlation."""
    import cv2

    best, chosen = -2.0, page
    every = shown[::2, ::2].ravel()
    for blur in _BLURS:
        blurred = np.asarray(cv2.GaussianBlur(page, (0, 0), blur), np.float32) if blur else page
        like = _correlation(blurred[::2, ::2].ravel(), every)
        if like > best:
            best, chosen = like, blurred
    return chosen


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    one, other = one - one.mean(), other - other.mean()
    return float(one @ other / (np.sqrt((one @ one) * (other @ other)) + 1e-9))


def _padded(box: NDArray[np.float64], pad: float) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    return int(left - pad), int(top - pad), int(right + pad) + 1, int(bottom + pad) + 1


def _ink(shown: Lit, patch: Lit, left: int, top: int) -> float:
    """How much darkness there is at a word, as a share of the master's."""
    there = shown[top : top + patch.shape[0], left : left + patch.shape[1]]
    return float((255 - there).sum() / max(float((255 - patch).sum()), 1.0))
