"""Inclusion proofs against a recursive textbook tree and against public vectors where they are found."""

import base64
import hashlib
import json
import os
from pathlib import Path

import pytest

from whosecopy.errors import IntegrityError
from whosecopy.tlog.merkle import check_inclusion, inclusion_path, leaf_hash, root

CORPUS = Path(os.environ.get("WHOSECOPY_CORPUS", Path(__file__).parents[2].parent / "shared" / "corpus"))
VECTORS = sorted((CORPUS.parent / "vectors" / "merkle" / "inclusion").rglob("*.json"))


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


@pytest.mark.corpus
@pytest.mark.parametrize("vector", VECTORS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_public_vectors_are_accepted_and_refused_as_they_say(vector):
    case = json.loads(vector.read_text())
    proof = [base64.b64decode(part) for part in case["proof"] or []]
    told = (
        base64.b64decode(case["leafHash"]),
        case["leafIdx"],
        case["treeSize"],
        proof,
        base64.b64decode(case["root"]),
    )
    if case["wantErr"]:
        with pytest.raises(IntegrityError):
            check_inclusion(*told)
    else:
        assert check_inclusion(*told) is None
