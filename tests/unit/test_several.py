"""Several leaks in one case: what adds up, what does not, and what is never shown."""

import re
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select, update

from whosecopy.model import Case, Recipient, codec
from whosecopy.vault import retention, tables
from whosecopy.vault.cases_evidence import Register
from whosecopy.vault.events import record

PEOPLE = [Recipient(f"p-{k:03}", ("north", "east", "south", "west")[k % 4]) for k in range(20)]


VERBS = ("guards", "cleans", "paints", "watches", "repairs", "measures", "empties", "visits", "describes", "counts")
SYLLABLES = ("bar", "cot", "dun", "esk", "fen", "gar", "hol", "ing", "kel", "lang", "mor", "nor", "ost", "pen", "thorn")


def memo_of(seed, title="Duties"):
    """A memo of 48 sentences declared in two orders, full of names that stand in no other memo."""
    rng = np.random.default_rng(seed)

    def name():
        return "".join(rng.choice(SYLLABLES, 3)).title()

    lines = []
    for k in range(48):
        who, verb, place, day = name(), VERBS[int(rng.integers(10))], name(), int(rng.integers(2, 29))
        one, two = f"{who} {verb} {place} on day {day}", f"On day {day} {who} {verb} {place}"
        lines.append(f"{{{{{one}.|{two}.}}}} {name()} writes to {name()} about {name()} and waits {k + 2} hours.")
    return f"---\nwhosecopy: variants\n---\n\n# {title} of {name()}\n\n" + "\n\n".join(lines)


@pytest.fixture(scope="module")
def series(tmp_path_factory, post):
    """Three memos, sealed for the same twenty people; leave the desk as it is, take `files`."""
    desk = post[0].clone(tmp_path_factory.mktemp("series"))
    documents = [desk.seal(memo_of(seed), PEOPLE, f"copies-{seed}") for seed in range(3)]
    return desk, documents


@pytest.fixture
def files(series, tmp_path):
    return series[0].clone(tmp_path / "files"), series[1]


def lines_of(text, first, count):
    """Some of the sentences of a copy, as they would be quoted."""
    return "\n\n".join(re.findall(r"(?m)^[A-Z].*$", text)[first : first + count])


def opened(desk, *more):
    return desk.ok("case", "open", *more)["case"]["id"]


def trace(desk, text, case, name=None):
    target = desk.file(name, text) if name else None
    answer = desk.run("trace", *([target] if target else ["--text", text]), "--case", case, "--json")
    assert answer.code in (0, 1), answer.err
    return answer.json


def test_v16_quotes_too_short_to_name_anybody_name_the_leaker_together(files):
    desk, documents = files
    case = opened(desk, "--title", "Quotes in the papers")
    quotes = [lines_of(one.text("p-007"), 0, 14) for one in documents] + [lines_of(documents[0].text("p-007"), 14, 14)]
    for quote in quotes:
        alone = desk.clone(desk.home.parent / f"alone-{quotes.index(quote)}")
        assert alone.run("trace", "--text", quote, "--json").json["outcome"] == "not_enough_evidence"
    outcomes = [trace(desk, quote, case) for quote in quotes]
    assert outcomes[0]["outcome"] == "not_enough_evidence"
    assert outcomes[-1]["outcome"] == "named"
    (named,) = outcomes[-1]["named"]
    assert named["recipient"] == "p-007"
    assert named["p_familywise"] <= outcomes[-1]["alpha"] / 2
    shown = desk.ok("case", "show", case)
    assert [step["document"] for step in shown["history"]] == [one.id for one in (*documents, documents[0])]
    assert [len(step["log_evalues_nats"]) for step in shown["history"]] == [1] * 4
    values = [step["log_evalues_nats"][0] for step in shown["history"]]
    assert values == sorted(values)
    assert shown["verdict"] == outcomes[-1]


