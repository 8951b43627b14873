"""Word documents with marks in their layout, set by LibreOffice: what the reader sees, and what a leak keeps."""

import io
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import docx as word
import numpy as np
import pypdfium2
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from whosecopy.bench.prose import prose
from whosecopy.carriers.layout import LUMINANCE, WORD_X, reaches
from whosecopy.media.dispatch import DOCX, open_document, render
from whosecopy.media.docx import markable
from whosecopy.media.docx_fit import broken_lines, fitted
from whosecopy.media.docx_looks import looks_of_docx
from whosecopy.media.paged import laid_out
from whosecopy.media.pdf.looks import looks_of
from whosecopy.media.pdf.seen import seen_page
from whosecopy.media.typeset import Typesetter, open_typesetter
from whosecopy.model import Document, Layout

BODY = "word/document.xml"


def report(seed: int = 5) -> bytes:
    """A page: justified and ragged paragraphs, a heading, bold words, a table."""
    rng = np.random.default_rng(seed)
    made = word.Document()
    made.styles["Normal"].font.name, made.styles["Normal"].font.size = "Liberation Serif", Pt(11)
    made.add_heading("What was found", 1)
    for number, text in enumerate(prose(rng, 24).split("\n\n")):
        paragraph = made.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY if number % 2 else WD_ALIGN_PARAGRAPH.LEFT
        head, _, tail = text.partition(". ")
        paragraph.add_run(head + ". ").bold = number == 3
        paragraph.add_run(tail)
    cells = made.add_table(1, 2).rows[0].cells
    cells[0].text, cells[1].text = prose(rng, 1), prose(rng, 1)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


@dataclass(frozen=True)
class Press:
    """A master, laid out with its marks, and what sets copies of it on pages."""

    before: Document
    master: Document
    typesetter: Typesetter

    def pdf(self, data: bytes) -> bytes:
        """A copy on pages."""
        return self.typesetter.pdf(data, "plan.docx")

    def places(self, data: bytes) -> Layout:
        """Where the words of a copy stand, numbered as the master's."""
        return laid_out(replace(self.before, source=data), self.typesetter, "", "").layout

    def copy(self, seed: int) -> "Copy":
        rng = np.random.default_rng(seed)
        moved, printed = WORD_X.sites(self.master), LUMINANCE.sites(self.master)
        along, grey = rng.integers(0, 2, len(moved)).tolist(), rng.integers(0, 2, len(printed)).tolist()
        marked = LUMINANCE.write(WORD_X.write(self.master, moved, along), printed, grey)
        return Copy(self.master, marked, render(marked), along, grey)


@dataclass(frozen=True)
class Copy:
    """A copy: the file, and which way each of its words was marked."""

    master: Document
    document: Document
    data: bytes
    along: list[int]
    grey: list[int]

    def errors(self, looks) -> tuple[float, float]:
        """The shares of marks erased and read wrong in what a leak shows, the worse of both carriers each."""
        shares = []
        for carrier, truth in ((WORD_X, self.along), (LUMINANCE, self.grey)):
            rows = carrier.read(looks, self.master.layout, carrier.sites(self.master))
            read = rows[:, 0] != rows[:, 1]
            shares.append((1 - read.mean(), (rows.argmax(axis=1) != truth)[read].mean() if read.any() else 0.0))
        return max(one for one, _ in shares), max(one for _, one in shares)

    def in_file(self, data: bytes) -> tuple[float, float]:
        return self.errors(looks_of_docx(data, "leak.docx", self.master.text, self.master.layout))


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    with open_typesetter(DOCX) as typesetter:

        def places(document: Document) -> Layout:
            return laid_out(document, typesetter, "", "").layout

        document = open_document(report(), "plan.docx")
        laid = replace(document, layout=places(document))
        marked = replace(laid, layout=markable(laid, laid.layout))
        yield Press(laid, fitted(marked, places), typesetter)


