"""A shortfall judged after adjusting for place, kind, team or notice: a regression, and a test by ranks.

A regression on few undertakings gives no calibrated p-value by itself. So the present undertaking joins the
past ones, the model is fitted to all of them alike, and its residual is ranked among theirs: full conformal
prediction. If all undertakings are exchangeable, each rank is equally likely, whatever the regression is worth;
a bad one costs power only.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import expit
from scipy.stats import betabinom, binom, nbinom, poisson

from whosecopy.assess.history import Past
from whosecopy.assess.history_table import decimal
from whosecopy.assess.outcome import SHORTFALLS, Answer, Power, Result, decided, unlearnable
from whosecopy.errors import InputError
from whosecopy.model import Floats

NUMERIC = frozenset({"notice"})
"""Columns that hold numbers; all others hold names."""
_ROWS_PER_COEFFICIENT = 5
_TIE = 1e-9
"""Residuals closer than this count as equal."""


@dataclass(frozen=True, slots=True)
class _Design:
    """Regressors of all undertakings, the present one last; shape (n + 1, coefficients)."""

    matrix: Floats
    found: Floats
    sizes: Floats
    bounded: bool


def assess_adjusted(
    found: int, size: float, bounded: bool, history: Sequence[Past], present: Mapping[str, str], level: float
) -> Result:
    """Whether `found` results of `size` are beyond chance, given the `present` values of covariates.

    Null hypothesis: the past undertakings and the present one, with their covariates, are exchangeable.
    Guarantee: P(p <= level) <= level under it, exactly, for any law of the results. p is a multiple of
    1 / (n + 1), so n past undertakings can decide at level 1 / (n + 1) at best. Raises `InputError` for a
    covariate that is no column, or a cell that is missing or no number.

    Source: Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World" (2005).
    """
    matrix = _regressors(history, present)
    refused = unlearnable(history) or _too_little(history, present, matrix.shape[1], level)
    if refused is not None:
        return refused
    design = _Design(
        matrix,
        np.array([*(one.found for one in history), found], dtype=float),
        np.array([*(one.size for one in history), size], dtype=float),
        bounded,
    )
    try:
        p = _rank_p(design, found)
        beyond_at = _beyond_at(design, level)
        mean, dispersion = _expected(design)
    except (ArithmeticError, ValueError, np.linalg.LinAlgError):
        return Result(
            Answer.CANNOT_SAY,
            "the regression does not settle on these undertakings",
            needed=("fewer covariates, or more undertakings of each kind",),
        )
    return _result(p, beyond_at, (mean, dispersion), design, level)


def _result(p: float, beyond_at: int, law: tuple[float, float], design: _Design, level: float) -> Result:
    outcome, reason, needed = decided(p, beyond_at, level)
    low, middle, high = (int(_law(law, design, 1.0).ppf(chance)) for chance in (0.05, 0.5, 0.95))
    return Result(
        outcome,
        reason,
        p,
        beyond_at if beyond_at >= 0 else None,
        low,
        middle,
        high,
        law[0] / float(design.sizes[-1]),
        None,
        f"{'binomial' if design.bounded else 'Poisson'} regression, rank of the residual (conformal prediction)",
        tuple(Power(lost, float(_law(law, design, 1 - lost).cdf(beyond_at))) for lost in SHORTFALLS),
        needed=needed,
    )


def _too_little(history: Sequence[Past], present: Mapping[str, str], coefficients: int, level: float) -> Result | None:
    """The answer where history is too short for the regression, the level, or the values asked for."""
    count = len(history)
    least = max(int(np.ceil(1 / level - 1e-9)) - 1, _ROWS_PER_COEFFICIENT * coefficients)
    if count < least:
        return Result(
            Answer.CANNOT_SAY,
            f"{count} past undertakings are too few to adjust for {', '.join(present)} at level {level:.2g}",
            needed=(f"at least {least} past undertakings", "or no adjustment: select with --where instead"),
        )
    for column, value in present.items():
        alike = sum(one.cells[column].casefold() == value.casefold() for one in history)
        if column not in NUMERIC and alike < _ROWS_PER_COEFFICIENT:
            return Result(
                Answer.CANNOT_SAY,
                f"only {alike} past undertakings have {column} {value}",
                needed=(f"at least {_ROWS_PER_COEFFICIENT} with {column} {value}",),
            )
    return None


def _regressors(history: Sequence[Past], present: Mapping[str, str]) -> Floats:
    """One column of ones, one for each number, and one for each name of a covariate but the first."""
    columns = [np.ones(len(history) + 1)]
    for column, value in present.items():
        if not history or column not in history[0].cells:
            raise InputError(f"the history has no column {column}; add it, or do not adjust for it")
        cells = [*(one.cells[column] for one in history), value]
        if "" in cells:
            raise InputError(f"column {column} of the history has empty cells; fill them in, or do not adjust for it")
        if column in NUMERIC:
            columns.append(_standard(np.array([decimal(cell, column) for cell in cells])))
        else:
            folded = np.array([cell.casefold() for cell in cells])
            columns += [(folded == name).astype(float) for name in np.unique(folded)[1:]]
    return np.stack(columns, axis=1)


def _standard(numbers: Floats) -> Floats:
    scatter = float(numbers.std())
    return np.asarray((numbers - numbers.mean()) / scatter if scatter else numbers * 0.0)


def _fit(design: _Design) -> tuple[Floats, Floats]:
    """Coefficients, and the fitted means of all undertakings in results."""
    import statsmodels.api as sm

    found, sizes = design.found, design.sizes
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            if design.bounded:
                pairs = np.stack([found, sizes - found], axis=1)
                fit = sm.GLM(pairs, design.matrix, family=sm.families.Binomial()).fit()
                return np.asarray(fit.params), np.asarray(fit.fittedvalues * sizes)
            fit = sm.GLM(found, design.matrix, family=sm.families.Poisson(), offset=np.log(sizes)).fit()
            return np.asarray(fit.params), np.asarray(fit.fittedvalues)
        except Warning as unsettled:
            raise ArithmeticError(str(unsettled)) from None


def _residuals(design: _Design, mean: Floats) -> Floats:
    """Pearson residuals."""
    variance = mean * (1 - mean / design.sizes) if design.bounded else mean
    if not (variance > 0).all():
        raise ArithmeticError("a fitted rate lies at the end of its range")
    return np.asarray((design.found - mean) / np.sqrt(variance))


def _rank_p(design: _Design, found: int) -> float:
    """The share of undertakings, the present one among them, whose residual is at most its residual."""
    joined = replace(design, found=np.append(design.found[:-1], float(found)))
    residuals = _residuals(joined, _fit(joined)[1])
    return float((residuals <= residuals[-1] + _TIE).mean())


def _beyond_at(design: _Design, level: float) -> int:
    """The largest number of results up to the expectation that is beyond chance, found by halving; -1 if none."""
    low, high = -1, int(design.sizes[-1])
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _rank_p(design, middle) <= level else (low, middle - 1)
    return low


def _expected(design: _Design) -> tuple[float, float]:
    """The mean of the present undertaking as the past ones alone predict it, and their dispersion (>= 1)."""
    past = _Design(design.matrix[:-1], design.found[:-1], design.sizes[:-1], design.bounded)
    coefficients, mean = _fit(past)
    dispersion = float((_residuals(past, mean) ** 2).sum()) / max(len(mean) - len(coefficients), 1)
    predictor = design.matrix[-1] @ coefficients
    rate = expit(predictor) if design.bounded else np.exp(predictor)
    return float(rate * design.sizes[-1]), max(dispersion, 1.0)


def _law(law: tuple[float, float], design: _Design, factor: float) -> Any:
    """The law of the present results: the predicted mean times `factor`, its variance times the dispersion."""
    mean, dispersion = law[0] * factor, law[1]
    if not design.bounded:
        return poisson(mean) if dispersion < 1.01 else nbinom(mean / (dispersion - 1), 1 / dispersion)
    size = int(design.sizes[-1])
    rho = min((dispersion - 1) / max(float(design.sizes.mean()) - 1, 1.0), 0.5)
    if rho < 1e-4:
        return binom(size, mean / size)
    weight = (1 - rho) / rho
    return betabinom(size, mean / size * weight, (1 - mean / size) * weight)
