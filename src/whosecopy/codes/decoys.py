"""Codewords that nobody ever received, scored in every trace to watch the implementation (STATISTICS V15)."""

from collections.abc import Sequence

import numpy as np
from scipy.special import bdtrc

from whosecopy.codes.hypotheses import FAMILY
from whosecopy.codes.keys import derive
from whosecopy.codes.keystream import stream
from whosecopy.codes.panel import Prepared
from whosecopy.codes.scoring import score_all
from whosecopy.model import DecoyCheck, Floats
from whosecopy.stats.lattice import between
from whosecopy.stats.uniformity import ks_uniform

DECOYS = 10_000
FAILS_BELOW = 1e-6
_EDGES = tuple(k / 4 for k in range(33))


def check_decoys(prepared: Sequence[Prepared], alpha: float, total: int) -> tuple[DecoyCheck, bool]:
    """Score 10,000 decoys, spread evenly over the panels; the check for the report, and whether it is passed.

    `ks_p` is the least Kolmogorov-Smirnov p-value of their randomised p-values over the hypotheses, times
    the number of these. `passes` counts combined p-values up to alpha / total. The histogram is over
    -log10 of the combined p-values, larger ones in the last bin.

    The check fails where `ks_p` or the binomial chance of that many passes is below 1e-6.
    """
    if not prepared:
        return DecoyCheck(0, 1.0, 0), True
    counts = [DECOYS // len(prepared) + (place < DECOYS % len(prepared)) for place in range(len(prepared))]
    parts = [_scored(item, count) for item, count in zip(prepared, counts, strict=True)]
    randomised = np.concatenate([part[0] for part in parts], axis=1)
    combined = np.concatenate([part[1] for part in parts])
    ks_p = min(1.0, len(FAMILY) * min(ks_uniform(row) for row in randomised))
    level = alpha / max(total, 1)
    passes = int((combined <= level).sum())
    excess = 1.0 if passes == 0 else float(bdtrc(passes - 1, DECOYS, level))
    histogram, _ = np.histogram(np.minimum(-np.log10(combined), _EDGES[-1]), _EDGES)
    check = DecoyCheck(DECOYS, ks_p, passes, tuple(histogram.tolist()), _EDGES)
    return check, min(ks_p, excess) >= FAILS_BELOW


def _scored(item: Prepared, count: int) -> tuple[Floats, Floats]:
    """Randomised p-values (H, count) and combined p-values (count,) of a panel's first decoys.

    The randomness is the stream under `derive(decoy, template digest, "uniforms")`, 8 big-endian bytes each.
    """
    secret = item.panel.secrets.decoy
    scores = score_all(secret, item.panel.biases, item.weights, 0, count)
    key = derive(secret, bytes.fromhex(item.panel.reading.template_sha256), "uniforms")
    draws = stream(key, 0, 8 * scores.size).view(">u8").reshape(scores.shape) / 2.0**64
    randomised = [between(tails, row, u) for tails, row, u in zip(item.tails, scores, draws, strict=True)]
    return np.stack(randomised), item.p_values(scores)
