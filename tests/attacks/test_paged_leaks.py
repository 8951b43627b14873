"""Texts and Word documents whose copies are issued as PDF: wording and layout in one copy, and in one verdict."""

import io
from dataclasses import replace
from pathlib import Path

import docx
import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image
from tests.conftest import MEMO, Desk, Sealed, new_desk, people

from whosecopy.media.dispatch import DOCX
from whosecopy.media.leak import open_leak
from whosecopy.media.typeset import open_typesetter

LEAKER = "p-003"
PLAIN = MEMO.partition("# Duties")[2].replace("{{", "").replace("}}", "")
"""The memo with both variants of each sentence as its text."""


def word_file() -> bytes:
    """The memo as a Word document with a heading, declared variants in its text."""
    out, made = io.BytesIO(), docx.Document()
    made.add_heading("Duties", 1)
    for paragraph in MEMO.partition("# Duties")[2].split("\n\n"):
        if paragraph.strip():
            made.add_paragraph(paragraph.strip())
    made.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def pressed(tmp_path_factory) -> tuple[Desk, Sealed]:
    """A desk where the memo was sealed as PDF for six; leave it as it is, take `memo`."""
    desk = new_desk(tmp_path_factory.mktemp("pressed"))
    return desk, desk.seal(MEMO, people(6), "copies", "--as", "pdf")


@pytest.fixture
def memo(pressed, tmp_path) -> tuple[Desk, Sealed]:
    """A desk of one's own with the memo in its vault, and its copies."""
    return pressed[0].clone(tmp_path / "desk"), pressed[1]


def named(answer) -> list[str]:
    return [one["recipient"] for one in answer["named"]]


def last_page(copy: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(copy)) as pdf, pikepdf.new() as cut:
        cut.pages.append(pdf.pages[-1])
        out = io.BytesIO()
        cut.save(out)
    return out.getvalue()


def screenshot(copy: bytes, page: int) -> bytes:
    out = io.BytesIO()
    grey = pypdfium2.PdfDocument(copy)[page].render(scale=110 / 72, grayscale=True).to_numpy().squeeze()
    Image.fromarray(grey).save(out, "PNG")
    return out.getvalue()


def carriers_read(answer) -> set[str]:
    return {name for name, marks in answer["marks"]["by_carrier"].items() if marks["read"]}


def test_copies_are_pdfs_with_marks_of_wording_and_of_layout(pressed):
    sealed = pressed[1]
    kinds = {name.partition(".")[0] for name in sealed.answer["marks"]["by_carrier"]}
    assert {"declared", "layout"} <= kinds
    assert {path.suffix for path in sealed.copies.values()} == {".pdf"}
    texts = {
        pypdfium2.PdfDocument(path.read_bytes())[0].get_textpage().get_text_range() for path in sealed.copies.values()
    }
    assert len(texts) == len(sealed.copies)


def test_nothing_in_a_copy_tells_when_it_was_made(pressed):
    for path in pressed[1].copies.values():
        with pikepdf.open(path) as pdf:
            assert not {"/CreationDate", "/ModDate"} & set(pdf.docinfo.keys())
            assert "/Metadata" not in pdf.Root


def test_the_file_names_its_copy_by_wording_and_layout_together(memo):
    desk, sealed = memo
    found = desk.ok("trace", sealed.copies[LEAKER])
    assert named(found) == [LEAKER]
    assert {"declared", "layout.word_x", "layout.word_y", "layout.luminance"} <= carriers_read(found)
    assert "layout exact" in found["how"]["channel"]


def test_its_last_page_is_laid_right_although_the_wording_before_it_is_unknown(memo):
    desk, sealed = memo
    found = desk.ok("trace", desk.file("page.pdf", last_page(sealed.copies[LEAKER].read_bytes())))
    assert named(found) == [LEAKER]
    assert "layout.word_x" in carriers_read(found)


def test_a_screenshot_of_its_second_page_is_read_by_wording_and_layout(memo):
    desk, sealed = memo
    found = desk.ok("trace", desk.file("shot.png", screenshot(sealed.copies[LEAKER].read_bytes(), 1)))
    assert named(found) == [LEAKER]
    assert {"declared", "layout.word_x"} <= carriers_read(found)
    assert "a picture of the page" in found["how"]["channel"]


def test_its_words_pasted_as_text_name_it_by_wording_alone(memo):
    desk, sealed = memo
    text = open_leak(sealed.copies[LEAKER].read_bytes(), "copy.pdf").text
    found = desk.ok("trace", desk.file("pasted.txt", text))
    assert named(found) == [LEAKER]
    assert carriers_read(found) <= {name for name in carriers_read(found) if not name.startswith("layout.")}


def test_a_copy_of_the_same_text_out_of_another_vault_names_nobody(memo, tmp_path):
    desk, _ = memo
    other = replace(new_desk(tmp_path / "other"), rng=np.random.default_rng(77))
    foreign = other.seal(MEMO, people(4, first=50), "foreign", "--as", "pdf").copies["p-051"]
    answer = desk.run("trace", foreign, "--json")
    assert (answer.code, named(answer.json)) == (1, [])


