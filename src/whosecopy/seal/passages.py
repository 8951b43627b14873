"""Which marks a part of a document shows: of a text in words, of pages as pieces of paper."""

import numpy as np

from whosecopy.model import Template
from whosecopy.seal.sheets import QUARTERS, WHOLE, Sheets, Shown, full_pages

PAGE_WORDS = 350
_PARAGRAPH_WORDS = 40
_CONTEXT = 8
_STEP, _STRETCHES, _PARTS = 5, 400, 40
"""How many words apart the stretches begin that are looked at, about how many of a long text are, and of a part."""


class Passages:
    """The passages of a template; each is told by the marks that it shows, shape (m,)."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self._places = np.array([_with_context(template, k) for mark in template.marks for k in mark.sites]).reshape(
            -1, 2
        )
        self._first_place = np.cumsum([0, *(len(mark.sites) for mark in template.marks)])[:-1]
        self._words = _word_starts(template.text)
        self._known: dict[str, list[Shown]] = {}

    @property
    def words(self) -> int:
        """How many words there are."""
        return len(self._words)

    def of(self, part: str) -> list[Shown]:
        """Every passage that a `part` (as attacks name them) may be."""
        if part not in self._known:
            self._known[part] = self._looked_up(part)
        return self._known[part]

    def best(self, length: int) -> Shown:
        """The passage of `length` words that shows most marks, among some 400 evenly spread."""
        ends = [*self._words, len(self._template.text)]
        last = len(self._words) - length
        starts = range(0, last + 1, max(_STEP, last // _STRETCHES))
        stretches = [(ends[k], ends[min(k + length, len(self._words))]) for k in starts]
        return max((self._visible(one) for one in stretches or [(0, ends[-1])]), key=np.sum)

    def _looked_up(self, part: str) -> list[Shown]:
        if part in ("sheet", "quarter"):
            boxes, sheets = QUARTERS if part == "quarter" else (WHOLE,), Sheets(self._template)
            return [sheets.marks_on({page}, box) for page in full_pages(self._template) for box in boxes]
        return [self._visible(stretch) for stretch in self._parts(part)]

    def _visible(self, part: tuple[int, int]) -> Shown:
        """Which marks have a site that `part` of the text shows with enough words on both sides: shape (m,)."""
        inside = (self._places[:, 0] >= part[0]) & (self._places[:, 1] <= part[1])
        return np.logical_or.reduceat(inside, self._first_place) if inside.size else np.zeros(0, dtype=bool)

    def _master_words(self, copied: int) -> int:
        """How many words of the master stand in `copied` words of a copy, whose variants may be longer."""
        master = len(self._words)
        extra = sum(
            sum(len(variant.split()) for variant in site.variants) / len(site.variants) - len(site.variants[0].split())
            for site in self._template.sites
        )
        return int(copied * master / max(1.0, master + extra))

    def _parts(self, part: str) -> list[tuple[int, int]]:
        """The stretches of the text (characters) that a part may be."""
        text = self._template.text
        words = self._words
        size = {"whole": len(words), "half": len(words) // 2, "page": self._master_words(PAGE_WORDS)}.get(part, 0)
        if part == "paragraph":
            long = [(a, b) for a, b in self._template.blocks if len(text[a:b].split()) >= _PARAGRAPH_WORDS]
            return long or list(self._template.blocks)
        if size >= len(words):
            return [(0, len(text))]
        step = max(1, (len(words) - size) // _PARTS)
        return [(words[k], [*words, len(text)][k + size]) for k in range(0, len(words) - size + 1, step)]


def _with_context(template: Template, number: int) -> tuple[int, int]:
    """A site and the text around it without which no leak lets it be read."""
    site = template.sites[number]
    return max(0, site.start - _CONTEXT), min(len(template.text), site.end + _CONTEXT)


def _word_starts(text: str) -> list[int]:
    starts = [k for k in range(len(text)) if not text[k].isspace() and (k == 0 or text[k - 1].isspace())]
    return starts or [0]
