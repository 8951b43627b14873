"""Pages with all words at one end of their reach: what screenshots are compared with.

The ends are the same for all copies and no copy is like one of them; no codeword is in reach here (STATISTICS V5).
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from whosecopy.errors import WhosecopyError
from whosecopy.media.picture.draw import Drawing, draw_pages
from whosecopy.media.picture.posed import posed
from whosecopy.media.picture.sheet import Grey
from whosecopy.media.picture.twins import Asked
from whosecopy.model import Shift, Template
from whosecopy.trace.reference import Reference

_ENDS = ((-1, -1), (1, -1), (-1, 1), (1, 1))


@dataclass(slots=True, eq=False)
class EndDrawer:
    """Draws pages of `reference` with all words at one end, as `Asked` counts them."""

    template: Template
    reference: Reference
    _files: dict[int, tuple[bytes, ...]] = field(default_factory=dict)

    def draw(self, page: int, asked: Sequence[Asked]) -> list[Grey | None]:
        """A page as often as asked for; None where it cannot be drawn."""
        if page not in self._files:
            self._files[page] = ()
            with suppress(WhosecopyError):
                self._files[page] = self._posed(page)
        if self._files[page]:
            drawings = [Drawing(one.end, 0, one.scale, one.program) for one in asked]
            with suppress(WhosecopyError):
                return draw_pages(self._files[page], drawings, "the master")
        return [None] * len(asked)

    def _posed(self, page: int) -> tuple[bytes, ...]:
        reach, words, texts = self.reference.reach(self.template), self.reference.layout.words, self.reference.words
        here = [number for number, word in enumerate(words) if word.page == page]
        along, up = ([float(column[k]) / words[k].size_pt for k in here] for column in (reach.along_pt, reach.up_pt))
        moving = [k for k in range(len(here)) if along[k] or up[k]]
        poses = [[Shift(k, right * along[k], high * up[k]) for k in moving] for right, high in _ENDS]
        return posed(self.reference.pdf, page, [texts[k] for k in here], poses)
