"""What outsiders turned out to know, against who had been told: a lead, never evidence.

Facts that were merely shared were chosen by somebody, told in groups, guessed and passed on: nothing is known of
how they would look if all were innocent, so there is no p-value here and nothing is multiplied into the
evidence of marks. What is said are groups: which compartments hold people who could have told all of it, how many
these are, and what would discriminate. Nobody is listed, and no count below 5 is spelt out.

A fact that the list of what is known does not mention says nothing. A time is read to the benefit of keeping
people in: a date alone is the last moment of the day for what outsiders knew, the first for what somebody was told.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whosecopy.assess.access import FEWEST, Access, counted, earliest
from whosecopy.assess.knowledge_files import Fact, Known
from whosecopy.model import Floats

_MOST_QUESTIONS = 8


@dataclass(frozen=True, slots=True)
class Compared:
    """One fact that outsiders knew or did not know, beside the people who had it by then (masked).

    `note` is `before_anybody` where outsiders knew it before anybody on the lists had it, `nobody` where nobody
    ever had it, else empty.
    """

    fact: str
    document: str
    compartment: str
    known: bool
    when: str
    people: int | str
    note: str


@dataclass(frozen=True, slots=True)
class Group:
    """A compartment (or a document told in none): how many had any of it, and how many of these could have told all."""

    compartment: str
    people: int | str
    consistent: int | str


@dataclass(frozen=True, slots=True)
class Question:
    """A fact of which it is not said whether outsiders know it, and how many who fit had it: asking would tell."""

    fact: str
    compartment: str
    people: int | str
    bits: float


@dataclass(frozen=True, slots=True)
class Lead:
    """Which groups fit, or why nothing can be said (`outcome` is `lead` or `cannot_say`).

    `consistent` of `people` had all that outsiders knew (before they knew it, as far as anybody had); `narrower`
    of these had nothing of what outsiders did not know. Numbers are masked as by `counted`.
    """

    outcome: str
    reason: str
    people: int | str
    consistent: int | str
    narrower: int | str
    compartments: tuple[Group, ...]
    facts: tuple[Compared, ...]
    questions: tuple[Question, ...]


def lead(facts: Sequence[Fact], known: Sequence[Known], accesses: Sequence[Access]) -> Lead:
    """Compare what is `known` outside with who had been told which of the `facts`.

    A statement about groups of at least five people, or that none can be made.
    """
    have = _have(facts, accesses)
    column = {fact.id: number for number, fact in enumerate(facts)}
    compared = tuple(_compare(facts[column[one.fact]], one, have[:, column[one.fact]]) for one in known)
    used = [one for one, seen in zip(known, compared, strict=True) if one.known and not seen.note]
    fits = np.ones(len(have), dtype=bool)
    for one in used:
        fits &= have[:, column[one.fact]] <= one.when_s
    lacked = [one for one in known if not one.known]
    narrower = fits.copy()
    for one in lacked:
        narrower &= ~(have[:, column[one.fact]] <= one.when_s)
    reason = _why_not(known, used, int(fits.sum()))
    listed = [] if reason else list(_groups(facts, have, fits))
    groups = tuple(group for group, _ in listed)
    rest = int((fits & ~np.logical_or.reduce([members for _, members in listed])).sum()) if listed else 0
    consistent = _total(int(fits.sum()), rest, len(have)) if used else counted(0)
    return Lead(
        outcome="cannot_say" if reason or not groups else "lead",
        reason=reason or ("" if groups else "no compartment holds five people who had all of it"),
        people=counted(len(have)),
        consistent=consistent,
        narrower=counted(int(narrower.sum()), int(fits.sum())) if used and lacked else consistent,
        compartments=groups,
        facts=compared,
        questions=() if reason else tuple(_questions(facts, known, have[fits])),
    )


def _have(facts: Sequence[Fact], accesses: Sequence[Access]) -> Floats:
    """When each recipient first had each fact, seconds; inf for never: shape (recipients, facts)."""
    first = earliest(accesses)
    recipients = {who: row for row, who in enumerate(dict.fromkeys(one.recipient for one in accesses))}
    through: dict[str, list[int]] = {}
    for number, fact in enumerate(facts):
        for item in {fact.id, fact.document, fact.compartment} - {""}:
            through.setdefault(item, []).append(number)
    have = np.full((len(recipients), len(facts)), np.inf)
    for (who, item), at_s in first.items():
        places = through.get(item, [])
        have[recipients[who], places] = np.minimum(have[recipients[who], places], at_s)
    starts: Floats = np.array([fact.from_s for fact in facts])
    return np.asarray(np.maximum(have, starts))


def _compare(fact: Fact, one: Known, have: Floats) -> Compared:
    people = int((have <= one.when_s).sum())
    note = ""
    if one.known and not people:
        note = "before_anybody" if np.isfinite(have).any() else "nobody"
    return Compared(fact.id, fact.document, fact.compartment, one.known, one.when, counted(people, len(have)), note)


def _why_not(known: Sequence[Known], used: Sequence[Known], fits: int) -> str:
    """Why no lead can be given; empty where one can."""
    if not any(one.known for one in known):
        return "outsiders showed none of these facts: that clears nobody and accuses nobody"
    if not used:
        return "nobody on the lists had any of it before outsiders did: the lists have gaps, or it came from elsewhere"
    if fits < FEWEST:
        return (
            f"fewer than {FEWEST} people on the lists had all of it in time: no group to speak of; there may be "
            "several sources, one outside the lists, or gaps in them"
        )
    return ""


def _total(fits: int, rest: int, people: int) -> int | str:
    """How many fit, as it may be said beside the compartments listed, which `rest` of them are in none of."""
    return f">{fits - rest - 1}" if 0 < rest < FEWEST else counted(fits, people)


def _groups(facts: Sequence[Fact], have: Floats, fits: NDArray[np.bool_]) -> Iterator[tuple[Group, NDArray[np.bool_]]]:
    """Compartments with at least five people who fit, with their members, in the order of the facts."""
    for compartment in dict.fromkeys(map(_compartment, facts)):
        inside = np.array([_compartment(fact) == compartment for fact in facts])
        members = np.isfinite(have[:, inside]).any(axis=1)
        consistent = int((members & fits).sum())
        if consistent >= FEWEST:
            total = int(members.sum())
            yield Group(compartment, counted(total), counted(consistent, total)), np.asarray(members)


def _compartment(fact: Fact) -> str:
    """Where a fact was told; without a compartment those who had the document are one."""
    return fact.compartment or fact.document


def _questions(facts: Sequence[Fact], known: Sequence[Known], have: Floats) -> Iterator[Question]:
    """Facts whose answer would part those who fit most evenly, best first; none that would leave fewer than five."""
    asked = {one.fact for one in known}
    found = []
    for number, fact in enumerate(facts):
        people = int(np.isfinite(have[:, number]).sum())
        if fact.id not in asked and FEWEST <= people <= len(have) - FEWEST:
            found.append(Question(fact.id, _compartment(fact), people, round(_entropy(people / len(have)), 3)))
    yield from sorted(found, key=lambda one: -one.bits)[:_MOST_QUESTIONS]


def _entropy(share: float) -> float:
    return -share * math.log2(share) - (1 - share) * math.log2(1 - share)
