"""An assessment as it is told: the question, the answer, the history used and what it all assumes."""

from dataclasses import asdict, dataclass
from typing import Any

from whosecopy.assess.history import History
from whosecopy.assess.outcome import Answer, Result
from whosecopy.assess.outcome_levels import calibration
from whosecopy.assess.outcome_models import BOUNDED, UNBOUNDED
from whosecopy.assess.sites import SiteResult

SCHEMA = "whosecopy.assessment/1"


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked. `level` holds over all `looked_at` undertakings together, `level_each` for this one."""

    found: int | None
    expected: float | None
    ceiling: int | None
    level: float
    looked_at: int
    adjusted_for: dict[str, str]

    @property
    def level_each(self) -> float:
        """The level of one undertaking (Bonferroni)."""
        return self.level / self.looked_at

    @property
    def bounded(self) -> bool:
        """Whether nothing can exceed a ceiling."""
        return self.ceiling is not None


@dataclass(frozen=True, slots=True)
class Used:
    """Which history was used: its file, SHA-256 (hex), selection, how many rows fitted, and their time."""

    file: str
    sha256: str
    where: dict[str, str]
    rows: int
    used: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """A question with its answer; `sites` is empty where none were asked about."""

    question: Question
    outcome: Answer
    result: Result
    history: Used | None
    sites: tuple[SiteResult, ...]

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the answer rests on, in sentences."""
        return tuple(_assumptions(self))

    def as_json(self) -> dict[str, Any]:
        """The plain values of `--json`."""
        question = asdict(self.question)
        numbers = asdict(self.result)
        table = calibration()
        return {
            "schema": SCHEMA,
            **question,
            "level_each": self.question.level_each,
            **numbers,
            "outcome": self.outcome,
            "history": None if self.history is None else asdict(self.history),
            "sites": [asdict(one) for one in self.sites],
            "assumptions": list(self.assumptions),
            "calibration": {"date": table.date, "command": table.command},
        }


def used(file: str, sha256: str, where: dict[str, str], history: History) -> Used:
    """The facts of `history` that an assessment states."""
    return Used(file, sha256, where, history.rows, len(history.used), history.first, history.last)


def overall(result: Result | None, sites: tuple[SiteResult, ...]) -> Answer:
    """The answer to the whole: of the undertaking, or where nobody asked about it, of its sites together."""
    if result is not None:
        return result.outcome
    answers = {one.outcome for one in sites}
    ranked = (Answer.BEYOND_CHANCE, Answer.WITHIN_CHANCE)
    return next((one for one in ranked if one in answers), Answer.CANNOT_SAY)


def _assumptions(told: Assessment) -> list[str]:
    question = told.question
    lines = ["The past undertakings were chosen by a rule and not by their results."]
    if question.looked_at == 1:
        lines.append("This undertaking was not chosen because it looked bad; if it was, give --looked-at.")
    else:
        lines.append(f"It is one of {question.looked_at:,} looked at; each is tested at its share of the level.")
    if question.expected is not None:
        lines.append("What was expected was estimated as in the history, before the result; a target is none.")
    if question.adjusted_for:
        lines.append("Past and present undertakings with their covariates are exchangeable: no trend, no order.")
        return lines
    family = BOUNDED if question.bounded else UNBOUNDED
    lines.append("Past and present undertakings are alike but for chance: no trend, none influenced another.")
    lines.append(f"Prior: {family.prior}.")
    unbounded = "" if question.bounded else ", without a ceiling for mean rates .05 to 1.6 and a variation up to 71 %"
    lines.append(f"Level calibrated by simulation for mean rates .02 to .98 and rho 0 to .2{unbounded}.")
    if told.sites:
        lines.append("Sites: false-discovery rate by Benjamini and Yekutieli, whatever the dependence between sites.")
        lines.append("The rows of the history are comparable with single sites.")
    return lines
