"""Exact upper tails of a sum of independent integer weights, rounded up (STATISTICS V8)."""

import numpy as np
from numpy.typing import NDArray

from whosecopy.model import Floats

FLOOR = 1e-240
"""Added to every tail: more than all that underflow and flushing can lose."""
_FLUSH_BELOW, _FLUSH_EVERY = 1e-260, 16
_UNIT = 2.0**-53


def tail_table(weights: NDArray[np.integer], chances: Floats) -> Floats:
    """For every s an upper bound of P(S >= s), exact but for rounding: float64, shape (largest sum + 2,), never rising.

    S = sum over rows i of weights[i, k] where column k is drawn with chance chances[i, k], independently.
    Both have shape (m, v); weights are integers >= 0; chances are multiples of 2^-16 with row sum 1, hence
    exact. The last entry bounds P(S > largest sum), that is 0.

    Guarantee: never below the truth, and above it by less than a factor 1 + 2^-39 plus `FLOOR` for up to
    4,096 marks of two symbols. Direct convolution adds products of nonnegative numbers: a row of v columns
    takes v roundings (one product, v - 1 sums), the tail sums ceil(log2(length)) more, so with N roundings
    in all the truth is at most the computed value times 1 + N u / (1 - N u), u = 2^-53, which
    1 + max(2^-40, N u (1 + 2^-20)) exceeds. Values below 1e-260 are set to 0 every 16 rows: each flush
    loses at most 1e-260 times the length, which `FLOOR` covers while rows times length stay below 1e20.
    """
    moving = weights.max(axis=1, initial=0) > 0
    weights, chances = weights[moving], chances[moving]
    mass = _mass(weights, chances)
    for step in _powers_of_two(len(mass)):
        mass[:-step] = mass[:-step] + mass[step:]
    roundings = int((chances > 0).sum()) + 64
    factor = 1.0 + max(2.0**-40, roundings * _UNIT * (1.0 + 2.0**-20))
    bound = np.minimum(np.append(mass, 0.0) * factor + FLOOR, 1.0)
    return np.maximum.accumulate(bound[::-1])[::-1]


def _powers_of_two(limit: int) -> list[int]:
    return [1 << k for k in range(limit.bit_length()) if 1 << k < limit]


def _mass(weights: NDArray[np.integer], chances: Floats) -> Floats:
    """P(S = s) for every s by convolving row after row, small weights first."""
    reaches = weights.max(axis=1, initial=0)
    length = int(reaches.sum()) + 1
    mass, fresh, part = np.zeros(length), np.zeros(length), np.empty(length)
    mass[0] = 1.0
    used = 1
    for done, row in enumerate(np.argsort(reaches, kind="stable").tolist(), start=1):
        grown = used + int(reaches[row])
        (least, chance), *rest = sorted(zip(weights[row].tolist(), chances[row].tolist(), strict=True))
        fresh[:least] = 0.0
        np.multiply(mass[:used], chance, out=fresh[least : least + used])
        fresh[least + used : grown] = 0.0
        for shift, chance in rest:
            np.multiply(mass[:used], chance, out=part[:used])
            fresh[shift : shift + used] += part[:used]
        mass, fresh, used = fresh, mass, grown
        if done % _FLUSH_EVERY == 0:
            mass[:used][mass[:used] < _FLUSH_BELOW] = 0.0
    return mass


def between(tails: Floats, scores: NDArray[np.integer], uniforms: Floats) -> Floats:
    """Randomised p-values P(S > s) + u P(S = s): exactly uniform under the null hypothesis.

    `tails` as from `tail_table`, `scores` and `uniforms` (in [0, 1)) of equal shape.
    """
    above = tails[scores + 1]
    return np.asarray(above + uniforms * (tails[scores] - above))
