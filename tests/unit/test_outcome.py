"""What somebody gets who asks whether a shortfall is beyond chance: answers, refusals and no confident nonsense."""

import hashlib
import json
import re

import pytest

from whosecopy.assess.history import parse_history, parse_sites, parse_where
from whosecopy.bench.outcome import SCATTERED, STEADY
from whosecopy.errors import InputError
from whosecopy.vault.events import events

QUESTION = ("assess", "outcome", "--found", 30, "--expected", 100)


def past(*found, expected=100):
    return "found,expected\n" + "".join(f"{one},{expected}\n" for one in found)


def asked(desk, history, *more):
    return desk.ok(*QUESTION, "--history", desk.file("past.csv", history), *more)


def test_thirty_of_a_hundred_has_three_answers_after_three_histories(desk):
    for ceiling in ((), ("--ceiling", 100)):
        steady = asked(desk, past(*STEADY), *ceiling)
        scattered = asked(desk, past(*SCATTERED), *ceiling)
        assert (steady["outcome"], scattered["outcome"]) == ("beyond_chance", "within_chance")
        assert steady["p_value"] <= 0.001 < 0.05 < scattered["p_value"]
        assert steady["beyond_at"] > 30 > scattered["beyond_at"]
        assert steady["bayes_factor"]["value"] > 100 > 3 > scattered["bayes_factor"]["value"]
    nothing = desk.ok(*QUESTION)
    assert nothing["outcome"] == "cannot_say"
    assert (nothing["p_value"], nothing["beyond_at"], nothing["bayes_factor"], nothing["power"]) == (None,) * 3 + ([],)
    assert "at least 5 more comparable" in nothing["needed"][0]


def test_the_json_is_whole_for_every_answer(desk):
    answers = [asked(desk, past(*STEADY)), asked(desk, past(*SCATTERED)), asked(desk, past(40)), desk.ok(*QUESTION)]
    assert {frozenset(one) for one in answers} == {frozenset(answers[0])}
    assert all(one["schema"] == "whosecopy.assessment/1" for one in answers)
    assert [one["power"] == [] for one in answers] == [False, False, True, True]


@pytest.mark.parametrize("history", ["found,expected\n", past(40), past(40, 44, 38, 50)])
def test_fewer_than_five_past_undertakings_say_nothing(desk, history):
    answer = asked(desk, history)
    assert (answer["outcome"], answer["p_value"]) == ("cannot_say", None)
    assert "fewer than 5" in answer["reason"]


@pytest.mark.parametrize(
    "history", [past(*[90] * 30), past(*[0] * 30), "found,expected\n" + "9,10\n45,50\n90,100\n" * 4]
)
def test_equal_rates_throughout_say_nothing(desk, history):
    answer = asked(desk, history)
    assert (answer["outcome"], answer["p_value"]) == ("cannot_say", None)
    assert "same rate" in answer["reason"]


def test_a_history_that_scatters_beyond_the_calibration_says_nothing(desk):
    answer = asked(desk, past(2, 97, 45, 10, 80, 99, 1, 60), "--ceiling", 100)
    assert (answer["outcome"], answer["p_value"]) == ("cannot_say", None)
    assert "more widely" in answer["reason"]


def test_where_no_result_could_be_beyond_chance_it_is_said(desk):
    history = desk.file("past.csv", past(1, 0, 2, 1, 1, 0, 3, expected=5))
    answer = desk.ok("assess", "outcome", "--found", 0, "--expected", 5, "--history", history)
    assert (answer["outcome"], answer["beyond_at"]) == ("cannot_say", None)
    assert "not even an empty result" in answer["reason"]
    assert all(one["chance"] == 0 for one in answer["power"])


def test_more_than_was_expected_is_no_shortfall(desk):
    history = desk.file("past.csv", past(*STEADY))
    answer = desk.ok("assess", "outcome", "--found", 400, "--expected", 100, "--history", history)
    assert (answer["outcome"], answer["p_value"]) == ("within_chance", 1)


def test_choosing_the_worst_looking_of_many_costs_level(desk):
    alone = desk.ok(
        "assess", "outcome", "--found", 68, "--expected", 100, "--history", desk.file("p.csv", past(*STEADY))
    )
    of_many = desk.ok("assess", "outcome", "--found", 68, "--expected", 100, "--history", "p.csv", "--looked-at", 40)
    assert (alone["outcome"], of_many["outcome"]) == ("beyond_chance", "within_chance")
    assert of_many["level_each"] == pytest.approx(0.05 / 40)
    assert alone["p_value"] == of_many["p_value"]


