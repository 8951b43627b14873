"""The report of a case with pictures: each page found is shown with its marks, and nothing is fetched for it."""

import base64
from dataclasses import replace

import cv2
import numpy as np
import pytest

from whosecopy.errors import IntegrityError
from whosecopy.model import Case, DecoyCheck, Evidence, Exhibit, How, MarkTally, Outcome, Site, Verdict
from whosecopy.model.measured import Measured, PageInPicture
from whosecopy.trace.report import render_report
from whosecopy.trace.report.sheets import MOST, sheets

VIEW = bytes(cv2.imencode(".png", np.full((40, 30), 200, np.uint8))[1].tobytes())
SITES = tuple(Site("layout.word_x", 5 * k, 5 * k + 4, ("left", "right"), locator=f"{k} 0.045") for k in range(3))
EVIDENCE = (Evidence(0, "read", variant=1), Evidence(1, "absent"), Evidence(2, "absent"))


def measured(view: bytes = VIEW, pages: int = 1) -> Measured:
    """Three words: one read, one seen but not clear, one outside the picture."""
    found = tuple(PageInPicture(k, 0, 321, "mirrored", (300.0, 400.0), view) for k in range(pages))
    boxes = tuple((10.0 + 50 * k, 20.0, 50.0 + 50 * k, 32.0) for k in range(3))
    along = (0.4, 0.01, None)
    return Measured("ab" * 32, pages, found, (0, 1, 2), (0, 0, 0), boxes, along, along, along, along, along, along)


def case(shown: Measured | None) -> Case:
    exhibit = Exhibit("cd" * 32, "photo.jpg", "image/jpeg", 9, "some words", (), (), (shown,) if shown else ())
    verdict = Verdict(
        Outcome.NOT_ENOUGH_EVIDENCE, {"id": "doc-1", "title": "plan"}, 1e-6, 100, MarkTally(3, 1, 2, {}),
        How("a picture of the page", "page 1 of 1", "1"), (), (), DecoyCheck(0, 1.0, 0), (), {},
    )  # fmt: skip
    return Case(exhibit, SITES, EVIDENCE, verdict, "2026-11-23T12:00:00+00:00", 1, "whosecopy")


def test_each_word_with_marks_is_read_unclear_or_outside() -> None:
    (sheet,) = sheets(case(measured()))
    assert [word.state for word in sheet.words] == ["read", "unclear", "outside"]
    assert sheet.counts == {"read": 1, "unclear": 1, "outside": 1}
    assert base64.b64decode(sheet.picture) == VIEW


def test_the_page_is_shown_from_within_the_report_and_only_then_are_pictures_allowed() -> None:
    with_page, without = (render_report(case(one)) for one in (measured(), None))
    assert "data:image/png;base64," in with_page
    assert "Page 1 of the document in picture 1 of the exhibit (mirrored)" in with_page
    assert "img-src data:" in with_page
    assert "img-src" not in without


def test_a_long_exhibit_shows_its_first_pages() -> None:
    assert len(sheets(case(measured(pages=40)))) == MOST


@pytest.mark.parametrize(
    "wrong",
    [measured(b'"><script>alert(1)</script>'), replace(measured(), boxes_pt=()), replace(measured(), on_page=(0,))],
    ids=["no picture", "no boxes", "words without a page"],
)
def test_what_contradicts_itself_is_refused(wrong: Measured) -> None:
    with pytest.raises(IntegrityError, match="contradicts itself"):
        sheets(case(wrong))


def test_looks_survive_being_kept_and_unseen_words_stay_unseen() -> None:
    looks = measured().looks(5)
    np.testing.assert_array_equal(np.isnan(looks.along_pt), [False, False, True, True, True])
    assert looks.along_pt[0] == 0.4
