"""Marks in the layout of a Word document that no line end notices."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from whosecopy.model import Document, Layout, Shift, Word

_BY_LINE, _ROUNDS = 4, 7


def fitted(document: Document, set_words: Callable[[Document], Layout]) -> Document:
    """`document`, whose layout says which words can be marked, with the layout of its copies.

    `set_words(document)` sets a document with its shifts on pages and says where its words are. In trial copies
    blanks are as wide and as narrow as any copy can have them; words lose their marks where a line ends elsewhere
    than in the master, at last in the whole block. Places are midway between both sides, with all that the program
    rounds.
    """
    for number in range(_ROUNDS):
        before = document.layout
        one, other = set_words(_trial(document, 1)), set_words(_trial(document, -1))
        moved = broken_lines(before, one) | broken_lines(before, other)
        if not moved:
            return replace(document, layout=_midway(before, one, other))
        document = replace(document, layout=_without(document, moved, whole=number >= _BY_LINE))
    every = {word.line for word in document.layout.words}
    return replace(document, layout=_without(document, every, whole=False))


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
    """`document` with its marked words on one side and on the other, as far as copies have them.

    Which side depends on the word alone: what one round has shown holds in the next.
    """
    words = enumerate(document.layout.words)
    sides = ((number, sign * word.room_em * (-1) ** (number // 2)) for number, word in words if word.room_em)
    return replace(document, shifts=tuple(Shift(number, along_em=along) for number, along in sides))


def _without(document: Document, lines: set[int], whole: bool) -> Layout:
    """The document's layout without the marks on these lines, or in their `whole` blocks."""
    starts = [block.start for block in document.blocks]
    block = {word.start: bisect_right(starts, word.start) for word in document.layout.words}
    blamed = {block[word.start] for word in document.layout.words if whole and word.line in lines}
    words = (
        _unmarked(word) if word.line in lines or block[word.start] in blamed else word for word in document.layout.words
    )
    return replace(document.layout, words=tuple(words))


def _midway(marked: Layout, one: Layout, other: Layout) -> Layout:
    """The words of `marked` midway between two places; those that one of both lacks are without marks."""
    here, there = ({word.start: word for word in layout.words} for layout in (one, other))
    words = []
    for word in marked.words:
        if word.start in here and word.start in there:
            boxes = zip(here[word.start].box_pt, there[word.start].box_pt, strict=True)
            left, top, right, bottom = (round((a + b) / 2, 3) for a, b in boxes)
            words.append(replace(word, box_pt=(left, top, right, bottom)))
        else:
            words.append(_unmarked(word))
    return replace(marked, words=tuple(words))


def _unmarked(word: Word) -> Word:
    return replace(word, room_em=0.0, may_rise=False, black=False)
