"""The parts of an e-mail with their places in the file, so that bodies can change and nothing else does."""

import base64
import binascii
import email.parser
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from whosecopy.errors import InputError

_HEADER_END = re.compile(rb"\r?\n\r?\n")
_LOGICAL_LINE = re.compile(rb"(?:[^\n]*=[ \t]*\r?\n)*[^\n]*(?:\n|\Z)")
_LINE = re.compile(rb"[^\n]*\n|[^\n]+")
_MAX_DEPTH = 20
_MAX_PARTS = 1_000
_PLAIN_TRANSFERS = ("", "7bit", "8bit", "binary")


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its header fields and its body, bytes `start:end` of the file; `inner` parts of a multipart."""

    path: str
    fields: "Message[str, str]"
    start: int
    end: int
    inner: tuple["Part", ...] = ()

    @property
    def media(self) -> str:
        """The MIME type."""
        return self.fields.get_content_type()

    @property
    def transfer(self) -> str:
        """The transfer encoding; empty for plain bytes."""
        value = str(self.fields.get("content-transfer-encoding", "")).strip().lower()
        return "" if value in _PLAIN_TRANSFERS else value

    @property
    def seven_bit(self) -> bool:
        """Whether the body may hold ASCII only."""
        value = str(self.fields.get("content-transfer-encoding", "")).strip().lower()
        return value in ("", "7bit")

    @property
    def attached(self) -> bool:
        """Whether it is an attachment, not shown with the message."""
        return self.fields.get_content_disposition() == "attachment"

    def walk(self) -> Iterator["Part"]:
        """The part and all inside it, in order."""
        yield self
        for part in self.inner:
            yield from part.walk()

    def content(self, data: bytes) -> bytes | None:
        """The decoded body; None for a transfer encoding that is not known."""
        body = data[self.start : self.end]
        if self.transfer == "quoted-printable":
            return quopri.decodestring(body)
        if self.transfer == "base64":
            try:
                return base64.b64decode(body)
            except binascii.Error:
                return None
        return body if self.transfer == "" else None

    def body(self, data: bytes, content: bytes) -> bytes:
        """The body that holds `content`; quoted-printable lines that did not change keep their bytes."""
        newline = b"\r\n" if b"\r\n" in data[self.start : self.end] or b"\r\n" in data[:1000] else b"\n"
        if self.transfer == "base64":
            packed = base64.b64encode(content)
            lines = [packed[k : k + 76] for k in range(0, len(packed), 76)]
            closing = newline if data[self.start : self.end].endswith(b"\n") else b""
            return newline.join(lines) + closing
        if self.transfer == "quoted-printable":
            return _quoted(data[self.start : self.end], content, newline)
        return content


def split(data: bytes, name: str) -> Part:
    """The message in `data` as a tree of parts.

    Raises `InputError` where it is nested or divided beyond reason.
    """
    tree = _split(data, 0, len(data), "1", name)
    if sum(1 for _ in tree.walk()) > _MAX_PARTS:
        raise InputError(f"{name}: over {_MAX_PARTS} parts in the message; save it without them")
    return tree


def _split(data: bytes, start: int, end: int, path: str, name: str) -> Part:
    if path.count(".") > _MAX_DEPTH:
        raise InputError(f"{name}: parts nested over {_MAX_DEPTH} deep; save the message without them")
    head, body = _header_end(data, start, end)
    fields = email.parser.BytesHeaderParser().parsebytes(data[start:head])
    boundary = fields.get_boundary()
    if fields.get_content_maintype() != "multipart" or not boundary:
        return Part(path, fields, body, end)
    delimiter = re.compile(rb"(?m)^--" + re.escape(boundary.encode("utf-8", "replace")) + rb"(--)?[ \t]*\r?(?:\n|\Z)")
    inner = [
        _split(data, low, high, f"{path}.{k}", name)
        for k, (low, high) in enumerate(_between(delimiter, data, body, end), start=1)
    ]
    return Part(path, fields, body, end, tuple(inner))


def _between(delimiter: re.Pattern[bytes], data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretches between delimiters; a message that is cut off ends its last part."""
    at = -1
    for found in delimiter.finditer(data, start, end):
        if at >= 0:
            yield at, _without_newline(data, at, found.start())
        at = found.end()
        if found.group(1):
            return
    if at >= 0:
        yield at, end


def _header_end(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the header fields end and where the body begins."""
    for empty in (b"\r\n", b"\n"):
        if data.startswith(empty, start, end):
            return start, start + len(empty)
    found = _HEADER_END.search(data, start, end)
    return (found.start(), found.end()) if found else (end, end)


def _without_newline(data: bytes, start: int, end: int) -> int:
    """The newline before a delimiter belongs to the delimiter."""
    if end > start and data[end - 1 : end] == b"\n":
        end -= 1
        if end > start and data[end - 1 : end] == b"\r":
            end -= 1
    return end


def _quoted(body: bytes, content: bytes, newline: bytes) -> bytes:
    old = [line for line in _LOGICAL_LINE.findall(body) if line]
    new = _LINE.findall(content)
    if len(old) != len(new):
        return b"".join(_quoted_line(line, newline) for line in new)
    pairs = zip(old, new, strict=True)
    return b"".join(
        before if quopri.decodestring(before) == after else _quoted_line(after, newline) for before, after in pairs
    )


def _quoted_line(line: bytes, newline: bytes) -> bytes:
    text = line.rstrip(b"\r\n")
    return binascii.b2a_qp(text).replace(b"=\n", b"=" + newline) + line[len(text) :]
