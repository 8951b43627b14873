"""DOCX: the text of a Word document, written back by patching its XML at the characters concerned."""

import re

from whosecopy.errors import InputError
from whosecopy.media import docx_marks, patch
from whosecopy.media.builder import Builder
from whosecopy.media.docx_runs import PRESERVE, Runs, read_runs
from whosecopy.media.package import Package, open_package
from whosecopy.media.wordml import read_part, read_styles
from whosecopy.model import Document, Layout

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
    """The file with the document's edits and shifts; all other members of the archive keep their bytes.

    A document with shifts has all words parted from their runs that its layout gives room, moved or not.
    """
    package = open_package(document.source, "the master")
    found = patch.changes(document)
    contents: dict[str, bytes] = {}
    for member in [*found, _BODY] if document.shifts and _BODY not in found else found:
        raw, text = package.read(member), _text(package, member)
        changes = _with_spaces_kept(text, found.get(member, []))
        if document.shifts and member == _BODY:
            changes += docx_marks.changes(document, _body(document, text))
        in_order = sorted(dict.fromkeys(changes), key=lambda change: (change.start, change.end))
        contents[member] = patch.apply(text, in_order).encode(_codec(raw))
    return package.replaced(contents)


def markable(document: Document, layout: Layout) -> Layout:
    """`layout`, the places of a Word document's words, with what each of them may carry.

    Raises `InputError` where the file is damaged.
    """
    package = open_package(document.source, "the master")
    return docx_marks.markable(document, layout, _body(document, _text(package, _BODY)))


def open_runs(data: bytes, name: str) -> tuple[Document, dict[str, Runs]]:
    """A DOCX file as `parse` reads it, and the runs of each part.

    Raises `InputError` as `parse` does.
    """
    package = open_package(data, name)
    document = parse(data, name)
    return document, {member: read_runs(_text(package, member), name) for member, _ in _parts(package)}


def _body(document: Document, text: str) -> docx_marks.Source:
    return docx_marks.Source.of(document, _BODY, read_runs(text, "the master"))


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
            out.append(patch.Change(start - 1, start - 1, PRESERVE))
        out += inside
    return out
