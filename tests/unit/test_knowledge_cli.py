"""`assess knowledge` in a vault: randomised facts are traced like any leak, shared ones stay a lead."""

import json
import re

import numpy as np
import pytest
from tests.conftest import new_desk, people
from tests.unit.test_knowledge_told import FACTS, plan

from whosecopy.cli import run
from whosecopy.vault.events import events

HEAD = "fact,known,when,variant\n"
LATER = "2099-05-06T10:00Z"


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A desk where a plan of eight randomised facts was sealed for forty recipients."""
    desk = new_desk(tmp_path_factory.mktemp("facts"))
    return desk, desk.seal(plan(), people(40), "out", "--alpha", "1e-3")


@pytest.fixture
def desk(original, tmp_path):
    return original[0].clone(tmp_path / "desk")


@pytest.fixture
def sealed(original):
    return original[1]


def told(sealed, recipient):
    """The rows of somebody who learned all facts from one copy, by fact name."""
    text = sealed.text(recipient)
    towns = re.findall(r"goes on to\s(.*?),", text)
    rows = {}
    for k in range(FACTS // 2):
        pier = re.search(rf"Crew {k} meets at (.*?) and", text)[1]
        rows[f"pier-{k}"] = f"{sealed.id}#pier-{k},yes,{LATER},{pier}"
        rows[f"fact-{2 * k + 2}"] = f"{sealed.id}#fact-{2 * k + 2},yes,{LATER},{towns[k]}"
    return rows


def assess(desk, sealed, known, facts="", *more):
    desk.file("known.csv", HEAD + known)
    desk.file("facts.csv", f"fact,document,compartment,from\nday,{sealed.id},,\n{facts}")
    return desk.ok("assess", "knowledge", "--facts", "facts.csv", "--known", "known.csv", *more)


def test_facts_learned_from_one_copy_name_that_copy_and_nobody(desk, sealed):
    found = assess(desk, sealed, "\n".join(told(sealed, "p-007").values()) + f"\nday,yes,{LATER},\n")
    (verdict,) = found["evidence"]
    assert (found["outcome"], verdict["outcome"], found["recorded"]) == ("named", "named", True)
    label = {one["recipient"]: one["copy"] for one in sealed.answer["copies"]}["p-007"]
    assert [one["copy"] for one in verdict["named"]] == [label]
    assert verdict["marks"]["read"] == FACTS
    assert verdict["how"]["channel"].startswith("told")
    assert not re.search(r"p-0\d\d", json.dumps(found))
    assert found["lead"]["people"] == 40


def test_facts_of_nobody_s_copy_name_nobody(desk, sealed):
    rng = np.random.default_rng(3)
    rows = [told(sealed, f"p-{who:03}") for who in rng.integers(0, 40, FACTS)]
    mixed = [row[name] for row, name in zip(rows, rows[0], strict=True)]
    found = assess(desk, sealed, "\n".join(mixed) + "\n")
    (verdict,) = found["evidence"]
    assert verdict["marks"]["read"] == FACTS
    assert (found["outcome"], verdict["outcome"], verdict["named"]) == ("cannot_say", "not_enough_evidence", [])


def test_two_facts_are_not_enough_and_a_fact_not_shown_counts_for_nothing(desk, sealed):
    rows = told(sealed, "p-007")
    two = [rows["pier-0"], rows["fact-2"]]
    denied = [f"{sealed.id}#pier-{k},no,{LATER}," for k in (1, 2, 3)]
    found = assess(desk, sealed, "\n".join(two) + "\n")
    again = assess(desk, sealed, "\n".join([*two, *denied]) + "\n")
    for one in (found, again):
        (verdict,) = one["evidence"]
        assert verdict["outcome"] == "not_enough_evidence"
        assert verdict["marks"]["read"] == 2
    assert again["notes"] == ["3 randomised facts without a variant: erased"]
    assert found["evidence"][0]["case"] == again["evidence"][0]["case"]


def test_the_lists_are_recorded_before_any_codeword_is_opened(desk, sealed):
    assess(desk, sealed, "\n".join(told(sealed, "p-007").values()) + "\n")
    with desk.vault() as vault, vault.snapshot() as tx:
        seen = [(one.header.kind, one.payload) for one in events(tx)]
    kinds = [kind for kind, _ in seen]
    asked = kinds.index("assessment")
    assert kinds[asked : asked + 4] == ["assessment", "trace", "test", "verdict"]
    assert set(seen[asked][1]) == {"assessment", "facts", "known"}
    assert all(len(seen[asked][1][name]) == 64 for name in ("facts", "known"))


def test_a_verdict_on_facts_is_bundled_and_read_again_by_others(desk, sealed):
    found = assess(desk, sealed, "\n".join(told(sealed, "p-007").values()) + "\n", "", "--exhibits", "told")
    exhibit, case = desk.home / "told" / f"{sealed.id}.txt", found["evidence"][0]["case"]
    assert desk.run("bundle", case, exhibit, "--out", "case.zip").code == 0
    checked = desk.run("verify", "case.zip", "--reread")
    assert checked.code == 0, checked.out
    assert "reading_not_checked" not in checked.out


def test_a_form_lists_every_variant_and_an_empty_form_says_nothing(desk, sealed):
    form = desk.run("assess", "knowledge", "--form", sealed.id)
    assert form.code == 0
    rows = form.out.splitlines()
    assert rows[0] == HEAD.strip()
    assert len(rows) == 1 + 16 * FACTS
    desk.file("known.csv", form.out)
    desk.file("facts.csv", f"fact,document,compartment,from\nday,{sealed.id},,\n")
    assert "says of no fact" in desk.refused("assess", "knowledge", "--facts", "facts.csv", "--known", "known.csv")
    assert "no such document" in desk.refused("assess", "knowledge", "--form", "doc-nosuch")


@pytest.mark.parametrize(
    ("known", "says"),
    [
        ("{id}#pier-0,yes,2099-05-06T10:00Z,pier 99\n", "none of its variants"),
        ("{id}#quay,yes,2099-05-06T10:00Z,pier 1\n", "not in the list of facts"),
        ("day,yes,2099-05-06T10:00Z,Tuesday\n", "no randomised fact"),
        ("day,yes,2099-05-06,\n", "write times with their zone"),
        ("day,yes,2099-05-06T10:00,\n", "write times with their zone"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_no_record(desk, sealed, known, says):
    desk.file("known.csv", HEAD + known.format(id=sealed.id))
    desk.file("facts.csv", f"fact,document,compartment,from\nday,{sealed.id},,\n")
    said = desk.refused("assess", "knowledge", "--facts", "facts.csv", "--known", "known.csv")
    assert says in said
    with desk.vault() as vault, vault.snapshot() as tx:
        assert {"assessment", "trace"}.isdisjoint(one.header.kind for one in events(tx))


def test_a_fact_known_before_any_copy_left_is_said_to_be(desk, sealed):
    early = told(sealed, "p-007")["pier-0"].replace(LATER, "1999-01-01T00:00Z")
    found = assess(desk, sealed, f"{early}\nday,yes,1999-01-01T00:00Z,\n")
    assert "before any copy" in found["notes"][0]
    assert found["lead"]["facts"][0]["note"] == "before_anybody"


def test_documents_that_the_vault_never_handed_out_need_an_access_list(desk, sealed):
    desk.file("known.csv", f"{HEAD}night,yes,{LATER},\n")
    desk.file("facts.csv", f"fact,document,compartment,from\nday,{sealed.id},,\nnight,other,,\n")
    said = desk.refused("assess", "knowledge", "--facts", "facts.csv", "--known", "known.csv")
    assert "'other'" in said
    desk.file("access.csv", "recipient,item,when\n" + "".join(f"x{k},other,2031-05-06T10:00Z\n" for k in range(6)))
    found = desk.ok("assess", "knowledge", "--facts", "facts.csv", "--known", "known.csv", "--access", "access.csv")
    assert found["lead"]["compartments"] == [{"compartment": "other", "people": 6, "consistent": 6}]


def test_without_a_vault_an_access_list_gives_a_lead_only(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "facts.csv").write_text("fact,document,compartment,from\npier,,north,\n")
    (tmp_path / "known.csv").write_text(f"{HEAD}pier,yes,2031-05-06,pier 3\n")
    (tmp_path / "access.csv").write_text(
        "recipient,item,when\n" + "".join(f"x{k},north,2031-05-05\n" for k in range(4))
    )
    call = ["assess", "knowledge", "--facts", "facts.csv", "--known", "known.csv", "--access", "access.csv"]
    assert run([*call, "--json", "--report", "k.html"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["outcome"], found["recorded"], found["lead"]["consistent"]) == ("cannot_say", False, "<5")
    assert found["notes"] == ["no vault: randomised facts could not be tested"]
    page = (tmp_path / "k.html").read_text()
    assert "CANNOT SAY" in page
    assert "x0" not in page
    assert run(call) == 0
    assert "<5" in capsys.readouterr().out


def test_a_page_and_the_terminal_escape_what_the_lists_say(desk, sealed):
    known = f'"<b>&day\x1b[31m",yes,{LATER},\n'
    desk.file("known.csv", HEAD + known)
    desk.file("facts.csv", f'fact,document,compartment,from\n"<b>&day\x1b[31m",{sealed.id},,\n')
    answer = desk.run("assess", "knowledge", "--facts", "facts.csv", "--known", "known.csv", "--report", "k.html")
    assert answer.code == 0, answer.err
    page = (desk.home / "k.html").read_text()
    assert "<b>" not in page
    assert "\x1b" not in page
    assert "\x1b" not in answer.out
