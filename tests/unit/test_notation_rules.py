"""Numbers, dates, abbreviations, commas and signs: what may change and what may not."""

import itertools
from dataclasses import replace

import pytest

from whosecopy.carriers.abbreviation import CARRIER as ABBREVIATION
from whosecopy.carriers.date import CARRIER as DATE
from whosecopy.carriers.english import TextCarrier
from whosecopy.carriers.numeral import CARRIER as NUMBER
from whosecopy.carriers.punctuation import CLAUSE, INTRODUCTORY, OXFORD
from whosecopy.carriers.registry import carriers, load, survey
from whosecopy.carriers.typography import DASHES, ELLIPSIS, QUOTES, SignCarrier
from whosecopy.errors import InputError
from whosecopy.media.align import align
from whosecopy.media.dispatch import open_document
from whosecopy.model import Document, Site

FIGURES = "We saw 3 dogs. They saw 4 cats. "
"""Opens a document for figures: in digits twice before there is a mark."""


def english(text: str) -> Document:
    parsed = open_document(text.encode(), "t.txt")
    return replace(parsed, blocks=tuple(replace(b, kind="paragraph", language="en") for b in parsed.blocks))


def flipped(carrier: TextCarrier | SignCarrier, text: str) -> str:
    """`text` with every site in its second variant, by any rule: passed its gate or not."""
    master = english(text)
    sites = carrier.suggestions(master) if isinstance(carrier, TextCarrier) else carrier.sites(master)
    return carrier.write(master, sites, [1] * len(sites)).edited_text()


@pytest.mark.parametrize(
    ("carrier", "one", "other"),
    [
        (NUMBER, FIGURES + "We visited twelve schools.", FIGURES + "We visited 12 schools."),
        (
            NUMBER,
            "We need a 3-year plan. Or a 4-year plan. It takes a five-year plan.",
            "We need a 3-year plan. Or a 4-year plan. It takes a 5-year plan.",
        ),
        (NUMBER, "It rose by 4 percent, then by 5 percent.", "It rose by 4%, then by 5%."),
        (NUMBER, "It cost $4 billion of $9 million.", "It cost $4bn of $9m."),
        (NUMBER, "They built 3,400 houses.", "They built 3400 houses."),
        (NUMBER, "It is the 21st century.", "It is the twenty-first century."),
        (DATE, "We met on March 3, 1998 and May 4.", "We met on 3 March 1998 and 4 May."),
        (DATE, "Come at 9 a.m. or 10:30 p.m. at the latest.", "Come at 9 am or 10:30 pm at the latest."),
        (DATE, "It dates from the 1980s.", "It dates from the 1980's."),
        (ABBREVIATION, "The U.S. economy and U.S. law.", "The US economy and US law."),
        (ABBREVIATION, "Mr. Hale met Mr. Dunn.", "Mr Hale met Mr Dunn."),
        (ABBREVIATION, "Send an email; every email counts.", "Send an e-mail; every e-mail counts."),
        (OXFORD, "The law is clear, short, and fair.", "The law is clear, short and fair."),
        (INTRODUCTORY, "Last year, we built a school.", "Last year we built a school."),
        (CLAUSE, "We sold the old house, and we bought a boat.", "We sold the old house and we bought a boat."),
        (DASHES, "The plan—a good one—failed.", "The plan – a good one – failed."),
        (DASHES, "It ran in 2019-20 only.", "It ran in 2019–20 only."),
        (ELLIPSIS, "We waited... and left.", "We waited… and left."),
        (QUOTES, "It's the town's \"best\" inn.", "It’s the town’s “best” inn."),
    ],
)
def test_the_two_notations_turn_into_each_other(carrier: TextCarrier | SignCarrier, one: str, other: str) -> None:
    assert flipped(carrier, one) == other
    assert flipped(carrier, other) == one


