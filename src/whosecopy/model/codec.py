"""Canonical JSON of the model's values: one value, one sequence of bytes."""

import hashlib
from typing import TypeVar

import msgspec

T = TypeVar("T")
_encoder = msgspec.json.Encoder(order="sorted")


def encode(value: object) -> bytes:
    """`value` (a dataclass of the model, or plain data) as canonical JSON: sorted keys, no blanks, UTF-8."""
    return _encoder.encode(value)


def decode(data: bytes, kind: type[T]) -> T:
    """The value of type `kind` that `encode` wrote.

    Raises `msgspec.ValidationError` where `data` is not such a value.
    """
    return msgspec.json.decode(data, type=kind)


def digest(value: object) -> bytes:
    """SHA-256 of the canonical JSON of `value`: 32 bytes."""
    return hashlib.sha256(encode(value)).digest()
