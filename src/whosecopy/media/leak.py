"""Reads whatever surfaced - a file, a PDF, a picture - in a child process that can do no harm."""

from dataclasses import dataclass

import msgspec

from whosecopy.errors import InputError
from whosecopy.media import encoding, sandbox
from whosecopy.media.docx_looks import SeenWords
from whosecopy.model.layout import SeenPage

PDF = "application/pdf"
LIMITS = sandbox.Limits(memory_bytes=2 * 2**30, cpu_s=30, wall_s=600, output_bytes=256 * 2**20)
"""Processor time is for a file, or for each of its pages where these are pictures."""


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A grey picture of a page, its rows from the top, and the words that OCR reads in it.

    `boxes` are their places: left, top, right, bottom, in pixels. `upright` where the words make so much sense that
    it is neither turned, mirrored nor inverted.
    """

    width: int
    height: int
    pixels: bytes
    words: tuple[str, ...] = ()
    boxes: tuple[tuple[float, float, float, float], ...] = ()
    upright: bool = False


@dataclass(frozen=True, slots=True)
class LeakText:
    """The text of a leak; `channel` is `file`, `pdf text` or `ocr`; `notes` say what was left out or guessed.

    `pages` are the words with their places on the pages of a PDF that holds text, `pictures` what was read by OCR,
    `words` how the words of a Word document look.
    """

    text: str
    media: str
    channel: str
    notes: tuple[str, ...] = ()
    pages: tuple[SeenPage, ...] = ()
    pictures: tuple[PagePicture, ...] = ()
    words: SeenWords | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What the child is asked: the file follows as raw bytes."""

    name: str
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What the child answers: a leak, or why there is none."""

    leak: LeakText | None = None
    error: str = ""


def open_leak(data: bytes, name: str = "", encoding: str | None = None) -> LeakText:
    """The text of a leak: any format that can be sealed, PDF (text or scan), PNG, JPEG, TIFF, WebP or HEIC.

    The file is parsed by a child process under memory, time and output limits, without network and file
    system where bubblewrap works. Whatever is in it, the result is a `LeakText` or an `InputError`.

    Raises `InputError` where the file cannot be read, is empty, over 100 MiB, or exceeds the limits.
    """
    return _ask(data, Request(name or "the leak", encoding), LIMITS)


def _ask(data: bytes, request: Request, limits: sandbox.Limits) -> LeakText:
    encoding.check_size(data, request.name)
    message = msgspec.json.encode(request) + b"\n" + data
    answer = sandbox.run_sandboxed("whosecopy.media.child", message, limits, request.name)
    try:
        reply = msgspec.msgpack.decode(answer, type=Reply)
    except msgspec.DecodeError:
        raise InputError(f"{request.name}: the parser broke off; save the file again with another program") from None
    if reply.leak is None:
        raise InputError(reply.error)
    return reply.leak
