"""One PDF with a page of each kind that needs care: every page that can carry marks names its copy alone."""

import io
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from tests.attacks.test_picture_trace import named, page_of, printed, stored, traced
from tests.conftest import Desk, Sealed, new_desk, people

from whosecopy.bench.prose import prose
from whosecopy.bench.typeset import handwritten
from whosecopy.media.dispatch import open_document

LEAKER = "p-011"
PLAIN, QUARTER, HALF, BACK, CROPPED, LARGE, FORM, OFTEN, SCANNED = range(9)


def text_page(seed: int) -> bytes:
    """A page of a letter by WeasyPrint."""
    from weasyprint import HTML

    parts = prose(np.random.default_rng(seed), 14).split("\n\n")
    style = "@page { size: A5; margin: 1.5cm } body { font: 10pt 'DejaVu Serif' }"
    return bytes(HTML(string=f"<style>{style}</style>" + "".join(f"<p>{part}</p>" for part in parts)).write_pdf())


def scanned_page(seed: int) -> bytes:
    """A picture of such a page over which OCR has laid its words, unseen."""
    picture = io.BytesIO()
    page = pypdfium2.PdfDocument(text_page(seed))[0]
    page.render(scale=150 / 72, grayscale=True).to_pil().save(picture, "PNG", dpi=(150, 150))
    command = ["tesseract", "stdin", "stdout", "pdf"]
    return subprocess.run(command, input=picture.getvalue(), capture_output=True, check=True).stdout


def form_of(pdf: pikepdf.Pdf, page: pikepdf.Object) -> pikepdf.Object:
    """The content of a page as a form, a little smaller."""
    form = pdf.make_stream(pikepdf.Page(page).Contents.read_bytes())
    form["/Type"], form["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Form
    form["/BBox"], form["/Matrix"] = pikepdf.Array([0, 0, 600, 800]), pikepdf.Array([0.9, 0, 0, 0.9, 20, 30])
    form["/Resources"] = page["/Resources"]
    return form


def all_kinds() -> bytes:
    with pikepdf.new() as out:
        for number in range(SCANNED + 1):
            with pikepdf.open(io.BytesIO((scanned_page if number == SCANNED else text_page)(number))) as one:
                out.pages.append(one.pages[0])
        pages = [page.obj for page in out.pages]
        for number in (QUARTER, HALF, BACK):
            pages[number]["/Rotate"] = 90 * number
        pages[CROPPED]["/MediaBox"] = pikepdf.Array([-100, -50, 500, 700])
        pages[CROPPED]["/CropBox"] = pikepdf.Array([30, 20, 400, 580])
        pages[LARGE]["/UserUnit"] = 2
        for number in (FORM, OFTEN):
            form = form_of(out, pages[number])
            pages[number]["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F0=form))
            drawn = b"q /F0 Do Q" if number == FORM else b"q /F0 Do 1 0 0 1 0 0 cm /F0 Do Q"
            pages[number]["/Contents"] = out.make_stream(drawn)
        data = io.BytesIO()
        out.save(data)
    return data.getvalue()


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, Sealed]:
    """A desk where such a file was sealed for thirty recipients."""
    desk = new_desk(tmp_path_factory.mktemp("mixed") / "desk")
    source, to = desk.file("plan.pdf", all_kinds()), desk.list_of(people(30))
    answer = desk.ok("seal", source, "--to", to, "--out", desk.home / "copies")
    copies = {one["recipient"]: Path(one["path"]) for one in answer["copies"]}
    return desk, Sealed(answer["document"]["id"], copies, answer)


def test_marks_stand_on_every_page_but_scans_and_forms_drawn_more_than_once(mixed) -> None:
    layout = open_document((mixed[0].home / "plan.pdf").read_bytes(), "plan.pdf").layout
    share = [np.mean([word.room_em > 0 for word in layout.words if word.page == page]) for page in range(SCANNED + 1)]
    assert min(share[:OFTEN]) > 0.95
    assert share[OFTEN] == share[SCANNED] == 0


@pytest.mark.parametrize("page", [QUARTER, HALF, BACK, CROPPED, LARGE, FORM])
def test_a_picture_of_such_a_page_names_its_copy(mixed, page: int) -> None:
    desk, sealed = mixed
    picture = printed(sealed, page) if page in (HALF, FORM) else page_of(sealed, page, 110)
    answer = traced(desk, stored("PNG", picture), f"{page}.png")
    assert named(answer) == [LEAKER]
    assert answer.json["how"]["part"].endswith(f"page {page + 1} of {SCANNED + 1}")


def test_a_leaked_file_is_read_on_all_its_pages(mixed) -> None:
    desk, sealed = mixed
    found = desk.ok("trace", sealed.copies[LEAKER])
    assert [one["recipient"] for one in found["named"]] == [LEAKER]
    assert found["marks"]["read"] > 0.95 * found["marks"]["total"]


def test_the_picture_of_a_scan_in_a_marked_file_names_nobody(mixed) -> None:
    desk, sealed = mixed
    assert named(traced(desk, stored("PNG", page_of(sealed, SCANNED, 110)), "scan.png")) == []


def without_letters(copy: bytes) -> bytes:
    """The first page of a copy in fonts that do not say which letters their glyphs are."""
    with pikepdf.open(io.BytesIO(copy)) as pdf, pikepdf.new() as out:
        out.pages.append(pdf.pages[PLAIN])
        for font in out.pages[0].obj["/Resources"]["/Font"].values():
            del font["/ToUnicode"]
        data = io.BytesIO()
        out.save(data)
    return data.getvalue()


def as_shapes(copy: bytes) -> bytes:
    """The first page of a copy drawn in rectangles: a drawing without any letter."""
    page = pypdfium2.PdfDocument(copy)[PLAIN]
    black = np.pad(page.render(scale=200 / 72, grayscale=True).to_numpy().squeeze() < 128, ((0, 0), (1, 1)))
    rows, edges = np.nonzero(black[:, 1:] != black[:, :-1])
    runs = zip(rows[::2].tolist(), edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    drawn = b" ".join(b"%d %d %d 1 re" % (left, len(black) - row, right - left) for row, left, right in runs)
    return handwritten([b"0.36 0 0 0.36 0 0 cm " + drawn + b" f"])


def by_mupdf(copy: bytes) -> bytes:
    """The first page of a copy converted to PDF by MuPDF."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "copy.pdf").write_bytes(copy)
        subprocess.run(["mutool", "convert", "-o", "out.pdf", "copy.pdf", "1"], cwd=folder, check=True)
        return (Path(folder) / "out.pdf").read_bytes()


def test_a_leaked_file_that_names_no_letters_is_read_as_a_picture(mixed) -> None:
    desk, sealed = mixed
    answer = traced(desk, without_letters(sealed.copies[LEAKER].read_bytes()), "codes.pdf")
    assert named(answer) == [LEAKER]
    assert answer.json["how"]["channel"].startswith("a picture of the page")


@pytest.mark.parametrize("way", [as_shapes, *([by_mupdf] if shutil.which("mutool") else [])])
def test_a_leaked_file_that_was_drawn_anew_names_its_copy(mixed, way) -> None:
    desk, sealed = mixed
    assert named(traced(desk, way(sealed.copies[LEAKER].read_bytes()), "anew.pdf")) == [LEAKER]


def test_a_scan_with_unseen_words_is_refused(desk) -> None:
    source = desk.file("scan.pdf", scanned_page(30))
    refused = desk.refused("seal", source, "--to", desk.list_of(people(4)), "--out", desk.home / "out")
    assert "pages are pictures" in refused
