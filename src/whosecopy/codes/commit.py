"""What is committed of every copy at seal, so that one can later be opened without revealing another."""

import hashlib
import hmac

INDEX_BYTES = 8


def salt(commit_secret: bytes, index: int) -> bytes:
    """The 32-byte salt of one copy: HMAC-SHA256(commit, index as 8 bytes big-endian)."""
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
