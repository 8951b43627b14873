"""Where a page lies in a picture by the words that OCR reads in it: quick, and good for forms that repeat themselves.

The words read are laid beside the words of the page in their order; pairs of equal words are the points that a
homography has to fit. Their boxes differ by a few pixels, which the correlation of blocks makes good afterwards.
"""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from whosecopy.media.picture.register import LEAST_INLIERS, NOT_FOUND, Registration, sane
from whosecopy.media.picture.sheet import Points, Sheet

_FOREIGN = re.compile(r"[\W_]+")
_REACH_PX = 12.0
_TRIALS, _CONFIDENCE = 4_000, 0.999


def register_by_words(
    words: Sequence[str], boxes_px: Points, picture: tuple[int, ...], texts: Sequence[str], sheet: Sheet
) -> Registration:
    """Where the page with words `texts` lies in a picture of shape `picture` with `words` at `boxes_px` (n, 4)."""
    import cv2

    ours, theirs = _pairs([_plain(word) for word in words], [_plain(word) for word in texts])
    if len(ours) < LEAST_INLIERS:
        return NOT_FOUND
    seen = ((boxes_px[:, :2] + boxes_px[:, 2:]) / 2)[ours]
    matrix, inside = cv2.findHomography(
        seen, sheet.centres[theirs], cv2.RANSAC, _REACH_PX, maxIters=_TRIALS, confidence=_CONFIDENCE
    )
    if matrix is None or not sane(np.asarray(matrix, np.float64), picture, sheet.grey.shape):
        return NOT_FOUND
    found = Registration(np.asarray(matrix, np.float64), int(inside.sum()))
    return found if found.found else NOT_FOUND


def _pairs(read: list[str], page: list[str]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Positions of words that are the same in both, in the same order."""
    from rapidfuzz.distance import Indel

    ours, theirs = [], []
    for block in Indel.opcodes(read, page):
        if block.tag == "equal":
            same = [k for k in range(block.src_end - block.src_start) if read[block.src_start + k]]
            ours += [block.src_start + k for k in same]
            theirs += [block.dest_start + k for k in same]
    return np.array(ours, dtype=np.intp), np.array(theirs, dtype=np.intp)


def _plain(word: str) -> str:
    return _FOREIGN.sub("", word.casefold())
