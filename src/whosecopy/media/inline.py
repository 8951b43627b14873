"""Walks the inline tokens of Markdown along the source text that they came from."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from markdown_it.helpers import parseLinkDestination, parseLinkTitle
from markdown_it.token import Token

from whosecopy.media.builder import Builder
from whosecopy.media.syntax import unmasked

_BREAK = re.compile(r"\\?[ \t]*\n[ \t]*")
_LABEL = re.compile(r"\[([^\[\]]*)\]")
_BLANK = re.compile(r"[ \t\n]*")


class _LostError(Exception):
    """The source does not go on as the token says."""


@dataclass(slots=True)
class Walk:
    """One pass over the tokens of `content`, whose character k stands at `offsets[k]` of the file (-1: unknown).

    Text that is found goes to `builder` with its place; from the first token that does not fit, the
    rest goes there protected and without a place. `run` grows at each change of looks.
    """

    content: str
    offsets: list[int]
    builder: Builder
    run: int
    at: int = 0
    link: int = 0

    def over(self, tokens: Iterable[Token]) -> None:
        """Adds the text of all `tokens`."""
        lost = False
        for token in tokens:
            if not lost:
                try:
                    self._step(token)
                    continue
                except _LostError:
                    lost = True
            self.builder.add(_plain(token), protected=True)

    def _step(self, token: Token) -> None:
        if token.type == "text":
            self._text(token.content)
            return
        if token.type == "text_special":
            self._special(token)
            return
        if token.type == "softbreak":
            self._softbreak()
            return
        self.run += 1
        steps: dict[str, Callable[[Token], None]] = {
            "hardbreak": self._hardbreak,
            "code_inline": self._code,
            "html_inline": self._tag,
            "image": self._image,
            "link_open": self._link_open,
            "link_close": self._link_close,
        }
        steps.get(token.type, self._emphasis)(token)

    def _text(self, text: str) -> None:
        start = self.at
        self._skip(text)
        if text:
            offset = self.offsets[start]
            self.builder.add(unmasked(text), offset, run=self.run, protected=offset < 0)

    def _special(self, token: Token) -> None:
        """An escape or an entity: one character for several of the source."""
        start = self.at
        self._skip(token.markup)
        offset = self.offsets[start]
        self.builder.add(token.content, offset, len(token.markup), self.run, protected=offset < 0)

    def _softbreak(self) -> None:
        start = self.at
        self._match(_BREAK)
        low, high = self.offsets[start], self.offsets[self.at]
        known = low >= 0 and high >= 0
        self.builder.add("\n", low if known else -1, high - low, self.run, protected=not known)

    def _hardbreak(self, token: Token) -> None:
        self._match(_BREAK)
        self.builder.add("\n", protected=True)

    def _code(self, token: Token) -> None:
        ticks = re.escape(token.markup)
        self._match(re.compile(rf"{ticks}(?!`)[\s\S]*?(?<!`){ticks}(?!`)"))
        self.builder.add(unmasked(token.content), protected=True)

    def _tag(self, token: Token) -> None:
        self._skip(token.content)

    def _emphasis(self, token: Token) -> None:
        self._skip(token.markup)

    def _image(self, token: Token) -> None:
        self._skip(f"![{token.content}]")
        self._target()

    def _link_open(self, token: Token) -> None:
        self._skip("<" if token.markup == "autolink" else "[")
        self.link = self.builder.mark()

    def _link_close(self, token: Token) -> None:
        """The text of a link that is its own label must not change."""
        if token.markup == "autolink":
            self._skip(">")
            self.builder.protect_from(self.link)
            return
        self._skip("]")
        if not self._target():
            self.builder.protect_from(self.link)

    def _target(self) -> bool:
        """Skips `(destination "title")` or `[label]`; false where the text itself is the label."""
        if self.content.startswith("(", self.at):
            end = _destination_end(self.content, self.at + 1)
            if end > 0:
                self.at = end
                return True
        label = _LABEL.match(self.content, self.at)
        if label:
            self.at = label.end()
        return label is not None and label.group(1) != ""

    def _skip(self, text: str) -> None:
        if not self.content.startswith(text, self.at):
            raise _LostError
        self.at += len(text)

    def _match(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self.content, self.at)
        if found is None:
            raise _LostError
        self.at = found.end()


def _destination_end(text: str, start: int) -> int:
    """Behind the closing parenthesis of an inline link's target; 0 where there is none."""
    at = _blanks_end(text, start)
    target = parseLinkDestination(text, at, len(text))
    if target.ok:
        at = target.pos
        title = parseLinkTitle(text, _blanks_end(text, at), len(text))
        if title.ok and _blanks_end(text, at) > at:
            at = title.pos
    at = _blanks_end(text, at)
    return at + 1 if text.startswith(")", at) else 0


def _blanks_end(text: str, start: int) -> int:
    found = _BLANK.match(text, start)
    return found.end() if found else start


def _plain(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return "\n"
    return unmasked(token.content) if token.type in ("text", "text_special", "code_inline") else ""
