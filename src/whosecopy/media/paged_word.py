"""Word documents whose copies stay Word documents: marked in their layout where no line or page breaks elsewhere."""

from collections.abc import Collection
from dataclasses import replace

from whosecopy.media import docx
from whosecopy.media.dispatch import DOCX, render
from whosecopy.media.docx_fit import broken_lines, fitted
from whosecopy.media.paged import laid_out
from whosecopy.media.typeset import Typesetter
from whosecopy.model import Document, Layout, Shift

_ROUNDS = 4


def laid_out_as_word(master: Document, typesetter: Typesetter, engine: str) -> Document:
    """`master` with the places of its words, and what they may carry in a Word document.

    Raises `InputError` where it cannot be set.
    """
    laid = laid_out(master, typesetter, engine, DOCX)
    able = replace(laid, layout=docx.markable(laid, laid.layout))
    return fitted(able, lambda document: _places(document, typesetter))


def in_place(document: Document) -> Document:
    """`document` with its words parted as in every copy, none of them moved."""
    words = enumerate(document.layout.words)
    return replace(document, shifts=tuple(Shift(k) for k, word in words if word.room_em or word.black))


def write(document: Document, typesetter: Typesetter) -> bytes:
    """The copy as a Word document: `document` with its edits and shifts.

    Words are not moved on lines that would then end elsewhere than with the same wording and no word moved.
    """
    still = _places(in_place(document), typesetter)
    for _ in range(_ROUNDS):
        broken = broken_lines(still, _places(document, typesetter))
        if not broken:
            return render(document)
        starts = {word.start for word in still.words if word.line in broken}
        document = _kept(document, {k for k, word in enumerate(document.layout.words) if word.start in starts})
    return render(_kept(document, range(len(document.layout.words))))


def _kept(document: Document, words: Collection[int]) -> Document:
    """`document` with these words, by number, in their places."""
    shifts = (replace(one, along_em=0.0) if one.word in words else one for one in document.shifts)
    return replace(document, shifts=tuple(shifts))


def _places(document: Document, typesetter: Typesetter) -> Layout:
    return laid_out(document, typesetter, "", "").layout
