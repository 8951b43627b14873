"""A typesetter as others use it: files in, PDFs out, by a sandboxed child that stays for many files."""

import contextlib
import re
import shutil
import subprocess
import tempfile
import threading
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from whosecopy.errors import InputError
from whosecopy.media import sandbox
from whosecopy.media.docx import MEDIA as DOCX
from whosecopy.media.html import MEDIA as HTML
from whosecopy.media.markdown import MEDIA as MARKDOWN
from whosecopy.media.plain import MEDIA as PLAIN
from whosecopy.media.typeset import wire
from whosecopy.media.typeset.moving import Moves
from whosecopy.model import Layout

PRINTED = (PLAIN, MARKDOWN, HTML)
FILE_S = 120
PRINTER_LIMITS = sandbox.Limits(memory_bytes=2 * 2**30, cpu_s=60, wall_s=FILE_S, output_bytes=256 * 2**20)
OFFICE_LIMITS = sandbox.Limits(memory_bytes=4 * 2**30, cpu_s=86_400, wall_s=86_400, output_bytes=256 * 2**20)
"""LibreOffice stays for many files: what counts there is `FILE_S` for each."""
_FONT_CACHE = ("/var/cache/fontconfig",)
_OFFICE_SETTINGS = ("/etc/libreoffice", "/var/lib/libreoffice")
_PROBE_S = 60
_STARTS = 2


def engine(media: str) -> str:
    """Program and version that set documents of `media` on pages; empty where nothing here does.

    >>> engine("message/rfc822")
    ''
    """
    if media in PRINTED:
        return f"WeasyPrint {version('weasyprint')}"
    return _office_version(office_program()) if media == DOCX else ""


def office_program() -> str:
    """The path of LibreOffice's program; empty where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice") or ""


def open_typesetter(media: str) -> "Typesetter":
    """A typesetter for documents of `media`: close it, or use it in a `with` statement.

    Raises `InputError` where nothing here sets them.
    """
    if not engine(media):
        if media == DOCX:
            raise InputError("LibreOffice is needed to set DOCX on pages; install libreoffice-writer, or seal a PDF")
        raise InputError(f"documents of type {media} are not set on pages; seal a PDF, or without --as")
    return Typesetter(media)


class Typesetter:
    """Sets files of one medium; its child starts with the first file. For one thread at a time."""

    def __init__(self, media: str) -> None:
        self._media = media
        self._module = "whosecopy.media.typeset." + ("office" if media == DOCX else "printer")
        self._limits = OFFICE_LIMITS if media == DOCX else PRINTER_LIMITS
        self._child: subprocess.Popen[bytes] | None = None
        self._folder = ""

    def pdf(self, data: bytes, name: str, encoding: str | None = None) -> bytes:
        """The file `data` of this medium as a PDF with live text: same input, same pages.

        `encoding` is that of a text file where it does not say so itself.

        Raises `InputError` where it cannot be set: damaged, over the limits, or its typesetter broke off twice.
        """
        return self._set(wire.Job(self._media, name, data, encoding)).pdf

    def placed(self, data: bytes, name: str, encoding: str | None = None) -> tuple[bytes, str, Layout]:
        """`pdf`, its text, and where its words stand; how far they may move was not tried out.

        Raises `InputError` as `pdf` does.
        """
        reply = self._set(wire.Job(self._media, name, data, encoding, places=True))
        return reply.pdf, reply.text, reply.layout

    def copy(self, data: bytes, name: str, moves: Moves, encoding: str | None = None) -> bytes:
        """`pdf` with words moved, as far as they have room; read again, it says the same.

        Raises `InputError` as `pdf` does, and where no such copy reads the same.
        """
        return self._set(wire.Job(self._media, name, data, encoding, moves=moves)).pdf

    def _set(self, job: wire.Job) -> wire.Reply:
        for _ in range(_STARTS):
            reply = self._ask(job)
            if reply is None:
                self.close()
            elif reply.error:
                raise InputError(reply.error)
            else:
                return reply
        raise InputError(f"{job.name}: the typesetter broke off; save the document as PDF and seal that")

    def close(self) -> None:
        """Ends the child; the next file starts another one."""
        child, self._child = self._child, None
        if child is not None:
            sandbox.end(child)
            for stream in (child.stdin, child.stdout):
                if stream is not None:
                    _shut(stream)
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _ask(self, job: wire.Job) -> wire.Reply | None:
        """The child's answer; None where it broke off."""
        if self._child is None:
            self._folder = tempfile.mkdtemp(prefix="whosecopy-")
            self._child = sandbox.start_sandboxed(self._module, self._limits, self._folder, _readable(self._media))
        child, late = self._child, threading.Event()

        def stop() -> None:
            late.set()
            sandbox.end(child)

        timer = threading.Timer(FILE_S, stop)
        timer.start()
        try:
            reply = _exchange(child, job, self._limits.output_bytes)
        except BaseException:
            self.close()
            raise
        finally:
            timer.cancel()
        if late.is_set():
            self.close()
            raise InputError(f"{job.name}: setting it on pages took over {FILE_S} s; seal it in parts")
        return reply


class Typesetters:
    """A typesetter for each medium, opened when first asked for and kept until the end of the `with` statement."""

    def __init__(self) -> None:
        self._open: dict[str, Typesetter] = {}

    def of(self, media: str) -> Typesetter:
        """The one for documents of `media`.

        Raises `InputError` where nothing here sets them.
        """
        if media not in self._open:
            self._open[media] = open_typesetter(media)
        return self._open[media]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for one in self._open.values():
            one.close()


def _exchange(child: "subprocess.Popen[bytes]", job: wire.Job, most_bytes: int) -> wire.Reply | None:
    if child.stdin is None or child.stdout is None:
        return None
    try:
        wire.send(child.stdin, job)
    except BrokenPipeError:
        return None
    return wire.reply(child.stdout, most_bytes)


def _shut(stream: IO[bytes]) -> None:
    """Closes a pipe; what it still held is lost where nobody reads it any more."""
    with contextlib.suppress(BrokenPipeError):
        stream.close()


def _readable(media: str) -> tuple[str, ...]:
    """The folders that a typesetter needs besides those of the interpreter."""
    if media != DOCX:
        return _FONT_CACHE
    return (*_FONT_CACHE, *_OFFICE_SETTINGS, str(Path(office_program()).resolve().parents[1]))


@lru_cache(maxsize=4)
def _office_version(program: str) -> str:
    """Name and version as LibreOffice says them; empty where it does not start."""
    if not program:
        return ""
    with tempfile.TemporaryDirectory() as home:
        command = [program, "--headless", f"-env:UserInstallation={Path(home).as_uri()}", "--version"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_PROBE_S, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return ""
    found = re.search(r"LibreOffice\S*\s+[\d.]+", done.stdout)
    return found.group() if found else ""