def rewritten(data: bytes, change: Callable[[str], str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            new.writestr(member, change(content.decode()) if member == BODY else content)
    return out.getvalue()


def paragraphs_kept(data: bytes, keep: Callable[[int], bool]) -> bytes:
    made = word.Document(io.BytesIO(data))
    for number, paragraph in enumerate(made.paragraphs):
        if not keep(number):
            paragraph._element.getparent().remove(paragraph._element)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_words_move_as_far_as_readers_expect_and_no_line_or_page_breaks_elsewhere(press):
    words = press.master.layout.words
    assert sum(one.room_em > 0 for one in words) > 0.3 * len(words)
    assert sum(one.black for one in words) > 0.6 * len(words)
    for seed in range(2):
        copy = press.copy(seed)
        after = press.places(copy.data)
        assert broken_lines(press.before.layout, after) == set()
        assert [one.page for one in after.words] == [one.page for one in press.before.layout.words]
        there = {one.start: one for one in after.words}
        steps = [
            (there[words[one.word].start].box_pt[0] - words[one.word].box_pt[0])
            / (one.along_em * words[one.word].size_pt)
            for one in copy.document.shifts
            if one.along_em
        ]
        assert 0.85 < np.median(steps) < 1.15


def test_a_leaked_file_is_read_exactly(press):
    copy = press.copy(11)
    assert copy.in_file(copy.data) == (0.0, 0.0)


def test_a_file_saved_again_by_libreoffice_is_read(press, tmp_path):
    copy = press.copy(12)
    (tmp_path / "leak.docx").write_bytes(copy.data)
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "docx"]
    again = [*command, "--outdir", str(tmp_path / "again"), str(tmp_path / "leak.docx")]
    subprocess.run(again, check=True, capture_output=True, timeout=120)
    erased, wrong = copy.in_file((tmp_path / "again" / "leak.docx").read_bytes())
    assert (erased < 0.02, wrong) == (True, 0.0)


def test_a_pdf_made_from_a_copy_by_libreoffice_is_read(press):
    copy = press.copy(13)
    pages = [seen_page(page) for page in pypdfium2.PdfDocument(press.pdf(copy.data))]
    reach = reaches(press.master.layout, WORD_X.sites(press.master))
    erased, wrong = copy.errors(looks_of(pages, press.master.text, press.master.layout, *reach))
    assert erased < 0.05
    assert wrong < 0.01


def test_paragraphs_taken_out_of_a_copy_are_read(press):
    copy = press.copy(14)
    erased, wrong = copy.in_file(paragraphs_kept(copy.data, lambda number: number % 3 == 1))
    assert 0.5 < erased < 0.9
    assert wrong == 0.0


def test_the_master_shows_no_marks_but_words_in_their_places(press):
    looks = looks_of_docx(press.master.source, "master.docx", press.master.text, press.master.layout)
    sites = WORD_X.sites(press.master)
    assert not WORD_X.read(looks, press.master.layout, sites).any()
    assert WORD_X.at_rest(looks, press.master.layout, sites).all()
    printed = LUMINANCE.sites(press.master)
    assert not LUMINANCE.read(looks, press.master.layout, printed).any()


def test_another_document_shows_nothing(press):
    other = word.Document()
    other.add_paragraph("Nothing of this stands in the report, whoever may have written it, and wherever.")
    out = io.BytesIO()
    other.save(out)
    looks = looks_of_docx(out.getvalue(), "other.docx", press.master.text, press.master.layout)
    assert not WORD_X.read(looks, press.master.layout, WORD_X.sites(press.master)).any()


@pytest.mark.parametrize("value", ["nonsense", "-115", "1e999", "nan", "115%%", "", "99999999999999999999", "\u0661"])
def test_nonsense_in_a_leak_is_read_without_harm(press, value):
    copy = press.copy(15)
    broken = rewritten(copy.data, lambda text: re.sub(r'(<w:(?:w|color) w:val=")[^"]*', rf"\g<1>{value}", text))
    looks = looks_of_docx(broken, "leak.docx", press.master.text, press.master.layout)
    for carrier in (WORD_X, LUMINANCE):
        assert np.isfinite(carrier.read(looks, press.master.layout, carrier.sites(press.master))).all()
