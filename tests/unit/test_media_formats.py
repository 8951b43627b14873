"""What each format reads as, and what of it is protected."""

from pathlib import Path

import pytest

from whosecopy.errors import InputError
from whosecopy.media.dispatch import DOCX, HTML, MAIL, MARKDOWN, PLAIN, media_of, open_document, render
from whosecopy.model import Document, Edit

FOLDER = Path(__file__).parents[1] / "documents" / "media"


def opened(name: str) -> Document:
    return open_document((FOLDER / name).read_bytes(), name)


def kinds(document: Document) -> list[tuple[str, str]]:
    return [(block.kind, document.text[block.start : block.end]) for block in document.blocks]


def protected(document: Document) -> list[str]:
    return [document.text[start:end] for start, end in document.protected]


@pytest.mark.parametrize(
    ("data", "name", "media"),
    [
        (b"Some text", "", PLAIN),
        (b"Some text", "a.md", MARKDOWN),
        (b"# Title\n\ntext", "", MARKDOWN),
        (b"# Title\n\ntext", "a.txt", PLAIN),
        (b"<!-- x -->\n<!DOCTYPE html><p>x", "a.txt", HTML),
        (b"<p>x", "a.htm", HTML),
        (b"To: all\nSubject: x\n\ntext", "a.eml", MAIL),
        (b"To: all\nSubject: x\n\ntext", "a.txt", PLAIN),
        (b"Received: by x\n\tfrom y\nTo: all\nMIME-Version: 1.0\n\ntext", "", MAIL),
        (b"PK\3\4", "a.txt", DOCX),
        ("<html>x".encode("utf-16"), "", HTML),
    ],
)
def test_the_format_is_told_by_content_then_by_name(data, name, media):
    assert media_of(data, name) == media


def test_plain_text_has_headings_items_and_quotes():
    assert [kind for kind, _ in kinds(opened("memo.txt"))] == [
        "heading", "heading", "paragraph", "item", "item", "item", "heading", "paragraph", "quote", "paragraph",
    ]  # fmt: skip
    assert protected(opened("memo.txt"))[-1] == "> Please keep this to yourselves until Monday."


def test_in_a_file_that_is_not_wrapped_each_line_is_a_paragraph():
    line = "This is a long line of an old speech, which nobody has ever wrapped, " * 3
    document = open_document(f"{line.strip()}\nThank you.\n{line.strip()}\n".encode(), "speech.txt")
    assert [kind for kind, _ in kinds(document)] == ["paragraph"] * 3


def test_markdown_reads_without_its_syntax():
    document = opened("memo.md")
    assert ("heading", "Moving the records office") in kinds(document)
    assert (
        "paragraph",
        "The records office will move to the new building in the second week of\n"
        "May. We do not expect the work to take more than four days \u2014 but the\n"
        "reading room will be\nclosed for the whole week. See the timetable, the map or\n"
        "https://example.org/move, and note *this* too.",
    ) in kinds(document)
    assert ("cell", "The section that owns them") in kinds(document)
    assert ("quote", "Please keep this to yourselves until Monday.") in kinds(document)
    assert "example.org/times" not in document.text
    assert "pic.png" not in document.text


def test_markdown_protects_what_must_not_change():
    found = protected(opened("memo.md"))
    for text in ("the map", "https://example.org/move", "file-move --not", "{{ reader.name }}", "Costs", "{% if x %}"):
        assert text in found
    assert any(text.startswith("---\ntitle:") for text in found)
    assert any(text.startswith("::: variants\n") and text.endswith("this move.\n:::") for text in found)
    assert "timetable" not in found


def test_emphasis_and_links_part_runs():
    document = opened("memo.md")
    at = document.text.index("the new building in")
    runs = {piece.run for piece in document.pieces if piece.start < at + 19 and piece.end > at}
    assert len(runs) == 3


