"""Parse a file to be sealed: with declared variants where asked for, else literally."""

import re
from dataclasses import dataclass, replace

from whosecopy.carriers.declared import count_braces, unfold, wants_variants
from whosecopy.carriers.lint import lint
from whosecopy.errors import InputError
from whosecopy.media.dispatch import open_document, render
from whosecopy.model import Document, Site

_REQUEST = re.compile(r"^whosecopy:[ \t]*variants[ \t]*\r?\n", re.MULTILINE)
"""The line of the front matter that asks to read variants: no reader of a copy needs it."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A master ready for carriers: declarations replaced by their first variant, and their sites.

    `literal_braces` counts the declarations that were left alone because nobody asked to read them.
    """

    master: Document
    declared: tuple[Site, ...]
    literal_braces: int = 0


def prepare(data: bytes, name: str, encoding: str | None, variants: bool, delimiter: tuple[str, str]) -> Prepared:
    """The master in the file `data`; declared variants are read with `variants` or where front matter asks.

    Raises `InputError` with line and column for a declaration that `lint` refuses.
    """
    document = open_document(data, name, encoding)
    if document.layout.words:
        if variants:
            raise InputError(f"{name}: no wording of a PDF is changed; declare variants in the file it is made from")
        return Prepared(document, ())
    if not (variants or wants_variants(annotated_text(document))):
        return Prepared(document, (), count_braces(document.text))
    findings = lint(annotated_text(document), *delimiter)
    if findings:
        first = findings[0]
        more = f" (and {len(findings) - 1} more: whosecopy lint {name})" if len(findings) > 1 else ""
        raise InputError(f"{name}:{first.line}:{first.column}: {first.message}{more}")
    document = open_document(_without_request(document), name, encoding)
    declared = unfold(document, *delimiter)
    master = open_document(render(document.with_edits(declared.document_edits)), name, encoding)
    if master.text != document.with_edits(declared.document_edits).edited_text():
        raise InputError(f"{name}: a declared variant changes the structure of the document; declare it as a block")
    return Prepared(replace(master, protected=_merged(master.protected, declared.protected)), declared.sites)


def annotated_text(document: Document) -> str:
    """The text in which declarations are looked for: the source of a text format, else the reading text."""
    if document.media.startswith("text/"):
        return document.source.decode(document.encoding).removeprefix("\ufeff")
    return document.text


def _without_request(document: Document) -> bytes:
    if not wants_variants(annotated_text(document)) or not document.media.startswith("text/"):
        return document.source
    return _REQUEST.sub("", document.source.decode(document.encoding), count=1).encode(document.encoding)


def _merged(*spans: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(span for group in spans for span in group):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
