"""One deflated stream for all copies: every one of them is read by zlib as the text that was meant."""

import zlib
from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest

from whosecopy.media.pdf.deflate import Deflated, Switch, deflated
from whosecopy.media.pdf.huffman import make_code
from whosecopy.media.pdf.repeats import find_repeats
from whosecopy.media.pdf.rewrite import ALONG, UP, Slot, Stream
from whosecopy.media.pdf.switches import switched

GAP = tuple(b"%s g %s.33 Ts [%s45" % shown for shown in product((b"0.0", b"0.1"), (b"-", b" "), (b"-", b" ")))
SIGN = (b"-", b" ")
SAME_WIDTH = (b"abcd", b"wxyz")


def spoken(parts: Sequence[bytes | Switch], choices: Sequence[int]) -> bytes:
    """What a copy says, the slow way."""
    return b"".join(
        part if isinstance(part, bytes) else part.texts[sum(choices[one] << k for k, one in enumerate(part.choices))]
        for part in parts
    )


def switched_by_hand(stream: Deflated, choices: Sequence[int]) -> bytes:
    """A copy's stream: the whole as one number, of which each switch flips its bits."""
    number = int.from_bytes(stream.data, "little")
    lower, upper = (int.from_bytes(half, "big") for half in (stream.data[-2:], stream.data[-4:-2]))
    for bit, flips, sums, deciding in zip(stream.bit, stream.flips, stream.sums, stream.choices, strict=True):
        shown = sum(choices[one] << k for k, one in enumerate(deciding) if one >= 0)
        number ^= int(flips[shown]) << int(bit)
        lower, upper = lower + int(sums[shown][0]), upper + int(sums[shown][1])
    data = number.to_bytes(len(stream.data), "little")
    return data[:-4] + (upper % 65521).to_bytes(2, "big") + (lower % 65521).to_bytes(2, "big")


def page(rng: np.random.Generator, words: int, listed: bool) -> list[bytes | Switch]:
    """Words between switches, like a page; with a list of what the longest of them show."""
    stock = [bytes(rng.integers(97, 110, rng.integers(1, 9)).tolist()) for _ in range(30)]
    parts: list[bytes | Switch] = [b"%" + b"".join(GAP) + b"\n"] if listed else []
    for number in range(words):
        texts = (GAP, SIGN, SAME_WIDTH)[int(rng.integers(3))]
        deciding = range(len(texts).bit_length() - 1)
        parts.append(Switch(texts, tuple(3 * number + k for k in deciding), 1 if listed and texts is GAP else -1))
        parts.append(b"(%s)" % stock[int(rng.integers(30))])
    return parts


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("words", [0, 1, 2, 40, 900])
def test_every_copy_unpacks_to_its_own_text(words, listed):
    rng = np.random.default_rng(words)
    parts = page(rng, words, listed)
    stream = deflated(parts)
    for choices in ([0] * 3 * words, [1] * 3 * words, *rng.integers(0, 2, (4, 3 * words)).tolist()):
        assert zlib.decompress(switched_by_hand(stream, choices)) == spoken(parts, choices)


def test_copies_differ_nowhere_but_in_switches_and_checksum():
    rng = np.random.default_rng(7)
    parts = page(rng, 200, listed=True)
    stream = deflated(parts)
    may_differ = np.zeros(8 * len(stream.data), bool)
    may_differ[-32:] = True
    for bit, flips in zip(stream.bit, np.bitwise_or.reduce(stream.flips, axis=1), strict=True):
        may_differ[bit : bit + int(flips).bit_length()] = True
    one, other = (
        np.unpackbits(np.frombuffer(switched_by_hand(stream, row), np.uint8), bitorder="little")
        for row in rng.integers(0, 2, (2, 600)).tolist()
    )
    assert len(one) == len(other)
    assert not (one != other)[~may_differ].any()
    assert may_differ.mean() < 0.5


def test_a_list_farther_back_than_deflate_reaches_is_not_used():
    far = [b"%" + b"".join(GAP) + b"\n", bytes(np.random.default_rng(1).integers(32, 127, 40_000).tolist())]
    parts = [*far, Switch(GAP, (0, 1, 2), 1)]
    stream = deflated(parts)
    for choices in product((0, 1), repeat=3):
        assert zlib.decompress(switched_by_hand(stream, choices)) == spoken(parts, choices)


def test_any_bytes_at_all_can_be_switched():
    rng = np.random.default_rng(3)
    everything = bytes(range(256)) * 3
    parts = [
        everything,
        *(Switch((bytes([a]), bytes([b])), (k,)) for k, (a, b) in enumerate(rng.integers(0, 256, (300, 2)).tolist())),
    ]
    stream = deflated(parts)
    for row in rng.integers(0, 2, (3, 300)).tolist():
        assert zlib.decompress(switched_by_hand(stream, row)) == spoken(parts, row)


def test_what_is_blind_is_never_copied():
    rng = np.random.default_rng(2)
    text = bytes(rng.integers(97, 100, 5_000).tolist())
    blind = rng.random(len(text)) < 0.1
    tokens = find_repeats(text, blind)
    said = bytearray()
    for start, length, distance in zip(
        *(column.tolist() for column in (tokens.start, tokens.length, tokens.distance)), strict=True
    ):
        assert start == len(said)
        if distance:
            assert not blind[start : start + length].any()
            assert not blind[start - distance : start - distance + length].any()
            for _ in range(length):
                said.append(said[-distance])
        else:
            said += text[start : start + 1]
    assert said == text


@pytest.mark.parametrize("longest", [7, 15])
def test_codes_are_complete_and_alike_where_asked(longest):
    rng = np.random.default_rng(longest)
    for _ in range(50):
        weights = np.floor(rng.exponential(1, 60) ** 6)
        alike = [rng.choice(60, 3, replace=False).tolist(), rng.choice(60, 2, replace=False).tolist()]
        code = make_code(weights, alike, longest)
        used = code.widths > 0
        assert used[weights > 0].all()
        assert code.widths.max() <= longest
        assert sum(2.0 ** -int(width) for width in code.widths[used]) == 1
        assert all(len(set(code.widths[one].tolist())) == 1 for one in alike)


def test_the_slots_of_one_word_are_one_switch():
    slots = (Slot(4, UP, 10.0, width=4), Slot(4, ALONG, -1000.0, width=3), Slot(4, ALONG, 1000.0, width=3))
    section = Stream((b"BT ", b" Ts [", b"(word)", b"]TJ ET\n"), slots)
    low, high = {4: (-0.045, -0.03, 0.0)}, {4: (0.045, 0.03, 0.0)}
    parts = switched([section], low, high, {(4, ALONG): 0, (4, UP): 1})
    switches = [one for one in parts if isinstance(one, Switch)]
    assert [one.choices for one in switches] == [(1, 0), (0,)]
    assert spoken(parts, [0, 0]) == section.filled(low)
    assert spoken(parts, [1, 1]) == section.filled(high)
    assert spoken(parts, [1, 0]) == section.filled({4: (0.045, -0.03, 0.0)})
