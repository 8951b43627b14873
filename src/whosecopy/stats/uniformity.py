"""Are these numbers a sample of the uniform distribution?"""

import numpy as np
from scipy.special import kolmogorov

from whosecopy.model import Floats


def ks_uniform(values: Floats) -> float:
    """Two-sided Kolmogorov-Smirnov p-value of `values` (in [0, 1], any shape) against the uniform law.

    The asymptotic law, which overstates the p-value slightly in small samples; 1.0 for an empty sample.
    """
    ordered = np.sort(values, axis=None)
    count = len(ordered)
    if count == 0:
        return 1.0
    ranks = np.arange(count)
    distance = max(float(((ranks + 1) / count - ordered).max()), float((ordered - ranks / count).max()))
    return float(kolmogorov(distance * count**0.5))
