"""Beside marked words a copy is drawn as its master, pixel for pixel, whatever draws it."""

import itertools
import math
import os
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from whosecopy.bench.pixels import beside, drawn, renderers, rows
from whosecopy.bench.typeset import article, handwritten, letter
from whosecopy.media.pdf.analysis import Analysis, analyse, plate
from whosecopy.media.pdf.snapping import Stop, snapped
from whosecopy.media.pdf.still import stilled
from whosecopy.model.layout import Shift

DPI = 96
CORPUS = Path(os.environ.get("WHOSECOPY_CORPUS", Path(__file__).parents[3] / "shared" / "corpus"))
LINES = 36
WORDS = "affairs of the office found wanting"
"""In Helvetica; in every second line the last word begins between two pixels."""


@cache
def plain() -> Analysis:
    """A page on which the last word of every line carries no mark."""
    shown = b"".join(b"1 0 0 1 %.4f %d Tm (%s) Tj " % (_start(k), 760 - 20 * k, WORDS.encode()) for k in range(LINES))
    found = analyse(handwritten([b"BT /F1 11 Tf " + shown + b" ET"]), "plain.pdf", with_letters=True)
    words = len(WORDS.split())
    return found.fixed(range(words - 1, words * LINES, words))


def _start(line: int) -> float:
    """Where a line begins if its last word is to stand on a third of a pixel at 96 dpi, or in odd lines beside it."""
    before = sum({" ": 278, "a": 556, "f": 278, "i": 222, "r": 333, "s": 500, "o": 556, "t": 278, "h": 556, "e": 556,
                  "c": 500, "u": 556, "n": 556, "d": 556}[sign] for sign in WORDS[: WORDS.rindex(" ") + 1])  # fmt: skip
    return 240 + line / 4 + 0.06 * (line % 2) - before * 11 / 1000


def copies(found: Analysis) -> list[list[Shift]]:
    """Copies on all axes: three by chance, and those at both ends."""
    signs = [np.random.default_rng(seed).choice((-1, 1), (len(found.found), 3)) for seed in range(3)]
    signs += [np.full((len(found.found), 3), way) for way in (-1, 1)]
    return [
        [
            Shift(
                k,
                int(along) * one.word.room_em,
                0.03 * int(up) if one.word.may_rise else 0.0,
                0.102 if one.word.black and grey > 0 else 0.0,
            )
            for k, (one, (along, up, grey)) in enumerate(zip(found.found, ways, strict=True))
            if one.word.room_em or one.word.may_rise or one.word.black
        ]
        for ways in signs
    ]


def changed(found: Analysis, renderer: str) -> int:
    """How many pixels differ beside marked words in some copy, at most."""
    some = copies(found)
    made = plate(found, [shift for copy in some for shift in copy])
    master = list(drawn(renderer, found.source, DPI))
    words = [one.word for one in found.found]
    return max(beside(master, drawn(renderer, made.drawn(copy), DPI), words, copy, DPI)[0] for copy in some)


def test_letters_between_two_pixels_jump_where_words_move_before_them():
    assert changed(plain(), "PDFium") > 0
    assert changed(plain(), "PDFium, 8-bit grey") > 0


@pytest.mark.parametrize("renderer", renderers())
def test_letters_between_two_pixels_stay_where_nothing_moves_before_them(renderer):
    still = replace(plain(), found=stilled(plain().found, plain().letters))
    assert changed(still, renderer) == 0


def test_only_marks_before_such_letters_are_given_up():
    after = stilled(plain().found, plain().letters)
    lost = [k for k, (one, other) in enumerate(zip(plain().found, after, strict=True)) if one != other]
    assert lost
    assert sum(one.word.room_em > 0 for one in after) > LINES
    assert stilled(plain().found, ()) == plain().found
    marked = replace(plain(), found=analyse(plain().source, "plain.pdf").found)
    assert stilled(marked.found, plain().letters) == marked.found


def pushed(run: Sequence[Stop]) -> list[set[int]]:
    """All that PDFium may draw, one way of moving every word after the other."""
    words = sorted({one.word for one in run if one.reach_px})
    found: list[set[int]] = [set() for _ in run]
    for ways in itertools.product((-1, 1), repeat=len(words)):
        way = dict(zip(words, ways, strict=True))
        places = [one.at_px + way.get(one.word, 0) * one.reach_px for one in run]
        pixels = [math.floor(place + 0.5) for place in places]
        for k in range(len(run) - 2, 0, -1):
            space = pixels[k + 1] - pixels[k]
            if abs(places[k + 1] - places[k]) - abs(space) > 0.5:
                pixels[k] -= 1 if space > 0 else -1
        for k, pixel in enumerate(pixels):
            found[k].add(pixel)
    return found


def test_what_the_grey_mode_may_draw_is_what_it_draws_in_every_copy_there_can_be():
    rng = np.random.default_rng(5)
    sure = []
    for _ in range(60):
        at = np.cumsum(rng.uniform(3, 9, 24)) * rng.choice((-1, 1))
        words = np.repeat(np.arange(8), 3)
        reach = np.where(rng.random(8) < 0.6, 0.6, 0.0)
        run = [Stop(float(x), int(word), float(reach[word])) for x, word in zip(at, words, strict=True)]
        truth = pushed(run)
        said = snapped(run)
        assert all(one <= other for one, other in zip(truth, said, strict=True))
        sure += [one == other for one, other in zip(truth, said, strict=True)]
    assert np.mean(sure) > 0.97


def test_a_line_without_end_is_left_alone_where_its_marks_push_letters():
    text = b"".join(b"(word%d) %d " % (k, -(300 + k % 7)) for k in range(400))
    found = analyse(handwritten([b"BT /F1 4 Tf 20 500 Td [" + text + b"] TJ ET"]), "long.pdf", with_letters=True)
    mixed = found.fixed(range(0, len(found.found), 2))
    assert any(one.word.room_em for one in mixed.found)
    assert not any(one.word.room_em for one in stilled(mixed.found, mixed.letters))


SOURCES = {
    "article": lambda: article(1, 40),
    "letter": lambda: letter(2),
    "turned": lambda: handwritten([b"BT /F1 11 Tf 72 600 Td 14 TL (Turned lines) ' (of a few words) ' ET"] * 2,
                                  extra=b"/Rotate 90 /CropBox [50 60 580 760]"),
}  # fmt: skip


@pytest.mark.parametrize("name", SOURCES)
def test_copies_of_typeset_pages_differ_in_nothing_but_marked_words(name):
    found = rows([(name, SOURCES[name]())], 2, 7, lambda done, total: None)
    assert len(found) == len(renderers())
    for row in found:
        assert (row["pixels"], row["difference"], row["ok"]) == (0, 0, True), row
        assert row["marked"] > 5


if CORPUS.is_dir():

    @pytest.mark.corpus
    @pytest.mark.parametrize("path", sorted((CORPUS / "pdf").glob("*.pdf")), ids=lambda path: path.name)
    def test_copies_of_a_real_pdf_differ_in_nothing_but_marked_words(path):
        for row in rows([(path.name, path.read_bytes())], 1, 7, lambda done, total: None):
            assert row["pixels"] == 0, row
            assert row["marked"] > 100
