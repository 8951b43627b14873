"""Facts that were merely shared give a lead about groups; nobody can be singled out by it."""

import itertools
import json
from dataclasses import asdict

import numpy as np
import pytest

from whosecopy.assess.access import Access, Moments, counted, parse_access
from whosecopy.assess.knowledge import lead
from whosecopy.assess.knowledge_files import Fact, Known, items_of, parse_facts, parse_known
from whosecopy.errors import InputError

HOUR = 3600.0


def world(rng, people=60):
    """Six facts in three compartments and two documents, told to people at random times."""
    facts = [
        Fact(f"fact-{k}", ("paper", "annex", "")[k % 3], ("north", "south", "west")[k % 3], k * HOUR) for k in range(6)
    ]
    items = sorted(items_of(facts))
    accesses = [
        Access(f"person-{who}", str(rng.choice(items)), float(rng.integers(0, 40)) * HOUR)
        for who in range(people)
        for _ in range(4)
    ]
    known = [
        Known(f"fact-{k}", bool(rng.random() < 0.6), float(rng.integers(10, 60)) * HOUR, "then")
        for k in rng.permutation(6)[:4]
    ]
    return facts, known, accesses


def had_by(who, fact, accesses, at_s):
    """Whether somebody had a fact at a time, asked the slow way."""
    return fact.from_s <= at_s and any(
        one.recipient == who and one.item in (fact.id, fact.document, fact.compartment) and one.at_s <= at_s
        for one in accesses
        if one.item
    )


@pytest.mark.parametrize("seed", range(25))
def test_a_lead_counts_what_asking_person_by_person_counts(seed):
    facts, known, accesses = world(np.random.default_rng(seed))
    by_id = {fact.id: fact for fact in facts}
    people = sorted({one.recipient for one in accesses})
    explained = [
        one for one in known if one.known and any(had_by(who, by_id[one.fact], accesses, one.when_s) for who in people)
    ]
    fits = [who for who in people if all(had_by(who, by_id[one.fact], accesses, one.when_s) for one in explained)]
    lacking = [one for one in known if not one.known]
    narrower = [who for who in fits if not any(had_by(who, by_id[one.fact], accesses, one.when_s) for one in lacking)]
    found = lead(facts, known, accesses)
    if not explained or len(fits) < 5:
        assert found.outcome == "cannot_say"
        assert found.compartments == ()
        assert found.consistent == "<5"
        return
    assert found.consistent in (len(fits), counted(len(fits), len(people))) or str(found.consistent).startswith(">")
    assert found.narrower in (counted(len(narrower), len(fits)), found.consistent)
    listed = {group.compartment: group for group in found.compartments}
    for name in ("north", "south", "west"):
        told = [fact for fact in facts if fact.compartment == name]
        members = [who for who in people if any(had_by(who, fact, accesses, np.inf) for fact in told)]
        inside = [who for who in members if who in fits]
        assert (name in listed) == (len(inside) >= 5)
        if name in listed:
            assert listed[name].consistent == counted(len(inside), len(members))


@pytest.mark.parametrize("seed", range(40))
def test_no_output_names_a_person_or_spells_out_a_small_count(seed):
    facts, known, accesses = world(np.random.default_rng(100 + seed), people=8 + seed)
    found = asdict(lead(facts, known, accesses))
    assert "person-" not in json.dumps(found)
    counts = [found["people"], found["consistent"], found["narrower"]]
    counts += [group[key] for group in found["compartments"] for key in ("people", "consistent")]
    counts += [one["people"] for one in found["facts"]] + [one["people"] for one in found["questions"]]
    assert all(isinstance(count, str) or count >= 5 for count in counts)
    for one in found["questions"]:
        assert one["people"] >= 5


PAIRS = [(people, total) for people, total in itertools.product(range(0, 61, 3), (0, 6, 9, 30, 60)) if people <= total]


@pytest.mark.parametrize(("people", "total"), PAIRS)
def test_neither_a_small_group_nor_its_complement_can_be_computed(people, total):
    said = counted(people, total)
    assert isinstance(said, str) or said >= 5
    if isinstance(said, int):
        assert total - said == 0 or total - said >= 5


FACTS = [Fact("day", "plan", ""), Fact("pier", "", "north", 10 * HOUR), Fact("ship", "", "north", 10 * HOUR)]
CREW = [Access(f"p{k}", "north", 12 * HOUR) for k in range(9)] + [Access(f"p{k}", "plan", 0.0) for k in range(20)]


def test_a_fact_known_before_anybody_had_it_is_said_to_come_from_elsewhere():
    found = lead(FACTS, [Known("pier", True, 11 * HOUR), Known("day", True, 20 * HOUR)], CREW)
    assert [one.note for one in found.facts] == ["before_anybody", ""]
    assert found.consistent == 20
    alone = lead(FACTS, [Known("pier", True, 11 * HOUR)], CREW)
    assert (alone.outcome, alone.consistent) == ("cannot_say", "<5")
    assert "elsewhere" in alone.reason


def test_a_fact_that_nobody_had_says_nothing():
    found = lead([*FACTS, Fact("rumour", "", "nowhere")], [Known("rumour", True, 99 * HOUR)], CREW)
    assert found.facts[0].note == "nobody"
    assert found.outcome == "cannot_say"


def test_facts_that_outsiders_did_not_show_exclude_nobody():
    silent = lead(FACTS, [Known("pier", False, 99 * HOUR)], CREW)
    assert silent.outcome == "cannot_say"
    assert "clears nobody" in silent.reason
    one = lead(FACTS, [Known("day", True, 99 * HOUR)], CREW)
    both = lead(FACTS, [Known("day", True, 99 * HOUR), Known("pier", False, 99 * HOUR)], CREW)
    assert one.consistent == both.consistent == 20
    assert (one.narrower, both.narrower) == (20, 11)


