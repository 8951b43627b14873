"""A PDF to be sealed: taken apart and proven in a sandboxed child, its copies pressed from a plate.

Words of a PDF are moved, never changed. The parent process parses nothing: not the file, and not finished copies,
whose text is compared with the master's in another sandboxed child before they leave.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import msgspec

from whosecopy.errors import InputError, IntegrityError
from whosecopy.media import sandbox
from whosecopy.media.pdf.press import Plate
from whosecopy.media.pdf.printer import Extremes, High, Printer
from whosecopy.media.pdf.rereading import Rereader
from whosecopy.media.pdf.rewrite import GREY
from whosecopy.media.pdf.switches import Choice
from whosecopy.model import Block, Document
from whosecopy.model.layout import Layout, Shift

MEDIA = "application/pdf"
VERSION = "1"
LIMITS = sandbox.Limits(memory_bytes=2 * 2**30, cpu_s=30, wall_s=600, output_bytes=512 * 2**20)
"""Of one question; long documents earn more processor time page by page."""
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
    return press(document, [document.shifts])(document.shifts)


def press(document: Document, samples: Sequence[Sequence[Shift]]) -> "Press":
    """What makes copies of `document`; `samples` are shifts of copies, and show every value that a shift may have.

    Raises `IntegrityError` where the words of the master are no longer found as they were.
    """
    wanted = tuple(dict.fromkeys(shift for sample in samples for shift in sample))
    reply = _ask(document.source, Request("plate", "the master", samples=wanted))
    if reply.plate is None or _places(reply) != _places(document):
        raise IntegrityError(
            "the words of the stored master are no longer found where they were; use the version that sealed it"
        )
    return Press(document, reply.plate, Extremes.of(samples), reply.texts)


class Press:
    """Makes copies that read as the master does, character for character.

    Every copy is read by PDFium before it leaves. Where it reads otherwise than the master, words near the
    place stay in that copy where the master has them.
    """

    def __init__(self, document: Document, plate: Plate, ends: Extremes, texts: Sequence[str]) -> None:
        self._document = document
        self._plate = plate
        self._ends = ends
        self._texts = texts
        self._printer = Printer(plate, ends)
        self._reader = Rereader(texts)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What one copy has otherwise than another: words and axes."""
        return self._ends.choices

    def chosen(self, shifts: Sequence[Shift]) -> High:
        """Which of `choices` fall on the higher value in a copy with these shifts."""
        return self._ends.chosen(shifts)[0]

    def __call__(self, shifts: Sequence[Shift]) -> bytes:
        """The file of the copy with these shifts."""
        high, resting = self._ends.chosen(shifts)
        return self.copy(high, resting)

    def copy(self, high: High, resting: Collection[Choice] = frozenset()) -> bytes:
        """The file of the copy whose `choices` fall as `high` says, but for those that rest.

        Raises `IntegrityError` where it does not read as the master does, whatever rests, `InputError` where PDFium
        breaks off on it.
        """
        from whosecopy.media.pdf.proof import suspects

        printer = Printer(self._plate, self._ends, resting) if resting else self._printer
        words, text = self._document.layout.words, self._document.text
        for turn in range(_ROUNDS):
            data = printer.copy(high)
            wrong = suspects(words, text, self._texts, self._reader.otherwise(data), turn == _ROUNDS - 2)
            if not wrong:
                return data
            resting = {*resting, *((word, axis) for word, axis in self.choices if word in wrong and axis != GREY)}
            printer = Printer(self._plate, self._ends, resting)
        raise IntegrityError("a copy would not read as its master does; seal the document again")


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
