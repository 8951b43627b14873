"""The pages that a leak is laid on. No codeword is in reach here (STATISTICS V5).

Those of a PDF are the master's. Other documents are set on pages with the wording that was read from the leak: where a
copy has "do not" and the master "don't", lines may break elsewhere.
"""

from dataclasses import dataclass

import numpy as np

from whosecopy.carriers.layout import GREY, LUMINANCE, place, reaches
from whosecopy.carriers.registry import is_layout
from whosecopy.carriers.writing import marked
from whosecopy.errors import InputError
from whosecopy.media.align import align
from whosecopy.media.dispatch import DOCX
from whosecopy.media.paged import set_on_pages
from whosecopy.media.paged_word import in_place
from whosecopy.media.picture.measure import Reach
from whosecopy.media.typeset import Typesetter
from whosecopy.model import Document, Edit, Floats, Layout, Template
from whosecopy.trace.read import likely_wording

_LONG = 600
"""Characters, several lines."""
_NEAR, _HEAD_WORDS = 200, 2
_LINE_END = "\N{PARAGRAPH SEPARATOR}"


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """Pages as a PDF: their text, their words, and which word of the template's layout each of these is, or -1."""

    pdf: bytes
    text: str
    layout: Layout
    numbers: tuple[int, ...]

    @property
    def words(self) -> list[str]:
        """What the words say."""
        return [self.text[word.start : word.end] for word in self.layout.words]

    def reach(self, template: Template) -> Reach:
        """How far copies of `template` may change each word here: the same for all copies."""
        sites = [site for site in template.sites if is_layout(site.carrier)]
        grey = np.zeros(len(template.layout.words))
        grey[[place(site)[0] for site in sites if site.carrier == LUMINANCE.name]] = GREY
        return Reach(*(self._here(column) for column in (*reaches(template.layout, sites), grey)))

    def _here(self, column: Floats) -> Floats:
        numbers = np.array(self.numbers, dtype=np.intp)
        return np.asarray(np.where(numbers >= 0, np.append(column, 0.0)[numbers], 0.0))


def own_pages(template: Template, master: bytes) -> Reference:
    """The pages of a PDF `master`."""
    return Reference(master, template.text, template.layout, tuple(range(len(template.layout.words))))


def pages_as_worded(template: Template, master: Document, leak_text: str, typesetter: Typesetter) -> Reference:
    """`master` on pages, worded as the leak says where it says something; made from no copy.

    Raises `InputError` where it cannot be set.
    """
    worded = marked(master, template, likely_wording(template, leak_text), wording_only=True)
    numbers = {word.start: number for number, word in enumerate(template.layout.words)}
    worded = in_place(worded) if template.layout.issued_as == DOCX else worded
    try:
        paged = set_on_pages(_with_line_ends(worded, template, leak_text), numbers, typesetter)
    except InputError:
        paged = set_on_pages(worded, numbers, typesetter)
    return Reference(paged.pdf, paged.text, paged.layout, paged.numbers)


def _with_line_ends(worded: Document, template: Template, leak_text: str) -> Document:
    """`worded` with a line ended where the leak begins in the middle of a long paragraph.

    How the lines before are worded is not known, so that they would end elsewhere. A page begins with a line, and from
    there on lines end as in the leak.
    """
    edits: list[Edit] = []
    aligned = align(template.text, leak_text)
    seen = []
    for one in sorted(aligned.segments, key=lambda one: one.start):
        start, end = aligned.master.span(one.start, one.end)
        seen.append((_begin(template.text, start, leak_text[: aligned.leak.offsets[one.leak_start]]), end))
    unread = [site.start for site in template.sites if not is_layout(site.carrier)]
    for first, last in template.blocks:
        start = next((max(start, first) for start, end in seen if start < last and end > first), 0)
        blank = start - 1
        long = start - first >= _LONG and any(first <= one < blank for one in unread)
        free = all(edit.end <= blank or edit.start >= start for edit in worded.edits)
        if long and free and template.text[blank] == " ":
            edits.append(Edit(blank, start, _LINE_END))
    return worded.with_edits(tuple(edits))


def _begin(text: str, start: int, leak_before: str) -> int:
    """Where in `text` a passage of the leak begins that is aligned from `start` on; words before may differ."""
    head = " ".join(leak_before.rpartition("\n\n")[2].split()[:_HEAD_WORDS])
    at = text.rfind(f" {head}", max(start - _NEAR, 0), start) if head else -1
    return at + 1 if at >= 0 else start + text[start:].startswith(" ")
