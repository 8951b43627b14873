"""Collects what a reader reads, block by block, with the place of each stretch in the file."""

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from whosecopy.model import Block, Document, Piece

PROTECTED_KINDS = frozenset({"heading", "quote", "code", "matter"})
"""Kinds of block that no carrier may change."""
_BREAK = "\n\n"


@dataclass(frozen=True, slots=True)
class _Fragment:
    text: str
    offset: int
    length: int
    run: int
    protected: bool

    @property
    def exact(self) -> bool:
        return self.length == len(self.text)

    def without(self, head: int, tail: int) -> "_Fragment":
        """The fragment without some characters at its ends; one that cannot be divided stays whole."""
        if not self.exact or not (head or tail):
            return self
        text = self.text[head : len(self.text) - tail]
        return replace(self, text=text, offset=self.offset + head if self.offset >= 0 else -1, length=len(text))


@dataclass(slots=True)
class Builder:
    """Blocks opened one after the other, text added to the open one; `document` ends it.

    `part` and `escape` hold for the text added from now on.
    """

    escape: str = "none"
    part: str = ""
    _open: list[_Fragment] = field(default_factory=list)
    _kind: str = ""
    _texts: list[str] = field(default_factory=list)
    _at: int = 0
    _blocks: list[Block] = field(default_factory=list)
    _protected: list[tuple[int, int]] = field(default_factory=list)
    _pieces: list[Piece] = field(default_factory=list)

    def open(self, kind: str) -> None:
        """Begins a block of this kind; the one before it ends."""
        self.close()
        self._kind = kind

    def add(self, text: str, offset: int = -1, length: int = -1, run: int = 0, protected: bool = False) -> None:
        """Adds text that stands at `offset` of the part (-1: nowhere), `length` characters long there."""
        if text:
            length = len(text) if length < 0 else length
            self._open.append(_Fragment(text, offset, length, run, protected))

    @property
    def length(self) -> int:
        """The length of the reading text so far, without the open block."""
        return self._at

    def mark(self) -> int:
        """How much the open block holds by now, for `protect_from`."""
        return len(self._open)

    def protect_from(self, mark: int) -> None:
        """Protects what the open block was given since `mark`."""
        self._open[mark:] = [replace(fragment, protected=True) for fragment in self._open[mark:]]

    @property
    def ends_blank(self) -> bool:
        """Whether the open block is empty or ends in white space."""
        return not self._open or self._open[-1].text[-1] in " \t\n"

    def close(self) -> None:
        """Ends the open block; an empty one leaves no trace."""
        fragments = _trimmed(self._open)
        self._open = []
        if not fragments:
            return
        if self._blocks:
            self._texts.append(_BREAK)
            self._at += len(_BREAK)
        start = self._at
        for fragment in fragments:
            self._lay(fragment)
        self._blocks.append(Block(start, self._at, self._kind))
        if self._kind in PROTECTED_KINDS:
            self._protected.append((start, self._at))

    def document(self, media: str, source: bytes, encoding: str) -> Document:
        """The document of all blocks."""
        self.close()
        return Document(
            media=media,
            text="".join(self._texts),
            blocks=tuple(self._blocks),
            protected=united(self._protected),
            pieces=tuple(self._pieces),
            source=source,
            encoding=encoding,
        )

    def _lay(self, fragment: _Fragment) -> None:
        start, end = self._at, self._at + len(fragment.text)
        self._texts.append(fragment.text)
        self._at = end
        if fragment.protected:
            self._protected.append((start, end))
        if fragment.offset < 0:
            return
        piece = Piece(start, end, self.part, fragment.offset, fragment.length, run=fragment.run, escape=self.escape)
        if self._pieces and fragment.exact and _continues(self._pieces[-1], piece):
            last = self._pieces.pop()
            piece = replace(last, end=end, length=last.length + fragment.length)
        self._pieces.append(piece)


def united(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Spans sorted and merged where they touch.

    >>> united([(5, 7), (0, 2), (1, 5)])
    ((0, 7),)
    """
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        elif start < end:
            out.append((start, end))
    return tuple(out)


def gaps(spans: Sequence[tuple[int, int]], start: int, end: int) -> Iterator[tuple[int, int]]:
    """What sorted, disjoint spans leave free of `start:end`.

    >>> list(gaps([(2, 3), (5, 9)], 0, 6))
    [(0, 2), (3, 5)]
    """
    at = start
    for number in range(max(bisect.bisect_right(spans, (start, start)) - 1, 0), len(spans)):
        low, high = spans[number]
        if low >= end:
            break
        if at < low:
            yield at, low
        at = max(at, high)
    if at < end:
        yield at, end


def _continues(last: Piece, piece: Piece) -> bool:
    return (
        last.length == last.end - last.start
        and (last.end, last.part, last.run) == (piece.start, piece.part, piece.run)
        and last.offset + last.length == piece.offset
        and last.escape == piece.escape
    )


def _trimmed(fragments: list[_Fragment]) -> list[_Fragment]:
    """Without white space at either end."""
    out = list(fragments)
    while out and not out[0].text.strip():
        out.pop(0)
    while out and not out[-1].text.strip():
        out.pop()
    if out:
        out[0] = out[0].without(len(out[0].text) - len(out[0].text.lstrip()), 0)
        out[-1] = out[-1].without(0, len(out[-1].text) - len(out[-1].text.rstrip()))
    return out
