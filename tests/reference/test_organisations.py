"""The vectors of organisations, of shares of a level and of two exhibits, made by a slow program of their own.

Run this file to write them anew.
"""

import hashlib
import hmac
import json
import math
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from whosecopy.codes.codebook import Codebook
from whosecopy.codes.commit import salt
from whosecopy.codes.evalues import Step, e_process, level_shares
from whosecopy.codes.keys import Secrets
from whosecopy.codes.keystream import codewords
from whosecopy.codes.organisations import organisation_leaf, salts_key
from whosecopy.codes.panel import Panel
from whosecopy.model import Reading

FILE = Path(__file__).resolve().parents[2] / "docs/spec/vectors/several.json"
DIGEST = bytes(range(32, 64))
NAMES = ("code", "bias", "labels", "decoy", "identity", "commit", "organisation")
SECRETS = {name: hashlib.sha256(b"several " + name.encode()).digest() for name in NAMES}
BIASES = [[128, 128], [29, 227], [128, 128], [227, 29], [128, 128], [54, 202], [128, 128], [202, 54]] * 3
SHARED = [0, 2, 8, 10, 16, 18]
MEMBERS = [0, 1, 0, 2]
EXHIBITS = [range(11), range(8, 24)]
LEADER, MISREAD = 2, (5, 12)
BATCHES = [3, 2, 4]
LEVELS = (0.0, -6.0)


