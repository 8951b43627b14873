"""The worked vectors of docs/spec/log.md: a slow program writes them, the library has to agree.

The program below follows the specification in plain Python and shares nothing with the library.
`python tests/vectors/test_tlog_vectors.py` writes the file again.
"""

import base64
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from whosecopy.errors import IntegrityError
from whosecopy.tlog import checkpoint, merkle, note, tiles, witness
from whosecopy.tlog.checkpoint import Checkpoint
from whosecopy.vault.events import leaf_digest

FILE = Path(__file__).parents[2] / "docs" / "spec" / "vectors" / "log.json"
ENTRIES = [f"entry {k}".encode() for k in range(600)]
SIZE, OLD, LARGE = 11, 6, 600
ORIGIN, WITNESS = "vault.example/log", "witness.example/w"
TIME = 1935644400


def sha256(data):
    return hashlib.sha256(data).digest()


def b64(data):
    return base64.b64encode(data).decode()


def seed(name):
    return sha256(f"whosecopy vector {name}".encode())


def split(n):
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def slow_root(leaves):
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0])
    k = split(len(leaves))
    return sha256(b"\1" + slow_root(leaves[:k]) + slow_root(leaves[k:]))


def slow_path(leaves, m):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*slow_path(leaves[:k], m), slow_root(leaves[k:])]
    return [*slow_path(leaves[k:], m - k), slow_root(leaves[:k])]


def slow_proof(leaves, m, whole=True):
    if m == len(leaves):
        return [] if whole else [slow_root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*slow_proof(leaves[:k], m, whole), slow_root(leaves[k:])]
    return [*slow_proof(leaves[k:], m - k, False), slow_root(leaves[:k])]


