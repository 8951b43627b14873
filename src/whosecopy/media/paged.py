"""Documents without pages of their own, as a typesetter sets them: where their words stand, and copies as PDF.

Each copy is set with its own wording, so that lines and pages may break elsewhere than the master's. What stays is the
number of a word: words are counted in the master's reading text.
"""

import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from whosecopy.media.dispatch import render
from whosecopy.media.normal import fold
from whosecopy.model import Document, Layout, Shift

Setter = Callable[[Document], bytes]
"""From a document with its edits to its pages, as a PDF."""


@dataclass(frozen=True, slots=True, eq=False)
class Paged:
    """A document as it was set: the PDF, taken apart; `numbers[k]` says which word of the master its k-th word is.

    -1 are words that are not the master's: of headers that are repeated, of other wordings, of numbered lists.
    """

    pdf: Document
    numbers: tuple[int, ...]


def typesetter(media: str) -> Setter:
    """Sets documents of a medium on pages; its program runs for as long as somebody holds this function.

    Raises `InputError` where nothing installed sets them.
    """
    from whosecopy.media.typeset import open_typesetter

    program = open_typesetter(media)

    def set_pages(document: Document) -> bytes:
        return program.pdf(render(document), "the document", document.encoding)

    weakref.finalize(set_pages, program.close)
    return set_pages


def laid_out(master: Document, set_pages: Setter, engine: str, issued_as: str) -> Document:
    """`master` with the layout that its words have once they are set on pages.

    Raises `InputError` where it cannot be set.
    """
    tokens = list(_tokens(master.text))
    paged = set_on_pages(master, {start: number for number, (start, _) in enumerate(tokens)}, set_pages)
    placed = {number: word for number, word in zip(paged.numbers, paged.pdf.layout.words, strict=True) if number >= 0}
    words = tuple(replace(placed[k], start=tokens[k][0], end=tokens[k][1]) for k in sorted(placed))
    return replace(master, layout=Layout(words, paged.pdf.layout.pages_pt, engine, issued_as))


def set_on_pages(document: Document, numbers: Mapping[int, int], set_pages: Setter) -> Paged:
    """`document` with its edits, set on pages; `numbers` are those of the master's words, by their first character."""
    from whosecopy.media.pdf import master

    pdf = master.parse(set_pages(document), "the document set on pages")
    text = document.edited_text()
    ours = list(_tokens(text))
    origin = dict(_origins(document))
    theirs = [pdf.text[word.start : word.end] for word in pdf.layout.words]
    found = [-1] * len(theirs)
    for k, j in _aligned([text[start:end] for start, end in ours], theirs):
        found[j] = numbers.get(origin.get(ours[k][0], -1), -1)
    return Paged(pdf, tuple(found))


def press(document: Document, set_pages: Setter) -> bytes:
    """The copy as PDF: `document` with its edits set on pages, and each word of `shifts` moved there.

    Words stay where they are that have no room in this copy.
    """
    from whosecopy.media.pdf import master

    numbers = {word.start: k for k, word in enumerate(document.layout.words)}
    paged = set_on_pages(replace(document, shifts=()), numbers, set_pages)
    shifts = _moved(document.shifts, paged)
    return master.write(paged.pdf.with_shifts(shifts))


def _moved(shifts: Sequence[Shift], paged: Paged) -> tuple[Shift, ...]:
    """The shifts of a master's words as those of the words of a copy, as far as these have room."""
    wanted = {shift.word: shift for shift in shifts}
    out = []
    for k, (number, word) in enumerate(zip(paged.numbers, paged.pdf.layout.words, strict=True)):
        shift = wanted.get(number)
        if shift is not None:
            along = max(-word.room_em, min(word.room_em, shift.along_em))
            out.append(Shift(k, along, shift.up_em if word.may_rise else 0.0, shift.grey if word.black else 0.0))
    return tuple(out)


def _tokens(text: str) -> Iterator[tuple[int, int]]:
    """The words of a text: spans of characters without white space."""
    at = 0
    for word in text.split():
        start = text.index(word, at)
        at = start + len(word)
        yield start, at


def _origins(document: Document) -> Iterator[tuple[int, int]]:
    """For each word of the edited text that no edit touches: where it begins there, and in the master's."""
    moved, edits = 0, [*document.edits]
    for start, end in _tokens(document.text):
        while edits and edits[0].end < start:
            edit = edits.pop(0)
            moved += len(edit.text) - (edit.end - edit.start)
        if not edits or edits[0].start > end:
            yield start + moved, start


def _aligned(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Which word of one text is which of another, both in reading order."""
    matcher = SequenceMatcher(None, [fold(one) for one in ours], [fold(one) for one in theirs])
    for block in matcher.get_matching_blocks():
        yield from ((block.a + k, block.b + k) for k in range(block.size))
