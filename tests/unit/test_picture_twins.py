"""Screenshots compared with drawings of both looks of every word, on a letter set here."""

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from whosecopy.bench.layout import Levels, count
from whosecopy.bench.naming import fresh_codebook
from whosecopy.bench.typeset import letter
from whosecopy.media.leak import PagePicture
from whosecopy.media.picture.draw import Drawing, Program, draw_page, draw_pages
from whosecopy.media.picture.twins import Asked
from whosecopy.model import Template
from whosecopy.seal.copies import renderer
from whosecopy.seal.declare import prepare
from whosecopy.seal.sheets import WHOLE, marks_on
from whosecopy.trace.ends import EndDrawer
from whosecopy.trace.pictures import measure_pages
from whosecopy.trace.read import read_leak
from whosecopy.trace.reference import own_pages
from whosecopy.vault.sealing import SealOptions, survey_master

Grey = NDArray[np.uint8]
SCREEN_DPI = 96


@dataclass
class Letter:
    """A letter and one copy of it; `asked` counts the drawings that were asked for."""

    template: Template
    source: bytes
    copy: bytes
    variants: NDArray[np.uint8]
    asked: int = 0

    def read(self, picture: Grey, compared: bool = True) -> Levels:
        """How the marks are read in a picture of the first page."""
        pages = own_pages(self.template, self.source)
        ends = EndDrawer(self.template, pages)

        def draw_ends(page: int, asked: Sequence[Asked]) -> list[Grey | None]:
            self.asked += len(asked)
            return ends.draw(page, asked)

        shot = PagePicture(picture.shape[1], picture.shape[0], picture.tobytes(), upright=True)
        measured = measure_pages(self.template, pages, (), [shot], draw_ends if compared else None)
        sighting = read_leak(self.template, "", (), (measured,))
        return count(sighting, self.variants, marks_on(self.template, [0], WHOLE))


@pytest.fixture(scope="module")
def sealed() -> Letter:
    prepared = prepare(letter(41, 16), "letter.pdf", None, False, ("{{", "}}"))
    template = survey_master(prepared, SealOptions())
    variants = fresh_codebook(template, np.random.default_rng(3), 20).variants(7, 1)[0]
    return Letter(template, prepared.master.source, renderer(prepared.master, template)(variants), variants)


def wrong(levels: Levels, carrier: str) -> tuple[int, int]:
    """How many marks were read the wrong way round, and how many were read."""
    counts = levels[f"layout.{carrier}"]
    return sum(n for nats, n in counts.items() if nats < 0), sum(n for nats, n in counts.items() if nats)


def jpeg(picture: Grey) -> Grey:
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", picture, [1, 75])[1], cv2.IMREAD_GRAYSCALE), np.uint8)


def framed(picture: Grey) -> Grey:
    return np.pad(picture, ((57, 20), (181, 33)), constant_values=82)


