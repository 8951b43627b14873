"""Codewords from one AES-CTR stream: any copy at any time, without a table of everybody (STATISTICS V2)."""

from collections.abc import Iterator

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
BLOCK = 16
STRIDE_UNIT = 64


def stride(marks: int) -> int:
    """How many stream bytes one codeword takes: `marks` rounded up to a multiple of 64, at least 64."""
    return -(-max(marks, 1) // STRIDE_UNIT) * STRIDE_UNIT


def stream(key: bytes, start: int, size: int) -> Bytes:
    """Bytes `start : start + size` of the AES-256-CTR stream under `key`; `start` is a multiple of 16.

    The initial counter block is 16 zero bytes, counted up big-endian. One cipher call.

    Source: NIST SP 800-38A, section 6.5.
    """
    out = np.empty(size + BLOCK - 1, np.uint8)
    _cipher(key, start).update_into(bytes(size), out.data)
    return out[:size]


def _cipher(key: bytes, start: int) -> CipherContext:
    counter = (start // BLOCK).to_bytes(BLOCK, "big")
    return Cipher(algorithms.AES(key), modes.CTR(counter)).encryptor()


def blocks(key: bytes, marks: int, first: int, count: int, size: int) -> Iterator[Bytes]:
    """`rows` of `count` copies in parts of `size`, one cipher call each; every part overwrites the last one."""
    width = stride(marks)
    size = min(size, count)
    zeros, out = bytes(size * width), np.empty(size * width + BLOCK - 1, np.uint8)
    for at in range(first, first + count, size or 1):
        taken = min(size, first + count - at) * width
        _cipher(key, at * width).update_into(memoryview(zeros)[:taken], out.data)
        yield out[:taken].reshape(-1, width)


def rows(key: bytes, marks: int, first: int, count: int) -> Bytes:
    """The codeword bytes of indices `first ... first + count - 1`: uint8, shape (count, stride(marks)).

    >>> rows(bytes(32), 3, 5, 2).shape
    (2, 64)
    """
    width = stride(marks)
    return stream(key, first * width, count * width).reshape(count, width)


def last_bytes(biases: NDArray[np.uint16]) -> Bytes:
    """The largest stream byte that still means a symbol up to k: uint8, shape (m, q_max - 1)."""
    return (np.cumsum(biases[:, :-1], axis=1) - 1).astype(np.uint8)


def codewords(key: bytes, biases: NDArray[np.uint16], first: int, count: int) -> Bytes:
    """The symbols of `count` consecutive copies: uint8, shape (count, m).

    `biases` has shape (m, q_max) in 256ths, rows summing to 256. Stream byte j * stride + i is compared
    with the cumulated biases of mark i: its symbol is the number of them that it reaches. Symbols of
    different copies and marks are independent, symbol s with chance biases[i, s] / 256 exactly.
    """
    marks = len(biases)
    seen = rows(key, marks, first, count)[:, :marks]
    last = last_bytes(biases)
    symbols = np.zeros((count, marks), np.uint8)
    for column in last.T:
        symbols += seen > column
    return symbols
