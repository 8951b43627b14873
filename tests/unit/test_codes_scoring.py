"""Scores of many copies: same numbers on every path, whatever the blocks, the workers or the alphabet."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from whosecopy.bench.codes import speed
from whosecopy.bench.synthetic import Leak, simulate
from whosecopy.codes.decide import decide
from whosecopy.codes.keystream import codewords
from whosecopy.codes.panel import prepare
from whosecopy.codes.scoring import columns, merge, score_all, score_blocks


@pytest.fixture
def rng():
    return np.random.default_rng(4)


def in_the_open(panel, weights, count):
    words = codewords(panel.secrets.code, panel.biases, 0, count)
    return np.stack([table[np.arange(words.shape[1]), words].sum(axis=1) for table in weights])


@pytest.mark.parametrize("leak", [Leak(130), Leak(130, erased=0.8), Leak(90, q=5, profile="GL8"), Leak(65, q=16)])
def test_scores_from_the_keystream_equal_scores_of_codewords(leak, rng):
    panel = simulate(leak, 10, rng)
    weights = prepare(panel).weights
    expected = in_the_open(panel, weights, 1500)
    assert (score_all(panel.secrets.code, panel.biases, weights, 0, 1500) == expected).all()
    assert (score_all(panel.secrets.code, panel.biases, weights, 700, 9) == expected[:, 700:709]).all()
    assert score_all(panel.secrets.code, panel.biases, weights, 0, 0).shape == (5, 0)


@pytest.mark.parametrize("leak", [Leak(100), Leak(100, erased=0.8), Leak(40, q=3)])
def test_the_compiled_loop_equals_the_plain_one(leak, rng):
    panel = simulate(leak, 10, rng)
    weights = prepare(panel).weights
    many = score_all(panel.secrets.code, panel.biases, weights, 0, 50_000)
    assert (many == in_the_open(panel, weights, 50_000)).all()


def test_workers_and_chunks_change_nothing(rng):
    panel = simulate(Leak(64, erased=0.5), 10, rng)
    weights = prepare(panel).weights
    serial = score_blocks(panel.secrets.code, panel.biases, weights, 0, 200_000, keep=50)
    with ThreadPoolExecutor(2) as pool:
        pooled = score_blocks(panel.secrets.code, panel.biases, weights, 0, 200_000, keep=50, executor=pool)
    parts = [
        score_blocks(panel.secrets.code, panel.biases, weights, a, b, keep=50)
        for a, b in ((0, 777), (777, 60_000), (60_000, 200_000))
    ]
    for other in (pooled, merge(parts[0], parts[1:], 50)):
        for h in range(len(weights)):
            assert (other.histograms[h] == serial.histograms[h]).all()
            assert (other.top[h] == serial.top[h]).all()


def test_the_best_copies_come_first_and_ties_by_index(rng):
    panel = simulate(Leak(20), 10, rng)
    weights = prepare(panel).weights
    tally = score_blocks(panel.secrets.code, panel.biases, weights, 0, 5000, keep=100)
    scores = in_the_open(panel, weights, 5000)
    for h, row in enumerate(scores):
        expected = sorted(((int(s), j) for j, s in enumerate(row)), key=lambda pair: (-pair[0], pair[1]))[:100]
        assert [tuple(pair) for pair in tally.top[h].tolist()] == expected
        assert (tally.histograms[h] == np.bincount(row, minlength=len(tally.histograms[h]))).all()


def test_erased_marks_are_skipped(rng):
    panel = simulate(Leak(300, erased=0.9), 10, rng)
    plan = columns(panel.biases, prepare(panel).weights)
    assert len(plan.position) == panel.reading.read.sum()


def test_a_leaker_among_sixty_thousand_is_found_with_and_without_workers(rng):
    panel = simulate(Leak(160, (54_321, 12), "solo"), 60_000, rng)
    alone = decide([panel], 1e-3)
    with ThreadPoolExecutor(2) as pool:
        assert decide([panel], 1e-3, pool) == alone
    assert {one.index for one in alone.named} <= {12, 54_321} != set()
    assert alone.named != ()


def test_the_speed_rows_compare_with_the_target_and_the_cipher():
    target, cipher = speed()
    assert target["ours"] == cipher["ours"]
    assert target["ratio"] == pytest.approx(target["ours"] / target["theirs"], rel=0.01)
    assert {"what", "peer", "ours", "theirs", "ratio", "limit_ratio"} == set(target) == set(cipher)


def test_the_scoring_loop_says_the_same_before_it_is_compiled(rng):
    from whosecopy.codes.kernel import score

    for leak in (Leak(70), Leak(70, erased=0.8)):
        panel = simulate(leak, 10, rng)
        plan = columns(panel.biases, prepare(panel).weights)
        seen = rng.integers(0, 256, (40, 128), dtype=np.uint8)
        results = []
        for loop in (score, score.py_func):
            filled = np.empty((40, 5), np.int32)
            loop(seen, plan.position, plan.last, plan.delta, filled)
            results.append(filled)
        assert (results[0] == results[1]).all()
        assert (results[0] == (seen[:, plan.position] > plan.last) @ plan.delta.T.astype(int)).all()
