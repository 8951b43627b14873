"""WordprocessingML: the reading text of one XML part, with the place of each character in it."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from whosecopy.media.builder import Builder
from whosecopy.media.xmlsource import SEPARATOR, Event, events

_WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
_FALLBACK = "http://schemas.openxmlformats.org/markup-compatibility/2006 Fallback"
_SPACE = "http://www.w3.org/XML/1998/namespace space"
_NOT_READ = ("del", "moveFrom", "rt", _FALLBACK)
_LOCKED = ("ins", "moveTo", "sdt", "fldSimple", "txbxContent")
_SAME_RUN = frozenset({"p", "pPr", "r", "rPr", "t", "proofErr", "lastRenderedPageBreak"})
_STANDS_FOR = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011"}
_OFF = frozenset({"0", "false", "off"})
_LOOKS_THE_SAME = re.compile(r"<\w+:(?:noProof|lang)\b[^>]*/>")
_NAMED_KINDS = (
    (re.compile(r"(?i)heading|title|caption"), "heading"),
    (re.compile(r"(?i)\btoc\b|toc \d|table of|index \d"), "matter"),
    (re.compile(r"(?i)quot"), "quote"),
    (re.compile(r"(?i)code|preformatted|macro text"), "code"),
    (re.compile(r"(?i)^list"), "item"),
)


def read_styles(text: str, name: str) -> dict[str, str]:
    """The kind of block that each paragraph style (by id) stands for, by name, outline level and basis.

    Raises `InputError` where the XML is broken.
    """
    own: dict[str, str] = {}
    basis: dict[str, str] = {}
    style = ""
    for event in events(text, name):
        if event.kind != "start":
            continue
        element, value = local_name(event.name), _attribute(event, "val")
        if element == "style":
            style = _attribute(event, "styleId")
        elif element == "name":
            own[style] = next((kind for sign, kind in _NAMED_KINDS if sign.search(value)), "")
        elif element == "basedOn":
            basis[style] = value
        elif element == "outlineLvl" and value != "9":
            own[style] = "heading"
    return {style: _inherited(style, own, basis) for style in own}


def read_part(text: str, kind: str, styles: Mapping[str, str], builder: Builder, name: str) -> None:
    """Adds the paragraphs of one part to `builder`; `kind` is that of its ordinary paragraphs.

    Raises `InputError` where the XML is broken or declares a document type.
    """
    reader = _Reader(text, kind, styles, builder)
    for event in events(text, name):
        if event.kind == "start":
            reader.start(event)
        elif event.kind == "end":
            reader.end(event)
        else:
            reader.text(event)
    builder.close()


@dataclass(slots=True)
class _Paragraph:
    kind: str
    fragments: list[tuple[str, int, int, int, bool]] = field(default_factory=list)


@dataclass(slots=True)
class _Run:
    """What decides whether two stretches look alike: properties, and what stands between them."""

    number: int = 0
    looks: str = ""
    barrier: int = 0
    hidden: bool = False
    last: tuple[str, int] = ("", 0)

    def current(self) -> int:
        """The number of the run; a new one where looks changed or something stood between."""
        if self.last != (self.looks, self.barrier):
            self.last = (self.looks, self.barrier)
            self.number += 1
        return self.number


@dataclass(slots=True)
class _Reader:
    source: str
    kind: str
    styles: Mapping[str, str]
    builder: Builder
    inside: Counter[str] = field(default_factory=Counter)
    paragraphs: list[_Paragraph] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    run: _Run = field(default_factory=_Run)
    words: list[Event] = field(default_factory=list)
    spaces_kept: bool = False
    properties_at: int = 0

    def start(self, event: Event) -> None:
        element = local_name(event.name)
        self.inside[element] += 1
        if self.inside["pPr"]:
            self._paragraph_property(element, event)
        elif self.inside["rPr"]:
            self._run_property(element, event)
        elif element == "p":
            self.paragraphs.append(_Paragraph(self._base_kind()))
        elif element == "r":
            self.run.looks, self.run.hidden = "", False
        elif element == "t":
            self.words, self.spaces_kept = [], _kept(event)
        elif element not in _SAME_RUN:
            self._between(element, event)

    def end(self, event: Event) -> None:
        element = local_name(event.name)
        self.inside[element] -= 1
        if self.inside["pPr"]:
            return
        if element == "rPr":
            self.run.looks = _LOOKS_THE_SAME.sub("", self.source[self.properties_at : event.offset])
        elif element == "t":
            self._flush()
        elif element == "p":
            self._close_paragraph()
        elif element not in _SAME_RUN and not self.inside["rPr"]:
            self.run.barrier += 1

    def text(self, event: Event) -> None:
        if self.inside["t"]:
            self.words.append(event)

    def _base_kind(self) -> str:
        return "cell" if self.kind == "paragraph" and self.inside["tc"] else self.kind

    def _paragraph_property(self, element: str, event: Event) -> None:
        paragraph = self.paragraphs[-1] if self.paragraphs else None
        if paragraph is None or self.kind == "matter":
            return
        if element == "pStyle":
            paragraph.kind = self.styles.get(_attribute(event, "val")) or paragraph.kind
        elif element == "outlineLvl" and _attribute(event, "val") != "9":
            paragraph.kind = "heading"
        elif element == "numPr" and paragraph.kind == "paragraph":
            paragraph.kind = "item"

    def _run_property(self, element: str, event: Event) -> None:
        if element == "rPr":
            self.properties_at = event.offset
        elif element == "vanish":
            self.run.hidden = _attribute(event, "val") not in _OFF

    def _between(self, element: str, event: Event) -> None:
        """Whatever is not plain text parts runs; some of it reads as a character."""
        self.run.barrier += 1
        if element == "fldChar":
            self._field(_attribute(event, "fldCharType"))
        elif element in _STANDS_FOR and self._shown():
            self.paragraphs[-1].fragments.append((_STANDS_FOR[element], -1, -1, 0, True))

    def _field(self, kind: str) -> None:
        if kind == "begin":
            self.fields.append("code")
        elif kind == "separate" and self.fields:
            self.fields[-1] = "result"
        elif kind == "end" and self.fields:
            self.fields.pop()

    def _shown(self) -> bool:
        hidden = self.run.hidden or "code" in self.fields or any(self.inside[element] for element in _NOT_READ)
        return bool(self.paragraphs) and not hidden

    def _flush(self) -> None:
        """The text of one element joins its paragraph; without `preserve` it loses white space at its ends."""
        words, self.words = self.words, []
        if not self._shown():
            return
        locked = bool(self.fields) or any(self.inside[element] for element in _LOCKED)
        run = self.run.current()
        fragments = [_stretch(event, run, locked) for event in words]
        if not self.spaces_kept:
            fragments = _stripped(fragments)
        self.paragraphs[-1].fragments += fragments

    def _close_paragraph(self) -> None:
        if not self.paragraphs:
            return
        paragraph = self.paragraphs.pop()
        self.run.barrier += 1
        self.builder.open(paragraph.kind)
        for fragment in paragraph.fragments:
            self.builder.add(*fragment)
        self.builder.close()


def _stretch(event: Event, run: int, locked: bool) -> tuple[str, int, int, int, bool]:
    return re.sub(r"[\n\t\r]", " ", event.text), event.offset, event.length, run, locked


def _stripped(fragments: list[tuple[str, int, int, int, bool]]) -> list[tuple[str, int, int, int, bool]]:
    """Without white space at either end; only exact stretches can be cut."""
    out = list(fragments)
    while out and not out[0][0].strip():
        out.pop(0)
    while out and not out[-1][0].strip():
        out.pop()
    if out and out[0][2] == len(out[0][0]):
        text, offset, length, run, locked = out[0]
        cut = len(text) - len(text.lstrip(" "))
        out[0] = (text[cut:], offset + cut, length - cut, run, locked)
    if out and out[-1][2] == len(out[-1][0]):
        text, offset, length, run, locked = out[-1]
        kept = len(text.rstrip(" "))
        out[-1] = (text[:kept], offset, kept, run, locked)
    return out


def _kept(event: Event) -> bool:
    return (event.attributes or {}).get(_SPACE) == "preserve"


def local_name(name: str) -> str:
    """The local name in Word's namespace; any other name as it is."""
    namespace, _, local = name.rpartition(SEPARATOR)
    return local if namespace in _WORD else name


def _attribute(event: Event, name: str) -> str:
    found = event.attributes or {}
    return next((found[f"{namespace}{SEPARATOR}{name}"] for namespace in _WORD if f"{namespace} {name}" in found), "")


def _inherited(style: str, own: Mapping[str, str], basis: Mapping[str, str]) -> str:
    seen: set[str] = set()
    while style and style not in seen:
        if own.get(style):
            return own[style]
        seen.add(style)
        style = basis.get(style, "")
    return ""
