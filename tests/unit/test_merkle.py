"""Proofs against a recursive textbook tree and against public vectors where they are found."""

import base64
import hashlib
import json
import os
from pathlib import Path

import pytest

from whosecopy.errors import IntegrityError
from whosecopy.tlog import proofs
from whosecopy.tlog.merkle import (
    check_consistency,
    check_inclusion,
    check_subtree_consistency,
    check_subtree_inclusion,
    inclusion_path,
    leaf_hash,
    root,
)

CORPUS = Path(os.environ.get("WHOSECOPY_CORPUS", Path(__file__).parents[2].parent / "shared" / "corpus"))
VECTORS = CORPUS.parent / "vectors" / "merkle"


def slow_root(leaves):
    """RFC 6962, 2.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + slow_root(leaves[:k]) + slow_root(leaves[k:])).digest()


def slow_path(leaves, m):
    """RFC 6962, 2.1.1, word by word."""
    if len(leaves) == 1:
        return []
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    if m < k:
        return [*slow_path(leaves[:k], m), slow_root(leaves[k:])]
    return [*slow_path(leaves[k:], m - k), slow_root(leaves[:k])]


def slow_proof(leaves, m, whole=True):
    """RFC 6962, 2.1.2, word by word."""
    if m == len(leaves):
        return [] if whole else [slow_root(leaves)]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    if m <= k:
        return [*slow_proof(leaves[:k], m, whole), slow_root(leaves[k:])]
    return [*slow_proof(leaves[k:], m - k, False), slow_root(leaves[:k])]


def slow_subtree_proof(leaves, start, end, whole=True):
    """SUBTREE_SUBPROOF of draft-ietf-plants-merkle-tree-certs, word by word."""
    if (start, end) == (0, len(leaves)):
        return [] if whole else [slow_root(leaves)]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    if end <= k:
        return [*slow_subtree_proof(leaves[:k], start, end, whole), slow_root(leaves[k:])]
    if k <= start:
        return [*slow_subtree_proof(leaves[k:], start - k, end - k, whole), slow_root(leaves[:k])]
    return [*slow_subtree_proof(leaves[k:], 0, end - k, False), slow_root(leaves[:k])]


def slow_node(leaves):
    return lambda level, index: slow_root(leaves[index << level : (index + 1) << level])


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33])
def test_roots_and_paths_equal_the_textbook(size):
    leaves = [bytes([k]) * (k % 5) for k in range(size)]
    assert root(leaves) == slow_root(leaves)
    for index in range(size):
        path = inclusion_path(leaves, index)
        assert list(path) == slow_path(leaves, index)
        assert check_inclusion(leaf_hash(leaves[index]), index, size, path, root(leaves)) is None


def test_no_altered_proof_is_accepted():
    leaves = [bytes([k]) for k in range(11)]
    path, top = inclusion_path(leaves, 6), root(leaves)
    good = leaf_hash(leaves[6])
    altered = [
        (leaf_hash(leaves[5]), 6, 11, path, top),
        (good, 7, 11, path, top),
        (good, 6, 12, path[:-1], top),
        (good, 6, 7, path, top),
        (good, -1, 11, path, top),
        (good, 11, 11, path, top),
        (good, 6, 11, (*path, path[0]), top),
        (good, 6, 11, path[::-1], top),
        (good, 6, 11, path, root(leaves[:10])),
        (good, 6, 11, (b"short", *path[1:]), top),
    ]
    for case in altered:
        with pytest.raises(IntegrityError):
            check_inclusion(*case)


def test_there_is_no_path_to_a_leaf_that_does_not_exist():
    with pytest.raises(ValueError, match="no leaf 3 among 3"):
        inclusion_path([b"a", b"b", b"c"], 3)


LEAVES = [bytes([k]) * (k % 5) for k in range(40)]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33])
def test_growth_is_proven_as_in_the_textbook(size):
    leaves = LEAVES[:size]
    for old in range(1, size + 1):
        path = proofs.consistency(slow_node(leaves), old, size)
        assert list(path) == slow_proof(leaves, old)
        assert check_consistency(old, size, path, root(leaves[:old]), root(leaves)) is None
        assert proofs.inclusion(slow_node(leaves), old - 1, size) == inclusion_path(leaves, old - 1)


@pytest.mark.parametrize(("old", "new"), [(1, 2), (3, 8), (6, 7), (7, 21), (8, 21), (16, 21), (21, 21)])
def test_a_rewritten_record_is_never_consistent(old, new):
    leaves = LEAVES[:new]
    path = proofs.consistency(slow_node(leaves), old, new)
    before, now = root(leaves[:old]), root(leaves)
    rewritten = [b"rewritten", *leaves[1:]]
    other = proofs.consistency(slow_node(rewritten), old, new)
    altered = [
        (old, new, path, root(rewritten[:old]), now),
        (old, new, path, before, root(rewritten)),
        (old, new, (*path, now), before, now),
        (old, new, (now, *path), before, now),
        (new + 1, new, path, before, now),
        (0, new, path, before, now),
        (0, new, (), root([]), now),
        (old, 2 * new, path, before, now),
        (old, 2 * new - 1 + (new == 1), (*path, root([])), before, now),
        (-1, new, path, before, now),
        (old, new, path, before[:31], now),
        (old, new, path, before, b""),
        *[(old, new, (*path[:k], bytes(32), *path[k + 1 :]), before, now) for k in range(len(path))],
        *[(old, new, path[:k] + path[k + 1 :], before, now) for k in range(len(path))],
        *([(old, new, path, now, before), (old, new, other, before, root(rewritten))] if old < new else []),
    ]
    for case in altered:
        with pytest.raises(IntegrityError):
            check_consistency(*case)


def test_hashes_of_another_length_are_no_proof():
    left, right = leaf_hash(b"left"), leaf_hash(b"right")
    for odd in (right[:31], right + b"\0", b""):
        top = hashlib.sha256(b"\1" + left + odd).digest()
        with pytest.raises(IntegrityError):
            check_inclusion(left, 0, 2, [odd], top)
        with pytest.raises(IntegrityError):
            check_consistency(1, 2, [odd], left, top)


@pytest.mark.parametrize("size", range(1, 14))
def test_subtrees_are_proven_as_in_the_textbook(size):
    leaves, proven = LEAVES[:size], 0
    top = slow_root(leaves)
    for start in range(size):
        for end in range(start + 1, size + 1):
            inside = slow_root(leaves[start:end])
            if start % (1 << (end - start - 1).bit_length()):
                with pytest.raises(IntegrityError):
                    check_subtree_consistency(start, end, size, [], inside, top)
                continue
            path = slow_subtree_proof(leaves, start, end)
            assert check_subtree_consistency(start, end, size, path, inside, top) is None
            leaf, way = leaf_hash(leaves[end - 1]), slow_path(leaves[start:end], end - 1 - start)
            assert check_subtree_inclusion(leaf, end - 1, start, end, way, inside) is None
            for wrong in ((leaf_hash(b"other"), top), (inside, leaf_hash(b"other"))):
                with pytest.raises(IntegrityError):
                    check_subtree_consistency(start, end, size, path, *wrong)
            proven += 1
    assert proven >= size


def test_there_is_no_proof_for_leaves_that_do_not_exist():
    with pytest.raises(ValueError, match="no leaf 3 among 3"):
        proofs.inclusion(slow_node(LEAVES), 3, 3)
    with pytest.raises(ValueError, match="no 4 leaves among 3"):
        proofs.consistency(slow_node(LEAVES), 4, 3)
    assert proofs.consistency(slow_node(LEAVES), 0, 3) == ()


def unbase64(text):
    return base64.b64decode(text, validate=True)


def checked(family, case):
    """Put one public vector to the function that it is for."""
    path = [unbase64(part) for part in case["proof"] or []]
    if family == "inclusion":
        told = unbase64(case["leafHash"]), case["leafIdx"], case["treeSize"], path, unbase64(case["root"])
        return check_inclusion(*told)
    if family == "subtreeinclusion":
        place = case["leafIdx"], case["start"], case["end"]
        return check_subtree_inclusion(unbase64(case["leafHash"]), *place, path, unbase64(case["root"]))
    roots = unbase64(case["root1"]), unbase64(case["root2"])
    if family == "consistency":
        return check_consistency(case["size1"], case["size2"], path, *roots)
    return check_subtree_consistency(case["start"], case["end"], case["size"], path, *roots)


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("family", "count"),
    [("inclusion", 98), ("consistency", 98), ("subtreeinclusion", 204), ("subtreeconsistency", 118)],
)
def test_public_vectors_are_accepted_and_refused_as_they_say(family, count):
    files = sorted((VECTORS / family).rglob("*.json"))
    assert len(files) == (count if VECTORS.is_dir() else 0)
    for file in files:
        case = json.loads(file.read_text())
        try:
            checked(family, case)
            accepted = True
        except IntegrityError:
            accepted = False
        assert accepted is not case["wantErr"], file
