"""Copies of a PDF: what may differ between them, and what must not."""

import io
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from whosecopy.bench.typeset import article, handwritten, letter
from whosecopy.errors import InputError
from whosecopy.media.dispatch import open_document, render
from whosecopy.media.pdf.analysis import Analysis, analyse, plate
from whosecopy.media.pdf.master import press, unlock
from whosecopy.media.pdf.printer import Extremes, Printer
from whosecopy.model import Document, Layout, Shift

LINES = b"\n".join(
    b"1 0 0 1 72 %d Tm (The ninth officer (\\261) of ward %d found no flawed fifth.) Tj" % (700 - 20 * k, k)
    for k in range(12)
)
OPERATORS = b"""BT /F1 11 Tf 14 TL 72 720 Td (One affair of the) Tj ( harbour office) Tj
(was filed on the next line) ' 1 .2 (and one with word spacing) " 0 Tw 0 Tc T*
90 Tz [(Narrow) -300 (and ker) 20 (ned wor) -15 (ds here)] TJ 100 Tz T* 3 Ts (raised text stays raised) Tj 0 Ts T*
/F2 14 Tf (Times without any widths at all) Tj ET
BT /F2 12 Tf 0 1 -1 0 500 300 Tm (standing on its side by the edge) Tj ET
BT /F1 12 Tf .87 .5 -.5 .87 200 300 Tm (slanted words stay where they are) Tj ET
q 1 0 0 1 0 -400 cm BT /F1 12 Tf 3 Tr 72 500 Td (nobody sees this text) Tj ET Q
1 0 0 rg BT /F1 12 Tf 0 Tr 72 200 Td (red words are never grey) Tj ET"""


@cache
def document(name: str) -> Document:
    sources = {
        "article": lambda: article(1, 40),
        "letter": lambda: letter(2),
        "operators": lambda: handwritten([OPERATORS]),
        "turned": lambda: handwritten(
            [b"BT /F1 11 Tf " + LINES + b" ET"], extra=b"/Rotate 90 /CropBox [50 60 580 760]"
        ),
        "forms": lambda: handwritten(
            [b"/X0 Do /X1 Do", b"/X1 Do"],
            forms=[b"BT /F1 11 Tf " + LINES + b" ET", b"BT /F1 9 Tf 72 40 Td (the same footer on every page) Tj ET"],
        ),
    }
    return open_document(sources[name](), f"{name}.pdf")


NAMES = ("article", "letter", "operators", "turned", "forms")
every_document = pytest.mark.parametrize("name", NAMES)


def shifts(master: Document, seed: int, words: Sequence[int] | None = None) -> tuple[Shift, ...]:
    """A copy's shifts by chance, on every axis that each word has."""
    rng = np.random.default_rng(seed)
    out = []
    for k, word in enumerate(master.layout.words):
        along, up, grey = (int(one) for one in rng.integers(0, 2, 3))
        if word.room_em and (words is None or k in words):
            along, up = 2 * along - 1, 2 * up - 1
            out.append(
                Shift(k, along * word.room_em, 0.03 * up if word.may_rise else 0.0, 0.102 * grey if word.black else 0.0)
            )
    return tuple(out)


@cache
def copy(name: str, seed: int) -> bytes:
    master = document(name)
    return press(master, [shifts(master, k) for k in range(6)])(shifts(master, seed))


def by_pdfium(data: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)]


def by_poppler(data: bytes) -> str:
    return subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True).stdout.decode()


@every_document
def test_every_copy_reads_as_its_master_character_for_character(name):
    for seed in range(3):
        assert by_pdfium(copy(name, seed)) == by_pdfium(document(name).source)
        assert by_poppler(copy(name, seed)) == by_poppler(document(name).source)


def text_of(layout: Layout, text: str) -> str:
    return " ".join(text[word.start : word.end] for word in layout.words if word.room_em)


def test_words_stand_where_an_independent_reader_sees_them():
    master = document("article")
    pages = pypdfium2.PdfDocument(master.source)
    seen = 0
    for word in master.layout.words[::7]:
        page = pages[word.page]
        said = master.text[word.start : word.end]
        found = page.get_textpage().search(said, match_case=True)
        boxes = []
        while (hit := found.get_next()) is not None:
            left, bottom, _, top = page.get_textpage().get_charbox(hit[0])
            boxes.append((left, page.get_height() - top, page.get_height() - bottom))
        left, top, _, bottom = word.box_pt
        assert any(abs(x - left) < 0.2 * word.size_pt and top <= y and z <= bottom + 0.5 for x, y, z in boxes), said
        seen += 1
    assert seen > 50


def test_every_way_of_showing_text_is_understood():
    master = document("operators")
    moved = text_of(master.layout, master.text)
    for phrase in (
        "One affair of the",
        "was filed on",
        "and one with word",
        "Narrow and kerned words",
        "raised text stays",
        "Times without any widths",
        "standing on its side",
        "red words are",
    ):
        assert phrase in moved
    black = [k for k, word in enumerate(master.layout.words) if word.black]
    assert not {"red", "grey"} & {master.text[master.layout.words[k].start : master.layout.words[k].end] for k in black}


