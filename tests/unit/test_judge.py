"""Versions in play, the same exhibit, levels and outcomes: all decided from readings and counts."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest

from whosecopy.codes.codebook import all_differ, chance_all_differ, make_codebook
from whosecopy.codes.keys import Secrets
from whosecopy.model import Mark, Outcome, Site, Template
from whosecopy.trace.judge import Candidate, alpha_of, in_play, judge, outcome_of, same_exhibit, single_level
from whosecopy.trace.read import read_leak

WORDS = (
    "red", "blue", "green", "black", "white", "brown", "grey", "pink", "amber", "ivory", "olive", "coral", "teal",
    "plum",
)  # fmt: skip
PAIRS = list(itertools.pairwise(WORDS))
TEXT = " ".join(f"The {one} team met the {two} team at the {one} gate." for one, two in PAIRS)


def template_of(marks):
    """A text with `marks` sites, each on the verb `met` or `saw`."""
    starts = [k for k in range(len(TEXT)) if TEXT.startswith("met", k)][:marks]
    sites = tuple(Site("declared", start, start + 3, ("met", "saw")) for start in starts)
    alone = tuple(Mark((k,), 2, "solo") for k in range(marks))
    return Template("text/plain", "00" * 32, TEXT, ((0, len(TEXT)),), sites, alone, ())


def book_of(template, seed=1):
    rng = np.random.default_rng(seed)
    return make_codebook(template, Secrets(*(rng.bytes(32) for _ in range(7))))


def candidate_of(issued, alpha=1e-6, marks=12, seed=1):
    template = template_of(marks)
    return Candidate("doc-1", 1, read_leak(template, TEXT), book_of(template, seed), issued, alpha)


def levels_of(symbols):
    """A reading that shows these symbols; None is an erasure."""
    return np.array([[0.0, 0.0] if s is None else [0.0, -4.0] if s == 0 else [-4.0, 0.0] for s in symbols])


def sightings_of(*counts):
    return [SimpleNamespace(marks_read=count) for count in counts]


def test_v10_versions_with_a_fifth_of_the_best_reading_are_in_play_the_best_first():
    assert in_play(sightings_of(10, 50, 9, 0)) == [1, 0]
    assert in_play(sightings_of(40, 40)) == [0, 1]
    assert in_play(sightings_of(5)) == [0]


def test_v10_without_any_mark_the_likeliest_version_stays():
    assert in_play(sightings_of(0, 0, 0)) == [0]
    assert in_play([]) == []


@pytest.mark.parametrize(("both", "differing", "same"), [(20, 2, True), (20, 3, False), (19, 0, False), (40, 4, True)])
def test_v11_exhibits_are_the_same_where_nine_tenths_of_twenty_marks_agree(both, differing, same):
    ours = [0] * both + [1] * 30
    theirs = [1] * differing + [0] * (both - differing) + [None] * 30
    parts = np.zeros(len(ours))
    assert same_exhibit(levels_of(ours), levels_of(theirs), parts) is same
    assert same_exhibit(levels_of(theirs), levels_of(ours), parts) is same


def test_v11_the_levels_of_all_traces_of_one_exhibit_add_up_to_the_level_fixed_at_seal():
    one = candidate_of(2)
    whole = sum(alpha_of([one], None, k) for k in range(1, 2000))
    assert 0.99e-6 < whole <= 1e-6
    assert alpha_of([one], None, 1) == pytest.approx(0.5e-6, rel=1e-2)
    assert alpha_of([one], None, 2) == pytest.approx(1e-6 / 6, rel=1e-2)


def test_v09_the_smallest_level_of_all_versions_in_play_holds_and_may_only_be_lowered():
    pair = [candidate_of(2, 1e-6), candidate_of(2, 1e-4)]
    assert alpha_of(pair, None, 1) == alpha_of(pair, 1e-2, 1) == alpha_of(pair[:1], None, 1)
    assert alpha_of(pair, 1e-9, 1) == pytest.approx(0.5e-9, rel=1e-2)


def test_a_level_makes_up_for_codewords_having_been_redrawn_until_they_differ():
    template = template_of(8)
    drawn = [all_differ(book_of(template, seed), 9) for seed in range(400)]
    bound = chance_all_differ(book_of(template), 9)
    assert 0.5 < bound <= np.mean(drawn) + 3 * np.sqrt(0.25 / 400)
    crowded = candidate_of(9, marks=8)
    assert alpha_of([crowded], None, 1) == pytest.approx(bound * 0.5e-6)


def test_v09_every_copy_of_every_candidate_counts():
    pair = [candidate_of(7), candidate_of(5, seed=2)]
    decision = judge(pair, 1e-6)
    assert decision.codewords == 12
    assert single_level(1e-6, 12) == pytest.approx(0.8e-6 / 12)


def test_outcomes_follow_from_the_decision_and_the_record_of_hand_outs():
    found, nothing = (SimpleNamespace(withheld=False, named=named, organisations=()) for named in ((1,), ()))
    broken = SimpleNamespace(withheld=True, named=(1,), organisations=())
    group = SimpleNamespace(withheld=False, named=(), organisations=(1,))
    assert outcome_of(group, handed_out=True) is Outcome.ORGANISATION
    assert outcome_of(group, handed_out=False) is Outcome.INTEGRITY_ALARM
    assert outcome_of(found, handed_out=True) is Outcome.NAMED
    assert outcome_of(found, handed_out=False) is Outcome.INTEGRITY_ALARM
    assert outcome_of(nothing, handed_out=True) is Outcome.NOT_ENOUGH_EVIDENCE
    assert outcome_of(broken, handed_out=True) is Outcome.WITHHELD