@pytest.mark.parametrize(
    ("carrier", "text"),
    [
        (NUMBER, "Revenue rose by 24% and costs by 16 percent."),  # two styles in one document
        (NUMBER, "It rose by 4 percent, but a percent is not much."),
        (NUMBER, "We saw two dogs. They saw four cats."),  # a document that writes no figures
        (NUMBER, FIGURES + "We saw two dogs and 3 cats."),
        (NUMBER, "This is the report--1,053 page report of 1,186 pages."),
        (NUMBER, FIGURES + "It stood for two centuries."),
        (NUMBER, "The two sides met; one of them won."),
        (NUMBER, "See step 2 and version 3 and page 4 points."),
        (NUMBER, "It is 5 miles from 12 degrees."),
        (NUMBER, "They came in 2000 years ago and 1999 people."),
        (NUMBER, "Python 3 runs; type 2 errors; call 555-1234 cells."),
        (NUMBER, "“We need two schools,” he said."),
        (DATE, "We met on March 3 and on 4 May."),
        (DATE, "The memo of June 1, 1998, is short."),
        (DATE, "We met on March 3rd, and on March 5."),
        (DATE, "We came on June 4-6 and left on June 8."),
        (DATE, "We met at 9 a.m. The others came later."),
        (ABBREVIATION, "He lives in the U.S. The house is new."),
        (ABBREVIATION, "The US and U.S. styles."),
        (ABBREVIATION, "Send an email or an e-mail."),
        (ABBREVIATION, "Read 5 U.S.C. 552 in the U.S. code."),
        (OXFORD, "Ann Lee, co-owner and chief executive, spoke."),
        (OXFORD, "In this case, agencies and offices agree."),
        (OXFORD, "Every business, large and small, is here."),
        (OXFORD, "We need Labor, Health and Human Services."),
        (INTRODUCTORY, "In the house that we built we lived."),
        (CLAUSE, "I think that he left and we stayed."),
        (CLAUSE, "You and I agree."),
        (DASHES, "A well-known e-mail from 2019-04-01 and 555-1234."),
        (QUOTES, "“It’s here,” he said of the dogs' bed and the rock 'n' roll."),
    ],
)
def test_what_would_become_inconsistent_or_wrong_is_left_alone(carrier: TextCarrier | SignCarrier, text: str) -> None:
    changed = flipped(carrier, text)
    if carrier is QUOTES:
        assert changed == "\"It’s here,\" he said of the dogs' bed and the rock 'n' roll."
    else:
        assert changed == text


def test_a_house_style_is_one_mark() -> None:
    master = english("It rose by 4 percent, then by 5 percent. Next year it may rise by 6 percent.")
    assert {site.link for site in NUMBER.sites(master)} == {"percent"}
    assert len(NUMBER.sites(master)) == 3


def test_a_style_that_a_quotation_fixes_is_not_changed_around_it() -> None:
    assert NUMBER.sites(english('It rose by 4 percent. "It rose by 4 percent," she said.')) == []


PROSE = (
    "It's a fine day and the town's mayor doesn't mind. We'll see what she's planning, but it isn't easy to guess. "
    "The council's plan can't fail, and they've built the baker's house. Who's there? Here's the clerk's desk again. "
)


def typed(carrier: SignCarrier, shown: int | None) -> tuple[Document, list[Site], str]:
    """A document, its sites and a copy in which the signs alternate, or are all of one kind."""
    master = english(PROSE)
    sites = carrier.sites(master)
    choices = [k % 2 if shown is None else shown for k in range(len(sites))]
    return master, sites, carrier.write(master, sites, choices).edited_text()


def test_curly_and_straight_marks_are_read_from_a_paste() -> None:
    master, sites, copy = typed(QUOTES, None)
    loglik = QUOTES.read(align(master.text, copy), sites)
    assert [int(row.argmax()) for row in loglik] == [k % 2 for k in range(len(sites))]
    assert (loglik.max(axis=1) > loglik.min(axis=1)).all()


@pytest.mark.parametrize("shown", [0, 1])
def test_signs_that_somebody_unified_are_erased_not_read(shown: int) -> None:
    master, sites, copy = typed(QUOTES, shown)
    assert not QUOTES.read(align(master.text, copy), sites).any()


def test_a_quoted_part_is_read_only_where_it_reaches() -> None:
    master, sites, copy = typed(QUOTES, None)
    part = copy[: copy.index("The council")]
    loglik = QUOTES.read(align(master.text, part), sites)
    beyond = [row for row, site in zip(loglik, sites, strict=True) if site.start > len(part)]
    assert len(beyond) > 3
    assert not any(row.any() for row in beyond)
    assert loglik.any()


def test_the_earlier_carrier_wins_where_two_want_the_same_place() -> None:
    master = english("It rose by 4 percent. We have more than 5 percent of it. " * 2)
    sites = survey(master, carriers())
    assert [s.start for s in sites] == sorted(s.start for s in sites)
    assert all(a.end + 2 <= b.start for a, b in itertools.pairwise(sites))
    assert {s.carrier for s in sites if s.link == "percent"} == {"notation.number"}


def test_linked_sites_are_lost_together() -> None:
    master = english("It rose by 4 percent, and then it rose again by 5 percent.")
    taken = [Site("declared", s.start, s.end, (" percent", " per cent")) for s in NUMBER.sites(master)[:1]]
    assert [s.carrier for s in survey(master, [NUMBER], taken)] == ["declared"]


def test_an_unknown_carrier_is_refused_in_one_line() -> None:
    with pytest.raises(InputError, match=r"no carrier 'wording\.none'"):
        load("wording.none")
