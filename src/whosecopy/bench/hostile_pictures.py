"""Pictures made to break whoever opens them, or to keep whoever reads them busy."""

import io
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whosecopy.bench.hostile_pdfs import one_page, repeated

_HEAD = b"\x89PNG\r\n\x1a\n"


def page_picture(dpi: int = 100) -> NDArray[np.uint8]:
    """A plain page as a picture, for those that are to hold something."""
    from whosecopy.media.picture.draw import draw_page

    return draw_page(one_page(), 0, dpi / 72, "the page")


def saved(picture: NDArray[Any], kind: str, **options: Any) -> bytes:
    """A picture in a file of this `kind`, as Pillow calls it."""
    from PIL import Image
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False)
    out = io.BytesIO()
    Image.fromarray(picture).save(out, kind, **options)
    return out.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">L", len(content)) + kind + content + struct.pack(">L", zlib.crc32(kind + content))


def png(width: int, height: int, rows: bytes, more: bytes = b"", depth: int = 1, colour: int = 0) -> bytes:
    """A PNG whose head promises so many pixels; `rows` are deflated already."""
    head = struct.pack(">2L5B", width, height, depth, colour, 0, 0, 0)
    return _HEAD + chunk(b"IHDR", head) + more + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def tiff(pages: Iterable[bytes], loop: bool = False) -> bytes:
    """A TIFF of these pages, each the entries of a directory; the last one leads to the first in a `loop`."""
    out, hole = bytearray(b"II*\0\0\0\0\0"), 4
    first = 0
    for entries in pages:
        struct.pack_into("<L", out, hole, len(out))
        first = first or len(out)
        out += struct.pack("<H", len(entries) // 12) + entries + bytes(4)
        hole = len(out) - 4
    struct.pack_into("<L", out, hole, first if loop else 0)
    return bytes(out) + bytes(64)


def directory(width: int, height: int, **more: int) -> bytes:
    """The entries of one page of white, one bit a pixel, its strip at byte 0; `more` are entries as `_273`."""
    values = {256: width, 257: height, 258: 1, 259: 1, 262: 1, 273: 0, 278: height, 279: 8}
    values |= {int(key[1:]): value for key, value in more.items()}
    return b"".join(struct.pack("<2H2L", tag, 4, 1, value) for tag, value in sorted(values.items()))


def _several(kind: str, count: int, side: int) -> bytes:
    from PIL import Image

    frames = [Image.fromarray(np.full((side, side), 255 - k % 9, np.uint8)).convert("RGB") for k in range(count)]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


def _noise(side: int) -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(0, 256, (side, side), dtype=np.uint8)


def _stripes(side: int, step: int) -> NDArray[np.uint8]:
    return np.broadcast_to(np.where(np.arange(side) // step % 2, 255, 0).astype(np.uint8), (side, side)).copy()


def _checks(side: int, step: int) -> NDArray[np.uint8]:
    stripes = _stripes(side, step)
    return stripes ^ stripes.T


def _wallpaper(side: int) -> NDArray[np.uint8]:
    """Letters everywhere, in all directions."""
    page = page_picture(60)
    part = page[60:260, 60:260]
    tiles = [np.rot90(part, k) for k in range(4)]
    rows = [np.hstack([tiles[(k + j) % 4] for j in range(side // 200)]) for k in range(side // 200)]
    return np.ascontiguousarray(np.vstack(rows))


def _scans(scans: int) -> bytes:
    """A JPEG that is drawn in very many passes."""
    whole = saved(np.full((4096, 4096), 200, np.uint8), "JPEG", progressive=True)
    at = whole.rindex(b"\xff\xda")
    return whole[:at] + whole[at:-2] * scans + whole[-2:]


def _size(data: bytes, side: int) -> bytes:
    """A JPEG whose head promises `side` x `side` pixels."""
    at = data.index(b"\xff\xc0")
    return data[: at + 5] + struct.pack(">2H", side, side) + data[at + 9 :]


_MIB = 2**20
_BLACK = partial(repeated, b"", bytes(_MIB))
PICTURES: Mapping[str, Callable[[], bytes]] = {
    "a plain page.png": lambda: saved(page_picture(), "PNG"),
    "a PNG of 100,000 x 100,000.png": lambda: png(100_000, 100_000, zlib.compress(bytes(9_999))),
    "a PNG of 10,000 x 10,000 in 16 bits of four colours.png": lambda: png(
        10_000, 10_000, _BLACK(763), depth=16, colour=6
    ),
    "a PNG of 10,000 x 10,000 in one bit.png": lambda: png(10_000, 10_000, _BLACK(12)),
    "a PNG of 1 x 2,000,000,000.png": lambda: png(1, 2_000_000_000, _BLACK(1)),
    "a PNG of 50,000 x 2.png": lambda: png(50_000, 2, _BLACK(1)),
    "a PNG of 0 x 0.png": lambda: png(0, 0, b""),
    "a PNG with 300,000 remarks.png": lambda: png(
        64, 64, zlib.compress(bytes(9_999)), chunk(b"tEXt", b"a\0b") * 300_000
    ),
    "a PNG with a remark of 1 GB.png": lambda: png(
        64, 64, zlib.compress(bytes(9_999)), chunk(b"zTXt", b"a\0\0" + _BLACK(1024))
    ),
    "a PNG with a colour profile of 1 GB.png": lambda: png(
        64, 64, zlib.compress(bytes(9_999)), chunk(b"iCCP", b"a\0\0" + _BLACK(1024))
    ),
    "a PNG of 2,000 moving pictures.png": lambda: _several("PNG", 2_000, 8),
    "a TIFF of 10,000 pages.tif": lambda: tiff([directory(8, 8)] * 10_000),
    "a TIFF whose last page leads to the first.tif": lambda: tiff([directory(8, 8)] * 3, loop=True),
    "a TIFF of 100,000 x 100,000.tif": lambda: tiff([directory(100_000, 100_000)]),
    "a TIFF of 4,294,967,295 rows a strip.tif": lambda: tiff([directory(8, 8, _278=2**32 - 1, _279=2**32 - 1)]),
    "a TIFF of 60,000 samples a pixel.tif": lambda: tiff([directory(9_000, 9_000, _277=60_000, _258=64)]),
    "a TIFF of 4 whole pages.tif": lambda: _pages(4),
    "a WebP of 1,000 moving pictures.webp": lambda: _several("WEBP", 1_000, 16),
    "a WebP of 9,900 x 9,900.webp": lambda: saved(np.zeros((9_900, 9_900), np.uint8), "WEBP", quality=1, method=0),
    "a JPEG of 65,000 x 65,000.jpg": lambda: _size(saved(page_picture(), "JPEG"), 65_000),
    "a JPEG of 9,900 x 9,900.jpg": lambda: saved(np.full((9_900, 9_900), 200, np.uint8), "JPEG"),
    "a JPEG of 9,900 x 9,900 that ends early.jpg": lambda: saved(np.full((9_900, 9_900), 200, np.uint8), "JPEG")[
        :9_000
    ],
    "a JPEG of 300 passes.jpg": lambda: _scans(300),
    "a JPEG turned in no way.jpg": lambda: saved(
        page_picture(), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\xff\xff\0\0"
    ),
    "a HEIC that ends early.heic": lambda: saved(page_picture(), "HEIF")[:-900],
    "a HEIC of 60,000 x 60,000.heic": lambda: _larger_heic(60_000),
    "a HEIC of nothing.heic": lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\xff" * 500,
    "white.png": lambda: saved(np.full((3_000, 2_000), 255, np.uint8), "PNG"),
    "black.png": lambda: saved(np.zeros((3_000, 2_000), np.uint8), "PNG"),
    "one pixel.png": lambda: saved(np.zeros((1, 1), np.uint8), "PNG"),
    "noise.png": lambda: saved(_noise(3_000), "PNG"),
    "much noise.png": lambda: saved(_noise(9_000), "PNG"),
    "coarse noise.png": lambda: saved(np.kron(_noise(500), np.ones((8, 8), np.uint8)), "PNG"),
    "stripes.png": lambda: saved(_stripes(4_000, 3), "PNG"),
    "fine checks.png": lambda: saved(_checks(5_000, 1), "PNG"),
    "checks like letters.png": lambda: saved(_checks(4_000, 12), "PNG"),
    "letters in all directions.png": lambda: saved(_wallpaper(4_000), "PNG"),
    "a PDF behind a PNG.png": lambda: saved(page_picture(), "PNG") + one_page(),
    "a GIF called PNG.png": lambda: saved(np.zeros((8, 8), np.uint8), "GIF"),
    "a RIFF that is a sound.webp": lambda: b"RIFF\xff\xff\xff\xffWAVEfmt " + bytes(500),
}


def _pages(count: int) -> bytes:
    from PIL import Image

    page = Image.fromarray(page_picture(200)).convert("1")
    out = io.BytesIO()
    page.save(out, "TIFF", save_all=True, append_images=[page] * (count - 1), compression="group4")
    return out.getvalue()


def _larger_heic(side: int) -> bytes:
    data = saved(page_picture(), "HEIF")
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">2L", side, side) + data[at + 8 :]
