"""`bench pixels`: what copies of a PDF draw otherwise than the master beside marked words, by every renderer found."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whosecopy.carriers.layout import GREY, UP_EM
from whosecopy.media.pdf.analysis import analyse, plate
from whosecopy.media.pdf.master import parse
from whosecopy.model.layout import Shift, Word

Advance = Callable[[int, int], None]
Row = dict[str, object]
Picture = NDArray[np.int16]
"""A page: shape (height, width, channels)."""
_PDFIUM: dict[str, dict[str, Any]] = {
    "PDFium": {},
    "PDFium, LCD": {"optimize_mode": "lcd"},
    "PDFium, 8-bit grey": {"grayscale": True},
}
_PROGRAMS = {
    "Poppler": ["pdftoppm", "-r", "{dpi}", "-cropbox", "copy.pdf", "page"],
    "MuPDF": ["mutool", "draw", "-q", "-r", "{dpi}", "-c", "rgb", "-o", "page%05d.ppm", "copy.pdf"],
}
_ACROSS_EM, _DOWN_EM, _EDGE_PX = 0.12, 0.35, 2
"""How far beyond a word's box its letters may reach: along its line, off its line; and what smoothing adds."""
_SECONDS = 600


def renderers() -> list[str]:
    """PDFium in three modes, and the programs that are installed."""
    return [*_PDFIUM, *(name for name, command in _PROGRAMS.items() if shutil.which(command[0]))]


def rows(files: Sequence[tuple[str, bytes]], trials: int, seed: int, advance: Advance, dpi: int = 96) -> list[Row]:
    """The most pixels beside marked words that differ in one of `trials` copies by chance, on all axes.

    `half_marked` is the same where only every second word is moved. No copy is like that: it shows what the words
    between would do if they had no marks.
    """
    found: list[Row] = []
    for done, (name, data) in enumerate(files):
        advance(done, len(files))
        words = parse(data, name).layout.words
        copies = [_copy(words, np.random.default_rng(seed + k)) for k in range(trials)]
        halves = [copy[k % 2 :: 2] for k, copy in enumerate(copies)]
        made = plate(analyse(data, name), [shift for copy in copies for shift in copy])
        for renderer in renderers():
            master = list(drawn(renderer, data, dpi))
            whole, half = (
                [beside(master, drawn(renderer, made.drawn(copy), dpi), words, copy, dpi) for copy in some]
                for some in (copies, halves)
            )
            found.append({
                "what": f"{name}: {renderer}", "marked": len(copies[0]),
                "pixels": max(pixels for pixels, _ in whole), "difference": max(most for _, most in whole),
                "half_marked": max(pixels for pixels, _ in half),
                "ok": not any(pixels for pixels, _ in whole),
            })  # fmt: skip
    return found


def beside(
    master: Sequence[Picture], copy: Iterator[Picture], words: Sequence[Word], shifts: Collection[Shift], dpi: int
) -> tuple[int, int]:
    """How many pixels differ beside the words of `shifts`, and by how much at most, of 255."""
    marked: dict[int, list[Word]] = {}
    for shift in shifts:
        marked.setdefault(words[shift.word].page, []).append(words[shift.word])
    pixels = most = 0
    for page, (ours, theirs) in enumerate(zip(master, copy, strict=True)):
        differs = np.abs(ours - theirs).max(axis=2)
        for word in marked.get(page, []):
            differs[_around(word, dpi)] = 0
        pixels, most = pixels + int(np.count_nonzero(differs)), max(most, int(differs.max(initial=0)))
    return pixels, most


def drawn(renderer: str, data: bytes, dpi: int) -> Iterator[Picture]:
    """The pages of a PDF as one of `renderers` draws them."""
    if renderer in _PDFIUM:
        import pypdfium2

        for page in pypdfium2.PdfDocument(data):
            yield _deep(np.asarray(page.render(scale=dpi / 72, **_PDFIUM[renderer]).to_numpy()))
        return
    from PIL import Image

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "copy.pdf").write_bytes(data)
        command = [part.format(dpi=dpi) for part in _PROGRAMS[renderer]]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=_SECONDS)
        for path in sorted(Path(folder).glob("page*")):
            with Image.open(path) as picture:
                yield _deep(np.asarray(picture))


def _deep(picture: NDArray[np.uint8]) -> Picture:
    return np.atleast_3d(picture).astype(np.int16)


def _around(word: Word, dpi: int) -> tuple[slice, slice]:
    """The rows and columns that a marked word may touch."""
    across, down = (_ACROSS_EM, _DOWN_EM) if word.turn % 2 == 0 else (_DOWN_EM, _ACROSS_EM)
    left, top, right, bottom = word.box_pt
    reach_x, reach_y = across * word.size_pt, down * word.size_pt
    return _span(top - reach_y, bottom + reach_y, dpi), _span(left - reach_x, right + reach_x, dpi)


def _span(low_pt: float, high_pt: float, dpi: int) -> slice:
    low, high = int(low_pt * dpi / 72) - _EDGE_PX, int(high_pt * dpi / 72) + 1 + _EDGE_PX
    return slice(max(0, low), max(0, high))


def _copy(words: Sequence[Word], rng: np.random.Generator) -> list[Shift]:
    """The shifts of a copy by chance, on every axis that each word has."""
    ways = rng.integers(0, 2, (len(words), 3))
    return [
        Shift(
            k,
            int(2 * along - 1) * word.room_em,
            int(2 * up - 1) * UP_EM if word.may_rise else 0.0,
            int(grey) * GREY if word.black else 0.0,
        )
        for k, (word, (along, up, grey)) in enumerate(zip(words, ways, strict=True))
        if word.room_em or word.may_rise or word.black
    ]
