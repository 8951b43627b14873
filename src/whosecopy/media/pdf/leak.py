"""The text of a PDF leak; pages without usable text, or with text that nobody sees, are read as pictures."""

from typing import Any

import numpy as np

from whosecopy.errors import InputError
from whosecopy.media.hyphens import LINE_HYPHEN, joined
from whosecopy.media.leak import PDF, LeakText
from whosecopy.media.ocr import Reader
from whosecopy.media.pdf.seen import seen_page
from whosecopy.media.picture.sheet import Grey
from whosecopy.media.sandbox import allow

_MAX_PAGES, _MAX_CHARACTERS = 5_000, 1_500_000
_PAGE_CPU_S = 30
_FEW_CHARACTERS = 20
_GARBAGE_SHARE = 0.05
_LONGEST_WORDS, _MOSTLY = 20, 0.5
_SCAN_DPI = 300
_MAX_SIDE_PX = 5_000
_MOST_LETTERS, _MOST_COVERED = 5_000, 20


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
    texts = _texts(pdf)
    numbers = range(len(texts))
    notes = [f"only the first {len(texts)} of {len(pdf)} pages were read"] if len(texts) < len(pdf) else []
    mute = [number for number in numbers if not _usable(texts[number]) and _shows_something(pdf[number])]
    covered = [number for number in numbers if number not in mute and _is_hidden(pdf[number])]
    if len(covered) > _MOST_COVERED:
        notes.append(f"of {len(covered) - _MOST_COVERED} searchable scans only the words laid over them were read")
    pictures = sorted(mute + covered[:_MOST_COVERED])
    texts |= dict.fromkeys(mute, "")
    reader = Reader()
    scanned = _scanned(pdf, pictures, reader)
    if len(scanned) < len(pictures):
        notes.append(f"{len(pictures) - len(scanned)} scanned pages were left out for want of time")
    texts |= {number: text for number, text in scanned.items() if text or number in mute}
    by_ocr, total = sum(map(len, scanned.values())), sum(map(len, texts.values()))
    text = joined("\n\n".join(texts[number].strip() for number in numbers if texts[number].strip()))
    pages = tuple(seen_page(pdf[number]) for number in numbers if number not in pictures)
    return LeakText(
        text, PDF, "ocr" if 2 * by_ocr > total else "pdf text", (*notes, *reader.notes), pages, tuple(reader.pictures)
    )


def _texts(pdf: Any) -> dict[int, str]:
    """What the pages say, of a long PDF the first ones; at least the first page's."""
    texts: dict[int, str] = {}
    left = _MAX_CHARACTERS
    for number in range(min(len(pdf), _MAX_PAGES)):
        text = _text(pdf[number])
        left -= len(text)
        if left < 0 and texts:
            break
        texts[number] = text
    return texts


def _text(page: Any) -> str:
    textpage = page.get_textpage()
    return str(textpage.get_text_range()).replace("\r\n", "\n")


def _usable(text: str) -> bool:
    """Whether a text layer holds more than a few characters, and not codes of glyphs without a meaning.

    Codes that look like letters show by their blanks: these are codes too, and are missing.
    """
    plain = sum("!" <= c <= "~" for c in text)
    if plain > _MOSTLY * len(text) and plain > _LONGEST_WORDS * len(text.split()):
        return False
    garbage = sum((c < " " and c not in "\n\t") or "\ue000" <= c <= "\uf8ff" or c == "\ufffd" for c in text)
    return len(text.replace(LINE_HYPHEN, "").strip()) >= _FEW_CHARACTERS and garbage <= _GARBAGE_SHARE * len(text)


def _is_hidden(page: Any) -> bool:
    """Whether most letters are drawn invisibly, as over scans that were made searchable: the scan is what leaked."""
    from pypdfium2 import raw

    textpage, shown, hidden = page.get_textpage(), 0, 0
    for number in range(min(textpage.count_chars(), _MOST_LETTERS)):
        drawn = raw.FPDFText_GetTextObject(textpage, number)
        if drawn and raw.FPDFText_GetUnicode(textpage, number) > ord(" "):
            shown += 1
            hidden += raw.FPDFTextObj_GetTextRenderMode(drawn) == raw.FPDF_TEXTRENDERMODE_INVISIBLE
    return 2 * hidden > shown


def _shows_something(page: Any) -> bool:
    return next(iter(page.get_objects(max_depth=1)), None) is not None


def _scanned(pdf: Any, numbers: list[int], reader: Reader) -> dict[int, str]:
    """What OCR reads on these pages."""
    scanned: dict[int, str] = {}
    for number in numbers:
        if reader.exhausted:
            break
        allow(_PAGE_CPU_S)
        scanned[number] = reader.read(_drawn(pdf[number]))
    return scanned


def _drawn(page: Any) -> Grey:
    """A grey picture of the page at 300 dpi, less for posters."""
    scale = min(_SCAN_DPI / 72, _MAX_SIDE_PX / max(*page.get_size(), 1))
    return np.asarray(page.render(scale=scale, grayscale=True).to_numpy().squeeze(), dtype=np.uint8)
