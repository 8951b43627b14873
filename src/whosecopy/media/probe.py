"""A trial edit of everything that may be edited: what does not come back exactly gets protected."""

import bisect
from collections.abc import Callable, Iterator
from dataclasses import replace

from whosecopy.errors import InputError
from whosecopy.media.builder import gaps, united
from whosecopy.model import Document, Edit

_ROUNDS = 8
_NEXT = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "bcdefghijklmnopqrstuvwxyzaBCDEFGHIJKLMNOPQRSTUVWXYZA"
)


def proven(document: Document, rewritten: Callable[[Document], Document]) -> Document:
    """`document`, with every block protected in which a trial edit did not read back as written.

    The trial moves each unprotected ASCII letter on by one; `rewritten` writes the file and reads it again.
    """
    for _ in range(_ROUNDS):
        trial = document.with_edits(tuple(_trial(document)))
        try:
            found = rewritten(trial)
        except InputError:
            break
        wrong = _first_wrong(trial.edited_text(), found.text)
        wrong = _first_lost(document, found) if wrong is None else wrong
        if wrong is None:
            return document
        document = _guarded(document, wrong)
    return replace(document, protected=((0, len(document.text)),))


def _trial(document: Document) -> Iterator[Edit]:
    for start, end in _free(document):
        old = document.text[start:end]
        new = old.translate(_NEXT)
        if new != old:
            yield Edit(start, end, new)


def _free(document: Document) -> Iterator[tuple[int, int]]:
    """The unprotected stretches of single pieces."""
    for start, end in sorted({(piece.start, piece.end) for piece in document.pieces}):
        yield from gaps(document.protected, start, end)


def _first_wrong(wanted: str, found: str) -> int | None:
    if wanted == found:
        return None
    for k, (a, b) in enumerate(zip(wanted, found, strict=False)):
        if a != b:
            return k
    return min(len(wanted), len(found))


def _first_lost(document: Document, found: Document) -> int | None:
    """The first span that became protected by the trial, as where the two bodies of an e-mail part ways."""
    known = document.protected
    for start, end in found.protected:
        number = bisect.bisect_right(known, (start, len(document.text) + 1)) - 1
        if number < 0 or known[number][1] < end:
            return max(start, known[number][1]) if number >= 0 else start
    return None


def _guarded(document: Document, at: int) -> Document:
    """The block at `at` protected, and the one before where it was protected already."""
    spans = [(block.start, block.end) for block in document.blocks]
    k = max(bisect.bisect_right([start for start, _ in spans], at) - 1, 0)
    while k > 0 and _inside(document, spans[k]):
        k -= 1
    return replace(document, protected=united([*document.protected, spans[k]]))


def _inside(document: Document, span: tuple[int, int]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in document.protected)
