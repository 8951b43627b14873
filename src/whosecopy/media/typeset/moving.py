"""A copy out of a PDF that was set for it: its words moved, and read again.

Nothing is tried out beforehand, as copies of a PDF master are: what counts is the finished copy, which has to read as
its own pages did before.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from whosecopy.errors import InputError
from whosecopy.media.same_words import same_words
from whosecopy.model.layout import Shift

if TYPE_CHECKING:
    from whosecopy.media.pdf.analysis import Analysis
    from whosecopy.media.pdf.proof import Texts

_ROUNDS = 4
_LEVEL = 9


@dataclass(frozen=True, slots=True)
class Moves:
    """What a copy moves: `words` of its text in reading order, which word of the master each is, -1 if none, and the
    master's `shifts`.
    """

    words: tuple[str, ...]
    numbers: tuple[int, ...]
    shifts: tuple[Shift, ...]


def moved(pdf: bytes, moves: Moves, name: str) -> bytes:
    """The pages of `pdf` with words moved as far as they have room there.

    Words at which PDFium, or Poppler where it is installed, would read the copy otherwise stay where they are.
    Raises `InputError` where it reads otherwise all the same.
    """
    from whosecopy.media.pdf.analysis import analyse, plate
    from whosecopy.media.pdf.proof import read_texts

    analysis = analyse(pdf, name)
    shifts = [*_here(moves, analysis)]
    made = plate(analysis, shifts)
    pages = range(len(analysis.pages))
    before = read_texts(pdf, pages)
    for turn in range(_ROUNDS):
        copy = made.drawn(shifts, _LEVEL)
        wrong = _wrong(analysis, before, read_texts(copy, pages), whole_pages=turn == _ROUNDS - 2)
        if not wrong:
            return copy
        shifts = [replace(one, along_em=0.0, up_em=0.0) if one.word in wrong else one for one in shifts]
    raise InputError(f"{name}: a copy would not read as it is set; save the document as PDF and seal that")


def number(words: Sequence[str], numbers: Sequence[int], there: Sequence[str]) -> list[int]:
    """For each word of another text its number, where `words` have `numbers`; -1 where these lack it."""
    out = [-1] * len(there)
    for k, j in same_words(words, there):
        out[j] = numbers[k]
    return out


def _here(moves: Moves, analysis: "Analysis") -> Iterator[Shift]:
    """The shifts of a master's words as those of the words of a copy, as far as these have room."""
    words = analysis.layout.words
    wanted = {shift.word: shift for shift in moves.shifts}
    said = [analysis.text[word.start : word.end] for word in words]
    for k, (ours, word) in enumerate(zip(number(moves.words, moves.numbers, said), words, strict=True)):
        shift = wanted.get(ours)
        if shift is not None:
            along = max(-word.room_em, min(word.room_em, shift.along_em))
            yield Shift(k, along, shift.up_em if word.may_rise else 0.0, shift.grey if word.black else 0.0)


def _wrong(analysis: "Analysis", before: "Texts", after: "Texts", whole_pages: bool) -> set[int]:
    """The words at which a copy reads otherwise; with `whole_pages` all of the pages that do."""
    from whosecopy.media.pdf.proof import suspects

    out: set[int] = set()
    for ours, theirs in ((before.pdfium, after.pdfium), (before.poppler, after.poppler)):
        texts = [ours.get(page, "") for page in range(len(analysis.pages))]
        otherwise = {page: theirs.get(page, "") for page in ours if theirs.get(page, "") != ours[page]}
        out |= suspects(analysis.layout.words, analysis.text, texts, otherwise, whole_pages)
    return out
