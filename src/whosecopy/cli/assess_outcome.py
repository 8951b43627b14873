"""`assess outcome`: is a shortfall beyond chance?"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whosecopy.cli.options import JsonOption, KeyOption
from whosecopy.cli.reports import ReportOption, answer, check_report
from whosecopy.errors import InputError

if TYPE_CHECKING:
    from whosecopy.assess.history import Past, Site
    from whosecopy.assess.outcome import Basis, Result
    from whosecopy.assess.outcome_report import Assessment, Question, Used


def outcome(
    found: Annotated[int | None, typer.Option("--found", help="How many results there were.", min=0)] = None,
    expected: Annotated[
        float | None,
        typer.Option(
            "--expected",
            help="How many were expected, estimated as in the history before the result was known. Is it a target?"
            " Targets are not expectations: do not give one.",
        ),
    ] = None,
    history: Annotated[
        Path | None,
        typer.Option(
            "--history", help="CSV of comparable past undertakings: found,expected[,ceiling,date,place,kind]."
        ),
    ] = None,
    ceiling: Annotated[
        int | None,
        typer.Option("--ceiling", help="No more than this can be found; the history states ceilings too.", min=1),
    ] = None,
    where: Annotated[
        str, typer.Option("--where", help="Use only rows of the history like kind=raid,place=north.")
    ] = "",
    looked_at: Annotated[
        int,
        typer.Option("--looked-at", help="This one looked worst of so many: share the level.", min=1, max=10**6),
    ] = 1,
    level: Annotated[float, typer.Option("--level", help="Largest chance of a false alarm.", min=1e-4, max=0.5)] = 0.05,
    sites: Annotated[
        Path | None, typer.Option("--sites", help="CSV of sites to test one by one: site,found,expected.")
    ] = None,
    place: Annotated[str | None, typer.Option("--place", help="Adjust for place, which is this one here.")] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Adjust for kind, which is this one here.")] = None,
    team: Annotated[str | None, typer.Option("--team", help="Adjust for team, which is this one here.")] = None,
    notice: Annotated[
        float | None, typer.Option("--notice", help="Adjust for notice given, which is this number here.")
    ] = None,
    report: ReportOption = None,
    vault: Annotated[
        Path | None, typer.Option("--vault", help="Record the question in this vault before it is answered.")
    ] = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Say whether fewer results than expected are beyond chance, or that it cannot be said.

    Beyond chance is not leaked: it says that something was different this time, and not what.
    """
    from whosecopy.assess.history import parse_where
    from whosecopy.cli.assess_outcome_words import show

    covariates = {"place": place, "kind": kind, "team": team, "notice": None if notice is None else f"{notice:g}"}
    present = {column: value for column, value in covariates.items() if value is not None}
    question = _question(found, expected, ceiling, level, looked_at, present)
    if found is None and sites is None:
        raise InputError("assess outcome needs --found N, or --sites FILE")
    if sites is not None and present:
        raise InputError("sites are compared without adjusting; leave out --sites, or place, kind, team and notice")
    check_report(report)
    material = _read(history, sites, question, parse_where(where))
    if vault is not None:
        _record(vault, key, material, question)
    told, known = _assessed(question, material)

    def page() -> str:
        from whosecopy.cli.assess_outcome_page import page as whole

        return whole(told, known, material.past)

    answer(report, page, json, told.as_json, lambda: show(told))


@dataclass(frozen=True)
class _Material:
    """What was handed in, checked: the history used, its facts, the sites and their file's SHA-256."""

    past: "tuple[Past, ...]"
    used: "Used | None"
    sites: "tuple[Site, ...]"
    sites_sha256: str