def test_hidden_and_slanted_words_stay_where_they_are():
    moved = text_of(document("operators").layout, document("operators").text).split()
    assert not {"slanted", "nobody"} & set(moved)


def test_text_on_a_turned_and_cropped_page_lies_on_the_page_as_shown():
    layout = document("turned").layout
    assert layout.pages_pt == ((700.0, 530.0),)
    assert {word.turn for word in layout.words} == {3}
    assert all(0 <= x <= 700 for word in layout.words for x in word.box_pt[::2])
    assert all(0 <= y <= 530 for word in layout.words for y in word.box_pt[1::2])


def test_a_form_drawn_on_two_pages_is_left_alone():
    layout, text = document("forms").layout, document("forms").text
    moved = text_of(layout, text)
    assert "officer" in moved
    assert "footer" not in moved
    assert "footer" in " ".join(text[word.start : word.end] for word in layout.words)


def drawn_by(renderer: str, data: bytes, dpi: int = 96) -> list[np.ndarray]:
    """The pages as grey pictures."""
    if renderer == "pdfium":
        pages = [page.render(scale=dpi / 72, optimize_mode="lcd").to_pil() for page in pypdfium2.PdfDocument(data)]
        return [np.asarray(page.convert("RGB")).astype(int).min(axis=2) for page in pages]
    commands = {
        "poppler": ["pdftoppm", "-r", str(dpi), "-gray", "-png", "-cropbox", "copy.pdf", "page"],
        "mupdf": ["mutool", "draw", "-r", str(dpi), "-c", "gray", "-o", "page%04d.png", "copy.pdf"],
    }
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "copy.pdf").write_bytes(data)
        subprocess.run(commands[renderer], cwd=folder, check=True, capture_output=True)
        return [np.asarray(Image.open(path).convert("L")).astype(int) for path in sorted(Path(folder).glob("page*"))]


RENDERERS = [
    "pdfium",
    *(["poppler"] if shutil.which("pdftoppm") else []),
    *(["mupdf"] if shutil.which("mutool") else []),
]
ROUNDED = {"pdfium": 100, "poppler": 0, "mupdf": 0}
"""Pixels that may differ beside marked words: PDFium snaps letters to thirds of a pixel, and ties go either way."""
every_renderer = pytest.mark.parametrize("renderer", RENDERERS)


def along_only(found: Analysis) -> list[Shift]:
    rng = np.random.default_rng(3)
    return [Shift(k, rng.choice([-1, 1]) * one.word.room_em) for k, one in enumerate(found.found) if one.word.room_em][
        ::2
    ]


def printed(found: Analysis, one: Sequence[Shift], wanted: Sequence[Shift]) -> bytes:
    """A copy from the plate of `one` and its mirror image."""
    other = [Shift(shift.word, -shift.along_em) for shift in one]
    ends = Extremes.of([one, other])
    high, resting = ends.chosen(wanted)
    return Printer(plate(found, [*one, *other]), ends, resting).copy(high)


@every_renderer
@pytest.mark.parametrize("name", ["article", "letter", "turned"])
def test_a_copy_without_marks_is_drawn_pixel_for_pixel_as_the_master(renderer, name):
    found = analyse(document(name).source, name)
    rewritten = printed(found, along_only(found), [])
    for ours, theirs in zip(drawn_by(renderer, document(name).source), drawn_by(renderer, rewritten), strict=True):
        assert (ours == theirs).all()


@every_renderer
@pytest.mark.parametrize("name", ["article", "letter", "turned"])
def test_nothing_but_marked_words_changes_on_the_page(renderer, name):
    master = document(name)
    found = analyse(master.source, name)
    moved = along_only(found)
    before, after = drawn_by(renderer, master.source), drawn_by(renderer, printed(found, moved, moved))
    changed = 0
    for number, (ours, theirs) in enumerate(zip(before, after, strict=True)):
        beside = ours != theirs
        for shift in moved:
            word = found.found[shift.word].word
            if word.page == number:
                around = 0.3 * word.size_pt
                left, top, right, bottom = (
                    int((edge + way * around) * 96 / 72) + (way > 0)
                    for edge, way in zip(word.box_pt, (-1, -1, 1, 1), strict=True)
                )
                changed += int(beside[max(0, top) : bottom, max(0, left) : right].any())
                beside[max(0, top) : bottom, max(0, left) : right] = False
        assert beside.sum() <= ROUNDED[renderer]
    assert changed > 0.8 * len(moved)


