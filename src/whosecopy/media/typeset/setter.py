"""A typesetter as others use it: files in, PDFs out, by a sandboxed child that stays for many files."""

import re
import shutil
import subprocess
import tempfile
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Self

from whosecopy.errors import InputError
from whosecopy.media import sandbox
from whosecopy.media.docx import MEDIA as DOCX
from whosecopy.media.html import MEDIA as HTML
from whosecopy.media.markdown import MEDIA as MARKDOWN
from whosecopy.media.plain import MEDIA as PLAIN
from whosecopy.media.standing import Standing
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
        module = "whosecopy.media.typeset." + ("office" if media == DOCX else "printer")
        limits = OFFICE_LIMITS if media == DOCX else PRINTER_LIMITS
        self._child = Standing(module, limits, wire.Reply, readable=_readable(media), starts=_STARTS)

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
        try:
            reply = self._child.ask(job, FILE_S)
        except TimeoutError as error:
            raise InputError(f"{job.name}: setting it on pages took over {FILE_S} s; seal it in parts") from error
        if reply is None:
            raise InputError(f"{job.name}: the typesetter broke off; save the document as PDF and seal that")
        if reply.error:
            raise InputError(reply.error)
        return reply

    def close(self) -> None:
        """Ends the child; the next file starts another one."""
        self._child.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


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
