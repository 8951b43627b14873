"""The files of copies are a function of the master, the template and the variants, and of nothing else."""

import itertools

import numpy as np
import pytest

from whosecopy.carriers.writing import marked
from whosecopy.errors import IntegrityError
from whosecopy.media.dispatch import open_document
from whosecopy.model import Mark, Site
from whosecopy.seal.copies import renderer
from whosecopy.seal.declare import prepare
from whosecopy.seal.plan import make_template

TEXT = (
    "{{We start early.|An early start is planned.}} Bring {{#n:two|2}} boats, and {{#n:two|2}} only.\n\n"
    "{{Nobody waits.|There is nobody who waits.|No waiting by anybody.}} That is {{all|everything}}.\n"
)


def plan():
    prepared = prepare(TEXT.encode(), "plan.txt", None, True, ("{{", "}}"))
    return prepared.master, make_template(prepared.master, prepared.declared, {"declared": "1"})


def slow(symbols):
    """The copy as a person would fill it in."""
    early, count, nobody, everything = symbols
    number = ("two", "2")[count]
    return (
        f"{('We start early.', 'An early start is planned.')[early]} Bring {number} boats, and {number} only.\n\n"
        f"{('Nobody waits.', 'There is nobody who waits.', 'No waiting by anybody.')[nobody]}"
        f" That is {('all', 'everything')[everything]}.\n"
    )


def test_every_combination_of_variants_reads_as_filled_in_by_hand():
    master, template = plan()
    make = renderer(master, template)
    assert [mark.q for mark in template.marks] == [2, 2, 3, 2]
    for symbols in itertools.product(range(2), range(2), range(3), range(2)):
        variants = np.array(symbols, dtype=np.uint8)
        assert make(variants) == make(variants) == slow(symbols).encode()
        assert marked(master, template, variants).edited_text() == open_document(make(variants), "plan.txt").text


def test_the_first_variants_give_the_master_itself():
    master, template = plan()
    assert renderer(master, template)(np.zeros(4, dtype=np.uint8)) == master.source


def test_a_master_that_reads_differently_now_is_not_used_for_copies():
    master, template = plan()
    with pytest.raises(IntegrityError, match="no longer reads"):
        renderer(open_document(b"Another text.\n", "plan.txt"), template)
    assert renderer(master, template)


def test_marks_and_variants_must_be_as_many():
    master, template = plan()
    with pytest.raises(ValueError, match="zip"):
        renderer(master, template)(np.zeros(3, dtype=np.uint8))


def test_carriers_write_side_by_side_into_one_file():
    master = open_document(b"We count the boats. \xe2\x80\x9cFine\xe2\x80\x9d, said the harbour master.\n", "note.txt")
    sites = (Site("declared", 3, 8, ("count", "number")), Site("wording.synonym", 13, 18, ("boats", "ships")))
    template = make_template(master, sites, {})
    assert template.marks == (Mark((0,), 2, "solo"), Mark((1,), 2, "solo"))
    text = renderer(master, template)(np.array([1, 1], dtype=np.uint8)).decode()
    assert text == "We number the ships. “Fine”, said the harbour master.\n"
