"""Documents without pages of their own, as a typesetter sets them: where their words stand, and copies as PDF.

Each copy is set with its own wording, so that lines and pages may break elsewhere than the master's. What stays is the
number of a word: words are counted in the master's reading text.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from whosecopy.media.dispatch import PDF, render
from whosecopy.media.typeset import Moves, Typesetter, number
from whosecopy.model import Document, Layout

_NAME = "the document"


@dataclass(frozen=True, slots=True, eq=False)
class Paged:
    """A document as it was set: the PDF, what it says, and where; `numbers[k]` is the number of its k-th word.

    -1 are words that are not the master's: of headers that are repeated, of other wordings, of numbered lists.
    """

    pdf: bytes
    text: str
    layout: Layout
    numbers: tuple[int, ...]


def laid_out(master: Document, typesetter: Typesetter, engine: str, issued_as: str) -> Document:
    """`master` with the layout that its words have once they are set on pages.

    How far they may move is tried out where copies are to be PDFs.
    Raises `InputError` where it cannot be set.
    """
    tokens = list(_tokens(master.text))
    found = set_on_pages(master, {start: k for k, (start, _) in enumerate(tokens)}, typesetter, issued_as == PDF)
    placed = {k: word for k, word in zip(found.numbers, found.layout.words, strict=True) if k >= 0}
    words = tuple(replace(placed[k], start=tokens[k][0], end=tokens[k][1]) for k in sorted(placed))
    return replace(master, layout=Layout(words, found.layout.pages_pt, engine, issued_as))


def set_on_pages(
    document: Document, numbers: Mapping[int, int], typesetter: Typesetter, tried_out: bool = False
) -> Paged:
    """`document` with its edits, set on pages; `numbers` are those of the master's words, by their first character.

    Only where it is `tried_out` is known how far its words may move.
    """
    if tried_out:
        from whosecopy.media.pdf import master

        pdf = typesetter.pdf(render(document), _NAME, document.encoding)
        parsed = master.parse(pdf, "the document set on pages")
        text, layout = parsed.text, parsed.layout
    else:
        pdf, text, layout = typesetter.placed(render(document), _NAME, document.encoding)
    there = [text[word.start : word.end] for word in layout.words]
    return Paged(pdf, text, layout, tuple(number(*_numbered(document, numbers), there)))


def press(document: Document, typesetter: Typesetter) -> bytes:
    """The copy as PDF: `document` with its edits set on pages, and each word of `shifts` moved there.

    Words stay where they are that have no room in this copy.
    """
    words, numbers = _numbered(document, {word.start: k for k, word in enumerate(document.layout.words)})
    moves = Moves(tuple(words), tuple(numbers), document.shifts)
    return typesetter.copy(render(replace(document, shifts=())), _NAME, moves, document.encoding)


def _numbered(document: Document, numbers: Mapping[int, int]) -> tuple[list[str], list[int]]:
    """The words of the edited text, and the number of each, -1 where an edit touches it."""
    text, origin = document.edited_text(), dict(_origins(document))
    spans = list(_tokens(text))
    return [text[start:end] for start, end in spans], [numbers.get(origin.get(start, -1), -1) for start, _ in spans]


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