def slow_stream(key, start, size):
    """Bytes of AES-256-CTR, one block after the other."""
    cipher = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    blocks = [cipher.update(block.to_bytes(16, "big")) for block in range(start // 16, (start + size) // 16 + 1)]
    return b"".join(blocks)[start % 16 :][:size]


def slow_word(key, index):
    """Byte index * 64 + i decides mark i: symbol 0 below the chance of symbol 0."""
    seen = slow_stream(key, index * 64, len(BIASES))
    return [0 if byte < chances[0] else 1 for byte, chances in zip(seen, BIASES, strict=True)]


def slow_copy(index):
    own, unit = slow_word(SECRETS["code"], index), slow_word(SECRETS["organisation"], MEMBERS[index])
    return [unit[i] if i in SHARED else own[i] for i in range(len(BIASES))]


def slow_leaf(number, name):
    extracted = hmac.digest(DIGEST, SECRETS["commit"], "sha256")
    key = hmac.digest(extracted, b"whosecopy/1/organisations\x01", "sha256")
    salted = hmac.digest(key, number.to_bytes(8, "big"), "sha256")
    symbols = bytes(slow_word(SECRETS["organisation"], number)[i] for i in SHARED)
    called = hashlib.sha256(json.dumps(name, ensure_ascii=False).encode()).digest()
    return hashlib.sha256(salted + DIGEST + number.to_bytes(8, "big") + called + symbols).hexdigest()


def slow_readings():
    """Per exhibit the marks that are new to the case, with the symbol seen."""
    word, used, steps = slow_copy(LEADER), set(), []
    for marks in EXHIBITS:
        fresh = [i for i in marks if i not in used]
        used |= set(marks)
        steps.append({i: word[i] ^ (i in MISREAD) for i in fresh})
    return steps


def slow_theta(rows):
    """60 steps of expectation-maximisation on marks (chance of symbol 1, likelihood of 0, of 1)."""
    theta = [min(max(k / 6, 0.005), 0.995) for k in range(7)]
    for _ in range(60):
        yes, no = [0.0] * 7, [0.0] * 7
        for p, zero, one in rows:
            ways = [math.comb(6, k) * p**k * (1 - p) ** (6 - k) for k in range(7)]
            shows = [w * t * one for w, t in zip(ways, theta, strict=True)]
            hides = [w * (1 - t) * zero for w, t in zip(ways, theta, strict=True)]
            total = sum(shows) + sum(hides)
            yes = [a + b / total for a, b in zip(yes, shows, strict=True)]
            no = [a + b / total for a, b in zip(no, hides, strict=True)]
        theta = [(y + 2 * k / 6) / (y + n + 2) for k, (y, n) in enumerate(zip(yes, no, strict=True))]
        theta[0], theta[6] = min(theta[0], 0.005), max(theta[6], 0.995)
        theta = [min(max(t, 0.005), 0.995) for t in theta]
    return theta


def slow_gain(kind, p, zero, one, symbol, theta):
    average = (1 - p) * zero + p * one
    if kind in (0.02, 0.15):
        seen = [(1 - kind) * zero + kind * one, (1 - kind) * one + kind * zero]
    elif kind == "turns":
        seen = [zero / 4 + 0.75 * average, one / 4 + 0.75 * average]
    else:
        shows = [sum(math.comb(5, k) * p**k * (1 - p) ** (5 - k) * theta[k + own] for k in range(6)) for own in (0, 1)]
        seen = [s * one + (1 - s) * zero for s in shows]
    return math.log(seen[symbol] / ((1 - p) * seen[0] + p * seen[1]))


def slow_evalues(copies, marks_of):
    """Ln E of every copy after every exhibit, over the marks that `marks_of` counts."""
    weights = {0.02: 0.125, 0.15: 0.125, "turns": 0.25, "fitted": 0.5}
    logs = [dict.fromkeys(weights, 0.0) for _ in copies]
    rows, out = [], []
    for reading in slow_readings():
        seen = {i: symbol for i, symbol in reading.items() if marks_of(i)}
        fresh = {
            i: (BIASES[i][1] / 256, *(math.exp(LEVELS[symbol != s]) for s in (0, 1))) for i, symbol in seen.items()
        }
        rows += fresh.values()
        theta = slow_theta(rows)
        for log, word in zip(logs, copies, strict=True):
            for kind in weights:
                log[kind] += sum(slow_gain(kind, *row, word[i], theta) for i, row in fresh.items())
        out.append([math.log(sum(w * math.exp(log[kind]) for kind, w in weights.items())) for log in logs])
    return out


def make():
    units = [slow_word(SECRETS["organisation"], number) for number in range(3)]
    shares = [1 / 2 / BATCHES[0], 1 / (2 * 1 * 2 * BATCHES[1]), 1 / (2 * 2 * 3 * BATCHES[2])]
    return {
        "template_sha256": DIGEST.hex(),
        "secrets": {name: secret.hex() for name, secret in SECRETS.items()},
        "biases_256ths": BIASES,
        "shared": SHARED,
        "members": MEMBERS,
        "copies": [slow_copy(index) for index in range(len(MEMBERS))],
        "organisation_symbols": [[unit[i] for i in SHARED] for unit in units],
        "organisation_leaves": [slow_leaf(number, name) for number, name in enumerate(("north", "east", "côte"))],
        "exhibits": [{str(i): symbol for i, symbol in reading.items()} for reading in slow_readings()],
        "log_evalues_of_copies": slow_evalues(
            [slow_copy(j) for j in range(len(MEMBERS))], lambda mark: mark not in SHARED
        ),
        "log_evalues_of_organisations": slow_evalues(units, lambda mark: mark in SHARED),
        "batches": BATCHES,
        "shares_of_the_level": [share for share, size in zip(shares, BATCHES, strict=True) for _ in range(size)],
    }


def stored():
    return json.loads(FILE.read_text())


def panels(vector, organisation):
    from whosecopy.codes.organisations import organisation_panel

    biases = np.array(vector["biases_256ths"], np.uint16)
    names = np.tile(np.arange(2, dtype=np.uint8), (len(biases), 1))
    shared = np.isin(np.arange(len(biases)), vector["shared"])
    for reading in vector["exhibits"]:
        levels = np.zeros(biases.shape)
        for mark, symbol in reading.items():
            levels[int(mark), 1 - symbol] = -6.0
        seen = Reading(vector["template_sha256"], levels, np.full(len(biases), 2, np.uint8))
        panel = Panel(seen, biases, names, Secrets(**SECRETS), len(MEMBERS), shared, 3)
        yield organisation_panel(panel) if organisation else panel


def test_the_slow_program_of_the_specification_makes_the_stored_vectors():
    made, kept = json.loads(json.dumps(make())), stored()
    assert made.keys() == kept.keys()
    for name, value in kept.items():
        if name.startswith(("log_", "shares")):
            assert np.allclose(made[name], value, rtol=1e-12, atol=1e-12)
        else:
            assert made[name] == value


def test_v04_organisations_agree_with_the_vectors():
    vector = stored()
    biases = np.array(vector["biases_256ths"], np.uint16)
    drawn = codewords(SECRETS["organisation"], biases, 0, 3)[:, vector["shared"]]
    assert drawn.tolist() == vector["organisation_symbols"]
    key = salts_key(SECRETS["commit"], DIGEST)
    leaves = [
        organisation_leaf(salt(key, number), DIGEST, number, name, drawn[number].tobytes()).hex()
        for number, name in enumerate(("north", "east", "côte"))
    ]
    assert leaves == vector["organisation_leaves"]


def test_v04_copies_agree_with_the_vectors():
    from types import SimpleNamespace

    vector = stored()
    marks = [SimpleNamespace(shared=i in vector["shared"]) for i in range(len(BIASES))]
    biases = np.array(vector["biases_256ths"], np.uint16)
    book = Codebook(SimpleNamespace(marks=marks), Secrets(**SECRETS), DIGEST, biases, biases, np.array(MEMBERS))
    assert book.symbols(0, 4).tolist() == vector["copies"]


def test_v16_e_values_and_shares_agree_with_the_vectors():
    vector = stored()
    for organisation, name in ((False, "copies"), (True, "organisations")):
        steps = [Step({("d", 1): panel}, {("d", 1): np.arange(panel.count)}) for panel in panels(vector, organisation)]
        found = list(e_process(steps, steps[0].panels["d", 1].count))
        assert np.allclose(found, vector[f"log_evalues_of_{name}"], rtol=0, atol=1e-7)
    assert np.allclose(level_shares(vector["batches"]), vector["shares_of_the_level"], rtol=1e-12)


if __name__ == "__main__":
    FILE.write_text(json.dumps(make(), indent=1) + "\n")
