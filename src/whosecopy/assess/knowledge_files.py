"""The two lists behind `assess knowledge`: facts with where they were told, and what outsiders showed of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from whosecopy.assess.access import Moments
from whosecopy.assess.history_table import Row, parse_table
from whosecopy.errors import InputError

_ANSWERS = {"yes": True, "no": False, "": None}


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact told in `document` and in `compartment` (either may be empty) from `from_s` on (-inf: always)."""

    id: str
    document: str
    compartment: str
    from_s: float = float("-inf")


@dataclass(frozen=True, slots=True)
class Known:
    """Whether outsiders knew a fact at `when_s` (`when` as written), and of a randomised fact which `variant`."""

    fact: str
    known: bool
    when_s: float
    when: str = ""
    variant: str = ""


def parse_facts(data: bytes, name: str, moments: Moments) -> tuple[Fact, ...]:
    """The facts in the CSV list `data`: `fact,document,compartment,from`; an empty `from` means always.

    Raises `InputError` for an empty list, a fact that stands twice or was told nowhere, and for one name that
    is used for a fact and a document or compartment: access to it would be ambiguous.
    """
    _, rows = parse_table(data, name, ("fact", "document", "compartment", "from"))
    if not rows:
        raise InputError(f"{name}: lists no fact; give one row for each")
    facts: dict[str, Fact] = {}
    for row in rows:
        one = Fact(
            row.text("fact"),
            row.cells["document"],
            row.cells["compartment"],
            moments.seconds(row, "from") if row.cells["from"] else float("-inf"),
        )
        if one.id in facts:
            raise InputError(f"{row.where}: fact {one.id!r} stands twice; every fact needs one row")
        if not (one.document or one.compartment):
            raise InputError(f"{row.where}: fact {one.id!r} has no document and no compartment; fill in one")
        facts[one.id] = one
    _check_names(list(facts.values()), name)
    return tuple(facts.values())


def _check_names(facts: Sequence[Fact], name: str) -> None:
    kinds = (
        {one.id for one in facts},
        {one.document for one in facts} - {""},
        {one.compartment for one in facts} - {""},
    )
    for first, second in ((0, 1), (0, 2), (1, 2)):
        both = kinds[first] & kinds[second]
        if both:
            raise InputError(
                f"{name}: {min(both)!r} names two different things (facts, documents, compartments); rename one"
            )


def items_of(facts: Sequence[Fact]) -> frozenset[str]:
    """Everything that somebody may have had access to: facts, documents, compartments."""
    return frozenset(word for one in facts for word in (one.id, one.document, one.compartment) if word)


def parse_known(data: bytes, name: str, facts: Collection[str], moments: Moments) -> tuple[Known, ...]:
    """What outsiders knew: the CSV list `fact,known(yes|no),when[,variant]`.

    Rows with an empty `known` say nothing and are left out, as in a form that was not filled in. Raises
    `InputError` for a fact that is not in `facts`, an answer that is neither yes nor no, a row that stands
    twice, an answer that contradicts another, and a list without any answer.
    """
    _, rows = parse_table(data, name, ("fact", "known", "when"))
    known: dict[tuple[str, str], Known] = {}
    answers: dict[str, bool] = {}
    for row in rows:
        one = _known(row, facts, moments)
        if one is None:
            continue
        if (one.fact, one.variant) in known:
            raise InputError(f"{row.where}: fact {one.fact!r} stands twice; remove one")
        if answers.setdefault(one.fact, one.known) != one.known:
            raise InputError(f"{row.where}: fact {one.fact!r} is both known and not known; mend one of the rows")
        known[one.fact, one.variant] = one
    if not known:
        raise InputError(f"{name}: says of no fact whether outsiders knew it; write yes or no in the column known")
    return tuple(known.values())


def _known(row: Row, facts: Collection[str], moments: Moments) -> Known | None:
    fact, words = row.text("fact"), row.cells["known"].lower()
    if fact not in facts:
        raise InputError(f"{row.where}: fact {fact!r} is not in the list of facts; add it there or mend the name")
    if words not in _ANSWERS:
        raise InputError(f"{row.where}: known is {row.cells['known'][:40]!r}; write yes or no, or nothing")
    answer = _ANSWERS[words]
    if answer is None:
        return None
    variant = row.cells.get("variant", "") if answer else ""
    return Known(fact, answer, moments.seconds(row, "when", late=True), row.text("when"), variant)
