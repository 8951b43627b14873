"""A forecast promises what measured rates and the exact code give, and nothing where nothing was measured."""

from dataclasses import replace

import numpy as np
import pytest

from whosecopy.media.dispatch import open_document
from whosecopy.model import Layout, Site, Word
from whosecopy.seal.forecast import choose_profile, forecast
from whosecopy.seal.plan import make_template
from whosecopy.seal.rates import Attack, Rates, measured_rates

SURE = ((4.0, 1.0),)
HALF = ((0.0, 0.5), (4.0, 0.5))
ALWAYS_WRONG = ((-4.0, 1.0),)


def rates_of(levels, **others):
    """A table of attacks that all leave `levels`, but for those named."""
    parts = {"retype": "whole", "half of the text": "half", "one page": "page", "one paragraph": "paragraph"}
    attacks = [Attack(name, part, 1, others.get(name, levels)) for name, part in parts.items()]
    attacks += [Attack(f"coalition of {size}", "whole", size, levels) for size in (2, 3)]
    return Rates("2031-05-06", "a test", tuple(attacks))


def template_of(marks, carrier="declared", words=8):
    """`marks` sites, one in each paragraph of `words` words."""
    text = "\n\n".join(f"mark{k:03} " + " ".join(["word"] * (words - 1)) for k in range(marks))
    starts = [text.index(f"mark{k:03}") for k in range(marks)]
    sites = [Site(carrier, start, start + 7, (f"mark{k:03}", f"sign{k:03}")) for k, start in enumerate(starts)]
    return make_template(open_document(text.encode(), "marks.txt"), sites, {})


def table(template, recipients, rates, alpha=1e-6, trials=20):
    found = forecast(template, recipients, alpha, rates, lambda done, total: None, trials)
    return {row.attack: row for row in found.rows}, found


def test_a_document_with_many_sure_marks_is_promised():
    rows, whole = table(template_of(60), 80, rates_of({"declared": SURE}))
    assert rows["retype"].marks_expected == 60
    assert rows["half of the text"].marks_expected == pytest.approx(30, abs=1)
    assert rows["retype"].chance_to_name > 0.85
    assert 0 < whole.shortest_words < whole.whole_words == 480
    assert (whole.recipients, whole.marks, whole.measured, whole.command) == (80, 60, "2031-05-06", "a test")


def test_hopeless_documents_are_promised_nothing():
    rows, whole = table(template_of(10), 80, rates_of({"declared": SURE}))
    assert {row.chance_to_name for row in rows.values()} == {0.0}
    assert whole.shortest_words == 0


def test_a_carrier_that_was_never_measured_counts_as_erased():
    rows, whole = table(template_of(80, carrier="layout.kerning"), 20, rates_of({"declared": SURE}))
    assert {(row.marks_expected, row.chance_to_name) for row in rows.values()} == {(0.0, 0.0)}
    assert whole.shortest_words == 0


def test_a_carrier_of_a_measured_family_is_rated_as_its_family():
    rows, _ = table(template_of(40, carrier="wording.future"), 20, rates_of({"wording.synonym": HALF}))
    assert rows["retype"].marks_expected == 20


def test_more_recipients_are_never_promised_more():
    template, rates = template_of(36), rates_of({"declared": ((0.0, 0.1), (2.5, 0.3), (4.0, 0.6))})
    promised = [table(template, recipients, rates)[0] for recipients in (2, 8, 32, 128, 512, 100_000)]
    for name in promised[0]:
        chances = [rows[name].chance_to_name for rows in promised]
        assert chances == sorted(chances, reverse=True)
    assert promised[0]["retype"].chance_to_name > promised[-1]["retype"].chance_to_name == 0


def test_a_smaller_alpha_is_never_promised_more():
    template, rates = template_of(36), rates_of({"declared": ((2.5, 0.5), (4.0, 0.5))})
    promised = [table(template, 80, rates, alpha)[0]["retype"].chance_to_name for alpha in (1e-2, 1e-6, 1e-12)]
    assert promised == sorted(promised, reverse=True)
    assert promised[0] > promised[-1]


def test_marks_that_are_always_misread_promise_nothing():
    rows, _ = table(template_of(60), 80, rates_of({"declared": ALWAYS_WRONG}))
    assert rows["retype"].chance_to_name == 0
    assert rows["retype"].marks_expected == 60


def test_a_promise_is_a_lower_limit_and_never_certainty():
    rows, _ = table(template_of(90), 2, rates_of({"declared": SURE}), trials=20)
    assert 0.85 < rows["retype"].chance_to_name < 1.0


def test_the_same_document_gets_the_same_forecast():
    template, rates = template_of(44), rates_of({"declared": HALF})
    assert table(template, 80, rates)[1] == table(template, 80, rates)[1]


PLANNED = [(1, "solo"), (2, "short"), (3, "GL6"), (5, "GL6"), (6, "GL8"), (20, "GL8")]


@pytest.mark.parametrize(("coalition", "profile"), PLANNED)
def test_a_planned_coalition_decides_the_profile(coalition, profile):
    chosen = choose_profile(template_of(5), 80, 1e-6, rates_of({}), coalition)
    assert {mark.profile for mark in chosen.marks} == {profile}


