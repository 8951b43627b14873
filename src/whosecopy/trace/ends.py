"""The pages of a PDF with all words at one end of their reach: what screenshots are compared with.

The ends are the same for all copies and no copy is like one of them; no codeword is in reach here (STATISTICS V5).
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from whosecopy.carriers.layout import WORD_X, WORD_Y
from whosecopy.carriers.writing import marker
from whosecopy.errors import WhosecopyError
from whosecopy.media.dispatch import press, sealed_master
from whosecopy.media.picture.draw import draw_page
from whosecopy.media.picture.sheet import Grey
from whosecopy.model import Template

_ENDS = ((0, 0), (1, 0), (0, 1), (1, 1))


@dataclass(slots=True, eq=False)
class Ends:
    """Draws the pages of the PDF `master` with all words left or right, down or up; made when first asked for."""

    template: Template
    master: bytes
    _make: Callable[[int], bytes] | None = None
    _files: dict[int, bytes] = field(default_factory=dict)

    def draw(self, page: int, end: int, scale: float) -> Grey | None:
        """A page at `scale` pixels per point, at an end as `DrawEnd` counts them; None where there is no such file."""
        if end not in self._files:
            self._files[end] = b""
            with suppress(WhosecopyError):
                self._make = self._make or self._pressed()
                self._files[end] = self._make(end)
        return draw_page(self._files[end], page, scale, "the master") if self._files[end] else None

    def _pressed(self) -> Callable[[int], bytes]:
        opened = sealed_master(self.template, self.master, None)
        carriers = np.array(self.template.mark_carriers)
        mark = marker(opened, self.template)
        sides = [(carriers == WORD_X.name) * along + (carriers == WORD_Y.name) * up for along, up in _ENDS]
        ends = [mark(variants.astype(np.uint8)) for variants in sides]
        make = press(opened, ends)
        return lambda end: make(ends[end])
