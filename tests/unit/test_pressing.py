"""Copies of a PDF from their marks: the same by every way to make them."""

import io
from functools import cache
from itertools import islice

import numpy as np
import pikepdf
import pytest

from whosecopy.bench.typeset import article
from whosecopy.carriers.layout import LUMINANCE, WORD_X, WORD_Y
from whosecopy.carriers.writing import marked
from whosecopy.errors import IntegrityError
from whosecopy.media.dispatch import open_document
from whosecopy.media.pdf import master as pdf
from whosecopy.media.pdf.master import press
from whosecopy.model import Document, Template
from whosecopy.seal.copies import renderer
from whosecopy.seal.plan import make_template
from whosecopy.seal.pressing import Pressed, made, pressed


@cache
def sealed() -> tuple[Document, Template, Pressed]:
    master = open_document(article(4, 12), "plan.pdf")
    template = make_template(master, [site for one in (WORD_X, WORD_Y, LUMINANCE) for site in one.sites(master)], {})
    return master, template, pressed(master, template)


def rows(count: int) -> list[np.ndarray]:
    template = sealed()[1]
    return list(np.random.default_rng(5).integers(0, 2, (count, template.length)).astype(np.uint8))


def content(data: bytes) -> list[bytes]:
    with pikepdf.open(io.BytesIO(data)) as opened:
        lines = [page.Contents.read_bytes().splitlines() for page in opened.pages]
    return [b"\n".join(line for line in page if not line.startswith(b"%")) for page in lines]


def test_a_copy_shows_what_its_marks_say():
    master, template, make = sealed()
    ends = [marked(master, template, np.full(template.length, variant, np.uint8)).shifts for variant in (0, 1)]
    one_by_one = press(master, ends)
    for variants in rows(3):
        assert content(make(variants)) == content(one_by_one(marked(master, template, variants).shifts))


def test_all_copies_have_one_length_and_no_two_are_alike():
    make = renderer(*sealed()[:2])
    copies = [make(variants) for variants in rows(8)]
    assert len({len(one) for one in copies}) == 1
    assert len(set(copies)) == 8


def test_several_processes_make_the_same_bytes_in_the_same_order():
    make = sealed()[2]
    wanted = rows(420)
    with made(make, len(wanted), 2) as printed:
        copies = list(islice(printed(wanted), 40))
    assert copies == [make(variants) for variants in wanted[:40]]


def test_a_copy_that_reads_otherwise_is_not_handed_out():
    master, _, make = sealed()
    texts = [text.replace(" ", "  ", 1) for text in make.press._texts]
    other = pdf.Press(master, make.press._plate, make.press._ends, texts)
    with pytest.raises(IntegrityError, match="would not read"):
        other.copy((rows(1)[0][make.deciding] == 1) == make.upward)
