"""Which pages of a master a picture may show, by the words that OCR reads in it."""

import math
import re
from collections import Counter
from collections.abc import Sequence

_FOREIGN = re.compile(r"[\W_]+")
_SHORT = 3
_LETTERS = re.compile(r"[a-z]")
_MOST, _MOST_UNREAD, _HALF = 3, 8, 0.5


def likely_pages(read: Sequence[str], pages: Sequence[Sequence[str]]) -> list[int]:
    """The pages whose own words were read, likeliest first, three at the most; `pages` are the words of each.

    Words that few pages have count more; a page counts with at least half the weight of the best, for its size.
    Where nothing was read, the first pages; more of them where few words are written in Latin letters, the only ones
    that every installation of OCR knows.
    """
    bags = [{_plain(word) for word in page if len(_plain(word)) >= _SHORT} for page in pages]
    seen = {_plain(word) for word in read}
    held = Counter(word for bag in bags for word in bag)
    weights = {word: math.log((len(bags) + 1) / count) for word, count in held.items()}
    shares = [_weight(bag & seen, weights) for bag in bags]
    order = sorted(range(len(bags)), key=lambda page: (-shares[page], page))
    enough = _HALF * max(shares, default=0.0)
    most = _MOST_UNREAD if not enough and _foreign(bags) else _MOST
    return [page for page in order if shares[page] >= enough and bags[page]][:most]


def _foreign(bags: Sequence[set[str]]) -> bool:
    """Whether most words are in other letters than Latin ones."""
    words = [word for bag in bags for word in bag if not word.isdigit()]
    return 2 * sum(bool(_LETTERS.search(word)) for word in words) < len(words)


def _plain(word: str) -> str:
    return _FOREIGN.sub("", word.casefold())


def _weight(words: set[str], weights: dict[str, float]) -> float:
    return sum(weights[word] for word in words)