def test_few_marks_go_to_the_profile_that_names_one_leaker_best():
    chosen = choose_profile(template_of(70), 80, 1e-6, rates_of({"declared": SURE}), None)
    assert {mark.profile for mark in chosen.marks} == {"solo"}


def test_many_marks_go_to_a_profile_that_also_stands_a_coalition():
    rates = rates_of({"declared": SURE})
    template = template_of(130)
    chosen = choose_profile(template, 80, 1e-6, rates, None)
    planned, _ = table(chosen, 80, rates, trials=14)
    plain, _ = table(template, 80, rates, trials=14)
    assert planned["coalition of 3"].chance_to_name >= plain["coalition of 3"].chance_to_name
    assert planned["half of the text"].chance_to_name >= 0.7


def test_a_document_without_any_mark_has_a_forecast_of_nothing():
    bare = make_template(open_document(b"Plain text.\n", "plain.txt"), (), {})
    rows, whole = table(bare, 5, rates_of({}))
    assert {row.chance_to_name for row in rows.values()} == {0.0}
    assert whole.marks == 0


def test_the_measured_rates_that_come_with_the_program_are_shares_of_one():
    rates = measured_rates()
    names = [attack.name for attack in rates.attacks]
    assert {"paste", "retype", "half of the text", "one page", "one paragraph", "photo read by OCR"} <= {*names}
    assert {"coalition of 2", "coalition of 3"} <= {*names}
    for attack in rates.attacks:
        for levels in attack.levels.values():
            assert sum(share for _, share in levels) == pytest.approx(1.0)
            assert all(0 <= share <= 1 and np.isfinite(nats) for nats, share in levels)


def test_a_document_with_both_promises_no_layout_for_what_is_copied_as_text():
    text, file, both = measured_rates(), measured_rates(pages=True), measured_rates(pages=True, wording=True)
    by_name = {attack.name: attack for attack in both.attacks}
    assert len(by_name) == len(both.attacks)
    for attack in text.attacks:
        assert not any(carrier.startswith("layout.") for carrier in by_name[attack.name].levels)
    kept = by_name["the file, saved again"].levels
    assert (
        kept["layout.word_x"]
        == next(one for one in file.attacks if one.name == "the file, saved again").levels["layout.word_x"]
    )
    assert kept["declared"] == next(one for one in text.attacks if one.name == "paste").levels["declared"]


def test_forecast_says_by_attack_what_could_be_traced(desk, story):
    source, to = desk.file("plan.md", story["plan.md"]), desk.file("to.csv", story["recipients.csv"])
    answer = desk.ok("forecast", source, "--to", to, forecast=True)
    rows = {row["attack"]: row for row in answer["forecast"]["rows"]}
    assert rows.keys() == {attack.name for attack in measured_rates().attacks}
    assert rows["paste"]["chance_to_name"] > 0.85
    assert rows["one paragraph"]["chance_to_name"] == 0
    told = {"recipients", "alpha", "marks", "shortest_words", "whole_words", "measured", "command"}
    assert answer["forecast"].keys() >= told
    assert answer["marks"]["total"] == sum(answer["marks"]["by_carrier"].values()) == answer["forecast"]["marks"]
    said = desk.run("forecast", source, "--to", to).out
    assert "coalition of 3" in said
    assert "one-sentence quotes cannot be traced" in said
    assert desk.ok("documents")["documents"] == []


def test_a_forecast_of_too_few_marks_is_refused_like_the_seal(desk):
    source = desk.file("short.md", "We do not expect any delay.\n")
    to = desk.file("to.csv", "id\na\nb\n")
    line = desk.refused("forecast", source, "--to", to)
    assert "too few marks" in line
    assert "suggest" in line


def test_leaks_that_are_lost_are_not_promised():
    levels = {"declared": SURE}
    sure, often = (Attack(name, "whole", 1, levels, lost) for name, lost in (("sure", 0.0), ("often", 0.25)))
    rates = rates_of(levels)
    rows, _ = table(template_of(60), 80, Rates(rates.measured, rates.command, (*rates.attacks, sure, often)))
    assert rows["often"].marks_expected == 0.75 * rows["sure"].marks_expected == 45
    assert rows["often"].chance_to_name == pytest.approx(0.75 * rows["sure"].chance_to_name, abs=1e-3)


def test_a_page_and_a_quarter_of_it_show_their_own_marks_only():
    marks = template_of(64, carrier="layout.word_x")
    places = [(k // 32, 100 * (k % 2) + 10, 10 * (k % 32 // 2) + 10) for k in range(64)]
    words = tuple(
        Word(site.start, site.end, page, (left, top, left + 30, top + 5), 10.0, k, room_em=0.04)
        for k, (site, (page, left, top)) in enumerate(zip(marks.sites, places, strict=True))
    )
    sites = tuple(replace(site, locator=f"{k} 0.04") for k, site in enumerate(marks.sites))
    template = replace(marks, sites=sites, layout=Layout(words, ((200.0, 170.0), (200.0, 170.0))))
    rates = rates_of({"layout.word_x": SURE})
    seen = [Attack(name, name, 1, {"layout.word_x": SURE}) for name in ("sheet", "quarter")]
    rows, _ = table(template, 80, Rates(rates.measured, rates.command, (*rates.attacks, *seen)))
    assert rows["sheet"].marks_expected == 32
    assert rows["quarter"].marks_expected == 8
