"""The text of a PDF leak; pages without usable text are read as pictures."""

from typing import Any

import numpy as np

from whosecopy.errors import InputError
from whosecopy.media.hyphens import LINE_HYPHEN, joined
from whosecopy.media.leak import PDF, LeakText
from whosecopy.media.ocr import Reader
from whosecopy.media.pdf.seen import seen_page
from whosecopy.media.picture.sheet import Grey

_MAX_PAGES = 5_000
_FEW_CHARACTERS = 20
_GARBAGE_SHARE = 0.05
_SCAN_DPI = 300
_MAX_SIDE_PX = 5_000


def read(data: bytes, name: str) -> LeakText:
    """The text of all pages; `channel` is `ocr` where most of it was read from pictures of pages.

    Raises `InputError` where the PDF is damaged or needs a password.
    """
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        advice = "remove its password" if "password" in str(error).lower() else "print it to PDF again"
        raise InputError(f"{name}: the PDF cannot be opened ({error}); {advice}") from None
    notes: list[str] = []
    if len(pdf) > _MAX_PAGES:
        notes.append(f"only the first {_MAX_PAGES} of {len(pdf)} pages were read")
    numbers = range(min(len(pdf), _MAX_PAGES))
    texts = {number: _text(pdf[number]) for number in numbers}
    pictures = [number for number in numbers if not _usable(texts[number]) and _shows_something(pdf[number])]
    texts |= dict.fromkeys(pictures, "")
    reader = Reader(name)
    scanned = _scanned(pdf, pictures, reader)
    if len(scanned) < len(pictures):
        notes.append(f"{len(pictures) - len(scanned)} scanned pages were left out for want of time")
    texts |= scanned
    by_ocr, total = sum(map(len, scanned.values())), sum(map(len, texts.values()))
    text = joined("\n\n".join(texts[number].strip() for number in numbers if texts[number].strip()))
    pages = tuple(seen_page(pdf[number]) for number in numbers if number not in pictures)
    return LeakText(
        text, PDF, "ocr" if 2 * by_ocr > total else "pdf text", (*notes, *reader.notes), pages, tuple(reader.pictures)
    )


def _text(page: Any) -> str:
    textpage = page.get_textpage()
    return str(textpage.get_text_range()).replace("\r\n", "\n")


def _usable(text: str) -> bool:
    """Whether a text layer holds more than a few characters, and not codes of glyphs without a meaning."""
    garbage = sum((c < " " and c not in "\n\t") or "\ue000" <= c <= "\uf8ff" or c == "\ufffd" for c in text)
    return len(text.replace(LINE_HYPHEN, "").strip()) >= _FEW_CHARACTERS and garbage <= _GARBAGE_SHARE * len(text)


def _shows_something(page: Any) -> bool:
    return next(iter(page.get_objects(max_depth=1)), None) is not None


def _scanned(pdf: Any, numbers: list[int], reader: Reader) -> dict[int, str]:
    """What OCR reads on these pages."""
    return {number: reader.read(_drawn(pdf[number])) for number in numbers if not reader.exhausted}


def _drawn(page: Any) -> Grey:
    """A grey picture of the page at 300 dpi, less for posters."""
    scale = min(_SCAN_DPI / 72, _MAX_SIDE_PX / max(*page.get_size(), 1))
    return np.asarray(page.render(scale=scale, grayscale=True).to_numpy().squeeze(), dtype=np.uint8)
