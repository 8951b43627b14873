"""A telephone's photo of a print or of a screen: bent paper, perspective, lens, blur, uneven light, noise, JPEG.

Simulated, with seeds: no telephone was used.
"""

from dataclasses import dataclass

import numpy as np

from whosecopy.bench.printing import Draw, blurred, jpeg, noisy, printed
from whosecopy.media.picture.sheet import Grey

PRINT_DPI, SCREEN_DPI = 300, 110
_SUBPIXELS = 5
_ACROSS = np.array([0.55, 0.95, 1.25, 0.95, 0.55]) * 5 / 4.25
"""How light a pixel of a screen is across its red, green and blue stripes; dark between pixels."""
_DOWN = np.array([1.05, 1.05, 1.05, 1.05, 0.8])
_DESK = 70


@dataclass(frozen=True, slots=True)
class Camera:
    """How a photo is taken.

    The page fills `fill` of a frame of `frame` pixels; its corners are off by up to `perspective` of its shorter
    side; the paper bends by about `curl_pt`; the lens distorts by `lens` at the corner; then `blur_px`, a shake of
    `shake_px` pixels, light that falls off, noise of `noise` levels, JPEG of `quality`. `sent_px` is the size in
    which it is sent, 0 for as it is.
    """

    frame: tuple[int, int] = (2448, 3264)
    fill: float = 0.86
    perspective: float = 0.06
    curl_pt: float = 2.0
    lens: float = 0.012
    blur_px: float = 1.1
    shake_px: int = 3
    noise: float = 6.0
    quality: int = 60
    sent_px: tuple[int, int] = (0, 0)


EIGHT_MEGAPIXELS = Camera()
SENT_SMALL = Camera(quality=85, sent_px=(1200, 1600))
OF_A_SCREEN = Camera(curl_pt=0.0)


def photographed(draw: Draw, camera: Camera, rng: np.random.Generator) -> Grey:
    """A photo of a print."""
    import cv2

    sheet = cv2.resize(printed(draw), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return _photo(np.asarray(sheet, dtype=np.uint8), PRINT_DPI, camera, rng)


def photographed_screen(draw: Draw, rng: np.random.Generator) -> Grey:
    """A photo of a screen of 110 dpi: the camera's pixels and the screen's make a moiré."""
    shown = np.repeat(np.repeat(draw(SCREEN_DPI), _SUBPIXELS, axis=0), _SUBPIXELS, axis=1).astype(np.float32)
    height, width = shown.shape
    shown *= np.tile(_ACROSS, width // _SUBPIXELS).astype(np.float32)[None, :]
    shown *= np.tile(_DOWN, height // _SUBPIXELS).astype(np.float32)[:, None]
    return _photo(np.clip(shown, 0, 255).astype(np.uint8), SCREEN_DPI * _SUBPIXELS, OF_A_SCREEN, rng)


def _photo(sheet: Grey, dpi: float, camera: Camera, rng: np.random.Generator) -> Grey:
    import cv2

    seen = _in_perspective(_bent(sheet, dpi, camera, rng), camera, rng).astype(np.float32)
    seen = np.asarray(cv2.GaussianBlur(seen, (0, 0), camera.blur_px), dtype=np.float32)
    if camera.shake_px:
        seen = np.asarray(cv2.filter2D(seen, -1, np.eye(camera.shake_px, dtype=np.float32) / camera.shake_px))
    photo = jpeg(noisy(seen * _light(seen.shape) + np.float32(18), camera.noise, rng), camera.quality)
    if not camera.sent_px[0]:
        return photo
    return jpeg(np.asarray(cv2.resize(photo, camera.sent_px, interpolation=cv2.INTER_AREA), dtype=np.uint8), 60)


def _bent(sheet: Grey, dpi: float, camera: Camera, rng: np.random.Generator) -> Grey:
    """The sheet with the bends of its paper and of the lens."""
    import cv2

    height, width = sheet.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    u, v = x / width - np.float32(0.5), y / height - np.float32(0.5)
    curl = np.float32(camera.curl_pt * dpi / 72)
    round_px = np.float32(camera.lens * width) * (u * u + v * v)
    first, second = rng.random(2, dtype=np.float32) * 6
    x += curl * (0.6 * np.sin(3.1 * v + first) + 0.8 * u * u + 0.5 * u * v) + round_px * u
    y += curl * (0.7 * np.sin(4.0 * u + second) + 0.6 * v * v * u) + round_px * v
    return np.asarray(cv2.remap(sheet, x, y, cv2.INTER_LINEAR, borderValue=(255,)), dtype=np.uint8)


def _in_perspective(sheet: Grey, camera: Camera, rng: np.random.Generator) -> Grey:
    """The sheet on a dark desk, seen at an angle."""
    import cv2

    (height, width), (across, down) = sheet.shape, camera.frame
    scale = min(across * camera.fill / width, down * camera.fill / height)
    half = np.array([width, height]) * scale / 2
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    off = rng.uniform(-camera.perspective, camera.perspective, (4, 2)) * 2 * half.min()
    corners = np.array([across, down]) / 2 + signs * half + off
    if scale < 0.7:
        sheet = blurred(sheet, 0.4 / scale)
    own = (signs + 1) / 2 * (width, height)
    matrix = cv2.getPerspectiveTransform(own.astype(np.float32), corners.astype(np.float32))
    lying = cv2.warpPerspective(sheet, matrix, (across, down), flags=cv2.INTER_LINEAR, borderValue=(_DESK,))
    return np.asarray(lying, dtype=np.uint8)


def _light(shape: tuple[int, ...]) -> np.ndarray:
    """How bright the light is, place by place: from one side, falling off."""
    down = np.cos((np.arange(shape[0]) / shape[0] - 0.6) * 1.6)
    across = np.cos((np.arange(shape[1]) / shape[1] - 0.3) * 2)
    return np.asarray(0.85 * (0.75 + 0.25 * np.outer(down, across)), dtype=np.float32)
