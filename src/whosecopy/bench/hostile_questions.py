"""What `bench hostile` does with one file: seals it for two recipients, or reads it as a leak.

A copy is looked at as an outsider would, by the exact reader of leaked files.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from whosecopy.carriers.writing import Variants, marked
from whosecopy.codes.codebook import all_differ, make_codebook
from whosecopy.codes.keys import draw_secrets
from whosecopy.media.dispatch import read_document
from whosecopy.media.pdf.chars import page_chars
from whosecopy.media.pdf.seen import seen_page
from whosecopy.media.winnow import leak_fingerprints, master_fingerprints, rerank, with_alternatives
from whosecopy.model import Document, SeenPage, Template
from whosecopy.seal.copies import renderer
from whosecopy.seal.declare import prepare
from whosecopy.seal.plan import check_capacity
from whosecopy.trace.exhibit import open_exhibit
from whosecopy.trace.pictures import measure_pictures
from whosecopy.trace.read import read_leak
from whosecopy.vault.sealing import SealOptions, survey_master

SECONDS, PAGE_SECONDS = 30.0, 1.0
"""Processor time for a file, or for each page that is read as a picture; and for each page of a master more."""
_RECIPIENTS, _ALPHA = 2, 1e-6
_KEY = bytes(32)
_MOVED = 0.5
"""Words that a reader would take for others stay where they are; this share of all has to move at least."""
_SURE_NATS = 3.0
"""A mark that reads as one symbol by this much is read for sure: none of these may be read as another."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed document that leaks are read against, and its file."""

    template: Template
    master: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a file, which may take `allowed_s`; `broken` says what is wrong with a copy, if anything."""

    outcome: str
    allowed_s: float = SECONDS
    broken: str = ""


def seal_document(data: bytes, name: str) -> Sealed:
    """A file as `seal` takes it in.

    Raises `InputError` where it cannot be sealed.
    """
    options = SealOptions()
    prepared = prepare(data, name, None, options.variants, options.delimiter)
    return Sealed(survey_master(prepared, options), data)


def as_leak(data: bytes, name: str, sealed: Sealed) -> Found:
    """Reads a file as `trace` does, against one sealed document: pictures are laid on those that share words with it.

    Raises `InputError` where it cannot be read.
    """
    leak = open_exhibit([(data, name)], None)
    template, text = sealed.template, leak.exhibit.text
    known = master_fingerprints(template.text, template.sites, _KEY)
    shared = np.isin(leak_fingerprints(text, _KEY), known).any()
    likely = bool(rerank(text, {0: with_alternatives(template.text, template.sites)})) or shared
    measured = (measure_pictures(template, sealed.master, leak.pictures),) if leak.pictures and likely else ()
    sighting = read_leak(template, text, leak.exhibit.pages, measured)
    return Found("marks read" if sighting.marks_read else "no marks", SECONDS * max(1, len(leak.pictures)))


def as_master(data: bytes, name: str) -> Found:
    """Seals a file for two recipients as `seal --accept-weak` does, and looks at both copies.

    Raises `InputError` or `CapacityError` where it cannot be sealed.
    """
    options = SealOptions()
    prepared = prepare(data, name, None, options.variants, options.delimiter)
    template = survey_master(prepared, options)
    check_capacity(template, _RECIPIENTS, _ALPHA, accept_weak=True)
    rng = np.random.default_rng(np.frombuffer(hashlib.sha256(data).digest(), np.uint32))
    codebook = make_codebook(template, draw_secrets(rng.bytes))
    while not all_differ(codebook, _RECIPIENTS):
        codebook = make_codebook(template, draw_secrets(rng.bytes))
    make, variants = renderer(prepared.master, template), codebook.variants(0, _RECIPIENTS)
    copies = [make(one) for one in variants]
    allowed_s = SECONDS + PAGE_SECONDS * len(template.layout.pages_pt)
    if len({data, *copies}) <= _RECIPIENTS:
        return Found("copies", allowed_s, "a copy is the file of another copy, or of the master")
    flaws = (
        flaw_of_pages(prepared.master, copy, template, one)
        if template.layout.words
        else _flaw_of_words(prepared.master, copy, template, one, name)
        for one, copy in zip(variants, copies, strict=True)
    )
    return Found("copies", allowed_s, next(filter(None, flaws), ""))


def flaw_of_pages(master: Document, copy: bytes, template: Template, variants: Variants) -> str:
    """What is wrong with a copy of a PDF: its text, too few words moved, or marks that read as others."""
    (text, before), (same, after) = _read(master.source), _read(copy)
    if text != same:
        return "the text of a copy is not the master's"
    wanted, moved = len(marked(master, template, variants).shifts), _moved(before, after)
    if moved < _MOVED * wanted:
        return f"{moved} words of {wanted} have moved"
    levels = read_leak(template, text, after).reading.levels_nats
    sure = np.ptp(levels, axis=1) >= _SURE_NATS
    wrong = int((sure & (levels.argmax(axis=1) != variants)).sum())
    return f"{wrong} of {int(sure.sum())} marks read for sure read as others" if wrong else ""


def _flaw_of_words(master: Document, copy: bytes, template: Template, variants: Variants, name: str) -> str:
    wanted = marked(master, template, variants).edited_text()
    return "" if read_document(copy, name).text == wanted else "the text of a copy is not what was written"


def _read(data: bytes) -> tuple[str, list[SeenPage]]:
    """What a PDF says and shows, without OCR."""
    import pypdfium2

    pages = list(pypdfium2.PdfDocument(data))
    return "\n\n".join(page_chars(page).text for page in pages), [seen_page(page) for page in pages]


def _moved(before: Sequence[SeenPage], after: Sequence[SeenPage]) -> int:
    """How many words do not look the same in both."""
    return sum(
        one != other
        for page, beside in zip(before, after, strict=True)
        for one, other in zip(_looks(page), _looks(beside), strict=True)
    )


def _looks(page: SeenPage) -> Iterable[tuple[float, float, float]]:
    return zip(page.x_pt, page.y_pt, page.grey, strict=True)
