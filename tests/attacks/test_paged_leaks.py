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
ISSUED = {"a text as PDF": "pressed", "a Word file as PDF": "word_pressed", "a Word file as one": "kept_as_word"}
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


@pytest.fixture(scope="module")
def word_pressed(tmp_path_factory) -> tuple[Desk, Sealed]:
    """A desk where the Word document was sealed as PDF for four; leave it as it is."""
    desk = new_desk(tmp_path_factory.mktemp("word-pressed"))
    return desk, seal_word_file(desk, "pdf")


@pytest.fixture(scope="module")
def kept_as_word(tmp_path_factory) -> tuple[Desk, Sealed]:
    """A desk where the Word document was sealed as one for four; leave it as it is, take `duties`."""
    desk = new_desk(tmp_path_factory.mktemp("word"))
    return desk, seal_word_file(desk, "docx")


@pytest.fixture
def memo(pressed, tmp_path) -> tuple[Desk, Sealed]:
    """A desk of one's own with the memo in its vault, and its copies."""
    return pressed[0].clone(tmp_path / "desk"), pressed[1]


@pytest.fixture
def duties(kept_as_word, tmp_path) -> tuple[Desk, Sealed]:
    """A desk of one's own with the Word document in its vault, and its copies."""
    return kept_as_word[0].clone(tmp_path / "desk"), kept_as_word[1]


@pytest.fixture(params=ISSUED)
def issued(request, tmp_path) -> tuple[Desk, Sealed]:
    """A desk of one's own with a document that has no pages, issued in one of three ways, and its copies."""
    desk, sealed = request.getfixturevalue(ISSUED[request.param])
    return desk.clone(tmp_path / "desk"), sealed


def seal_word_file(desk: Desk, form: str) -> Sealed:
    """The memo as a Word document, sealed for four in this form."""
    to = "--to", desk.list_of(people(4)), "--out", desk.home / "out"
    answer = desk.ok("seal", desk.file("duties.docx", word_file()), "--variants", *to, "--as", form)
    paths = {one["recipient"]: Path(one["path"]) for one in answer["copies"]}
    return Sealed(answer["document"]["id"], paths, answer)


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


def on_pages(copy: Path) -> bytes:
    """A copy as a PDF, whichever it was issued as."""
    if copy.suffix == ".pdf":
        return copy.read_bytes()
    with open_typesetter(DOCX) as typesetter:
        return typesetter.pdf(copy.read_bytes(), "copy.docx")


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


def test_the_file_names_its_copy_by_wording_and_layout_together(issued):
    desk, sealed = issued
    found = desk.ok("trace", sealed.copies[LEAKER])
    assert named(found) == [LEAKER]
    assert {"declared", "layout.word_x", "layout.luminance"} <= carriers_read(found)
    assert "copied digitally" in found["how"]["channel"]


def test_a_pdf_made_of_it_names_it_as_well(issued):
    desk, sealed = issued
    found = desk.ok("trace", desk.file("leak.pdf", on_pages(sealed.copies[LEAKER])))
    assert (named(found), "layout.word_x" in carriers_read(found)) == ([LEAKER], True)


def test_a_screenshot_of_its_second_page_is_read_by_wording_and_layout(issued):
    desk, sealed = issued
    found = desk.ok("trace", desk.file("shot.png", screenshot(on_pages(sealed.copies[LEAKER]), 1)))
    assert named(found) == [LEAKER]
    assert {"declared", "layout.word_x"} <= carriers_read(found)
    assert "a picture of the page" in found["how"]["channel"]


def test_a_copy_made_again_has_the_same_bytes(issued):
    desk, sealed = issued
    desk.ok("copy", sealed.id, LEAKER, "--out", desk.home / "again")
    assert (desk.home / "again").read_bytes() == sealed.copies[LEAKER].read_bytes()


def test_its_last_page_is_laid_right_although_the_wording_before_it_is_unknown(memo):
    desk, sealed = memo
    found = desk.ok("trace", desk.file("page.pdf", last_page(sealed.copies[LEAKER].read_bytes())))
    assert named(found) == [LEAKER]
    assert "layout.word_x" in carriers_read(found)


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


def paragraphs(copy: Path, keep: slice) -> bytes:
    """A Word document with only some of its paragraphs."""
    made, out = docx.Document(str(copy)), io.BytesIO()
    kept = {id(one._element) for one in made.paragraphs[keep]}
    for paragraph in made.paragraphs:
        if id(paragraph._element) not in kept:
            paragraph._element.getparent().remove(paragraph._element)
    made.save(out)
    return out.getvalue()


def moved(answer) -> int:
    """How many marks of moved words were read."""
    return answer["marks"]["by_carrier"]["layout.word_x"]["read"]


def test_a_word_file_and_a_picture_are_one_leak(duties, tmp_path):
    desk, sealed = duties
    copy = sealed.copies[LEAKER]
    part = desk.file("part.docx", paragraphs(copy, slice(0, 3)))
    shot = desk.file("shot.png", screenshot(on_pages(copy), 1))
    both = desk.ok("trace", part, shot, "--bundle", desk.home / "proof.wcb")
    assert named(both) == [LEAKER]
    alone = [desk.ok("trace", one) for one in (part, shot)]
    assert moved(both) > max(moved(one) for one in alone)
    assert Desk(tmp_path).ok("verify", desk.home / "proof.wcb", "--reread")["result"] == "verified"


def test_a_word_file_of_pasted_text_does_not_speak_before_a_picture(duties):
    desk, sealed = duties
    copy = sealed.copies[LEAKER]
    pasted, out = docx.Document(), io.BytesIO()
    for paragraph in docx.Document(str(copy)).paragraphs:
        pasted.add_paragraph(paragraph.text)
    pasted.save(out)
    shot = desk.file("shot.png", screenshot(on_pages(copy), 1))
    assert moved(desk.ok("trace", desk.file("pasted.docx", out.getvalue()), shot)) == moved(desk.ok("trace", shot)) > 0


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
