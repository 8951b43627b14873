"""Deflates a text once for all of its versions: where they differ, bits are switched afterwards.

A *switch* is a place at which versions show texts of one length. Nothing else is copied from it, and whatever
it shows takes the same number of bits: it is copied from a list of all its texts that stands before it, or made
of literals whose codes are equally long. So the streams of all versions have one length, and differ in the
bits of switches and in the checksum only. Source: RFC 1950, RFC 1951.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whosecopy.media.pdf.huffman import Bits, Code, header, make_code, packed
from whosecopy.media.pdf.repeats import (
    DISTANCE_BITS,
    DISTANCES,
    END,
    FARTHEST,
    LENGTH_BITS,
    LENGTHS,
    SHORTEST_COPY,
    Tokens,
    find_repeats,
)

Ints = NDArray[np.int64]
MOST_CHOICES = 3
"""How many choices may decide one switch together."""
TEXTS = 2**MOST_CHOICES
MODULUS = 65521
"""Of both halves of the checksum."""
_HEAD = b"\x78\xda"


@dataclass(frozen=True, slots=True)
class Switch:
    """A place that shows number `sum(choice[k] << k)` of `texts`, by the values of `choices`, 0 or 1.

    `listed` is where the list of these texts begins in the whole text, -1 where there is none.
    """

    texts: tuple[bytes, ...]
    choices: tuple[int, ...]
    listed: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class Deflated:
    """A zlib stream in which every switch shows its first text, and what its other texts change.

    For each of n places: `bit` where it begins in `data`, `flips` (n, 8) what each text flips from there on,
    `sums` (n, 8, 2) what it adds to the lower and the upper half of the checksum, `choices` (n, 3) what
    decides, -1 for nothing.
    """

    data: bytes
    bit: Ints
    flips: NDArray[np.uint64]
    sums: Ints
    choices: Ints


_Place = tuple[int, Switch]
"""A switch and where it stands in the text."""


def deflated(parts: Sequence[bytes | Switch]) -> Deflated:
    """The zlib stream of `parts`, one after the other, for all choices at once."""
    text = b"".join(part if isinstance(part, bytes) else part.texts[0] for part in parts)
    copies, letters = _places(parts)
    covered, blind = np.zeros(len(text), bool), np.zeros(len(text), bool)
    for at, one in copies:
        covered[at : at + len(one.texts[0])] = True
    blind[[at for at, _ in letters]] = True
    tokens = _with_copies(find_repeats(text, blind | covered), covered, copies)
    literal, distance = _codes(text, tokens, copies, letters)
    head, body = header(literal, distance), _body(text, tokens, literal, distance)
    end = Bits(literal.values[[END]], literal.widths[[END]])
    begins = 8 * len(_HEAD) + int(head.widths.sum()) + np.cumsum(body.widths) - body.widths
    places = [*copies, *letters]
    choices = [(*one.choices, *[-1] * (MOST_CHOICES - len(one.choices))) for _, one in places]
    return Deflated(
        b"".join([_HEAD, packed([head, body, end]), zlib.adler32(text).to_bytes(4, "big")]),
        begins[np.searchsorted(tokens.start, np.array([at for at, _ in places], np.int64))],
        np.concatenate([_copied(copies, literal, distance), _lettered(letters, literal)]),
        _sums(places, len(text)),
        np.array(choices, np.int64).reshape(-1, MOST_CHOICES),
    )


def _places(parts: Sequence[bytes | Switch]) -> tuple[list[_Place], list[_Place]]:
    """Switches that are copied from their list; and the others, one for each character that differs."""
    copies: list[_Place] = []
    letters: list[_Place] = []
    at = 0
    for part in parts:
        if isinstance(part, bytes):
            at += len(part)
            continue
        if part.listed >= 0 and _equally_wide(_distances(at, part)):
            copies.append((at, part))
        else:
            for k, shown in enumerate(zip(*part.texts, strict=True)):
                if len(set(shown)) > 1:
                    letters.append((at + k, Switch(tuple(bytes([one]) for one in shown), part.choices)))
        at += len(part.texts[0])
    return copies, letters


def _distances(at: int, one: Switch) -> Ints:
    """How far before `at` each text of a switch is listed."""
    return at - one.listed - len(one.texts[0]) * np.arange(len(one.texts))


def _equally_wide(distances: Ints) -> bool:
    """Whether all these can be told, and by equally many bits beside their symbols."""
    return bool(distances[0] <= FARTHEST and np.ptp(DISTANCE_BITS[_far(distances)]) == 0)


def _far(distances: Ints) -> Ints:
    """The symbols of distances."""
    return np.searchsorted(DISTANCES, distances, side="right") - 1


def _long(lengths: Ints) -> Ints:
    """The symbols of lengths, counted from the first one."""
    return np.searchsorted(LENGTHS, lengths, side="right") - 1


def _with_copies(tokens: Tokens, covered: NDArray[np.bool_], copies: Sequence[_Place]) -> Tokens:
    """`tokens` with one for each switch that is copied, instead of its characters."""
    keep = ~covered[tokens.start]
    kept = np.stack([tokens.start, tokens.length, tokens.distance], axis=1)[keep]
    more = [(at, len(one.texts[0]), at - one.listed) for at, one in copies]
    rows = np.concatenate([kept, np.array(more, np.int64).reshape(-1, 3)])
    return Tokens(*rows[np.argsort(rows[:, 0], kind="stable")].T)


def _codes(text: bytes, tokens: Tokens, copies: Sequence[_Place], letters: Sequence[_Place]) -> tuple[Code, Code]:
    """The codes of literals and lengths, and of distances: each text of a switch counts its share."""
    literal = tokens.distance == 0
    weights = np.zeros(END + 1 + len(LENGTHS))
    weights[:END] = np.bincount(np.frombuffer(text, np.uint8)[tokens.start[literal]], minlength=END)
    weights[END] = 1
    weights[END + 1 :] = np.bincount(_long(tokens.length[~literal]), minlength=len(LENGTHS))
    for _, one in letters:
        weights[one.texts[0][0]] -= 1
        for shown in one.texts:
            weights[shown[0]] += 1 / len(one.texts)
    far = np.bincount(_far(tokens.distance[~literal]), minlength=len(DISTANCES)).astype(float)
    shown_together = {frozenset(shown[0] for shown in one.texts) for _, one in letters}
    told_together = {frozenset(_far(_distances(at, one)).tolist()) for at, one in copies}
    return make_code(weights.round(6), shown_together), make_code(far, told_together)


def _body(text: bytes, tokens: Tokens, literal: Code, distance: Code) -> Bits:
    """Each token as one number: symbol, rest of the length, symbol of the distance, rest of the distance."""
    copied = tokens.distance > 0
    size, far = _long(np.maximum(tokens.length, SHORTEST_COPY)), _far(np.maximum(tokens.distance, 1))
    symbol = np.where(copied, END + 1 + size, np.frombuffer(text, np.uint8)[tokens.start])
    values, widths = literal.values[symbol], literal.widths[symbol]
    for more, width in (
        (tokens.length - LENGTHS[size], LENGTH_BITS[size]),
        (distance.values[far], distance.widths[far]),
        (tokens.distance - DISTANCES[far], DISTANCE_BITS[far]),
    ):
        values = values | np.where(copied, more << widths, 0)
        widths = widths + np.where(copied, width, 0)
    return Bits(values, widths)


def _copied(copies: Sequence[_Place], literal: Code, distance: Code) -> NDArray[np.uint64]:
    out = np.zeros((len(copies), TEXTS), np.uint64)
    for k, (at, one) in enumerate(copies):
        size = int(_long(np.array(len(one.texts[0]))))
        before = int(literal.widths[END + 1 + size] + LENGTH_BITS[size])
        distances = _distances(at, one)
        far = _far(distances)
        told = distance.values[far] | (distances - DISTANCES[far] << distance.widths[far])
        out[k, : len(told)] = (told ^ told[0]) << before
    return out


def _lettered(letters: Sequence[_Place], literal: Code) -> NDArray[np.uint64]:
    out = np.zeros((len(letters), TEXTS), np.uint64)
    for k, (_, one) in enumerate(letters):
        told = literal.values[[shown[0] for shown in one.texts]]
        out[k, : len(told)] = told ^ told[0]
    return out


def _sums(places: Sequence[_Place], size: int) -> Ints:
    """What texts add to the checksum of a text of `size` characters; it is linear in them."""
    out = np.zeros((len(places), TEXTS, 2), np.int64)
    known: dict[tuple[bytes, ...], tuple[Ints, Ints]] = {}
    for k, (at, one) in enumerate(places):
        if one.texts not in known:
            shown = np.array([list(text) for text in one.texts], np.int64)
            more = shown - shown[0]
            known[one.texts] = more.sum(axis=1), (more * np.arange(more.shape[1])).sum(axis=1)
        plain, weighted = known[one.texts]
        out[k, : len(plain), 0] = plain
        out[k, : len(plain), 1] = (size - at) * plain - weighted
    return out % MODULUS