def test_a_copy_made_again_has_the_same_bytes(memo):
    desk, sealed = memo
    desk.ok("copy", sealed.id, LEAKER, "--out", desk.home / "again.pdf")
    assert (desk.home / "again.pdf").read_bytes() == sealed.copies[LEAKER].read_bytes()


def test_a_copy_is_refused_as_a_new_master(memo):
    desk, sealed = memo
    master = desk.file("master.pdf", sealed.copies[LEAKER].read_bytes())
    line = desk.refused("seal", master, "--to", desk.list_of(people(2)), "--out", desk.home / "new")
    assert "holds marks of a copy" in line


def test_the_proof_is_read_again_elsewhere(memo, tmp_path):
    desk, sealed = memo
    shot = desk.file("shot.png", screenshot(sealed.copies[LEAKER].read_bytes(), 0))
    found = desk.ok("trace", shot, "--bundle", desk.home / "proof.wcb")
    assert named(found) == [LEAKER]
    checked = Desk(tmp_path).ok("verify", desk.home / "proof.wcb", "--reread")
    assert checked["result"] == "verified"


def test_a_word_document_as_pdf_names_its_copy_from_file_and_picture(tmp_path):
    desk = new_desk(tmp_path / "desk")
    master = desk.file("duties.docx", word_file())
    answer = desk.ok(
        "seal", master, "--variants", "--to", desk.list_of(people(4)), "--out", desk.home / "out", "--as", "pdf"
    )
    copy = next(Path(one["path"]) for one in answer["copies"] if one["recipient"] == LEAKER)
    assert named(desk.ok("trace", copy)) == [LEAKER]
    found = desk.ok("trace", desk.file("shot.png", screenshot(copy.read_bytes(), 1)))
    assert named(found) == [LEAKER]
    assert {"declared", "layout.word_x"} <= carriers_read(found)


@pytest.fixture(scope="module")
def kept_as_word(tmp_path_factory) -> tuple[Desk, Sealed]:
    """A desk where the Word document was sealed as one for four; leave it as it is, take `duties`."""
    desk = new_desk(tmp_path_factory.mktemp("word"))
    master = desk.file("duties.docx", word_file())
    copies = "--to", desk.list_of(people(4)), "--out", desk.home / "out", "--as", "docx"
    answer = desk.ok("seal", master, "--variants", *copies)
    paths = {one["recipient"]: Path(one["path"]) for one in answer["copies"]}
    return desk, Sealed(answer["document"]["id"], paths, answer)


@pytest.fixture
def duties(kept_as_word, tmp_path) -> tuple[Desk, Sealed]:
    """A desk of one's own with the Word document in its vault, and its copies."""
    return kept_as_word[0].clone(tmp_path / "desk"), kept_as_word[1]


def test_a_word_copy_is_named_from_its_file_by_wording_and_layout(duties):
    desk, sealed = duties
    assert {path.suffix for path in sealed.copies.values()} == {".docx"}
    found = desk.ok("trace", sealed.copies[LEAKER])
    assert named(found) == [LEAKER]
    assert {"declared", "layout.word_x", "layout.luminance"} <= carriers_read(found)


def test_a_word_copy_is_named_from_a_pdf_and_a_picture_made_of_it(duties):
    desk, sealed = duties
    with open_typesetter(DOCX) as typesetter:
        pdf = typesetter.pdf(sealed.copies[LEAKER].read_bytes(), "copy.docx")
    found = desk.ok("trace", desk.file("leak.pdf", pdf))
    assert (named(found), "layout.word_x" in carriers_read(found)) == ([LEAKER], True)
    found = desk.ok("trace", desk.file("shot.png", screenshot(pdf, 1)))
    assert (named(found), "layout.word_x" in carriers_read(found)) == ([LEAKER], True)


def test_a_word_copy_made_again_has_the_same_bytes(duties):
    desk, sealed = duties
    desk.ok("copy", sealed.id, LEAKER, "--out", desk.home / "again.docx")
    assert (desk.home / "again.docx").read_bytes() == sealed.copies[LEAKER].read_bytes()


def test_a_word_copy_is_refused_as_a_new_master_and_its_words_are_not_put_back(duties):
    desk, sealed = duties
    master = desk.file("master.docx", sealed.copies[LEAKER].read_bytes())
    to = "--to", desk.list_of(people(2)), "--out", desk.home / "new"
    assert "holds marks of a copy" in desk.refused("seal", master, *to)
    assert "cannot be put back" in desk.refused("seal", master, *to, "--normalise")


@pytest.mark.parametrize(
    ("form", "name", "content", "said"),
    [
        ("odt", "a.md", MEMO.encode(), "--as odt"),
        ("docx", "a.md", MEMO.encode(), "no Word document"),
        (
            "pdf",
            "a.eml",
            b"From: a@example.org\nSubject: plan\nMessage-ID: <1@x>\n\n" + PLAIN.encode(),
            "not set on pages",
        ),
    ],
)
def test_a_form_that_cannot_be_made_is_refused_before_anything_is_sealed(desk, form, name, content, said):
    source = desk.file(name, content)
    line = desk.refused("seal", source, "--to", desk.list_of(people(3)), "--out", desk.home / "out", "--as", form)
    assert said in line
    assert desk.ok("documents", "list") in ([], {"documents": []})
    assert not (desk.home / "out").exists()
