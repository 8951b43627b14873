"""What outsiders knew, as a page."""

from typing import TYPE_CHECKING

from whosecopy import __version__
from whosecopy.cli.knowing_words import (
    UNSAID,
    evidence_lines,
    fact_rows,
    group_rows,
    headline,
    lead_line,
    narrower_line,
    question_rows,
)
from whosecopy.cli.paper import Paper, Section, Table

if TYPE_CHECKING:
    from whosecopy.cli.knowing_run import Found

_RULES = (
    "A person fits who had every fact that outsiders knew by the time they knew it. Facts that outsiders knew before"
    " anybody on the lists had them are left out of this and told above.",
    "A fact of which it is not said whether outsiders knew it says nothing.",
    "A date alone is read so that it keeps people in: the end of the day for what outsiders knew, its beginning for"
    " what somebody was told.",
    "A compartment is listed only if at least five of its people fit; no smaller count is spelt out.",
    "Evidence from marks and this lead are never multiplied: a mark is a coin flip of ours, a shared fact is not.",
)
_FACTS = ("fact", "outsiders", "when", "people who had it by then", "")
_GROUPS = ("compartment", "people", "of these, had all of it in time")
_QUESTIONS = ("find out whether outsiders know", "compartment", "people who had it, of those who fit")


def paper(found: "Found", made_at: str) -> Paper:
    """The page of an assessment of knowledge."""
    inputs = [f"{name}: SHA-256 {digest}" for name, digest in found.inputs.items()]
    recorded = (
        "These lists were recorded in the vault before any access list or codeword was opened."
        if found.recorded
        else "No vault was used: nothing proves that these lists were made before the access list was seen."
    )
    return Paper(
        kind="What outsiders knew",
        made_at=made_at,
        answer=headline(found),
        lead="Evidence, where copies told different things; a lead, where the same was told to many. Kept apart.",
        unsaid=UNSAID,
        sections=(
            *_evidence(found),
            *_lead(found),
            Section("What it rests on", words=[recorded], points=[*inputs, *_RULES]),
        ),
        command="whosecopy assess knowledge --facts FILE --known FILE",
        software=f"whosecopy {__version__}",
        confidential="This page says what outsiders know and what they do not. Keep it to yourself.",
    )


def _evidence(found: "Found") -> tuple[Section, ...]:
    lines = [*evidence_lines(found), *(f"Note: {note}." for note in found.notes)]
    return (Section("Evidence from randomised facts", words=lines),) if lines else ()


def _lead(found: "Found") -> tuple[Section, ...]:
    lead = found.lead
    if lead is None:
        return ()
    sections = [
        Section(
            "What outsiders knew and did not know",
            tables=[Table("Shared facts", _FACTS, fact_rows(lead), frozenset({3}))],
        )
    ]
    words = [lead_line(lead), *([narrower_line(lead)] if narrower_line(lead) and lead.outcome == "lead" else [])]
    tables = [Table("Compartments that fit", _GROUPS, group_rows(lead), frozenset({1, 2}))] if lead.compartments else []
    sections.append(Section("The lead", words=words, tables=tables))
    if lead.questions:
        table = Table("Most telling first", _QUESTIONS, question_rows(lead), frozenset({2}))
        sections.append(Section("What would discriminate", tables=[table]))
    return tuple(sections)
