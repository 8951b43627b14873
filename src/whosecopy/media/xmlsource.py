"""XML as a list of events, each with the place in the source that it came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from xml.parsers import expat

from whosecopy.errors import InputError

SEPARATOR = " "
"""Stands between the namespace and the local name of elements and attributes."""
_MOST_EVENTS = 1_000_000
"""A page of Word has some thousand."""


@dataclass(frozen=True, slots=True)
class Event:
    """A `start`, `end` or `text`: `offset` and `length` count characters of the source.

    `name` is the element's, with its namespace in front; `length` is 0 but for text.
    """

    kind: str
    name: str
    offset: int
    text: str = ""
    length: int = 0
    attributes: Mapping[str, str] | None = None


def events(source: str, name: str) -> list[Event]:
    """All events of an XML document in order.

    A document type declaration is refused: entities can neither grow nor reach outside.

    Raises `InputError` where the XML is not well-formed, declares a document type or holds too many elements.
    """
    scribe = _Scribe(source, name)
    try:
        scribe.parser.Parse(scribe.data, True)
    except expat.ExpatError as error:
        raise InputError(f"{name}: broken XML ({error}); save the document again") from None
    return scribe.events


class _Scribe:
    """Collects expat's callbacks; its byte offsets become character offsets on the way."""

    def __init__(self, source: str, name: str) -> None:
        self.data = source.encode("utf-8", "surrogatepass")
        self.events: list[Event] = []
        self._source, self._name = source, name
        self._byte = self._character = 0
        self.parser = expat.ParserCreate("utf-8", SEPARATOR)
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _offset(self) -> int:
        byte = self.parser.CurrentByteIndex
        self._character += len(self.data[self._byte : byte].decode("utf-8", "surrogatepass"))
        self._byte = byte
        return self._character

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        if len(self.events) > _MOST_EVENTS:
            raise InputError(f"{self._name}: over {_MOST_EVENTS:,} elements and texts in one part; seal it in parts")
        self.events.append(Event("start", element, self._offset(), attributes=attributes))

    def _end(self, element: str) -> None:
        self.events.append(Event("end", element, self._offset()))

    def _text(self, text: str) -> None:
        offset = self._offset()
        length = len(text)
        if self._source[offset] == "&":
            length = self._source.index(";", offset) + 1 - offset
        elif not self._source.startswith(text, offset):
            length = len("\r\n")
        self.events.append(Event("text", "", offset, text, length))

    def _doctype(self, *declaration: object) -> None:
        raise InputError(f"{self._name}: the XML declares a document type, which Word never does; get it elsewhere")
