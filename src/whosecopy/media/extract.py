"""The text of a leak, whatever its format; runs inside the sandbox."""

from dataclasses import replace

from whosecopy.errors import InputError
from whosecopy.media import encoding
from whosecopy.media.hyphens import joined
from whosecopy.media.leak import LeakText, PagePicture
from whosecopy.media.picture import frames
from whosecopy.media.sandbox import allow

_SAMPLE = 100_000
_PAGE_CPU_S = 30


def extract(data: bytes, name: str, codec: str | None = None) -> LeakText:
    """The text of `data`, told by its content.

    Raises `InputError` where nothing can be read.
    """
    encoding.check_size(data, name)
    leak = _extract(data, name, codec)
    if not leak.text.strip() and not any(map(_shows_something, leak.pictures)):
        raise InputError(f"{name}: no text found in it; hand in a clearer copy")
    text = leak.text.encode("utf-8", "replace").decode()
    return replace(leak, text=text)


def _extract(data: bytes, name: str, codec: str | None) -> LeakText:
    media = frames.media_of(data)
    if media:
        return _picture(data, name, media)
    if b"%PDF-" in data[:1024]:
        from whosecopy.media.pdf import leak as pdf

        return pdf.read(data, name)
    from whosecopy.media import dispatch, docx_looks

    document = dispatch.read_document(data, name, codec)
    words = docx_looks.seen(data, name) if document.media == dispatch.DOCX else None
    return LeakText(document.text, document.media, "file", words=words)


def _picture(data: bytes, name: str, media: str) -> LeakText:
    from whosecopy.media import ocr

    notes: list[str] = []
    reader = ocr.Reader()
    texts: list[str] = []
    for page in frames.frames(data, name, notes):
        if reader.exhausted:
            notes.append("further pages of the picture were left out for want of time")
            break
        texts.append(reader.read(page))
        allow(_PAGE_CPU_S)
    text = joined("\n\n".join(text for text in texts if text))
    return LeakText(text, media, "ocr", (*notes, *reader.notes), pictures=tuple(reader.pictures))


def _shows_something(picture: PagePicture) -> bool:
    """Whether a picture is not all of one shade."""
    return len(set(picture.pixels[:: max(1, len(picture.pixels) // _SAMPLE)])) > 1
