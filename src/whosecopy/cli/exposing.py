"""`assess exposure`: how the chance of a leak grows, and what telling fewer, later or less would gain."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whosecopy.cli.options import JsonOption, KeyOption, VaultOption
from whosecopy.cli.reports import ReportOption, answer, check_report
from whosecopy.errors import InputError

if TYPE_CHECKING:
    from whosecopy.assess.access import Access, Moments
    from whosecopy.assess.exposure import Exposure
    from whosecopy.assess.exposure_model import Rate, Rates, Span

_RATE = (
    "how often a holder leaks (a chance a day), its range and where it comes from. Best is your own record: leaks"
    " counted, over people who knew times days they knew. Nothing is assumed; --grimes adds a published rate as a check"
)
_ONWARD = "how often a holder tells one more person (a chance a day), its range and where it comes from"


@dataclass(frozen=True)
class Told:
    """An exposure with all it was computed from: what `--json` prints and the report shows."""

    rates: "Rates"
    until: str
    hours: float
    exposure: "Exposure"
    grimes: "Span | None"
    holders_curve: "list[tuple[float, Span]]"
    notice_curve: "list[tuple[float, Span]]"


def exposure(
    access: Annotated[
        Path | None, typer.Option("--access", help="CSV recipient,item,when[,group] [default: the vault's hand-outs].")
    ] = None,
    until: Annotated[
        str, typer.Option("--until", help="When the items no longer matter, e.g. 2031-05-06T04:00Z.")
    ] = "",
    leak: Annotated[
        float | None, typer.Option("--per-holder-per-day", help="Chance a day that a holder leaks.", show_default=False)
    ] = None,
    low: Annotated[float | None, typer.Option("--low", help="Least that the source allows.")] = None,
    high: Annotated[float | None, typer.Option("--high", help="Most that the source allows.")] = None,
    source: Annotated[str, typer.Option("--source", help="Where these numbers come from, in words.")] = "",
    onward: Annotated[
        float | None,
        typer.Option("--onward-per-holder-per-day", help="Chance a day that a holder tells one more person."),
    ] = None,
    onward_low: Annotated[float | None, typer.Option("--onward-low", help="Least that its source allows.")] = None,
    onward_high: Annotated[float | None, typer.Option("--onward-high", help="Most that its source allows.")] = None,
    onward_source: Annotated[str, typer.Option("--onward-source", help="Where these numbers come from.")] = "",
    hours: Annotated[
        float, typer.Option("--hours", help="What if items were released so many hours before?", min=0.0, max=1e6)
    ] = 2.0,
    grimes: Annotated[
        bool, typer.Option("--grimes", help="Also with the rate of Grimes 2016: a sensitivity check, no estimate.")
    ] = False,
    report: ReportOption = None,
    vault: VaultOption = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Say how the chance of a leak grows, and rank what could be changed. Changes, never people."""
    from whosecopy.assess.access import Moments
    from whosecopy.assess.exposure_model import Rates
    from whosecopy.cli.exposing_words import show

    check_report(report)
    main = _rate("", (leak, low, high), source, _RATE)
    wanted = any(value is not None for value in (onward, onward_low, onward_high)) or bool(onward_source)
    more = _rate("onward-", (onward, onward_low, onward_high), onward_source, _ONWARD) if wanted else None
    if not until:
        raise InputError("assess exposure needs --until: when the items no longer matter, like 2031-05-06T04:00Z")
    moments = Moments()
    end_s = _end(until, moments)
    accesses = _accesses(access, moments, vault, key)
    told = _assess(accesses, end_s, until, Rates(main, more), hours, grimes)

    def page() -> str:
        from whosecopy.cli.exposing_page import paper
        from whosecopy.cli.files import now
        from whosecopy.cli.paper import render_paper

        return render_paper(paper(told, now()))

    answer(report, page, json, lambda: as_json(told), lambda: show(told))


def as_json(told: Told) -> Mapping[str, object]:
    """The value that `--json` prints."""
    return {"schema": "whosecopy.exposure/1", **asdict(told)}


def _rate(prefix: str, values: tuple[float | None, ...], source: str, what: str) -> "Rate":
    """A rate with its range and source, all of them given and in order."""
    from whosecopy.assess.exposure_model import Rate

    names = [f"--{prefix}per-holder-per-day", f"--{prefix}low", f"--{prefix}high", f"--{prefix}source"]
    missing = [name for name, value in zip(names, [*values, source.strip() or None], strict=True) if value is None]
    if missing:
        raise InputError(f"{', '.join(missing)} missing: {what}")
    value, low, high = (float(number) for number in values if number is not None)
    if not 0.0 <= low <= value <= high <= 1.0 or value == 0.0:
        raise InputError(f"{names[0]} {value:g}: needs 0 <= {names[1]} <= it <= {names[2]} <= 1, and more than 0")
    return Rate(value, low, high, source.strip())


def _end(until: str, moments: "Moments") -> float:
    from whosecopy.assess.history_table import Row

    return moments.seconds(Row({"until": until}, "--until"), "until", late=True)


def _accesses(access: Path | None, moments: "Moments", vault: Path | None, key: Path | None) -> "tuple[Access, ...]":
    from whosecopy.assess.access import Access, parse_access
    from whosecopy.cli.files import read_file

    if access is not None:
        return parse_access(read_file(access), str(access), moments)
    moments.require_zone("the vault's records are in universal time")
    from whosecopy.cli.vaults import opened
    from whosecopy.vault.knowing import hand_outs, seconds

    with opened(vault, key) as here, here.snapshot() as tx:
        titles = {one.id: f"{one.title} ({one.id})" for one in tx.documents()}
        found = hand_outs(tx)
    if not found:
        raise InputError("the vault has handed out nothing; give a list with --access FILE")
    return tuple(Access(one.recipient, titles[one.document], seconds(one.at), one.organisation) for one in found)


def _assess(
    accesses: "tuple[Access, ...]", end_s: float, until: str, rates: "Rates", hours: float, grimes: bool
) -> Told:
    from whosecopy.assess.exposure import assess, by_holders, by_notice, groups, holdings
    from whosecopy.assess.exposure_model import GRIMES_PER_DAY, Rate, Rates

    held = holdings(accesses, end_s)
    people = len({who for holders in held.values() for who in holders})
    longest = max(days for holders in held.values() for days in holders.values())
    check = None
    if grimes:
        published = Rate(GRIMES_PER_DAY, GRIMES_PER_DAY, GRIMES_PER_DAY, "Grimes 2016: a sensitivity check")
        check = assess(held, Rates(published), hours, {}).anything
    return Told(
        rates,
        until,
        hours,
        assess(held, rates, hours, groups(accesses)),
        check,
        by_holders(held, rates, 2 * people),
        by_notice(held, rates, 2 * longest),
    )
