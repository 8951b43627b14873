"""What leakers who compare their copies may publish: strategies over marks of two symbols.

A strategy is the chance theta[k] of showing symbol 1 where k of c copies hold it. All keep the marking
assumption: what all copies show stays (theta[0] = 0, theta[c] = 1).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import binom

from whosecopy.codes.profiles import PROFILES
from whosecopy.model import Floats

NAMED = ("minority", "majority", "all ones", "interleaving", "coin flip")


def strategy(name: str, coalition: int) -> Floats:
    """One of the `NAMED` strategies: shape (coalition + 1,).

    >>> strategy("majority", 3).tolist()
    [0.0, 0.0, 1.0, 1.0]
    """
    k = np.arange(coalition + 1)
    tie = np.where(2 * k == coalition, 0.5, 0.0)
    theta = {
        "minority": (2 * k < coalition) + tie,
        "majority": (2 * k > coalition) + tie,
        "all ones": np.ones(coalition + 1),
        "interleaving": k / coalition,
        "coin flip": np.full(coalition + 1, 0.5),
    }[name].astype(float)
    theta[0], theta[-1] = 0.0, 1.0
    return theta


def worst_case(coalition: int, profile: str) -> Floats:
    """The strategy that leaves the least information about one copy per mark of `profile`, found numerically.

    The mutual information is convex in the strategy, so a local minimum is the minimum.
    """
    classes = PROFILES[profile]
    chances = 1.0 - np.array(classes.leads) / 256
    weights = np.array(classes.weights) / 256
    if coalition == 1:
        return np.array([0.0, 1.0])

    def leaked(inner: Floats) -> float:
        theta = np.concatenate([[0.0], inner, [1.0]])
        return float(weights @ simple_information(theta, chances))

    start = np.arange(1, coalition) / coalition
    found = minimize(leaked, start, method="L-BFGS-B", bounds=[(0.0, 1.0)] * (coalition - 1))
    return np.concatenate([[0.0], found.x, [1.0]])


def simple_information(theta: Floats, chances: Floats) -> Floats:
    """I(Y; X | p) in bits between one copy's symbol and the leak's, for each p in `chances`."""
    coalition = len(theta) - 1
    others = binom.pmf(np.arange(coalition), coalition - 1, chances[:, None])
    one, zero = others @ theta[1:], others @ theta[:-1]
    return np.asarray(
        _entropy(chances * one + (1 - chances) * zero) - chances * _entropy(one) - (1 - chances) * _entropy(zero)
    )


def _entropy(chance: Floats) -> Floats:
    inside = np.clip(chance, 1e-15, 1 - 1e-15)
    return np.asarray(-inside * np.log2(inside) - (1 - inside) * np.log2(1 - inside))


def merge(symbols: NDArray[np.uint8], theta: Floats, rng: np.random.Generator) -> NDArray[np.uint8]:
    """What a coalition with codewords `symbols` (c, m) publishes under strategy `theta`: uint8, shape (m,)."""
    holders = symbols.sum(axis=0, dtype=np.intp)
    return np.asarray(rng.random(symbols.shape[1]) < theta[holders], dtype=np.uint8)
