"""Pages of a PDF drawn in grey, in a child process that can do no harm, as programs show them on screens."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from itertools import accumulate, pairwise
from typing import Any

import msgspec
import numpy as np

from whosecopy.errors import InputError
from whosecopy.media import sandbox
from whosecopy.media.picture.sheet import Grey

LIMITS = sandbox.Limits(memory_bytes=2 * 2**30, cpu_s=60, wall_s=180, output_bytes=256 * 2**20)
_POPPLER_S = 20


class Program(StrEnum):
    """Ways to draw a page that put letters on different pixels; those of Poppler only where it is installed."""

    PDFIUM_GREY = "PDFium, grey"
    PDFIUM = "PDFium"
    PDFIUM_LCD = "PDFium, for LCD"
    POPPLER = "Poppler"
    CAIRO = "Poppler, by Cairo"

    @property
    def command(self) -> str | None:
        """What has to be installed for it; None where nothing has."""
        return _COMMANDS[self][0] if self in _COMMANDS else None


_COMMANDS = {
    Program.POPPLER: ("pdftoppm", "-png", "-"),
    Program.CAIRO: ("pdftocairo", "-png", "-singlefile", "-", "-"),
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is to be drawn: page `page`, from 0, of file number `file`, at `scale` pixels per point, by `program`."""

    file: int
    page: int
    scale: float
    program: Program = Program.PDFIUM_GREY


@dataclass(frozen=True, slots=True)
class Request:
    """All drawings; the files follow, `sizes` says how long they are."""

    drawings: tuple[Drawing, ...]
    sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """Rows of grey from the top; no pixels where the page cannot be drawn."""

    width: int = 0
    height: int = 0
    pixels: bytes = b""

    @property
    def grey(self) -> Grey | None:
        """The picture."""
        if not self.pixels or len(self.pixels) != self.width * self.height:
            return None
        return np.frombuffer(self.pixels, dtype=np.uint8).reshape(self.height, self.width)


def draw_page(pdf: bytes, page: int, scale: float, name: str) -> Grey:
    """Page number `page` of `pdf` at `scale` pixels per point, as PDFium draws it in grey.

    Raises `InputError` where it cannot be drawn.
    """
    (drawn,) = draw_pages([pdf], [Drawing(0, page, scale)], name)
    if drawn is None:
        raise InputError(f"{name}: page {page + 1} cannot be drawn, so that no picture can be laid on it")
    return drawn


def draw_pages(files: Sequence[bytes], drawings: Sequence[Drawing], name: str) -> list[Grey | None]:
    """Pages of PDFs in grey; None for what cannot be drawn, or by no program installed here.

    Raises `InputError` where the child breaks off; `name` is what is spoken of there.
    """
    request = Request(tuple(drawings), tuple(len(file) for file in files))
    message = b"".join([msgspec.json.encode(request), b"\n", *files])
    answer = sandbox.run_sandboxed("whosecopy.media.picture.draw", message, LIMITS, name)
    try:
        replies = msgspec.msgpack.decode(answer, type=tuple[Reply, ...])
    except msgspec.DecodeError:
        replies = ()
    return [reply.grey for reply in replies] if len(replies) == len(drawings) else [None] * len(drawings)


def main(arguments: list[str]) -> None:
    """The child: one request in, one reply for each drawing out."""
    sandbox.confine_self(arguments)
    line, data = sys.stdin.buffer.read().split(b"\n", 1)
    request = msgspec.json.decode(line, type=Request)
    files = [data[start:end] for start, end in pairwise(accumulate(request.sizes, initial=0))]
    replies = [_drawn(files[one.file], one) for one in request.drawings]
    sys.stdout.buffer.write(msgspec.msgpack.encode(replies))


def _drawn(pdf: bytes, what: Drawing) -> Reply:
    picture = _by_poppler(pdf, what) if what.program in _COMMANDS else _by_pdfium(pdf, what)
    if picture is None:
        return Reply()
    grey = picture.convert("L")
    return Reply(grey.width, grey.height, grey.tobytes())


def _by_pdfium(pdf: bytes, what: Drawing) -> Any:
    import pypdfium2

    mode = "lcd" if what.program is Program.PDFIUM_LCD else None
    page = pypdfium2.PdfDocument(pdf)[what.page]
    return page.render(
        scale=what.scale, grayscale=what.program is Program.PDFIUM_GREY, optimize_mode=mode
    ).to_pil()  # fmt: skip


def _by_poppler(pdf: bytes, what: Drawing) -> Any:
    from PIL import Image

    command, *options = _COMMANDS[what.program]
    found, number = shutil.which(command), str(what.page + 1)
    if found is None:
        return None
    whole = [found, "-f", number, "-l", number, "-r", repr(72 * what.scale), *options]
    try:
        done = subprocess.run(whole, input=pdf, capture_output=True, timeout=_POPPLER_S, check=False)
        return Image.open(BytesIO(done.stdout), formats=["PNG"]) if done.returncode == 0 else None
    except (OSError, subprocess.TimeoutExpired):
        return None


if __name__ == "__main__":
    main(sys.argv[1:])
