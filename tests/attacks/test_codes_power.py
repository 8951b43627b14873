"""Leakers who compare their copies and merge them are named all the same."""

import numpy as np
import pytest

from whosecopy.bench.attacks import NAMED, simple_information, strategy, worst_case
from whosecopy.bench.codes import bare, length_needed, rows, shipped
from whosecopy.bench.synthetic import Leak, simulate
from whosecopy.codes.decide import decide


def named_in(leak, trials, count=1000, alpha=1e-3):
    """In how many of `trials` leaks somebody is named, and that nobody innocent ever is."""
    rng = np.random.default_rng(6)
    hits = 0
    for _ in range(trials):
        named = {one.index for one in decide([simulate(leak, count, rng)], alpha).named}
        assert named <= set(leak.leakers)
        hits += bool(named)
    return hits


@pytest.mark.parametrize("attack", NAMED)
@pytest.mark.parametrize(("leakers", "marks"), [((3, 999), 190), ((3, 50, 999), 420)])
def test_a_coalition_is_named_whatever_its_strategy(attack, leakers, marks):
    assert named_in(Leak(marks, leakers, strategy=strategy(attack, len(leakers))), 8) >= 7


@pytest.mark.parametrize("coalition", [2, 3, 4])
def test_the_worst_attack_found_numerically_leaks_least(coalition):
    chances = np.array([227, 128, 29]) / 256
    weights = np.array([85, 86, 85]) / 256
    worst = worst_case(coalition, "GL6")
    assert worst[0] == 0.0
    assert worst[-1] == 1.0
    least = weights @ simple_information(worst, chances)
    rng = np.random.default_rng(1)
    tried = [strategy(name, coalition) for name in NAMED]
    tried += [np.concatenate([[0.0], rng.random(coalition - 1), [1.0]]) for _ in range(200)]
    assert least <= min(weights @ simple_information(theta, chances) for theta in tried) + 1e-9


def test_a_coalition_under_the_worst_attack_is_named():
    assert named_in(Leak(430, (3, 50, 999), strategy=worst_case(3, "GL6")), 8) >= 7


@pytest.mark.parametrize(
    "leak",
    [
        Leak(33, (7,), "solo"),
        Leak(75, (7,), "solo", misread=0.1),
        Leak(20, (7,), "solo", 4),
        Leak(200, (7,), "short", soft=True, erased=0.4),
        Leak(70, (7,), "GL8"),
        Leak(60, (7, 8), "solo", 4),
    ],
)
def test_one_leaker_is_named_from_few_marks(leak):
    assert named_in(leak, 10) >= 9


def test_the_bench_measures_what_a_decision_does():
    """The bench leaves innocents out; the decision scores all of them. Both must name alike."""
    rng = np.random.default_rng(9)
    agree = 0
    for _ in range(25):
        panel = simulate(Leak(120, (0, 1), strategy=strategy("coin flip", 2)), 10_000, rng)
        agree += (shipped(panel, rng, 2) <= 1e-3) == bool(decide([panel], 1e-3).named)
    assert agree >= 24


def test_one_leaker_needs_about_as_many_marks_as_the_code_has_bits():
    """Without errors a p-value is the chance of a codeword: GL6 holds 0.67 bits a mark, ln(10^7) needs 23.3."""
    needed = length_needed(bare, strategy("interleaving", 1), (45, 55), 60, np.random.default_rng(2))
    assert 35 < needed < 65


def test_the_table_of_codes_has_both_columns_with_tardos_beside_them():
    seen = []
    table = rows(1, 3, lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1]
    assert {row["what"].split(", ")[1] for row in table if row["what"].startswith("marks")} == {"bare", "shipped"}
    tardos = {row["what"]: row["theirs"] for row in table if row["peer"].startswith("Tardos")}
    assert tardos["marks, bare, 2 leakers"] == pytest.approx(6447, abs=1)
    assert tardos["marks, bare, 4 leakers"] == pytest.approx(25_789, abs=1)
    assert all(row["ratio"] == pytest.approx(row["ours"] / row["theirs"], rel=0.01, abs=1e-3) for row in table)
