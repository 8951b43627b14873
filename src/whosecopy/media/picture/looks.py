"""What one page of a picture says of its words, and how several pictures of a page are put together."""

import numpy as np
from numpy.typing import NDArray

from whosecopy.media.picture.field import near, rest
from whosecopy.media.picture.sheet import Points, Sheet
from whosecopy.media.picture.words import Seen
from whosecopy.model.layout import Column, Looks

STRAY_PT = 1.2
"""What is farther from its place than a mark takes it by more than this is not the word that was looked for."""
_STRAY_GREY = 0.35
_SHORT_PT = 10.0
"""Words of this length have errors along the line sqrt(2) times those of long ones."""
_SURE = 0.27
"""Ink that is measured with an error over this share of a mark says nothing: print and copies make all ink black."""
_UNEVEN = 1.3
"""Ink varies more than its middle tells: measured on screenshots."""


def page_looks(sheet: Sheet, seen: Seen, grey: Column) -> Looks:
    """The looks of one page's words, standing alone."""
    places = sheet.centres / sheet.scale
    off, reach = seen.off_px / sheet.scale, sheet.amplitude / sheet.scale
    short = np.sqrt(1 + _SHORT_PT * sheet.scale / sheet.length_px)
    weights = near(places)
    along = rest(places, weights, _component(off, sheet.along), reach[:, 0], STRAY_PT, short)
    up = rest(places, weights, _component(off, sheet.up), reach[:, 1], STRAY_PT, np.ones(len(places)))
    ink = rest(places, weights, seen.ink, grey / 2, _STRAY_GREY, short)
    light = np.full(len(places), np.nan)
    if ink.moved and np.nanmedian(ink.sigma) < _SURE * float(grey.max()):
        light = grey / 2 - ink.value
    doubt = np.where(np.isfinite(light), _UNEVEN * ink.sigma, np.nan)
    return Looks(along.value, up.value, light, along.sigma, up.sigma, doubt)


def _component(off: Points, direction: Points) -> Column:
    return np.asarray((off * direction).sum(axis=1))


def enter(looks: Looks, words: NDArray[np.intp], page: Looks) -> None:
    """Put the looks of a page in, where they are surer than what is there."""
    for name in ("along_pt", "up_pt", "grey"):
        value, sigma = getattr(looks, name), getattr(looks, f"sigma_{name}")
        new_value, new_sigma = getattr(page, name), getattr(page, f"sigma_{name}")
        better = np.isfinite(new_sigma) & ~(sigma[words] <= new_sigma)
        value[words[better]], sigma[words[better]] = new_value[better], new_sigma[better]