def test_copies_differ_in_nothing_but_the_streams_that_are_marked():
    one, other = (pikepdf.open(io.BytesIO(copy("letter", seed))) for seed in (0, 1))
    streams = {page.obj.Contents.objgen for page in one.pages}
    assert len(one.objects) == len(other.objects)
    for ours, theirs in zip(one.objects, other.objects, strict=True):
        if getattr(ours, "objgen", None) in streams:
            assert len(ours.read_bytes()) == len(theirs.read_bytes())
        elif isinstance(ours, pikepdf.Stream) and ours.get("/Type") != "/XRef":
            assert ours.read_raw_bytes() == theirs.read_raw_bytes()
        elif not isinstance(ours, pikepdf.Stream):
            assert ours.unparse() == theirs.unparse()
    assert one.trailer.get("/ID", pikepdf.Array()).unparse() == other.trailer.get("/ID", pikepdf.Array()).unparse()


def rich() -> bytes:
    """A PDF with all that has to be kept."""
    with pikepdf.open(io.BytesIO(article(5, 16))) as pdf:
        pdf.docinfo["/Title"] = "The plan"
        pdf.attachments["list.txt"] = pikepdf.AttachedFileSpec(pdf, b"a list", filename="list.txt")
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("Start", 0))
        pdf.Root.PageLabels = pikepdf.Object.parse(b"<< /Nums [0 << /S /r >>] >>")
        field = pikepdf.Object.parse(b"<< /FT /Tx /T (name) /Type /Annot /Subtype /Widget /Rect [50 50 90 60] >>")
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([pdf.make_indirect(field)]))
        page = pdf.pages[0].obj
        page.Annots = pikepdf.Array([*page.get("/Annots", []), pdf.Root.AcroForm.Fields[0]])
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def test_links_tags_outlines_forms_attachments_labels_and_metadata_are_kept():
    master = open_document(rich(), "rich.pdf")
    one = shifts(master, 1)
    before, after = (pikepdf.open(io.BytesIO(data)) for data in (master.source, render(master.with_shifts(one))))
    assert after.docinfo["/Title"] == "The plan"
    assert after.attachments["list.txt"].get_file().read_bytes() == b"a list"
    for key in ("/Outlines", "/PageLabels", "/AcroForm", "/StructTreeRoot", "/MarkInfo", "/Lang"):
        assert (key in before.Root) == (key in after.Root)
    for ours, theirs in zip(before.pages, after.pages, strict=True):
        assert len(ours.obj.get("/Annots", [])) == len(theirs.obj.get("/Annots", []))
        assert sorted(ours.resources.get("/Font", {}).keys()) == sorted(theirs.resources.get("/Font", {}).keys())
    assert before.trailer["/ID"][0] == after.trailer["/ID"][0]


def test_the_unmarked_content_is_nowhere_in_a_copy():
    with pikepdf.open(io.BytesIO(document("article").source)) as pdf:
        contents = {page.Contents.read_bytes() for page in pdf.pages}
    with pikepdf.open(io.BytesIO(copy("article", 0))) as pdf:
        found = {one.read_bytes() for one in pdf.objects if isinstance(one, pikepdf.Stream) and "/Subtype" not in one}
    assert contents
    assert not contents & found


def test_a_copy_is_a_function_of_its_shifts():
    master = document("forms")
    one = master.with_shifts(shifts(master, 4))
    assert render(one) == render(one)


def encrypted(password: str) -> bytes:
    with pikepdf.open(io.BytesIO(document("letter").source)) as pdf:
        out = io.BytesIO()
        pdf.save(out, encryption=pikepdf.Encryption(user=password, owner="owner"))
        return out.getvalue()


def test_an_encrypted_pdf_asks_for_its_password():
    with pytest.raises(InputError, match="--password"):
        open_document(encrypted("secret"), "plan.pdf")
    with pytest.raises(InputError, match="does not open it"):
        unlock(encrypted("secret"), "guess", "plan.pdf")
    opened = open_document(unlock(encrypted("secret"), "secret", "plan.pdf"), "plan.pdf")
    assert opened.text == document("letter").text


def test_a_signed_pdf_is_refused_with_advice():
    with pikepdf.open(io.BytesIO(rich())) as pdf:
        signature = pikepdf.Object.parse(b"<< /FT /Sig /T (sig) /V << /Type /Sig /Contents <00> >> >>")
        pdf.Root.AcroForm.Fields.append(pdf.make_indirect(signature))
        out = io.BytesIO()
        pdf.save(out)
    with pytest.raises(InputError, match="then sign each copy"):
        open_document(out.getvalue(), "plan.pdf")


def test_a_scan_is_refused_because_its_pages_are_pictures():
    out = io.BytesIO()
    Image.new("L", (600, 800), 200).save(out, format="PDF")
    with pytest.raises(InputError, match="pages are pictures"):
        open_document(out.getvalue(), "scan.pdf")


def test_a_pdf_without_any_text_is_refused():
    with pytest.raises(InputError, match="no text"):
        open_document(handwritten([b"0 0 m 10 10 l S"]), "drawing.pdf")
