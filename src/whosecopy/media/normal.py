"""The normal form in which texts are compared: what survives retyping, and where it came from."""

import bisect
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

_FOLD = {
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u02bc": "'", "\u2032": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u201f": '"', "\u2033": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2015": "-", "\u2212": "-",
    "\u2026": "...", "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl",
} | dict(zip("АВЕКМНОРСТХаеорсухіѕј", "ABEKMHOPCTXaeopcyxisj", strict=True))  # fmt: skip
_LINE_END_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u2010\u00ad][ \t\r]*\n[ \t]*(?=[^\W\d_])")
_SAMPLE = 100_000
_MOSTLY = 0.8
_DROPPED = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")


@dataclass(frozen=True, slots=True, eq=False)
class Normal:
    """A text in normal form; character k of `text` came from `raw[offsets[k]]`; `offsets[-1] == len(raw)`."""

    raw: str
    text: str
    offsets: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The raw span of normal characters `start:end`."""
        return self.offsets[start], self.offsets[end] if end < len(self.offsets) else len(self.raw)


@lru_cache(maxsize=8)
def normalise(raw: str) -> Normal:
    r"""Fold quotes, dashes, ellipses and ligatures, drop invisible characters, make any white space one blank.

    Cyrillic letters that look like Latin ones count as these, an accent belongs to its letter, and a word
    broken by a hyphen at the end of a line is joined.

    >>> normalise("The  \u201cplan\u201d\n of\u00a0Decem-\n  ber").text
    'The "plan" of December'
    """
    return _normal(raw)


def excerpt(raw: str, spans: Iterable[tuple[int, int]]) -> Normal:
    """The normal form of some stretches of a long text (sorted, disjoint), with a blank between them."""
    texts: list[str] = []
    offsets: list[int] = []
    for start, end in spans:
        part = _normal(raw[start:end])
        texts.append(part.text)
        offsets += [start + at for at in part.offsets]
    return Normal(raw, " ".join(texts), (*offsets[:-1], len(raw)))


def _normal(raw: str) -> Normal:
    out: list[str] = []
    offsets: list[int] = []
    blank = True
    joined = [found.span() for found in _LINE_END_HYPHEN.finditer(raw) if raw[found.end()].islower()]
    for start, end in zip([0, *(high for _, high in joined)], [*(low for low, _ in joined), len(raw)], strict=True):
        for at in range(start, end):
            character = raw[at]
            if character in _DROPPED:
                continue
            if character.isspace():
                if not blank:
                    out.append(" ")
                    offsets.append(at)
                blank = True
                continue
            blank = False
            if unicodedata.combining(character) and out:
                composed = unicodedata.normalize("NFC", out[-1] + character)
                if len(composed) == 1:
                    out[-1] = composed
                    continue
            folded = _FOLD.get(character, character)
            out += folded
            offsets += [at] * len(folded)
    if out and out[-1] == " ":
        out.pop()
        offsets.pop()
    return Normal(raw, "".join(out), (*offsets, len(raw)))


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    r"""A piece of text in normal form, its first and last blank kept: for composing what a leak should say.

    >>> fold(" that\n")
    ' that '
    """
    return _normal(f"|{text}|").text[1:-1]


def squeeze(text: str) -> bytes:
    """`text` with one byte a character, for searches that know 256 characters; rare ones may coincide."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return np.where(codes < 128, codes, 128 + codes % 127).astype(np.uint8).tobytes()


def position(normal: Normal, raw_offset: int) -> int:
    """The first normal character that comes from `raw_offset` or after it."""
    return bisect.bisect_left(normal.offsets, raw_offset)


def capitals(text: str) -> str:
    """The text in capitals, letter by letter, so that every character keeps its place.

    >>> capitals("Do not - Straße")
    'DO NOT - STRAßE'
    """
    return "".join(upper if len(upper := character.upper()) == 1 else character for character in text)


def in_capitals(text: str) -> bool:
    """Whether a text is written in capitals: four of five of its first letters that have a case."""
    cased = [character for character in text[:_SAMPLE] if character.isupper() or character.islower()]
    return sum(character.isupper() for character in cased) > _MOSTLY * len(cased) > 0
