"""The ways in which a page surfaces as a picture, by name: what `bench layout` does to copies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from whosecopy.bench import printing as machines
from whosecopy.bench.printing import Draw, Scanner
from whosecopy.bench.printing_camera import EIGHT_MEGAPIXELS, SENT_SMALL, photographed, photographed_screen
from whosecopy.media.picture.sheet import Grey
from whosecopy.seal.sheets import QUARTERS, WHOLE, Box

Seen = Callable[[Sequence[Draw], np.random.Generator], Grey]
"""From the pages shown to the picture that surfaces."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way: what it makes of `pages` pages, whole or a `quarter` of each."""

    name: str
    seen: Seen
    pages: int = 1
    quarter: bool = False

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
    )
}
"""The first nine are rows of a forecast."""
FORECAST = tuple(WAYS)[:9]
