"""Corrections for looking at many copies at once."""

import numpy as np

from whosecopy.model import Floats


def holm(p_values: Floats, tests: int) -> Floats:
    """Holm-adjusted p-values of the smallest of `tests` p-values, in the order given.

    Comparing them with alpha bounds the chance of any false rejection by alpha, however the tests depend
    on each other. `p_values` must hold every p-value that could be rejected; the others count by number.

    >>> holm(np.array([0.02, 0.001]), 10).tolist()
    [0.18, 0.01]

    Source: Holm, "A simple sequentially rejective multiple test procedure" (1979).
    """
    order = np.argsort(p_values, kind="stable")
    steps = np.maximum.accumulate(p_values[order] * (tests - np.arange(len(order))))
    adjusted = np.empty(len(order))
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted
