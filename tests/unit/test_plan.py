"""From sites to marks, and how many of them are enough."""

from fractions import Fraction

import pytest

from whosecopy.errors import CapacityError
from whosecopy.media.dispatch import open_document
from whosecopy.model import Site
from whosecopy.seal.plan import check_capacity, least_marks, make_template, needed_marks, with_profile

TEXT = "One two three four five six seven eight nine ten eleven twelve."


def site(word, variants=2, link="", carrier="wording.synonym"):
    start = TEXT.index(word)
    return Site(carrier, start, start + len(word), (word, *(f"{word}{k}" for k in range(1, variants))), link)


def template_of(*sites):
    return make_template(open_document(TEXT.encode(), "numbers.txt"), sites, {"b": "2", "a": "1"})


def test_marks_stand_in_reading_order_whoever_found_them():
    found = template_of(site("five"), site("two", carrier="declared"), site("nine"))
    assert [found.sites[mark.sites[0]].variants[0] for mark in found.marks] == ["two", "five", "nine"]
    assert found.length == 3
    assert found.packs == (("a", "1"), ("b", "2"))
    assert [TEXT[one.start : one.end] for one in found.sites] == ["two", "five", "nine"]


def test_linked_sites_are_one_mark_and_links_of_two_carriers_are_not():
    found = template_of(
        site("two", link="n"), site("seven", link="n"), site("four"), site("nine", link="n", carrier="notation.number")
    )
    words = [[found.sites[k].variants[0] for k in mark.sites] for mark in found.marks]
    assert words == [["two", "seven"], ["four"], ["nine"]]


def test_a_profile_is_given_to_every_mark():
    found = with_profile(template_of(site("two"), site("nine", variants=3)), "GL6")
    assert [(mark.q, mark.profile) for mark in found.marks] == [(2, "GL6"), (3, "GL6")]


@pytest.mark.parametrize("recipients", [2, 3, 82, 1000, 10**6])
@pytest.mark.parametrize("alpha", [1e-2, 1e-6, 1e-9])
def test_needed_marks_is_the_least_whole_number_that_holds_n_over_alpha(recipients, alpha):
    goal = Fraction(recipients) / Fraction(alpha)
    slow = next(k for k in range(200) if 2**k >= goal * Fraction(10**9 - 1, 10**9))
    assert needed_marks(recipients, alpha) == slow


@pytest.mark.parametrize("recipients", [2, 3, 20, 82, 1000])
def test_least_marks_leave_copies_different_in_about_every_second_draw(recipients):
    marks = least_marks(recipients)
    assert recipients**2 <= 2**marks < 4 * recipients**2
    chance = 1.0
    for k in range(recipients):
        chance *= 1 - (k + 1) / 2**marks
    assert chance > 0.1


def test_too_few_marks_carry_the_numbers_as_facts():
    with pytest.raises(CapacityError) as refused:
        check_capacity(template_of(site("two"), site("nine", variants=5)), 82, 1e-6, accept_weak=False)
    assert (refused.value.needed, refused.value.available) == (27, 3)
    assert "suggest" in refused.value.advice


def test_marks_of_many_variants_count_for_what_they_tell():
    words = TEXT.removesuffix(".").split()
    rich = template_of(*(site(f"{word}", variants=8) for word in words if word != "One"))
    check_capacity(rich, 82, 1e-6, accept_weak=False)
    poor = template_of(*(site(word) for word in words))
    with pytest.raises(CapacityError):
        check_capacity(poor, 82, 1e-6, accept_weak=False)
    check_capacity(poor, 60, 1e-6, accept_weak=True)
