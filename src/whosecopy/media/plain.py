"""Plain text: the reading text is the file; paragraphs, list items and headings are told by their lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from whosecopy.media import encoding, patch, syntax
from whosecopy.media.builder import Builder
from whosecopy.model import Document

MEDIA = "text/plain"
VERSION = "1"
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_ITEM = re.compile(r"[ \t]*(?:[-*\u2022]|\(?(?:\d{1,3}|[A-Za-z])[.)])[ \t]+(?=\S)")
_BULLET = re.compile(r"[-*\u2022][ \t]")
_RULE = re.compile(r"[ \t]*([-=_*~#])\1{2,}[ \t]*\Z")
_HEADING_END = re.compile(r"[.!?;:,\"'\u2019\u201d)\]]\Z")
_CAPITALS = re.compile(r"[^a-z]*[A-Z]{2}[^a-z]*\Z")
_WRAP_COLUMNS = 120
_HEADING_COLUMNS = 80


@dataclass(frozen=True, slots=True)
class _Line:
    """One line: its characters `start:end` without the line ending, which reaches to `next`."""

    start: int
    end: int
    next: int
    text: str

    @property
    def blank(self) -> bool:
        return not self.text.strip()


def parse(data: bytes, name: str, codec: str | None = None) -> Document:
    """A plain text file as a `Document`.

    In a file of lines over 120 columns each line is a paragraph; else a single line break is a hard wrap.

    Raises `InputError` where the bytes are no text.
    """
    text, used = encoding.decode(data, name, codec)
    builder = Builder()
    read(text, builder)
    return builder.document(MEDIA, data, used)


def write(document: Document) -> bytes:
    """The file with the document's edits, every other byte as it was."""
    text = document.source.decode(document.encoding)
    changed = patch.apply(text, patch.changes(document).get("", ()), patch.newline_of(text))
    return encoding.encode(changed, document.encoding)


def read(text: str, builder: Builder) -> None:
    """Adds the blocks of `text` to `builder`."""
    start, end = syntax.front_matter(text)
    if end > start:
        builder.open("matter")
        _add(builder, text, start, end)
    at = end
    for low, high in syntax.containers(text):
        if low >= at:
            _blocks(text, at, low, builder)
            builder.open("paragraph")
            _add(builder, text, low, high)
            at = high
    _blocks(text, at, len(text), builder)
    builder.close()


def _blocks(text: str, start: int, end: int, builder: Builder) -> None:
    lines = list(_lines(text, start, end))
    wrapped = _wrapped(lines)
    chunk: list[_Line] = []
    for line in [*lines, None]:
        if line is not None and not line.blank and not (chunk and _breaks(chunk, line, wrapped)):
            chunk.append(line)
            continue
        if chunk:
            builder.open(_kind(chunk, line))
            marker = _ITEM.match(chunk[0].text)
            body = chunk[0].start + (marker.end() if marker else 0)
            builder.add(text[chunk[0].start : body], chunk[0].start, protected=True)
            _add(builder, text, body, chunk[-1].end)
        chunk = [line] if line is not None and not line.blank else []


def _lines(text: str, start: int, end: int) -> Iterator[_Line]:
    at = start
    while at < end:
        found = _LINE.match(text, at, end)
        raw = found.group() if found else text[at:end]
        body = raw.rstrip("\r\n")
        yield _Line(at, at + len(body), at + len(raw), body)
        at += len(raw)


def _wrapped(lines: list[_Line]) -> bool:
    """Whether single line breaks are hard wraps: hardly any line is longer than a page is wide."""
    lengths = [len(line.text) for line in lines if not line.blank]
    return sum(length > _WRAP_COLUMNS for length in lengths) <= 0.05 * len(lengths)


def _breaks(chunk: list[_Line], line: _Line, wrapped: bool) -> bool:
    """Whether `line` begins a block of its own behind the lines of `chunk`; judged by what an edit keeps."""
    last = chunk[-1].text
    if not wrapped or _ITEM.match(line.text) or _RULE.match(last) or _CAPITALS.match(last):
        return True
    if _RULE.match(line.text):
        return len(chunk) > 1
    return line.text.startswith(">") != last.startswith(">")


def _kind(chunk: list[_Line], following: _Line | None) -> str:
    text = chunk[0].text.strip()
    if text.startswith(">"):
        return "quote"
    if any(_RULE.match(line.text) for line in chunk):
        return "heading"
    if _BULLET.match(text):
        return "item"
    single = len(chunk) == 1 and len(text) <= _HEADING_COLUMNS
    if single and (_CAPITALS.match(text) or (_alone(following) and not _HEADING_END.search(text))):
        return "heading"
    return "item" if _ITEM.match(chunk[0].text) else "paragraph"


def _alone(following: _Line | None) -> bool:
    return following is None or following.blank


def _add(builder: Builder, text: str, start: int, end: int) -> None:
    """Adds the stretch; every line ending reads as one newline."""
    for found in re.finditer(r"[^\r]+|\r\n?", text[start:end]):
        part = found.group()
        if part[0] == "\r":
            builder.add("\n", start + found.start(), len(part))
        else:
            builder.add(part, start + found.start())
