"""Proofs of RFC 6962 from the hashes of complete subtrees, wherever those are kept."""

from collections.abc import Callable, Iterator

from whosecopy.tlog.merkle import EMPTY_ROOT, node_hash

Node = Callable[[int, int], bytes]
"""`node(level, index)`: the hash of the leaves from index * 2^level up to (index + 1) * 2^level."""


def tree_hash(node: Node, start: int, end: int) -> bytes:
    """The hash of the leaves from `start` up to `end`: of a whole tree, or of one of its subtrees.

    Source: RFC 6962, section 2.1.
    """
    if start == end:
        return EMPTY_ROOT
    *others, found = [node(level, index) for level, index in _complete(start, end)]
    for left in reversed(others):
        found = node_hash(left, found)
    return found


def inclusion(node: Node, index: int, size: int) -> tuple[bytes, ...]:
    """The audit path of leaf `index` in the tree of `size` leaves, from the leaf up.

    Raises `ValueError` where there is no such leaf.

    Source: RFC 6962, section 2.1.1.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} among {size}")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = _middle(start, end)
        if index < middle:
            path.append(tree_hash(node, middle, end))
            end = middle
        else:
            path.append(tree_hash(node, start, middle))
            start = middle
    return tuple(reversed(path))


def consistency(node: Node, old: int, size: int) -> tuple[bytes, ...]:
    """The proof that the tree of `size` leaves begins with the tree of `old` leaves; empty where `old` is 0.

    Raises `ValueError` where `old` is larger than `size`.

    Source: RFC 6962, section 2.1.2.
    """
    if not 0 <= old <= size:
        raise ValueError(f"no {old} leaves among {size}")
    if old == 0:
        return ()
    path, start, end = [], 0, size
    while end != old:
        middle = _middle(start, end)
        if old <= middle:
            path.append(tree_hash(node, middle, end))
            end = middle
        else:
            path.append(tree_hash(node, start, middle))
            start = middle
    if start > 0:
        path.append(tree_hash(node, start, end))
    return tuple(reversed(path))


def _complete(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Level and index of the complete subtrees that make up a subtree, the largest first."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def _middle(start: int, end: int) -> int:
    """Where RFC 6962 parts a tree: after the largest power of two below its size."""
    return start + (1 << ((end - start - 1).bit_length() - 1))
