"""The code layer against slow, obvious programs that share nothing with it."""

import dataclasses
import hashlib
import itertools
from fractions import Fraction

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from whosecopy.bench.synthetic import Leak, simulate
from whosecopy.codes.decide import decide
from whosecopy.codes.hypotheses import FAMILY
from whosecopy.codes.keystream import codewords
from whosecopy.codes.pairs import members
from whosecopy.codes.panel import prepare
from whosecopy.stats.lattice import FLOOR, between, tail_table
from whosecopy.stats.multiple import holm


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def stream_byte(key, position):
    """One byte of AES-256-CTR, block by block with AES-256-ECB."""
    block = Cipher(algorithms.AES(key), modes.ECB()).encryptor().update((position // 16).to_bytes(16, "big"))
    return block[position % 16]


@pytest.mark.parametrize("m", [1, 63, 64, 70])
def test_codewords_equal_a_byte_by_byte_keystream(m, rng):
    key = rng.bytes(32)
    table = np.array([[30, 226, 0], [100, 56, 100], [128, 128, 0]], np.uint16)[np.arange(m) % 3]
    width = (m + 63) // 64 * 64
    expected = []
    for j in (7, 8, 9):
        word = []
        for i in range(m):
            byte, symbol, bound = stream_byte(key, j * width + i), 0, int(table[i, 0])
            while byte >= bound:
                symbol += 1
                bound += int(table[i, symbol])
            word.append(symbol)
        expected.append(word)
    assert codewords(key, table, 7, 3).tolist() == expected


def exact_tails(weights, shares, denominator):
    """P(S >= s) for every s as fractions, by enumerating every outcome."""
    mass = {}
    for outcome in itertools.product(*[range(len(row)) for row in weights]):
        chance, score = Fraction(1), 0
        for row, share, k in zip(weights, shares, outcome, strict=True):
            chance *= Fraction(int(share[k]), denominator)
            score += int(row[k])
        mass[score] = mass.get(score, 0) + chance
    return [sum(v for s, v in mass.items() if s >= at) for at in range(max(mass) + 1)]


@pytest.mark.parametrize(("m", "values"), [(1, 2), (9, 2), (14, 2), (8, 3), (6, 4), (4, 7)])
def test_tails_are_never_below_the_truth_and_hardly_above(m, values, rng):
    weights = rng.integers(0, 64, (m, values))
    weights[0, 0] = 0
    shares = np.stack([rng.multinomial(256 - values, np.ones(values) / values) + 1 for _ in range(m)])
    truth = exact_tails(weights, shares, 256)
    computed = tail_table(weights, shares / 256)
    assert len(computed) >= len(truth) + 1
    for exact, ours in zip(truth, computed.tolist(), strict=False):
        assert exact <= Fraction(ours)
        assert Fraction(ours) <= exact * (1 + Fraction(1, 10**9)) + Fraction(FLOOR)


def test_p_values_of_every_hypothesis_equal_brute_force(rng):
    """From a soft reading all the way to the tail: all 2^12 codewords of the code's own biases."""
    panel = simulate(Leak(12, (40, 41), "short", soft=True), 30, rng)
    ready = prepare(panel)
    for weights, tails in zip(ready.weights, ready.tails, strict=True):
        for exact, ours in zip(exact_tails(weights, panel.biases, 256), tails.tolist(), strict=False):
            assert exact <= Fraction(ours) <= exact * (1 + Fraction(1, 10**9)) + Fraction(FLOOR)


def test_a_copys_p_value_is_the_least_over_the_hypotheses_after_its_share(rng):
    panel = simulate(Leak(11, (2,), "solo"), 5, rng)
    ready = prepare(panel)
    words = codewords(panel.secrets.code, panel.biases, 0, 5)
    ours = ready.p_values(ready.scores(words))
    truths = [exact_tails(weights, panel.biases, 256) for weights in ready.weights]
    for word, p in zip(words, ours.tolist(), strict=True):
        by_hypothesis = []
        for weights, truth, one in zip(ready.weights, truths, FAMILY, strict=True):
            score = sum(int(weights[i, s]) for i, s in enumerate(word))
            by_hypothesis.append(truth[score] / Fraction(one.level))
        least = min(1, *by_hypothesis)
        distance = Fraction(1, 2**100)
        assert min(1, least + distance) <= Fraction(p) <= least * (1 + Fraction(1, 10**9)) + distance * 2


def test_v08_no_bound_is_smaller_than_the_cipher_bears(rng):
    """Codewords come from one of 2^256 keys: thousands of marks prove no more than AES does (ADR 60)."""
    panel = simulate(Leak(3000, (2,), "solo"), 5, rng)
    named = decide([panel], 1e-6).named
    assert [one.index for one in named] == [2]
    assert 5 * 2.0**-100 <= named[0].p_familywise < 1e-28
    assert named[0].log_evalue_nats <= 70 * np.log(2)
    ready = prepare(panel)
    assert min(tail.min() for tail in ready.tails) < 1e-200


def test_tails_of_thousands_of_marks_stay_above_those_of_exact_integers(rng):
    """Binomial tails in integer arithmetic, down to where floating point ends."""
    m = 1500
    tails = tail_table(np.tile([[0, 1]], (m, 1)), np.full((m, 2), 0.5))
    count, above = 1, 0
    for successes in range(m, -1, -1):
        above += count
        count = count * successes // (m - successes + 1)
        exact = Fraction(above, 2**m)
        assert exact <= Fraction(float(tails[successes]))
        if exact > Fraction(1, 10**200):
            assert Fraction(float(tails[successes])) <= exact * (1 + Fraction(1, 2**39))


def test_nothing_is_lost_where_floating_point_underflows():
    weights = np.tile([[0, 63]], (400, 1))
    tails = tail_table(weights, np.tile([[238 / 256, 18 / 256]], (400, 1)))
    assert tails[-2] == FLOOR
    assert (np.diff(tails) <= 0).all()
    assert np.isfinite(tails).all()


def test_marks_without_weight_change_no_tail(rng):
    weights = rng.integers(0, 20, (10, 2))
    chances = np.full((10, 2), 0.5)
    padded = tail_table(np.vstack([weights, np.zeros((50, 2), int)]), np.full((60, 2), 0.5))
    assert (padded == tail_table(weights, chances)).all()


def test_randomised_p_values_add_up_to_the_uniform_law(rng):
    """P(randomised p <= t) = t, exactly, for every t: by enumeration of the scores."""
    weights, shares = rng.integers(0, 9, (8, 2)), np.tile([[54, 202]], (8, 1))
    tails = tail_table(weights, shares / 256)
    for t in (0.003, 0.1, 0.5, 0.97):
        covered = 0.0
        for word in itertools.product((0, 1), repeat=8):
            score = sum(int(row[k]) for row, k in zip(weights, word, strict=True))
            low, high = between(tails, np.array([score, score]), np.array([0.0, 1.0]))
            chance = float(np.prod([shares[i, k] / 256 for i, k in enumerate(word)]))
            covered += chance * min(1.0, max(0.0, (t - low) / (high - low)))
        assert covered == pytest.approx(t, rel=1e-9)


def test_holm_equals_its_step_by_step_definition(rng):
    for _ in range(50):
        p = rng.random(12) ** 6
        alpha, rejected = 0.03, set()
        for step, at in enumerate(np.argsort(p)):
            if p[at] * (20 - step) > alpha:
                break
            rejected.add(int(at))
        assert set(np.flatnonzero(holm(p, 20) <= alpha)) == rejected


def test_member_tests_equal_brute_force_over_the_partners_codewords(rng):
    """The p-value of a partner given a lead: all 2^11 codewords that the partner could have had."""
    panel = simulate(Leak(11, (0, 1), "short"), 4, rng)
    ready = prepare(panel)
    words = codewords(panel.secrets.code, panel.biases, 0, 4)
    found = list(members(ready.cells, words, np.arange(4), np.array([2, 0, 3, 1]), 1.0, {3}))
    assert {one.index for one in found} == {0, 1, 2}
    seen = np.exp(np.take_along_axis(panel.reading.levels_nats, panel.labels.astype(int), axis=1))
    clean = 0.995 * seen + 0.005 * seen[:, ::-1]
    for one in found:
        held = clean[np.arange(11), words[one.lead]]
        likelihood = (clean + held[:, None]) / 2
        gains = np.log(likelihood[:, 1] / likelihood[:, 0])
        weights = np.stack([np.maximum(-gains, 0), np.maximum(gains, 0)], axis=1)
        weights = np.rint(weights * 63 / weights.max()).astype(int)
        score = int(weights[np.arange(11), words[one.index]].sum())
        exact = exact_tails(weights, panel.biases, 256)[score]
        assert float(exact) == pytest.approx(one.given_p, rel=1e-9)


def test_gates_equal_brute_force_over_both_codewords(rng):
    panel = simulate(Leak(6, (0, 1), "short"), 3, rng)
    ready = prepare(panel)
    words = codewords(panel.secrets.code, panel.biases, 0, 3)
    found = list(members(ready.cells, words, np.arange(3), np.arange(3), 1.0, ()))
    assert len(found) == 6
    seen = np.exp(np.take_along_axis(panel.reading.levels_nats, panel.labels.astype(int), axis=1))
    clean = 0.995 * seen + 0.005 * seen[:, ::-1]
    shares = (panel.biases[:, :, None].astype(int) * panel.biases[:, None, :]).reshape(6, 4)
    both = ((clean[:, :, None] + clean[:, None, :]) / 2).reshape(6, 4)
    real = np.log(both / both.min(axis=1, keepdims=True))
    weights = np.rint(real * 63 / real.max()).astype(int)
    truth = exact_tails(weights, shares, 65536)
    for one in found:
        column = words[one.lead].astype(int) * 2 + words[one.index]
        assert one.gate_p == pytest.approx(float(truth[int(weights[np.arange(6), column].sum())]), rel=1e-9)


def test_the_lead_is_ranked_among_all_copies_but_the_partner(rng):
    panel = simulate(Leak(20, (0, 1)), 4, rng)
    ready = prepare(panel)
    words = codewords(panel.secrets.code, panel.biases, 0, 4)
    order = np.array([3, 1, 0, 2])
    for one in members(ready.cells, words, np.arange(4), order, 1.0, ()):
        others = [int(j) for j in order if j != one.index]
        assert one.rank == others.index(one.lead) + 1
        assert one.p_value == min(1.0, one.given_p * one.rank * (one.rank + 1))


def test_a_decision_equals_a_program_that_scores_everybody_in_the_open(rng):
    """Singles by Holm over all copies, from tails and weights that the tests above vouch for."""
    for trial in range(6):
        panel = simulate(Leak(70, (3, 17), "GL6", misread=0.05), 120, rng)
        ready = prepare(panel)
        words = codewords(panel.secrets.code, panel.biases, 0, 120)
        p = []
        for word in words:
            options = [
                tails[sum(int(w[i, s]) for i, s in enumerate(word))] / one.level
                for w, tails, one in zip(ready.weights, ready.tails, FAMILY, strict=True)
            ]
            p.append(min(1.0, *options))
        expected = {j for j, q in enumerate(holm(np.array(p), 120) / 0.8) if q <= 10.0 ** -(trial % 3 + 1)}
        named = decide([panel], 10.0 ** -(trial % 3 + 1)).named
        assert {one.index for one in named if one.test == "single"} == expected


def test_a_commitment_opens_to_the_bytes_of_the_specification():
    from whosecopy.codes.commit import leaf, salt

    secret, digest = b"\x05" * 32, b"\x06" * 32
    block = secret.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in block) + (258).to_bytes(8, "big")).digest()
    assert salt(secret, 258) == hashlib.sha256(bytes(b ^ 0x5C for b in block) + inner).digest()
    expected = hashlib.sha256(salt(secret, 258) + digest + b"\0\0\0\0\0\0\x01\x02K7QF-2M\x00\x01\x01").digest()
    assert leaf(salt(secret, 258), digest, 258, "K7QF-2M", b"\x00\x01\x01") == expected
    with pytest.raises(ValueError, match="32 bytes"):
        leaf(b"short", digest, 0, "K7QF-2M", b"")


def test_two_panels_of_one_reading_are_decided_as_one_family(rng):
    panel = simulate(Leak(60, (3,), "solo"), 100, rng)
    named = decide([panel, dataclasses.replace(panel, count=50)], 1e-3).named
    assert {(one.panel, one.index) for one in named} == {(0, 3), (1, 3)}
    assert max(one.p_familywise for one in named) == pytest.approx(named[0].p_value * 150 / 0.8, rel=0.01)
