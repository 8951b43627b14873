"""Which pages of a master a picture may show, by the words that OCR reads in it."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

_FOREIGN = re.compile(r"[\W_]+")
_SHORT = 3
_LETTERS = re.compile(r"[a-z]")
_MOST, _MOST_UNREAD, _HALF = 3, 8, 0.5
_FEWEST_PAIRS, _FOREIGN_SHARE = 40, 0.05
"""Of pairs of words, 98 in 100 pages of strangers share less with each other; pictures of a page over .7 with it."""


def likely_pages(read: Sequence[str], pages: Sequence[Sequence[str]], sensible: bool = False) -> list[int]:
    """The pages whose own words were read, likeliest first, three at the most; `pages` are the words of each.

    Words that few pages have count more; a page counts with at least half the weight of the best, for its size.
    Where nothing was read, the first pages; more of them where few words are written in Latin letters, the only ones
    that every installation of OCR knows. Where words are `sensible` a page on which hardly any two of them stand
    together is none.
    """
    bags = [{_plain(word) for word in page if len(_plain(word)) >= _SHORT} for page in pages]
    seen = {_plain(word) for word in read}
    held = Counter(word for bag in bags for word in bag)
    weights = {word: math.log((len(bags) + 1) / count) for word, count in held.items()}
    shares = [_weight(bag & seen, weights) for bag in bags]
    order = sorted(range(len(bags)), key=lambda page: (-shares[page], page))
    enough = _HALF * max(shares, default=0.0)
    most = _MOST_UNREAD if not enough and _foreign(bags) else _MOST
    likely = [page for page in order if shares[page] >= enough and bags[page]][:most]
    pairs = _pairs(read) if sensible else set()
    return [page for page in likely if not _apart(pairs, _pairs(pages[page]))]


def _pairs(words: Sequence[str]) -> set[tuple[str, str]]:
    """The words that stand together."""
    plain = [one for one in map(_plain, words) if one]
    return set(pairwise(plain))


def _apart(read: set[tuple[str, str]], page: set[tuple[str, str]]) -> bool:
    """Whether both have pairs enough and share hardly any."""
    smaller = min(len(read), len(page))
    return smaller >= _FEWEST_PAIRS and len(read & page) < _FOREIGN_SHARE * smaller


def _foreign(bags: Sequence[set[str]]) -> bool:
    """Whether most words are in other letters than Latin ones."""
    words = [word for bag in bags for word in bag if not word.isdigit()]
    return 2 * sum(bool(_LETTERS.search(word)) for word in words) < len(words)


def _plain(word: str) -> str:
    return _FOREIGN.sub("", word.casefold())


def _weight(words: set[str], weights: dict[str, float]) -> float:
    return sum(weights[word] for word in words)
