"""Coarse, fixed levels for what was seen at a mark, before anybody looks at a codeword (STATISTICS V6)."""

import numpy as np
from numpy.typing import NDArray

from whosecopy.model import Floats

GRID_NATS = np.array([0.0, 0.25, 0.5, 1.0, 1.5, 2.5, 4.0, 6.0])
"""How far a variant may lie below the likeliest one; a mark of two variants thus has 15 possible rows."""
_MIDDLES = (GRID_NATS[1:] + GRID_NATS[:-1]) / 2


def quantise(loglik: Floats, alphabet: NDArray[np.uint8]) -> Floats:
    """Log-likelihoods (m, q_max) in nats on the grid: 0 for the likeliest variant, less for the others.

    Rows count up to a constant; -inf is allowed. A row flat over its alphabet stays flat, and one whose
    differences are below 1/8 nat becomes so (an erasure). Columns beyond the alphabet are 0. Idempotent.

    >>> quantise(np.array([[-0.1, -3.0], [-5.0, -5.05]]), np.array([2, 2], np.uint8)).tolist()
    [[0.0, -2.5], [0.0, 0.0]]

    Raises `ValueError` where a value inside the alphabet is NaN or +inf, or a whole row is -inf.
    """
    inside = np.arange(loglik.shape[1])[None, :] < alphabet[:, None]
    top = np.where(inside, loglik, -np.inf).max(axis=1, initial=-np.inf, keepdims=True)
    if len(loglik) and not np.isfinite(top).all():
        raise ValueError("a reading needs at least one finite log-likelihood per mark, and neither NaN nor +inf")
    below = np.where(inside, top - np.where(inside, loglik, top), 0.0)
    return 0.0 - GRID_NATS[np.searchsorted(_MIDDLES, below, side="left")]
