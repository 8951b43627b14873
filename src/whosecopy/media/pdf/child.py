"""The child process that takes a PDF master apart: request and file on standard input, one value out."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from time import process_time
from typing import TYPE_CHECKING, Any

import msgspec

from whosecopy.errors import InputError
from whosecopy.media.pdf.master import LIMITS, Reply, Request
from whosecopy.media.sandbox import allow, confine_self

if TYPE_CHECKING:
    from whosecopy.media.pdf.words import Found

_PAGE_S = 2
_WORDS = 20


def main(arguments: list[str]) -> None:
    """Confines itself, then works; every failure that Python can catch becomes a reply."""
    limits = confine_self(arguments)
    message = sys.stdin.buffer.read()
    size = int.from_bytes(message[:8], "big")
    request = msgspec.msgpack.decode(message[8 : 8 + size], type=Request)
    sys.stdout.buffer.write(msgspec.msgpack.encode(_reply(request, message[8 + size :], limits.memory_bytes)))


def _reply(request: Request, data: bytes, memory_bytes: int) -> Reply:
    try:
        return {"open": _open, "plate": _plate, "unlock": _unlock}[request.what](request, data)
    except InputError as error:
        return Reply(error=" ".join(str(error).split()))
    except (MemoryError, RecursionError):
        return Reply(error=f"{request.name}: taking it apart needs over {memory_bytes >> 20} MiB; seal it in parts")
    except Exception as error:
        kind = type(error).__name__
        return Reply(error=f"{request.name}: the PDF is damaged, or of a kind that cannot be sealed ({kind}); print it")


class _Patience:
    """Gives a long document more time than a short one: 2 s for each page that has words to move, 30 s at least."""

    def __init__(self) -> None:
        self._pages = 0

    def page_done(self, words: "Sequence[Found]") -> None:
        """Counts a page."""
        self._pages += sum(one.word.room_em > 0 for one in words) >= _WORDS
        earned = _PAGE_S * self._pages
        if earned > LIMITS.cpu_s:
            allow(earned - int(process_time()))


def _open(request: Request, data: bytes) -> Reply:
    from whosecopy.media.pdf.analysis import analyse
    from whosecopy.media.pdf.proof import proven
    from whosecopy.media.pdf.still import stilled

    pdf = _opened(data, request.name, "")
    _refuse_signed(pdf, request.name)
    analysis = analyse(data, request.name, _Patience().page_done, with_letters=True)
    if not any(one.word.room_em for one in analysis.found) and _pictures(pdf):
        raise InputError(
            f"{request.name}: its pages are pictures, which cannot be marked yet; seal the file they were made from"
        )
    analysis = proven(analysis)
    analysis = replace(analysis, found=stilled(analysis.found, analysis.letters))
    return Reply(text=analysis.text, pages=analysis.pages, layout=analysis.layout)


def _plate(request: Request, data: bytes) -> Reply:
    from whosecopy.media.pdf.analysis import analyse, plate
    from whosecopy.media.pdf.proof import read_texts

    analysis = analyse(data, request.name, _Patience().page_done)
    texts = read_texts(data, range(len(analysis.pages)), everywhere=False).pdfium
    made = plate(analysis, request.samples)
    return Reply(
        text=analysis.text, layout=analysis.layout, plate=made, texts=tuple(texts[page] for page in sorted(texts))
    )


def _unlock(request: Request, data: bytes) -> Reply:
    pdf = _opened(data, request.name, request.password)
    saved = BytesIO()
    pdf.save(saved, encryption=False)
    return Reply(unlocked=saved.getvalue())


def _opened(data: bytes, name: str, password: str) -> Any:
    """The open PDF.

    Raises `InputError` where it is damaged or the password does not open it.
    """
    import pikepdf

    try:
        return pikepdf.open(BytesIO(data), password=password)
    except pikepdf.PasswordError:
        asked = "--password does not open it" if password else "give its password with --password"
        raise InputError(f"{name}: the PDF is encrypted; {asked}") from None
    except pikepdf.PdfError as error:
        from whosecopy.media.pdf.analysis import reason

        raise InputError(f"{name}: the PDF is damaged ({reason(error)}); print it to PDF again") from None


def _refuse_signed(pdf: Any, name: str) -> None:
    form = pdf.Root.get("/AcroForm")
    fields = list(form.get("/Fields", [])) if form is not None else []
    if _signed(fields) or "/DocMDP" in pdf.Root.get("/Perms", {}):
        raise InputError(
            f"{name}: is signed, and marks would break the signature; seal the file without it, then sign each copy"
        )


def _signed(fields: list[Any]) -> bool:
    """Whether a form holds a signature; a field that is its own child is looked at once."""
    seen: set[tuple[int, int]] = set()
    left = list(fields)
    while left:
        field = left.pop()
        if field.is_indirect and field.objgen in seen:
            continue
        seen.add(field.objgen)
        if field.get("/FT") == "/Sig" and "/V" in field:
            return True
        left += list(field.get("/Kids", []))
    return False


def _pictures(pdf: Any) -> bool:
    """Whether some page shows a picture."""
    return any(len(page.images) for page in pdf.pages)


if __name__ == "__main__":
    main(sys.argv[1:])
