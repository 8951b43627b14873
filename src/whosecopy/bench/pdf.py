"""`bench pdf`: how fast copies of a PDF are made, beside pikepdf, which is given the finished content streams."""

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from time import process_time
from typing import TYPE_CHECKING

import numpy as np

from whosecopy.bench.typeset import article
from whosecopy.media.pdf.analysis import analyse, plate
from whosecopy.media.pdf.press import Plate
from whosecopy.media.pdf.printer import Extremes, Printer
from whosecopy.media.pdf.trials import GREY, UP_EM
from whosecopy.model.layout import Shift, Word

if TYPE_CHECKING:
    from pikepdf import Pdf

Row = dict[str, object]
_PEER = "pikepdf: write the same streams, save"
_SENTENCES = 330
_COPIES = 4
_AT_LEAST_S = 0.05


def rows(files: Sequence[tuple[str, bytes]], trials: int, seed: int) -> list[Row]:
    """Copies per second of process time and their sizes; without `files` an article typeset here.

    Both sides have opened the master before, and neither reads the copy again. Ours is told which way each word
    goes; pikepdf is given the finished content streams of pages, and keeps forms as they are. Medians of `trials`.
    """
    found: list[Row] = []
    for name, data in files or [("an article of our own", article(seed, _SENTENCES))]:
        analysis = analyse(data, name)
        words = [one.word for one in analysis.found]
        for kind, all_axes in (("word_x", False), ("word_x, word_y, luminance", True)):
            copies = [_copy(words, all_axes, np.random.default_rng(seed + k)) for k in range(_COPIES)]
            made = plate(analysis, [shift for copy in copies for shift in copy])
            what = f"{name}, {len(analysis.pages)} pages, {kind}"
            found += _compared(what, data, made, copies, trials)
    return found


def _compared(what: str, data: bytes, made: Plate, copies: Sequence[Sequence[Shift]], trials: int) -> list[Row]:
    import pikepdf

    ends = Extremes.of(copies)
    printer, chosen = Printer(made, ends), [ends.chosen(copy)[0] for copy in copies]
    streams = [_streams(made.drawn(copy), made) for copy in copies]
    with pikepdf.open(BytesIO(data)) as pdf:
        ours_s = _median(lambda k: printer.copy(chosen[k]), trials)
        theirs_s = _median(lambda k: _by_pikepdf(pdf, streams[k]), trials)
        ours, theirs = len(printer.copy(chosen[0])), len(_by_pikepdf(pdf, streams[0]))
    speed = {"what": f"copies per second: {what}", "ours": round(1 / ours_s, 1), "theirs": round(1 / theirs_s, 1)}
    size = {"what": f"bytes of a copy: {what}", "ours": ours, "theirs": theirs}
    return [
        {**speed, "peer": _PEER, "ratio": round(theirs_s / ours_s, 2), "limit_ratio": 50.0},
        {**size, "peer": _PEER, "ratio": round(ours / theirs, 3), "limit_ratio": 1.1},
    ]


def _copy(words: Sequence[Word], all_axes: bool, rng: np.random.Generator) -> list[Shift]:
    """The shifts of a copy by chance."""
    signs = 2 * rng.integers(0, 2, (len(words), 2)) - 1
    grey = rng.integers(0, 2, len(words))
    return [
        Shift(
            k,
            int(signs[k, 0]) * word.room_em,
            int(signs[k, 1]) * UP_EM if all_axes and word.may_rise else 0.0,
            int(grey[k]) * GREY if all_axes and word.black else 0.0,
        )
        for k, word in enumerate(words)
        if word.room_em
    ]


def _streams(copy: bytes, made: Plate) -> dict[int, bytes]:
    """The content streams of a copy's pages, by page."""
    import pikepdf

    numbers = {one.number for one in made.touched}
    with pikepdf.open(BytesIO(copy)) as pdf:
        contents = {k: page.obj["/Contents"] for k, page in enumerate(pdf.pages) if "/Contents" in page.obj}
        return {k: one.read_bytes() for k, one in contents.items() if one.objgen[0] in numbers}


def _by_pikepdf(pdf: "Pdf", streams: Mapping[int, bytes]) -> bytes:
    """The same copy by pikepdf."""
    for number, stream in streams.items():
        pdf.pages[number].obj["/Contents"] = pdf.make_stream(stream)
    saved = BytesIO()
    pdf.save(saved)
    return saved.getvalue()


def _median(make: Callable[[int], bytes], trials: int) -> float:
    """Seconds for a copy; each measurement lasts long enough for the clock."""
    make(0)
    took = []
    for _ in range(trials):
        started, made = process_time(), 0
        while (spent := process_time() - started) < _AT_LEAST_S:
            make(made % _COPIES)
            made += 1
        took.append(spent / made)
    return float(np.median(took))
