"""Finished copies read once more by PDFium, before they leave, in a sandboxed child that stays for all of them."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from whosecopy.errors import InputError
from whosecopy.media import sandbox
from whosecopy.media.standing import Standing, questions, send

_COPY_S = 30
_LIMITS = sandbox.Limits(memory_bytes=2 * 2**30, cpu_s=_COPY_S, wall_s=86_400, output_bytes=256 * 2**20)
"""Processor time is for each copy."""


@dataclass(frozen=True, slots=True)
class Question:
    """A copy, or first of all the pages of the master as PDFium reads them."""

    copy: bytes = b""
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """The pages of a copy that read otherwise, with what they say; `error` where PDFium cannot read it."""

    otherwise: tuple[tuple[int, str], ...] = ()
    error: str = ""


class Rereader:
    """Reads copies of one master, whose pages read `texts`; its child starts with the first copy."""

    def __init__(self, texts: Sequence[str]) -> None:
        opening = Question(texts=tuple(texts))
        self._child = Standing("whosecopy.media.pdf.rereading", _LIMITS, Reading, opening)

    def otherwise(self, copy: bytes) -> dict[int, str]:
        """What the pages of `copy` say that do not read as the master's, by number.

        Raises `InputError` where a copy cannot be read, or takes too long.
        """
        try:
            found = self._child.ask(Question(copy), 2 * _COPY_S)
        except TimeoutError:
            found = None
        if found is None or found.error:
            why = found.error if found else "PDFium broke off"
            raise InputError(f"a copy cannot be read again ({why}); print the master to PDF again")
        return dict(found.otherwise)


def main(arguments: list[str]) -> None:
    """Confines itself, then reads one copy after the other until nobody asks any more."""
    sandbox.confine_self(arguments)
    texts: tuple[str, ...] = ()
    for asked in questions(sys.stdin.buffer, Question):
        sandbox.allow(_COPY_S)
        if asked.copy:
            send(sys.stdout.buffer, _reading(asked.copy, texts))
        else:
            texts = asked.texts


def _reading(copy: bytes, texts: Sequence[str]) -> Reading:
    from whosecopy.media.pdf.proof import read_texts

    try:
        found = read_texts(copy, range(len(texts)), everywhere=False).pdfium
    except Exception as error:
        return Reading(error=type(error).__name__)
    return Reading(tuple((page, found[page]) for page, wanted in enumerate(texts) if found[page] != wanted))


if __name__ == "__main__":
    main(sys.argv[1:])
