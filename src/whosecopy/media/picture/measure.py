"""From pictures to `Looks`: find the master's pages in them and measure every word.

Nothing here is made from copies: pages are drawn from the master, and how far a word may have moved is the same
for all copies (STATISTICS V5).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from whosecopy.media.picture.field import rest
from whosecopy.media.picture.register import PageFeatures, PictureFeatures, Registration, outline, register
from whosecopy.media.picture.sheet import Grey, Points, Sheet, make_sheet, scale_of
from whosecopy.media.picture.unwarp import Unwarped, unwarp
from whosecopy.media.picture.words import Seen, seen_words
from whosecopy.model.layout import Column, Layout, Looks

STRAY_PT = 1.2
"""What is farther from its place than a mark takes it by more than this is not the word that was looked for."""
_STRAY_GREY = 0.35
_SHORT_PT = 10.0
"""Words of this length have errors along the line sqrt(2) times those of long ones."""
_SURE = 0.27
"""Ink that is measured with an error over this share of a mark says nothing: print and copies make all ink black."""
_MOST_PAGES = 4
"""Pages that are sought in one picture, and pages that are found in one."""
_KEPT_PAGES = 6
_PAPER = 235
_VIEW_DPI, _VIEW_STEP = 80, 16


@dataclass(frozen=True, slots=True)
class Reach:
    """What copies may change at each word, shape (words,): moved along and up in points, lighter by `grey`."""

    along_pt: Column
    up_pt: Column
    grey: Column


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Page `page` of the master was found in picture number `picture`: its words, and how the page lies in it.

    `change` is what was done to the picture first; `view` is the page as it shows it, a small PNG.
    """

    picture: int
    page: int
    change: str
    inliers: int
    view: bytes


@dataclass(slots=True, eq=False)
class Master:
    """The pages of a master, drawn when looked for; only the last few are kept.

    `draw(page, scale)` gives a grey picture of one, `scale` pixels per point.
    """

    layout: Layout
    reach: Reach
    draw: Callable[[int, float], Grey]
    _kept: dict[int, tuple[Sheet, PageFeatures, NDArray[np.intp]]] = field(default_factory=dict)

    def page(self, number: int) -> tuple[Sheet, PageFeatures, NDArray[np.intp]]:
        """A page, its features, and the numbers of its words in the layout."""
        if number not in self._kept:
            while len(self._kept) >= _KEPT_PAGES:
                del self._kept[next(iter(self._kept))]
            words = np.array([k for k, word in enumerate(self.layout.words) if word.page == number], dtype=np.intp)
            scale = scale_of(self.layout.pages_pt[number])
            grey = self.draw(number, scale)
            amplitude = np.column_stack([self.reach.along_pt[words], self.reach.up_pt[words]])
            sheet = make_sheet(grey, scale, [self.layout.words[k] for k in words], amplitude)
            self._kept[number] = sheet, PageFeatures(grey), words
        return self._kept[number]


_CHANGES: dict[str, Callable[[Grey], Grey]] = {
    "": lambda grey: grey,
    "colours inverted": lambda grey: 255 - grey,
    "mirrored": lambda grey: np.ascontiguousarray(grey[:, ::-1]),
    "mirrored, colours inverted": lambda grey: np.ascontiguousarray(255 - grey[:, ::-1]),
}


def looks_of_pictures(
    pictures: Sequence[Grey], likely: Sequence[Sequence[int]], master: Master
) -> tuple[Looks, list[Found]]:
    """What `pictures` show of every word of the master, and which pages they show.

    `likely[k]` are the pages of the master that picture k may show, the likeliest first. A word that several
    pictures show is read from the one that is surest of it.
    """
    looks = Looks.nothing(len(master.layout.words))
    places: list[Found] = []
    for number, (picture, pages) in enumerate(zip(pictures, likely, strict=True)):
        for found, seen in _pages_in(picture, pages[:_MOST_PAGES], master, number):
            places.append(found)
            sheet, _, words = master.page(found.page)
            _enter(looks, words, _page_looks(sheet, seen, master.reach.grey[words]))
    return looks, places


def _pages_in(picture: Grey, pages: Sequence[int], master: Master, number: int) -> Iterator[tuple[Found, Seen]]:
    """Every page found in the picture, each sought in what the others leave of it."""
    ways = dict(_CHANGES)
    left = list(pages)
    while left:
        features = {name: PictureFeatures(change(picture)) for name, change in ways.items()}
        for page in left:
            sheet, page_features, _ = master.page(page)
            way, at = register(list(features.values()), page_features)
            name = list(features)[way]
            shown = unwarp(features[name].grey, at.homography, sheet) if at.found else None
            if shown is None:
                continue
            yield Found(number, page, name, at.inliers, _view(shown, sheet)), seen_words(shown, sheet)
            picture, ways = _without(features[name].grey, at, sheet), {name: _CHANGES[""]}
            left.remove(page)
            break
        else:
            return


def _view(shown: Unwarped, sheet: Sheet) -> bytes:
    """The unwarped page as a small PNG of few shades."""
    import cv2

    factor = _VIEW_DPI / 72 / sheet.scale
    small = cv2.resize(shown.page, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    shades = np.clip(np.round(small / _VIEW_STEP) * _VIEW_STEP, 0, 255).astype(np.uint8)
    return bytes(cv2.imencode(".png", shades)[1].tobytes())


def _without(picture: Grey, at: Registration, sheet: Sheet) -> Grey:
    """The picture with paper where this page is."""
    import cv2

    corners = outline(np.asarray(np.linalg.inv(at.homography), np.float64), sheet.grey.shape)
    blank = picture.copy()
    cv2.fillConvexPoly(blank, np.round(corners).astype(np.int32), _PAPER)
    return blank


def _page_looks(sheet: Sheet, seen: Seen, grey: Column) -> Looks:
    """The looks of one page's words, standing alone."""
    places = sheet.centres / sheet.scale
    off, reach = seen.off_px / sheet.scale, sheet.amplitude / sheet.scale
    short = np.sqrt(1 + _SHORT_PT * sheet.scale / sheet.length_px)
    along = rest(places, _component(off, sheet.along), reach[:, 0], STRAY_PT, short)
    up = rest(places, _component(off, sheet.up), reach[:, 1], STRAY_PT, np.ones(len(places)))
    ink = rest(places, seen.ink, grey / 2, _STRAY_GREY, short)
    light = np.full(len(places), np.nan)
    if ink.moved and np.nanmedian(ink.sigma) < _SURE * float(grey.max()):
        light = grey / 2 - ink.value
    return Looks(along.value, up.value, light, along.sigma, up.sigma, np.where(np.isfinite(light), ink.sigma, np.nan))


def _component(off: Points, direction: Points) -> Column:
    return np.asarray((off * direction).sum(axis=1))


def _enter(looks: Looks, words: NDArray[np.intp], page: Looks) -> None:
    """Put the looks of a page in, where they are surer than what is there."""
    for name in ("along_pt", "up_pt", "grey"):
        value, sigma = getattr(looks, name), getattr(looks, f"sigma_{name}")
        new_value, new_sigma = getattr(page, name), getattr(page, f"sigma_{name}")
        better = np.isfinite(new_sigma) & ~(sigma[words] <= new_sigma)
        value[words[better]], sigma[words[better]] = new_value[better], new_sigma[better]
