"""From a posterior tail to a p-value that was calibrated by simulation (`outcome_levels.json`).

`whosecopy bench outcome --out` makes the table: for each model and length of history the largest tail at which
false alarms stay within each level in every simulated world. The worlds' means, scatters and sizes stand in
the table too.
"""

import json
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from whosecopy.assess.outcome_models import Family

FEWEST = 5
"""Shorter histories say nothing."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """When and how the table was made, and `tails[model][length][level]`."""

    date: str
    command: str
    levels: tuple[float, ...]
    tails: dict[str, dict[int, tuple[float, ...]]]


@cache
def calibration() -> Calibration:
    """The table that is shipped."""
    stored = json.loads(files("whosecopy.assess").joinpath("outcome_levels.json").read_text("utf-8"))
    tails = {
        model: {int(length): tuple(row) for length, row in rows.items()} for model, rows in stored["tails"].items()
    }
    return Calibration(stored["date"], stored["command"], tuple(stored["levels"]), tails)


def p_value(family: Family, length: int, tail: float) -> float:
    """The smallest level of the table that `tail` passes after a history of `length`, or 1.

    Between two lengths of the table the stricter one counts; beyond the longest, the longest. Raises
    `ValueError` for a history shorter than `FEWEST`.
    """
    if length < FEWEST:
        raise ValueError(f"{length} past undertakings")
    table = calibration()
    rows = table.tails[family.name]
    lengths = sorted(rows)
    near = {lengths[bisect_right(lengths, length) - 1], lengths[min(bisect_left(lengths, length), len(lengths) - 1)]}
    for k, level in enumerate(table.levels):
        if all(tail <= rows[one][k] for one in near):
            return level
    return 1.0
