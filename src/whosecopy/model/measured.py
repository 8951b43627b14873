"""What the pictures of an exhibit show of a master's words, as it is kept with the case."""

from dataclasses import dataclass, fields

import numpy as np

from whosecopy.model.layout import Looks

Numbers = tuple[float | None, ...]
"""One number for each word, None where the picture does not show it."""


@dataclass(frozen=True, slots=True)
class PageInPicture:
    """Page `page` of the master (from 0) was found in picture number `picture` of the exhibit.

    `features` agree on where it lies; `change` says whether the picture had to be mirrored or inverted. `view` is
    the page as the picture shows it, brought into place: a small PNG of `size_pt`.
    """

    picture: int
    page: int
    features: int
    change: str
    size_pt: tuple[float, float]
    view: bytes = b""


@dataclass(frozen=True, slots=True)
class Measured:
    """The words of the pages that were found, in columns: number in the layout, box on the page, and looks.

    `pictures` is how many pictures the exhibit has, `template_sha256` whose layout the numbers are of. The looks
    are those of `Looks`.
    """

    template_sha256: str
    pictures: int
    pages: tuple[PageInPicture, ...] = ()
    words: tuple[int, ...] = ()
    on_page: tuple[int, ...] = ()
    boxes_pt: tuple[tuple[float, float, float, float], ...] = ()
    along_pt: Numbers = ()
    up_pt: Numbers = ()
    grey: Numbers = ()
    sigma_along_pt: Numbers = ()
    sigma_up_pt: Numbers = ()
    sigma_grey: Numbers = ()

    def looks(self, count: int) -> Looks:
        """The looks of all `count` words of the layout."""
        out = Looks.nothing(count)
        for field in fields(Looks):
            seen = [np.nan if value is None else value for value in getattr(self, field.name)]
            getattr(out, field.name)[list(self.words)] = seen
        return out