def test_a_replacement_stays_in_the_run_of_what_it_replaces():
    document = open_document(b"You **have to** go", "a.md")
    edited = document.with_edits((Edit(4, 8, "all have"), Edit(9, 11, "to all")))
    assert render(edited) == b"You **all have to all** go"


@pytest.mark.parametrize(
    "text", ["1. a", "# a", "- a", "> a", "*a*", "_a_", "[a](b)", "<b>", "&amp;", "a|b", "`a`", "\\"]
)
def test_words_that_look_like_markdown_syntax_stay_words(text):
    document = open_document(b"The plan\n\n**The** plan\nof the board & the rest\n", "a.md")
    edits = (Edit(0, 8, text + " plan"), Edit(document.text.index("of the"), len(document.text) - 4, text))
    edited = document.with_edits(edits)
    assert open_document(render(edited), "a.md").text == edited.edited_text()


def test_markdown_that_defeats_the_walk_is_protected_and_not_lost():
    document = open_document(b"| a | b |\n|---|---|\n| this \\| that | the other |\n\nAnd a text.\n", "a.md")
    assert "this | that" in protected(document)
    assert "And a text." not in protected(document)


def test_html_reads_as_a_browser_shows_it():
    document = opened("memo.html")
    assert kinds(document)[:3] == [
        ("heading", "Moving the records office"),
        (
            "paragraph",
            "The records office will move to the new building in the second week of\nMay. We do not expect the work to "
            "take more than four days \u2014 but the\nreading\u00a0room will be closed for the whole week.\n"
            "Staff who need a file should ask for it before the end of April.",
        ),
        ("paragraph", "Transport & insurance cost less than 1.5 million, as agreed."),
    ]
    assert kinds(document)[-1] == ("paragraph", "Ask file-move if 3 < 4, R&D \u00a9 2024 and {{ reader.name }} agree.")
    assert "not moved" not in document.text
    assert "not-moved" not in document.text


def test_html_protects_code_headings_quotes_and_line_breaks():
    found = protected(opened("memo.html"))
    assert found == [
        "Moving the records office", "\n", "What", "Please keep this to yourselves.",
        "file-move   --not\n  moved", "file-move", "{{ reader.name }}",
    ]  # fmt: skip


def test_languages_are_told_per_block_and_short_blocks_follow_the_majority():
    text = (
        "We will move to the new building in May, and we do not expect that the work takes long.\n\nThank you\n\n"
        "Wir ziehen im Mai in das neue Geb\u00e4ude um und erwarten nicht, dass die Arbeit lange dauert.\n\n"
        "Staff who need a file in that week should ask for it before the end of April, please."
    )
    assert [block.language for block in open_document(text.encode(), "a.txt").blocks] == ["en", "en", "de", "en"]
    assert [block.language for block in open_document(b"12345", "a.txt").blocks] == ["und"]


@pytest.mark.parametrize(
    ("data", "name", "advice"),
    [
        (b"%PDF-1.7 ...", "plan.pdf", "print it to PDF again"),
        (b"\x89PNG\r\n\x1a\n...", "plan.png", "a picture cannot be sealed"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "plan.docx", "save it as DOCX without a password"),
        (b"{\\rtf1 text}", "plan.rtf", "save it as DOCX"),
        (b"just text", "plan.docx", "not a DOCX file"),
        (b"<html><title>x</title></html>", "plan.html", "no text in it"),
    ],
)
def test_what_cannot_be_sealed_is_refused_with_advice(data, name, advice):
    with pytest.raises(InputError, match=advice) as refused:
        open_document(data, name)
    assert name in str(refused.value)


def test_an_edit_of_text_without_a_place_in_the_file_is_refused():
    document = opened("memo.html")
    at = document.text.index("\nStaff")
    with pytest.raises(InputError, match="has no place in the file"):
        render(document.with_edits((Edit(at - 5, at + 6, "weeks, people"),)))
