"""Names of copies such as `K7QF-2M`: distinct, stable, and silent about index, order and recipient."""

import numpy as np

from whosecopy.codes.keys import derive
from whosecopy.codes.keystream import stream
from whosecopy.errors import InputError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U."""
MAX_COPIES = 1 << 30
_HALF_BITS = 15
_ROUNDS = 10


def copy_labels(identity_secret: bytes, count: int) -> list[str]:
    """The labels of copies 0 ... count - 1, all different; asking for more never changes the first ones.

    A Feistel cipher of ten rounds over 30 bits turns an index into six characters. Its round tables are
    2^15 big-endian 16-bit words each of the stream under `derive(identity_secret, b"", "copy labels")`.

    Raises `InputError` for more than 2^30 copies.

    Source: Luby and Rackoff, "How to construct pseudorandom permutations" (1988).
    """
    if count > MAX_COPIES:
        raise InputError(f"{count} copies asked for, one document has at most {MAX_COPIES}; seal a second document")
    size = 1 << _HALF_BITS
    key = derive(identity_secret, b"", "copy labels")
    tables = stream(key, 0, _ROUNDS * size * 2).view(">u2").reshape(_ROUNDS, size) & (size - 1)
    index = np.arange(count, dtype=np.int64)
    left, right = index >> _HALF_BITS, index & (size - 1)
    for table in tables:
        left, right = right, left ^ table[right]
    value = (left << _HALF_BITS) | right
    characters = np.frombuffer(ALPHABET.encode(), np.uint8)
    text = np.full((count, 7), ord("-"), np.uint8)
    for place, column in enumerate((0, 1, 2, 3, 5, 6)):
        text[:, column] = characters[(value >> (25 - 5 * place)) & 31]
    return [row.decode() for row in text.view("S7").ravel().tolist()]
