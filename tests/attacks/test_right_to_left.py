"""Hebrew pages that leak as a file, as a screenshot, as a scan; OCR here may know none of their letters."""

from pathlib import Path

import pytest
from tests.attacks.test_picture_trace import named, page_of, printed, stored, traced
from tests.conftest import Desk, Sealed, new_desk, people
from tests.unit.test_pdf_right_to_left import MIXED, typeset

LEAKER = "p-011"


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, Sealed]:
    """A desk where a page in Hebrew with some English words was sealed for thirty recipients."""
    desk = new_desk(tmp_path_factory.mktemp("bureau") / "desk")
    source, to = desk.file("plan.pdf", typeset(MIXED, 8, lines=24)), desk.list_of(people(30))
    answer = desk.ok("seal", source, "--to", to, "--out", desk.home / "copies")
    copies = {one["recipient"]: Path(one["path"]) for one in answer["copies"]}
    return desk, Sealed(answer["document"]["id"], copies, answer)


def test_a_leaked_file_names_its_copy(bureau) -> None:
    desk, sealed = bureau
    found = desk.ok("trace", sealed.copies[LEAKER])
    assert [one["recipient"] for one in found["named"]] == [LEAKER]
    assert found["marks"]["read"] > 0.9 * found["marks"]["total"]


@pytest.mark.parametrize("way", ["screenshot", "scan"])
def test_a_picture_names_its_copy_where_the_document_is_told(bureau, way) -> None:
    desk, sealed = bureau
    page = page_of(sealed, 0, 96) if way == "screenshot" else printed(sealed, 0)
    assert named(traced(desk, stored("PNG", page), f"{way}.png", "--document", sealed.id)) == [LEAKER]


def test_a_picture_whose_words_tell_nothing_asks_for_the_document(bureau) -> None:
    desk, sealed = bureau
    line = page_of(sealed, 0, 96)[90:120]
    answer = traced(desk, stored("PNG", line), "line.png")
    assert (answer.code, answer.json["outcome"]) == (1, "no_document")
    assert "--document" in answer.json["how"]["notes"][0]
