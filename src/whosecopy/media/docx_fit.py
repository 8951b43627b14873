"""Marks in the layout of a Word document that no line end notices."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from whosecopy.model import Document, Layout, Shift, Word

_ROUNDS = 6


def fitted(document: Document, set_words: Callable[[Document], Layout]) -> Document:
    """`document`, whose layout says which words can be marked, with the layout of its copies.

    `set_words(document)` sets a document with its shifts on pages and says where its words are. In trial copies
    neighbours meet and part as far as any copy can have them; words lose their marks where a line ends elsewhere
    than in the master. Places are those of words that are parted from their runs and not moved.
    """
    for _ in range(_ROUNDS):
        before = document.layout
        still = set_words(_trial(document, 0))
        trials = (still, set_words(_trial(document, 1)), set_words(_trial(document, -1)))
        moved = {line for trial in trials for line in broken_lines(before, trial)}
        if not moved:
            return replace(document, layout=_at_places_of(still, before))
        words = tuple(_unmarked(word) if word.line in moved else word for word in before.words)
        document = replace(document, layout=replace(before, words=words))
    words = tuple(_unmarked(word) for word in document.layout.words)
    return replace(document, layout=replace(document.layout, words=words))


def broken_lines(before: Layout, after: Layout) -> set[int]:
    """The first line of each block of `before` that ends elsewhere in `after`; what follows may only give way.

    Words that one of both layouts lacks are passed over.
    """
    there = {word.start: word for word in after.words}
    pairs = [(word, there[word.start]) for word in before.words if word.start in there]
    out: set[int] = set()
    found = False
    for (one, one_after), (other, other_after) in pairwise(pairs):
        found = found and other.start == one.end + 1
        if not found and (one.line == other.line) != (one_after.line == other_after.line):
            out.add(one.line)
            found = True
    return out


def _trial(document: Document, sign: int) -> Document:
    """`document` with its marked words in turn on one side and on the other, as far as copies have them."""
    marked = [(number, word.room_em) for number, word in enumerate(document.layout.words) if word.room_em]
    shifts = tuple(Shift(number, along_em=sign * room * (-1) ** k) for k, (number, room) in enumerate(marked))
    return replace(document, shifts=shifts)


def _at_places_of(still: Layout, marked: Layout) -> Layout:
    """The words of `marked` where `still` has them; those that it has not are without marks."""
    there = {word.start: word for word in still.words}
    words = []
    for word in marked.words:
        place = there.get(word.start)
        if place is None:
            words.append(_unmarked(word))
        else:
            words.append(replace(place, room_em=word.room_em, may_rise=word.may_rise, black=word.black))
    return replace(marked, words=tuple(words), pages_pt=still.pages_pt)


def _unmarked(word: Word) -> Word:
    return replace(word, room_em=0.0, may_rise=False, black=False)
