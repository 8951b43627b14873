"""Runs of a Word document: what each stretch of text looks like, and how it is given other looks in the middle.

A run is parted by closing it within its text and opening it again, with the same properties but those that change.
Source: ECMA-376 Part 1, 17.3.2 (run properties and their order).
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from whosecopy.media.patch import Change
from whosecopy.media.wordml import local_name
from whosecopy.media.xmlsource import events

SCALE, COLOUR = "w", "color"
"""The properties that marks change: the width of characters in per cent, and their colour."""
PRESERVE = ' xml:space="preserve"'
_ORDER = (
    "rStyle", "rFonts", "b", "bCs", "i", "iCs", "caps", "smallCaps", "strike", "dstrike", "outline", "shadow",
    "emboss", "imprint", "noProof", "snapToGrid", "vanish", "webHidden", "color", "spacing", "w", "kern", "position",
    "sz", "szCs", "highlight", "u", "effect", "bdr", "shd", "fitText", "vertAlign", "rtl", "cs", "em", "lang",
    "eastAsianLayout", "specVanish", "oMath",
)  # fmt: skip
_TAG = re.compile(r"""<(?P<name>[\w.:-]+)(?:[^>"']|"[^"]*"|'[^']*')*>""")
_VALUE = re.compile(r""":val\s*=\s*["']([^"']*)["']""")
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
"""Documents in this namespace write widths in another way."""
_PARENTS = frozenset({"p", "hyperlink"})
_UNUSUAL = frozenset({SCALE, "bdr", "eastAsianLayout", "fitText", "oMath", "rPrChange", "rtl", "vanish"})


@dataclass(frozen=True, slots=True)
class TextRun:
    """The characters `start:end` of one text element, between its tags.

    `element` is the text element's tag, `head` its run's tag, `properties` the run's properties by name, each as
    written. `plain` says that the run may be parted: nothing around it or among its properties forbids it.
    """

    start: int
    end: int
    element: str
    head: str
    properties: tuple[tuple[str, str], ...]
    plain: bool

    def value(self, name: str) -> str:
        """The value of a property, empty where the run does not say it."""
        found = _VALUE.search(dict(self.properties).get(name, ""))
        return found.group(1) if found else ""


@dataclass(frozen=True, slots=True)
class Segment:
    """Characters `start:end` of a part's source, and the values that some properties take there."""

    start: int
    end: int
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Runs:
    """All text elements of one part in their order."""

    runs: tuple[TextRun, ...]
    starts: tuple[int, ...]

    def number(self, offset: int) -> int:
        """The number of the run whose text holds the character at `offset` of the source; -1 where none does."""
        found = bisect_right(self.starts, offset) - 1
        return found if found >= 0 and offset < self.runs[found].end else -1

    def at(self, offset: int) -> TextRun | None:
        """The run whose text holds the character at `offset` of the source."""
        found = self.number(offset)
        return self.runs[found] if found >= 0 else None


def read_runs(source: str, name: str) -> Runs:
    """The runs of the XML of one part.

    Raises `InputError` where the XML is broken or declares a document type.
    """
    reader = _Reader(source, _STRICT in source)
    for event in events(source, name):
        if event.kind == "start":
            reader.start(local_name(event.name), event.offset)
        elif event.kind == "end":
            reader.end(local_name(event.name), event.offset)
    found = tuple(sorted(reader.found, key=lambda run: run.start))
    return Runs(found, tuple(run.start for run in found))


def parted(runs: Runs, segments: Sequence[Segment]) -> list[Change]:
    """The changes that give sorted, disjoint `segments` their values; each lies in the text of a plain run."""
    out: list[Change] = []
    inside: dict[TextRun, list[Segment]] = {}
    for segment in segments:
        run = runs.at(segment.start)
        if run is not None:
            inside.setdefault(run, []).append(segment)
    for run, mine in inside.items():
        if "xml:space" not in run.element:
            out.append(Change(run.start - 1, run.start - 1, PRESERVE))
        ends = [*(segment.start for segment in mine[1:]), run.end + 1]
        for segment, following in zip(mine, ends, strict=True):
            out.append(Change(segment.start, segment.start, _joint(run, dict(segment.values))))
            if segment.end < following:
                out.append(Change(segment.end, segment.end, _joint(run, {})))
    return out


def _joint(run: TextRun, values: Mapping[str, str]) -> str:
    """Ends the run and its text, and opens both again with other values."""
    head, element = _name(run.head), _name(run.element)
    prefix = head.partition(":")[0]
    kept = [(name, text) for name, text in run.properties if name not in values]
    for name, value in values.items():
        place = next((k for k, (other, _) in enumerate(kept) if _rank(other) > _rank(name)), len(kept))
        kept.insert(place, (name, f'<{prefix}:{name} {prefix}:val="{value}"/>'))
    inner = "".join(text for _, text in kept)
    properties = f"<{prefix}:rPr>{inner}</{prefix}:rPr>" if inner else ""
    return f"</{element}></{head}>{run.head}{properties}<{element}{PRESERVE}>"


def _rank(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)


def _name(tag: str) -> str:
    found = _TAG.match(tag)
    return found["name"] if found else ""


@dataclass(slots=True)
class _Open:
    """A run that is being read: its tag, its properties, and whether it may be parted."""

    head: str
    plain: bool
    properties: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Reader:
    source: str
    strict: bool
    found: list[TextRun] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    runs: list[_Open] = field(default_factory=list)
    backwards: list[bool] = field(default_factory=list)
    child_at: int = 0
    text_at: int = 0
    element: str = ""

    def start(self, element: str, offset: int) -> None:
        above = self.path[-1] if self.path else ""
        self.path.append(element)
        if element == "p":
            self.backwards.append(False)
        elif element == "bidi" and above == "pPr" and self.backwards:
            self.backwards[-1] = True
        elif element == "r":
            head = self._tag(offset)
            backwards = bool(self.backwards) and self.backwards[-1]
            plain = above in _PARENTS and ":" in _name(head) and not backwards and not self.strict
            self.runs.append(_Open(head, plain))
        elif above == "rPr" and self.path[-3:-2] == ["r"]:
            self.child_at = offset
        elif element == "t" and above == "r":
            self.element = self._tag(offset)
            self.text_at = offset + len(self.element)

    def end(self, element: str, offset: int) -> None:
        self.path.pop()
        above = self.path[-1] if self.path else ""
        if element == "p":
            self.backwards.pop()
        elif element == "r":
            self.runs.pop()
        elif above == "rPr" and self.path[-2:-1] == ["r"]:
            ends = offset if self._tag(self.child_at).endswith("/>") else self.source.index(">", offset) + 1
            self.runs[-1].properties.append((element, self.source[self.child_at : ends]))
        elif element == "t" and above == "r" and not self.element.endswith("/>"):
            self._close_text(offset)

    def _close_text(self, offset: int) -> None:
        """Text without `preserve` loses blanks at its ends: such text must not get it, nor be parted."""
        text, run = self.source[self.text_at : offset], self.runs[-1]
        same = "preserve" in self.element or ("xml:space" not in self.element and text == text.strip())
        usual = _UNUSUAL.isdisjoint(name for name, _ in run.properties)
        plain = run.plain and usual and same and "<" not in text
        self.found.append(TextRun(self.text_at, offset, self.element, run.head, tuple(run.properties), plain))

    def _tag(self, offset: int) -> str:
        found = _TAG.match(self.source, offset)
        return found.group() if found else ""