def test_a_closed_case_keeps_its_verdict_and_takes_no_more(files):
    desk, documents = files
    case = opened(desk)
    trace(desk, lines_of(documents[0].text("p-007"), 0, 40), case, "names-a-source.txt")
    assert (
        desk.ok("retention")["held"].items()
        >= {documents[0].id: f"{case} is not closed", case: "it is not closed"}.items()
    )
    before = desk.ok("case", "show", case)
    records = len(desk.ok("log", "show")["records"])
    assert desk.ok("case", "close", case)["case"]["closed_at"]
    assert desk.ok("log", "show")["records"][-1]["kind"] == "case_closed"
    assert desk.ok("case", "show", case)["verdict"] == before["verdict"]
    assert "takes no more exhibits" in desk.refused("trace", "--text", documents[1].text("p-003"), "--case", case)
    assert "was closed already" in desk.refused("case", "close", case)
    assert "no case of several exhibits" in desk.refused("case", "close", "case-000000")
    assert len(desk.ok("log", "show")["records"]) == records + 1
    assert desk.ok("retention")["held"] == {}


def test_the_names_of_exhibits_of_a_closed_case_are_forgotten_with_their_texts(files):
    desk, documents = files
    case = opened(desk)
    for number, one in enumerate(documents[:2]):
        trace(desk, lines_of(one.text("p-007"), 0, 20), case, f"names-a-source-{number}.txt")
    desk.ok("case", "close", case)
    desk.ok("retention", "--keep-exhibits", 1)
    with desk.vault() as vault:
        assert len(retention.apply(vault, "2999-01-01T00:00:00Z").cases) == 2
    shown = desk.run("case", "show", case, "--json").out
    assert "names-a-source" not in shown
    assert '"exhibit":"erased"' in shown
    assert "erased" in desk.run("case", "show", case).out


def test_an_exhibit_that_a_decided_case_does_not_take_leaves_no_record(files):
    desk, documents = files
    case = opened(desk, "--decides", "p", "--exhibits", "1")
    trace(desk, lines_of(documents[0].text("p-007"), 0, 20), case)
    records = desk.ok("log", "show")["records"]
    assert "it is decided" in desk.refused("trace", "--text", documents[1].text("p-003"), "--case", case)
    assert desk.ok("log", "show")["records"] == records


def test_v07_the_same_quote_under_another_name_adds_nothing(files):
    desk, documents = files
    case = opened(desk)
    quote = lines_of(documents[0].text("p-003"), 0, 16)
    trace(desk, quote, case, "morning.txt")
    for name, text in (
        ("evening.txt", quote),
        ("blog.txt", f"As the paper wrote:\n\n{quote}\n"),
        ("post.txt", quote.lower()),
    ):
        assert trace(desk, text, case, name)["outcome"] == "not_enough_evidence"
    history = desk.ok("case", "show", case)["history"]
    assert history[0]["marks_new"] >= 14
    assert sum(step["marks_new"] for step in history[1:]) <= 1


def test_v12_below_the_threshold_a_case_shows_no_score_of_any_copy(files):
    desk, documents = files
    case = opened(desk)
    trace(desk, lines_of(documents[0].text("p-005"), 0, 12), case)
    shown = desk.ok("case", "show", case)
    assert [step["log_evalues_nats"] for step in shown["history"]] == [[]]
    printed = desk.run("case", "show", case).out
    assert "e-value" not in printed
    assert "12 marks in 1 exhibits" in printed or "marks in 1 exhibit" in printed
    with desk.vault() as vault, vault.snapshot() as tx:
        kept = codec.decode(tx.traces()[-1].case, Case)
    assert kept.named_scores == ()
    assert all(step.log_evalues_nats == () for step in kept.history)