def test_only_the_selected_rows_count_and_the_rule_is_told(desk):
    rows = [f"{k},100,raid,north" for k in STEADY] + [f"{k},100,sweep,south" for k in SCATTERED]
    history = "found,expected,kind,place\n" + "\n".join(rows) + "\n"
    raids = asked(desk, history, "--where", "kind=Raid, place=north")
    assert raids["outcome"] == "beyond_chance"
    assert (raids["history"]["rows"], raids["history"]["used"]) == (16, 8)
    assert raids["history"]["where"] == {"kind": "Raid", "place": "north"}
    assert raids["history"]["sha256"] == hashlib.sha256(history.encode()).hexdigest()
    assert asked(desk, history, "--where", "kind=sweep")["outcome"] == "within_chance"
    assert asked(desk, history, "--where", "kind=none")["outcome"] == "cannot_say"


def test_the_question_is_on_record_before_it_is_answered(desk):
    history = past(*STEADY)
    asked(desk, history, "--vault", desk.home / "vault", "--key", desk.home / "root.key")
    with desk.vault() as vault, vault.snapshot() as tx:
        *_, last = events(tx)
    assert last.header.kind == "assessment"
    assert last.payload["history"]["sha256"] == hashlib.sha256(history.encode()).hexdigest()
    assert last.payload["question"]["found"] == 30
    assert "p_value" not in json.dumps(last.payload)


def test_a_refused_question_is_not_recorded(desk):
    with desk.vault() as vault, vault.snapshot() as tx:
        before = len(list(events(tx)))
    desk.refused(*QUESTION, "--history", desk.file("p.csv", "found,expected\n-1,100\n"), "--vault", desk.home / "vault")
    with desk.vault() as vault, vault.snapshot() as tx:
        assert len(list(events(tx))) == before


def test_one_compromised_site_is_told_from_the_others(desk):
    desk.file("past.csv", past(*STEADY))
    desk.file("sites.csv", "site,found,expected\none,88,100\ntwo,91,100\nthree,22,100\nisland,1,2\n")
    answer = desk.ok("assess", "outcome", "--history", "past.csv", "--sites", "sites.csv")
    assert answer["outcome"] == "beyond_chance"
    assert [one["outcome"] for one in answer["sites"]] == ["within_chance"] * 2 + ["beyond_chance", "cannot_say"]
    said = desk.run("assess", "outcome", "--history", "past.csv", "--sites", "sites.csv").out
    assert "Beyond chance at three." in " ".join(said.split())
    assert "no evidence that there was none" in said
    whole = desk.ok(
        "assess", "outcome", "--found", 202, "--expected", 302, "--history", "past.csv", "--sites", "sites.csv"
    )
    assert [one["outcome"] for one in whole["sites"]] == [one["outcome"] for one in answer["sites"]]


def test_sites_without_a_history_cannot_be_judged(desk):
    desk.file("sites.csv", "site,found,expected\none,0,100\n")
    answer = desk.ok("assess", "outcome", "--sites", "sites.csv")
    assert (answer["outcome"], answer["sites"][0]["outcome"]) == ("cannot_say", "cannot_say")


def test_covariates_explain_what_would_look_like_a_shortfall(desk):
    rows = [f"{40 + k % 7},100,south,{k % 3}" for k in range(15)] + [
        f"{85 + k % 6},100,north,{k % 3}" for k in range(15)
    ]
    desk.file("past.csv", "found,expected,place,notice\n" + "\n".join(rows) + "\n")
    ask = ("assess", "outcome", "--found", 42, "--expected", 100, "--history", "past.csv")
    north, south = (desk.ok(*ask, "--place", place) for place in ("north", "south"))
    assert (north["outcome"], south["outcome"]) == ("beyond_chance", "within_chance")
    assert north["p_value"] == pytest.approx(1 / 31)
    assert north["adjusted_for"] == {"place": "north"}
    assert desk.ok(*ask, "--place", "north", "--notice", 2, "--ceiling", 100)["outcome"] == "beyond_chance"
    assert desk.ok(*ask, "--place", "east")["outcome"] == "cannot_say"
    assert desk.ok(*ask, "--place", "north", "--looked-at", 2)["outcome"] == "cannot_say"
    assert "without adjusting" in desk.refused(*ask, "--place", "north", "--sites", "past.csv")
    assert "no column team" in desk.refused(*ask, "--team", "blue")


def test_equal_rates_say_nothing_after_adjusting_either(desk):
    history = desk.file("past.csv", "found,expected,place\n" + "90,100,north\n" * 25)
    answer = desk.ok(*QUESTION, "--history", history, "--place", "north")
    assert (answer["outcome"], answer["p_value"]) == ("cannot_say", None)


