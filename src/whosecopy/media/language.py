"""The language of each block, so that wording rules stay within the language they were made for."""

from collections import Counter
from dataclasses import replace

from whosecopy.model import Document

UNKNOWN = "und"
_ENOUGH_LETTERS = 60
_SAMPLE = 2_000


def with_languages(document: Document) -> Document:
    """`document` with an ISO 639-1 code at each block; short blocks take the document's majority.

    Offline and deterministic; a document too short to tell is `und` throughout.
    """
    spoken = {block: _language(document.text[block.start : block.end]) for block in document.blocks}
    weights: Counter[str] = Counter()
    for block, language in spoken.items():
        if language:
            weights[language] += block.end - block.start
    if not weights:
        whole = _language(document.text) or UNKNOWN
        weights[whole] += 1
    majority = min(weights, key=lambda language: (-weights[language], language))
    blocks = tuple(replace(block, language=spoken[block] or majority) for block in document.blocks)
    return replace(document, blocks=blocks)


def _language(text: str) -> str:
    """The likeliest language that has a two-letter code, or nothing for too short a text."""
    if sum(character.isalpha() for character in text[:_SAMPLE]) < _ENOUGH_LETTERS:
        return ""
    from py3langid import rank

    return next(str(code) for code, _ in rank(text[:_SAMPLE]) if len(code) == 2)
