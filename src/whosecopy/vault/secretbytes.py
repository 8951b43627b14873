"""The seven secrets of one template as they are stored: each wrapped apart, under a key for its purpose only."""

from collections.abc import Collection
from dataclasses import fields

from whosecopy.codes.keys import KEY_BYTES, NOT_OPENED, Secrets, derive
from whosecopy.codes.keystream import Source
from whosecopy.model import codec
from whosecopy.vault.custodians import SplitCode
from whosecopy.vault.store import Tx
from whosecopy.vault.store_cells import open_cell, seal_cell

ALL = frozenset(field.name for field in fields(Secrets))
RENDER = frozenset({"code", "bias", "labels", "organisation"})
"""What it takes to make copies: neither whose label is whose, nor the salts of what was committed."""
_TABLE = "secrets"


def pack_secrets(key: bytes, template_sha256: str, secrets: Secrets) -> bytes:
    """The secrets of a template as canonical JSON, each encrypted under its `wrapping_key`."""
    return codec.encode(
        {
            name: seal_cell(wrapping_key(key, name), _TABLE, (template_sha256,), name, _bytes(getattr(secrets, name)))
            for name in ALL
        }
    )


def unpack_secrets(key: bytes, template_sha256: str, packed: bytes, purposes: Collection[str] = ALL) -> Secrets:
    """The secrets for `purposes` that `pack_secrets` wrote; all others stay closed.

    Raises `IntegrityError` where one was altered, or moved here from another template or purpose.
    """
    cells = codec.decode(packed, dict[str, bytes])
    opened = dict.fromkeys(ALL, NOT_OPENED)
    for name in purposes:
        opened[name] = open_cell(wrapping_key(key, name), _TABLE, (template_sha256,), name, cells[name])
    return Secrets(code=_source(opened.pop("code")), **opened)


def wrapping_key(key: bytes, purpose: str) -> bytes:
    """The key that secrets of one purpose are wrapped with: it opens those of no other; 32 bytes."""
    return derive(key, b"", f"wrap {purpose}")


def open_secrets(tx: Tx, document: str, version: int, purposes: Collection[str] = ALL) -> Secrets:
    """The secrets of one sealed version for `purposes`; all others stay closed."""
    packed = tx.load_secrets(document, version)
    return unpack_secrets(tx.keys.secrets, tx.version(document, version).template_sha256, packed, purposes)


def _bytes(secret: Source) -> bytes:
    return secret if isinstance(secret, bytes) else codec.encode(secret)


def _source(opened: bytes) -> bytes | SplitCode:
    """A key, or where custodians hold the keys, whom to ask: that is longer than a key."""
    return opened if len(opened) <= KEY_BYTES else codec.decode(opened, SplitCode)