def test_names_cannot_write_to_the_terminal_or_into_the_page(desk):
    desk.file("past.csv", past(*STEADY))
    desk.file("sites.csv", "site,found,expected\n\x1b[31m\u202ered,9,100\n<i>two</i>,90,100\n")
    said = desk.run("assess", "outcome", "--history", "past.csv", "--sites", "sites.csv", "--report", "out.html")
    page = (desk.home / "out.html").read_text()
    for told in (said.out, page):
        assert "\x1b" not in told
        assert "\u202e" not in told
        assert "[U+202E]red" in told
    assert "&lt;i&gt;two" in page


def test_p_values_are_never_told_smaller_than_they_are(desk):
    rows = [f"{40 + k % 9},100,north" for k in range(30)]
    history = desk.file("past.csv", "found,expected,place\n" + "\n".join(rows) + "\n")
    ask = (*QUESTION, "--history", history, "--place", "north")
    assert desk.ok(*ask)["p_value"] == pytest.approx(1 / 31)
    assert "<= 0.033, compared with 0.05" in desk.run(*ask).out


def test_a_regression_that_can_show_nothing_says_nothing(desk):
    rows = ["0,100,south"] * 15 + [f"{85 + k % 6},100,north" for k in range(15)]
    desk.file("past.csv", "found,expected,place\n" + "\n".join(rows) + "\n")
    answer = desk.ok("assess", "outcome", "--found", 0, "--expected", 100, "--history", "past.csv", "--place", "south")
    assert (answer["outcome"], answer["beyond_at"]) == ("cannot_say", None)


def test_a_regression_that_does_not_settle_says_nothing(desk):
    rows = ["0,100,south"] * 15 + ["100,100,north"] * 15
    history = desk.file("past.csv", "found,expected,place\n" + "\n".join(rows) + "\n")
    answer = desk.ok(*QUESTION, "--ceiling", 100, "--history", history, "--place", "south")
    assert (answer["outcome"], answer["p_value"]) == ("cannot_say", None)
    assert "does not settle" in answer["reason"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("-3,100", "negative"),
        ("3,-100", "negative"),
        ("3,0", "expected is 0"),
        ("nan,100", "no whole number"),
        ("3,nan", "no number"),
        ("3,inf", "no number"),
        ("3,1e400", "no number"),
        ("3,1e99", "above 10,000"),
        ("99999999999999999999,100", "above 10,000"),
        ("3.5,100", "no whole number"),
        ("forty,100", "no whole number"),
        (",100", "has no found"),
        ("40", "1 fields"),
        ("40,100,1", "3 fields"),
        ("٣,100", "no whole number"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused_with_its_line(desk, line, why):
    history = desk.file("past.csv", past(*STEADY) + line + "\n")
    said = desk.refused(*QUESTION, "--history", history)
    assert re.search(r"past\.csv, line 10: .*", said)
    assert why in said


@pytest.mark.parametrize(
    ("dates", "why"),
    [
        (("2030-01-01T10:00Z", "2030-02-01T10:00+01:00"), "mixed zones"),
        (("2030-01-01T10:00Z", "2030-02-01"), "mixed zones"),
        (("2030-01-01", ""), "mixed zones or missing"),
        (("2030-02-30", "2030-03-01"), "is no date"),
        (("01/02/2030", "2030-03-01"), "is no date"),
        (("2030-01-01T24:00Z", "2030-02-01T10:00Z"), "is no date"),
    ],
)
def test_dates_that_cannot_be_ordered_are_refused(dates, why):
    data = "found,expected,date\n" + "".join(f"40,100,{one}\n" for one in dates)
    with pytest.raises(InputError, match=why) as refused:
        parse_history(data.encode(), "past.csv", False, {}, False)
    assert "past.csv, line" in str(refused.value)


def test_the_time_that_the_history_covers_is_told():
    data = b"found;expected;date\n40;100;2030-03-01\n41;100;2028-12-31\n42;100;2030-02-28\n"
    history = parse_history(data, "past.csv", False, {}, False)
    assert (history.first, history.last, history.rows) == ("2028-12-31", "2030-03-01", 3)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no column found"),
        (b"found\n3\n", "no column expected"),
        (b"found,expected,found\n3,4,5\n", "stands twice"),
        (b"found,expected\n\xff\xfe,3\n", "not UTF-8"),
        (b'found,expected\n"3,4\n', "is no CSV"),
        (b"\x00\x01\x02", "no column found"),
    ],
)
def test_files_that_are_no_history_are_refused(data, why):
    with pytest.raises(InputError, match=why):
        parse_history(data, "past.csv", False, {}, False)


