"""Markdown: reads as the rendered page does, and knows where each character stands in the source.

markdown-it (CommonMark with tables and strike-through) gives the structure. The content of an inline
token is a stretch of the source, line by line; `media.inline` walks the tokens in it.
"""

import bisect
import re
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from whosecopy.errors import InputError
from whosecopy.media import encoding, patch, syntax
from whosecopy.media.builder import Builder
from whosecopy.media.inline import Walk
from whosecopy.model import Document

MEDIA = "text/markdown"
VERSION = "1"
_KINDS = (
    ("heading_open", "heading"), ("th_open", "heading"), ("blockquote_open", "quote"),
    ("td_open", "cell"), ("list_item_open", "item"),
)  # fmt: skip
_CELLS = ("td_open", "th_open")
_TAG = re.compile(r"<[^>]*>")
_MOST_LINES = 10_000
"""Without a blank one between them: markdown-it looks at all of them again for each link that is defined there."""


def parse(data: bytes, name: str, codec: str | None = None) -> Document:
    """A Markdown file as a `Document`: reading text without syntax; headings, quotes and code protected.

    Raises `InputError` where the bytes are no text, or a paragraph has too many lines.
    """
    text, used = encoding.decode(data, name, codec)
    _refuse_endless(text, name)
    builder = Builder(escape="markdown")
    start, end = syntax.front_matter(text)
    if end > start:
        builder.open("matter")
        builder.add(_line_feeds(text[start:end]))
    _Reader(_Source.of(text), builder).read()
    return builder.document(MEDIA, data, used)


def write(document: Document) -> bytes:
    """The file with the document's edits, every other byte as it was."""
    text = document.source.decode(document.encoding)
    changed = patch.apply(text, patch.changes(document).get("", ()), patch.newline_of(text))
    return encoding.encode(changed, document.encoding)


@dataclass(frozen=True, slots=True)
class _Source:
    """The file with line feeds only, template tags opaque, front matter blank; and the way back to its offsets."""

    text: str
    lines: tuple[tuple[int, int], ...]
    returns: tuple[int, ...]

    @classmethod
    def of(cls, raw: str) -> "_Source":
        start = syntax.front_matter(raw)[1]
        blank = re.sub(r"[^\r\n]", " ", raw[:start])
        text = syntax.masked(_line_feeds(blank + raw[start:]))
        returns = tuple(found.start() - k for k, found in enumerate(re.finditer("\r\n", raw)))
        lines, at = [], 0
        for line in text.split("\n"):
            lines.append((at, at + len(line.rstrip())))
            at += len(line) + 1
        return cls(text, tuple(lines), returns)

    def raw(self, offset: int) -> int:
        """The offset in the file of an offset in `text`; -1 stays."""
        return offset if offset < 0 else offset + bisect.bisect_left(self.returns, offset)

    def line(self, number: int) -> tuple[int, int]:
        """The span of a line without its newline and trailing white space."""
        return self.lines[number]


@dataclass(slots=True)
class _Reader:
    source: _Source
    builder: Builder
    run: int = 0
    stack: list[str] = field(default_factory=list)
    row: tuple[int, int] = (-1, 0)

    def read(self) -> None:
        parser = MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable("text_join")
        for token in parser.parse(self.source.text):
            if token.type == "inline":
                self._inline(token)
            elif token.type in ("fence", "code_block"):
                self._literal(token.content)
            elif token.type == "html_block":
                self._literal(_TAG.sub("", token.content))
            elif token.nesting == 1:
                self.stack.append(token.type)
            elif token.nesting == -1:
                self.stack.pop()

    def _literal(self, text: str) -> None:
        self.builder.open("code")
        self.builder.add(syntax.unmasked(text))
        self.builder.close()

    def _inline(self, token: Token) -> None:
        self.builder.open(next((kind for opened, kind in _KINDS if opened in self.stack), "paragraph"))
        walk = Walk(token.content, [self.source.raw(offset) for offset in self._offsets(token)], self.builder, self.run)
        walk.over(token.children or [])
        self.run = walk.run + 1
        self.builder.close()

    def _offsets(self, token: Token) -> list[int]:
        """Where each character of an inline token's content stands; -1 where that is not certain."""
        number = token.map[0] if token.map else 0
        out: list[int] = []
        for k, line in enumerate(token.content.split("\n")):
            start = self._cell(number, line) if self.stack[-1] in _CELLS else self._line(number + k, line)
            out += range(start, start + len(line) + 1) if start >= 0 else [-1] * (len(line) + 1)
        return out

    def _line(self, number: int, content: str) -> int:
        """Where a line of a paragraph's content begins: it reaches to the end of the source line."""
        low, high = self.source.line(number)
        kept = content.rstrip()
        start = high - len(kept)
        return start if start >= low and self.source.text[start:high] == kept else -1

    def _cell(self, number: int, content: str) -> int:
        """Where a table cell's content begins: the first place in its row behind the cell before."""
        low, high = self.source.line(number)
        at = self.row[1] if self.row[0] == number else low
        start = self.source.text.find(content, at, high)
        self.row = (number, start + len(content) if start >= 0 else high + 1)
        return start


def _refuse_endless(text: str, name: str) -> None:
    run = 0
    for line in text.splitlines():
        run = run + 1 if line.strip() else 0
        if run > _MOST_LINES:
            raise InputError(f"{name}: over {_MOST_LINES:,} lines without a blank one; part them by blank lines")


def _line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
