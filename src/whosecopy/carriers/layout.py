"""`layout.*`: words of a page moved a little along their line, raised or lowered, or printed in dark grey.

Neither variant of a moved word is the master's place, so a leak of the master itself, or of a text set
anew, reads as erasures. A carrier looks only at `Looks`: it does not know whether these come from a
file or from a photograph.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from whosecopy.media.dispatch import DOCX, HTML, MARKDOWN, PDF, PLAIN
from whosecopy.model import Document, Floats, Layout, Looks, Shift, Site, Word

MEDIA = frozenset({PDF, DOCX, HTML, MARKDOWN, PLAIN})
"""Whatever has pages, or can be set on pages: without a layout there are no sites."""
MOST_MARKS = 1024
"""Marks of one family; in longer documents the same symbols come again and again, and every page can name."""
UP_EM = 0.03
GREY = 0.102
_STRAY = 0.02
_STRAY_WIDTH = 10.0
_LARGEST_SIGMA = 1.5
_CAP_NATS = 6.0
_REST = 0.5
_ONE_KIND = 0.05


@dataclass(frozen=True, slots=True)
class LayoutFamily:
    """One way to change how a word looks: by `amount` of a word towards each of two `variants`.

    `amount(word)` is 0 where a word cannot carry a mark; `shift(word, value)` is the change; `seen(looks)` gives
    what is seen of it and its standard error, in the unit of `unit(word) * amount`.
    """

    name: str
    variants: tuple[str, str]
    amount: Callable[[Word], float]
    shift: Callable[[int, float], Shift]
    seen: Callable[[Looks], tuple[Floats, Floats]]
    values: tuple[float, float] = (-1.0, 1.0)
    in_points: bool = True
    version: str = "1"
    media: frozenset[str] = MEDIA

    def sites(self, master: Document) -> list[Site]:
        """One site for each word that can change, in reading order; beyond 1,024 they are linked in turn."""
        words = [(k, word, self.amount(word)) for k, word in enumerate(master.layout.words)]
        free = [(k, word, amount) for k, word, amount in words if amount]
        linked = len(free) > MOST_MARKS
        return [
            Site(
                self.name, word.start, word.end, self.variants,
                link=str(number % MOST_MARKS) if linked else "", locator=f"{k} {amount:g}", group=self.name,
            )
            for number, (k, word, amount) in enumerate(free)
        ]  # fmt: skip

    def write(self, master: Document, sites: Sequence[Site], variants: Sequence[int]) -> Document:
        """`master` with the word of site k changed as its variant `variants[k]` says."""
        shifts = []
        for site, variant in zip(sites, variants, strict=True):
            word, amount = place(site)
            value = self.values[variant] * amount
            if value:
                shifts.append(self.shift(word, value))
        return master.with_shifts(tuple(shifts))

    def read(self, looks: Looks, layout: Layout, sites: Sequence[Site]) -> Floats:
        """Log-likelihood in nats of both variants of each site: (len(sites), 2), a flat row is an erasure.

        A word is taken to stand at one of its two places with normal errors, or, one time in 50, anywhere.
        Where all words that are seen are of one colour, their colour says nothing: that channel did not survive.
        """
        seen, sigma, reach = self._measured(looks, layout, sites)
        told = np.isfinite(seen) & np.isfinite(sigma) & (sigma < _LARGEST_SIGMA * reach)
        if self.values[0] == 0.0 and _one_kind(seen[told] > _REST * reach[told]):
            told[:] = False
        with np.errstate(invalid="ignore"):
            rows = np.stack([_log_likelihood(seen - value * reach, sigma, reach) for value in self.values], axis=1)
        rows = np.maximum(rows - rows.max(axis=1, keepdims=True), -_CAP_NATS)
        rows[~told] = 0.0
        return np.asarray(rows)

    def at_rest(self, looks: Looks, layout: Layout, sites: Sequence[Site]) -> NDArray[np.bool_]:
        """Which words are seen clearly to stand where the master has them: shape (len(sites),)."""
        seen, sigma, reach = self._measured(looks, layout, sites)
        with np.errstate(invalid="ignore"):
            return np.asarray((np.abs(seen) < _REST * reach) & (2 * sigma < reach))

    def _measured(self, looks: Looks, layout: Layout, sites: Sequence[Site]) -> tuple[Floats, Floats, Floats]:
        places = [place(site) for site in sites]
        words = np.array([word for word, _ in places], dtype=np.intp)
        reach = np.array([
            amount * (layout.words[word].size_pt if self.in_points else 1.0) for word, amount in places
        ])  # fmt: skip
        seen, sigma = self.seen(looks)
        return seen[words], sigma[words], reach


@lru_cache(maxsize=65_536)
def _located(locator: str) -> tuple[int, float]:
    word, amount = locator.split(" ")
    return int(word), float(amount)


def place(site: Site) -> tuple[int, float]:
    """The number of a site's word and by how much it changes."""
    return _located(site.locator)


def reaches(layout: Layout, sites: Sequence[Site]) -> tuple[Floats, Floats]:
    """How far the sites move each word along and up, in points: two arrays of shape (words,).

    What a reader of leaks may know of all copies: both places of a word are this far from the master's.
    """
    along, up = np.zeros(len(layout.words)), np.zeros(len(layout.words))
    for site in sites:
        word, amount = place(site)
        if site.carrier == WORD_X.name:
            along[word] = amount * layout.words[word].size_pt
        elif site.carrier == WORD_Y.name:
            up[word] = amount * layout.words[word].size_pt
    return along, up


def _log_likelihood(error: Floats, sigma: Floats, reach: Floats) -> Floats:
    normal = np.exp(-0.5 * (error / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
    return np.asarray(np.log((1 - _STRAY) * normal + _STRAY / (_STRAY_WIDTH * reach)))


def _one_kind(light: NDArray[np.bool_]) -> bool:
    return not light.size or not _ONE_KIND <= light.mean() <= 1 - _ONE_KIND


WORD_X = LayoutFamily(
    name="layout.word_x",
    variants=("left", "right"),
    amount=lambda word: word.room_em,
    shift=lambda word, value: Shift(word, along_em=value),
    seen=lambda looks: (looks.along_pt, looks.sigma_along_pt),
)
WORD_Y = LayoutFamily(
    name="layout.word_y",
    variants=("down", "up"),
    amount=lambda word: UP_EM if word.may_rise else 0.0,
    shift=lambda word, value: Shift(word, up_em=value),
    seen=lambda looks: (looks.up_pt, looks.sigma_up_pt),
)
LUMINANCE = LayoutFamily(
    name="layout.luminance",
    variants=("black", "grey"),
    amount=lambda word: GREY if word.black else 0.0,
    shift=lambda word, value: Shift(word, grey=value),
    seen=lambda looks: (looks.grey, looks.sigma_grey),
    values=(0.0, 1.0),
    in_points=False,
)
