"""Facts that outsiders turned out to know are evidence where copies said different things."""

import json

import numpy as np
import pytest

from whosecopy.media.transcription import told_of, transcribe
from whosecopy.seal.declare import prepare
from whosecopy.seal.plan import make_template
from whosecopy.trace.read import read_leak
from whosecopy.trace.told import declared_facts

PIERS = [f"pier {k}" for k in range(1, 17)]
TOWNS = (
    "Aldmoor", "Brackwell", "Corrie", "Dunfold", "Elsworth", "Farlow", "Garth", "Hexley", "Imber", "Jarrow",
    "Kelso", "Lydney", "Marlow", "Norham", "Oakham", "Penrith",
)  # fmt: skip
FACTS = 8


def plan(facts=FACTS):
    """A plan in which each copy names other piers and towns: two facts of 16 variants in a paragraph."""
    lines = ["---", "whosecopy: variants", "---", "", "# Plan", ""]
    for k in range(facts // 2):
        lines += [
            f"Crew {k} meets at {{{{#pier-{k}:fact:{'|'.join(PIERS)}}}}} and unloads there. It then goes on to"
            f" {{{{fact:{'|'.join(TOWNS)}}}}}, where the boats of crew {k} are kept. Nothing else is said.",
            "",
        ]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def template():
    prepared = prepare(plan().encode(), "plan.md", None, True, ("{{", "}}"))
    return make_template(prepared.master, prepared.declared, {"declared": "1"})


def test_facts_are_known_by_their_group_or_by_their_place(template):
    assert [fact.name for fact in declared_facts(template)] == [
        "pier-0", "fact-2", "pier-1", "fact-4", "pier-2", "fact-6", "pier-3", "fact-8",
    ]  # fmt: skip


def test_a_transcription_is_read_as_the_variants_that_were_known(template):
    text = transcribe("doc-1", [("pier-0", "PIER  3"), ("fact-4", "Kelso")]).decode()
    assert told_of(text) == "doc-1"
    seen = read_leak(template, text)
    assert np.flatnonzero(seen.reading.read).tolist() == [0, 3]
    assert seen.reading.levels_nats[[0, 3]].argmax(axis=1).tolist() == [2, 10]
    shown = [item for item in seen.evidence if item.state == "read"]
    assert [text[item.leak_start : item.leak_end] for item in shown] == ['"PIER 3"', '"Kelso"']


def test_a_fact_that_was_not_shown_is_an_erasure_and_so_is_one_shown_twice(template):
    shown = [("pier-0", "pier 3"), ("pier-0", "pier 4"), ("fact-2", "nowhere"), ("no such fact", "x")]
    seen = read_leak(template, transcribe("doc-1", shown).decode())
    assert not seen.reading.read.any()
    assert np.ptp(seen.reading.levels_nats) == 0
    assert {item.state for item in seen.evidence} == {"unclear", "absent"}


@pytest.mark.parametrize(
    "text",
    [
        "Facts of the matter that outsiders knew",
        "An essay. Facts of doc-1 that outsiders knew (whosecopy.transcription/1)",
        "",
    ],
)
def test_an_ordinary_text_is_no_transcription(text):
    assert told_of(text) is None


@pytest.mark.parametrize("words", ['say "no" \\ | {x}', "line\nbreak", "\u202eevil", "été"])
def test_any_words_survive_the_transcription(words):
    text = transcribe("doc-1", [(words, words)]).decode()
    assert told_of(text) == "doc-1"
    assert json.dumps(" ".join(words.split()), ensure_ascii=False) in text
