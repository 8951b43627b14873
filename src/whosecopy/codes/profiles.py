"""How often each symbol is drawn at each mark, and which variant it stands for (STATISTICS V3)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from whosecopy.codes.keys import derive
from whosecopy.codes.keystream import Bytes, stream
from whosecopy.errors import InputError
from whosecopy.model import Mark

K = TypeVar("K")

MAX_ALPHABET = 16
_LABEL_WORDS = 16


@dataclass(frozen=True, slots=True)
class Profile:
    """A few biases of symbol 0 and how often each is drawn, both in 256ths."""

    leads: tuple[int, ...]
    weights: tuple[int, ...]


PROFILES = {
    "solo": Profile((128,), (256,)),
    "short": Profile((54, 128, 202), (64, 128, 64)),
    "GL6": Profile((29, 128, 227), (85, 86, 85)),
    "GL8": Profile((18, 84, 172, 238), (64, 64, 64, 64)),
}
"""Gauss-Legendre biases of 3 and 4 nodes (GL6, GL8), weights proportional to w / sqrt(p (1 - p)).

Source: Nuida et al., "An improvement of discrete Tardos fingerprinting codes" (2009).
"""


def _split(lead: int, q: int) -> list[int]:
    """Symbol chances in 256ths: `lead` for symbol 0 of two; of more symbols one likelier than the rest, or none."""
    if q == 2:
        return [lead, 256 - lead]
    if lead == 128:
        return [256 // q + (s < 256 % q) for s in range(q)]
    rest = min(lead, 256 - lead)
    return [256 - rest, *(rest // (q - 1) + (s < rest % (q - 1)) for s in range(q - 1))]


def biases(bias_secret: bytes, digest: bytes, marks: Sequence[Mark]) -> NDArray[np.uint16]:
    """Symbol chances of every mark in 256ths: uint16, shape (m, q_max), rows summing to 256.

    Byte i of the stream under `derive(bias_secret, digest, "biases")` picks the class of mark i from the
    cumulated weights of its profile. Columns beyond a mark's alphabet are 0, every other is at least 1.

    Raises `InputError` for an unknown profile or an alphabet that is not 2 ... 16.
    """
    drawn = stream(derive(bias_secret, digest, "biases"), 0, len(marks))
    table = np.zeros((len(marks), widest(marks)), np.uint16)
    for (q, name), places in _alike(marks, lambda mark: (mark.q, mark.profile)):
        profile = PROFILES.get(name)
        if profile is None or not 2 <= q <= MAX_ALPHABET:
            raise InputError(
                f"mark with profile {name!r} and {q} variants: "
                f"profiles are {', '.join(PROFILES)}, variants 2 to {MAX_ALPHABET}"
            )
        kinds = np.searchsorted(np.cumsum(profile.weights), drawn[places], side="right")
        table[places, :q] = np.array([_split(lead, q) for lead in profile.leads])[kinds]
    return table


def labels(labels_secret: bytes, digest: bytes, marks: Sequence[Mark]) -> Bytes:
    """Which variant each symbol stands for: uint8, shape (m, q_max), a permutation of 0 ... q - 1 per mark.

    Bytes 64 i ... 64 i + 63 of the stream under `derive(labels_secret, digest, "labels")` are 16
    big-endian words of 32 bits; symbol s of mark i is the variant with the s-th smallest of its first q
    words. Columns beyond the alphabet hold their own number.
    """
    size = 4 * _LABEL_WORDS
    words = stream(derive(labels_secret, digest, "labels"), 0, size * len(marks)).view(">u4").reshape(-1, _LABEL_WORDS)
    table = np.tile(np.arange(widest(marks), dtype=np.uint8), (len(marks), 1))
    for q, places in _alike(marks, lambda mark: mark.q):
        table[places, :q] = np.argsort(words[places, :q], axis=1, kind="stable")
    return table


def _alike(marks: Sequence[Mark], kind: Callable[[Mark], K]) -> Iterator[tuple[K, list[int]]]:
    """Every `kind` of mark with the places of its marks."""
    places: dict[K, list[int]] = {}
    for place, mark in enumerate(marks):
        places.setdefault(kind(mark), []).append(place)
    yield from places.items()


def widest(marks: Sequence[Mark]) -> int:
    """The largest alphabet of `marks`, at least 2."""
    return max((mark.q for mark in marks), default=2)
