"""Which word of one text is which of another, where both say much the same in much the same order."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from whosecopy.media.normal import fold


def same_words(one: Sequence[str], other: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The numbers of the words that both texts share, in their order.

    >>> list(same_words(["we", "don't", "go"], ["we", "do", "not", "go"]))
    [(0, 0), (2, 3)]
    """
    matcher = SequenceMatcher(None, [fold(word) for word in one], [fold(word) for word in other])
    for block in matcher.get_matching_blocks():
        yield from ((block.a + k, block.b + k) for k in range(block.size))