def _question(
    found: int | None,
    expected: float | None,
    ceiling: int | None,
    level: float,
    looked_at: int,
    present: dict[str, str],
) -> "Question":
    """The question, where its numbers do not contradict each other."""
    from whosecopy.assess.history import LARGEST
    from whosecopy.assess.outcome_report import Question

    if found is not None and expected is None and ceiling is None:
        raise InputError("--found needs --expected E or --ceiling N: thirty of how many?")
    if expected is not None and not (math.isfinite(expected) and expected > 0):
        raise InputError(f"--expected {expected:g}: give a number above 0")
    if max(found or 0, expected or 0, ceiling or 0) > LARGEST:
        raise InputError(f"numbers above {LARGEST:,} are not understood; count in larger units")
    if ceiling is not None and max(found or 0, expected or 0) > ceiling:
        raise InputError(f"--ceiling {ceiling}: found or expected is above it; mend one of them")
    if not math.isfinite(level):
        raise InputError("--level: give a number between 0.0001 and 0.5")
    return Question(found, expected, ceiling, level, looked_at, present)


def _read(history: Path | None, sites: Path | None, question: "Question", where: dict[str, str]) -> _Material:
    from whosecopy.assess.history import parse_history, parse_sites
    from whosecopy.assess.outcome_report import used
    from whosecopy.cli.files import read_file

    past: tuple[Past, ...] = ()
    facts = None
    if history is not None:
        data = read_file(history)
        own = question.expected is not None and question.expected != question.ceiling
        parsed = parse_history(data, history.name, question.bounded, where, own)
        past, facts = parsed.used, used(history.name, hashlib.sha256(data).hexdigest(), where, parsed)
    elif where or question.adjusted_for:
        raise InputError("a selection or a covariate needs --history FILE")
    if sites is None:
        return _Material(past, facts, (), "")
    data = read_file(sites)
    parts = parse_sites(data, sites.name, question.bounded)
    _compare(parts, question, sites.name)
    return _Material(past, facts, parts, hashlib.sha256(data).hexdigest())


def _compare(sites: "Sequence[Site]", question: "Question", name: str) -> None:
    """Refuse sites that add up to more than the whole."""
    results, size = sum(one.found for one in sites), sum(one.size for one in sites)
    whole = question.ceiling if question.bounded else question.expected
    if question.found is not None and results > question.found:
        raise InputError(f"{name}: the sites found {results:,} in all, --found says {question.found:,}; mend one")
    if question.found is not None and whole is not None and size > whole * (1 + 1e-9):
        raise InputError(f"{name}: the sites expected {size:,g} in all, the whole only {whole:,g}; mend one")


def _record(vault: Path, key: Path | None, material: _Material, question: "Question") -> None:
    """Put the question, the history and its selection on the vault's record before anything is computed."""
    from whosecopy.cli.files import now
    from whosecopy.cli.vaults import opened
    from whosecopy.vault.events import record

    history = None if material.used is None else asdict(material.used)
    payload = {"assess": "outcome", "question": asdict(question), "history": history, "sites": material.sites_sha256}
    with opened(vault, key) as here, here.transaction() as tx:
        record(tx, "assessment", payload, now())


def _assessed(question: "Question", material: _Material) -> "tuple[Assessment, Basis | Result]":
    """The assessment, and what it was judged by."""
    from whosecopy.assess.covariates import assess_adjusted
    from whosecopy.assess.outcome import Result, assess, basis
    from whosecopy.assess.outcome_report import Assessment, overall
    from whosecopy.assess.sites import assess_sites

    known = basis(material.past, question.bounded)
    sites = assess_sites(material.sites, known, question.level_each) if material.sites else ()
    if question.found is None:
        answer = overall(None, sites)
        result = known if isinstance(known, Result) else Result(answer, "see the sites", model=known.model)
        return Assessment(question, answer, result, material.used, sites), known
    size = float(question.ceiling or question.expected or 0.0)
    if question.adjusted_for:
        result = assess_adjusted(
            question.found, size, question.bounded, material.past, question.adjusted_for, question.level_each
        )
    else:
        result = assess(question.found, size, known, question.level_each)
    return Assessment(question, overall(result, sites), result, material.used, sites), known
