"""`bench pdf`: how fast copies of a PDF are made, beside pikepdf that is given the finished content streams."""

from collections.abc import Callable, Sequence
from io import BytesIO
from time import process_time

import numpy as np

from whosecopy.bench.typeset import article
from whosecopy.media.pdf.analysis import analyse, plate
from whosecopy.media.pdf.press import Plate, Printer
from whosecopy.media.pdf.proof import GREY, UP_EM
from whosecopy.model.layout import Shift, Word

Row = dict[str, object]
_PEER = "pikepdf: open, write the same streams, save"
_SENTENCES = 330


def rows(files: Sequence[tuple[str, bytes]], trials: int, seed: int) -> list[Row]:
    """Copies per second of process time and their sizes; without `files` an article typeset here.

    Both sides are told every content stream that a copy needs; ours also fills them. Medians of `trials`.
    """
    found: list[Row] = []
    for name, data in files or [("an article of our own", article(seed, _SENTENCES))]:
        analysis = analyse(data, name)
        words = [one.word for one in analysis.found]
        for kind, all_axes in (("word_x", False), ("word_x, word_y, luminance", True)):
            copies = [_copy(words, all_axes, np.random.default_rng(seed + k)) for k in range(4)]
            made = plate(analysis, [shift for copy in copies for shift in copy])
            what = f"{name}, {len(analysis.pages)} pages, {kind}"
            found += _compared(what, data, made, copies, trials)
    return found


def _compared(what: str, data: bytes, made: Plate, copies: Sequence[Sequence[Shift]], trials: int) -> list[Row]:
    printer = Printer(made)
    whole = printer.copy(copies[0])
    streams = _streams(whole, made)
    theirs = _by_pikepdf(data, streams)
    turns = iter(range(10**9))
    ours_s = _median(lambda: printer.copy(copies[next(turns) % len(copies)]), trials)
    theirs_s = _median(lambda: _by_pikepdf(data, streams), trials)
    speed = {"what": f"copies per second: {what}", "ours": round(1 / ours_s, 1), "theirs": round(1 / theirs_s, 1)}
    size = {"what": f"bytes of a copy: {what}", "ours": len(whole), "theirs": len(theirs)}
    return [
        {**speed, "peer": _PEER, "ratio": round(theirs_s / ours_s, 2), "limit_ratio": 2.0},
        {**size, "peer": _PEER, "ratio": round(len(whole) / len(theirs), 3), "limit_ratio": 1.1},
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


def _by_pikepdf(data: bytes, streams: dict[int, bytes]) -> bytes:
    """The same copy by pikepdf."""
    import pikepdf

    with pikepdf.open(BytesIO(data)) as pdf:
        for number, stream in streams.items():
            pdf.pages[number].obj["/Contents"] = pdf.make_stream(stream)
        saved = BytesIO()
        pdf.save(saved)
    return saved.getvalue()


def _median(make: Callable[[], bytes], trials: int) -> float:
    make()
    took = []
    for _ in range(trials):
        started = process_time()
        make()
        took.append(process_time() - started)
    return float(np.median(took))