WAYS: dict[str, Callable[[Grey], Grey]] = {
    "as it is": lambda picture: picture,
    "JPEG": jpeg,
    "in a viewer": framed,
    "its upper half": lambda picture: picture[: len(picture) // 2].copy(),
}


def test_a_page_at_an_odd_zoom_is_laid_to_the_pixel(sealed: Letter) -> None:
    levels = sealed.read(draw_page(sealed.copy, 0, 110 / 72, "copy"))
    assert wrong(levels, "word_y")[0] == 0


@pytest.mark.parametrize("way", WAYS)
def test_a_screenshot_by_the_same_program_is_read_without_an_error(sealed: Letter, way: str) -> None:
    levels = sealed.read(WAYS[way](draw_page(sealed.copy, 0, SCREEN_DPI / 72, "copy")))
    for carrier in ("word_x", "word_y", "luminance"):
        errors, read = wrong(levels, carrier)
        assert errors == 0
        assert read > 80
    assert wrong(sealed.read(draw_page(sealed.copy, 0, SCREEN_DPI / 72, "copy"), compared=False), "word_y")[0] > 0


def drawn_by(sealed: Letter, program: Program, dpi: float, file: bytes = b"") -> Grey:
    (picture,) = draw_pages([file or sealed.copy], [Drawing(0, 0, dpi / 72, program)], "copy")
    assert picture is not None
    return picture


@pytest.mark.parametrize("program", Program)
def test_a_screenshot_by_a_program_at_hand_is_read_without_an_error(sealed: Letter, program: Program) -> None:
    levels = sealed.read(drawn_by(sealed, program, SCREEN_DPI))
    for carrier in ("word_x", "word_y", "luminance"):
        errors, read = wrong(levels, carrier)
        assert errors == 0
        assert read > 80


def test_a_screenshot_in_dark_mode_is_read_without_an_error(sealed: Letter) -> None:
    dark = drawn_by(sealed, Program.PDFIUM, SCREEN_DPI).astype(np.float32) * (205 / 255) + 20
    levels = sealed.read(dark.astype(np.uint8))
    assert [wrong(levels, carrier)[0] for carrier in ("word_x", "word_y", "luminance")] == [0, 0, 0]


def test_a_screenshot_by_a_program_not_at_hand_is_read_as_if_nothing_were_compared(sealed: Letter, tmp_path) -> None:
    (tmp_path / "copy.pdf").write_bytes(sealed.copy)
    command = ["mutool", "draw", "-q", "-r", str(SCREEN_DPI), "-o", str(tmp_path / "copy.png"), "copy.pdf", "1"]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    drawn = cv2.imread(str(tmp_path / "copy.png"), cv2.IMREAD_GRAYSCALE)
    assert sealed.read(np.asarray(drawn, np.uint8)) == sealed.read(np.asarray(drawn, np.uint8), compared=False)


def test_without_poppler_its_screenshots_are_read_by_the_places_of_words(sealed: Letter, monkeypatch, tmp_path) -> None:
    drawn = drawn_by(sealed, Program.POPPLER, SCREEN_DPI)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert draw_pages([sealed.copy], [Drawing(0, 0, 1.0, Program.CAIRO)], "copy") == [None]
    assert sealed.read(drawn) == sealed.read(drawn, compared=False)


def test_the_original_on_the_screen_is_not_taken_for_a_copy(sealed: Letter) -> None:
    drawn = draw_page(sealed.source, 0, SCREEN_DPI / 72, "master")
    assert sealed.read(drawn) == sealed.read(drawn, compared=False)


def test_words_of_the_original_on_the_screen_are_not_read_as_moved(sealed: Letter) -> None:
    levels = sealed.read(drawn_by(sealed, Program.POPPLER, SCREEN_DPI, sealed.source))
    assert wrong(levels, "word_x")[1] < 0.05 * levels["layout.word_x"].total()


@pytest.mark.parametrize("compared", [False, True])
def test_readings_of_a_screenshot_are_no_more_than_twice_as_often_wrong_as_they_say(
    sealed: Letter, compared: bool
) -> None:
    levels = sealed.read(drawn_by(sealed, Program.POPPLER, SCREEN_DPI), compared=compared)
    for counts in levels.values():
        said = sum(n / (1 + np.exp(abs(nats))) for nats, n in counts.items() if nats)
        assert sum(n for nats, n in counts.items() if nats < 0) <= 2 * said + 1


def test_nothing_is_drawn_for_a_picture_that_is_no_screenshot(sealed: Letter) -> None:
    drawn = draw_page(sealed.copy, 0, 150 / 72, "copy")
    height, width = drawn.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 1.0, 1.0)
    sealed.asked = 0
    levels = sealed.read(np.asarray(cv2.warpAffine(drawn, turn, (width, height), borderValue=255), np.uint8))
    assert sealed.asked == 0
    assert wrong(levels, "word_x")[1] > 100


def test_a_master_that_is_not_found_as_it_was_is_read_without_comparing(sealed: Letter) -> None:
    damaged = replace(own_pages(sealed.template, sealed.source), pdf=b"%PDF-1.7 damaged")
    assert EndDrawer(sealed.template, damaged).draw(0, [Asked(0, 1.0, Program.PDFIUM)]) == [None]


def test_a_page_whose_words_are_others_is_read_without_comparing(sealed: Letter) -> None:
    other = replace(own_pages(sealed.template, sealed.source), pdf=letter(42, 16))
    assert EndDrawer(sealed.template, other).draw(0, [Asked(0, 1.0, Program.PDFIUM)]) == [None]
