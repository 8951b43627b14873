"""What outsiders knew, in words and tables, for the terminal and for the page."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from whosecopy.cli.terminal import out, print_table
from whosecopy.model import Outcome

if TYPE_CHECKING:
    from whosecopy.assess.knowledge import Lead
    from whosecopy.cli.knowing_run import Found
    from whosecopy.model import Verdict

_NOTES = {
    "before_anybody": "before anybody on the lists had it: not from them",
    "nobody": "nobody on the lists ever had it",
    "": "",
}
UNSAID = (
    "Who told it. Groups are spoken of, never people, and no count below 5.",
    "How likely it is. Facts that were merely shared are guessed, passed on, overheard: they have no p-value.",
    "Anything against those who are in a group: most of them, or all, told nobody.",
)


def headline(found: "Found") -> str:
    """The answer in a line."""
    lines = [_verdict_line(verdict) for verdict in found.evidence if verdict.outcome is not Outcome.NO_DOCUMENT]
    named = [line for line in lines if line.startswith("NAMED")]
    if named:
        return named[0]
    if found.lead is None:
        return lines[0] if lines else "CANNOT SAY: outsiders showed no fact that was shared"
    return lead_line(found.lead)


def lead_line(lead: "Lead") -> str:
    """The lead in a line."""
    if lead.outcome == "cannot_say":
        return f"CANNOT SAY: {lead.reason}."
    return f"A LEAD, no evidence: {lead.consistent} of {lead.people} people had all that outsiders knew, in time."


def evidence_lines(found: "Found") -> Iterator[str]:
    """What the marks of randomised facts say, a line for each document."""
    for verdict in found.evidence:
        title = verdict.document["title"] if verdict.document else "a document"
        yield f"{title}: {verdict.marks.read} randomised facts read. {_verdict_line(verdict)}"


def _verdict_line(verdict: "Verdict") -> str:
    from whosecopy.trace.report.figures import figure_ascii, one_in

    case = f" Case {verdict.case}." if verdict.case else ""
    if verdict.outcome is Outcome.NAMED:
        copies = "; ".join(
            f"copy {one.copy}, family-wise p <= {figure_ascii(one.p_familywise)}: {one_in(one.p_familywise)}"
            for one in verdict.named
        )
        return f"NAMED  {copies} (N = {verdict.codewords:,}).{case}"
    return f"{verdict.outcome.value.replace('_', ' ').upper()}.{case}"


def fact_rows(lead: "Lead") -> list[tuple[str, str, str, str, str]]:
    """Each fact: whether and when outsiders knew it, how many had it by then, and what is odd about it."""
    return [
        (one.fact, "known" if one.known else "not known", one.when, f"{one.people}", _NOTES[one.note])
        for one in lead.facts
    ]


def group_rows(lead: "Lead") -> list[tuple[str, str, str]]:
    """Each compartment that may be spoken of: its people, and how many of them had all of it."""
    return [(one.compartment, f"{one.people}", f"{one.consistent}") for one in lead.compartments]


def question_rows(lead: "Lead") -> list[tuple[str, str, str]]:
    """Facts worth asking after: how many of those who fit had each."""
    return [(one.fact, one.compartment, f"{one.people}") for one in lead.questions]


def narrower_line(lead: "Lead") -> str:
    """How many who fit had nothing of what outsiders lacked; empty where nothing was lacking."""
    if all(one.known for one in lead.facts):
        return ""
    return (
        f"Of these, {lead.narrower} had none of what outsiders did not know. (Whoever told some of it may have kept"
        " the rest back: this excludes nobody.)"
    )


def show(found: "Found") -> None:
    """All of it on the terminal."""
    from rich.text import Text

    from whosecopy.trace.report.page import visible

    screen = out()
    for line in evidence_lines(found):
        screen.print(Text(f"Evidence: {visible(line)}", style="bold green" if "NAMED" in line else ""))
    for note in found.notes:
        screen.print(f"Note: {visible(note)}")
    if found.lead is not None:
        _show_lead(found.lead)
    elif not found.evidence:
        screen.print(headline(found))
    inputs = ", ".join(f"{name} {digest[:16]}" for name, digest in found.inputs.items())
    screen.print(f"{'Recorded first' if found.recorded else 'Not recorded (no vault)'}: SHA-256 of {inputs}")


def _show_lead(lead: "Lead") -> None:
    from rich.text import Text

    screen = out()
    screen.print(Text(lead_line(lead), style="bold yellow"))
    print_table(("fact", "outsiders", "when", "had it by then", ""), fact_rows(lead), {3})
    if lead.outcome == "cannot_say":
        return
    if narrower_line(lead):
        screen.print(narrower_line(lead))
    screen.print()
    print_table(("compartment", "people", "had all of it"), group_rows(lead), {1, 2})
    if lead.questions:
        screen.print()
        print_table(
            ("to learn more, find out whether outsiders know", "compartment", "had it, of those"),
            question_rows(lead),
            {2},
        )
    screen.print("Groups, not people. It is no evidence against anybody in them.")
