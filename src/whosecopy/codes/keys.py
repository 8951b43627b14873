"""The secrets of one template, and keys derived from them for one purpose each (STATISTICS V1)."""

from collections.abc import Callable
from dataclasses import dataclass, fields

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from whosecopy.codes.keystream import Source
from whosecopy.errors import IntegrityError

KEY_BYTES = 32
NOT_OPENED = b""
"""What stands in the place of a key that was left closed; whatever needs the key refuses it."""


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """Seven independent random keys of 32 bytes, drawn anew for every template; never printed.

    `code` makes codewords, `bias` the biases, `labels` says which variant is symbol 0, `decoy` makes the
    codewords nobody receives, `identity` the copy labels, `commit` the salts of the commitments,
    `organisation` the shared marks. Keys that are not needed stay `NOT_OPENED`.
    In split mode `code` is no key but the rows that two custodians make (docs/spec/code.md, 4).

    Raises `IntegrityError` where a key has not 32 bytes or two are equal.
    """

    code: Source
    bias: bytes
    labels: bytes
    decoy: bytes
    identity: bytes
    commit: bytes
    organisation: Source

    def __post_init__(self) -> None:
        values = [getattr(self, field.name) for field in fields(self)]
        keys = [key for key in values if isinstance(key, bytes) and key != NOT_OPENED]
        if any(len(key) != KEY_BYTES for key in keys) or len(set(keys)) != len(keys):
            raise IntegrityError("the secrets of a template must be seven different keys of 32 bytes; restore a backup")

    @property
    def split(self) -> bool:
        """Whether custodians hold the keys of the codewords."""
        return not isinstance(self.code, bytes)

    def __repr__(self) -> str:
        return "Secrets(...)"


def draw_secrets(random_bytes: Callable[[int], bytes]) -> Secrets:
    """Fresh secrets from a source of random bytes: the operating system's, or a repeatable one for measurements."""
    return Secrets(*(random_bytes(KEY_BYTES) for _ in fields(Secrets)))


def derive(secret: bytes, template_digest: bytes, label: str) -> bytes:
    """A 32-byte key for one purpose: HKDF-SHA256, salt = template digest, info = `whosecopy/1/<label>`.

    Raises `ValueError` where the secret was not opened.

    Source: RFC 5869.
    """
    if len(secret) != KEY_BYTES:
        raise ValueError(f"{label}: the key that it is derived from was not opened")
    return HKDF(SHA256(), KEY_BYTES, salt=template_digest, info=f"whosecopy/1/{label}".encode()).derive(secret)
