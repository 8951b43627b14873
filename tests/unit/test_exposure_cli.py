"""`assess exposure`: no number without a source, changes and never people."""

import json
import re
import xml.etree.ElementTree as ET

import pytest
from tests.conftest import MEMO, people

RATE = ("--per-holder-per-day", "1e-4", "--low", "2e-5", "--high", "5e-4", "--source", "own record: 3 in 30,000 days")
ONWARD = (
    "--onward-per-holder-per-day",
    "0.05",
    "--onward-low",
    "0",
    "--onward-high",
    "0.2",
    "--onward-source",
    "asked",
)
UNTIL = ("--until", "2031-05-06T04:00Z")


def access(desk, rows=None):
    lines = [f"r-{k:03},plan,2031-05-0{1 + k % 3}T08:00Z,{'field' if k < 30 else 'press'}" for k in range(33)]
    lines += [f"r-{k:03},place,2031-05-04T08:00Z,field" for k in range(3)]
    return desk.file("access.csv", "\n".join(["recipient,item,when,group", *(rows or lines)]) + "\n")


def test_changes_are_ranked_by_what_they_gain_and_no_person_is_listed(desk):
    found = desk.ok("assess", "exposure", "--access", access(desk), *UNTIL, *RATE, *ONWARD)
    gains = [one["gain"]["value"] for one in found["exposure"]["changes"]]
    assert gains == sorted(gains, reverse=True)
    assert {one["kind"] for one in found["exposure"]["changes"]} == {"fewer", "later", "less", "onward"}
    words = {one["words"] for one in found["exposure"]["changes"]}
    assert {"plan: released 2 hours before", "plan: one holder fewer", "leave out field (30 people)"} <= words
    assert not any("press" in one for one in words)
    assert not re.search(r"r-0\d\d", json.dumps(found))
    assert [one["holders"] for one in found["exposure"]["items"]] == [33, "<5"]
    for one in [*found["exposure"]["changes"], *found["exposure"]["growth"]]:
        span = one.get("gain") or one["added"]
        assert span["low"] <= span["value"] <= span["high"]
    assert found["rates"]["leak"]["source"] == "own record: 3 in 30,000 days"


def test_the_terminal_says_what_was_assumed_and_what_was_left_out(desk):
    said = desk.run("assess", "exposure", "--access", access(desk), *UNTIL, *RATE, "--grimes").out
    assert "own record: 3 in 30,000 days" in said
    assert "not given, so left out: the chances are lower limits" in said
    assert "Sensitivity only" in said
    assert "Sensitivity" not in desk.run("assess", "exposure", "--access", access(desk), *UNTIL, *RATE).out


@pytest.mark.parametrize("missing", [0, 2, 4, 6])
def test_a_number_that_is_missing_is_asked_for_and_never_assumed(desk, missing):
    given = RATE[:missing] + RATE[missing + 2 :]
    said = desk.refused("assess", "exposure", "--access", access(desk), *UNTIL, *given)
    assert f"{RATE[missing]} missing" in said
    assert "own record" in said


def test_onward_sharing_needs_its_range_and_source_too(desk):
    said = desk.refused("assess", "exposure", "--access", access(desk), *UNTIL, *RATE, *ONWARD[:2])
    assert "--onward-low, --onward-high, --onward-source missing" in said
    assert "--until" in desk.refused("assess", "exposure", "--access", access(desk), *RATE)


@pytest.mark.parametrize(
    ("rows", "until", "rate", "says"),
    [
        ([], UNTIL, RATE, "lists no access"),
        (["r,plan,2031-05-07T08:00Z,"], UNTIL, RATE, "told after --until"),
        (["r,plan,2031-05-01,"], UNTIL, RATE, "mixed zones"),
        (["r,plan,2031-05-01T08:00+02:00,"], UNTIL, RATE, "mixed zones"),
        (["r,plan,2031-05-01T08:00Z,"] * 2, UNTIL, RATE, "stands twice"),
        (["r,plan,2031-05-01T08:00Z,"], ("--until", "soon"), RATE, "is no date"),
        (["r,plan,2031-05-01T08:00Z,"], UNTIL, ("--per-holder-per-day", "0", *RATE[2:]), "more than 0"),
        (["r,plan,2031-05-01T08:00Z,"], UNTIL, ("--per-holder-per-day", "nan", *RATE[2:]), "needs 0 <="),
        (["r,plan,2031-05-01T08:00Z,"], UNTIL, ("--per-holder-per-day", "-1", *RATE[2:]), "needs 0 <="),
        (["r,plan,2031-05-01T08:00Z,"], UNTIL, (*RATE[:2], "--low", "0.9", *RATE[4:]), "needs 0 <="),
    ],
)
def test_numbers_and_lists_that_make_no_sense_are_refused(desk, rows, until, rate, says):
    file = desk.file("access.csv", "\n".join(["recipient,item,when,group", *rows]) + "\n")
    assert says in desk.refused("assess", "exposure", "--access", file, *until, *rate)


def test_the_vault_s_own_hand_outs_are_looked_at(desk):
    sealed = desk.seal(MEMO, people(20), "out")
    found = desk.ok("assess", "exposure", "--until", "2099-01-01T00:00Z", *RATE)
    (item,) = found["exposure"]["items"]
    assert sealed.id in item["name"]
    assert item["holders"] == 20
    assert "leave out north (5 people)" in {one["words"] for one in found["exposure"]["changes"]}
    assert not re.search(r"p-0\d\d", json.dumps(found))
    assert "zone" in desk.refused("assess", "exposure", "--until", "2099-01-01", *RATE)
    assert "told after --until" in desk.refused("assess", "exposure", "--until", "1999-01-01T00:00Z", *RATE)


def test_an_empty_vault_is_told_to_give_a_list(desk):
    assert "--access FILE" in desk.refused("assess", "exposure", *UNTIL, *RATE)


def test_the_page_is_well_formed_and_holds_no_person(desk):
    answer = desk.run("assess", "exposure", "--access", access(desk), *UNTIL, *RATE, *ONWARD, "--report", "e.html")
    assert answer.code == 0
    page = (desk.home / "e.html").read_text()
    root = ET.fromstring(page.replace("<!DOCTYPE html>", ""))
    assert len(root.findall(".//svg")) == 2
    assert "r-00" not in page
    assert "plan: released 2 hours before" in page
    assert "HTML" in desk.refused("assess", "exposure", "--access", access(desk), *UNTIL, *RATE, "--report", "e.pdf")