def test_what_would_discriminate_is_asked_only_where_both_answers_leave_five():
    assert [one.fact for one in lead(FACTS, [Known("day", True, 99 * HOUR)], CREW).questions] == ["pier", "ship"]
    few = [*CREW[:4], *CREW[9:]]
    assert lead(FACTS, [Known("day", True, 99 * HOUR)], few).questions == ()


def test_a_total_does_not_give_away_those_in_no_listed_compartment():
    facts = [Fact("day", "plan", "all"), Fact("pier", "", "north"), Fact("quay", "", "south")]
    access = [Access(f"p{k}", "pier", 0.0) for k in range(8)] + [Access(f"q{k}", "quay", 0.0) for k in range(3)]
    known = [Known("pier", True, 1.0), Known("quay", True, 1.0)]
    assert lead(facts, known, access).outcome == "cannot_say"
    everybody = [*access, *(Access(f"q{k}", "pier", 0.0) for k in range(3))]
    found = lead(facts, known[:1], everybody)
    assert [(one.compartment, one.consistent) for one in found.compartments] == [("north", 11)]
    assert found.consistent == 11


def facts_of(text):
    return parse_facts(text.encode(), "facts.csv", Moments())


def test_dates_keep_people_in_rather_than_out():
    moments = Moments()
    facts = parse_facts(b"fact,document,compartment,from\npier,,north,2031-05-03\n", "f", moments)
    known = parse_known(b"fact,known,when\npier,yes,2031-05-03\n", "k", {"pier"}, moments)
    access = parse_access(
        b"recipient,item,when\n" + b"".join(b"p%d,north,2031-05-03\n" % k for k in range(6)), "a", moments
    )
    assert lead(facts, known, access).consistent == 6


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no column fact"),
        ("fact,document,compartment,from\n", "lists no fact"),
        ("fact,document,compartment\npier,plan,north\n", "no column from"),
        ("fact,document,compartment,from\npier,plan,,\npier,plan,,\n", "stands twice"),
        ("fact,document,compartment,from\npier,,,\n", "no document and no compartment"),
        ("fact,document,compartment,from\n,plan,,\n", "has no fact"),
        ("fact,document,compartment,from\npier,pier,,\n", "names two different things"),
        ("fact,document,compartment,from\npier,plan,,someday\n", "is no date"),
        ("fact,document,compartment,from\npier,plan,,2031-02-30\n", "is no date"),
        ("fact,document,compartment,from\na,plan,,2031-05-03\nb,plan,,2031-05-03T10:00Z\n", "mixed zones"),
        ("fact,document,compartment,from\na,plan,,2031-05-03T10:00+02:00\nb,plan,,2031-05-03T10:00Z\n", "mixed zones"),
    ],
)
def test_facts_that_make_no_sense_are_refused(text, says):
    with pytest.raises(InputError, match=says):
        facts_of(text)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("", "says of no fact"),
        ("pier,,\n", "says of no fact"),
        ("quay,yes,2031-05-03\n", "not in the list of facts"),
        ("pier,maybe,2031-05-03\n", "write yes or no"),
        ("pier,yes,2031-05-03\npier,yes,2031-05-04\n", "stands twice"),
        ("pier,yes,2031-05-03\npier,no,2031-05-03\n", "stands twice|both known and not known"),
        ("pier,yes,\n", "has no when"),
        ("pier,yes,2031-05-03,extra\n", "fields"),
    ],
)
def test_a_list_of_what_was_known_that_makes_no_sense_is_refused(rows, says):
    with pytest.raises(InputError, match=says):
        parse_known(f"fact,known,when\n{rows}".encode(), "known.csv", {"pier"}, Moments())


def test_two_variants_known_are_two_rows_but_yes_and_no_contradict():
    head = "fact,known,when,variant\n"
    both = parse_known(f"{head}pier,yes,2031-05-03,3\npier,yes,2031-05-03,4\n".encode(), "k", {"pier"}, Moments())
    assert [one.variant for one in both] == ["3", "4"]
    with pytest.raises(InputError, match="both known and not known"):
        parse_known(f"{head}pier,yes,2031-05-03,3\npier,no,2031-05-03,\n".encode(), "k", {"pier"}, Moments())


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("", "lists no access"),
        ("p1,moon,2031-05-03\n", "no fact, document or compartment"),
        ("p1,north,2031-05-03\np1,north,2031-05-03\n", "stands twice"),
        ("p1,north,\n", "has no when"),
        ("p1,north,2031-05-03T10:00\np2,north,2031-05-03T10:00Z\n", "mixed zones"),
        ("p1,north,2031-05-03T10:00+02:00\np2,north,2031-05-03T10:00+01:00\n", "mixed zones"),
        (",north,2031-05-03\n", "has no recipient"),
    ],
)
def test_access_that_makes_no_sense_is_refused(rows, says):
    with pytest.raises(InputError, match=says):
        parse_access(f"recipient,item,when\n{rows}".encode(), "access.csv", Moments(), {"north"})


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("1970-01-02", 86_400.0),
        ("1970-01-01T01:00Z", 3600.0),
        ("1970-01-01T01:00:30.5+01:00", 30.5),
        ("1970-01-01T00:00-0530", 5.5 * 3600),
    ],
)
def test_times_are_seconds_since_1970(words, seconds):
    access = parse_access(f"recipient,item,when\np,x,{words}\n".encode(), "a", Moments())
    assert access[0].at_s == seconds
