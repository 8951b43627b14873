"""PDFs made to break the reader: a result or a refusal in one line, in time and memory, and no copy without marks.

`whosecopy bench hostile` does the same with many more.
"""

import numpy as np
import pytest

from whosecopy.bench.hostile import Answer, ask, files_of, rows
from whosecopy.bench.hostile_pdfs import PDFS, one_page
from whosecopy.bench.hostile_questions import as_master, flaw_of_pages, seal_document
from whosecopy.errors import InputError
from whosecopy.media.dispatch import open_document
from whosecopy.media.leak import open_leak
from whosecopy.media.pdf import leak
from whosecopy.seal.copies import renderer

QUICK = (
    "4 GB deflated twice",
    "pages that hold their parent",
    "a letter drawn with itself",
    "text in size 1e38",
)


@pytest.fixture(scope="module")
def plain():
    """A page of text, sealed."""
    return seal_document(one_page(), "plan.pdf")


def test_hostile_pdfs_end_in_a_result_or_a_refusal_within_limits(plain):
    answers = list(ask([(f"{name}.pdf", PDFS[name]) for name in QUICK], sealed=plain))
    assert [one for one in answers if one.broken] == []
    assert {one.outcome for one in answers} == {"copies", "no marks", "InputError"}
    assert all(one.peak_bytes > 0 for one in answers)


def test_pdfs_broken_at_random_end_in_a_result_or_a_refusal(plain):
    broken = list(files_of({"plain.pdf": one_page()}, 60, seed=7))[1:]
    chosen = [one for one in broken if one[0].startswith("plain ")][:3]
    assert [one for one in ask(chosen, sealed=plain) if one.broken] == []


def test_a_seed_breaks_files_in_one_way():
    first, again = ([make() for _, make in files_of({"a.pdf": one_page()}, 20, seed=3)] for _ in range(2))
    other = [make() for _, make in files_of({"a.pdf": one_page()}, 20, seed=4)]
    assert first == again
    assert first[0] == other[0] == one_page()
    assert first[1:] != other[1:]


def test_a_page_of_a_million_letters_is_refused_as_a_master():
    with pytest.raises(InputError, match="over 200000 letters"):
        open_document(PDFS["a word of 1,000,000 letters"](), "long.pdf")


@pytest.mark.parametrize("pages", ["3,000 pages of text", "100,000 pages"])
def test_a_master_of_thousands_of_pages_is_refused_before_they_are_read(pages):
    with pytest.raises(InputError, match="pages, over the limit of 1,000; seal it in parts"):
        open_document(PDFS[pages](), "long.pdf")


def test_a_form_field_that_is_its_own_child_holds_nobody_up():
    assert as_master(PDFS["a field that is its own child"](), "form.pdf").outcome == "copies"


def test_a_font_that_tells_its_widths_again_and_again_stays_where_it_is():
    found = open_document(PDFS["widths told 3,000 times"](), "wide.pdf")
    marked = {found.text[word.start : word.end] for word in found.layout.words}
    assert "Office" in marked
    assert "ABCDEF" not in {word.replace(" ", "") for word in marked}


def test_of_a_very_long_pdf_the_first_pages_are_read(monkeypatch):
    monkeypatch.setattr(leak, "_MAX_CHARACTERS", 3 * len(open_leak(one_page()).text))
    pages = PDFS["a page listed 50,000 times"]().replace(b"/Count 50000", b"/Count 50000 ")
    found = leak.read(pages, "long.pdf")
    assert 1 <= len(found.pages) <= 3
    assert any("of 50000 pages were read" in note for note in found.notes)


def test_a_copy_without_marks_is_told_from_one_with_marks(plain):
    master, template = open_document(plain.master, "plan.pdf"), plain.template
    variants = np.random.default_rng(1).integers(0, 2, template.length).astype(np.uint8)
    make = renderer(master, template)
    assert flaw_of_pages(master, make(variants), template, variants) == ""
    assert "words of" in flaw_of_pages(master, master.source, template, variants)
    assert "read for sure read as others" in flaw_of_pages(master, make(1 - variants), template, variants)
    changed = one_page().replace(b"Office 3", b"Office 4")
    assert flaw_of_pages(master, changed, template, variants) == "the text of a copy is not the master's"


def test_the_rows_count_what_became_of_each_kind():
    answers = [
        Answer("a.pdf", "leak", "no marks", "", 2.0, 3.0, 5 << 20),
        Answer("b.pdf", "leak", "InputError", "b.pdf: is damaged", 1.0, 1.0, 7 << 20),
        Answer("c.png", "leak", "died", "", 0.5, 1.0, 1 << 20, "the program died"),
    ]
    found = {row["kind"]: row for row in rows(answers)}
    assert (found["pdf"]["done"], found["pdf"]["refused"], found["pdf"]["longest_s"]) == (1, 1, 2.0)
    assert (found["png"]["broken"], found["png"]["ok"]) == (1, False)
    assert (found["all"]["files"], found["all"]["largest_mib"], found["all"]["ok"]) == (3, 7, False)
