"""A sandboxed child that stays: one question after the other, each with a time of its own."""

import contextlib
import shutil
import subprocess
import tempfile
import threading
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Generic, TypeVar

import msgspec

from whosecopy.media import sandbox

Question = TypeVar("Question")
Answer = TypeVar("Answer")
_HEAD_BYTES = 8


@dataclass(slots=True)
class _Running:
    """The child, where one runs, and the folder that is its own."""

    child: subprocess.Popen[bytes] | None = None
    folder: str = ""


class Standing(Generic[Answer]):
    """The child `python -m module`, started with the first question and anew where it broke off.

    Each start is told `opening` first; a question is put to `starts` children at most. It ends with its parent. For one
    thread at a time; where it is pickled, the other process starts a child of its own.
    """

    def __init__(
        self, module: str, limits: sandbox.Limits, answers: type[Answer], opening: Any = None,
        readable: tuple[str, ...] = (), starts: int = 1,
    ) -> None:  # fmt: skip
        self._made_of = (module, limits, answers, opening, readable, starts)
        self._running = _Running()
        weakref.finalize(self, _end, self._running)

    def __reduce__(self) -> tuple[Any, ...]:
        return Standing, self._made_of

    def ask(self, question: object, most_s: float) -> Answer | None:
        """The answer of the child; None where it broke off each time.

        Raises `TimeoutError` where it takes longer than `most_s`.
        """
        for _ in range(self._made_of[-1]):
            found = self._asked(question, most_s)
            if found is not None:
                return found
            self.close()
        return None

    def close(self) -> None:
        """Ends the child; the next question starts another one."""
        _end(self._running)

    def _asked(self, question: object, most_s: float) -> Answer | None:
        module, limits, answers, opening, readable, _ = self._made_of
        told = [question]
        if self._running.child is None:
            self._running.folder = tempfile.mkdtemp(prefix="whosecopy-")
            self._running.child = sandbox.start_sandboxed(module, limits, self._running.folder, readable)
            told = [opening, question] if opening is not None else told
        child, late = self._running.child, threading.Event()

        def stop() -> None:
            late.set()
            sandbox.end(child)

        timer = threading.Timer(most_s, stop)
        timer.start()
        try:
            found = _exchange(child, told, answers, limits.output_bytes)
        except BaseException:
            self.close()
            raise
        finally:
            timer.cancel()
        if late.is_set():
            self.close()
            raise TimeoutError(f"no answer in {most_s:g} s")
        return found


def send(stream: IO[bytes], value: object) -> None:
    """Writes `value` to `stream`: MessagePack behind its length."""
    body = msgspec.msgpack.encode(value)
    stream.write(len(body).to_bytes(_HEAD_BYTES, "big"))
    stream.write(body)
    stream.flush()


def questions(stream: IO[bytes], kind: type[Question]) -> Iterator[Question]:
    """What is asked on `stream`, until it ends."""
    while body := _body(stream):
        yield msgspec.msgpack.decode(body, type=kind)


def answer(stream: IO[bytes], kind: type[Answer], most_bytes: int) -> Answer | None:
    """The next answer on `stream`; None where it broke off, is none, or is longer than `most_bytes`."""
    try:
        return msgspec.msgpack.decode(_body(stream, most_bytes), type=kind)
    except msgspec.DecodeError:
        return None


def _exchange(
    child: "subprocess.Popen[bytes]", told: list[object], answers: type[Answer], most_bytes: int
) -> Answer | None:
    if child.stdin is None or child.stdout is None:
        return None
    try:
        for value in told:
            send(child.stdin, value)
    except BrokenPipeError:
        return None
    return answer(child.stdout, answers, most_bytes)


def _end(running: _Running) -> None:
    """Ends the child and takes its folder away."""
    child, running.child = running.child, None
    if child is not None:
        sandbox.end(child)
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                _shut(stream)
    if running.folder:
        shutil.rmtree(running.folder, ignore_errors=True)
        running.folder = ""


def _shut(stream: IO[bytes]) -> None:
    """Closes a pipe; what it still held is lost where nobody reads it any more."""
    with contextlib.suppress(BrokenPipeError):
        stream.close()


def _body(stream: IO[bytes], most_bytes: int = 2**40) -> bytes:
    """The next value's bytes; none at the end."""
    head = stream.read(_HEAD_BYTES)
    size = int.from_bytes(head, "big")
    if len(head) < _HEAD_BYTES or size > most_bytes:
        return b""
    body = stream.read(size)
    return body if len(body) == size else b""
