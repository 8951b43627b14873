"""Text from pictures of pages - scans, screenshots, photos - by Tesseract, run as a program."""

import csv
import io
import resource
import shutil
import subprocess
import time
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import product

import numpy as np

from whosecopy.errors import InputError
from whosecopy.media.leak import PagePicture
from whosecopy.media.picture.sheet import Grey

_SMALL_PX = 2_000
_MAX_ENLARGED = 3.0
_LETTER_PX = 10.0
"""Letters this wide are read as well as larger ones, and faster."""
_LONG, _FEWEST = 4, 4
_PARTS = ((8, 4), (3, 3))
_WAYS = ((1, 1), (-1, -1), (1, -1), (-1, 1))
"""As it is, upside down, mirrored, both: steps down and across. Tesseract itself reads what is sideways."""
_BUDGET_S, _TURNING_S = 450, 60
_PAGE_S, _PAGE_CPU_S, _TRIAL_CPU_S, _PART_CPU_S = 110, 20, 8, 3
"""Processor time that Tesseract has for a page in all, of it for trying how it is turned, and for one part."""
_GOOD_CONFIDENCE = 60.0
_PAGE_OPTIONS = ("--dpi", "300", "--psm", "3", "-c", "thresholding_method=2")
_KEPT_SIDE_PX, _KEPT_PX = 4_000, 160_000_000
_DARK = 100

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in pixels."""


def engine() -> str:
    """The program that reads pictures and its version, or that there is none: others may read other text."""
    if shutil.which("tesseract") is None:
        return "no tesseract"
    found = subprocess.run(["tesseract", "--version"], capture_output=True, text=True, timeout=20, check=False)
    return next(iter(found.stdout.splitlines()), "tesseract")


@dataclass(slots=True)
class Reader:
    """Reads one page after the other until its time is spent; `name` is the file spoken of in errors.

    `pictures` are the pages read, upright as far as their text shows it; `dropped` counts those too many to keep,
    `turning_s` is the time spent on finding out how pages are turned.
    """

    name: str
    started: float = field(default_factory=time.monotonic)
    pictures: list[PagePicture] = field(default_factory=list)
    dropped: int = 0
    turning_s: float = 0.0

    @property
    def exhausted(self) -> bool:
        """Whether no further page should be begun."""
        return time.monotonic() - self.started > _BUDGET_S

    @property
    def notes(self) -> list[str]:
        """What was left out."""
        return [f"{self.dropped} pictures were too many: only their words were read"] if self.dropped else []

    def read(self, page: Grey) -> str:
        """The text of one page: paragraphs parted by blank lines, lines as printed.

        A small part tells whether the page is upside down or mirrored, for as long as the time for that lasts, and
        how large its letters are; then the page is read once, no larger than they need.
        """
        page = 255 - page if float(np.median(page)) < _DARK else page
        ends = _spent_s() + _PAGE_CPU_S
        way, letter_px = self._tried(page)
        best = _seen(_turned(page, way), self.name, _factor(max(page.shape), letter_px), _until(ends))
        if best.confidence < _GOOD_CONFIDENCE and way != _WAYS[0] and not best.broken:
            other = _seen(page, self.name, _factor(max(page.shape)), _until(ends))
            best = max(best, other, key=lambda seen: seen.confidence)
        self._keep(best)
        return _lines(best.words)

    def _tried(self, page: Grey) -> tuple[tuple[int, int], float]:
        """The way that a part of the page is best read in, and how wide its letters are: 0 where that is not sure."""
        began, factor = time.monotonic(), _factor(max(page.shape))
        best, way, ends = _NOTHING, _WAYS[0], _spent_s() + _TRIAL_CPU_S
        for share in _PARTS if self.turning_s < _TURNING_S else ():
            part = _busiest(page, *share)
            for turn in _WAYS:
                if _spent_s() > ends:
                    break
                seen = _seen(_turned(part, turn), self.name, factor, _PART_CPU_S)
                if seen.confidence > best.confidence:
                    best, way = seen, turn
                if best.confidence >= _GOOD_CONFIDENCE:
                    return way, _letter_px(best.words)
        self.turning_s += time.monotonic() - began
        return way, 0.0

    def _keep(self, seen: "_Seen") -> None:
        held = sum(len(one.pixels) for one in self.pictures)
        kept = _kept(seen)
        if held + len(kept.pixels) <= _KEPT_PX:
            self.pictures.append(kept)
        else:
            self.dropped += 1


@dataclass(frozen=True, slots=True)
class _Word:
    paragraph: tuple[str, str, str]
    line: str
    confidence: float
    text: str
    box: Box


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """A page and its words; `broken` where Tesseract ran out of time."""

    grey: Grey
    words: list[_Word]
    confidence: float
    broken: bool = False


_NOTHING = _Seen(np.zeros((1, 1), np.uint8), [], 0.0)


def _spent_s() -> float:
    """Processor time that Tesseract has used so far, for all pages."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _until(ends: float) -> int:
    """What is left of a page's time, in whole seconds."""
    return max(1, int(ends - _spent_s()))


