"""Encrypted cells: a value that opens only in the row and column it was written to."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from whosecopy.errors import IntegrityError
from whosecopy.model import codec

_NONCE = 12

Row = tuple[str | int, ...]
"""The primary key of a row."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of an open vault, 32 bytes each, independent of one another.

    `cells` encrypts, `tags` makes digests searchable without revealing them, `lookup` is the caller's to
    key document fingerprints with, `secrets` is what the keys that wrap secrets of templates are derived from.
    """

    cells: bytes = field(repr=False)
    tags: bytes = field(repr=False)
    lookup: bytes = field(repr=False)
    secrets: bytes = field(repr=False)


def seal_cell(key: bytes, table: str, row: Row, column: str, value: bytes) -> bytes:
    """`value` encrypted for one cell: a random 96-bit nonce, then AES-256-GCM ciphertext and tag.

    Source: NIST SP 800-38D (random nonces: at most 2^32 values under one key).
    """
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, value, _place(table, row, column))


def open_cell(key: bytes, table: str, row: Row, column: str, sealed: bytes) -> bytes:
    """The value that `seal_cell` encrypted for this very cell.

    Raises `IntegrityError` where it was altered, or moved here from another cell.
    """
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], _place(table, row, column))
    except (InvalidTag, ValueError):
        where = "/".join(map(str, row))
        raise IntegrityError(
            f"the vault's record {table} {where} ({column}) was altered; restore the vault from a backup"
        ) from None


def tag(key: bytes, purpose: str, *digests: str) -> bytes:
    """A keyed digest to find something by without storing its plain digest: 32 bytes."""
    return hmac.digest(key, codec.encode([purpose, *digests]), hashlib.sha256)


def _place(table: str, row: Row, column: str) -> bytes:
    return codec.encode(["whosecopy.cell/1", str(table), list(row), str(column)])
