"""Split mode, arithmetic only: rows of two keys that never meet are scored like those of one key.

`python tests/unit/test_split.py` writes the vectors of docs/spec/code.md again.
"""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from whosecopy.codes.commit import commitment
from whosecopy.codes.keys import Secrets
from whosecopy.codes.keystream import chosen, codewords, rows, stream
from whosecopy.codes.scoring import score_all, score_blocks
from whosecopy.codes.split import code_commitment, code_shares, share_commitment, together

VECTORS = Path(__file__).parents[2] / "docs" / "spec" / "vectors" / "split.json"
KEYS = tuple(hashlib.sha256(f"whosecopy vector code share {k}".encode()).digest() for k in (1, 2))
MARKS, FIRST, COUNT = 70, 3, 4


def slow_stream(key, start, size):
    cipher = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    blocks = [cipher.update(n.to_bytes(16, "big")) for n in range(start // 16, (start + size + 15) // 16)]
    return b"".join(blocks)[start % 16 : start % 16 + size]


def slow_vector():
    width = 64 * ((MARKS + 63) // 64)
    halves = [[slow_stream(key, j * width, width) for j in range(FIRST, FIRST + COUNT)] for key in KEYS]
    told = [hashlib.sha256(b"whosecopy/1/commitment/code share\x00" + key).digest() for key in KEYS]
    whole = [bytes(a ^ b for a, b in zip(*pair, strict=True)) for pair in zip(*halves, strict=True)]
    return {
        "keys": [key.hex() for key in KEYS],
        "marks": MARKS,
        "width": width,
        "first": FIRST,
        "halves": [[row.hex() for row in half] for half in halves],
        "codeword_bytes": [row[:MARKS].hex() for row in whole],
        "symbols_of_even_chances": ["".join(str(byte // 128) for byte in row[:MARKS]) for row in whole],
        "code_shares": [one.hex() for one in told],
        "code_sha256": hashlib.sha256(b"whosecopy/1/commitment/code shares\x00" + told[0] + told[1]).hexdigest(),
    }


class Halves:
    """Two custodians without a network; notes what was asked for."""

    def __init__(self, keys=KEYS):
        self.keys, self.asked, self.largest = keys, [], 0
        self.commitments = tuple(share_commitment(key) for key in keys)

    def blocks(self, width, first, count, size):
        self.asked.append((first, count))
        for at in range(first, first + count, size):
            wanted = min(size, first + count - at) * width
            self.largest = max(self.largest, wanted)
            yield together(*(stream(key, at * width, wanted).tobytes() for key in self.keys), width)


def test_the_vectors_are_those_of_the_slow_program():
    assert json.loads(VECTORS.read_text()) == slow_vector()


def test_rows_symbols_and_commitments_are_those_of_the_vectors():
    vector, code = json.loads(VECTORS.read_text()), Halves()
    found = rows(code, MARKS, FIRST, COUNT)
    assert found.shape == (COUNT, vector["width"])
    assert [row[:MARKS].tobytes().hex() for row in found] == vector["codeword_bytes"]
    symbols = codewords(code, np.full((MARKS, 2), 128, np.uint16), FIRST, COUNT)
    assert ["".join(map(str, row)) for row in symbols] == vector["symbols_of_even_chances"]
    assert [*code_shares(code)] == vector["code_shares"]
    assert code_commitment(code) == vector["code_sha256"]


def test_one_key_commits_as_it_always_did():
    assert code_shares(KEYS[0]) == ()
    assert code_commitment(KEYS[0]) == commitment("code", KEYS[0])


@pytest.fixture
def leak():
    """Biases, weights, and the symbols that two halves make of 5,000 copies."""
    rng = np.random.default_rng(11)
    first = rng.integers(20, 236, (200, 1))
    biases = np.hstack([first, 256 - first]).astype(np.uint16)
    weights = np.zeros((3, 200, 2), np.int64)
    weights[:, :, 1] = rng.integers(0, 64, (3, 200))
    whole = np.concatenate([together(*(stream(k, j * 256, 256).tobytes() for k in KEYS), 256) for j in range(5000)])
    return biases, weights, (whole[:, :200] >= first.T).astype(np.uint8)


def test_all_rows_are_scored_in_bounded_memory_as_those_of_one_key_are(leak):
    biases, weights, symbols = leak
    expected = np.stack([table[np.arange(200), symbols].sum(axis=1) for table in weights])
    code = Halves()
    assert (score_all(code, biases, weights, 0, 5000) == expected).all()
    assert code.asked == [(0, 5000)]
    assert code.largest <= 1 << 18
    alone = score_blocks(code, biases, weights, 0, 5000, keep=10)
    with ThreadPoolExecutor(1) as pool:
        pooled = score_blocks(code, biases, weights, 0, 5000, keep=10, executor=pool)
    for h in range(3):
        assert (alone.histograms[h] == np.bincount(expected[h], minlength=len(alone.histograms[h]))).all()
        assert (alone.top[h] == pooled.top[h]).all()


@pytest.mark.parametrize("wanted", [[], [4999], [7, 4500, 3], [*range(20)]])
def test_v12_who_gives_rows_out_does_not_learn_which_copies_mattered(leak, wanted):
    biases, _, symbols = leak
    code = Halves()
    found = chosen(code, biases, np.array(wanted, np.int64), 5000)
    assert (found == symbols[wanted]).all()
    assert found.shape == (len(wanted), 200)
    assert code.asked == [(0, 5000)]


def test_chosen_codewords_of_one_key_are_those_of_all():
    biases = np.full((10, 2), 128, np.uint16)
    whole = codewords(KEYS[0], biases, 0, 50)
    for wanted in ([], [49, 0], [*range(50)], [3] * 60):
        assert (chosen(KEYS[0], biases, np.array(wanted, np.int64), 50) == whole[wanted]).all()


def test_one_half_alone_tells_nothing_of_a_codeword():
    biases = np.full((200, 2), 128, np.uint16)
    whole = codewords(Halves(), biases, 0, 2000)
    for key in KEYS:
        agree = (whole == codewords(key, biases, 0, 2000)).mean()
        assert abs(agree - 0.5) < 5 * 0.5 / np.sqrt(whole.size)


def test_secrets_hold_rows_in_the_place_of_the_code_key():
    others = {name: hashlib.sha256(name.encode()).digest() for name in Secrets.__slots__ if name != "code"}
    assert Secrets(code=Halves(), **others).split
    assert not Secrets(code=KEYS[0], **others).split


if __name__ == "__main__":
    VECTORS.write_text(json.dumps(slow_vector(), indent=1) + "\n")
