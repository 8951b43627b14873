"""Which marks a page shows, or a part of it: what forecasts of pictures and their measurements count."""

from collections import Counter
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from whosecopy.carriers.layout import place
from whosecopy.carriers.registry import is_layout
from whosecopy.model import Template

Box = tuple[float, float, float, float]
"""Left, top, right, bottom of a part of a page, in shares of its sides."""
Shown = NDArray[np.bool_]
"""Which marks are shown: shape (m,)."""

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
QUARTERS: tuple[Box, ...] = ((0.0, 0.0, 0.5, 0.5), (0.5, 0.0, 1.0, 0.5), (0.0, 0.5, 0.5, 1.0), (0.5, 0.5, 1.0, 1.0))
_FULL = 0.5


def full_pages(template: Template) -> list[int]:
    """The pages, from 0, with at least half as many marked places as the page that has most; none of a text."""
    marked = [site for site in template.sites if is_layout(site.carrier)]
    places = Counter(template.layout.words[place(site)[0]].page for site in marked)
    return sorted(page for page, held in places.items() if held >= _FULL * max(places.values()))


class Sheets:
    """The marks of a template by their words' places, looked up once for many pages."""

    def __init__(self, template: Template) -> None:
        layout = template.layout
        self._pages = np.array([word.page for word in layout.words], np.int64)
        self._boxes = np.array([word.box_pt for word in layout.words]).reshape(-1, 4)
        self._sizes = np.array(layout.pages_pt).reshape(-1, 2)
        self._count = len(template.marks)
        marked = [
            (number, place(template.sites[site])[0])
            for number, mark in enumerate(template.marks)
            for site in mark.sites
            if is_layout(template.sites[site].carrier)
        ]
        self._marks, self._words = np.array(marked, np.int64).reshape(-1, 2).T

    def marks_on(self, pages: Collection[int], box: Box = WHOLE) -> Shown:
        """Which marks have a word wholly inside `box` on one of `pages`."""
        inside = np.isin(self._pages, list(pages))
        size = self._sizes[self._pages[inside]]
        low, high = self._boxes[inside, :2], self._boxes[inside, 2:]
        inside[inside] = ((low >= size * box[:2]) & (high <= size * box[2:])).all(axis=1)
        shown = np.zeros(self._count, dtype=bool)
        shown[self._marks[inside[self._words]]] = True
        return shown


def marks_on(template: Template, pages: Collection[int], box: Box = WHOLE) -> Shown:
    """Which marks have a word wholly inside `box` on one of `pages`; for many pages `Sheets` is faster."""
    return Sheets(template).marks_on(pages, box)
