"""What happens to a page before its picture surfaces: printed, scanned, copied, cut, shown on a screen.

All of it is simulated, with seeds: no printer, scanner, copier or telephone was used. A page comes as a `Draw`, so
that each way takes the resolution it needs; what a way returns is the picture that surfaces. The figures of the
simulated machines are data below.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whosecopy.media.picture.sheet import Grey, Lit
from whosecopy.seal.sheets import Box

Draw = Callable[[float], Grey]
"""A page, or a part of it, drawn at so many dots per inch."""
PRINTER_DPI, COPIER_DPI, FAX_DPI = 600, 300, 200
_TONER_PX = 1.3
_PAPER = 255


@dataclass(frozen=True, slots=True)
class Scanner:
    """How a flat-bed scanner sees a sheet.

    Turned by `degrees`, stretched by `stretch` (x, y); the sheet's speed varies so that lines are off by `jitter_pt`;
    `blur_px`, then levels `contrast * v + lift`, noise of `noise` levels, saved as JPEG of `quality`.
    """

    dpi: float
    degrees: float = 1.0
    stretch: tuple[float, float] = (1.003, 0.998)
    jitter_pt: float = 0.08
    blur_px: float = 0.6
    contrast: float = 0.85
    lift: float = 20.0
    noise: float = 8.0
    quality: int = 75


@dataclass(frozen=True, slots=True)
class Copier:
    """How a photocopier makes one generation: random turn and stretch (standard deviations), then hard contrast.

    `speckles` is the share of pixels that become black on the drum.
    """

    degrees: float = 0.5
    stretch: float = 0.004
    jitter_pt: float = 0.12
    lens_px: float = 0.9
    noise: float = 18.0
    threshold: float = 168.0
    contrast: float = 2.0
    speckles: float = 0.0008
    toner_px: float = 0.7


_COPIER = Copier()
_FAX_DEGREES, _FAX_JITTER_PT, _FAX_THRESHOLD = 0.7, 0.05, 150
_ALONG_PERIODS_PT, _DOWN_PERIODS_PT = (90.0, 170.0, 330.0), (60.0, 110.0, 230.0, 410.0)
_SIDEWAYS = 0.7
"""How much feed rollers move a sheet sideways, compared with how much they vary its speed."""


def part(draw: Draw, box: Box) -> Draw:
    """The part of a page inside `box`, as if it were cut out with scissors before anything else."""

    def cut(dpi: float) -> Grey:
        page = draw(dpi)
        height, width = page.shape
        left, top, right, bottom = box
        return page[round(top * height) : round(bottom * height), round(left * width) : round(right * width)]

    return cut


def printed(draw: Draw) -> Grey:
    """A laser print at 600 dpi: each dot black or white, toner spreading a little."""
    page = draw(PRINTER_DPI)
    return blurred(np.where(page > _PAPER // 2, _PAPER, 0).astype(np.uint8), _TONER_PX)


def scanned(draw: Draw, scanner: Scanner, rng: np.random.Generator) -> Grey:
    """A scan of a print."""
    sheet = _fed(printed(draw), PRINTER_DPI, scanner.dpi, (scanner.degrees, *scanner.stretch), scanner.jitter_pt, rng)
    seen = np.clip(blurred(sheet, scanner.blur_px) * scanner.contrast + scanner.lift, 0, 255)
    return jpeg(noisy(seen, scanner.noise, rng), scanner.quality)


def photocopied(draw: Draw, generations: int, rng: np.random.Generator) -> Grey:
    """A print copied so many times, the last copy scanned at 200 dpi in black and white as a fax or archive would."""
    sheet, dpi, one = printed(draw), PRINTER_DPI, _COPIER
    for _ in range(generations):
        turn, across, down = rng.normal(0, (one.degrees, one.stretch, one.stretch))
        sheet = _fed(sheet, dpi, COPIER_DPI, (turn, 1 + across, 1 + down), one.jitter_pt, rng)
        dpi = COPIER_DPI
        seen = noisy(blurred(sheet, one.lens_px), one.noise, rng).astype(np.float32)
        sheet = np.clip((seen - one.threshold) * one.contrast + 128, 0, 255).astype(np.uint8)
        sheet[rng.random(sheet.shape, dtype=np.float32) < one.speckles] = 0
        sheet = blurred(sheet, one.toner_px)
    turn = rng.normal(0, _FAX_DEGREES)
    sheet = _fed(sheet, dpi, FAX_DPI, (turn, 1.0, 1.0), _FAX_JITTER_PT, rng)
    return np.where(sheet > _FAX_THRESHOLD, _PAPER, 0).astype(np.uint8)


def screenshot(draw: Draw, dpi: float, scale: float = 1.0, quality: int = 0) -> Grey:
    """The page on a screen of `dpi`, saved as it is; or scaled by `scale` and sent as JPEG of `quality`."""
    import cv2

    shot = draw(dpi)
    if scale != 1.0:
        shot = np.asarray(cv2.resize(shot, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return jpeg(shot, quality) if quality else shot


def framed(shot: Grey, rng: np.random.Generator) -> Grey:
    """A screenshot with the viewer around it: a dark desk, a bar with buttons above, a column of pages beside."""
    height, width = shot.shape
    bar, column, margin = 56, 180, 24
    screen = np.full((height + bar + 2 * margin, width + column + 2 * margin), 82, dtype=np.uint8)
    screen[:bar] = 50
    for left in range(16, screen.shape[1] - 60, 48):
        screen[16:40, left : left + 24] = rng.integers(90, 230)
    for top in range(bar + 20, screen.shape[0] - 130, 150):
        screen[top : top + 120, 40:130] = 235
        screen[top + 12 : top + 108 : 6, 50:120] = 120
    screen[bar + margin : bar + margin + height, column + margin : column + margin + width] = shot
    return screen


def dark(shot: Grey) -> Grey:
    """A screenshot in dark mode: light letters on dark grey."""
    return (235 - shot.astype(np.float32) * (205 / 255)).astype(np.uint8)


def beside(left: Grey, right: Grey) -> Grey:
    """Two pages in one picture."""
    height = max(left.shape[0], right.shape[0])
    pages = [np.pad(page, ((0, height - len(page)), (0, 0)), constant_values=_PAPER) for page in (left, right)]
    gap = np.full((height, 20), 120, dtype=np.uint8)
    return np.concatenate([pages[0], gap, pages[1]], axis=1)


def merged(draws: Sequence[Draw], boxes: NDArray[np.float64], holders: NDArray[np.intp]) -> Draw:
    """A page put together from several copies of it: what stands in box k is taken from copy `holders[k]`.

    `boxes` (n, 4) are in shares of the page's sides. What stands in no box is taken from the first copy.
    """

    def drawn(dpi: float) -> Grey:
        pages = [draw(dpi) for draw in draws]
        page = pages[0].copy()
        height, width = page.shape
        for (left, top, right, bottom), holder in zip(boxes * (width, height, width, height), holders, strict=True):
            there = slice(int(top), int(bottom) + 1), slice(int(left), int(right) + 1)
            page[there] = pages[holder][there]
        return page

    return drawn


def averaged(draws: Sequence[Draw]) -> Draw:
    """The mean of the pictures of several copies of a page."""
    return lambda dpi: np.asarray(np.stack([draw(dpi) for draw in draws]).mean(axis=0), dtype=np.uint8)


def jpeg(picture: Grey, quality: int) -> Grey:
    """The picture saved as JPEG and opened again."""
    import cv2

    saved = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(saved, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)


def noisy(picture: Grey | Lit, levels: float, rng: np.random.Generator) -> Grey:
    """The picture with normal noise of this many levels."""
    noise = rng.standard_normal(picture.shape, dtype=np.float32) * np.float32(levels)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def blurred(picture: Grey, sigma_px: float) -> Grey:
    """The picture under a Gaussian blur."""
    import cv2

    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma_px), dtype=np.uint8)


def _fed(
    sheet: Grey,
    dpi: float,
    to_dpi: float,
    lies: tuple[float, float, float],
    jitter_pt: float,
    rng: np.random.Generator,
) -> Grey:
    """A sheet drawn through a machine: `lies` is its turn in degrees and how it is stretched across and down."""
    import cv2

    degrees, across, down = lies
    scale = to_dpi / dpi
    height, width = int(sheet.shape[0] * scale), int(sheet.shape[1] * scale)
    if scale < 0.7:
        sheet = blurred(sheet, 0.4 / scale)
    stretch = [[scale * across, 0, (1 - across) * width / 2], [0, scale * down, (1 - down) * height / 2], [0, 0, 1]]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0) @ np.array(stretch)
    lying = cv2.warpAffine(sheet, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(_PAPER,))
    rows_pt = np.arange(height) * 72 / to_dpi
    late = jitter_pt * to_dpi / 72 * _wave(rows_pt, _DOWN_PERIODS_PT, rng)
    sideways = _SIDEWAYS * jitter_pt * to_dpi / 72 * _wave(rows_pt, _ALONG_PERIODS_PT, rng)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x += sideways.astype(np.float32)[:, None]
    y += late.astype(np.float32)[:, None]
    return np.asarray(cv2.remap(lying, x, y, cv2.INTER_LINEAR, borderValue=(_PAPER,)), dtype=np.uint8)


def _wave(places_pt: NDArray[np.float64], periods_pt: Sequence[float], rng: np.random.Generator) -> NDArray[np.float64]:
    """A smooth random displacement of variance one, made of waves of these periods."""
    waves = [rng.normal() * np.sin(2 * np.pi * (places_pt / period + rng.random())) for period in periods_pt]
    return np.asarray(np.sum(waves, axis=0) * np.sqrt(2 / len(periods_pt)))
