"""What the pictures of an exhibit show of a template's words. No codeword is in reach here (V5).

All that is used is the master, how far its copies may move each word, and the pictures.
"""

from collections.abc import Sequence
from dataclasses import fields

import numpy as np

from whosecopy.carriers.layout import GREY, LUMINANCE, place, reaches
from whosecopy.carriers.registry import is_layout
from whosecopy.media.leak import PagePicture
from whosecopy.media.picture.draw import draw_page
from whosecopy.media.picture.likely import likely_pages
from whosecopy.media.picture.measure import Master, Reach, looks_of_pictures
from whosecopy.media.picture.sheet import Grey, Shot
from whosecopy.model import Looks, Template, codec
from whosecopy.model.measured import Measured, Numbers, PageInPicture

_PLACES = 4


def measure_pictures(template: Template, master: bytes, pictures: Sequence[PagePicture]) -> Measured:
    """What `pictures` show of the words of `template`, whose file is `master`.

    Raises `InputError` where a page of the master cannot be drawn.
    """
    layout = template.layout
    words = [template.text[word.start : word.end] for word in layout.words]
    pages: list[list[str]] = [[] for _ in layout.pages_pt]
    for word, text in zip(layout.words, words, strict=True):
        pages[word.page].append(text)
    likely = [likely_pages(picture.words, pages) for picture in pictures]

    def draw(page: int, scale: float) -> Grey:
        return draw_page(master, page, scale, "the master")

    pages_of = Master(layout, words, _reach(template), draw)
    looks, found = looks_of_pictures([_shot(picture) for picture in pictures], likely, pages_of)
    places = tuple(
        PageInPicture(one.picture, one.page, one.inliers, one.change, layout.pages_pt[one.page], one.view)
        for one in found
    )
    shown = {one.page for one in found}
    kept = [k for k, word in enumerate(layout.words) if word.page in shown]
    return Measured(
        codec.digest(template).hex(), len(pictures), places, tuple(kept),
        tuple(layout.words[k].page for k in kept), tuple(layout.words[k].box_pt for k in kept), *_columns(looks, kept),
    )  # fmt: skip


def _shot(picture: PagePicture) -> Shot:
    grey = np.frombuffer(picture.pixels, dtype=np.uint8).reshape(picture.height, picture.width)
    return Shot(grey, picture.words, np.array(picture.boxes, dtype=np.float64).reshape(-1, 4), picture.upright)


def _reach(template: Template) -> Reach:
    sites = [site for site in template.sites if is_layout(site.carrier)]
    grey = np.zeros(len(template.layout.words))
    for site in sites:
        if site.carrier == LUMINANCE.name:
            grey[place(site)[0]] = GREY
    return Reach(*reaches(template.layout, sites), grey)


def _columns(looks: Looks, kept: Sequence[int]) -> list[Numbers]:
    columns = (getattr(looks, field.name)[list(kept)] for field in fields(Looks))
    return [tuple(None if np.isnan(value) else round(float(value), _PLACES) for value in column) for column in columns]