def test_v16_e_or_p_is_declared_at_opening_and_p_decides_once(files):
    desk, documents = files
    case = opened(desk, "--decides", "p", "--exhibits", "3")
    quotes = [lines_of(one.text("p-011"), 0, 14) for one in documents]
    outcomes = [trace(desk, quote, case) for quote in quotes]
    assert [one["outcome"] for one in outcomes] == ["not_enough_evidence", "not_enough_evidence", "named"]
    assert outcomes[-1]["named"][0]["recipient"] == "p-011"
    assert any("2 of 3 are filed" in line for line in outcomes[1]["assumptions"])
    more = desk.run("trace", "--text", lines_of(documents[0].text("p-011"), 20, 9), "--case", case)
    assert more.code == 2
    assert "3 exhibits are filed and it is decided" in more.err


@pytest.mark.parametrize("options", [("--decides", "p"), ("--decides", "e", "--exhibits", "4")])
def test_v16_a_case_that_could_choose_its_moment_is_refused(desk, options):
    assert "a case decided by p takes --exhibits N" in desk.refused("case", "open", *options)


def test_a_document_sealed_at_a_stricter_level_does_not_enter_a_laxer_case(files):
    desk, documents = files
    lax = opened(desk, "--alpha", "1e-3")
    quote = lines_of(documents[0].text("p-011"), 0, 14)
    assert "sealed at 1e-6; open a case with --alpha 1e-6" in desk.run("trace", "--text", quote, "--case", lax).err


def test_v11_a_quote_that_was_traced_before_lowers_the_level_of_its_case(files):
    desk, documents = files
    quote = lines_of(documents[0].text("p-004"), 0, 26)
    assert desk.run("trace", "--text", quote, "--json").code in (0, 1)
    case = opened(desk)
    found = trace(desk, quote + "\n", case)
    with desk.vault() as vault, vault.snapshot() as tx:
        kept = codec.decode(tx.traces()[-1].case, Case)
    assert kept.tested_alpha == pytest.approx(found["alpha"] / 6)


def test_a_leak_of_two_people_in_turn_names_each_by_their_own_quotes(files):
    desk, documents = files
    case = opened(desk)
    for one in documents:
        for person, first in (("p-002", 0), ("p-009", 24)):
            found = trace(desk, lines_of(one.text(person), first, 24), case)
    assert {one["recipient"] for one in found["named"]} <= {"p-002", "p-009"}


def test_v16_a_case_goes_on_over_versions_and_copies_added_later(files):
    desk, documents = files
    case = opened(desk)
    for one, count in zip(documents, (12, 30, 30), strict=True):
        trace(desk, lines_of(one.text("p-001"), 0, count), case)
    newer = desk.file("newer.md", memo_of(0, "New duties"))
    second = desk.ok(
        "seal", newer, "--to", desk.list_of(PEOPLE), "--out", desk.home / "v2", "--supersedes", documents[0].id
    )
    text = next(one["path"] for one in second["copies"] if one["recipient"] == "p-001")
    found = trace(desk, lines_of(Path(text).read_text(), 0, 46), case)
    assert found["outcome"] == "named"
    assert [one["recipient"] for one in found["named"]] == ["p-001"]
    assert found["how"]["version"] == "2"


def test_unknown_cases_levels_and_bundles_are_refused(files):
    desk, documents = files
    quote = lines_of(documents[0].text("p-004"), 0, 9)
    assert "no case of several exhibits" in desk.refused("trace", "--text", quote, "--case", "case-000000")
    case = opened(desk)
    assert "fixed when it is opened" in desk.refused("trace", "--text", quote, "--case", case, "--alpha", "0.05")
    assert "no case of several exhibits" in desk.refused("case", "show", "case-000000")
    assert "No exhibit yet" in desk.run("case", "show", case).out
    foreign = desk.run(
        "trace", "--text", "Nothing of ours stands here, not a single word of it.", "--case", case, "--json"
    )
    assert foreign.json["outcome"] == "no_document"
    assert desk.ok("case", "list")["cases"][0]["exhibits"] == 0
    assert case in desk.run("case", "list").out


