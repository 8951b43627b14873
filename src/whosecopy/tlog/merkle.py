"""Merkle tree hashes and inclusion proofs of RFC 6962, over leaves held in memory."""

import hashlib
import hmac
from collections.abc import Sequence

from whosecopy.errors import IntegrityError

HASH_BYTES = 32


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256 of a zero byte and `leaf`."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 of a one byte and the two child hashes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The tree hash of `leaves` (their bytes, not their hashes); of no leaf it is SHA-256 of nothing.

    >>> root([]).hex()[:16]
    'e3b0c44298fc1c14'

    Source: RFC 6962, section 2.1.
    """
    level = [leaf_hash(leaf) for leaf in leaves]
    if not level:
        return hashlib.sha256().digest()
    while len(level) > 1:
        level = _parents(level)
    return level[0]


def inclusion_path(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The sibling hashes from leaf `index` up to the root: the audit path.

    Raises `ValueError` where there is no such leaf.

    Source: RFC 6962, section 2.1.1.
    """
    if not 0 <= index < len(leaves):
        raise ValueError(f"no leaf {index} among {len(leaves)}")
    level = [leaf_hash(leaf) for leaf in leaves]
    path = []
    while len(level) > 1:
        if index ^ 1 < len(level):
            path.append(level[index ^ 1])
        level, index = _parents(level), index // 2
    return tuple(path)


def check_inclusion(hash_of_leaf: bytes, index: int, size: int, path: Sequence[bytes], expected_root: bytes) -> None:
    """Return if `path` proves that the leaf stands at `index` of the tree of `size` leaves; else raise.

    Raises `IntegrityError` where it does not.

    Source: RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size or any(len(part) != HASH_BYTES for part in (*path, hash_of_leaf)):
        raise IntegrityError("inclusion proof is malformed; ask for a new one")
    place, last, found = index, size - 1, hash_of_leaf
    for sibling in path:
        if last == 0:
            raise IntegrityError("inclusion proof is too long; ask for a new one")
        if place % 2 == 1 or place == last:
            found = node_hash(sibling, found)
            while place % 2 == 0 and place != 0:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    if last != 0 or not hmac.compare_digest(found, expected_root):
        raise IntegrityError("inclusion proof does not lead to the recorded root; the record or the proof was altered")


def _parents(level: Sequence[bytes]) -> list[bytes]:
    """The next level up; an odd last node moves up unchanged."""
    pairs = [node_hash(level[k], level[k + 1]) for k in range(0, len(level) - 1, 2)]
    return pairs + list(level[len(level) - len(level) % 2 :])
