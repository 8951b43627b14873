"""Two bodies that say the same: one reading text, each character with its place in both."""

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from whosecopy.media.builder import gaps, united
from whosecopy.model import Document, Piece

_TOKEN = re.compile(r"\w+|[^\w\s]")
_SURE_TOKENS = 6


@dataclass(frozen=True, slots=True)
class _Stretch:
    """`length` characters from `start` in the one text are those from `other` in the other."""

    start: int
    other: int
    length: int


def twinned(document: Document, start: int, end: int, other: Document) -> Document:
    """`document` whose characters `start:end` also stand in the part that `other` was read from.

    Only stretches of six or more equal tokens count. What has no equal in `other`, or is protected there,
    is protected and loses its place in the file, so that no edit can ever reach one body alone.
    """
    free = [part for piece in other.pieces for part in _unprotected(piece, other.protected)]
    shared = [piece for stretch in _stretches(document.text, start, end, other.text) for piece in _moved(stretch, free)]
    inside = [piece for piece in document.pieces if start <= piece.start and piece.end <= end]
    outside = [piece for piece in document.pieces if not (start <= piece.start and piece.end <= end)]
    pairs = [pair for piece in inside for pair in _cut(piece, shared)]
    covered = united([(piece.start, piece.end) for piece in pairs])
    blocks = [(block.start, block.end) for block in document.blocks if start <= block.start and block.end <= end]
    lost = [gap for block in blocks for gap in gaps(covered, *block)]
    return replace(
        document,
        pieces=tuple(sorted([*outside, *pairs], key=lambda piece: (piece.start, piece.part))),
        protected=united([*document.protected, *lost]),
    )


def _stretches(text: str, start: int, end: int, other: str) -> list[_Stretch]:
    """What both texts say, in order; a single white-space character between two equal tokens counts as equal."""
    from rapidfuzz.distance import Levenshtein

    ours = [found.span() for found in _TOKEN.finditer(text, start, end)]
    theirs = [found.span() for found in _TOKEN.finditer(other)]
    out: list[_Stretch] = []
    for code in Levenshtein.opcodes([text[a:b] for a, b in ours], [other[a:b] for a, b in theirs]):
        length = code.src_end - code.src_start
        whole = length == len(ours) == len(theirs)
        if code.tag != "equal" or (length < _SURE_TOKENS and not whole):
            continue
        spans = zip(ours[code.src_start : code.src_end], theirs[code.dest_start : code.dest_end], strict=True)
        before: _Stretch | None = None
        for (a, b), (c, _) in spans:
            stretch = _Stretch(a, c, b - a)
            if before is not None and _adjoins(before, stretch):
                out.pop()
                stretch = _Stretch(before.start, before.other, b - before.start)
            out.append(stretch)
            before = stretch
    return out


def _adjoins(before: _Stretch, after: _Stretch) -> bool:
    """Whether nothing, or one white-space character, lies between two stretches in both texts."""
    ours = after.start - before.start - before.length
    theirs = after.other - before.other - before.length
    return ours == theirs <= 1


def _moved(stretch: _Stretch, free: list[Piece]) -> Iterator[Piece]:
    """The other text's pieces under a stretch, in our coordinates."""
    end = stretch.other + stretch.length
    number = max(bisect.bisect_right(free, stretch.other, key=lambda piece: piece.start) - 1, 0)
    for piece in free[number:]:
        if piece.start >= end:
            break
        low, high = max(piece.start, stretch.other), min(piece.end, end)
        cut = _sub(piece, low, high) if low < high else None
        if cut is not None:
            move = stretch.start - stretch.other
            yield replace(cut, start=low + move, end=high + move)


def _unprotected(piece: Piece, protected: tuple[tuple[int, int], ...]) -> Iterator[Piece]:
    for low, high in gaps(protected, piece.start, piece.end):
        cut = _sub(piece, low, high)
        if cut is not None:
            yield cut


def _sub(piece: Piece, low: int, high: int) -> Piece | None:
    """The part of a piece between two characters; None where it cannot be divided there."""
    if (low, high) == (piece.start, piece.end):
        return piece
    if piece.length != piece.end - piece.start:
        return None
    return replace(piece, start=low, end=high, offset=piece.offset + low - piece.start, length=high - low)


def _cut(piece: Piece, shared: list[Piece]) -> Iterator[Piece]:
    """Our piece and theirs, both cut to what they share; both bear the run of the part that has looks."""
    number = max(bisect.bisect_right(shared, piece.start, key=lambda other: other.start) - 1, 0)
    for other in shared[number:]:
        if other.start >= piece.end:
            break
        low, high = max(piece.start, other.start), min(piece.end, other.end)
        ours, theirs = _sub(piece, low, high), _sub(other, low, high)
        if low < high and ours is not None and theirs is not None:
            yield replace(ours, run=theirs.run)
            yield theirs
