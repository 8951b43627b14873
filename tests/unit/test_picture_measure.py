"""Words of a page measured in pictures of it, on a page drawn here."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from whosecopy.media.picture.measure import Found, Master, Reach, looks_of_pictures
from whosecopy.media.picture.sheet import Shot
from whosecopy.model.layout import Layout, Looks, Word

Grey = NDArray[np.uint8]
FINE_DPI = 720
SIZE_PT, ROOM_PT, RISE_PT, GREY = 11.0, 0.5, 0.3, 0.102
"""Whole pixels at the finest resolution."""
PAGE_PT = (360.0, 460.0)
LETTERS = list("aabcdeefghiiklmnoopqrrsstttuvwy")


@dataclass(frozen=True, eq=False)
class Page:
    """A page of made-up words and which way a copy moves and paints each."""

    texts: list[str]
    layout: Layout
    along: NDArray[np.float64]
    up: NDArray[np.float64]
    grey: NDArray[np.float64]

    @cache  # noqa: B019 - few pages live as long as the tests
    def drawn(self, dpi: float, marked: bool, number: int = 0) -> Grey:
        """The page at `dpi`, as the master has it or as the copy has it."""
        scale = FINE_DPI / 72
        sheet = Image.new("L", (round(PAGE_PT[0] * scale), round(PAGE_PT[1] * scale)), 255)
        pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(SIZE_PT * scale)
        for k, word in enumerate(self.layout.words):
            if word.page == number:
                x = word.box_pt[0] + marked * self.along[k] * ROOM_PT
                y = round(word.box_pt[3] - 0.22 * SIZE_PT, 1) - marked * self.up[k] * RISE_PT
                shade = round(255 * GREY) if marked and self.grey[k] else 0
                pen.text((round(x * scale), round(y * scale)), self.texts[k], fill=shade, font=font, anchor="ls")
        size = round(PAGE_PT[0] * dpi / 72), round(PAGE_PT[1] * dpi / 72)
        return np.asarray(sheet.resize(size, Image.Resampling.BOX))

    @property
    def reach(self) -> Reach:
        ones = np.ones(len(self.texts))
        return Reach(ROOM_PT * ones, RISE_PT * ones, GREY * ones)

    def read(self, *pictures: Grey, pages: tuple[int, ...] = (0,)) -> tuple[Looks, list[Found]]:
        """What these pictures show, of the pages that they may show."""
        return self.read_shots(*map(Shot, pictures), pages=pages)

    def read_shots(self, *shots: Shot, pages: tuple[int, ...] = (0,)) -> tuple[Looks, list[Found]]:
        """What these pictures show, with words read in them."""
        draw = lambda number, scale: self.drawn(scale * 72, False, number)  # noqa: E731
        return looks_of_pictures(shots, [pages] * len(shots), Master(self.layout, self.texts, self.reach, draw))


def new_page(seed: int, pages: int = 1) -> Page:
    rng = np.random.default_rng(seed)
    font = ImageFont.load_default(SIZE_PT * 20)
    words: list[Word] = []
    texts: list[str] = []
    for page in range(pages):
        for line, base in enumerate(np.arange(40.0, PAGE_PT[1] - 30, 15.0)):
            x = 36.0
            while True:
                text = "".join(rng.choice(LETTERS, rng.integers(2, 10)))
                width = font.getlength(text) / 20
                if x + width > PAGE_PT[0] - 36:
                    break
                box = (x, float(base - 0.78 * SIZE_PT), x + width, float(base + 0.22 * SIZE_PT))
                words.append(Word(0, 0, page, box, SIZE_PT, line, room_em=ROOM_PT / SIZE_PT, may_rise=True, black=True))
                texts.append(text)
                x = round(x + width + 0.3 * SIZE_PT, 1)
    signs = rng.choice([-1.0, 1.0], (2, len(words)))
    grey = rng.integers(0, 2, len(words)).astype(float)
    return Page(texts, Layout(tuple(words), (PAGE_PT,) * pages), signs[0], signs[1], grey)


@pytest.fixture(scope="module")
def page() -> Page:
    return new_page(5)


def scanned(grey: Grey, seed: int = 1) -> Grey:
    """Turned by a degree, a little smaller, with noise."""
    height, width = grey.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 1.0, 0.97)
    turned = cv2.warpAffine(grey, turn, (width, height), flags=cv2.INTER_AREA, borderValue=250).astype(np.float64)
    noise = np.random.default_rng(seed).normal(0, 8, turned.shape)
    return np.clip(turned * 0.85 + 20 + noise, 0, 255).astype(np.uint8)


def photographed(grey: Grey, seed: int = 1) -> Grey:
    """Seen at an angle on a dark desk, unevenly lit, bent, blurred."""
    rng = np.random.default_rng(seed)
    height, width = grey.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    bend = 4 * np.sin(3 * y / height + 1)
    grey = np.asarray(cv2.remap(grey, x + bend, y, cv2.INTER_LINEAR, borderValue=255))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = corners + 120 + rng.uniform(-60, 60, (4, 2)).astype(np.float32)
    frame = (width + 240, height + 240)
    photo = cv2.warpPerspective(grey, cv2.getPerspectiveTransform(corners, seen), frame, borderValue=70)
    photo = cv2.GaussianBlur(photo, (0, 0), 1.0).astype(np.float64)
    light = np.linspace(0.6, 1.0, frame[0])[None, :] * np.linspace(1.0, 0.7, frame[1])[:, None]
    return np.clip(photo * light + rng.normal(0, 5, photo.shape), 0, 255).astype(np.uint8)


def worn(grey: Grey, seed: int = 1) -> Grey:
    """Faint but for a few lines, which say nothing of where the rest lies; noise, and a stamp over it."""
    rng = np.random.default_rng(seed)
    faint = 225 + (grey.astype(np.float64) - 255) * 0.06
    height, width = grey.shape
    faint[height // 9 : height // 6] = grey[height // 9 : height // 6] * 0.88
    sheet = np.clip(faint + rng.normal(0, 4, grey.shape), 0, 255).astype(np.uint8)
    cv2.putText(sheet, "VOID", (width // 8, height // 2), cv2.FONT_HERSHEY_SIMPLEX, height / 180, 60, height // 25)
    return sheet


def wrong(seen: NDArray[np.float64], truth: NDArray[np.float64]) -> tuple[float, float]:
    """Share of words read the wrong way round, and share not read."""
    read = np.isfinite(seen)
    return float((seen[read] * truth[read] < 0).mean()), float(1 - read.mean())


WAYS: dict[str, Callable[[Grey], Grey]] = {
    "scan": scanned,
    "photo": photographed,
    "upside down": lambda grey: scanned(grey)[::-1, ::-1].copy(),
    "a quarter turn": lambda grey: np.rot90(scanned(grey)).copy(),
    "mirrored": lambda grey: scanned(grey)[:, ::-1].copy(),
    "colours inverted": lambda grey: 255 - scanned(grey),
}


@pytest.mark.parametrize("way", WAYS)
def test_moved_words_are_read_from_a_picture_taken_in_any_way(page: Page, way: str) -> None:
    looks, places = page.read(WAYS[way](page.drawn(200, True)))
    assert [place.page for place in places] == [0]
    for seen, truth in ((looks.along_pt, page.along), (looks.up_pt, page.up)):
        errors, erased = wrong(seen, truth)
        assert errors <= 0.01
        assert erased <= 0.02


def test_a_faint_and_stamped_page_is_laid_and_read(page: Page) -> None:
    looks, places = page.read(worn(page.drawn(150, True)))
    assert [place.page for place in places] == [0]
    assert wrong(looks.along_pt, page.along)[0] <= 0.05
    assert page.read(worn(new_page(99).drawn(150, True)))[1] == []


def test_dark_grey_words_are_told_from_black_ones_on_a_screenshot(page: Page) -> None:
    looks, _ = page.read(page.drawn(144, True))
    errors, erased = wrong(looks.grey - GREY / 2, 2 * page.grey - 1)
    assert errors <= 0.02
    assert erased <= 0.02


def test_ink_of_one_colour_says_nothing(page: Page) -> None:
    black = np.where(page.drawn(200, True) < 128, 0, 255).astype(np.uint8)
    looks, _ = page.read(scanned(black))
    assert np.isnan(looks.grey).all()


def test_a_word_is_not_further_off_than_its_error_says(page: Page) -> None:
    looks, _ = page.read(photographed(page.drawn(200, True)))
    for seen, sigma, truth in (
        (looks.along_pt, looks.sigma_along_pt, page.along * ROOM_PT),
        (looks.up_pt, looks.sigma_up_pt, page.up * RISE_PT),
    ):
        off = (seen - truth) / sigma
        off = off[np.isfinite(off)]
        assert 0.5 < np.sqrt(np.mean(off**2)) < 1.6


def test_the_master_itself_shows_words_in_place(page: Page) -> None:
    looks, _ = page.read(scanned(page.drawn(200, False)))
    assert np.nanmedian(np.abs(looks.along_pt)) < 0.15
    assert np.nanmedian(looks.sigma_along_pt) < ROOM_PT / 2


def test_a_quarter_of_a_page_reads_what_it_shows_and_nothing_else(page: Page) -> None:
    picture = scanned(page.drawn(200, True))
    height, width = picture.shape
    looks, places = page.read(picture[: height // 2, : width // 2])
    assert len(places) == 1
    errors, erased = wrong(looks.along_pt, page.along)
    assert errors <= 0.02
    assert 0.7 < erased < 0.9
    right = np.array([word.box_pt[0] > 0.55 * PAGE_PT[0] for word in page.layout.words])
    assert np.isnan(looks.along_pt[right]).all()


def test_a_page_laid_by_its_words_reads_as_one_laid_by_its_features(page: Page) -> None:
    picture = page.drawn(120, True)
    boxes = np.array([word.box_pt for word in page.layout.words]) * 120 / 72
    by_words, (found,) = page.read_shots(Shot(picture, tuple(page.texts), boxes, upright=True))
    by_features, _ = page.read(picture)
    assert found.inliers > 100
    assert wrong(by_words.along_pt, page.along)[0] <= 0.02
    same = np.isfinite(by_words.along_pt) & np.isfinite(by_features.along_pt)
    assert np.median(np.abs(by_words.along_pt - by_features.along_pt)[same]) < 0.05


def test_two_pages_in_one_picture_are_both_read() -> None:
    pages = new_page(6, pages=2)
    spread = np.hstack([pages.drawn(150, True, 1), pages.drawn(150, True, 0)])
    looks, places = pages.read(scanned(spread), pages=(0, 1))
    assert sorted(place.page for place in places) == [0, 1]
    errors, erased = wrong(looks.along_pt, pages.along)
    assert errors <= 0.02
    assert erased <= 0.05


def test_a_page_of_another_document_is_not_found(page: Page) -> None:
    looks, places = page.read(scanned(new_page(99).drawn(200, True)))
    assert places == []
    assert np.isnan(looks.along_pt).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (40, 40), (600, 800)])
def test_pictures_without_a_page_show_nothing(page: Page, shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(3).integers(0, 256, shape).astype(np.uint8)
    for picture in (noise, np.full(shape, 255, np.uint8)):
        assert page.read(picture)[1] == []


def test_reading_twice_gives_the_same_numbers(page: Page) -> None:
    picture = photographed(page.drawn(200, True))
    one, other = (page.read(picture)[0] for _ in range(2))
    np.testing.assert_array_equal(one.along_pt, other.along_pt)
    np.testing.assert_array_equal(one.sigma_up_pt, other.sigma_up_pt)
