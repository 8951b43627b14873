"""Pages of a PDF drawn in grey, in a child process that can do no harm."""

import sys
from dataclasses import dataclass

import msgspec
import numpy as np

from whosecopy.errors import InputError
from whosecopy.media import sandbox
from whosecopy.media.picture.sheet import Grey

LIMITS = sandbox.Limits(memory_bytes=2 * 2**30, cpu_s=60, wall_s=180, output_bytes=256 * 2**20)


@dataclass(frozen=True, slots=True)
class Request:
    """Which page, from 0, at how many pixels per point; the file follows."""

    page: int
    scale: float


@dataclass(frozen=True, slots=True)
class Reply:
    """Rows of grey from the top; no pixels where the page cannot be drawn."""

    width: int = 0
    height: int = 0
    pixels: bytes = b""


def draw_page(pdf: bytes, page: int, scale: float, name: str) -> Grey:
    """Page number `page` of `pdf` at `scale` pixels per point, as PDFium draws it.

    Raises `InputError` where it cannot be drawn.
    """
    message = msgspec.json.encode(Request(page, scale)) + b"\n" + pdf
    answer = sandbox.run_sandboxed("whosecopy.media.picture.draw", message, LIMITS, name)
    try:
        reply = msgspec.msgpack.decode(answer, type=Reply)
    except msgspec.DecodeError:
        reply = Reply()
    if len(reply.pixels) != reply.width * reply.height or not reply.pixels:
        raise InputError(f"{name}: page {page + 1} cannot be drawn, so that no picture can be laid on it")
    return np.frombuffer(reply.pixels, dtype=np.uint8).reshape(reply.height, reply.width)


def main(arguments: list[str]) -> None:
    """The child: one request in, one reply out."""
    import pypdfium2

    sandbox.confine_self(arguments)
    line, data = sys.stdin.buffer.read().split(b"\n", 1)
    request = msgspec.json.decode(line, type=Request)
    page = pypdfium2.PdfDocument(data)[request.page]
    rows = np.ascontiguousarray(page.render(scale=request.scale, grayscale=True).to_numpy().squeeze())
    sys.stdout.buffer.write(msgspec.msgpack.encode(Reply(rows.shape[1], rows.shape[0], rows.tobytes())))


if __name__ == "__main__":
    main(sys.argv[1:])
