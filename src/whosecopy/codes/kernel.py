"""The compiled scoring loop; import it only where many copies are scored, it loads a compiler."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def score(seen, position, last, delta, scores):  # type: ignore[no-untyped-def]
    """Fill `scores` (n, H) with sums over columns of `delta` (H, k) where a byte of `seen` exceeds `last`."""
    hypotheses, width = delta.shape
    dense = (position == np.arange(width)).all()
    taken = np.empty(width, np.uint8)
    over = np.empty(width, np.uint8)
    for copy in range(len(seen)):
        row = seen[copy]
        if dense:
            for k in range(width):
                over[k] = row[k] > last[k]
        else:
            for k in range(width):
                taken[k] = row[position[k]]
            for k in range(width):
                over[k] = taken[k] > last[k]
        for h in range(hypotheses):
            weight = delta[h]
            total = np.int32(0)
            for k in range(width):
                total += np.int32(over[k]) * np.int32(weight[k])
            scores[copy, h] = total
