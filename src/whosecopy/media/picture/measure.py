"""From pictures to `Looks`: find the master's pages in them and measure every word.

Nothing here is made from copies: pages are drawn from the master, and how far a word may have moved is the same
for all copies (STATISTICS V5).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from whosecopy.media.picture.anchors import register_by_words
from whosecopy.media.picture.features import Change, PageFeatures, PictureFeatures
from whosecopy.media.picture.looks import enter, page_looks
from whosecopy.media.picture.register import (
    ENOUGH_INLIERS,
    Registration,
    outline,
    register,
)
from whosecopy.media.picture.sheet import Grey, Sheet, Shot, make_sheet, scale_of
from whosecopy.media.picture.twins import Asked, Screen, exact_looks
from whosecopy.media.picture.unwarp import Unwarped, unwarp
from whosecopy.media.picture.words import seen_words
from whosecopy.media.picture.worn import clearer, register_worn
from whosecopy.model.layout import Column, Layout, Looks

_KEPT_PAGES = 6
_ONE_PAGE = 0.6
"""A page that takes more of a picture than this leaves no room for another."""
_PAPER = 235
_VIEW_DPI, _VIEW_STEP = 80, 16


DrawPageEnds = Callable[[int, Sequence[Asked]], list[Grey | None]]
"""`twins.DrawEnds` of any page."""


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
    """The pages of a master, drawn when looked for; only the last few are kept. `texts` are its words.

    `draw(page, scale)` gives a grey picture of one, `scale` pixels per point; `draw_ends`, where there is one, pictures
    with all words at one end of their reach.
    """

    layout: Layout
    texts: Sequence[str]
    reach: Reach
    draw: Callable[[int, float], Grey]
    draw_ends: DrawPageEnds | None = None
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


_CHANGES = {
    "": Change(),
    "colours inverted": Change(inverted=True),
    "mirrored": Change(mirrored=True),
    "mirrored, colours inverted": Change(mirrored=True, inverted=True),
}


def looks_of_pictures(
    pictures: Sequence[Shot], likely: Sequence[Sequence[int]], master: Master
) -> tuple[Looks, list[Found]]:
    """What `pictures` show of every word of the master, and which pages they show.

    `likely[k]` are the pages of the master that picture k may show, the likeliest first. A word that several
    pictures show is read from the one that is surest of it.
    """
    looks = Looks.nothing(len(master.layout.words))
    places: list[Found] = []
    for number, (picture, pages) in enumerate(zip(pictures, likely, strict=True)):
        for found, seen in _pages_in(picture, pages, master, number):
            places.append(found)
            enter(looks, master.page(found.page)[2], seen)
    return looks, places


def _pages_in(shot: Shot, pages: Sequence[int], master: Master, number: int) -> Iterator[tuple[Found, Looks]]:
    """Every page found in the picture and what it shows of its words, each sought in what the others leave of it."""
    left, ways = list(pages), {"": Change()} if shot.upright else _CHANGES
    while left:
        sought = _sought(shot, ways)
        for page in left:
            laid = _laid(sought, page, master)
            if laid is not None:
                sheet, _, _ = master.page(page)
                found = Found(number, page, laid.change, laid.at.inliers, _view(laid.shown, sheet))
                yield found, _looks(sought.features[laid.change].grey, laid, page, master)
                break
        else:
            return
        left.remove(page)
        blank, share = _without(sought.features[laid.change].grey, laid.at, sheet)
        if share > _ONE_PAGE:
            return
        shot, ways = replace(shot, grey=blank), {laid.change: Change()}


@dataclass(slots=True, eq=False)
class _Sought:
    """A picture that pages are sought in, and its features, changed in each way that it may have been."""

    shot: Shot
    features: dict[str, PictureFeatures]
    _cleared: PictureFeatures | None = None

    @property
    def cleared(self) -> PictureFeatures:
        """The features of the picture made clearer, for worn ones."""
        self._cleared = self._cleared or PictureFeatures(clearer(self.shot.grey))
        return self._cleared


def _sought(shot: Shot, ways: Mapping[str, Change]) -> _Sought:
    whole = PictureFeatures(shot.grey)
    return _Sought(shot, {name: whole.changed(way) if way != Change() else whole for name, way in ways.items()})


@dataclass(frozen=True, slots=True, eq=False)
class _Laid:
    """How the picture had to be changed, where a page lies in it, and the page as it shows it."""

    change: str
    at: Registration
    shown: Unwarped


def _looks(picture: Grey, laid: _Laid, page: int, master: Master) -> Looks:
    """What the picture shows of each word: by comparison with drawings where these explain it, else by its place."""
    sheet, _, words = master.page(page)
    looks = page_looks(sheet, seen_words(laid.shown, sheet), master.reach.grey[words])
    if master.draw_ends is None:
        return looks
    screen = Screen(picture, laid.at.homography, laid.shown, sheet, master.layout.pages_pt[page])
    exact = exact_looks(screen, partial(master.draw_ends, page))
    return exact.or_else(looks) if exact is not None else looks


def _laid(sought: _Sought, page: int, master: Master) -> _Laid | None:
    """The picture laid on the page in the first way in which it looks like it."""
    sheet, _, _ = master.page(page)
    for change, at in _registrations(sought, page, master):
        shown = unwarp(sought.features[change].grey, at.homography, sheet) if at.found else None
        if shown is not None:
            return _Laid(change, at, shown)
    return None


def _registrations(sought: _Sought, page: int, master: Master) -> Iterator[tuple[str, Registration]]:
    """How the picture may have to be changed, and where the page may lie in it: the quickest and likeliest first."""
    sheet, page_features, words = master.page(page)
    shot, features = sought.shot, sought.features
    texts = [master.texts[word] for word in words]
    by_words = register_by_words(shot.words, shot.boxes_px, shot.grey.shape, texts, sheet)
    as_it_is = "" in features
    if as_it_is and by_words.inliers >= ENOUGH_INLIERS:
        yield "", by_words
    way, at = register(list(features.values()), page_features)
    yield list(features)[way], at
    if as_it_is:
        yield "", by_words
        yield "", register_worn(sought.cleared, page_features)


def _view(shown: Unwarped, sheet: Sheet) -> bytes:
    """The unwarped page as a small PNG of few shades."""
    import cv2

    factor = _VIEW_DPI / 72 / sheet.scale
    small = cv2.resize(shown.page, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    shades = np.clip(np.round(small / _VIEW_STEP) * _VIEW_STEP, 0, 255).astype(np.uint8)
    return bytes(cv2.imencode(".png", shades)[1].tobytes())


def _without(picture: Grey, at: Registration, sheet: Sheet) -> tuple[Grey, float]:
    """The picture with paper where this page is, and the share of it that the page takes."""
    import cv2

    corners = outline(np.asarray(np.linalg.inv(at.homography), np.float64), sheet.grey.shape)
    mask = np.zeros_like(picture)
    cv2.fillConvexPoly(mask, np.round(np.clip(corners, -1e5, 1e5)).astype(np.int32), 1)
    return np.where(mask, np.uint8(_PAPER), picture), float(mask.mean())
