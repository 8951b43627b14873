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


def marks_on(template: Template, pages: Collection[int], box: Box = WHOLE) -> Shown:
    """Which marks have a word wholly inside `box` on one of `pages`."""
    layout = template.layout
    inside = np.zeros(len(layout.words), dtype=bool)
    for number, word in enumerate(layout.words):
        if word.page in pages:
            width, height = layout.pages_pt[word.page]
            left, top, right, bottom = box[0] * width, box[1] * height, box[2] * width, box[3] * height
            x0, y0, x1, y1 = word.box_pt
            inside[number] = x0 >= left and y0 >= top and x1 <= right and y1 <= bottom
    marked = [[site for site in mark.sites if is_layout(template.sites[site].carrier)] for mark in template.marks]
    return np.array([any(inside[place(template.sites[site])[0]] for site in sites) for sites in marked], dtype=bool)
