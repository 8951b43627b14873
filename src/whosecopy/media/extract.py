"""The text of a leak, whatever its format; runs inside the sandbox."""

from dataclasses import replace

from whosecopy.errors import InputError
from whosecopy.media import dispatch, encoding
from whosecopy.media.leak import PICTURES, LeakText


def extract(data: bytes, name: str, codec: str | None = None) -> LeakText:
    """The text of `data`, told by its content.

    Raises `InputError` where nothing can be read.
    """
    encoding.check_size(data, name)
    leak = _extract(data, name, codec)
    if not leak.text.strip():
        raise InputError(f"{name}: no text found in it; hand in a clearer copy")
    text = leak.text.encode("utf-8", "replace").decode()
    return replace(leak, text=text)


def _extract(data: bytes, name: str, codec: str | None) -> LeakText:
    picture = next((media for magic, media in PICTURES.items() if data.startswith(magic)), "")
    if picture:
        from whosecopy.media import ocr

        text, notes = ocr.read_picture(data, name)
        return LeakText(text, picture, "ocr", notes)
    if b"%PDF-" in data[:1024]:
        from whosecopy.media.pdf import leak as pdf

        return pdf.read(data, name)
    document = dispatch.read_document(data, name, codec)
    return LeakText(document.text, document.media, "file")
