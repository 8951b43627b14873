"""At which words two readings of a page part.

Readers need not agree where a word ends or which line comes first. So what one of them says is found among the
words of the layout by its letters, and by what stands before and after it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Indel

from whosecopy.model.layout import Word

_BREAKS = "\\s\ufffe\x02\N{SOFT HYPHEN}"
_TOKEN = re.compile(f"[{_BREAKS}]+|[^{_BREAKS}]+")
_BREAK = re.compile(f"[{_BREAKS}]")
_AROUND = (-3, -2, -1, 1, 2, 3)


@dataclass(frozen=True, slots=True)
class Names:
    """The words of one page: their numbers in the layout, their letters, and where each of these stands."""

    numbers: Sequence[int]
    names: Sequence[str]
    where: Mapping[str, Sequence[int]]


def names_on(words: Sequence[Word], text: str, page: int) -> Names:
    """The words of `page`; `text` is the reading text that `words` are cut from."""
    numbers = [number for number, word in enumerate(words) if word.page == page]
    names = [text[words[number].start : words[number].end] for number in numbers]
    where: dict[str, list[int]] = {}
    for k, name in enumerate(names):
        where.setdefault(name, []).append(k)
    return Names(numbers, names, where)


def parted(here: Names, ours: str, theirs: str) -> set[int]:
    """The numbers of the words of a page at which its readings `ours` and `theirs` part, and of those beside them.

    All words of the page where none of them is found.
    """
    said, odd = _odd(_tokens(ours), _tokens(theirs))
    found = {here.numbers[k] for at in odd for k in _places(here, said, at)}
    return found or set(here.numbers)


@lru_cache(maxsize=64)
def _tokens(said: str) -> list[str]:
    return _TOKEN.findall(said)


def _odd(ours: list[str], theirs: list[str]) -> tuple[list[str], list[int]]:
    """The words that `ours` says, and the positions among them where `theirs` says otherwise, or what lies beside."""
    spoken = [at for at, token in enumerate(ours) if not _BREAK.match(token)]
    odd: set[int] = set()
    for change in Indel.opcodes(ours, theirs):
        if change.tag != "equal":
            odd.update(range(change.src_start - 1, change.src_end + 1))
    return [ours[at].rstrip("-") for at in spoken], [k for k, at in enumerate(spoken) if at in odd]


def _places(here: Names, said: Sequence[str], at: int) -> set[int]:
    """The positions among the words of a page where `said[at]` stands, as far as letters and neighbours tell."""
    token, names = said[at], here.names
    fits = dict.fromkeys(here.where.get(token, ()), 1)
    if not fits:
        fits = {k: count for k in range(len(names)) if (count := _length(names, k, token))}
    if not fits and len(token) > 1:
        fits = {k: 1 for k, name in enumerate(names) if token in name or (len(name) > 1 and name in token)}
    scores = {k: sum(_same(names, k + step, said, at + step) for step in _AROUND) for k in fits}
    best = max(scores.values(), default=0)
    return {k + step for k, score in scores.items() if score == best for step in range(fits[k])}


def _length(names: Sequence[str], first: int, token: str) -> int:
    """How many names from `first` on make up `token`, 0 where they do not."""
    at, last = 0, first
    while last < len(names) and names[last] and token.startswith(names[last], at):
        at += len(names[last])
        last += 1
        if at == len(token):
            return last - first
    return 0


def _same(names: Sequence[str], k: int, said: Sequence[str], at: int) -> bool:
    return 0 <= k < len(names) and 0 <= at < len(said) and names[k] == said[at]
