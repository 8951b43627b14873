"""What a DOCX would show otherwise on another day, on another machine or to its author, held as its readers have it."""

import re
from collections.abc import Iterator

from whosecopy.media.package import open_package

_PARTS = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_VOLATILE = re.compile(rb"\s*(?:DATE|TIME|FILENAME|SAVEDATE|PRINTDATE|EDITTIME)\b", re.IGNORECASE)
_TOKEN = re.compile(
    rb"""fldCharType=["'](?P<edge>\w+)|<(?:\w+:)?instrText\b[^>]*(?<!/)>(?P<part>[^<]*)|\w:instr=["'](?P<whole>[^"']*)"""
)
_SETTINGS = "word/settings.xml"
_LEFT_OUT = re.compile(rb"<\w+:(?:autoHyphenation|revisionView)\b[^>]*/>")
_ROOT = re.compile(rb"<(\w+):settings\b[^>]*(?<!/)>")
_FINAL = rb'\g<0><\1:revisionView \1:insDel="0" \1:markup="0"/>'
"""Tracked changes as if they were accepted: what was deleted is not printed."""
_UNKNOWN = b" SHOWN "
"""Before an instruction it makes a field that no word processor knows: such a field shows its stored result."""
_SEPARATOR = "\u2029".encode()
_ENDED_TEXT = re.compile(rb"<(\w+):t\b[^<>]*>[^<]*" + _SEPARATOR + rb"[^<]*<")
_LINE_END = b'</%s:t><%s:br/><%s:t xml:space="preserve">'


def held(data: bytes, name: str) -> bytes:
    """The DOCX with fields of today's date, the time, the file's name and the like as they were when it was saved.

    What was deleted in tracked changes is not shown, and no word is split. A paragraph separator (U+2029) ends a line.

    Raises `InputError` where the archive is damaged.
    """
    package = open_package(data, name)
    changed: dict[str, bytes] = {}
    if _SETTINGS in package.members:
        changed[_SETTINGS] = _ROOT.sub(_FINAL, _LEFT_OUT.sub(b"", package.read(_SETTINGS)), count=1)
    for member in package.members:
        content = package.read(member) if _PARTS.fullmatch(member) else b""
        places = list(_places(content))
        if places:
            edges = zip([0, *places], [*places, len(content)], strict=True)
            content = _UNKNOWN.join(content[start:end] for start, end in edges)
        ended = _ENDED_TEXT.sub(_with_line_ends, content)
        if places or ended != content:
            changed[member] = ended
    return package.replaced(changed) if changed else data


def _with_line_ends(text: re.Match[bytes]) -> bytes:
    return text[0].replace(_SEPARATOR, _LINE_END % (text[1], text[1], text[1]))


def _places(content: bytes) -> Iterator[int]:
    """Where the instructions of such fields begin; one may be split over several elements."""
    start, instruction = -1, b""
    for token in _TOKEN.finditer(content):
        if token["whole"] is not None:
            if _VOLATILE.match(token["whole"]):
                yield token.start("whole")
        elif token["part"] is not None:
            start, instruction = (
                (start, instruction + token["part"]) if instruction else (token.start("part"), token["part"])
            )
        else:
            if _VOLATILE.match(instruction):
                yield start
            start, instruction = -1, b""
