"""The HTML report of an assessed outcome: one page without scripts or outside references."""

import base64
import hashlib
import shlex
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from whosecopy.assess.history import Past
from whosecopy.assess.outcome import Basis, Result
from whosecopy.assess.outcome_report import Assessment
from whosecopy.cli import assess_outcome_words as words
from whosecopy.cli.assess_outcome_plot import charts, factor_chart
from whosecopy.trace.report import plot
from whosecopy.trace.report.page import visible


def page(told: Assessment, known: Basis | Result, history: Sequence[Past]) -> str:
    """The report of `told` as one HTML page, made from it and its history alone."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        autoescape=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
        loader=FunctionLoader(_asset),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    style = files("whosecopy.trace.report").joinpath("templates", "report.css").read_text("utf-8")
    return environment.get_template("outcome.html.j2").render(
        told=told,
        question=told.question,
        result=told.result,
        outcome=told.outcome.value,
        words=words,
        unsaid=words.UNSAID[told.outcome],
        style=style,
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        frame=plot,
        command=command(told),
        **_pictures(told, known, history),
    )


def command(told: Assessment) -> str:
    """The command that asks the same question, but for the folders of its files and the sites."""
    question = told.question
    options: list[tuple[str, object]] = [
        ("--found", question.found),
        ("--expected", None if question.expected is None else f"{question.expected:g}"),
        ("--ceiling", question.ceiling),
        ("--history", None if told.history is None else told.history.file),
        ("--looked-at", question.looked_at if question.looked_at > 1 else None),
        ("--level", f"{question.level:g}"),
        *((f"--{column}", value) for column, value in question.adjusted_for.items()),
    ]
    if told.history is not None and told.history.where:
        options.append(("--where", ",".join(f"{column}={value}" for column, value in told.history.where.items())))
    if told.sites:
        options.append(("--sites", "SITES.csv"))
    given = [f"{name} {shlex.quote(str(value))}" for name, value in options if value is not None]
    return " ".join(["whosecopy assess outcome", *given])


def _pictures(told: Assessment, known: Basis | Result, history: Sequence[Past]) -> dict[str, Any]:
    """The charts by name, or None for each that there is nothing to draw for."""
    question, result = told.question, told.result
    chance = power = None
    if question.found is not None and isinstance(known, Basis) and not question.adjusted_for:
        size = float(question.ceiling or question.expected or 0.0)
        chance, power = charts(known, history, question.found, size, result.beyond_at, question.level_each)
    factor = None if result.bayes_factor is None else factor_chart(result.bayes_factor.sensitivity)
    return {"chance": chance, "power": power, "factor": factor}


def _asset(name: str) -> str:
    return files("whosecopy.cli").joinpath("templates", name).read_text("utf-8")
