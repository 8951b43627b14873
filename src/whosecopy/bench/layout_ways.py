"""The ways in which a page surfaces as a picture, by name: what `bench layout` does to copies."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from whosecopy.bench import printing as machines
from whosecopy.bench.printing import Draw, Scanner
from whosecopy.bench.printing_camera import EIGHT_MEGAPIXELS, SENT_SMALL, photographed, photographed_screen
from whosecopy.errors import InputError
from whosecopy.media.picture.draw import Drawing, Program, draw_page, draw_pages
from whosecopy.media.picture.sheet import Grey
from whosecopy.seal.sheets import QUARTERS, WHOLE, Box

Seen = Callable[[Sequence[Draw], np.random.Generator], Grey]
"""From the pages shown to the picture that surfaces."""
By = Callable[[bytes, int, float, str], Grey]
"""From a PDF, a page and pixels per point to a drawing; the last is the name of the file in errors."""
_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Way:
    """One way: what it makes of `pages` pages, whole or a `quarter` of each, drawn `by` a program."""

    name: str
    seen: Seen
    pages: int = 1
    quarter: bool = False
    by: By = draw_page

    def box(self, rng: np.random.Generator) -> Box:
        """Which part of the page is shown."""
        return QUARTERS[int(rng.integers(len(QUARTERS)))] if self.quarter else WHOLE


def _one(seen: Callable[[Draw, np.random.Generator], Grey]) -> Seen:
    return lambda draws, rng: seen(draws[0], rng)


def _shot(dpi: float, scale: float = 1.0, quality: int = 0) -> Seen:
    return _one(lambda draw, _: machines.screenshot(draw, dpi, scale, quality))


def _scan(dpi: float) -> Seen:
    return _one(lambda draw, rng: machines.scanned(draw, Scanner(dpi), rng))


def _copied(generations: int) -> Seen:
    return _one(lambda draw, rng: machines.photocopied(draw, generations, rng))


def _drawn_by(program: Program) -> By:
    def draw(pdf: bytes, page: int, scale: float, name: str) -> Grey:
        (drawn,) = draw_pages([pdf], [Drawing(0, page, scale, program)], name)
        if drawn is None:
            raise InputError(f"{name}: page {page + 1} cannot be drawn by {program}")
        return drawn

    return draw


def _drawn_by_mupdf(pdf: bytes, page: int, scale: float, name: str) -> Grey:
    import cv2

    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder, "copy.pdf"), Path(folder, "page.png")
        given.write_bytes(pdf)
        command = ["mutool", "draw", "-q", "-r", repr(72 * scale), "-o", str(made), str(given), str(page + 1)]
        subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)
        return np.asarray(cv2.imread(str(made), cv2.IMREAD_GRAYSCALE), dtype=np.uint8)


def _other_screens() -> Iterator[Way]:
    """Screenshots by programs that are installed."""
    for program in (Program.PDFIUM, Program.PDFIUM_LCD, Program.POPPLER, Program.CAIRO):
        if program.command is None or shutil.which(program.command):
            yield Way(f"screenshot by {program}", _shot(96), by=_drawn_by(program))
    if shutil.which("mutool"):
        yield Way("screenshot by MuPDF", _shot(96), by=_drawn_by_mupdf)


_PHOTO = _one(lambda draw, rng: photographed(draw, EIGHT_MEGAPIXELS, rng))
_FRAMED = _one(lambda draw, rng: machines.framed(machines.screenshot(draw, 96), rng))
_DARK = _one(lambda draw, _: machines.dark(machines.screenshot(draw, 96)))
_UPSIDE_DOWN = _one(lambda draw, rng: np.ascontiguousarray(machines.scanned(draw, Scanner(150), rng)[::-1, ::-1]))


def _two(draws: Sequence[Draw], rng: np.random.Generator) -> Grey:
    return machines.beside(*(machines.scanned(draw, Scanner(150), rng) for draw in draws))


WAYS = {
    way.name: way
    for way in (
        Way("screenshot", _shot(96)),
        Way("scan", _scan(150)),
        Way("photocopy", _copied(1)),
        Way("third-generation copy", _copied(3)),
        Way("photo of a print", _PHOTO),
        Way("photo of a screen", _one(photographed_screen)),
        Way("a quarter page, screenshot", _shot(96), quarter=True),
        Way("a quarter page, scan", _scan(150), quarter=True),
        Way("a quarter page, photo", _PHOTO, quarter=True),
        Way("a quarter page, third-generation copy", _copied(3), quarter=True),
        Way("screenshot at 144 dpi", _shot(144)),
        Way("screenshot, made smaller, JPEG", _shot(96, 0.8, 60)),
        Way("scan at 300 dpi", _scan(300)),
        Way("photo of a print, sent small", _one(lambda draw, rng: photographed(draw, SENT_SMALL, rng))),
        Way("screenshot with the viewer", _FRAMED),
        Way("screenshot in dark mode", _DARK),
        Way("scan, upside down", _UPSIDE_DOWN),
        Way("two pages in one scan", _two, pages=2),
        Way("screenshot at 110 dpi", _shot(110)),
        *_other_screens(),
    )
}
"""The first nine are rows of a forecast."""
FORECAST = tuple(WAYS)[:9]
