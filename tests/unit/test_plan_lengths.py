"""`plan`: marks needed, against what can be computed by hand and against real decisions."""

import json
import math
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from whosecopy.bench.attacks import strategy, worst_case
from whosecopy.bench.planning import FIRST_TRACE, Wish, lengths, shortest
from whosecopy.bench.synthetic import Leak, simulate
from whosecopy.cli import run
from whosecopy.codes.decide import decide


def planned(*wish, profiles=("solo",)):
    found = lengths(Wish(*wish), 20, np.random.default_rng(4), lambda done, total: None, profiles)
    return {one.profile: one for one in found}


def by_hand(recipients, alpha):
    """Marks of even odds read without error: a match of all has chance 2^-m, and half of the level is the fitted
    hypothesis', .8 of the level are for single copies, the first trace has half of alpha."""
    return math.ceil(math.log2(recipients / (alpha / FIRST_TRACE) / 0.5 / 0.8))


@pytest.mark.parametrize(("recipients", "alpha"), [(82, 1e-6), (1000, 1e-3), (10**6, 1e-6)])
def test_one_leaker_without_misreads_takes_the_bits_that_can_be_counted_by_hand(recipients, alpha):
    assert planned(recipients, 1, alpha)["solo"].marks == by_hand(recipients, alpha)


def test_misreads_and_leakers_cost_marks():
    one, misread, two = (planned(200, *wish)["solo"].marks for wish in ((1, 1e-2), (1, 1e-2, 0.1), (2, 1e-2)))
    assert one < misread
    assert one < two


def test_even_odds_are_blind_to_three_leakers():
    found = planned(50, 3, 1e-2)
    assert (found["solo"].marks, found["solo"].check, found["solo"].curve) == (None, None, ())
    assert shortest(found.values()) is None


@pytest.mark.parametrize(("coalition", "error", "profile"), [(1, 0.1, "GL6"), (2, 0.0, "short")])
def test_a_planned_length_names_a_leaker_in_real_decisions(coalition, error, profile):
    wish = Wish(150, coalition, 1e-2, error)
    length = planned(150, coalition, 1e-2, error, profiles=(profile,))[profile]
    theta = worst_case(coalition, profile) if length.attack in ("least information", "one copy") else None
    theta = strategy(length.attack, coalition) if theta is None else theta
    rng = np.random.default_rng(8)
    leak = Leak(length.marks, tuple(range(coalition)), profile, strategy=theta, misread=error)
    named = [decide([simulate(leak, wish.recipients, rng)], wish.alpha / FIRST_TRACE).named for _ in range(40)]
    assert sum(map(bool, named)) >= 33
    assert all(one.index < coalition for found in named for one in found)


def test_every_length_is_checked_on_fresh_leaks():
    for one in planned(100, 1, 1e-3, profiles=("short", "GL8")).values():
        assert one.check.marks == one.marks
        assert one.check.named >= 0.95 * one.check.trials
        assert [point.marks for point in one.curve] == sorted(point.marks for point in one.curve)
        assert all(point.low <= point.named / point.trials <= point.high for point in one.curve)


def test_the_command_prints_a_table_json_and_a_page(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    call = ["plan", "--recipients", "82", "--coalition", "1", "--alpha", "1e-6", "--trials", "20"]
    assert run([*call, "--report", "plan.html"]) == 0
    said = capsys.readouterr().out
    assert f"{by_hand(82, 1e-6)} marks under solo: 420 words, 1.2 pages with declared variants" in said
    root = ET.fromstring((tmp_path / "plan.html").read_text().replace("<!DOCTYPE html>", ""))
    assert len(root.findall(".//polyline")) == 4
    assert run([*call, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["best"], answer["marks"]) == ("solo", by_hand(82, 1e-6))
    assert answer["source"]["kind"] == "simulation"
    assert [one["profile"] for one in answer["profiles"]] == ["solo", "short", "GL6", "GL8"]


@pytest.mark.parametrize(
    "options",
    [
        ("--recipients", "3", "--coalition", "4", "--alpha", "1e-3"),
        ("--recipients", "1", "--coalition", "1", "--alpha", "1e-3"),
        ("--recipients", "10", "--coalition", "0", "--alpha", "1e-3"),
        ("--recipients", "10", "--coalition", "1", "--alpha", "0"),
        ("--recipients", "10", "--coalition", "1", "--alpha", "nan"),
        ("--recipients", "10", "--coalition", "1", "--alpha", "1e-3", "--error", "0.5"),
        ("--recipients", "10", "--coalition", "1", "--alpha", "1e-3", "--report", "plan.pdf"),
        ("--recipients", "10", "--coalition", "1"),
    ],
)
def test_wishes_that_make_no_sense_are_refused(options, capsys):
    assert run(["plan", *options]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
