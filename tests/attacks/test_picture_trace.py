"""Pictures of pages of sealed PDFs, from the file to the verdict."""

import io
import shutil
from collections.abc import Callable

import cv2
import numpy as np
import pypdfium2
import pytest
from numpy.typing import NDArray
from PIL import Image
from tests.conftest import Answer, Desk, Sealed

from whosecopy.bench.typeset import letter

Grey = NDArray[np.uint8]
LEAKER = "p-011"
SCREEN_DPI = 110


def page_of(sealed: Sealed, number: int, dpi: float, recipient: str = LEAKER) -> Grey:
    """A page of the leaker's copy as a screen shows it."""
    pdf = pypdfium2.PdfDocument(sealed.copies[recipient].read_bytes())
    return np.array(pdf[number].render(scale=dpi / 72, grayscale=True).to_numpy().squeeze(), dtype=np.uint8)


def printed(sealed: Sealed, number: int) -> Grey:
    """The page printed in pure black at 600 dpi, then scanned at 150, a little askew, with noise."""
    black = np.where(page_of(sealed, number, 600) > 128, 255, 0).astype(np.uint8)
    height, width = black.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 0.8, 1.0)
    turned = cv2.warpAffine(cv2.GaussianBlur(black, (0, 0), 1.5), turn, (width, height), borderValue=255)
    scan = cv2.resize(turned, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA).astype(np.float64)
    return np.clip(scan * 0.85 + 20 + np.random.default_rng(number).normal(0, 6, scan.shape), 0, 255).astype(np.uint8)


def stored(form: str, *pages: Grey, **options: object) -> bytes:
    out = io.BytesIO()
    first, *more = [Image.fromarray(page) for page in pages]
    first.save(out, form, save_all=True, append_images=more, **options) if more else first.save(out, form, **options)
    return out.getvalue()


def framed(page: Grey) -> Grey:
    """The page in a dark viewer with tool bars."""
    height, width = page.shape
    frame = np.full((height + 90, width + 300), 45, np.uint8)
    frame[:60] = 90
    frame[70 : 70 + height, 150 : 150 + width] = page
    for k in range(12):
        cv2.putText(frame, f"Tool {k}", (10, 100 + 30 * k), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 220)
    return frame


def traced(desk: Desk, data: bytes, name: str, *more: object) -> Answer:
    return desk.run("trace", desk.file(name, data), "--json", *more)


def named(answer: Answer) -> list[str]:
    assert answer.code in (0, 1), answer.err
    return [one["recipient"] for one in answer.json["named"]]


WAYS: dict[str, Callable[[Sealed], bytes]] = {
    "dark-screenshot.webp": lambda sealed: stored("WEBP", framed(255 - page_of(sealed, 0, SCREEN_DPI)), quality=80),
    "quarter.png": lambda sealed: stored("PNG", printed(sealed, 0)[: 1754 // 2, : 1240 // 2]),
    "mirrored.png": lambda sealed: stored("PNG", page_of(sealed, 0, SCREEN_DPI)[:, ::-1]),
    "scan.pdf": lambda sealed: stored("PDF", printed(sealed, 0), resolution=150),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_picture_of_a_page_names_the_copy(print_shop: tuple[Desk, Sealed], way: str, tmp_path) -> None:
    desk = print_shop[0].clone(tmp_path / "desk")
    answer = traced(desk, WAYS[way](print_shop[1]), way)
    assert named(answer) == [LEAKER]
    assert answer.json["how"]["channel"].startswith("a picture of the page")


def test_a_phone_picture_in_heic_names_the_copy(print_shop, tmp_path) -> None:
    from pillow_heif import register_heif_opener

    register_heif_opener()
    desk = print_shop[0].clone(tmp_path / "desk")
    answer = traced(desk, stored("HEIF", printed(print_shop[1], 0), quality=80), "photo.heic")
    assert named(answer) == [LEAKER]


def test_a_picture_of_a_page_that_was_never_sealed_names_nobody(print_shop, tmp_path) -> None:
    desk = print_shop[0].clone(tmp_path / "desk")
    pdf = pypdfium2.PdfDocument(letter(77))
    other = np.array(pdf[0].render(scale=1.5, grayscale=True).to_numpy().squeeze(), dtype=np.uint8)
    answer = traced(desk, stored("PNG", other), "other.png")
    assert (answer.code, answer.json["outcome"]) == (1, "no_document")
    assert "cannot be laid on any sealed page" in answer.json["how"]["channel"]


def test_a_picture_that_cannot_be_laid_on_the_page_says_so(print_shop, tmp_path) -> None:
    desk = print_shop[0].clone(tmp_path / "desk")
    ruined = cv2.GaussianBlur(page_of(print_shop[1], 0, 72), (0, 0), 9.0)
    document = print_shop[1].id
    answer = traced(desk, stored("PNG", ruined), "ruined.png", "--document", document)
    assert (answer.code, named(answer)) == (1, [])
    assert "cannot be laid on" in answer.json["how"]["channel"]


HOSTILE = {
    "noise.png": np.random.default_rng(1).integers(0, 256, (300, 400)).astype(np.uint8),
    "stripes.png": np.tile(np.repeat(np.array([0, 255], np.uint8), 4), (400, 60)),
    "dot.png": np.zeros((1, 1), np.uint8),
    "thread.png": np.random.default_rng(2).integers(0, 256, (1, 9000)).astype(np.uint8),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_picture_ends_in_a_verdict_or_a_refusal(print_shop, tmp_path, name: str) -> None:
    desk = print_shop[0].clone(tmp_path / "desk")
    answer = traced(desk, stored("PNG", HOSTILE[name]), name, "--document", print_shop[1].id)
    if answer.code == 2:
        assert answer.err.count("\n") == 1
    else:
        assert (answer.code, named(answer)) == (1, [])


def test_v05_pictures_are_read_without_any_copy(print_shop, tmp_path) -> None:
    picture = stored("PNG", page_of(print_shop[1], 0, SCREEN_DPI))
    with_copies, without = (print_shop[0].clone(tmp_path / name) for name in ("with", "without"))
    shutil.copytree(print_shop[0].home / "copies", with_copies.home / "copies", dirs_exist_ok=True)
    shutil.rmtree(without.home / "copies", ignore_errors=True)
    one, other = (traced(desk, picture, "shot.png").json for desk in (with_copies, without))
    for answer in (one, other):
        answer.pop("timings_s")
        answer.pop("case")
    assert one == other
