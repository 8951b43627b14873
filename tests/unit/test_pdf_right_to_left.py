"""Hebrew and Arabic in PDFs: words that are written from right to left are moved as others are, where that is safe."""

import io
import shutil
import subprocess
from functools import cache
from itertools import pairwise

import numpy as np
import pikepdf
import pypdfium2
import pytest

from whosecopy.media.dispatch import open_document
from whosecopy.media.pdf.glyphs import Glyph, Interpreter
from whosecopy.media.pdf.looks import looks_of
from whosecopy.media.pdf.master import press
from whosecopy.media.pdf.runs import reads_backwards
from whosecopy.media.pdf.seen import seen_page
from whosecopy.model import Document, Shift

HEBREW = "בית ספר ילד שלום מים לחם דרך עיר חדש גדול קטן יום לילה שנה אדם עבודה משרד מנהל דוח ישיבה"
ARABIC = "كتاب مدرسة بيت مدينة طريق جديد كبير صغير يوم ليلة شهر عمل خطة مكتب مدير تقرير سلام موافقة"
MIXED = f"{HEBREW} 2031 Excel the server 417 (חוזה)"


def typeset(words: str, seed: int, lines: int = 20, style: str = "") -> bytes:
    """A page of these words in any order, by WeasyPrint."""
    from weasyprint import HTML

    rng = np.random.default_rng(seed)
    text = " ".join(" ".join(rng.choice(words.split(), 10)) + "." for _ in range(lines))
    css = f"@page {{ size: A4; margin: 2cm; {style} }} p {{ font: 11pt 'DejaVu Sans'; text-align: justify }}"
    return bytes(HTML(string=f"<html dir=rtl><style>{css}</style><p>{text}</p></html>").write_pdf())


def drawn_anew(data: bytes, one_by_one: bool = False, mixed: bool = False) -> bytes:
    """The page with the glyphs of each show instruction drawn from right to left: kerned back in one array, or
    `one_by_one`. With `mixed`, glyphs of the left and the right half of each by turns.
    """
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for number, page in enumerate(pdf.pages):
            whole = Interpreter()
            shown: dict[int, list[Glyph]] = {}
            for glyph in whole.page(page, number):
                shown.setdefault(glyph.op, []).append(glyph)
            instructions = whole.units[0].instructions
            page.Contents = pdf.make_stream(
                b"".join(
                    anew(list(step.operands[0]), shown[op], one_by_one, mixed)
                    if op in shown
                    else pikepdf.unparse_content_stream([step]) + b"\n"
                    for op, step in enumerate(instructions)
                )
            )
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def anew(strings: list[object], glyphs: list[Glyph], one_by_one: bool, mixed: bool) -> bytes:
    order = sorted(glyphs, key=lambda glyph: -glyph.x)
    half = len(order) // 2
    if mixed and len(order) % 2 == 0:
        order = [one for pair in zip(order[:half], order[half:], strict=True) for one in pair]
    size, pen, parts = glyphs[0].ax, glyphs[0].x, []
    for glyph in order:
        code = bytes(strings[glyph.element])[glyph.at : glyph.at + glyph.size]
        parts.append(b"%.4f <%s>" % (-1000 * (glyph.x - pen) / size, code.hex().encode()))
        pen = glyph.x + glyph.width * size
    end = max(glyph.x + glyph.width * size for glyph in glyphs)
    parts.append(b"%.4f" % (-1000 * (end - pen) / size))
    return b"".join(b"[%s] TJ\n" % part for part in (parts if one_by_one else [b" ".join(parts)]))


WAYS = {
    "hebrew": lambda: typeset(HEBREW, 1),
    "arabic": lambda: typeset(ARABIC, 2),
    "mixed": lambda: typeset(MIXED, 3),
    "sideways": lambda: turned(typeset(HEBREW, 4), 90),
    "kerned back": lambda: drawn_anew(typeset(MIXED, 5)),
    "letter by letter": lambda: drawn_anew(typeset(ARABIC, 6), one_by_one=True),
}


def turned(data: bytes, degrees: int) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            page.obj["/Rotate"] = degrees
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


@cache
def document(way: str) -> Document:
    return open_document(WAYS[way](), f"{way}.pdf")


def backwards(master: Document) -> list[int]:
    return [k for k, word in enumerate(master.layout.words) if reads_backwards(master.text[word.start : word.end])]


def shifts(master: Document, seed: int) -> tuple[Shift, ...]:
    """A copy's shifts by chance."""
    rng = np.random.default_rng(seed)
    return tuple(
        Shift(k, float(rng.choice([-1, 1])) * word.room_em, float(rng.choice([-1, 1])) * 0.03 * word.may_rise)
        for k, word in enumerate(master.layout.words)
        if word.room_em
    )


@cache
def copies(way: str) -> list[bytes]:
    master = document(way)
    samples = [shifts(master, seed) for seed in range(6)]
    make = press(master, samples)
    return [make(sample) for sample in samples[:3]]


every_way = pytest.mark.parametrize("way", WAYS)


@every_way
def test_most_words_from_right_to_left_carry_marks(way):
    master = document(way)
    words = backwards(master)
    assert len(words) > 100
    assert sum(master.layout.words[k].room_em > 0 for k in words) >= 0.7 * len(words)


@every_way
def test_copies_read_as_their_master_in_pdfium_and_poppler(way):
    def by_pdfium(data: bytes) -> list[str]:
        return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)]

    def by_poppler(data: bytes) -> bytes:
        return subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True).stdout

    for copy in copies(way):
        assert by_pdfium(copy) == by_pdfium(document(way).source)
        if shutil.which("pdftotext"):
            assert by_poppler(copy) == by_poppler(document(way).source)


@every_way
def test_a_leaked_file_shows_every_moved_word_where_its_copy_has_it(way):
    master = document(way)
    sizes = np.array([word.size_pt for word in master.layout.words])
    reach = sizes * [word.room_em for word in master.layout.words]
    lift = sizes * [0.03 * word.may_rise for word in master.layout.words]
    for seed, copy in enumerate(copies(way)):
        pages = [seen_page(page) for page in pypdfium2.PdfDocument(copy)]
        seen = looks_of(pages, master.text, master.layout, reach, lift).along_pt
        told = [(shift.along_em * sizes[shift.word], seen[shift.word]) for shift in shifts(master, seed)]
        assert np.mean([np.isfinite(found) for _, found in told]) > 0.95
        assert all(wanted * found > 0 for wanted, found in told if np.isfinite(found))


def test_neighbours_on_a_line_keep_a_gap_between_them_whichever_is_read_first():
    words = document("mixed").layout.words
    for line in {word.line for word in words}:
        here = sorted((word for word in words if word.line == line), key=lambda word: word.box_pt[0])
        for one, other in pairwise(here):
            gap = (other.box_pt[0] - one.box_pt[2]) / one.size_pt
            assert not (one.room_em and other.room_em) or gap - one.room_em - other.room_em >= 0.139


def test_words_whose_letters_are_drawn_by_turns_with_those_of_others_stay_where_they_are():
    master = open_document(drawn_anew(typeset(HEBREW, 7), mixed=True), "mixed up.pdf")
    moved = sum(master.layout.words[k].room_em > 0 for k in backwards(master))
    assert moved < 0.2 * master.text.count(" ")