def test_a_ceiling_binds_history_and_question(desk):
    over = desk.file("past.csv", past(*STEADY, 101))
    assert asked(desk, past(*STEADY, 101))["outcome"] == "beyond_chance"
    assert "line 10: found 101 is above its ceiling 100" in desk.refused(*QUESTION, "--ceiling", 100, "--history", over)
    assert "above" in desk.refused(*QUESTION, "--ceiling", 90)
    assert "no column ceiling" in desk.refused(*QUESTION, "--ceiling", 120, "--history", over)
    own = "found,expected,ceiling\n" + "".join(f"{k},95,120\n" for k in STEADY)
    answer = desk.ok(*QUESTION, "--ceiling", 120, "--history", desk.file("own.csv", own))
    assert answer["rate"] == pytest.approx(sum(STEADY) / 960, abs=0.01)
    assert "above its ceiling" in desk.refused(
        *QUESTION, "--history", desk.file("bad.csv", "found,expected,ceiling\n40,95,90\n")
    )


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--found", 3), "of how many"),
        (("--found", 3, "--expected", "nan"), "above 0"),
        (("--found", 3, "--expected", "inf"), "above 0"),
        (("--found", 3, "--expected", -4), "above 0"),
        (("--found", 3, "--expected", 10**9), "count in larger units"),
        (("--found", -1, "--expected", 10), "--found"),
        (("--found", 3, "--expected", 10, "--level", "nan"), "--level"),
        (("--found", 3, "--expected", 10, "--looked-at", 0), "--looked-at"),
        (("--found", 3, "--expected", 10, "--where", "kind=raid"), "needs --history"),
        (("--found", 3, "--expected", 10, "--place", "north"), "needs --history"),
        (("--found", 3, "--expected", 10, "--report", "out.pdf"), "ends in .html"),
        (("--expected", 10), "needs --found"),
    ],
)
def test_questions_that_contradict_themselves_are_refused(desk, options, why):
    assert why in desk.refused("assess", "outcome", *options)


@pytest.mark.parametrize(
    ("sites", "why"),
    [
        ("site,found,expected\n", "lists no site"),
        ("site,found,expected\na,1,10\na,2,10\n", "stands twice"),
        ("site,found,expected\n,1,10\n", "has no site"),
        ("site,found,expected\na,31,90\n", "--found says 30"),
        ("site,found,expected\na,20,90\nb,3,90\n", "only 100"),
        ("found,expected\n1,10\n", "no column site"),
    ],
)
def test_sites_that_contradict_the_whole_are_refused(desk, sites, why):
    desk.file("past.csv", past(*STEADY))
    assert why in desk.refused(*QUESTION, "--history", "past.csv", "--sites", desk.file("sites.csv", sites))


def test_a_ceiling_counts_for_sites_too():
    with pytest.raises(InputError, match="above its ceiling"):
        parse_sites(b"site,found,expected\na,11,10\n", "sites.csv", True)


@pytest.mark.parametrize("words", ["kind", "kind=", "=raid", "kind=a,kind=b", "kind=a,"])
def test_a_selection_that_selects_nothing_clear_is_refused(words):
    with pytest.raises(InputError, match="--where"):
        parse_where(words)


def test_an_unknown_column_in_a_selection_is_refused(desk):
    history = desk.file("past.csv", past(*STEADY))
    assert "has no column kind" in desk.refused(*QUESTION, "--history", history, "--where", "kind=raid")


@pytest.mark.parametrize("found", [STEADY, SCATTERED, (40, 41)])
def test_the_report_says_what_the_terminal_says_and_runs_nothing(desk, found):
    history = desk.file("past <b>&.csv", past(*found))
    said = desk.run(*QUESTION, "--history", history, "--report", "out.html")
    assert said.code == 0
    page = (desk.home / "out.html").read_text()
    assert said.out.splitlines()[0].split("  ", 1)[1].split(".")[0] in page.replace("&#39;", "'")
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert "past &lt;b&gt;&amp;.csv" in page
    assert page.count("<svg") == (3 if len(found) > 2 else 0)
    assert "whosecopy assess outcome --found 30 --expected 100" in page


def test_the_terminal_tells_power_and_a_bayes_factor_that_is_no_e_value(desk):
    said = desk.run(*QUESTION, "--history", desk.file("past.csv", past(*SCATTERED)))
    assert "50 % lost" in said.out
    assert "Bayes factor" in said.out
    assert "e-value" not in said.out
    assert "nothing leaked" in said.out


def test_large_numbers_take_their_time_and_give_an_answer(desk):
    history = desk.file("past.csv", past(1800, 1760, 1850, 1790, 1810, 1700, expected=2000))
    answer = desk.ok("assess", "outcome", "--found", 900, "--expected", 2000, "--history", history)
    assert answer["outcome"] == "beyond_chance"
