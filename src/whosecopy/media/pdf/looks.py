"""How far each word of a leaked PDF stands from its place in the master: from its own coordinates.

Pages are laid on the master's by words that stand on both only once, whatever was done to the file:
pages taken out, put together on one sheet, scaled, moved, turned. Every copy moves a word by the same
known distance one way or the other; what is left over is the error of the measurement.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whosecopy.model.layout import Column, Layout, Looks, SeenPage

_FEWEST = 3
_LIKELY_PAGES = 4
_NEAR_PT = 2.5
_TRIALS = 60
_ROUNDS = 6
_FLOOR_PT = 0.03
_FREE_FIT = 12
_BESIDE = 4
_ROOMY_PT = 100.0
_LEAST = 1e-3
_GREY_SIGMA = 0.02
_ALONG = np.array([(1.0, 0.0), (0.0, -1.0), (-1.0, 0.0), (0.0, 1.0)])
_UP = np.array([(0.0, -1.0), (-1.0, 0.0), (0.0, 1.0), (1.0, 0.0)])

Points = NDArray[np.float64]
"""Places on a page: shape (n, 2)."""


@dataclass(frozen=True, slots=True, eq=False)
class _Master:
    """One page of the master: numbers of its words, their texts, the places of their first characters."""

    words: NDArray[np.intp]
    texts: list[str]
    places: Points
    turns: NDArray[np.intp]


def looks_of(pages: Sequence[SeenPage], text: str, layout: Layout, along_pt: Column, up_pt: Column) -> Looks:
    """The looks of `layout`'s words, whose reading text is `text`, on the pages of a leak.

    `along_pt` and `up_pt`, shape (words,), say how far copies move each word, 0 for those that none moves. A word that
    two pages show differently is not read.
    """
    looks = Looks.nothing(len(layout.words))
    masters = [_page(layout, text, number) for number in range(len(layout.pages_pt))]
    bags = [Counter(master.texts) for master in masters]
    twice: set[int] = set()
    for page in pages:
        seen = Counter(page.words)
        shared = [(sum((bag & seen).values()), -number) for number, bag in enumerate(bags)]
        for common, minus in sorted(shared, reverse=True)[:_LIKELY_PAGES]:
            if common >= _FEWEST:
                _read_page(page, masters[-minus], (along_pt, up_pt), looks, twice)
    for column in (looks.along_pt, looks.up_pt, looks.grey):
        column[sorted(twice)] = np.nan
    return looks


def _page(layout: Layout, text: str, number: int) -> _Master:
    here = [(k, word) for k, word in enumerate(layout.words) if word.page == number]
    turns = np.array([word.turn for _, word in here], dtype=np.intp)
    places = np.array([_start(word.box_pt, word.turn, word.size_pt) for _, word in here]).reshape(-1, 2)
    texts = [text[word.start : word.end] for _, word in here]
    return _Master(np.array([k for k, _ in here], dtype=np.intp), texts, places, turns)


def _start(box: tuple[float, float, float, float], turn: int, size: float) -> tuple[float, float]:
    """Where the baseline of a word begins, from its box."""
    left, top, right, bottom = box
    depth = DESCENT * size
    starts = ((left, bottom - depth), (right - depth, bottom), (right, top + depth), (left + depth, top))
    return starts[turn]


DESCENT = 0.22
"""How far the box of a word reaches below its baseline, in em."""


def _read_page(page: SeenPage, master: _Master, reach: tuple[Column, Column], looks: Looks, twice: set[int]) -> None:
    """Read one page of a leak against one of the master; what is seen goes into `looks`."""
    found = _laid(page, master)
    if found is None:
        return
    ours, theirs = found
    words, turns = master.words[ours], master.turns[ours]
    where = np.column_stack([page.x_pt, page.y_pt])[theirs]
    along, up = _ALONG[turns], _UP[turns]
    far = reach[0][words], reach[1][words]
    moved, sigma = _settled(where, master.places[ours], (along, up), far)
    seen = (moved * along).sum(axis=1), (moved * up).sum(axis=1)
    again = np.isfinite(looks.along_pt[words]) & (np.abs(looks.along_pt[words] - seen[0]) > _FLOOR_PT + 3 * sigma[0])
    twice.update(words[again].tolist())
    looks.along_pt[words], looks.up_pt[words] = seen
    looks.sigma_along_pt[words], looks.sigma_up_pt[words] = sigma
    looks.grey[words] = np.array(page.grey)[theirs]
    looks.sigma_grey[words] = _GREY_SIGMA


def _laid(page: SeenPage, master: _Master) -> tuple[NDArray[np.intp], NDArray[np.intp]] | None:
    """Which word of the master's page is which of the leak's: two arrays of positions; None for another page."""
    once = Counter(page.words)
    ours = Counter(master.texts)
    where = {word: k for k, word in enumerate(page.words) if once[word] == 1}
    pairs = [(k, where[word]) for k, word in enumerate(master.texts) if ours[word] == 1 and word in where]
    if len(pairs) < _FEWEST:
        return None
    mine = master.places[[k for k, _ in pairs]]
    spots = np.column_stack([page.x_pt, page.y_pt])
    fit = _robust(mine, spots[[k for _, k in pairs]])
    if fit is None:
        return None
    expected = _ones(master.places) @ fit
    by_text: dict[str, list[int]] = {}
    for k, word in enumerate(page.words):
        by_text.setdefault(word, []).append(k)
    near = _NEAR_PT * float(np.sqrt(abs(np.linalg.det(fit[:2]))))
    matched: list[tuple[int, int]] = []
    for k, word in enumerate(master.texts):
        options = by_text.get(word, [])
        if options:
            away = np.hypot(*(spots[options] - expected[k]).T)
            best = int(away.argmin())
            if away[best] <= near:
                matched.append((k, options[best]))
    if len(matched) < _FEWEST:
        return None
    mine_too, theirs = zip(*matched, strict=True)
    return np.array(mine_too, dtype=np.intp), np.array(theirs, dtype=np.intp)


def _robust(ours: Points, theirs: Points) -> Points | None:
    """The map (3, 2) from the master's page to the leak's on which most of these pairs agree, a similarity at first."""
    rng = np.random.default_rng(0)
    best, most = None, 0
    for _ in range(_TRIALS):
        one, other = rng.choice(len(ours), 2, replace=False)
        fit = _similarity(ours[[one, other]], theirs[[one, other]])
        if fit is None:
            continue
        scale = float(np.hypot(fit[0, 0], fit[0, 1]))
        agree = np.hypot(*(_ones(ours) @ fit - theirs).T) < _NEAR_PT * scale
        if agree.sum() > most:
            best, most = agree, int(agree.sum())
    if best is None or most < max(_FEWEST, len(ours) // 3):
        return None
    return _least_squares(ours[best], theirs[best])


def _similarity(ours: Points, theirs: Points) -> Points | None:
    """The map that turns, scales and moves one pair of points to another; None for points that are too close."""
    a, b = complex(*(ours[1] - ours[0])), complex(*(theirs[1] - theirs[0]))
    if abs(a) < 20 or not 0.1 < abs(b) / abs(a) < 10:
        return None
    turn = b / a
    linear = np.array([[turn.real, turn.imag], [-turn.imag, turn.real]])
    return np.vstack([linear, theirs[0] - ours[0] @ linear])


def _least_squares(ours: Points, theirs: Points) -> Points:
    """The affine map (3, 2) between many pairs; of few, one that only turns, scales and moves."""
    if len(ours) >= _FREE_FIT:
        return np.asarray(np.linalg.lstsq(_ones(ours), theirs, rcond=None)[0])
    a, b = ours - ours.mean(axis=0), theirs - theirs.mean(axis=0)
    one, other = a[:, 0] + 1j * a[:, 1], b[:, 0] + 1j * b[:, 1]
    turn = complex(np.vdot(one, other) / max(float(np.vdot(one, one).real), 1e-9))
    linear = np.array([[turn.real, turn.imag], [-turn.imag, turn.real]])
    return np.vstack([linear, theirs.mean(axis=0) - ours.mean(axis=0) @ linear])


def _settled(
    seen: Points, places: Points, axes: tuple[Points, Points], far: tuple[Column, Column]
) -> tuple[Points, tuple[Column, Column]]:
    """How each word stands off its place, what all have in common taken out; and its errors along and up.

    Alternates between guessing which way each word was moved and fitting the page to these guesses. No word has a say
    in its own place: it is compared with what the fit would be without it.
    """
    along, up = axes
    guess = np.zeros_like(seen)
    trusted = np.ones(len(seen), dtype=bool)
    moved, pull = guess, np.zeros(len(seen))
    for _ in range(_ROUNDS):
        fit = _least_squares(seen[trusted], (places + guess)[trusted])
        pull = _pull(seen, trusted)
        off = (_ones(seen) @ fit - places - guess) * np.where(trusted, 1 + pull, 1.0)[:, None]
        moved = guess + off
        guess = sum(
            (
                _nearest((moved * axis).sum(axis=1), reach)[:, None] * axis
                for axis, reach in ((along, far[0]), (up, far[1]))
            ),
            start=np.zeros_like(seen),
        )
        away = np.hypot(*(moved - guess).T)
        trusted = away <= max(4 * float(np.median(away)), 2 * _FLOOR_PT)
    errors = moved - guess
    widen = (1.0 + 6.0 / len(seen)) * np.sqrt(1 + pull)
    return moved, (_sigma((errors * along).sum(axis=1)) * widen, _sigma((errors * up).sum(axis=1)) * widen)


def _pull(seen: Points, fitted: NDArray[np.bool_]) -> Column:
    """How unsure the fit without a word is of its place: its variance over that of one word, large far from others."""
    own = seen[fitted]
    centred = (seen - own.mean(axis=0)) / _ROOMY_PT
    spread = centred[fitted].T @ centred[fitted]
    if len(own) < _FREE_FIT:
        spread = np.eye(2) * max(float(np.trace(spread)), _LEAST)
    lever = 1 / len(own) + np.einsum("ij,jk,ik->i", centred, np.linalg.pinv(spread), centred)
    return np.asarray(np.where(fitted, lever / np.maximum(1 - lever, _LEAST), lever))


def _sigma(errors: Column) -> Column:
    """The standard error of each word: that of the page, or of the words around it where these fit worse."""
    size = np.abs(errors)
    around = np.lib.stride_tricks.sliding_window_view(np.pad(size, _BESIDE, mode="reflect"), 2 * _BESIDE + 1)
    spread = 1.4826 * np.maximum(np.median(size), np.median(around, axis=1))
    return np.asarray(np.maximum(spread, _FLOOR_PT))


def _nearest(offset: Column, reach: Column) -> Column:
    """Of the three places of each word - moved one way, not moved, moved the other way - the nearest."""
    return np.where(np.abs(offset) > reach / 2, np.sign(offset) * reach, 0.0)


def _ones(points: Points) -> Points:
    return np.column_stack([points, np.ones(len(points))])
