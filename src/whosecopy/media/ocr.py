"""Text from pictures of pages - scans, screenshots, photos: how a page is turned and scaled to be read."""

import time
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np

from whosecopy.media.leak import PagePicture
from whosecopy.media.picture.sheet import Grey
from whosecopy.media.tesseract import Box, Word, spent_s, words_in

_SMALL_PX = 2_000
_MAX_ENLARGED = 3.0
_LETTER_PX, _NARROW_PX, _NARROWEST = 9.0, 7.2, 0.8
"""Letters this wide are read as well as larger ones, and faster. Then lines are pressed together, which tall letters
bear well: reading takes as long as lines are in comparison with their height."""
_LONG, _FEWEST = 4, 4
_PARTS = ((8, 4), (3, 3))
_WAYS = ((1, 1), (-1, -1), (1, -1), (-1, 1))
"""As it is, upside down, mirrored, both: steps down and across. Tesseract itself reads what is sideways."""
_BUDGET_S, _TURNING_S = 450, 60
_TRIAL_CPU_S, _PART_CPU_S = 6, 2
"""Processor time for finding out how a page is turned, and for reading one part of it: a usual one takes .3 s."""
_SENSE_CPU_S, _DOUBT_CPU_S, _LAST_CPU_S = 20, 10, 3
"""Processor time for a page whose parts make sense, make none, or cannot even be read in time."""
_GOOD_CONFIDENCE = 60.0
_KEPT_SIDE_PX, _KEPT_PX = 4_000, 160_000_000
_DARK, _SAMPLED = 100, 3

Way = tuple[int, int]


@dataclass(slots=True)
class Reader:
    """Reads one page after the other until its time is spent.

    `pictures` are the pages read, upright as far as their text shows it; `dropped` counts those too many to keep,
    `unread` those that Tesseract gave up, `turning_s` is the time spent on finding out how pages are turned.
    """

    started: float = field(default_factory=time.monotonic)
    pictures: list[PagePicture] = field(default_factory=list)
    dropped: int = 0
    unread: int = 0
    turning_s: float = 0.0

    @property
    def exhausted(self) -> bool:
        """Whether no further page should be begun."""
        return time.monotonic() - self.started > _BUDGET_S

    @property
    def notes(self) -> list[str]:
        """What was left out."""
        told = {
            f"{self.dropped} pictures were too many: only their words were read": self.dropped,
            f"pages that Tesseract could not read: {self.unread}": self.unread,
        }
        return [note for note, count in told.items() if count]

    def read(self, page: Grey) -> str:
        """The text of one page: paragraphs parted by blank lines, lines as printed.

        A small part tells whether the page is upside down or mirrored, for as long as the time for that lasts, and
        how large its letters are; then the page is read once, no larger than they need.

        Raises `InputError` where Tesseract is not installed.
        """
        page = 255 - page if float(np.median(page[::_SAMPLED, ::_SAMPLED])) < _DARK else page
        tried = self._tried(page)
        ends = spent_s() + tried.cpu_s
        best = _seen(_turned(page, tried.way), _scales(max(page.shape), tried.words), tried.cpu_s)
        if best.confidence < _GOOD_CONFIDENCE and tried.way != _WAYS[0] and not best.broken:
            other = _seen(page, _scales(max(page.shape), []), max(1, int(ends - spent_s())))
            best = max(best, other, key=lambda seen: seen.confidence)
        self.unread += best.broken
        self._keep(best)
        return _lines(best.words)

    def _tried(self, page: Grey) -> "_Tried":
        """What parts of the page tell of it."""
        best, way, broken = _NOTHING, _WAYS[0], 0
        if self.turning_s > _TURNING_S:
            return _Tried(way, [], _SENSE_CPU_S)
        began, ends = time.monotonic(), spent_s() + _TRIAL_CPU_S
        for share in _PARTS:
            part = _busiest(page, *share)
            for turn in _WAYS:
                if spent_s() > ends:
                    break
                seen = _seen(_turned(part, turn), _scales(max(page.shape), []), _PART_CPU_S)
                if seen.confidence > best.confidence:
                    best, way = seen, turn
                if best.confidence >= _GOOD_CONFIDENCE:
                    return _Tried(way, best.words, _SENSE_CPU_S)
                if seen.broken:
                    broken += 1
                    break
        self.turning_s += time.monotonic() - began
        return _Tried(way, [], _LAST_CPU_S if broken == len(_PARTS) else _DOUBT_CPU_S)

    def _keep(self, seen: "_Seen") -> None:
        held = sum(len(one.pixels) for one in self.pictures)
        kept = _kept(seen)
        if held + len(kept.pixels) <= _KEPT_PX:
            self.pictures.append(kept)
        else:
            self.dropped += 1


