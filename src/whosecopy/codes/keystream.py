"""Codewords from one AES-CTR stream: any copy at any time, without a table of everybody (STATISTICS V2)."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
BLOCK = 16
STRIDE_UNIT = 64
KEYSTREAM_DISTANCE = 2.0**-100
"""How far a stream is allowed to be from coin flips: added to every p-value, so that none claims more than a cipher
bears (docs/adr/0060)."""
_CHOSEN_FROM = 4096
"""How many rows are looked through at a time for those that were asked for."""


class Rows(Protocol):
    """Codeword bytes that come from elsewhere: nobody here holds the key that makes them (split mode)."""

    @property
    def commitments(self) -> tuple[str, ...]:
        """Commitments to the keys, one for each who holds one, as lower-case hex."""

    def blocks(self, width: int, first: int, count: int, size: int) -> Iterator[Bytes]:
        """Rows `first` to `first + count - 1` of `width` bytes in parts of `size`: uint8, shape (rows, width)."""


Source = bytes | Rows
"""What codewords are made from: a key, or rows of bytes."""


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


def blocks(key: Source, marks: int, first: int, count: int, size: int) -> Iterator[Bytes]:
    """`rows` of `count` copies in parts of `size`, one cipher call each; every part overwrites the last one."""
    width = stride(marks)
    size = min(size, count)
    if not isinstance(key, bytes):
        yield from key.blocks(width, first, count, size)
        return
    zeros, out = bytes(size * width), np.empty(size * width + BLOCK - 1, np.uint8)
    for at in range(first, first + count, size or 1):
        taken = min(size, first + count - at) * width
        _cipher(key, at * width).update_into(memoryview(zeros)[:taken], out.data)
        yield out[:taken].reshape(-1, width)


def rows(key: Source, marks: int, first: int, count: int) -> Bytes:
    """The codeword bytes of indices `first ... first + count - 1`: uint8, shape (count, stride(marks)).

    >>> rows(bytes(32), 3, 5, 2).shape
    (2, 64)
    """
    width = stride(marks)
    if isinstance(key, bytes):
        return stream(key, first * width, count * width).reshape(count, width)
    return np.concatenate([np.zeros((0, width), np.uint8), *key.blocks(width, first, count, count)])


def last_bytes(biases: NDArray[np.uint16]) -> Bytes:
    """The largest stream byte that still means a symbol up to k: uint8, shape (m, q_max - 1)."""
    return (np.cumsum(biases[:, :-1], axis=1) - 1).astype(np.uint8)


def codewords(key: Source, biases: NDArray[np.uint16], first: int, count: int) -> Bytes:
    """The symbols of `count` consecutive copies: uint8, shape (count, m).

    `biases` has shape (m, q_max) in 256ths, rows summing to 256. Stream byte j * stride + i is compared
    with the cumulated biases of mark i: its symbol is the number of them that it reaches. Symbols of
    different copies and marks are independent, symbol s with chance biases[i, s] / 256 exactly.
    """
    return _symbols(rows(key, len(biases), first, count), biases)


def chosen(key: Source, biases: NDArray[np.uint16], indices: NDArray[np.int64], count: int) -> Bytes:
    """The codewords of `indices` among copies 0 to `count - 1`: uint8, shape (len(indices), m).

    Where rows come from elsewhere, all `count` are asked for, whatever `indices` are: who gives them out does
    not learn which ones mattered (STATISTICS V12).
    """
    if isinstance(key, bytes) and len(indices) < count:
        parts = [rows(key, len(biases), int(index), 1) for index in indices]
        return _symbols(np.concatenate([np.zeros((0, stride(len(biases))), np.uint8), *parts]), biases)
    out, at = np.zeros((len(indices), len(biases)), np.uint8), 0
    for seen in blocks(key, len(biases), 0, count, _CHOSEN_FROM):
        here = np.flatnonzero((indices >= at) & (indices < at + len(seen)))
        out[here] = _symbols(seen[indices[here] - at], biases)
        at += len(seen)
    return out


def _symbols(seen: Bytes, biases: NDArray[np.uint16]) -> Bytes:
    """The symbols that rows of codeword bytes (n, stride) stand for: uint8, shape (n, m)."""
    seen = seen[:, : len(biases)]
    symbols = np.zeros(seen.shape, np.uint8)
    for column in last_bytes(biases).T:
        symbols += seen > column
    return symbols
