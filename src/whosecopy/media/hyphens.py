"""Words that a line end cut in two, joined where that is clearly right."""

import re

LINE_HYPHEN = "\ufffe"
"""What pdfium writes for a hyphen at a line end, in place of the line break."""
_CUT = re.compile(r"(\w+)(?:\ufffe\s*|\u00ad\s*|[-\u2010]\r?\n[ \t]*)(?=([a-z\u00df-\u00ff]\w*))")
_WORD = re.compile(r"\w+(?:[-\u2010]\w+)*")


def joined(text: str) -> str:
    r"""`text` without hyphenation at line ends.

    The text itself decides: a compound that it spells with a hyphen elsewhere, or whose two halves it
    uses as words while the joined word never occurs, keeps its hyphen. A hyphen before a capital or a
    digit stays as it is.

    >>> joined("a require-\nment of the well-\nknown plan; as is well known, known")
    'a requirement of the well-known plan; as is well known, known'
    """
    words = {found.group().casefold() for found in _WORD.finditer(text)}

    def decide(found: re.Match[str]) -> str:
        first, second = found.group(1), found.group(2)
        whole, compound = (first + second).casefold(), f"{first}-{second}".casefold()
        halves = first.casefold() in words and second.casefold() in words
        keep = whole not in words and (compound in words or (halves and _standing(text, first, second)))
        return f"{first}-" if keep else first

    return _CUT.sub(decide, text).replace(LINE_HYPHEN, "-")


def _standing(text: str, first: str, second: str) -> bool:
    """Whether both halves stand in the text as words of their own, away from the cut."""
    return all(
        re.search(rf"(?<![\w\ufffe-])(?<!-\n){re.escape(word)}(?![\w\ufffe\u00ad-])", text, re.IGNORECASE)
        for word in (first, second)
    )