def _turned(page: Grey, way: tuple[int, int]) -> Grey:
    return np.ascontiguousarray(page[:: way[0], :: way[1]])


def _busiest(page: Grey, rows: int, columns: int) -> Grey:
    """The part with the most edges, of so many that would fill the page or lie half-way between those."""
    height, width = max(1, page.shape[0] // rows), max(1, page.shape[1] // columns)
    corners = product(range(2 * rows - 1), range(2 * columns - 1))
    parts = [page[y * height // 2 :, x * width // 2 :][:height, :width] for y, x in corners]
    return max(
        (part for part in parts if part.size), key=lambda part: int(np.abs(np.diff(part[::2].astype(np.int16))).sum())
    )


def _letter_px(words: list[_Word]) -> float:
    """How wide letters are: also on pages turned sideways, which Tesseract reads as they are."""
    wide = [
        max(word.box[2] - word.box[0], word.box[3] - word.box[1]) / len(word.text)
        for word in words
        if len(word.text) >= _LONG
    ]
    return float(np.median(wide)) if len(wide) >= _FEWEST else 0.0


def _seen(page: Grey, name: str, factor: float, cpu_s: int = _PAGE_CPU_S) -> _Seen:
    found = _words(_even(page, factor), name, cpu_s)
    words = [replace(word, box=_scaled(word.box, 1 / factor)) for word in found or ()]
    return _Seen(page, words, _confidence(words), found is None)


def _factor(longer_px: int, letter_px: float = 0.0) -> float:
    """How a page of this size is scaled for Tesseract, letters of known width no larger than needed."""
    least = min(_MAX_ENLARGED, _SMALL_PX / longer_px)
    return max(least, min(1.0, _LETTER_PX / letter_px) if letter_px else 1.0)


def _even(grey: Grey, factor: float) -> Grey:
    """The page large enough, divided by its background."""
    from PIL import Image, ImageFilter

    page = Image.fromarray(grey)
    if factor != 1.0:
        size = round(page.width * factor) or 1, round(page.height * factor) or 1
        page = page.resize(size, Image.Resampling.LANCZOS)
    small = page.resize((max(page.width // 8, 1), max(page.height // 8, 1)), Image.Resampling.BOX)
    background = small.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.GaussianBlur(8))
    shade = np.asarray(background.resize(page.size, Image.Resampling.BILINEAR), dtype=np.float32)
    even = np.asarray(page, dtype=np.float32) * (255.0 / np.maximum(shade, 32.0))
    return np.clip(even, 0, 255).astype(np.uint8)


def _kept(seen: _Seen) -> PagePicture:
    """The picture in the size that words are measured at."""
    from PIL import Image

    height, width = seen.grey.shape
    factor = min(1.0, _KEPT_SIDE_PX / max(height, width))
    if factor < 1.0:
        width, height = max(1, round(width * factor)), max(1, round(height * factor))
        pixels = Image.fromarray(seen.grey).resize((width, height), Image.Resampling.BOX).tobytes()
    else:
        pixels = seen.grey.tobytes()
    words = tuple(word.text for word in seen.words)
    boxes = tuple(_scaled(word.box, factor) for word in seen.words)
    return PagePicture(width, height, pixels, words, boxes, seen.confidence >= _GOOD_CONFIDENCE)


def _scaled(box: Box, factor: float) -> Box:
    left, top, right, bottom = (round(side * factor, 2) for side in box)
    return left, top, right, bottom


def _words(page: Grey, name: str, cpu_s: int) -> list[_Word] | None:
    """The words of a page; None where that takes too long."""
    head = b"P5 %d %d 255\n" % (page.shape[1], page.shape[0])
    command = ["tesseract", "stdin", "stdout", "-l", _languages(), *_PAGE_OPTIONS, "tsv"]
    try:
        done = subprocess.run(
            command, input=head + page.tobytes(), capture_output=True, timeout=_PAGE_S, check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s)),  # a child without threads
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    if done.returncode < 0:
        return None
    if done.returncode != 0:
        raise InputError(f"{name}: Tesseract failed on a page; save the picture as PNG again")
    rows = csv.DictReader(io.StringIO(done.stdout.decode("utf-8", "replace")), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [_word(row) for row in rows if row["level"] == "5" and (row["text"] or "").strip()]


def _word(row: dict[str, str]) -> _Word:
    paragraph = (row["page_num"], row["block_num"], row["par_num"])
    left, top, width, height = (float(row[key]) for key in ("left", "top", "width", "height"))
    box = (left, top, left + width, top + height)
    return _Word(paragraph, row["line_num"], float(row["conf"]), row["text"].strip(), box)


@cache
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
