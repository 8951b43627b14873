"""One way in and one way out for every format that can be sealed."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import PurePath

from whosecopy.errors import InputError
from whosecopy.media import encoding, syntax
from whosecopy.media.builder import united
from whosecopy.model import Block, Document, Template

PLAIN = "text/plain"
MARKDOWN = "text/markdown"
HTML = "text/html"
MAIL = "message/rfc822"
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_BY_SUFFIX = {
    ".txt": PLAIN, ".text": PLAIN, ".md": MARKDOWN, ".markdown": MARKDOWN, ".mkd": MARKDOWN,
    ".html": HTML, ".htm": HTML, ".xhtml": HTML, ".eml": MAIL, ".docx": DOCX,
    ".pdf": PDF,
}  # fmt: skip
_HTML_START = re.compile(rb"(?is)\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b")
_FIELD = re.compile(rb"[A-Za-z][A-Za-z0-9-]*:[ \t]|[A-Za-z][A-Za-z0-9-]*:\r?\n[ \t]")
_TRANSPORT = re.compile(rb"(?im)^(?:mime-version|received|message-id|return-path|content-type):")
_MARKDOWN_SIGN = re.compile(rb"(?m)^(?:#{1,6} \S|```|[-*] \[[ x]\] )|\]\([^)\s]+\)")
_HEAD_BYTES = 65_536
_PDF_HEAD_BYTES = 1024
_MOST_BYTES = {PLAIN: 8 * 2**20, HTML: 8 * 2**20, MARKDOWN: 2 * 2**20}
_MOST_CHARACTERS, _LONGEST_WORD = 1_000_000, 3_000
"""Of a text to be sealed: rules of wording take some 15 s for a million characters, and longer for endless words."""
_ENDLESS = re.compile(f"[!-~\u00a1-\u05ff]{{{_LONGEST_WORD + 1}}}")
"""A word without end, in letters of languages that part words by blanks."""
_REFUSED = (
    (b"\x89PNG", "a picture cannot be sealed as text; give a document"),
    (b"\xff\xd8\xff", "a picture cannot be sealed as text; give a document"),
    (b"\xd0\xcf\x11\xe0", "an old or password-protected Office file; save it as DOCX without a password"),
    (b"{\\rtf", "an RTF file; save it as DOCX"),
)


@dataclass(frozen=True, slots=True)
class _Format:
    parse: Callable[[bytes, str, str | None], Document]
    write: Callable[[Document], bytes]
    version: str
    guard: Callable[[bytes, str], None] = lambda data, name: None


def open_document(data: bytes, name: str = "", encoding: str | None = None) -> Document:
    """The document in `data`: plain text, Markdown, HTML, an e-mail, DOCX or PDF, told by content, then by `name`.

    Guarantee: what is not protected can be edited and written back, and reads as edited; passages where
    a trial edit did not come back exactly are protected.

    Raises `InputError` where it is none of these, empty, damaged, too large or in an unknown encoding.
    """
    name = name or "the input"
    media = media_of(data, name)
    _refuse_large(data, media, name)
    return _opened(_format(media), data, name, encoding)


def _opened(form: _Format, data: bytes, name: str, encoding: str | None) -> Document:
    from whosecopy.media import language, probe

    form.guard(data, name)
    document = _parsed(form, data, name, encoding)
    if not document.text:
        raise InputError(f"{name}: no text in it; give a document with text")
    if document.layout.words:
        return language.with_languages(document)
    _refuse_endless(document.text, name)
    document = probe.proven(document, lambda trial: _parsed(form, form.write(trial), name, encoding))
    return language.with_languages(document)


def sealed_master(template: Template, data: bytes, encoding: str | None) -> Document:
    """The master in the file `data` as it was read when `template` was made.

    A PDF is not taken apart again: whoever makes copies finds its words where they were, or refuses.
    """
    if template.media != PDF:
        return replace(_opened(_format(template.media), data, "the master", encoding), layout=template.layout)
    blocks = tuple(Block(start, end, "page") for start, end in template.blocks)
    return Document(template.media, template.text, blocks, ((0, len(template.text)),), (), data, layout=template.layout)


def read_document(data: bytes, name: str, encoding: str | None = None) -> Document:
    """A document as it was found, to be read only: signatures do not matter, nothing is proven.

    Raises `InputError` as `open_document` does.
    """
    return _format(media_of(data, name)).parse(data, name, encoding)


def render(document: Document) -> bytes:
    """The file of `document` with its edits; without edits byte-identical to what was opened.

    Raises `InputError` where an edit cannot be written: no place in the file, or a character that its
    encoding lacks.
    """
    return _format(document.media).write(document) if document.edits or document.shifts else document.source


def media_version(media: str) -> str:
    """The version of the reader and writer for a media type."""
    return _format(media).version


def media_of(data: bytes, name: str) -> str:
    """The MIME type of a document.

    Raises `InputError` where it is none that can be sealed.
    """
    encoding.check_size(data, name)
    for magic, advice in _REFUSED:
        if data.startswith(magic):
            raise InputError(f"{name}: {advice}")
    if data.startswith(b"PK\x03\x04"):
        return DOCX
    if b"%PDF-" in data[:_PDF_HEAD_BYTES]:
        return PDF
    suffix = PurePath(name).suffix.lower()
    head = _plain_head(data)
    by_name = _BY_SUFFIX.get(suffix)
    if _HTML_START.match(head):
        return HTML
    if _is_mail(head, by_name):
        return MAIL
    if by_name in (DOCX, PDF):
        kind = "DOCX file (no ZIP archive); save it again as DOCX" if by_name == DOCX else "PDF; print it to PDF again"
        raise InputError(f"{name}: not a {kind}")
    if by_name in (PLAIN, MARKDOWN, HTML):
        return by_name
    return MARKDOWN if _MARKDOWN_SIGN.search(head) else PLAIN


def _refuse_large(data: bytes, media: str, name: str) -> None:
    """Raises `InputError` where parsing a file to be sealed may need more memory than 2 GiB."""
    most = _MOST_BYTES.get(media, encoding.LIMIT_BYTES)
    if len(data) > most:
        raise InputError(f"{name}: {len(data) >> 20} MiB are over the limit of {most >> 20} MiB; seal it in parts")


def _refuse_endless(text: str, name: str) -> None:
    """Raises `InputError` where a text is so long, or a word of it, that its wording could not be marked in time."""
    if len(text) > _MOST_CHARACTERS:
        raise InputError(f"{name}: over {_MOST_CHARACTERS:,} characters of text; seal it in parts")
    if _ENDLESS.search(text):
        raise InputError(f"{name}: holds over {_LONGEST_WORD:,} characters without a blank; take that part out")


def _plain_head(data: bytes) -> bytes:
    """The first bytes, without a byte order mark; UTF-16 as UTF-8."""
    head = data[:_HEAD_BYTES]
    for codec in ("utf-16-le", "utf-16-be"):
        if head.startswith(encoding.BOM.encode(codec)):
            return head.decode(codec, "ignore")[1:].encode("utf-8", "ignore")
    return head.removeprefix(encoding.BOM.encode())


def _is_mail(head: bytes, by_name: str | None) -> bool:
    """Header fields at the very beginning; by content alone only with one that mail transport writes."""
    if not _FIELD.match(head):
        return False
    if by_name == MAIL:
        return True
    top = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    lines = re.split(rb"\r?\n", top)
    fields = all(_FIELD.match(line + b"\n ") or line[:1] in (b" ", b"\t") for line in lines)
    return fields and _TRANSPORT.search(top) is not None


def _parsed(form: _Format, data: bytes, name: str, encoding: str | None) -> Document:
    """What the format's parser finds, with template tags protected."""
    document = form.parse(data, name, encoding)
    return replace(document, protected=united([*document.protected, *syntax.template_tags(document.text)]))


def _format(media: str) -> _Format:
    """Formats are imported when they are used."""
    if media == PLAIN:
        from whosecopy.media import plain

        return _Format(plain.parse, plain.write, plain.VERSION)
    if media == MARKDOWN:
        from whosecopy.media import markdown

        return _Format(markdown.parse, markdown.write, markdown.VERSION)
    if media == HTML:
        from whosecopy.media import html

        return _Format(html.parse, html.write, html.VERSION)
    if media == DOCX:
        from whosecopy.media import docx

        return _Format(docx.parse, docx.write, docx.VERSION, docx.guard)
    if media == MAIL:
        from whosecopy.media import eml

        return _Format(eml.parse, eml.write, eml.VERSION, eml.guard)
    if media == PDF:
        from whosecopy.media.pdf import master

        return _Format(master.parse, master.write, master.VERSION)
    raise InputError(f"unknown media type {media!r}; this version of whosecopy cannot read it")
