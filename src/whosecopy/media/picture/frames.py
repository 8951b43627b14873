"""Files of pictures opened: the pages they hold, grey and as they are meant to be looked at."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from whosecopy.errors import InputError
from whosecopy.media.picture.sheet import Grey

if TYPE_CHECKING:
    from PIL.Image import Image

_MAGIC = {
    b"\x89PNG\r\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"II*\0": "image/tiff",
    b"MM\0*": "image/tiff",
    b"RIFF": "image/webp",
}
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "HEIF")
_PAGED = ("TIFF",)
_MAX_PIXELS = 100_000_000
_MAX_FRAMES = 200
_MAX_SIDE_PX = 5_000
_DEEP = ("I", "F")


def media_of(data: bytes) -> str:
    """The MIME type of a picture by its first bytes, empty for other files."""
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return "image/heic"
    return next((media for magic, media in _MAGIC.items() if data.startswith(magic)), "")


def frames(data: bytes, name: str, notes: list[str]) -> Iterator[Grey]:
    """The pages of a PNG, JPEG, TIFF (all its pages), WebP or HEIC: turned as the file says, on white, 8 bits of grey.

    The longer side has 5,000 pixels at most. What is left out goes into `notes`. Raises `InputError` where it is
    damaged or over 100 megapixels.
    """
    from PIL import Image, UnidentifiedImageError
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None  # counted here: Pillow only warns below twice its limit
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            held = getattr(picture, "n_frames", 1)
            count = max(1, min(held, _MAX_FRAMES)) if picture.format in _PAGED else 1
            if held > count:
                notes.append(f"{held - count} pages of the picture were left out")
            for number in range(count):
                if number:
                    picture.seek(number)
                if picture.width * picture.height > _MAX_PIXELS:
                    raise InputError(f"{name}: over {_MAX_PIXELS // 10**6} megapixels; hand in a smaller picture")
                page = grey_of(picture)
                if number + 1 < count:
                    yield page
        del picture  # decoders hold gigabytes, and the last page, mostly the only one, is read for a while
        yield page
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise InputError(f"{name}: the picture cannot be read ({error}); save it as PNG again") from None


def grey_of(picture: "Image") -> Grey:
    """One page as it is meant to be looked at."""
    from PIL import Image, ImageOps

    picture = ImageOps.exif_transpose(picture)
    if picture.mode.split(";")[0] in _DEEP:
        picture = _shallow(picture)
    if "A" in picture.getbands() or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    grey = picture.convert("L")
    longer = max(grey.size)
    if longer > _MAX_SIDE_PX:
        size = tuple(max(1, round(side * _MAX_SIDE_PX / longer)) for side in grey.size)
        grey = grey.resize((size[0], size[1]), Image.Resampling.BOX)
    return np.asarray(grey, dtype=np.uint8)


def _shallow(picture: "Image") -> "Image":
    """Deep grey brought to 8 bits, from its darkest to its lightest."""
    from PIL import Image

    values = np.asarray(picture, dtype=np.float64)
    values = np.where(np.isfinite(values), values, 0.0)
    low, high = float(values.min()), float(values.max())
    return Image.fromarray(((values - low) * (255 / max(high - low, 1e-9))).astype(np.uint8))
