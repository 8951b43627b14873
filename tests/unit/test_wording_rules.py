"""What the wording families may rewrite, and the wrong readings that they must never produce."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from whosecopy.carriers.adverb import CARRIER as ADVERB
from whosecopy.carriers.contraction import CARRIER as CONTRACTION
from whosecopy.carriers.coordination import CARRIER as COORDINATION
from whosecopy.carriers.english import TextCarrier
from whosecopy.carriers.gate import REFUSED, judged, passes
from whosecopy.carriers.protect import guarded, quotations
from whosecopy.carriers.punctuation import OXFORD
from whosecopy.carriers.registry import carriers
from whosecopy.carriers.relative import CARRIER as RELATIVE
from whosecopy.carriers.synonym import CARRIER as SYNONYM
from whosecopy.carriers.synonym import RULES
from whosecopy.media.dispatch import open_document
from whosecopy.model import Document

MIXED = "We don't know yet. We do not mind. They're late. They are here. We can't wait. You cannot know.\n\n"
"""Opens the register of contractions."""


EVERYTHING = (
    "For example, the 12 towns began to work toward a plan that is better. Therefore, we hope that they have also been "
    "told. All of the tools that they need to carry out the work are here. We set up a team, and it is hard to say "
    "which of them, if anyone, will be able to help us improve the school, the road, and the mill.\n\n"
)


def english(text: str) -> Document:
    parsed = open_document(text.encode(), "t.txt")
    return replace(parsed, blocks=tuple(replace(b, kind="paragraph", language="en") for b in parsed.blocks))


def rewrites(carrier: TextCarrier, text: str) -> set[str]:
    """The texts with one site changed, by any rule: passed its gate or not."""
    master = english(text)
    return {
        carrier.write(master, [site], [k]).edited_text()
        for site in carrier.suggestions(master)
        for k in range(1, len(site.variants))
    }


@pytest.mark.parametrize(
    ("carrier", "one", "other"),
    [
        (SYNONYM, "For example, the coast guard uses it.", "For instance, the coast guard uses it."),
        (SYNONYM, "We spent more than 400 dollars.", "We spent over 400 dollars."),
        (SYNONYM, "In addition, the town pays.", "Additionally, the town pays."),
        (SYNONYM, "They wrote it down so that we can read it.", "They wrote it down so we can read it."),
        (SYNONYM, "We will begin to work on it.", "We will start to work on it."),
        (SYNONYM, "It is hard to say.", "It is difficult to say."),
        (SYNONYM, "All of the houses are empty.", "All the houses are empty."),
        (SYNONYM, "It costs $5 million a year.", "It costs $5 million per year."),
        (SYNONYM, "We continue to build ships.", "We continue building ships."),
        (RELATIVE, "We built a system that is safe.", "We built a system which is safe."),
        (RELATIVE, "We believe that they are right.", "We believe they are right."),
        (RELATIVE, "The tools that we need are here.", "The tools we need are here."),
        (ADVERB, "It has also been painted.", "It also has been painted."),
        (ADVERB, "It is not only cheap but also strong.", "It is not only cheap but strong."),
        (ADVERB, "If you need help, then we will come to you.", "If you need help, we will come to you."),
        (COORDINATION, "We want to improve schools and to create jobs.", "We want to improve schools and create jobs."),
    ],
)
def test_each_way_of_saying_it_offers_the_other(carrier: TextCarrier, one: str, other: str) -> None:
    assert other in rewrites(carrier, one)
    assert one in rewrites(carrier, other)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("The plan has assisted digital support for users.", "helped"),  # a term of art
        ("They have a legal right to require disclosure.", "need"),
        ("They have a legal right to require disclosure.", "have to"),
        ("The guide will help the user complete the form.", "assist"),
        ("Good writing needs patience; it is what a reader requires.", "requires patience"),
        ("Ann Lee, co-owner and chief executive, spoke first.", "co-owner, and"),
        ("We met the mentors that have helped us.", "mentors which"),
        ("While the talks went on, we waited.", "Whilst"),
        ("The Pew Research Center published a study.", "Study"),
        ("We made 1974 a year of hope.", "per year"),
        ("The only system that matters is here.", "which"),
        ("It was the system that failed.", "which"),
        ("It is the best plan that exists.", "which"),
        ("With this plan we will work again.", "plan that"),
        ("I know what you think they want.", "think that"),
        ("Ask the office before you send it.", "before that"),
        ("I wonder whether or not they know.", "whether they"),
        ("She worked for more than 10 years at the mill.", "over"),
        ("No more than 10 people came.", "over"),
        ("They talk about 20 people of the town.", "around"),
        ("The new plan already has problems.", "has already"),
        (
            "Let us take the first step in this regard, he told everyone who would listen.",
            "respect, he told everyone which",
        ),
    ],
)
def test_readings_known_to_be_wrong_are_not_offered(text: str, wrong: str) -> None:
    for carrier in (SYNONYM, RELATIVE, ADVERB, COORDINATION, OXFORD):
        assert not any(wrong in rewritten for rewritten in rewrites(carrier, text))


def test_a_formal_document_gets_no_contractions() -> None:
    assert (
        rewrites(CONTRACTION, "We do not know. They are late. It is not here. We will not go. You cannot stay.")
        == set()
    )


def test_one_contraction_in_a_quotation_does_not_open_a_formal_document() -> None:
    text = (
        "She said, \"I don't know, I can't say, it isn't mine.\" "
        + "We do not know. It is not here. They are not. " * 3
    )
    assert rewrites(CONTRACTION, text) == set()


def test_a_mixed_document_gets_contractions_after_both_forms_were_seen() -> None:
    offered = rewrites(CONTRACTION, MIXED + "We do not agree.")
    assert MIXED + "We don't agree." in offered
    assert not any(text.startswith("We do not know") for text in offered)


@pytest.mark.parametrize(
    "text",
    [
        "Why don't we go?",
        "Isn't it late?",
        "This is as good as it is.",
        "He is not only tired.",
        "She's done more than you think.",
        "It's been a long day.",
        "DO NOT ENTER here.",
        "Know who you Are today.",
        "That is to say, no.",
    ],
)
def test_contractions_that_would_read_wrong_are_left_alone(text: str) -> None:
    assert all(rewritten.endswith(text) for rewritten in rewrites(CONTRACTION, MIXED + text))


def test_no_variant_turns_a_denial_round() -> None:
    for rule in RULES:
        denied = {any(w in f" {v} " for w in (" not ", " no ", " never ", "n't ", " nobody ")) for v in rule.variants}
        assert len(denied) == 1, rule.name


def test_no_phrase_belongs_to_two_rules_with_different_partners() -> None:
    contexts: dict[tuple[str, str, str, bool], str] = {}
    for rule in RULES:
        for variant in rule.variants:
            key = (variant, rule.left, rule.right, rule.opening)
            assert contexts.setdefault(key, rule.name) == rule.name


def test_rhetorical_repetition_is_left_alone() -> None:
    assert rewrites(SYNONYM, "I invite every town, every city and every family.") == set()


def test_a_term_of_art_is_left_alone_where_it_recurs() -> None:
    text = "We saw a significant deficiency in the books. "
    assert rewrites(SYNONYM, text)
    assert rewrites(SYNONYM, text * 3) == set()


def test_a_rewritten_word_never_doubles_its_neighbour() -> None:
    assert rewrites(SYNONYM, "It grew in all of all the years.") == set()


@pytest.mark.parametrize(
    "quiet",
    [
        'He said, "For example, we begin to work toward it."',
        "He said, “For example, we begin to work toward it.”",
        "“For example, we begin to work toward it.\n\n“For example, we rely on it.”",
        'The company (the "For example") began.',
        "See http://example.org/for-example/toward or for-example@example.org at toward.txt.",
        "Use `for example toward` and {{ for example }} and {% for example %}.",
        "The Party of Everyone and the Toward Institute of London met.",
        "The buyer shall, for example, indemnify the seller and hereby begin to work toward it.",
    ],
)
def test_quotations_names_terms_code_and_legal_formulas_are_left_alone(quiet: str) -> None:
    assert rewrites(SYNONYM, quiet) == set()


def test_a_defined_term_is_left_alone_wherever_it_stands() -> None:
    text = 'The regular survey ("several towns") is public. We visited several towns in May.'
    assert not any("a number of towns" in rewritten for rewritten in rewrites(SYNONYM, text))


def test_quotations_may_be_curly_straight_single_or_left_open() -> None:
    text = 'A "b c" d “e f” g ‘h i’ j “k l'
    assert [text[a:b] for a, b in quotations(text)] == ['"b c"', "“e f”", "“k l", "‘h i’"]


def test_an_inch_sign_opens_no_quotation() -> None:
    assert quotations('A board of 5" and a nail.') == []


def test_a_reference_by_number_is_protected() -> None:
    text = "See sections 2 and 3 of the charter."
    spans = guarded(english(text))
    assert spans.touch(text.index("3"), text.index("3") + 1)
    assert not spans.touch(text.index("charter"), text.index("charter") + 7)


def test_a_hard_line_break_stays_where_it_is() -> None:
    text = "The coast guard uses it, for\nexample, and the towns rely on it."
    assert text.replace("for\nexample", "for\ninstance") in rewrites(SYNONYM, text)


def test_a_line_break_that_a_variant_cannot_hold_makes_no_site() -> None:
    assert all("\n" in rewritten for rewritten in rewrites(SYNONYM, "They wrote it down so\nthat we can read it."))


def test_the_article_before_a_variant_stays_right() -> None:
    assert not any(
        "a entire" in r or "an whole" in r for r in rewrites(SYNONYM, "It was a whole day and an entire night.")
    )


def test_a_rule_that_failed_its_gate_is_only_suggested() -> None:
    never = replace(SYNONYM, passes=lambda carrier, rule: rule != "for example/for instance")
    text = english("For example, we walk toward the town.")
    assert [site.locator for site in never.sites(text)] == ["toward/towards"]
    assert [site.locator for site in never.suggestions(text)] == ["for example/for instance", "toward/towards"]


def test_nothing_marks_by_default_that_no_judge_has_passed() -> None:
    for carrier in carriers():
        if isinstance(carrier, TextCarrier):
            for site in carrier.sites(english(MIXED * 5 + EVERYTHING)):
                hits, fine = judged()[f"{carrier.name}: {site.locator}"]
                assert hits > 0
                assert fine / hits >= 0.95


@pytest.mark.parametrize(("hits", "fine", "on"), [(0, 0, False), (1, 1, True), (20, 19, True), (19, 18, False)])
def test_a_rule_needs_a_judged_hit_and_nineteen_of_twenty_right(
    hits: int, fine: int, on: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whosecopy.carriers.gate.judged", lambda: {"c: a/b": (hits, fine)})
    assert passes("c", "a/b") is on


def test_what_a_person_refused_stays_off_whatever_the_judges_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whosecopy.carriers.gate.judged", lambda: dict.fromkeys(REFUSED, (50, 50)))
    assert not any(passes(*rule.split(": ", 1)) for rule in REFUSED)


def test_the_data_of_the_gate_are_the_recorded_verdicts() -> None:
    record = Path(__file__).parents[2] / "docs/explanation/gate.jsonl"
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    said = Counter(f"{line['carrier']}: {line['rule']}" for line in lines)
    fine = Counter(f"{line['carrier']}: {line['rule']}" for line in lines if line["fine"])
    assert judged() == {rule: (hits, fine[rule]) for rule, hits in said.items()}


@pytest.mark.parametrize(
    ("carrier", "text"),
    [
        (SYNONYM, "They offer a chance to none of us, a chance to win."),
        (SYNONYM, "It is not based on a dream. It is based upon the truth."),
        (SYNONYM, "We must decide if our house will stand and whether it will grow."),
        (SYNONYM, "We serve in our interest and in the interest of the town."),
        (SYNONYM, "It has a significant effect on the coast."),
        (SYNONYM, "They plan to hold more than four meetings."),
        (SYNONYM, "The request for information you need to process is here."),
        (SYNONYM, "It has features to help you find it."),
        (RELATIVE, "It is software that runs, a tool which helps."),
        (RELATIVE, "The table below tells you which part is yours."),
        (RELATIVE, "Many times in letters we jump right in."),
        (RELATIVE, "The hope we had is gone."),
        (ADVERB, "Our notes are always greatly liked."),
        (COORDINATION, "It takes both faith in the goal and the nerve."),
    ],
)
def test_a_place_that_a_judge_would_refuse_is_left_alone(carrier: TextCarrier, text: str) -> None:
    assert not any(site.locator != "that before a subject" for site in carrier.suggestions(english(text)))


def test_a_pair_of_two_registers_opens_only_after_both_were_seen() -> None:
    assert rewrites(SYNONYM, "But we stayed. But they left us. But it was late.") == set()
    opened = "But we stayed. However, they left us. "
    assert rewrites(SYNONYM, opened + "But it was late.") == {opened + "However, it was late."}


@pytest.mark.parametrize(
    "text", ["If we will work, we eat well.", "There's millions here.", "It will rain. It'll snow."]
)
def test_contractions_that_a_judge_refused_are_left_alone(text: str) -> None:
    assert all(rewritten.endswith(text) for rewritten in rewrites(CONTRACTION, MIXED + text))


def test_the_same_contraction_twice_in_a_sentence_is_left_alone() -> None:
    for text in ("They do not mind, and we don't mind.", "Let us go now. Let us see the sea."):
        assert all(rewritten.endswith(text) for rewritten in rewrites(CONTRACTION, MIXED + text))
