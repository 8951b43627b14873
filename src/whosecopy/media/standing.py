"""A sandboxed child that stays: one question after the other, each with a time of its own."""

import contextlib
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from typing import IO, Any, Generic, TypeVar

import msgspec

from whosecopy.media import sandbox

Question = TypeVar("Question")
Answer = TypeVar("Answer")
_HEAD_BYTES = 8


class Standing(Generic[Answer]):
    """The child `python -m module`, started with the first question and anew where it broke off.

    Each start is told `opening` first; a question is put to `starts` children at most. It ends with its parent. For one
    thread at a time; where it is pickled, the other process starts a child of its own.
    """

    def __init__(
        self, module: str, limits: sandbox.Limits, question_s: float, answers: type[Answer], opening: Any = None,
        readable: tuple[str, ...] = (), starts: int = 1,
    ) -> None:  # fmt: skip
        self._made_of = (module, limits, question_s, answers, opening, readable, starts)
        self._child: subprocess.Popen[bytes] | None = None
        self._folder = ""

    def __reduce__(self) -> tuple[Any, ...]:
        return Standing, self._made_of

    def ask(self, question: object) -> Answer | None:
        """The answer of the child; None where it broke off each time.

        Raises `TimeoutError` where it takes longer than it may.
        """
        for _ in range(self._made_of[-1]):
            found = self._asked(question)
            if found is not None:
                return found
            self.close()
        return None

    def close(self) -> None:
        """Ends the child; the next question starts another one."""
        child, self._child = self._child, None
        if child is not None:
            sandbox.end(child)
            for stream in (child.stdin, child.stdout):
                if stream is not None:
                    _shut(stream)
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = ""

    def __del__(self) -> None:
        self.close()

    def _asked(self, question: object) -> Answer | None:
        module, limits, question_s, answers, opening, readable, _ = self._made_of
        told = [question]
        if self._child is None:
            self._folder = tempfile.mkdtemp(prefix="whosecopy-")
            self._child = sandbox.start_sandboxed(module, limits, self._folder, readable)
            told = [opening, question] if opening is not None else told
        child, late = self._child, threading.Event()

        def stop() -> None:
            late.set()
            sandbox.end(child)

        timer = threading.Timer(question_s, stop)
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
            raise TimeoutError(f"no answer in {question_s:g} s")
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
