"""Declared variants: what an author writes, what it becomes, and what is refused."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whosecopy.carriers.declared import DECLARED, Declared, count_braces, unfold, wants_variants
from whosecopy.carriers.lint import lint
from whosecopy.carriers.markup import escape, scan
from whosecopy.carriers.suggest import annotate, candidates
from whosecopy.errors import InputError
from whosecopy.media.align import align
from whosecopy.media.dispatch import open_document, render
from whosecopy.model import Document, Site

PLAN = r"""---
title: Plan
whosecopy: variants
---

# Night plan

Work {{begins at|starts at}} nine at the {{!Old Mill}}. {{#tone:We will|We'll}} bring the pumps and
{{either\|or|one of both}} hoses. {{Spare lamps are in the hut.|}} Nobody {{|ever }}works alone; that is
the rule, and {{#tone:we will|we'll}} keep it.

::: variants
The crane stays at the lower quay until the last
barge has left.
---
Until the last barge has left, the crane remains
at the lower quay.
:::

Use `{{name}}` for names.
"""


def unfolded(text: str, name: str = "plan.md", opening: str = "{{", closing: str = "}}") -> tuple[Document, Declared]:
    annotated = open_document(text.encode(), name)
    declared = unfold(annotated, opening, closing)
    edited = annotated.with_edits(declared.document_edits)
    master = open_document(render(edited), name)
    assert master.text == edited.edited_text()
    return master, declared


@pytest.mark.parametrize("name", ["plan.md", "plan.txt"])
def test_the_master_says_the_first_variant_everywhere(name):
    text = PLAN if name.endswith("md") else PLAN.replace("`{{name}}`", "braces")
    master, declared = unfolded(text, name)
    assert "{{" not in master.text.replace("{{name}}", "")
    assert ":::" not in master.text
    for site in declared.sites:
        assert master.text[site.start : site.end] == site.variants[0]
    assert [master.text[low:high] for low, high in declared.protected] == ["Old Mill"]
    assert [site.variants for site in declared.sites] == [
        ("begins at", "starts at"),
        ("We will", "We'll"),
        ("either|or", "one of both"),
        ("Spare lamps are in the hut. ", ""),
        ("", "ever "),
        ("we will", "we'll"),
        (
            "The crane stays at the lower quay until the last\nbarge has left.",
            "Until the last barge has left, the crane remains\nat the lower quay.",
        ),
    ]
    assert [site.link for site in declared.sites] == ["", "tone", "", "", "", "tone", ""]


def test_what_was_declared_is_written_and_read_back():
    master, declared = unfolded(PLAN)
    for choice in ([1] * 7, [0, 1, 0, 1, 1, 1, 0], [1, 0, 1, 0, 0, 0, 1]):
        copy = open_document(render(DECLARED.write(master, declared.sites, choice)), "plan.md").text
        assert "  " not in copy.replace("\n", "")
        rows = DECLARED.read(align(master.text, " ".join(copy.split())), declared.sites)
        assert rows.argmax(axis=1).tolist() == choice
        assert (rows.max(axis=1) > rows.min(axis=1)).all()


def test_a_master_shows_no_declared_sites_of_its_own():
    assert DECLARED.sites(unfolded(PLAN)[0]) == []


@pytest.mark.parametrize(
    ("text", "master"),
    [
        ("Go now. {{Or wait.|}} Then leave.", "Go now. Or wait. Then leave."),
        ("Go now. {{|Or wait.}} Then leave.", "Go now. Then leave."),
        ("Go now{{| please}}.", "Go now."),
        ("Go {{|at once}}.", "Go."),
        ("{{|Please }}go to the pier.", "go to the pier."),
        ("{{|Today}} we go to the pier.", "we go to the pier."),
    ],
)
def test_no_blank_betrays_an_empty_variant(text, master):
    found, declared = unfolded(text + " More text follows here.", "x.txt")
    assert found.text == master + " More text follows here."
    for choice in (0, 1):
        copy = DECLARED.write(found, declared.sites, [choice]).edited_text()
        assert "  " not in copy
        assert " ." not in copy
        assert copy[0] != " "


def test_another_delimiter_leaves_template_tags_alone():
    master, declared = unfolded("Dear {{ name }}, we [[begin|start]] at nine.", "x.md", "[[", "]]")
    assert master.text == "Dear {{ name }}, we begin at nine."
    assert [site.variants for site in declared.sites] == [("begin", "start")]


@pytest.mark.parametrize(
    "text",
    [
        "We {{begin|start at nine.",
        "We {{begin|{{start|open}}}} at nine.",
        "We {{begin}} at nine.",
        "We {{" + "|".join("abcdefghijklmnopq") + "}} at nine.",
        "We {{#|a}} at nine.",
        "{{#x:a|b}} and {{#x:a|b|c}}",
        "::: variants\nOne.\n---\nTwo.",
        "::: variants loudly\nOne.\n---\nTwo.\n:::",
        "::: variants\nOne.\n\nOne more.\n---\nTwo.\n:::",
    ],
)
def test_a_broken_declaration_is_refused_by_unfold_and_lint_alike(text):
    with pytest.raises(InputError):
        unfold(open_document(text.encode(), "x.txt"))
    assert lint(text)


def test_a_variant_that_is_bold_half_way_is_refused():
    with pytest.raises(InputError, match="one look"):
        unfolded("We [[be**gin** here|start]] at nine.", "x.md", "[[", "]]")


def test_variants_are_read_only_when_asked_for():
    assert wants_variants(PLAN)
    assert wants_variants(PLAN.replace("\n", "\r\n"))
    assert not wants_variants(PLAN.replace("whosecopy: variants\n", ""))
    assert not wants_variants("Text\n\nwhosecopy: variants\n")
    assert count_braces("{{a|b}} {{!c}} {{d|e|f}} {{g}}") == 2


@given(st.lists(st.text(alphabet="ab|#!\\ ", max_size=8), min_size=2, max_size=5))
def test_whatever_is_escaped_is_meant(variants):
    found, flaws = scan("x {{" + "|".join(escape(v) for v in variants) + "}} y")
    assert not flaws
    assert found[0].variants == tuple(variants)


@given(st.text(alphabet="{}|#!:\\ a\n-fact", max_size=60))
def test_nonsense_is_refused_or_read_but_never_crashes(text):
    found, flaws = scan(text)
    assert all(0 <= flaw.offset < len(text) for flaw in flaws)
    assert all(one.end <= other.start for one, other in pairwise(found))


def messages(text: str) -> str:
    return "; ".join(finding.message for finding in lint(text))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("It costs {{12 euros|13 euros}}.", "numbers"),
        ("It costs {{twelve euros|thirteen euros}}.", "numbers"),
        ("It costs {{$5|€5}}.", "numbers"),
        ("Ask {{Anna|Berta}} first.", "names"),
        ("We met in Rome. {{Rome|Milan}} was hot. In Milan it rained.", "names"),
        ("We leave {{on Monday|on Tuesday}}.", "names"),
        ("We leave {{today|tomorrow}}.", "times"),
        ("We leave {{at noon|at once}}.", "times"),
        ("They {{agreed|did not agree}}.", "negation"),
        ("They {{can|can't}} come.", "negation"),
        ("Staff {{must|may}} leave.", "obligation"),
        ('He said {{"yes"|\u201cyes\u201d}}.', "read the same"),
        ("We {{go|go}}.", "read the same"),
        ("{{The pumps are brought in by boat.|The pumps are brought in by boat. At night.}}", "contains"),
        ("We {{go |leave}}now.", "run together"),
        ("{{#a:x|y}} {{#a:x|y|z}}", "group #a"),
    ],
)
def test_dangerous_variants_are_refused(text, what):
    assert what in messages(text)


@pytest.mark.parametrize(
    "text",
    [
        "Take {{12|twelve}} boats.",
        "It {{does not|doesn't}} leak.",
        "{{Neither side may leave.|No side may leave.}}",
        "{{Rain is likely.|It will probably rain.}} Bring coats.",
        "First. {{Teams meet at 10:00.|At 10:00 teams meet.}} Then go.",
        "{{The Harbour Police secure the exits.|The exits are secured by the Harbour Police.}}",
        "The code is {{fact:4711|4712|4713}}.",
        "The {{!Acme Corp.}} said{{| that}} it works.",
        "```\n{{x}}\n```\nand `{{y}}`.",
        "---\ntitle: {{x}}\n---\nText.",
    ],
)
def test_harmless_variants_pass(text):
    assert lint(text) == []


def test_findings_have_line_and_column():
    (finding,) = lint("# A\n\nWe take {{a|b}} and {{12|13}} boats.\r\n")
    assert (finding.line, finding.column) == (3, 21)


def test_a_finding_inside_a_block_points_at_the_block():
    (finding,) = lint("Text.\n\n::: variants\nWe take 3 boats.\n---\nWe take 4 boats.\n:::\n")
    assert (finding.line, finding.column) == (3, 1)


def test_accepted_suggestions_come_back_as_sites():
    text = (Path(__file__).parents[1] / "documents" / "policy.md").read_bytes()
    document = open_document(text, "policy.md")
    sites = candidates(document)
    assert len(sites) > 5
    annotated = open_document(annotate(document, sites).encode(), "policy.md")
    declared = unfold(annotated)
    assert annotated.with_edits(declared.document_edits).edited_text() == document.text
    assert [(s.start, s.end) for s in declared.sites] == [(s.start, s.end) for s in sites]


def test_suggestions_escape_what_the_syntax_knows():
    document = open_document(b"Choose either|or here.", "x.txt")
    site = Site("test", 7, 16, ("either|or", "#1"), link="pair")
    assert annotate(document, [site], "<<", ">>") == r"Choose <<#1:either\|or|\#1>> here."