def slow_files(entries):
    """Path and contents of every tile and bundle."""

    def name(kind, index, width):
        text = f"{index % 1000:03}"
        while index >= 1000:
            index //= 1000
            text = f"x{index % 1000:03}/{text}"
        return f"tile/{kind}/{text}" + (f".p/{width}" if width < 256 else "")

    files = {}
    for index in range(0, len(entries), 256):
        part = entries[index : index + 256]
        bundle = b"".join(bytes(divmod(len(entry), 256)) + entry for entry in part)
        files[name("entries", index // 256, len(part))] = bundle
    level = 0
    while 256**level <= len(entries):
        step = 256**level
        row = [slow_root(entries[k : k + step]) for k in range(0, len(entries) - len(entries) % step, step)]
        for index in range(0, len(row), 256):
            part = row[index : index + 256]
            files[name(level, index // 256, len(part))] = b"".join(part)
        level += 1
    return files


def slow_line(name, kind, key, message, before=b""):
    public = key.public_key().public_bytes_raw()
    key_id = sha256(name.encode() + b"\n" + bytes([kind]) + public)[:4]
    return (
        f"— {name} {b64(key_id + before + key.sign(message))}\n",
        f"{name}+{key_id.hex()}+{b64(bytes([kind]) + public)}",
    )


def make():
    header = (
        b'{"document":"doc-7f3k2q","document_previous":"' + b"0" * 64 + b'","document_sequence":1,"handed_out":0,'
        b'"issued":82,"kind":"seal","previous":"'
        + b"ab" * 32
        + b'","schema":"whosecopy.event/1","sequence":2,"traced":0}'
    )
    content = b'{"now":"2031-05-06T07:08:09Z","payload":{"copies":82}}'
    content_sha256 = sha256(seed("salt") + content)
    leaves = ENTRIES[:SIZE]
    log, other = (Ed25519PrivateKey.from_private_bytes(seed(name)) for name in ("log", "witness"))
    text = f"{ORIGIN}\n{SIZE}\n{b64(slow_root(leaves))}\n"
    line, key = slow_line(ORIGIN, 1, log, text.encode())
    cosigned = f"cosignature/v1\ntime {TIME}\n{text}".encode()
    witnessed, witness_key = slow_line(WITNESS, 4, other, cosigned, TIME.to_bytes(8, "big"))
    proof = slow_proof(leaves, OLD)
    return {
        "event": {
            "header": header.decode(),
            "salt": seed("salt").hex(),
            "content": content.decode(),
            "content_sha256": content_sha256.hex(),
            "entry": (header + content_sha256).hex(),
            "leaf_hash": sha256(b"\0" + header + content_sha256).hex(),
        },
        "entries": [entry.decode() for entry in leaves],
        "roots": [slow_root(leaves[:size]).hex() for size in range(SIZE + 1)],
        "inclusion": [
            {"size": size, "index": index, "path": [part.hex() for part in slow_path(leaves[:size], index)]}
            for size, index in ((1, 0), (2, 1), (7, 3), (8, 7), (SIZE, 0), (SIZE, 8), (SIZE, 10))
        ],
        "consistency": [
            {"old": old, "size": size, "path": [part.hex() for part in slow_proof(leaves[:size], old)]}
            for old, size in ((1, 1), (1, 2), (3, 7), (4, 8), (OLD, SIZE), (8, SIZE), (SIZE, SIZE))
        ],
        "tiles": {
            "entries": LARGE,
            "root": slow_root(ENTRIES).hex(),
            "sha256": {path: sha256(data).hex() for path, data in slow_files(ENTRIES).items()},
        },
        "checkpoint": {
            "secret": seed("log").hex(),
            "key": key,
            "signed": f"{text}\n{line}",
            "witness_secret": seed("witness").hex(),
            "witness_key": witness_key,
            "time": TIME,
            "cosigned": f"{text}\n{line}{witnessed}",
        },
        "add_checkpoint": {
            "old": OLD,
            "request": "".join(f"{row}\n" for row in [f"old {OLD}", *map(b64, proof), "", text]) + line,
            "answer": witnessed,
        },
    }


VECTOR = json.loads(FILE.read_text()) if FILE.exists() else {}


def hashes(texts):
    return tuple(bytes.fromhex(text) for text in texts)


def test_the_file_is_what_the_slow_program_writes():
    assert make() == VECTOR


def test_leaf_hashes_of_events_agree_with_the_vectors():
    told = VECTOR["event"]
    digest = leaf_digest(told["header"].encode(), bytes.fromhex(told["content_sha256"]))
    assert digest.hex() == told["leaf_hash"] == merkle.leaf_hash(bytes.fromhex(told["entry"])).hex()


def test_roots_and_proofs_agree_with_the_vectors():
    leaves, roots = [entry.encode() for entry in VECTOR["entries"]], hashes(VECTOR["roots"])
    assert tuple(merkle.root(leaves[:size]) for size in range(SIZE + 1)) == roots
    _, files = tiles.append(0, merkle.EMPTY_ROOT, leaves, {}.__getitem__)

    for one in VECTOR["inclusion"]:
        path = hashes(one["path"])
        leaf = merkle.leaf_hash(leaves[one["index"]])
        assert merkle.inclusion_path(leaves[: one["size"]], one["index"]) == path
        assert merkle.check_inclusion(leaf, one["index"], one["size"], path, roots[one["size"]]) is None
        with pytest.raises(IntegrityError):
            merkle.check_inclusion(leaf, one["index"], one["size"], path, roots[0])
    for one in VECTOR["consistency"]:
        path, old, size = hashes(one["path"]), one["old"], one["size"]
        assert merkle.check_consistency(old, size, path, roots[old], roots[size]) is None
        with pytest.raises(IntegrityError):
            merkle.check_consistency(old, size, path, roots[0], roots[size])
    told = VECTOR["consistency"][4]
    assert tiles.consistency_path(OLD, SIZE, files.__getitem__) == hashes(told["path"])


def test_tiles_agree_with_the_vectors():
    top, files = tiles.append(0, merkle.EMPTY_ROOT, ENTRIES, {}.__getitem__)
    assert top.hex() == VECTOR["tiles"]["root"]
    assert {path: sha256(data).hex() for path, data in files.items()} == VECTOR["tiles"]["sha256"]


def test_checkpoints_and_cosignatures_agree_with_the_vectors():
    told = VECTOR["checkpoint"]
    point = Checkpoint(ORIGIN, SIZE, bytes.fromhex(VECTOR["roots"][-1]))
    signed = checkpoint.sign(point, bytes.fromhex(told["secret"]))
    assert signed.decode() == told["signed"]
    log, other = note.decode_key(told["key"]), note.decode_key(told["witness_key"])
    assert note.key_of(ORIGIN, bytes.fromhex(told["secret"])) == log
    opened = checkpoint.open_signed(told["cosigned"].encode(), log, [other])
    assert (opened.checkpoint, [one.time for one in opened.signed]) == (point, [None, TIME])


def test_a_witness_answers_as_in_the_vectors():
    told, keys = VECTOR["add_checkpoint"], VECTOR["checkpoint"]
    known = witness.Known(note.decode_key(keys["key"]), OLD, bytes.fromhex(VECTOR["roots"][OLD]))
    body = told["request"].encode()
    assert witness.encode_request(witness.decode_request(body)) == body
    given = witness.answer(body, {ORIGIN: known}, WITNESS, bytes.fromhex(keys["witness_secret"]), TIME)
    assert (given.status, given.body) == (200, told["answer"])
    both = witness.cosigned(keys["signed"].encode(), given.body, [note.decode_key(keys["witness_key"])])
    assert both.decode() == keys["cosigned"]


if __name__ == "__main__":
    FILE.write_text(json.dumps(make(), indent=1, ensure_ascii=False) + "\n")
