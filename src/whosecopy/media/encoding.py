"""Bytes to characters and back, exactly; what cannot be decoded with certainty is refused.

A byte order mark stays in the text as its first character, so that encoding gives back the same bytes.
"""

import codecs
import re

from whosecopy.errors import InputError
from whosecopy.model import Document

LIMIT_BYTES = 100 * 2**20
BOM = "\ufeff"
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_ASK = "pass --encoding, or save it as UTF-8"
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_WESTERN_SHARE = 0.15
_HIGH = bytes(range(0x80, 0x100))
_UNDEFINED = (0x81, 0x8D, 0x8F, 0x90, 0x9D)


def decode(data: bytes, name: str, encoding: str | None = None) -> tuple[str, str]:
    """The text of `data` and the name of the codec that writes exactly these bytes back.

    A byte order mark decides, then `encoding`, then UTF-8; Windows-1252 is tried last and only where
    the text looks Western.

    Raises `InputError` where `data` is empty, binary, too large or not in that encoding.
    """
    check_size(data, name)
    codec = _codec(data, name, encoding)
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: not {codec} text (byte {error.start}); {_ASK}") from None
    if text.encode(codec) != data:
        raise InputError(f"{name}: {codec} would not write the same bytes back; save it as UTF-8")
    control = _CONTROL.search(text)
    if control:
        raise InputError(f"{name}: looks like a binary file (control character at {control.start()}); give a text")
    return text, codec


def encode(text: str, codec: str, name: str = "the copy") -> bytes:
    """`text` in `codec`, as `decode` reported it.

    Raises `InputError` where `codec` lacks a character.
    """
    try:
        return text.encode(codec)
    except UnicodeEncodeError as error:
        raise InputError(f"{name}: {codec} has no {text[error.start]!r}; save the master as UTF-8") from None


def can_encode(document: Document, text: str) -> bool:
    """Whether `text` can be written into `document`: a carrier avoids variants for which this is false.

    >>> can_encode(Document("text/plain", "", (), (), (), b"", "cp1252"), "\N{NON-BREAKING HYPHEN}")
    False
    """
    if _CONTROL.search(text):
        return False
    try:
        text.encode("utf-8" if document.media == "text/html" else document.encoding)
    except UnicodeEncodeError:
        return False
    return True


def check_size(data: bytes, name: str) -> None:
    """Raises `InputError` where `data` is empty or over 100 MiB."""
    if not data.strip():
        raise InputError(f"{name}: the file is empty; give one that is not")
    if len(data) > LIMIT_BYTES:
        raise InputError(f"{name}: {len(data) >> 20} MiB are over the limit of {LIMIT_BYTES >> 20} MiB; split it")


def text_codec(encoding: str) -> str | None:
    """The Python codec that an encoding's label means (as browsers take it), or None."""
    try:
        found = codecs.lookup(encoding.strip())
    except (LookupError, ValueError):
        return None
    if found.name in ("iso8859-1", "ascii"):
        return "cp1252"
    is_text = getattr(found, "_is_text_encoding", True)
    return found.name if is_text else None


def _codec(data: bytes, name: str, encoding: str | None) -> str:
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return codec
    if encoding:
        codec_named = text_codec(encoding)
        if codec_named is None:
            raise InputError(f"{name}: unknown encoding {encoding!r}; use utf-8, utf-16 or windows-1252")
        if codec_named == "utf-16":
            raise InputError(f"{name}: UTF-16 without a byte order mark; save it as UTF-8")
        return "utf-8" if codec_named == "utf-8-sig" else codec_named
    if b"\0" in data:
        raise InputError(f"{name}: looks like a binary file, or UTF-16 without a byte order mark; save it as UTF-8")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _western(data, name)
    return "utf-8"


def _western(data: bytes, name: str) -> str:
    """`cp1252` where that is the plausible reading of bytes that are not UTF-8."""
    high = len(data) - len(data.translate(None, _HIGH))
    kept = data.decode("utf-8", "ignore")
    damaged_utf8 = sum(character > "\x7f" for character in kept) * 2 > high / 2
    undefined = any(byte in data for byte in _UNDEFINED)
    if undefined or damaged_utf8 or high > _WESTERN_SHARE * len(data):
        raise InputError(f"{name}: the encoding cannot be told (not UTF-8); {_ASK}")
    return "cp1252"
