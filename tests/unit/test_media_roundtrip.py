"""Whatever a carrier edits in running text reads as edited, and nothing else in the file changes."""

import io
import re
from functools import cache
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whosecopy.media.dispatch import media_version, open_document, render
from whosecopy.model import Document, Edit

FOLDER = Path(__file__).parents[1] / "documents" / "media"
RUNNING = ("paragraph", "item", "cell", "note")
FORMATS = ("memo.txt", "memo.md", "memo.html", "memo.eml", "memo.docx")


def word_document() -> bytes:
    made = docx.Document()
    made.sections[0].header.paragraphs[0].text = "Internal, not moved"
    made.add_heading("Moving the records office", 1)
    first = made.add_paragraph("The records office will move to the ")
    first.add_run("new building").bold = True
    first.add_run(" in the second week of May. We do ")
    first.add_run("not").italic = True
    first.add_run(" expect R&D to take more than < 4 days.")
    made.add_paragraph("Files that are in use stay with their section", style="List Bullet")
    table = made.add_table(1, 2)
    table.cell(0, 0).text = "The transport of all files"
    table.cell(0, 1).text = "The section that owns them"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


@cache
def source(name: str) -> bytes:
    return word_document() if name == "memo.docx" else (FOLDER / name).read_bytes()


@cache
def opened(name: str) -> Document:
    return open_document(source(name), name)


def words(document: Document) -> list[tuple[int, int]]:
    """Every word of running text that may be replaced."""
    running = [block for block in document.blocks if block.kind in RUNNING]
    free = [
        (max(block.start, piece.start), min(block.end, piece.end))
        for block in running
        for piece in document.pieces
        if piece.start < block.end and piece.end > block.start
    ]
    found = {
        (low + word.start(), low + word.end())
        for low, high in free
        for word in re.finditer(r"\w+", document.text[low:high])
    }
    return sorted(span for span in found if not any(a < span[1] and b > span[0] for a, b in document.protected))


@pytest.mark.parametrize("name", FORMATS)
def test_a_document_without_edits_comes_back_byte_for_byte(name):
    assert render(opened(name)) == source(name)


@pytest.mark.parametrize("name", FORMATS)
def test_blocks_and_pieces_are_in_order_and_lie_within_the_text(name):
    document = opened(name)
    assert document.text == "\n\n".join(document.text[block.start : block.end] for block in document.blocks)
    assert all(0 <= piece.start < piece.end <= len(document.text) for piece in document.pieces)
    assert list(document.pieces) == sorted(document.pieces, key=lambda piece: (piece.start, piece.part))
    assert all(a[1] < b[0] for a, b in zip(document.protected, document.protected[1:], strict=False))
    assert media_version(document.media)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_leaves_enough_running_text_to_mark(name):
    assert len(words(opened(name))) >= 30


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_that_a_reader_does_not_see_as_text_may_be_edited(name):
    """`not moved` stands only in titles, comments, code, links, headers and the like, but for the true sentence."""
    document = opened(name)
    changed = document.with_edits(tuple(Edit(a, b, "x" * (b - a)) for a, b in words(document)))
    kept = render(changed).decode("utf-8", "ignore").replace("no=\n", "no")
    assert kept.count("not moved") == source(name).decode("utf-8", "ignore").count("not moved")


replacement = (
    st.text("abcXYZ 019'-&<>*_[]`~|\\.,;!#+=\u00e9\u2014\u201c", min_size=0, max_size=9)
    .map(lambda inside: " ".join(f"q{inside}z".split()))
    .filter(lambda text: not re.match(r"\w[.)]", text))
)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_random_edits_change_exactly_these_characters(name, data):
    document = opened(name)
    spots = words(document)
    chosen = data.draw(st.lists(st.sampled_from(spots), min_size=1, max_size=12, unique=True).map(sorted))
    edits = tuple(Edit(start, end, data.draw(replacement)) for start, end in chosen)
    edited = document.with_edits(edits)
    again = open_document(render(edited), name)
    assert again.text == edited.edited_text()
    assert [block.kind for block in again.blocks] == [block.kind for block in document.blocks]


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_words_can_be_inserted_and_removed(name, data):
    document = opened(name)
    spots = [(a, b) for a, b in words(document) if document.text[b : b + 1] == " "]
    start, end = data.draw(st.sampled_from(spots))
    edit = data.draw(st.sampled_from([Edit(start, start, "well "), Edit(end, end, " indeed"), Edit(end, end, ",")]))
    edited = document.with_edits((edit,))
    assert open_document(render(edited), name).text == edited.edited_text()


@pytest.mark.parametrize("name", ["memo.txt", "memo.md", "memo.html", "memo.eml"])
def test_windows_line_endings_stay_and_read_as_single_newlines(name):
    data = source(name).replace(b"\n", b"\r\n")
    document = open_document(data, name)
    assert document.text == opened(name).text
    start = document.text.index("second week")
    edited = document.with_edits((Edit(start, start + 6, "third"),))
    written = render(edited)
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert open_document(written, name).text == document.text.replace("second week", "third week")


@pytest.mark.parametrize("name", ["memo.txt", "memo.md", "memo.html"])
def test_an_edit_over_a_hard_wrap_keeps_the_break_and_its_indentation(name):
    document = opened(name)
    start = document.text.index("week of\nMay")
    edited = document.with_edits((Edit(start, start + len("week of\nMay"), "days of\nJune"),))
    written = render(edited)
    assert open_document(written, name).text == edited.edited_text()
    lines = source(name).split(b"\n"), written.split(b"\n")
    assert len(lines[0]) == len(lines[1])
    assert sum(a != b for a, b in zip(*lines, strict=True)) == 2


def test_equal_edits_give_equal_bytes():
    document = opened("memo.docx")
    start = document.text.index("records office will")
    edited = document.with_edits((Edit(start, start + 7, "papers"),))
    assert render(edited) == render(edited)


def test_overlapping_edits_are_a_mistake_of_the_caller():
    document = opened("memo.txt").with_edits((Edit(30, 40, "a"), Edit(35, 45, "b")))
    with pytest.raises(ValueError, match="overlap"):
        render(document)
