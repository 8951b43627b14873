"""Figures for people never make a chance look smaller, nor evidence larger, than it is."""

import math
import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whosecopy.trace.report.figures import evalue, figure, figure_ascii, marks_needed, one_in

CHANCES = st.floats(min_value=5e-324, max_value=1.0, exclude_min=False)
WORDS = {"million": 10**6, "billion": 10**9, "trillion": 10**12}
PLAIN = str.maketrans("\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079", "-0123456789")


def value(words):
    """What a reader takes `words` for, exactly."""
    words = words.replace(",", "").removeprefix("1 in ")
    power = re.fullmatch(r"(?:([\d.]+) \u00d7 )?10([\u207b\u2070\u00b9\u00b2\u00b3\u2074-\u2079]+)", words)
    if power:
        return Fraction(power[1] or 1) * Fraction(10) ** int(power[2].translate(PLAIN))
    number, _, scale = words.partition(" ")
    return Fraction(1 if number == "a" else number) * WORDS.get(scale, 1)


@given(CHANCES)
def test_odds_are_never_overstated_and_close(chance):
    exact = 1 / Fraction(repr(chance))
    assert exact * Fraction(9, 10) <= value(one_in(chance)) <= exact


@given(CHANCES)
def test_a_chance_is_never_rounded_down_and_close(chance):
    exact = Fraction(repr(chance))
    for told in (value(figure(chance)), Fraction(figure_ascii(chance))):
        assert exact <= told <= exact * Fraction(11, 10)


@given(st.floats(min_value=-30, max_value=2_000))
def test_an_evalue_is_never_overstated(log_evalue_nats):
    told = value(evalue(log_evalue_nats))
    logarithm = math.log(told.numerator) - math.log(told.denominator)
    assert log_evalue_nats - 0.11 <= logarithm <= log_evalue_nats + 1e-9


def test_a_chance_that_underflows_is_not_called_impossible():
    assert value(one_in(0.0)) < Fraction(10) ** 324
    assert value(figure(0.0)) > 0


@pytest.mark.parametrize(
    ("codewords", "alpha", "needed"), [(82, 1e-6, 27), (40_000, 1e-6, 36), (1, 0.5, 1), (10**8, 1e-6, 47)]
)
def test_marks_needed_agree_with_the_capacity_rule(codewords, alpha, needed):
    assert marks_needed(codewords, alpha) == needed
