"""What a typesetting child is asked and answers: MessagePack values, each behind its length."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import msgspec

from whosecopy.media.typeset.moving import Moves, moved
from whosecopy.model.layout import NO_LAYOUT, Layout

_HEAD_BYTES = 8


@dataclass(frozen=True, slots=True)
class Job:
    """A file to be set; `name` is the one spoken of in errors.

    Asked for are its pages, where its words stand on them if `places`, or a copy with words moved as `moves` says.
    """

    media: str
    name: str
    data: bytes
    encoding: str | None = None
    places: bool = False
    moves: Moves | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """Its pages as a PDF, with their text and its places where asked for; or why there are none."""

    error: str = ""
    pdf: bytes = b""
    text: str = ""
    layout: Layout = NO_LAYOUT


def answer(job: Job, pdf: bytes) -> Reply:
    """What is answered to `job`, whose file was set as `pdf`.

    Raises `InputError` where it cannot be taken apart, or no copy of it reads as it should.
    """
    if job.moves is not None:
        return Reply(pdf=moved(pdf, job.moves, job.name))
    if not job.places:
        return Reply(pdf=pdf)
    from whosecopy.media.pdf.analysis import analyse

    analysis = analyse(pdf, job.name)
    return Reply(pdf=pdf, text=analysis.text, layout=analysis.layout)


def send(stream: IO[bytes], value: Job | Reply) -> None:
    """Writes `value` to `stream`."""
    body = msgspec.msgpack.encode(value)
    stream.write(len(body).to_bytes(_HEAD_BYTES, "big") + body)
    stream.flush()


def jobs(stream: IO[bytes]) -> Iterator[Job]:
    """What is asked on `stream`, until it ends."""
    while body := _body(stream):
        yield msgspec.msgpack.decode(body, type=Job)


def reply(stream: IO[bytes], most_bytes: int) -> Reply | None:
    """The next answer on `stream`; None where it broke off, is none, or is longer than `most_bytes`."""
    try:
        return msgspec.msgpack.decode(_body(stream, most_bytes), type=Reply)
    except msgspec.DecodeError:
        return None


def _body(stream: IO[bytes], most_bytes: int = 2**40) -> bytes:
    """The next value's bytes; none at the end."""
    head = stream.read(_HEAD_BYTES)
    size = int.from_bytes(head, "big")
    if len(head) < _HEAD_BYTES or size > most_bytes:
        return b""
    body = stream.read(size)
    return body if len(body) == size else b""
