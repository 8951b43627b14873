"""Exact confidence limits for a chance that was observed by counting."""

from scipy.special import betaincinv


def clopper_pearson(hits: int, trials: int, confidence: float) -> tuple[float, float]:
    """One-sided limits (lower, upper), each holding with `confidence` by itself.

    >>> tuple(round(x, 4) for x in clopper_pearson(0, 100, 0.95))
    (0.0, 0.0295)

    Raises `ValueError` unless 0 <= hits <= trials and trials > 0.

    Source: Clopper and Pearson (1934).
    """
    if not 0 <= hits <= trials or trials == 0:
        raise ValueError(f"{hits} hits in {trials} trials")
    miss = 1.0 - confidence
    lower = 0.0 if hits == 0 else float(betaincinv(hits, trials - hits + 1, miss))
    upper = 1.0 if hits == trials else float(betaincinv(hits + 1, trials - hits, confidence))
    return lower, upper
