"""A PDF to be sealed: taken apart and proven in a sandboxed child, its copies pressed from a plate.

Words of a PDF are moved, never changed. The parent process parses nothing of the file but the text of
finished copies, which is compared with the master's before they leave.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from whosecopy.errors import InputError, IntegrityError
from whosecopy.media import sandbox
from whosecopy.media.pdf.press import Plate, Printer
from whosecopy.model import Block, Document
from whosecopy.model.layout import Layout, Shift

MEDIA = "application/pdf"
VERSION = "1"
LIMITS = sandbox.Limits(memory_bytes=2 * 2**30, cpu_s=30, wall_s=120, output_bytes=512 * 2**20)
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Request:
    """What the child is asked: `open`, `plate` with `samples`, or `unlock` with a password; the file follows."""

    what: str
    name: str
    password: str = ""
    samples: tuple[Shift, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What the child answers, or why there is no answer; `pages` are spans of `text`, `texts` what PDFium reads."""

    error: str = ""
    text: str = ""
    pages: tuple[tuple[int, int], ...] = ()
    layout: Layout | None = None
    plate: Plate | None = None
    texts: tuple[str, ...] = ()
    unlocked: bytes = b""


def parse(data: bytes, name: str, encoding: str | None = None) -> Document:
    """The PDF `data` as a document: its text, one block for each page, and the words that copies may move.

    Raises `InputError` where it is signed, encrypted, damaged, made of pictures, or beyond the limits.
    """
    reply = _ask(data, Request("open", name))
    if reply.layout is None:
        raise InputError(f"{name}: the parser broke off; print it to PDF again")
    blocks = tuple(Block(start, end, "page") for start, end in reply.pages if start < end)
    whole = ((0, len(reply.text)),) if reply.text else ()
    text = reply.text if reply.text.strip() else ""
    return Document(MEDIA, text, blocks if text else (), whole if text else (), (), data, layout=reply.layout)


def write(document: Document) -> bytes:
    """The file of one copy of `document`; `press` is faster for more."""
    return press(document, document.shifts)(document.shifts)


def press(document: Document, samples: Sequence[Shift]) -> Callable[[Sequence[Shift]], bytes]:
    """A function from the shifts of a copy to its file; `samples` show every value that a shift may have.

    A copy reads as the master does, character for character: where PDFium says otherwise, words near the
    place stay where the master has them. Raises `IntegrityError` where the words of the master are no
    longer found as they were.
    """
    reply = _ask(document.source, Request("plate", "the master", samples=tuple(samples)))
    if reply.plate is None or _places(reply) != _places(document):
        raise IntegrityError(
            "the words of the stored master are no longer found where they were; use the version that sealed it"
        )
    printer, texts = Printer(reply.plate), reply.texts

    def make(shifts: Sequence[Shift]) -> bytes:
        from whosecopy.media.pdf.proof import suspects

        kept = tuple(shifts)
        for turn in range(_ROUNDS):
            data = printer.copy(kept)
            wrong = suspects(document.layout.words, document.text, texts, data, whole_pages=turn == _ROUNDS - 2)
            if not wrong:
                return data
            kept = tuple(Shift(one.word, grey=one.grey) if one.word in wrong else one for one in kept)
        raise IntegrityError("a copy would not read as its master does; seal the document again")

    return make


def unlock(data: bytes, password: str, name: str) -> bytes:
    """The PDF `data` without its password.

    Raises `InputError` where the password is wrong.
    """
    return _ask(data, Request("unlock", name, password)).unlocked


def _places(found: Reply | Document) -> tuple[str, list[tuple[int, int, int]]]:
    words = found.layout.words if found.layout else ()
    return found.text, [(word.start, word.end, word.page) for word in words]


def _ask(data: bytes, request: Request) -> Reply:
    head = msgspec.msgpack.encode(request)
    message = len(head).to_bytes(8, "big") + head + data
    answer = sandbox.run_sandboxed("whosecopy.media.pdf.child", message, LIMITS, request.name)
    try:
        reply = msgspec.msgpack.decode(answer, type=Reply)
    except msgspec.DecodeError:
        raise InputError(f"{request.name}: the parser broke off; print it to PDF again") from None
    if reply.error:
        raise InputError(reply.error)
    return reply
