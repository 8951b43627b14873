"""Trial pages stand side by side in one file, and each of them is what a copy would be."""

from io import BytesIO

import numpy as np
import pikepdf
import pypdfium2

from whosecopy.bench.typeset import article, handwritten
from whosecopy.media.pdf.analysis import Analysis, analyse, plate, slots
from whosecopy.media.pdf.galley import galley
from whosecopy.media.pdf.proof import read_texts
from whosecopy.media.pdf.rewrite import ALONG, values_of
from whosecopy.model import Shift

LINES = b"\n".join(
    b"1 0 0 1 72 %d Tm (The ninth officer of ward %d found it.) Tj" % (700 - 20 * k, k) for k in range(9)
)


def nested() -> bytes:
    """A form within a form; the inner one has no fonts of its own, and the page has all it has from above."""
    with pikepdf.open(BytesIO(handwritten([b"/X0 Do"], forms=[b"BT /F1 11 Tf " + LINES + b" ET /X1 Do"]))) as pdf:
        page = pdf.pages[0].obj
        outer = page["/Resources"]["/XObject"]["/X0"]
        inner = pdf.make_stream(b"BT /F1 9 Tf 72 300 Td (A footer inside of another form) Tj ET")
        inner["/Subtype"], inner["/BBox"] = pikepdf.Name("/Form"), pikepdf.Array([0, 0, 612, 792])
        outer["/Resources"] = pikepdf.Dictionary(
            Font=page["/Resources"]["/Font"], XObject=pikepdf.Dictionary({"/X1": inner})
        )
        pdf.Root["/Pages"]["/Resources"] = page["/Resources"]
        pdf.Root["/Pages"]["/Rotate"] = 90
        del page["/Resources"]
        saved = BytesIO()
        pdf.save(saved)
    return saved.getvalue()


def trial(found: Analysis, seed: int) -> list[Shift]:
    signs = np.random.default_rng(seed).choice((-1, 1), len(found.found))
    return [Shift(k, int(signs[k]) * one.word.room_em) for k, one in enumerate(found.found) if one.word.room_em]


def contents(found: Analysis, shifts: list[Shift], page: int) -> dict[int, bytes]:
    ends = {one.word: {ALONG: (-abs(one.along_em), abs(one.along_em))} for one in shifts}
    return {
        unit: b"".join(one.filled(values_of(shifts)) for one in sections)
        for unit, sections in slots(found, ends).items()
        if found.units[unit].page == page
    }


def drawn(data: bytes, page: int) -> np.ndarray:
    return np.asarray(pypdfium2.PdfDocument(data)[page].render(scale=1).to_numpy())


def test_a_trial_page_is_the_page_of_that_copy():
    for source in (
        nested(),
        article(3, 60),
        handwritten([b"BT /F1 11 Tf " + LINES + b" ET", b"/X0 Do"], forms=[LINES]),
    ):
        found = analyse(source, "a.pdf")
        trials = [trial(found, seed) for seed in range(3)]
        shown = [(page, contents(found, one, page)) for page in range(len(found.pages)) for one in trials]
        made = galley(source, found.units, shown)
        plain = plate(found, [shift for one in trials for shift in one])
        copies = [plain.drawn(one) for one in trials]
        at = 0
        for page in range(len(found.pages)):
            for copy in copies:
                assert read_texts(made, [at]).pdfium[at] == read_texts(copy, [page]).pdfium[page]
                assert read_texts(made, [at]).poppler.get(at) == read_texts(copy, [page]).poppler.get(page)
                assert np.array_equal(drawn(made, at), drawn(copy, page))
                at += 1
        assert len(pypdfium2.PdfDocument(made)) == at


def test_trials_of_a_form_within_a_form_differ_from_the_master():
    found = analyse(nested(), "a.pdf")
    assert sum(bool(one.word.room_em) for one in found.found) > 40
    shifts = trial(found, 1)
    made = galley(nested(), found.units, [(0, {}), (0, contents(found, shifts, 0))])
    assert np.array_equal(drawn(made, 0), drawn(nested(), 0))
    places = np.flatnonzero((drawn(made, 0) != drawn(made, 1)).any(axis=(0, 2)))
    assert places.min() < 310
    assert places.max() > 700
