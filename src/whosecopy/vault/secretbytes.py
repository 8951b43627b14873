"""The seven secrets of one template as they are stored, encrypted, in the vault."""

import secrets as randomness
from dataclasses import fields

from whosecopy.codes.keys import Secrets

_SIZE = 32


def draw_secrets() -> Secrets:
    """Seven independent secrets, 32 random bytes each (STATISTICS V1)."""
    return Secrets(*(randomness.token_bytes(_SIZE) for _ in fields(Secrets)))


def pack_secrets(secrets: Secrets) -> bytes:
    """The secrets in the order of their declaration, one after the other: 224 bytes."""
    return b"".join(getattr(secrets, field.name) for field in fields(Secrets))


def unpack_secrets(data: bytes) -> Secrets:
    """The secrets that `pack_secrets` wrote."""
    return Secrets(*(data[at : at + _SIZE] for at in range(0, len(data), _SIZE)))
