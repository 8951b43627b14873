"""DOCX: the text of a Word document, written back by patching its XML at the characters concerned."""

import re

from whosecopy.errors import InputError
from whosecopy.media import patch
from whosecopy.media.builder import Builder
from whosecopy.media.package import Package, open_package
from whosecopy.media.wordml import read_part, read_styles
from whosecopy.model import Document

MEDIA = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
VERSION = "1"
_BODY = "word/document.xml"
_PARTS = (
    (re.compile(r"word/header\d*\.xml"), "matter"),
    (re.compile(re.escape(_BODY)), "paragraph"),
    (re.compile(r"word/footnotes\.xml"), "note"),
    (re.compile(r"word/endnotes\.xml"), "note"),
    (re.compile(r"word/footer\d*\.xml"), "matter"),
)
_STYLES = "word/styles.xml"
_SIGNATURES = "_xmlsignatures/"
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding=[\"']([\w.-]+)")
_PRESERVE = ' xml:space="preserve"'


def parse(data: bytes, name: str, codec: str | None = None) -> Document:
    """A DOCX file as a `Document`: headers, body, tables, footnotes, endnotes, footers.

    Protected: headings, headers and footers, fields, tracked insertions, text boxes, content controls.
    Deleted and hidden text is not in it. `codec` is ignored: the file says its own.

    Raises `InputError` where it is no Word document, damaged, encrypted, a ZIP bomb or has entities.
    """
    package = open_package(data, name)
    if _BODY not in package.members:
        raise InputError(f"{name}: a ZIP archive without a Word document in it; give a DOCX file")
    styles = read_styles(_text(package, _STYLES), name) if _STYLES in package.members else {}
    builder = Builder(escape="xml")
    for member, kind in _parts(package):
        builder.part = member
        read_part(_text(package, member), kind, styles, builder, name)
    return builder.document(MEDIA, data, "utf-8")


def guard(data: bytes, name: str) -> None:
    """Raises `InputError` where the document is digitally signed: any copy would break the signature."""
    if any(member.startswith(_SIGNATURES) for member in open_package(data, name).members):
        raise InputError(f"{name}: digitally signed, a changed copy would not verify; remove the signature first")


def write(document: Document) -> bytes:
    """The file with the document's edits; all other members of the archive keep their bytes."""
    package = open_package(document.source, "the master")
    contents: dict[str, bytes] = {}
    for member, found in patch.changes(document).items():
        raw = package.read(member)
        text = patch.apply(_text(package, member), [*_with_spaces_kept(_text(package, member), found)])
        contents[member] = text.encode(_codec(raw))
    return package.replaced(contents)


def _parts(package: Package) -> list[tuple[str, str]]:
    return [(member, kind) for part, kind in _PARTS for member in sorted(package.members) if part.fullmatch(member)]


def _codec(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16-le" if raw[0] == 0xFF else "utf-16-be"
    declared = _DECLARED.match(raw)
    return declared.group(1).decode("ascii").lower() if declared else "utf-8"


def _text(package: Package, member: str) -> str:
    raw = package.read(member)
    try:
        return raw.decode(_codec(raw))
    except (UnicodeDecodeError, LookupError):
        raise InputError(f"{package.name}: {member} is in an unknown encoding; save the document again") from None


def _with_spaces_kept(text: str, found: list[patch.Change]) -> list[patch.Change]:
    """`found`, and `xml:space="preserve"` for elements that would lose white space at an end without it."""
    by_element: dict[int, list[patch.Change]] = {}
    for change in found:
        by_element.setdefault(text.rfind("<", 0, change.start), []).append(change)
    out: list[patch.Change] = []
    for tag, inside in by_element.items():
        start, end = text.index(">", tag) + 1, text.index("<", tag + 1)
        moved = [patch.Change(change.start - start, change.end - start, change.text) for change in inside]
        new = patch.apply(text[start:end], moved)
        if new != new.strip() and "xml:space" not in text[tag:start]:
            out.append(patch.Change(start - 1, start - 1, _PRESERVE))
        out += inside
    return out
