"""Edits of the reading text become changes of the file's own characters."""

import bisect
import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from whosecopy.errors import InputError
from whosecopy.model import Document, Edit, Piece

_MARKDOWN = re.compile(r"([\\`*\[\]|]|(?<!\w)_|_(?!\w)|~(?=~|$)|<(?=[A-Za-z/!?]|$)|&(?=#?\w*(?:;|$)))")
_MARKDOWN_LINE = re.compile(r"(?m)^(\d{0,9})([#>+=:.)-])")


@dataclass(frozen=True, slots=True)
class Change:
    """Characters `start:end` of one part of the file become `text`."""

    start: int
    end: int
    text: str


def changes(document: Document) -> dict[str, list[Change]]:
    """For each part of the file the changes that write `document.edits`, sorted and disjoint.

    An edit reaches every part that shows its place (both bodies of an e-mail). What lies between two
    pieces, like markup or a quotation prefix, stays.

    Raises `InputError` where an edit touches text that has no place in the file.
    """
    layers: dict[str, list[Piece]] = {}
    for piece in document.pieces:
        layers.setdefault(piece.part, []).append(piece)
    out: dict[str, list[Change]] = {part: [] for part in layers}
    starts = {part: [piece.start for piece in pieces] for part, pieces in layers.items()}
    for edit in _minimal(document):
        placed = False
        for part, pieces in layers.items():
            found = list(_place(document.text, pieces, starts[part], edit))
            out[part] += found
            placed = placed or bool(found)
        if not placed:
            where = document.text[max(0, edit.start - 20) : edit.end + 20].replace("\n", " ")
            raise InputError(f"an edit at {where!r} has no place in the file; leave this passage as it is")
    return {part: sorted(found, key=lambda c: (c.start, c.end)) for part, found in out.items() if found}


def apply(text: str, found: Iterable[Change], newline: str = "\n") -> str:
    """`text` after sorted, disjoint changes; a newline of a change is written as `newline`."""
    out: list[str] = []
    at = 0
    for change in found:
        out += [text[at : change.start], change.text.replace("\n", newline)]
        at = change.end
    return "".join([*out, text[at:]])


def newline_of(text: str) -> str:
    """The line ending that a text uses most."""
    crlf = text.count("\r\n")
    return "\r\n" if crlf * 2 > text.count("\n") else "\n"


def escaped(text: str, kind: str, line_start: bool) -> str:
    r"""`text` as it has to be written in a file of this kind of escape.

    >>> escaped("1. R&D a*b", "markdown", True), escaped("R&D", "html", False)
    ('1\\. R&D a\\*b', 'R&amp;D')
    """
    if kind in ("html", "xml"):
        return html.escape(text, quote=False)
    if kind == "markdown":
        text = _MARKDOWN.sub(r"\\\1", text)
        head, newline, rest = text.partition("\n")
        if line_start:
            head = _MARKDOWN_LINE.sub(r"\1\\\2", head)
        return head + newline + _MARKDOWN_LINE.sub(r"\1\\\2", rest)
    return text


def _minimal(document: Document) -> Iterator[Edit]:
    """The edits without the characters they keep; hard line breaks are kept wherever their number is.

    A replacement keeps one of its characters at least: it says in which run the new text belongs.
    """
    end = 0
    for edit in document.edits:
        if edit.start < end:
            raise ValueError(f"edits overlap at {edit.start}")
        end = edit.end
        old, new = document.text[edit.start : edit.end], edit.text
        same_lines = old.count("\n") == new.count("\n")
        olds, news = (old.split("\n"), new.split("\n")) if same_lines else ([old], [new])
        at = edit.start
        for before, after in zip(olds, news, strict=True):
            head = _common(before, after)
            tail = _common(before[head:][::-1], after[head:][::-1])
            if before and head + tail == len(before):
                head, tail = (head, tail - 1) if tail else (head - 1, tail)
            if before != after:
                yield Edit(at + head, at + len(before) - tail, after[head : len(after) - tail])
            at += len(before) + 1


def _common(one: str, other: str) -> int:
    for k, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return k
    return min(len(one), len(other))


def _place(text: str, pieces: Sequence[Piece], starts: Sequence[int], edit: Edit) -> Iterator[Change]:
    """The changes of one part that write `edit`; none where the part does not hold all of its characters."""
    first = bisect.bisect_right(starts, edit.start) - 1
    if edit.start == edit.end:
        yield from _insert(text, pieces, first, edit)
        return
    touched: list[Piece] = []
    at = edit.start
    while 0 <= first < len(pieces) and at < edit.end and pieces[first].start <= at < pieces[first].end:
        touched.append(pieces[first])
        at = pieces[first].end
        first += 1
    if at < edit.end:
        return
    for k, piece in enumerate(touched):
        low, high = max(edit.start, piece.start), min(edit.end, piece.end)
        new = edit.text if k == 0 else ""
        yield _within(text, piece, low, high, new)


def _insert(text: str, pieces: Sequence[Piece], first: int, edit: Edit) -> Iterator[Change]:
    """An insertion goes to the end of what stands before it; at the start of a block, before what follows."""
    for k in (first - 1, first):
        if 0 <= k < len(pieces) and pieces[k].start <= edit.start <= pieces[k].end:
            if k == first - 1 and pieces[k].end != edit.start:
                continue
            yield _within(text, pieces[k], edit.start, edit.start, edit.text)
            return


def _within(text: str, piece: Piece, low: int, high: int, new: str) -> Change:
    line_start = low == 0 or text[low - 1] == "\n"
    if piece.length == piece.end - piece.start:
        start = piece.offset + low - piece.start
        return Change(start, start + high - low, escaped(new, piece.escape, line_start))
    if low == high:
        start = piece.offset + (piece.length if low == piece.end else 0)
        return Change(start, start, escaped(new, piece.escape, line_start))
    whole = text[piece.start : low] + new + text[high : piece.end]
    return Change(piece.offset, piece.offset + piece.length, escaped(whole, piece.escape, line_start))
