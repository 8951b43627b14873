"""Numbers for people: chances that never read smaller, odds that never read larger than they are."""

import math
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

_SMALLEST = 5e-324
_SCALES = ((12, "trillion"), (9, "billion"), (6, "million"))
_RAISED = str.maketrans("-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")


def one_in(chance: float) -> str:
    """The chance in words, its odds rounded down to two digits.

    >>> one_in(2.5e-8), one_in(1e-6), one_in(0.41), one_in(3e-17)
    ('1 in 40 million', '1 in a million', '1 in 2.4', '1 in 3.3 \u00d7 10\u00b9\u2076')
    """
    return f"1 in {_large(1 / _decimal(chance))}"


def figure(chance: float) -> str:
    """The chance as a figure of two digits, rounded up.

    >>> figure(2.5e-8), figure(1e-6), figure(0.4123)
    ('2.5 \u00d7 10\u207b\u2078', '10\u207b\u2076', '0.42')
    """
    value = _digits(_decimal(chance), ROUND_CEILING)
    return f"{value.normalize():f}" if value >= Decimal("0.001") else _power(value)


def figure_ascii(chance: float) -> str:
    """As `figure`, for a terminal.

    >>> figure_ascii(2.5e-8), figure_ascii(1e-6), figure_ascii(0.4123)
    ('2.5e-8', '1e-6', '0.42')
    """
    value = _digits(_decimal(chance), ROUND_CEILING).normalize()
    if value >= Decimal("0.001"):
        return f"{value:f}"
    return f"{value.scaleb(-value.adjusted()).normalize():f}e{value.adjusted()}"


def level(value: float) -> str:
    """A level as people set it, to six digits.

    >>> level(1e-6), level(0.05), level(1.7e-7)
    ('1e-6', '0.05', '1.7e-7')
    """
    return f"{value:g}".replace("e-0", "e-")


def evalue(log_evalue_nats: float) -> str:
    """The e-value exp(`log_evalue_nats`), rounded down to two digits.

    >>> evalue(18.2), evalue(0.0), evalue(-3.0)
    ('80 million', '1', '0.049')
    """
    value = _digits(Decimal(repr(log_evalue_nats)).exp(), ROUND_FLOOR)
    return _large(value) if value >= 1 else f"{value.normalize():f}" if value >= Decimal("0.001") else _power(value)


def power_of_ten(exponent: int) -> str:
    """Ten to the `exponent`, in figures up to ten thousand.

    >>> power_of_ten(3), power_of_ten(9)
    ('1,000', '10\u2079')
    """
    return f"{10**exponent:,}" if 0 <= exponent <= 4 else _raised(exponent)


def listed(words: Sequence[str]) -> str:
    """The words as a list in a sentence.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def marks_needed(codewords: int, alpha: float) -> int:
    """How many marks, read without error, tell one of `codewords` copies apart at level `alpha`.

    >>> marks_needed(82, 1e-6)
    27
    """
    return math.ceil(math.log2(max(codewords, 1) / alpha))


def _decimal(chance: float) -> Decimal:
    return Decimal(repr(max(float(chance), _SMALLEST)))


def _digits(value: Decimal, rounding: str) -> Decimal:
    return value.quantize(Decimal((0, (1,), value.adjusted() - 1)), rounding)


def _large(value: Decimal) -> str:
    value = _digits(value, ROUND_FLOOR)
    exponent = value.adjusted()
    if exponent >= 15:
        return _power(value)
    for scale, word in _SCALES:
        if exponent >= scale:
            count = value.scaleb(-scale).normalize()
            return f"a {word}" if count == 1 else f"{count:f} {word}"
    return f"{value.normalize():,f}"


def _power(value: Decimal) -> str:
    mantissa = value.scaleb(-value.adjusted()).normalize()
    power = _raised(value.adjusted())
    return power if mantissa == 1 else f"{mantissa:f} \u00d7 {power}"


def _raised(exponent: int) -> str:
    return "10" + str(exponent).translate(_RAISED)
