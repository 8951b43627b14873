"""Text from pictures of pages - scans, screenshots, photos - by Tesseract, run as a program."""

import csv
import io
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from whosecopy.errors import InputError
from whosecopy.media.hyphens import joined

if TYPE_CHECKING:
    from PIL.Image import Image

_MAX_PIXELS = 100_000_000
_MAX_FRAMES = 200
_SMALL_PX = 2_000
_MAX_SIDE_PX = 5_000
_MAX_ENLARGED = 3
_BUDGET_S = 450
_PAGE_S = 110
_GOOD_CONFIDENCE = 60.0
_PAGE_OPTIONS = ("--dpi", "300", "--psm", "3", "-c", "thresholding_method=2")
_TURNS = (90, 270, 180)


def read_picture(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """The text of a PNG, JPEG, TIFF (all its pages) or WebP, and notes on what was left out.

    Raises `InputError` where it is damaged, over 100 megapixels, or Tesseract is not installed.
    """
    from PIL import Image, ImageSequence, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # counted here: Pillow only warns below twice its limit
    reader = Reader(name)
    texts: list[str] = []
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "TIFF", "WEBP")) as picture:
            frames = min(getattr(picture, "n_frames", 1), _MAX_FRAMES)
            for _, frame in zip(range(frames), ImageSequence.Iterator(picture), strict=False):
                if frame.width * frame.height > _MAX_PIXELS:
                    raise InputError(f"{name}: over {_MAX_PIXELS // 10**6} megapixels; hand in a smaller picture")
                if reader.exhausted:
                    break
                texts.append(reader.read(frame))
            left_out = getattr(picture, "n_frames", 1) - len(texts)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise InputError(f"{name}: the picture cannot be read ({error}); save it as PNG again") from None
    notes = (f"{left_out} pages of the picture were left out",) if left_out else ()
    return joined("\n\n".join(text for text in texts if text)), notes


def engine() -> str:
    """The program that reads pictures and its version, or that there is none: others may read other text."""
    if shutil.which("tesseract") is None:
        return "no tesseract"
    found = subprocess.run(["tesseract", "--version"], capture_output=True, text=True, timeout=20, check=False)
    return next(iter(found.stdout.splitlines()), "tesseract")


@dataclass(slots=True)
class Reader:
    """Reads one page after the other until its time is spent; `name` is the file spoken of in errors."""

    name: str
    started: float = field(default_factory=time.monotonic)

    @property
    def exhausted(self) -> bool:
        """Whether no further page should be begun."""
        return time.monotonic() - self.started > _BUDGET_S

    def read(self, picture: "Image") -> str:
        """The text of one page: paragraphs parted by blank lines, lines as printed.

        A page that makes little sense is also tried in the three other directions.
        """
        page = prepared(picture)
        best = _words(page, self.name)
        if _confidence(best) < _GOOD_CONFIDENCE:
            turned = (_words(page.rotate(turn, expand=True), self.name) for turn in _TURNS)
            best = max([best, *turned], key=_confidence)
        return _lines(best)


@dataclass(frozen=True, slots=True)
class _Word:
    paragraph: tuple[str, str, str]
    line: str
    confidence: float
    text: str


def prepared(picture: "Image") -> "Image":
    """Grey, upright, dark on light, evenly lit and large enough for Tesseract."""
    from PIL import Image, ImageOps

    upright = ImageOps.exif_transpose(picture)
    if "A" in upright.getbands() or "transparency" in upright.info:
        clear = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    grey = upright.convert("L")
    side = max(grey.size)
    factor = min(_MAX_ENLARGED, max(1.0, _SMALL_PX / side)) if side < _MAX_SIDE_PX else _MAX_SIDE_PX / side
    if factor != 1.0:
        grey = grey.resize(
            (round(grey.width * factor) or 1, round(grey.height * factor) or 1), Image.Resampling.LANCZOS
        )
    return _evenly_lit(grey)


def _evenly_lit(grey: "Image") -> "Image":
    """The picture divided by its background; inverted first where that is dark."""
    import numpy as np
    from PIL import Image, ImageFilter, ImageOps

    if float(np.median(np.asarray(grey.resize((64, 64))))) < 100:
        grey = ImageOps.invert(grey)
    small = grey.resize((max(grey.width // 8, 1), max(grey.height // 8, 1)), Image.Resampling.BOX)
    background = small.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.GaussianBlur(8))
    shade = np.asarray(background.resize(grey.size, Image.Resampling.BILINEAR), dtype=np.float32)
    even = np.asarray(grey, dtype=np.float32) * (255.0 / np.maximum(shade, 32.0))
    return Image.fromarray(np.clip(even, 0, 255).astype(np.uint8))


def _words(page: "Image", name: str) -> list[_Word]:
    picture = io.BytesIO()
    page.save(picture, format="PPM")
    command = ["tesseract", "stdin", "stdout", "-l", _languages(), *_PAGE_OPTIONS, "tsv"]
    try:
        done = subprocess.run(command, input=picture.getvalue(), capture_output=True, timeout=_PAGE_S, check=False)
    except subprocess.TimeoutExpired:
        raise InputError(f"{name}: a page took Tesseract over {_PAGE_S} s; hand in a smaller picture") from None
    if done.returncode != 0:
        raise InputError(f"{name}: Tesseract failed on a page; save the picture as PNG again")
    rows = csv.DictReader(io.StringIO(done.stdout.decode("utf-8", "replace")), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [_word(row) for row in rows if row["level"] == "5" and (row["text"] or "").strip()]


def _word(row: dict[str, str]) -> _Word:
    paragraph = (row["page_num"], row["block_num"], row["par_num"])
    return _Word(paragraph, row["line_num"], float(row["conf"]), row["text"].strip())


def _languages() -> str:
    """English and up to two more languages that Tesseract has data for."""
    if shutil.which("tesseract") is None:
        raise InputError("pictures need Tesseract to be read; install tesseract-ocr, or hand in the text")
    listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=False).stdout
    found = [line.strip() for line in listed.splitlines()[1:] if line.strip().isalpha() and line.strip() != "osd"]
    ordered = sorted(found, key=lambda language: (language != "eng", language))
    return "+".join(ordered[:3]) or "eng"


def _confidence(words: list[_Word]) -> float:
    """Mean confidence by character, 0 to 100; near 0 for a page with hardly any words."""
    characters = sum(len(word.text) for word in words)
    return sum(len(word.text) * word.confidence for word in words) / max(characters, 20)


def _lines(words: list[_Word]) -> str:
    out: list[str] = []
    before: _Word | None = None
    for word in words:
        if before is not None:
            same = word.paragraph == before.paragraph
            out.append(" " if same and word.line == before.line else "\n" if same else "\n\n")
        out.append(word.text)
        before = word
    return "".join(out)
