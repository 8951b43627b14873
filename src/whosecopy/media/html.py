"""HTML: reads as a browser shows it, and knows where each character stands in the source."""

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from whosecopy.media import encoding, patch
from whosecopy.media.builder import Builder
from whosecopy.model import Document

MEDIA = "text/html"
VERSION = "1"
_CHARSET = re.compile(
    rb"(?i)<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)|<\?xml[^>]{0,100}encoding=[\"']([\w.:-]+)"
)
_STRETCH = re.compile(r"[ \t\n\r\f]+|[^ \t\n\r\f]+")
_HIDDEN_STYLE = re.compile(r"(?i)display\s*:\s*none|visibility\s*:\s*hidden")


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


_VOID = _names("area base br col embed hr img input link meta param source track wbr")
_UNSEEN = _names("head script style template title svg math iframe object noscript video audio canvas")
_OPTIONAL_END = _names("p li td th tr dt dd thead tbody tfoot option html body")
_BLOCKS = _names(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol optgroup option p pre section select "
    "summary table tbody td textarea tfoot th thead tr ul"
)
_KINDS = (
    (_names("h1 h2 h3 h4 h5 h6 th caption legend"), "heading"),
    (_names("pre textarea select option"), "code"),
    (_names("blockquote"), "quote"),
    (_names("td"), "cell"),
    (_names("li dt dd"), "item"),
)
_FIXED = _names("code kbd samp var tt q cite button label")
_TRACKED = frozenset().union(*(tags for tags, _ in _KINDS)) | _FIXED | {"table", "ul", "ol", "dl"}
_ENDS_BEFORE = {
    "td": ("td", "th"), "th": ("td", "th"), "tr": ("td", "th"), "li": ("li",), "dt": ("dt", "dd"), "dd": ("dt", "dd"),
    "option": ("option",),
}  # fmt: skip


def parse(data: bytes, name: str, codec: str | None = None) -> Document:
    """An HTML file as a `Document`; scripts, styles, attributes and hidden elements are not in its text.

    The encoding is a byte order mark's, `codec`, the declared one, or UTF-8. Raises `InputError` where
    the bytes are not in it.
    """
    text, used = encoding.decode(data, name, codec or _declared(data))
    builder = Builder(escape="html")
    read(text, builder)
    return builder.document(MEDIA, data, used)


def write(document: Document) -> bytes:
    """The file with the document's edits; characters that its encoding lacks become character references."""
    text = document.source.decode(document.encoding)
    return rewritten(text, patch.changes(document).get("", [])).encode(document.encoding, "xmlcharrefreplace")


def rewritten(text: str, changes: list[patch.Change]) -> str:
    """The source after `changes`."""
    return patch.apply(text, changes, patch.newline_of(text))


def read(text: str, builder: Builder) -> None:
    """Adds the blocks that a browser would show to `builder`."""
    reader = _Reader(text, builder)
    reader.feed(text.replace(encoding.BOM, " ", 1) if text.startswith(encoding.BOM) else text)
    reader.close()
    builder.close()


def _declared(data: bytes) -> str | None:
    found = _CHARSET.search(data[:4096])
    label = (found.group(1) or found.group(2)).decode("ascii", "replace") if found else ""
    codec = encoding.text_codec(label) if label else None
    return None if codec is None or codec.startswith("utf-16") else label


@dataclass(slots=True)
class _State:
    """Where the reader is: tracked elements that are open, the hidden element it is in, the run."""

    open: list[str] = field(default_factory=list)
    unseen: str = ""
    depth: int = 0
    run: int = 0

    @property
    def kind(self) -> str:
        return next((kind for tags, kind in _KINDS if tags.intersection(self.open)), "paragraph")

    @property
    def fixed(self) -> bool:
        return any(tag in _FIXED for tag in self.open)


class _Reader(HTMLParser):
    def __init__(self, text: str, builder: Builder) -> None:
        super().__init__(convert_charrefs=False)
        self._text = text
        self._builder = builder
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]
        self._state = _State()
        builder.open("paragraph")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        state = self._state
        if state.unseen:
            state.depth += tag == state.unseen
            return
        if tag not in _VOID and (tag in _UNSEEN or (tag not in _OPTIONAL_END and _hidden(dict(attrs)))):
            state.unseen, state.depth = tag, 1
            return
        if state.open and state.open[-1] in _ENDS_BEFORE.get(tag, ()):
            state.open.pop()
        if tag in _TRACKED:
            state.open.append(tag)
        self._boundary(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in _UNSEEN and tag not in ("svg", "math"):
            return
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        state = self._state
        if state.unseen:
            state.depth -= tag == state.unseen
            if state.depth == 0:
                state.unseen = ""
            return
        if tag in state.open:
            del state.open[len(state.open) - 1 - state.open[::-1].index(tag) :]
        if tag != "br":
            self._boundary(tag)

    def handle_data(self, data: str) -> None:
        if self._state.unseen:
            return
        offset = self._offset()
        known = self._text.startswith(data, offset)
        for found in _STRETCH.finditer(data):
            self._add(found.group(), offset + found.start() if known else -1)

    def handle_entityref(self, name: str) -> None:
        self._reference(f"&{name}")

    def handle_charref(self, name: str) -> None:
        self._reference(f"&#{name}")

    def _reference(self, raw: str) -> None:
        if self._state.unseen:
            return
        offset = self._offset()
        if self._text.startswith(";", offset + len(raw)):
            raw += ";"
        text = html.unescape(raw)
        if text == raw or not self._text.startswith(raw, offset):
            self.handle_data(raw)
            return
        self._add(text, offset, len(raw))

    def _add(self, text: str, offset: int, length: int = -1) -> None:
        state = self._state
        length = len(text) if length < 0 else length
        if text[0] in " \t\n\r\f" and state.kind != "code":
            if self._builder.ends_blank:
                return
            text = "\n" if "\n" in text else " "
        text = text.replace("\r\n", "\n")
        self._builder.add(text, offset, length, state.run, protected=state.fixed or offset < 0)

    def _boundary(self, tag: str) -> None:
        self._state.run += 1
        if tag == "br":
            self._builder.add("\n", protected=True)
        elif tag in _BLOCKS:
            self._builder.open(self._state.kind)

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column


def _hidden(attributes: dict[str, str | None]) -> bool:
    return "hidden" in attributes or bool(_HIDDEN_STYLE.search(attributes.get("style") or ""))
