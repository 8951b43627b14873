"""What is committed of every copy at seal, so that one can later be opened without revealing another."""

import hashlib
import hmac
from dataclasses import dataclass

from whosecopy.codes.keys import KEY_BYTES, derive
from whosecopy.model import codec

INDEX_BYTES = 8
NO_RECORD = bytes(32).hex()
"""What stands for the record before the first one."""
SCHEMA = "whosecopy.seal/1"


@dataclass(frozen=True, slots=True)
class SealRecord:
    """The durable record of one batch of copies: digests and commitments, no secret and no person.

    Codeword indices `first` to `first + count - 1` were issued together, as batch `batch` of the version.
    `copies_root` is the RFC 6962 root over one `leaf` per copy, `recipients_root` that over one
    `recipient_leaf` per copy, `organisations_root` that over one `organisation_leaf` per organisation that
    this batch is the first to reach (where marks are shared): one of them can be opened later without another.
    `code_shares` are the commitments of the custodians in split mode, else none. `previous` is the SHA-256 of
    the record before, of any version of the document. `alpha` is the level fixed
    for every later trace.
    """

    document: str
    version: int
    batch: int
    first: int
    count: int
    alpha: float
    previous: str
    master_sha256: str
    template_sha256: str
    biases_sha256: str
    code_sha256: str
    bias_sha256: str
    labels_sha256: str
    decoy_sha256: str
    copies_root: str
    recipients_root: str
    organisations_root: str
    packs: tuple[tuple[str, str], ...]
    software: str
    code_shares: tuple[str, ...] = ()
    schema: str = SCHEMA


def commitment(purpose: str, secret: bytes) -> str:
    """A hiding and binding commitment to a 32-byte random `secret`, as lower-case hex.

    Raises `ValueError` where the secret was not opened.
    """
    if len(secret) != KEY_BYTES:
        raise ValueError(f"the key `{purpose}` was not opened")
    return hashlib.sha256(b"whosecopy/1/commitment/" + purpose.encode() + b"\0" + secret).hexdigest()


def salt(commit_secret: bytes, index: int) -> bytes:
    """The 32-byte salt of one copy: HMAC-SHA256(commit, index as 8 bytes big-endian).

    Raises `ValueError` where the secret was not opened.
    """
    if len(commit_secret) != KEY_BYTES:
        raise ValueError("the key `commit` was not opened")
    return hmac.digest(commit_secret, index.to_bytes(INDEX_BYTES, "big"), "sha256")


def leaf(salt_of_copy: bytes, template_digest: bytes, index: int, label: str, codeword: bytes) -> bytes:
    """The 32-byte leaf of one copy in the seal record's Merkle tree.

    SHA-256 of salt (32 bytes), template digest (32), index (8, big-endian), label (7 ASCII characters) and
    codeword (one symbol per byte, in mark order). Every part but the last has a fixed length.
    """
    if len(salt_of_copy) != 32 or len(template_digest) != 32 or len(label) != 7:
        raise ValueError("salt and template digest take 32 bytes, a label 7 characters")
    place = index.to_bytes(INDEX_BYTES, "big")
    return hashlib.sha256(salt_of_copy + template_digest + place + label.encode("ascii") + codeword).digest()


def recipients_key(commit_secret: bytes, template_digest: bytes) -> bytes:
    """The key that the salts of recipients are made with, in place of `commit` itself: 32 bytes."""
    return derive(commit_secret, template_digest, "recipients")


def recipient_leaf(salt_of_recipient: bytes, template_digest: bytes, index: int, recipient: str, unit: str) -> bytes:
    """The 32-byte leaf that ties a copy to the pseudonym and the organisation it was issued to.

    SHA-256 of salt (32 bytes), template digest (32), index (8, big-endian) and the canonical JSON
    `[recipient,organisation]`. The salt is `salt(recipients_key(...), index)`.
    """
    if len(salt_of_recipient) != 32 or len(template_digest) != 32:
        raise ValueError("salt and template digest take 32 bytes")
    place = index.to_bytes(INDEX_BYTES, "big")
    return hashlib.sha256(salt_of_recipient + template_digest + place + codec.encode([recipient, unit])).digest()
