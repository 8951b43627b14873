"""Marks in the layout of a Word document: words moved by their blanks, and words in dark grey.

A word is moved along its line by printing the blank before it wider and the one after it narrower, or the other
way round: the rest of the line stays. All words that can be marked are parted from their runs in every copy,
whichever way they are marked, as typesetters round at each joint.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from unicodedata import bidirectional

import numpy as np

from whosecopy.media.docx_runs import COLOUR, SCALE, Runs, Segment, TextRun, parted
from whosecopy.media.patch import Change
from whosecopy.model import Document, Layout, Piece, Shift, Word

PER_CENT = 15
"""By how much of its width a blank grows or shrinks where it moves a word."""
GREY = "1A1A1A"
_LEAST_EM, _MOST_EM = 0.028, 0.06
_NARROW = 10
_KINDS = frozenset({"paragraph", "item", "cell"})
_BACKWARDS = frozenset({"R", "AL", "AN"})
_BLACK = frozenset({"", "auto", "000000"})


@dataclass(frozen=True, slots=True)
class Source:
    """One part of a Word document: its `runs`, and the `pieces` of the reading text that stand there as they read."""

    runs: Runs
    pieces: tuple[Piece, ...]

    @classmethod
    def of(cls, document: Document, part: str, runs: Runs) -> "Source":
        """The part named `part` of `document`."""
        exact = (piece for piece in document.pieces if piece.length == piece.end - piece.start)
        return cls(runs, tuple(piece for piece in exact if piece.part == part))

    def segments(self, start: int, end: int, values: Mapping[str, str]) -> Iterator[Segment]:
        """Characters `start:end` of the reading text as stretches of the source."""
        first = max(bisect_right(self.pieces, start, key=lambda piece: piece.start) - 1, 0)
        for number in range(first, len(self.pieces)):
            piece = self.pieces[number]
            if piece.start >= end:
                break
            low, high = max(start, piece.start), min(end, piece.end)
            if low < high:
                at = piece.offset - piece.start
                yield Segment(low + at, high + at, tuple(values.items()))

    def plain_runs(self, start: int, end: int) -> list[TextRun]:
        """The runs of these characters; none where one of them stands nowhere, or in a run that must stay whole."""
        found = [*self.segments(start, end, {})]
        runs = [self.runs.at(one.start) for one in found]
        plain = [run for run in runs if run is not None and run.plain]
        return plain if sum(one.end - one.start for one in found) == end - start and len(plain) == len(runs) else []


def markable(document: Document, layout: Layout, source: Source) -> Layout:
    """`layout` with the marks that words may carry in `source`, the body of a Word document.

    These are words that are neither first nor last on their lines and stand between blanks in plain runs, outside
    of what is protected. Every second one has room: where neighbours met, some programs would read them as one. No
    word may rise: raised words make their lines taller. Black are words that were set in black, as `layout` says,
    and whose runs say nothing else.
    """
    widths = _blanks_em(document, layout)
    running = _Running(document)
    words: list[Word] = []
    for number, (word, width) in enumerate(zip(layout.words, widths, strict=True)):
        room = round(PER_CENT / 100 * width, 4)
        free = _LEAST_EM <= room <= _MOST_EM and word.turn == 0 and _within_line(layout, number)
        runs = source.plain_runs(word.start - 1, word.end + 1) if free and running.allows(word) else []
        black = bool(runs) and word.black and all(run.value(COLOUR) in _BLACK for run in runs)
        beside = bool(words) and words[-1].room_em > 0
        words.append(replace(word, room_em=room if runs and not beside else 0.0, may_rise=False, black=black))
    return replace(layout, words=tuple(words))


def changes(document: Document, source: Source) -> list[Change]:
    """What `document.shifts` change in `source`, beside what its edits do.

    A word keeps its place if an edit touches it or its blanks.
    """
    shifts = {shift.word: shift for shift in document.shifts}
    edited = _Edited(document)
    steps: dict[int, float] = {}
    looks: list[tuple[int, int, dict[str, str]]] = []
    for number, word in enumerate(document.layout.words):
        if not (word.room_em or word.black) or edited.near(word):
            continue
        shift = shifts.get(number, Shift(number))
        step = max(-1.0, min(1.0, shift.along_em / word.room_em)) if word.room_em else 0.0
        steps[word.start - 1] = steps.get(word.start - 1, 0.0) + step
        steps[word.end] = steps.get(word.end, 0.0) - step
        if shift.grey:
            looks.append((word.start, word.end, {COLOUR: GREY}))
    looks += [(at, at + 1, {SCALE: str(round(100 + PER_CENT * step))}) for at, step in steps.items()]
    looks.sort(key=lambda one: one[0])
    return parted(source.runs, [segment for one in looks for segment in source.segments(*one)])


def _within_line(layout: Layout, number: int) -> bool:
    """Whether the words before and after stand on the same line, one character away."""
    if not 0 < number < len(layout.words) - 1:
        return False
    before, word, after = layout.words[number - 1 : number + 2]
    return before.line == word.line == after.line and before.end + 1 == word.start and word.end + 1 == after.start


def _blanks_em(document: Document, layout: Layout) -> list[float]:
    """How wide the blanks around each word are: the narrower ones of its block, as justified lines stretch them."""
    blocks = [block.start for block in document.blocks]
    owners = [bisect_right(blocks, word.start) for word in layout.words]
    gaps: dict[int, list[float]] = {}
    for owner, one, other in zip(owners, layout.words, layout.words[1:], strict=False):
        if one.line == other.line and one.end + 1 == other.start and one.size_pt == other.size_pt > 0:
            gaps.setdefault(owner, []).append((other.box_pt[0] - one.box_pt[2]) / one.size_pt)
    narrow = {owner: float(np.percentile(found, _NARROW)) for owner, found in gaps.items()}
    return [narrow.get(owner, 0.0) for owner in owners]


class _Running:
    """Which words stand in running text that carriers may change."""

    def __init__(self, document: Document) -> None:
        self._text, self._blocks, self._protected = document.text, document.blocks, document.protected
        self._usual: dict[int, bool] = {}

    def allows(self, word: Word) -> bool:
        """Whether a word and the blanks around it are in one block without tabs, left to right, unprotected."""
        low, high = word.start - 1, word.end + 1
        number = bisect_right(self._blocks, low, key=lambda block: block.start) - 1
        if number < 0 or high > self._blocks[number].end or not self._usual_block(number):
            return False
        text = self._text[low:high]
        blanks = text.startswith(" ") and text.endswith(" ")
        before = bisect_left(self._protected, (high, high)) - 1
        free = before < 0 or self._protected[before][1] <= low
        return blanks and free and not any(bidirectional(one) in _BACKWARDS for one in text)

    def _usual_block(self, number: int) -> bool:
        if number not in self._usual:
            block = self._blocks[number]
            self._usual[number] = block.kind in _KINDS and "\t" not in self._text[block.start : block.end]
        return self._usual[number]


class _Edited:
    """Where a document's edits are."""

    def __init__(self, document: Document) -> None:
        self._edits = document.edits

    def near(self, word: Word) -> bool:
        """Whether an edit reaches into a word or its blanks, or inserts something behind them."""
        low, high = word.start - 1, word.end + 1
        first = bisect_right(self._edits, low, key=lambda edit: edit.end)
        return any(edit.start < high or edit.start == edit.end == high for edit in self._edits[first : first + 2])
