"""How the evidence of a case grew from exhibit to exhibit, for copies that are named and no others."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from whosecopy.model import Case
from whosecopy.trace.report.figures import power_of_ten
from whosecopy.trace.report.plot import FLOOR, LEFT, RIGHT, TOP, Tick

_LOG10 = math.log(10)


@dataclass(frozen=True, slots=True)
class Line:
    """The e-value of one named copy over the exhibits, as points of the picture, its label at the last one."""

    label: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Walk:
    """The e-values of named copies over the exhibits; `limit` is the height at which they are named."""

    lines: tuple[Line, ...]
    exhibits: tuple[Tick, ...]
    heights: tuple[Tick, ...]
    limit: float


def walk(case: Case) -> Walk | None:
    """The picture of a case that e-values decide, or nothing where no copy is named by them."""
    named, steps = case.verdict.named, case.history
    if not named or not steps or not all(len(step.log_evalues_nats) == len(named) for step in steps):
        return None
    logs = [[0.0, *(step.log_evalues_nats[k] / _LOG10 for step in steps)] for k in range(len(named))]
    level = case.tested_alpha or case.verdict.alpha
    limit = max(
        max(values) + math.log10(max(one.p_familywise, 1e-300) / level) for values, one in zip(logs, named, strict=True)
    )
    low = math.floor(min(0.0, *(min(values) for values in logs)))
    high = math.ceil(max(limit, *(max(values) for values in logs)) * 1.08)

    def x(step: int) -> float:
        return round(LEFT + (RIGHT - 70 - LEFT) * step / len(steps), 1)

    def y(power: float) -> float:
        return round(FLOOR - (FLOOR - TOP) * (power - low) / (high - low), 1)

    return Walk(
        tuple(
            Line(one.copy, tuple((x(k), y(value)) for k, value in enumerate(values)))
            for one, values in zip(named, logs, strict=True)
        ),
        tuple(Tick(x(k), str(k)) for k in _some(range(len(steps) + 1), 12)),
        tuple(Tick(y(power), power_of_ten(power)) for power in _some(range(low, high + 1), 8)),
        y(limit),
    )


def _some(numbers: Sequence[int], most: int) -> Sequence[int]:
    """Every number, or every second, third ... one where there are more than `most`."""
    return numbers[:: -(-len(numbers) // most)]
