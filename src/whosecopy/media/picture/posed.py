"""One page of a PDF with its words moved, for pictures to be compared with; made in a child that can do no harm."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import msgspec

from whosecopy.errors import InputError
from whosecopy.media import sandbox
from whosecopy.model.layout import Shift

LIMITS = sandbox.Limits(memory_bytes=2 * 2**30, cpu_s=20, wall_s=60, output_bytes=256 * 2**20)
_OF_THE_WHOLE = ("/Outlines", "/Names", "/Dests", "/StructTreeRoot", "/PageLabels", "/OpenAction", "/Threads")
"""What leads from a document's root to other pages, and draws nothing."""


@dataclass(frozen=True, slots=True)
class Request:
    """Which page, from 0, what its `words` say, and the shifts of these, by number, in each pose; the file follows."""

    page: int
    words: tuple[str, ...]
    poses: tuple[tuple[Shift, ...], ...]


def posed(pdf: bytes, page: int, words: Sequence[str], poses: Sequence[Sequence[Shift]]) -> tuple[bytes, ...]:
    """Page number `page` of `pdf` alone, once for each of `poses`: a PDF of one page with its words moved so.

    `words` are those that can be moved, as they are found there. Raises `InputError` where others are.
    """
    request = Request(page, tuple(words), tuple(tuple(pose) for pose in poses))
    head = msgspec.msgpack.encode(request)
    message = len(head).to_bytes(8, "big") + head + pdf
    answer = sandbox.run_sandboxed("whosecopy.media.picture.posed", message, LIMITS, "the master")
    try:
        return msgspec.msgpack.decode(answer, type=tuple[bytes, ...])
    except msgspec.DecodeError:
        raise InputError(f"the master: page {page + 1} cannot be taken apart") from None


def main(arguments: list[str]) -> None:
    """The child: one request in, the files out; where the words are others it breaks off."""
    sandbox.confine_self(arguments)
    message = sys.stdin.buffer.read()
    size = int.from_bytes(message[:8], "big")
    request = msgspec.msgpack.decode(message[8 : 8 + size], type=Request)
    sys.stdout.buffer.write(msgspec.msgpack.encode(_made(request, message[8 + size :])))


def _made(request: Request, data: bytes) -> list[bytes]:
    from whosecopy.media.pdf.analysis import analyse, plate

    analysis = analyse(_alone(data, request.page), "the master")
    if tuple(analysis.text[one.word.start : one.word.end] for one in analysis.found) != request.words:
        raise SystemExit("the words of the page are not found as they were")
    made = plate(analysis, [shift for pose in request.poses for shift in pose])
    return [made.drawn(pose) for pose in request.poses]


def _alone(data: bytes, page: int) -> bytes:
    """The document with this page only."""
    import pikepdf

    with pikepdf.open(BytesIO(data)) as pdf:
        del pdf.pages[page + 1 :]
        del pdf.pages[:page]
        for key in _OF_THE_WHOLE:
            if key in pdf.Root:
                del pdf.Root[key]
        saved = BytesIO()
        pdf.save(saved, encryption=False)
    return saved.getvalue()


if __name__ == "__main__":
    main(sys.argv[1:])
