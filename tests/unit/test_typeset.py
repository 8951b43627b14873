"""Typesetting: documents without pages get pages, the same ones every time, and hostile files do no harm."""

import io
from collections.abc import Iterator

import pytest

from whosecopy.errors import InputError
from whosecopy.media.dispatch import DOCX, HTML, MAIL, MARKDOWN, PDF, PLAIN
from whosecopy.media.pdf import master
from whosecopy.media.typeset import Typesetter, engine, open_typesetter
from whosecopy.model.layout import Layout

SENTENCE = "The final office of the waffle affair, official and difficult, files five reflections on the flood."
"""Full of letters that fonts draw as one."""


def docx(*paragraphs: str) -> bytes:
    import docx as word

    document = word.Document()
    document.add_heading("Plan", 1)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    saved = io.BytesIO()
    document.save(saved)
    return saved.getvalue()


SMALL = {
    PLAIN: f"PLAN\n\n{SENTENCE}\n".encode(),
    MARKDOWN: f"# Plan\n\n{SENTENCE}\n".encode(),
    HTML: f"<h1>Plan</h1><p>{SENTENCE}</p>".encode(),
    DOCX: docx(SENTENCE),
}


@pytest.fixture(scope="module")
def setters() -> Iterator[dict[str, Typesetter]]:
    """One typesetter for every medium."""
    made = {media: open_typesetter(media) for media in SMALL}
    yield made
    for one in made.values():
        one.close()


def words(pdf: bytes) -> tuple[list[str], Layout]:
    """The words of a PDF as our reader takes it apart, and where they stand."""
    document = master.parse(pdf, "pages.pdf")
    return document.text.split(), document.layout


@pytest.mark.parametrize("media", SMALL)
def test_every_medium_is_set_with_text_that_reads_as_written(media: str, setters: dict[str, Typesetter]) -> None:
    found, layout = words(setters[media].pdf(SMALL[media], "plan"))
    assert " ".join(found[1:]).endswith(SENTENCE) or " ".join(found[1:-1]).endswith(SENTENCE)
    assert layout.words


@pytest.mark.parametrize("media", SMALL)
def test_the_same_file_gives_the_same_pages(media: str, setters: dict[str, Typesetter]) -> None:
    first = setters[media].pdf(SMALL[media], "plan")
    with open_typesetter(media) as another:
        another.pdf(SMALL[media].replace(b"final", b"first"), "another")
        assert words(another.pdf(SMALL[media], "plan")) == words(first)


@pytest.mark.parametrize("media", [MAIL, PDF, "", "image/png"])
def test_what_cannot_be_set_has_no_engine_and_is_refused(media: str) -> None:
    assert engine(media) == ""
    with pytest.raises(InputError, match="not set on pages"):
        open_typesetter(media)