@dataclass(frozen=True, slots=True)
class _Tried:
    """The way that a page is best read in, words of it where they make sense, and how long reading it may take."""

    way: Way
    words: list[Word]
    cpu_s: int


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """A page and its words; `broken` where Tesseract gave it up."""

    grey: Grey
    words: list[Word]
    confidence: float
    broken: bool = False


_NOTHING = _Seen(np.zeros((1, 1), np.uint8), [], 0.0)


def _turned(page: Grey, way: Way) -> Grey:
    return np.ascontiguousarray(page[:: way[0], :: way[1]])


def _busiest(page: Grey, rows: int, columns: int) -> Grey:
    """The part with the most edges, of so many that would fill the page or lie half-way between those."""
    height, width = max(1, page.shape[0] // rows), max(1, page.shape[1] // columns)
    corners = product(range(2 * rows - 1), range(2 * columns - 1))
    parts = [page[y * height // 2 :, x * width // 2 :][:height, :width] for y, x in corners]
    return max(
        (part for part in parts if part.size), key=lambda part: int(np.abs(np.diff(part[::4].astype(np.int16))).sum())
    )


def _seen(page: Grey, scales: tuple[float, float], cpu_s: int) -> _Seen:
    found = words_in(_even(page, scales), cpu_s)
    words = [replace(word, box=_scaled(word.box, 1 / scales[0], 1 / scales[1])) for word in found or ()]
    return _Seen(page, words, _confidence(words), found is None)


def _scales(longer_px: int, words: list[Word]) -> tuple[float, float]:
    """How a page of this size is scaled for Tesseract across and down, with letters as wide as in `words` of it.

    Letters are made no larger than needed, and narrower along the line, which may run down the page.
    """
    least = min(_MAX_ENLARGED, _SMALL_PX / longer_px)
    sides = np.array([(w.box[2] - w.box[0], w.box[3] - w.box[1], len(w.text)) for w in words if len(w.text) >= _LONG])
    if len(sides) < _FEWEST:
        return max(least, 1.0), max(least, 1.0)
    letter_px = float(np.median(sides[:, :2].max(axis=1) / sides[:, 2]))
    tall = max(least, min(1.0, _LETTER_PX / letter_px))
    narrow = tall * min(1.0, max(_NARROWEST, _NARROW_PX / (letter_px * tall)))
    down_the_page = np.median(sides[:, 0]) < np.median(sides[:, 1])
    return (tall, narrow) if down_the_page else (narrow, tall)


def _even(grey: Grey, scales: tuple[float, float]) -> Grey:
    """The page large enough, divided by its background."""
    from PIL import Image, ImageFilter

    page = Image.fromarray(grey)
    size = round(page.width * scales[0]) or 1, round(page.height * scales[1]) or 1
    if size != page.size:
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
    boxes = tuple(_scaled(word.box, factor, factor) for word in seen.words)
    return PagePicture(width, height, pixels, words, boxes, seen.confidence >= _GOOD_CONFIDENCE)


def _scaled(box: Box, across: float, down: float) -> Box:
    left, top, right, bottom = box
    return round(left * across, 2), round(top * down, 2), round(right * across, 2), round(bottom * down, 2)


def _confidence(words: list[Word]) -> float:
    """Mean confidence by character, 0 to 100; near 0 for a page with hardly any words."""
    characters = sum(len(word.text) for word in words)
    return sum(len(word.text) * word.confidence for word in words) / max(characters, 20)


def _lines(words: list[Word]) -> str:
    out: list[str] = []
    before: Word | None = None
    for word in words:
        if before is not None:
            same = word.paragraph == before.paragraph
            out.append(" " if same and word.line == before.line else "\n" if same else "\n\n")
        out.append(word.text)
        before = word
    return "".join(out)
