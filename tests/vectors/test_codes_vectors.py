"""The worked vectors of docs/spec/code.md: a slow program writes them, the library has to agree.

The program below follows the specification in plain Python and shares nothing with the library.
`python tests/vectors/test_codes_vectors.py` writes the files again.
"""

import hashlib
import hmac
import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from whosecopy.codes.commit import leaf, salt
from whosecopy.codes.copylabels import copy_labels
from whosecopy.codes.decide import decide
from whosecopy.codes.keys import Secrets, derive
from whosecopy.codes.keystream import codewords
from whosecopy.codes.pairs import members
from whosecopy.codes.panel import Panel, prepare
from whosecopy.codes.profiles import biases, labels
from whosecopy.codes.quantise import quantise
from whosecopy.model import Mark, Reading
from whosecopy.tlog.merkle import check_inclusion, inclusion_path, leaf_hash, root

FOLDER = Path(__file__).parents[2] / "docs" / "spec" / "vectors"
PURPOSES = ("code", "bias", "labels", "decoy", "identity", "commit", "organisation")
CLASSES = {
    "solo": ([128], [256]),
    "short": ([54, 128, 202], [64, 128, 64]),
    "GL6": ([29, 128, 227], [85, 86, 85]),
    "GL8": ([18, 84, 172, 238], [64, 64, 64, 64]),
}
GRID = [0.0, 0.25, 0.5, 1.0, 1.5, 2.5, 4.0, 6.0]
LEVELS = [0.125, 0.125, 0.125, 0.125, 0.5]
EVIDENCE = [0.125, 0.125, 0.25, 0.0, 0.5]
TURNS, FITTED = 4, 6


def secret(name):
    return hashlib.sha256(f"whosecopy vector {name}".encode()).digest()


SECRETS = {name: secret(name) for name in PURPOSES}
DIGEST = secret("template")


def slow_derive(key, digest, label):
    return hmac.digest(hmac.digest(digest, key, "sha256"), b"whosecopy/1/" + label.encode() + b"\x01", "sha256")


