"""Copies of documents that a typesetter sets on pages: many at once, and what they say of fonts."""

import io
import zipfile
from dataclasses import replace

import docx
import numpy as np
import pypdfium2
import pytest
from tests.conftest import MEMO, people

from whosecopy.bench.prose import prose
from whosecopy.carriers.layout import LUMINANCE, WORD_X, WORD_Y
from whosecopy.carriers.writing import marked
from whosecopy.media.dispatch import DOCX, open_document
from whosecopy.media.paged import press
from whosecopy.media.typeset import missing_fonts, open_typesetter
from whosecopy.model import Document, Template
from whosecopy.seal.copies import SetCopies, on_pages
from whosecopy.seal.declare import prepare
from whosecopy.seal.plan import make_template
from whosecopy.seal.pressing import made
from whosecopy.trace.reference import pages_as_worded
from whosecopy.vault.sealing import SealOptions, survey_master

TEXT = MEMO.partition("# Duties")[2].replace("{{", "").replace("}}", "").replace("|", " or ")


def word_file(font: str = "Liberation Serif", style: str = "Normal", theme: str = "Calibri") -> bytes:
    """The memo as a Word document whose `style` names a font; its theme, used by headings only, names `theme`."""
    made_of, saved, out = docx.Document(), io.BytesIO(), io.BytesIO()
    made_of.styles[style].font.name = font
    for paragraph in TEXT.split("\n\n"):
        if paragraph.strip():
            made_of.add_paragraph(paragraph.strip())
    made_of.save(saved)
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            new.writestr(member, content.replace(b'typeface="Cambria"', b'typeface="%s"' % theme.encode()))
    return out.getvalue()


def sealed(form: str) -> tuple[Document, Template]:
    master = on_pages(open_document(word_file(), "plan.docx"), form, "plan.docx")
    carriers = (WORD_X, LUMINANCE) if form == "docx" else (WORD_X, WORD_Y, LUMINANCE)
    return master, make_template(master, [site for one in carriers for site in one.sites(master)], {})


def one_paragraph(media: str) -> tuple[str, bytes]:
    """Sentences of our own with a declared variant in each, as one paragraph of some pages."""
    sentences = prose(np.random.default_rng(3), 90).replace("\n\n", " ").split(". ")
    text = ". ".join(f"{one} {{{{at this point in time|now}}}}" for one in sentences)
    if media == "docx":
        made_of, out = docx.Document(), io.BytesIO()
        made_of.add_paragraph(text)
        made_of.save(out)
        return "plan.docx", out.getvalue()
    return "plan.md", text.encode()


def text_of(pdf: bytes) -> list[str]:
    opened = pypdfium2.PdfDocument(pdf)
    return [opened[page].get_textpage().get_text_range() for page in range(len(opened))]


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_several_processes_make_the_same_bytes_in_the_same_order(form):
    master, template = sealed(form)
    make = SetCopies(master, template)
    assert make.most_jobs(2) < 2
    rows = list(np.random.default_rng(5).integers(0, 2, (6, template.length)).astype(np.uint8))
    with made(make, len(rows), 2) as printed:
        copies = list(printed(rows))
    assert copies[::3] == [make(row) for row in rows[::3]]
    assert len(set(copies)) == len(rows)


def test_a_copy_reads_as_its_pages_do_before_words_are_moved():
    master, template = sealed("pdf")
    copy = marked(master, template, np.ones(template.length, np.uint8))
    with open_typesetter(DOCX) as typesetter:
        still = typesetter.pdf(master.source, "plan.docx")
        moved = press(copy, typesetter)
    assert text_of(moved) == text_of(still)
    assert moved != still


@pytest.mark.parametrize("media", ["docx", "md"])
def test_lines_of_a_page_within_one_long_paragraph_are_found_though_all_wording_before_it_is_unknown(media):
    name, data = one_paragraph(media)
    prepared = prepare(data, name, None, True, ("{{", "}}"))
    master = on_pages(prepared.master, "pdf", name)
    template = survey_master(replace(prepared, master=master), SealOptions(form="pdf"))
    shown = np.random.default_rng(8).integers(0, 2, template.length).astype(np.uint8)
    pages = text_of(SetCopies(master, template)(shown))
    assert len(pages) > 2
    with open_typesetter(master.media) as typesetter:
        found = pages_as_worded(template, master, pages[-1], typesetter)
    lines = {line.strip() for page in text_of(found.pdf) for line in page.splitlines()}
    leaked = [line.strip() for line in pages[-1].splitlines()]
    assert len(leaked) > 5
    assert sum(line in lines for line in leaked) >= len(leaked) - 1


@pytest.mark.parametrize("font", ["Liberation Serif", "Times New Roman", "Arial"])
def test_fonts_that_are_here_or_have_others_of_their_widths_are_not_spoken_of(font):
    assert missing_fonts(word_file(font), "plan.docx") == ""


@pytest.fixture
def bare_machine(tmp_path, monkeypatch) -> None:
    """A machine with one font, DejaVu Sans, which stands in for all others."""
    program = tmp_path / "fc-match"
    program.write_text("#!/bin/sh\nprintf 'DejaVu Sans'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.parametrize(
    ("font", "package"),
    [
        ("Calibri", "install fonts-crosextra-carlito"),
        ("Cambria", "install fonts-crosextra-caladea"),
        ("Arial", "install fonts-liberation"),
        ("Fernhorn Sans", "install them"),
    ],
)
def test_a_missing_font_is_named_with_the_package_of_one_of_its_widths(bare_machine, font, package):
    line = missing_fonts(word_file(font), "plan.docx")
    assert line.startswith(f"plan.docx: fonts that are not installed here: {font};")
    assert line.endswith(package)


def test_a_font_that_only_unused_styles_or_the_theme_name_is_not_spoken_of():
    unused = word_file("Fernhorn Sans", style="Heading 3", theme="Fernhorn Text")
    assert "Fernhorn Sans" not in missing_fonts(unused, "plan.docx")
    assert "Fernhorn Text" not in missing_fonts(word_file(theme="Fernhorn Text"), "plan.docx")


def test_a_missing_font_is_said_before_a_forecast_is_made(desk):
    document = desk.file("plan.docx", word_file("Fernhorn Sans"))
    to = desk.list_of(people(3))
    said = "fonts that are not installed here: Fernhorn Sans"
    assert said in desk.run("forecast", document, "--to", to, "--as", "pdf").err
    assert said not in desk.run("forecast", document, "--to", to).err
