"""Looks from the coordinates of a leaked PDF, whatever was done to its pages."""

from dataclasses import replace

import numpy as np
import pytest

from whosecopy.bench.prose import prose
from whosecopy.media.pdf.looks import looks_of
from whosecopy.model import Layout, SeenPage, Word

REACH = 0.45


def master(pages: int = 2) -> tuple[str, Layout]:
    """Pages of words set in lines by a fixed width."""
    texts = prose(np.random.default_rng(8), 40 * pages).split()[: 200 * pages]
    words, at = [], 0
    for k, said in enumerate(texts):
        page, row, column = k // 200, k % 200 // 8, k % 8
        left, base = 60.0 + 62 * column, 80.0 + 25 * row
        box = (left, base - 7.8, left + 5.0 * len(said), base + 2.2)
        words.append(Word(at, at + len(said), page, box, 10.0, k // 8, 0, 0.045))
        at += len(said) + 1
    return " ".join(texts), Layout(tuple(words), ((595.0, 842.0),) * pages)


def leak(text: str, layout: Layout, page: int, moved: np.ndarray, change=lambda x, y: (x, y)) -> SeenPage:
    here = [k for k, word in enumerate(layout.words) if word.page == page]
    places = [(layout.words[k].box_pt[0] + moved[k], layout.words[k].box_pt[3] - 2.2) for k in here]
    xs, ys = zip(*(change(x, y) for x, y in places), strict=True)
    said = tuple(text[layout.words[k].start : layout.words[k].end] for k in here)
    return SeenPage(595.0, 842.0, said, xs, ys, (0,) * len(here), (0.0,) * len(here))


def signs(count: int) -> np.ndarray:
    return REACH * (2 * np.random.default_rng(3).integers(0, 2, count) - 1)


CHANGES = {
    "as it is": lambda x, y: (x, y),
    "moved": lambda x, y: (x + 31.0, y - 12.5),
    "fit to the page": lambda x, y: (0.94 * x + 17, 0.94 * y + 25),
    "on its side": lambda x, y: (y, 595 - x),
    "askew": lambda x, y: (x + 0.01 * y, y - 0.01 * x),
    "stretched": lambda x, y: (1.02 * x, 0.98 * y),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_words_are_measured_however_the_page_was_laid(change):
    text, layout = master()
    moved = signs(400)
    pages = [leak(text, layout, number, moved, change) for number in (1, 0)]
    seen = looks_of(pages, text, layout, np.full(400, REACH), np.zeros(400))
    measured = np.isfinite(seen.along_pt)
    assert measured.mean() > 0.97
    assert np.abs(seen.along_pt - moved)[measured].max() < 0.05
    assert np.abs(seen.up_pt)[measured].max() < 0.05


def test_pages_that_are_not_in_the_leak_are_not_seen():
    text, layout = master()
    seen = looks_of([leak(text, layout, 1, signs(400))], text, layout, np.full(400, REACH), np.zeros(400))
    assert np.isnan(seen.along_pt[:200]).all()
    assert np.isfinite(seen.along_pt[200:]).mean() > 0.97


def test_a_page_of_another_document_shows_nothing():
    text, layout = master()
    other, theirs = master(1)
    strange = " ".join(word[::-1] + "x" for word in other.split())
    shifted = tuple(replace(word, start=word.start + k, end=word.end + k + 1) for k, word in enumerate(theirs.words))
    page = leak(strange, replace(theirs, words=shifted), 0, signs(200))
    seen = looks_of([page], text, layout, np.full(400, REACH), np.zeros(400))
    assert np.isnan(seen.along_pt).all()


def test_a_word_that_two_copies_show_differently_is_not_read():
    text, layout = master(1)
    moved = signs(200)
    other = moved.copy()
    other[:100] *= -1
    pages = [leak(text, layout, 0, moved), leak(text, layout, 0, other)]
    seen = looks_of(pages, text, layout, np.full(200, REACH), np.zeros(200))
    assert np.isnan(seen.along_pt[:100]).all()
    assert np.isfinite(seen.along_pt[100:]).mean() > 0.95


def test_no_pages_show_nothing():
    text, layout = master(1)
    seen = looks_of([], text, layout, np.zeros(200), np.zeros(200))
    assert np.isnan(seen.along_pt).all()


def test_a_few_words_that_were_moved_by_hand_do_not_disturb_the_rest():
    text, layout = master(1)
    moved = signs(200)
    by_hand = moved.copy()
    by_hand[5:15] += 2.0
    seen = looks_of([leak(text, layout, 0, by_hand)], text, layout, np.full(200, REACH), np.zeros(200))
    assert np.abs(seen.along_pt - by_hand)[np.isfinite(seen.along_pt)].max() < 0.05


def test_a_page_number_far_below_a_short_text_is_not_read_wrong_by_pulling_the_page_its_way():
    text, layout = master(1)
    words = (*layout.words[:40], replace(layout.words[199], box_pt=(295.0, 792.2, 300.0, 802.2)))
    short = replace(layout, words=words)
    reach = np.full(41, REACH)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        moved = REACH * (2 * rng.integers(0, 2, 41) - 1)
        page = leak(text, short, 0, moved, lambda x, y, rng=rng: (x + rng.normal(0, 1e-3), y))
        seen = looks_of([page], text, short, reach, np.zeros(41))
        read = np.isfinite(seen.along_pt) & (seen.sigma_along_pt < REACH)
        assert read[40]
        assert np.abs(seen.along_pt - moved)[read].max() < 0.05
        assert seen.sigma_along_pt[40] > 1.5 * np.median(seen.sigma_along_pt)


def test_words_around_which_nothing_fits_are_not_read_as_sure():
    text, layout = master(1)
    rng = np.random.default_rng(4)
    stray = np.arange(200) >= 160
    moved = signs(200) + np.where(stray, rng.uniform(-0.4, 0.4, 200), 0.0)
    page = leak(text, layout, 0, moved)
    seen = looks_of([page], text, layout, np.full(200, REACH), np.zeros(200))
    assert np.nanmedian(seen.sigma_along_pt[~stray]) < 0.05
    assert np.nanmedian(seen.sigma_along_pt[stray]) > 0.15