def test_the_identity_behind_a_case_takes_two_people(files):
    desk, documents = files
    keys = {name: desk.ok("people", "key", "--out", desk.home / name)["credential"] for name in ("ann", "ben")}
    desk.ok("people", "add", "ann", "--credential", keys["ann"])
    desk.ok("people", "add", "ben", "--credential", keys["ben"], "--as", "ann", "--key-file", desk.home / "ann")
    case = opened(desk)
    for one in documents:
        found = trace(desk, lines_of(one.text("p-013"), 0, 16), case)
    assert [(one["recipient"], one["organisation"]) for one in found["named"]] == [(None, None)]
    assert "p-013" not in desk.run("case", "show", case).out + desk.run("case", "show", case, "--json").out
    for name in keys:
        key = desk.home / name
        desk.ok("approve", case, "--as", name, "--key-file", key, "--purpose", "an internal inquiry")
    assert desk.ok("reveal", case)["named"][0]["recipient"] == "p-013"
    assert desk.ok("case", "show", case)["verdict"]["named"][0]["recipient"] == "p-013"
    later = trace(desk, lines_of(documents[0].text("p-013"), 16, 9), case)
    assert later["named"][0]["recipient"] is None, "a new verdict needs approvals of its own"


def test_an_interrupted_trace_counts_its_marks_once(files):
    desk, documents = files
    case, quote = opened(desk), lines_of(documents[0].text("p-006"), 0, 16)

    def killed(*_):
        raise MemoryError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("whosecopy.vault.tracing.judge_case", killed)
        with pytest.raises(MemoryError):
            desk.run("trace", "--text", quote, "--case", case)
    assert "No exhibit yet" in desk.run("case", "show", case).out
    trace(desk, quote, case)
    assert [step["marks_new"] for step in desk.ok("case", "show", case)["history"]] == [16, 0]


def test_an_exhibit_that_was_altered_in_the_vault_is_refused(files):
    desk, documents = files
    case = opened(desk)
    trace(desk, lines_of(documents[0].text("p-006"), 0, 16), case)
    with desk.vault() as vault, vault.transaction() as tx:
        kept = bytearray(tx.connection.execute(select(tables.exhibits.c.facts)).scalar_one())
        kept[len(kept) // 2] ^= 1
        tx.connection.execute(update(tables.exhibits).values(facts=bytes(kept)))
        record(tx, "test", {}, "2031-05-06T07:08:09Z")
    answer = desk.run("trace", "--text", lines_of(documents[1].text("p-006"), 0, 16), "--case", case)
    assert answer.code == 3
    assert "was altered" in answer.err


def test_no_bundle_is_made_of_a_case(files):
    desk, documents = files
    case = opened(desk)
    leak = desk.file("leak.txt", lines_of(documents[0].text("p-006"), 0, 16))
    id_ = trace(desk, leak.read_text(), case, "leak.txt")["case"]
    for name in (case, id_):
        assert "bundles hold single traces" in desk.refused("bundle", name, leak, "--out", desk.home / "out.zip")
    assert not (desk.home / "out.zip").exists()


def test_the_report_draws_how_the_evidence_of_the_named_copy_grew(files):
    desk, documents = files
    case = opened(desk, "--title", "Papers")
    for number, one in enumerate(documents):
        report = desk.home / f"{number}.html"
        answer = desk.run("trace", "--text", lines_of(one.text("p-013"), 0, 16), "--case", case, "--report", report)
    first, last = (desk.home / "0.html").read_text(), report.read_text()
    assert "The case of several exhibits" in first
    assert 'polyline class="walk"' not in first
    assert "named from here on" in last
    label = re.search(r"NAMED {2}copy (\S+),", answer.out)[1]
    assert label in last
    assert last.count("e-value " + label) == 1


def test_the_register_gives_a_share_only_to_batches_that_bring_somebody_new():
    register = Register()
    for names in (["a", "b", "a"], ["b"], ["c", "a"], []):
        register.add(names)
    assert register.numbers == {"a": 0, "b": 1, "c": 2}
    assert register.batches == [2, 1]
