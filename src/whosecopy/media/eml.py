"""E-mail: the text of a message, whose plain and HTML bodies are changed alike.

The reading text is the plain body. Where the HTML body says the same, a character has its place in both;
where it does not, it is protected. Header fields and attachments keep their bytes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from whosecopy.errors import InputError
from whosecopy.media import encoding, html, mime, patch, plain
from whosecopy.media.builder import Builder
from whosecopy.media.twin import twinned
from whosecopy.model import Document

MEDIA = "message/rfc822"
VERSION = "1"
_SIGNED = frozenset({"multipart/signed", "multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
_ARMOUR = re.compile(rb"(?m)^-----BEGIN PGP ")
_STUB_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class _Body:
    """A text part: what it says, in which codec, and what characters it can be given."""

    part: mime.Part
    text: str
    codec: str
    writable: str

    @property
    def is_html(self) -> bool:
        return self.part.media == html.MEDIA


def parse(data: bytes, name: str, codec: str | None = None) -> Document:
    """An e-mail as a `Document`; the bodies of multipart/alternative are read as one text.

    `codec` stands in where a part does not declare its charset.

    Raises `InputError` where a body cannot be decoded.
    """
    builder = Builder()
    twins: list[tuple[int, int, _Body]] = []
    codecs: list[str] = []
    for first, second in _pairs(mime.split(data, name), data, name, codec):
        start = builder.length
        _read(first, builder)
        codecs.append(first.writable)
        if second is not None:
            twins.append((start, builder.length, second))
    document = builder.document(MEDIA, data, codecs[0] if len(set(codecs)) == 1 else "ascii")
    for start, end, body in twins:
        document = twinned(document, start, end, _alone(body))
    return document


def guard(data: bytes, name: str) -> None:
    """Raises `InputError` where the message is signed or encrypted: any copy would break the signature."""
    parts = list(mime.split(data, name).walk())
    if any(part.media in _SIGNED for part in parts) or _ARMOUR.search(data):
        raise InputError(f"{name}: signed or encrypted, a changed copy would not verify; seal the unsigned message")


def write(document: Document) -> bytes:
    """The message with the document's edits in all bodies that say the same; all else as it was."""
    data, name = document.source, "the master"
    found = patch.changes(document)
    out = data
    parts = [part for part in mime.split(data, name).walk() if part.path in found]
    for part in sorted(parts, key=lambda part: -part.start):
        body = _body(part, data, name, None)
        if body is None:
            raise InputError(f"{name}: part {part.path} cannot be written back; save the message again")
        text = patch.apply(body.text, found[part.path], patch.newline_of(body.text))
        content = text.encode(body.codec, "xmlcharrefreplace" if body.is_html else "strict")
        if body.is_html and part.seven_bit:
            content = text.encode("ascii", "xmlcharrefreplace")
        out = out[: part.start] + part.body(data, content) + out[part.end :]
    return out


def _pairs(part: mime.Part, data: bytes, name: str, codec: str | None) -> Iterator[tuple[_Body, _Body | None]]:
    """The bodies a reader sees, in order; of alternatives the plain one with its HTML twin.

    A plain alternative much shorter than the HTML one is a stub that nobody reads.
    """
    if part.attached:
        return
    if part.media != "multipart/alternative":
        body = _body(part, data, name, codec)
        if body is not None:
            yield body, None
        for inner in part.inner:
            yield from _pairs(inner, data, name, codec)
        return
    shown = [body for leaf in part.walk() if (body := _body(leaf, data, name, codec)) is not None]
    first = next((body for body in shown if not body.is_html), None)
    second = next((body for body in shown if body.is_html), None)
    if first is None or second is None:
        yield from ((body, None) for body in shown[:1])
    elif len(first.text) < _STUB_SHARE * len(_alone(second).text):
        yield second, None
    else:
        yield first, second


def _body(part: mime.Part, data: bytes, name: str, codec: str | None) -> _Body | None:
    """A text part that is shown; None for anything else."""
    if part.attached or part.inner or part.media not in (plain.MEDIA, html.MEDIA):
        return None
    content = part.content(data)
    if content is None or not content.strip():
        return None
    charset = part.fields.get_content_charset() or ""
    label = charset if encoding.text_codec(charset) else codec
    text, used = encoding.decode(content, f"{name} (part {part.path})", label)
    if part.media == html.MEDIA:
        return _Body(part, text, used, "utf-8")
    ascii_only = charset in ("", "us-ascii", "ascii") or (part.seven_bit and not part.transfer)
    return _Body(part, text, used, "ascii" if ascii_only else used)


def _read(body: _Body, builder: Builder) -> None:
    builder.part = body.part.path
    builder.escape = "html" if body.is_html else "none"
    if body.is_html:
        html.read(body.text, builder)
    else:
        plain.read(body.text, builder)


def _alone(body: _Body) -> Document:
    builder = Builder()
    _read(body, builder)
    return builder.document(body.part.media, b"", body.codec)