def slow_stream(key, start, size):
    cipher = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    out = b""
    for block in range(start // 16, (start + size + 15) // 16):
        out += cipher.update(block.to_bytes(16, "big"))
    return out[start % 16 : start % 16 + size]


def slow_biases(key, digest, marks):
    stream = slow_stream(slow_derive(key, digest, "biases"), 0, len(marks))
    table = []
    for (q, profile), byte in zip(marks, stream, strict=True):
        leads, weights = CLASSES[profile]
        kind = 0
        while byte >= sum(weights[: kind + 1]):
            kind += 1
        lead = leads[kind]
        if q == 2:
            row = [lead, 256 - lead]
        elif lead == 128:
            row = [256 // q + (1 if s < 256 % q else 0) for s in range(q)]
        else:
            rest = min(lead, 256 - lead)
            row = [256 - rest] + [rest // (q - 1) + (1 if s < rest % (q - 1) else 0) for s in range(q - 1)]
        table.append(row)
    return table


def slow_labels(key, digest, marks):
    stream = slow_stream(slow_derive(key, digest, "labels"), 0, 64 * len(marks))
    table = []
    for i, (q, _) in enumerate(marks):
        words = [int.from_bytes(stream[64 * i + 4 * v : 64 * i + 4 * v + 4], "big") for v in range(q)]
        table.append(sorted(range(q), key=lambda v, words=words: (words[v], v)))
    return table


def slow_codeword(key, table, j):
    width = (len(table) + 63) // 64 * 64
    word = []
    for row, byte in zip(table, slow_stream(key, j * width, len(table)), strict=True):
        symbol = 0
        while byte >= sum(row[: symbol + 1]):
            symbol += 1
        word.append(symbol)
    return word


def slow_copy_label(key, index):
    stream = slow_stream(slow_derive(key, b"", "copy labels"), 0, 10 * 2**15 * 2)
    left, right = index >> 15, index & 32767
    for r in range(10):
        at = (r * 2**15 + right) * 2
        left, right = right, left ^ (int.from_bytes(stream[at : at + 2], "big") & 32767)
    value = left << 15 | right
    text = "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[value >> 5 * (5 - k) & 31] for k in range(6))
    return text[:4] + "-" + text[4:]


def slow_leaf(index, label, word):
    salted = hmac.digest(SECRETS["commit"], index.to_bytes(8, "big"), "sha256")
    return hashlib.sha256(salted + DIGEST + index.to_bytes(8, "big") + label.encode() + bytes(word)).digest()


def slow_quantise(row):
    top = max(row)
    return [-min(GRID, key=lambda level, gap=top - value: (abs(level - gap), level)) + 0.0 for value in row]


def slow_integers(rows):
    gains = [[g - min(row) for g in row] for row in rows]
    widest = max(max(row) for row in gains)
    whole = [[round(g * (63 / widest)) for g in row] for row in gains]
    divisor = math.gcd(*[w for row in whole for w in row])
    return [[w // divisor for w in row] for row in whole]


def slow_ratio(chances, seen):
    average = sum(p * s for p, s in zip(chances, seen, strict=True))
    return [math.log(s / average) for s in seen]


def slow_misread(likelihood, error):
    rest = [sum(likelihood) - one for one in likelihood]
    return [(1 - error) * a + error / (len(likelihood) - 1) * b for a, b in zip(likelihood, rest, strict=True)]


def slow_turns(chances, likelihood):
    average = sum(p * one for p, one in zip(chances, likelihood, strict=True))
    return [one / TURNS + (1 - 1 / TURNS) * average for one in likelihood]


def slow_symmetric(chances, likelihood):
    total, out = sum(likelihood), []
    for x in range(len(chances)):
        score = 0.0
        for y, (p, one) in enumerate(zip(chances, likelihood, strict=True)):
            score += one / total * (math.sqrt((1 - p) / p) if x == y else -math.sqrt(p / (1 - p)))
        out.append(score)
    return out


def slow_binomial(n, p):
    return [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]


def slow_fit(marks):
    theta = [min(max(k / FITTED, 0.005), 0.995) for k in range(FITTED + 1)]
    for _ in range(60):
        yes, no = [0.0] * (FITTED + 1), [0.0] * (FITTED + 1)
        for chances, likelihood in marks:
            if len(chances) != 2:
                continue
            holders = slow_binomial(FITTED, chances[1])
            shows = [b * t * likelihood[1] for b, t in zip(holders, theta, strict=True)]
            hides = [b * (1 - t) * likelihood[0] for b, t in zip(holders, theta, strict=True)]
            total = sum(shows) + sum(hides)
            yes = [a + b / total for a, b in zip(yes, shows, strict=True)]
            no = [a + b / total for a, b in zip(no, hides, strict=True)]
        theta = [(a + 2 * k / FITTED) / (a + b + 2) for k, (a, b) in enumerate(zip(yes, no, strict=True))]
        theta[0], theta[-1] = min(theta[0], 0.005), max(theta[-1], 0.995)
        theta = [min(max(t, 0.005), 0.995) for t in theta]
    return theta


def slow_strategic(chances, likelihood, theta):
    if len(chances) != 2:
        return slow_turns(chances, likelihood)
    others = slow_binomial(FITTED - 1, chances[1])
    shown = [sum(b * theta[k + x] for k, b in enumerate(others)) for x in (0, 1)]
    return [a * likelihood[1] + (1 - a) * likelihood[0] for a in shown]


def slow_hypotheses(marks):
    theta = slow_fit(marks)
    return [
        [slow_ratio(p, slow_misread(one, 0.02)) for p, one in marks],
        [slow_ratio(p, slow_misread(one, 0.15)) for p, one in marks],
        [slow_ratio(p, slow_turns(p, one)) for p, one in marks],
        [slow_symmetric(p, one) for p, one in marks],
        [slow_ratio(p, slow_strategic(p, one, theta)) for p, one in marks],
    ]


def slow_tail(weights, shares, score):
    """P(S >= score) as a fraction; `shares` are integers with equal row sums."""
    mass = {0: 1}
    for row, share in zip(weights, shares, strict=True):
        grown = {}
        for s, count in mass.items():
            for w, k in zip(row, share, strict=True):
                grown[s + w] = grown.get(s + w, 0) + count * k
        mass = grown
    return Fraction(sum(v for s, v in mass.items() if s >= score), math.prod(sum(share) for share in shares))


def slow_pair(marks, shares, lead, partner):
    """Gate p-value of two codewords, and the partner's given the lead."""
    clean = [slow_misread(one, 0.005) for _, one in marks]
    both = [[(row[s] + row[t]) / 2 for s in range(len(row)) for t in range(len(row))] for row in clean]
    pair_shares = [[a * b for a in row for b in row] for row in shares]
    weights = slow_integers([[math.log(value) for value in row] for row in both])
    places = [s * len(row) + t for s, t, row in zip(lead, partner, clean, strict=True)]
    gate = slow_tail(weights, pair_shares, sum(w[k] for w, k in zip(weights, places, strict=True)))
    given = slow_integers(
        [[math.log((row[s] + row[t]) / 2) for t in range(len(row))] for row, s in zip(clean, lead, strict=True)]
    )
    return gate, slow_tail(given, shares, sum(w[t] for w, t in zip(given, partner, strict=True)))


CODE_MARKS = [(2, "solo"), (2, "short"), (2, "GL6"), (2, "GL8"), (3, "GL6"), (4, "solo"), (5, "GL8"), (16, "short")] * 9
READ_MARKS = [(2, "GL6")] * 60 + [(3, "solo")] * 4 + [(2, "short")] * 4
COUNT, LEAKER, ALPHA = 12, 7, 1e-2
UNREAD = {3, 41}
SHARED = {5, 66}


def make_keys():
    return {
        "secrets": {name: key.hex() for name, key in SECRETS.items()},
        "template_sha256": DIGEST.hex(),
        "derived": {
            label: slow_derive(SECRETS[purpose], DIGEST, label).hex()
            for purpose, label in (("bias", "biases"), ("labels", "labels"), ("decoy", "uniforms"))
        },
        "copy_labels_key": slow_derive(SECRETS["identity"], b"", "copy labels").hex(),
    }


def make_code():
    table = slow_biases(SECRETS["bias"], DIGEST, CODE_MARKS)
    return {
        "marks": CODE_MARKS,
        "biases_256ths": table,
        "labels": slow_labels(SECRETS["labels"], DIGEST, CODE_MARKS),
        "codewords": {str(j): slow_codeword(SECRETS["code"], table, j) for j in (0, 1, 2, 1000, 10**9)},
        "copy_labels": {str(j): slow_copy_label(SECRETS["identity"], j) for j in (0, 1, 2, 99)},
    }


def make_commitments():
    table = slow_biases(SECRETS["bias"], DIGEST, CODE_MARKS)
    leaves = []
    for j in range(5):
        word = slow_codeword(SECRETS["code"], table, j)
        leaves.append(slow_leaf(j, slow_copy_label(SECRETS["identity"], j), word))
    hashes = [hashlib.sha256(b"\0" + one).digest() for one in leaves]
    node = lambda a, b: hashlib.sha256(b"\1" + a + b).digest()  # noqa: E731
    left, right = node(hashes[0], hashes[1]), node(hashes[2], hashes[3])
    top = node(node(left, right), hashes[4])
    return {
        "leaves": [one.hex() for one in leaves],
        "root": top.hex(),
        "path_of_leaf_2": [hashes[3].hex(), left.hex(), hashes[4].hex()],
    }


def make_quantise():
    rows = [[0.0, -0.1], [-0.2, 0.0], [-3.0, -3.0], [-7.0, -2.0], [-1.0, -1.76], [-2.5, -99.0], [0.0, -3.24]]
    return {"grid_nats": GRID, "rows": rows, "levels": [slow_quantise(row) for row in rows]}


def make_trace():
    shares = slow_biases(SECRETS["bias"], DIGEST, READ_MARKS)
    names = slow_labels(SECRETS["labels"], DIGEST, READ_MARKS)
    held = slow_codeword(SECRETS["code"], shares, LEAKER)
    levels = []
    for i, (q, _) in enumerate(READ_MARKS):
        row = [-GRID[1 + i * 5 % 7 if i % 2 else 6]] * q
        row[names[i][held[i]] if i % 19 else (names[i][held[i]] + 1) % q] = 0.0
        levels.append([0.0] * q if i in UNREAD else row)
    counted = [i for i in range(len(READ_MARKS)) if i not in UNREAD | SHARED]
    marks = [
        ([k / 256 for k in shares[i]], [math.exp(levels[i][names[i][s]]) for s in range(len(names[i]))])
        for i in counted
    ]
    used = [shares[i] for i in counted]
    ratios = slow_hypotheses(marks)
    weights = [slow_integers(rows) for rows in ratios]
    word = [held[i] for i in counted]
    scores = [sum(w[s] for w, s in zip(rows, word, strict=True)) for rows in weights]
    tails = [slow_tail(rows, used, score) for rows, score in zip(weights, scores, strict=True)]
    p_value = min(tail / Fraction(level) for tail, level in zip(tails, LEVELS, strict=True))
    gains = [sum(g[s] for g, s in zip(rows, word, strict=True)) for rows in ratios]
    evalue = sum(w * math.exp(g) for w, g in zip(EVIDENCE, gains, strict=True))
    other = slow_codeword(SECRETS["code"], shares, 3)
    gate, given = slow_pair(marks, used, word, [other[i] for i in counted])
    return {
        "marks": READ_MARKS,
        "levels_nats": levels,
        "shared": sorted(SHARED),
        "count": COUNT,
        "alpha": ALPHA,
        "counted_marks": counted,
        "fitted_strategy": slow_fit(marks),
        "weights": weights,
        "leaker": LEAKER,
        "scores": scores,
        "tails": [float(tail) for tail in tails],
        "p_value": float(p_value),
        "p_familywise": float(p_value) * COUNT / 0.7,
        "log_evalue_nats": math.log(evalue),
        "pair": {"lead": LEAKER, "partner": 3, "gate_p": float(gate), "given_p": float(given)},
    }


MAKERS = {
    "keys": make_keys,
    "code": make_code,
    "commitments": make_commitments,
    "quantise": make_quantise,
    "trace": make_trace,
}


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text())


def assert_same(made, stored):
    """Equal, but for the last digits of floats: mathematical libraries round differently."""
    if isinstance(stored, dict):
        assert list(made) == list(stored)
        made, stored = list(made.values()), list(stored.values())
    if isinstance(stored, list):
        assert len(made) == len(stored)
        for one, other in zip(made, stored, strict=True):
            assert_same(one, other)
    elif isinstance(stored, float):
        assert made == pytest.approx(stored, rel=1e-12)
    else:
        assert made == stored


def as_marks(pairs):
    return [Mark((i,), q, profile) for i, (q, profile) in enumerate(pairs)]


def trimmed(table, pairs):
    return [row[:q].tolist() for row, (q, _) in zip(table, pairs, strict=True)]


@pytest.mark.parametrize("name", MAKERS)
def test_the_slow_program_of_the_specification_makes_the_stored_vectors(name):
    assert_same(json.loads(json.dumps(MAKERS[name]())), load(name))


def test_keys_agree_with_the_vectors():
    vector = load("keys")
    digest = bytes.fromhex(vector["template_sha256"])
    for purpose, label in (("bias", "biases"), ("labels", "labels"), ("decoy", "uniforms")):
        key = bytes.fromhex(vector["secrets"][purpose])
        assert derive(key, digest, label).hex() == vector["derived"][label]


def test_codes_agree_with_the_vectors():
    vector = load("code")
    marks = as_marks(vector["marks"])
    table = biases(SECRETS["bias"], DIGEST, marks)
    assert trimmed(table, vector["marks"]) == vector["biases_256ths"]
    assert trimmed(labels(SECRETS["labels"], DIGEST, marks), vector["marks"]) == vector["labels"]
    for j, word in vector["codewords"].items():
        assert codewords(SECRETS["code"], table, int(j), 1)[0].tolist() == word
    names = copy_labels(SECRETS["identity"], 100)
    assert {j: names[int(j)] for j in vector["copy_labels"]} == vector["copy_labels"]


def test_commitments_agree_with_the_vectors():
    vector = load("commitments")
    table = biases(SECRETS["bias"], DIGEST, as_marks(CODE_MARKS))
    words = codewords(SECRETS["code"], table, 0, 5)
    leaves = [
        leaf(salt(SECRETS["commit"], j), DIGEST, j, name, words[j].tobytes())
        for j, name in enumerate(copy_labels(SECRETS["identity"], 5))
    ]
    assert [one.hex() for one in leaves] == vector["leaves"]
    assert root(leaves).hex() == vector["root"]
    assert [part.hex() for part in inclusion_path(leaves, 2)] == vector["path_of_leaf_2"]
    assert check_inclusion(leaf_hash(leaves[2]), 2, 5, inclusion_path(leaves, 2), root(leaves)) is None


def test_levels_agree_with_the_vectors():
    vector = load("quantise")
    rows = np.array(vector["rows"])
    assert quantise(rows, np.full(len(rows), 2, np.uint8)).tolist() == vector["levels"]


def traced():
    vector = load("trace")
    marks = as_marks(vector["marks"])
    table, names = biases(SECRETS["bias"], DIGEST, marks), labels(SECRETS["labels"], DIGEST, marks)
    levels = np.zeros(table.shape)
    for row, stored in zip(levels, vector["levels_nats"], strict=True):
        row[: len(stored)] = stored
    alphabet = np.array([mark.q for mark in marks], np.uint8)
    shared = np.isin(np.arange(len(marks)), vector["shared"])
    reading = Reading(DIGEST.hex(), levels, alphabet)
    return vector, Panel(reading, table, names, Secrets(**SECRETS), vector["count"], shared)


def test_weights_and_tails_agree_with_the_vectors():
    vector, panel = traced()
    ready = prepare(panel)
    assert np.flatnonzero(ready.cells.of_mark >= 0).tolist() == vector["counted_marks"]
    for ours, theirs, tails, score, exact in zip(
        ready.weights, vector["weights"], ready.tails, vector["scores"], vector["tails"], strict=True
    ):
        assert [row[: len(w)].tolist() for row, w in zip(ours[vector["counted_marks"]], theirs, strict=True)] == theirs
        assert exact <= tails[score] <= exact * (1 + 1e-9)


def test_the_decision_agrees_with_the_vectors():
    vector, panel = traced()
    [named] = decide([panel], vector["alpha"]).named
    assert named.index == vector["leaker"]
    assert named.p_value == pytest.approx(vector["p_value"], rel=1e-9)
    assert named.p_familywise == pytest.approx(vector["p_familywise"], rel=1e-9)
    assert named.log_evalue_nats == pytest.approx(vector["log_evalue_nats"], abs=1e-6)


def test_gate_and_member_agree_with_the_vectors():
    vector, panel = traced()
    pair = vector["pair"]
    words = codewords(SECRETS["code"], panel.biases, 0, vector["count"])
    order = np.array([pair["lead"], pair["partner"]])
    found = members(prepare(panel).cells, words, np.arange(vector["count"]), order, 1.0, ())
    [one] = [one for one in found if (one.lead, one.index) == (pair["lead"], pair["partner"])]
    assert one.gate_p == pytest.approx(pair["gate_p"], rel=1e-9)
    assert one.given_p == pytest.approx(pair["given_p"], rel=1e-9)


if __name__ == "__main__":
    for file_name, make in MAKERS.items():
        (FOLDER / f"{file_name}.json").write_text(json.dumps(make(), indent=1) + "\n")
