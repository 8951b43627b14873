"""Merkle trees of RFC 6962: hashes and paths over leaves held in memory, and the checks of proofs.

A *subtree* is the leaves from `start` up to `end` where `start` is a multiple of the smallest power of two that
is not below their number; it stands as a node, or as the right edge, of every larger tree.
"""

import hashlib
import hmac
from collections.abc import Sequence

from whosecopy.errors import IntegrityError

HASH_BYTES = 32

EMPTY_ROOT = hashlib.sha256().digest()
"""The hash of a tree without leaves."""


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
        return EMPTY_ROOT
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


def check_subtree_inclusion(
    hash_of_leaf: bytes, index: int, start: int, end: int, path: Sequence[bytes], expected_root: bytes
) -> None:
    """Return if `path` proves that leaf `index` of the log is in the subtree from `start` to `end`; else raise.

    Raises `IntegrityError` where it does not.

    Source: draft-ietf-plants-merkle-tree-certs.
    """
    if not _is_subtree(start, end):
        raise IntegrityError("subtree inclusion proof is malformed; ask for a new one")
    check_inclusion(hash_of_leaf, index - start, end - start, path, expected_root)


def check_consistency(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Return if `path` proves that the tree of `new` leaves begins with the tree of `old` leaves; else raise.

    With no leaves in the old tree there is nothing to prove, and no proof is accepted.

    Raises `IntegrityError` where it does not.

    Source: RFC 9162, section 2.1.4.2.
    """
    if old < 1:
        raise IntegrityError("consistency proof starts at an empty tree, which proves nothing; ask for a new one")
    check_subtree_consistency(0, old, new, path, old_root, new_root)


def check_subtree_consistency(
    start: int, end: int, size: int, path: Sequence[bytes], subtree_root: bytes, expected_root: bytes
) -> None:
    """Return if `path` proves that the tree of `size` leaves has the subtree from `start` to `end`; else raise.

    Of an empty subtree (`start` = `end`) nothing but its hash, that of nothing, is checked.

    Raises `IntegrityError` where it does not.

    Source: draft-ietf-plants-merkle-tree-certs; for `start` = 0 RFC 9162, section 2.1.4.2.
    """
    if not (_is_subtree(start, end) and end <= size) or any(len(part) != HASH_BYTES for part in path):
        raise IntegrityError("consistency proof is malformed; ask for a new one")
    if start == end:
        if path or subtree_root != EMPTY_ROOT:
            raise _inconsistent()
        return
    inner, outer = _climb(start, end, size, path, subtree_root)
    if not (hmac.compare_digest(inner, subtree_root) and hmac.compare_digest(outer, expected_root)):
        raise _inconsistent()


def _climb(start: int, end: int, size: int, path: Sequence[bytes], subtree_root: bytes) -> tuple[bytes, bytes]:
    """The hashes of the subtree and of the tree that a consistency proof leads to."""
    left, place, last = start, end - 1, size - 1
    while left != place and (place == last or place % 2 == 1):
        left, place, last = left >> 1, place >> 1, last >> 1
    siblings = list(path)
    if left == place:
        siblings.insert(0, subtree_root)
    if not siblings:
        raise _inconsistent()
    inner = outer = siblings[0]
    for sibling in siblings[1:]:
        if last == 0:
            raise IntegrityError("consistency proof is too long; ask for a new one")
        if place % 2 == 1 or place == last:
            inner = node_hash(sibling, inner) if left < place else inner
            outer = node_hash(sibling, outer)
            while place % 2 == 0:
                left, place, last = left >> 1, place >> 1, last >> 1
        else:
            outer = node_hash(outer, sibling)
        left, place, last = left >> 1, place >> 1, last >> 1
    if last != 0:
        raise IntegrityError("consistency proof is too short; ask for a new one")
    return inner, outer


def _is_subtree(start: int, end: int) -> bool:
    width = end - start
    return start >= 0 and width >= 0 and (width == 0 or start % (1 << (width - 1).bit_length()) == 0)


def _inconsistent() -> IntegrityError:
    return IntegrityError(
        "consistency proof does not lead from one root to the other; the record was rewritten or the proof altered"
    )


def _parents(level: Sequence[bytes]) -> list[bytes]:
    """The next level up; an odd last node moves up unchanged."""
    pairs = [node_hash(level[k], level[k + 1]) for k in range(0, len(level) - 1, 2)]
    return pairs + list(level[len(level) - len(level) % 2 :])
