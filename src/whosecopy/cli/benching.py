"""`bench`: measurements that anybody can repeat; every table can be had as JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from whosecopy.cli.files import now, write_whole
from whosecopy.cli.options import JsonOption
from whosecopy.cli.terminal import out, print_json, progress
from whosecopy.errors import InputError, IntegrityError


@dataclass(frozen=True, slots=True)
class _Setting:
    trials: int | None
    photos: int
    recipients: int
    alpha: float | None
    seed: int
    target: Path | None
    attacks: Sequence[str]


class Name(StrEnum):
    """What can be measured."""

    CODES = "codes"
    RATES = "rates"
    NAMING = "naming"
    CALIBRATION = "calibration"
    ORGANISATIONS = "organisations"
    SEVERAL = "several"
    OUTCOME = "outcome"
    LOG = "log"
    KILL = "kill"
    PDF = "pdf"
    PIXELS = "pixels"
    LAYOUT = "layout"
    HOSTILE = "hostile"


def bench(
    name: Annotated[
        Name,
        typer.Argument(
            help="codes: code lengths and speed. rates, naming: on your documents. calibration: false names. "
            "organisations: colleagues who compare copies. several: leaks read together. "
            "outcome: false alarms of assess outcome. log: speed of the record. kill: what kill -9 loses. "
            "pdf: speed of making copies. pixels: what PDF copies draw beside marked words. "
            "layout: pictures of pages (simulated). hostile: broken and hostile files."
        ),
    ],
    documents: Annotated[list[Path] | None, typer.Argument(metavar="DOC...", help="Documents to measure on.")] = None,
    trials: Annotated[
        int | None, typer.Option("--trials", help="Leaks per document and attack; records; kills; broken files.", min=1)
    ] = None,
    attacks: Annotated[
        list[str] | None,
        typer.Option("--attack", metavar="NAME", help="bench layout: only this (repeatable); also: coalitions."),
    ] = None,
    photos: Annotated[int, typer.Option("--photos", help="Photographed leaks per document (slow).", min=0)] = 2,
    recipients: Annotated[int, typer.Option("--recipients", help="Copies issued.", min=2)] = 1000,
    alpha: Annotated[
        float | None, typer.Option("--alpha", help="Level [default: 1e-6; calibration 1e-2].", min=1e-15, max=0.5)
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of all random draws.")] = 1,
    target: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="rates, outcome, pdf, layout: write the data here."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Measure code lengths, naming rates and false names."""
    if name in (Name.RATES, Name.NAMING, Name.LAYOUT, Name.PIXELS) and not documents:
        raise InputError(f"bench {name} measures on documents; name some: whosecopy bench {name} DOC...")
    run = {
        Name.CODES: _codes,
        Name.RATES: _rates,
        Name.NAMING: _naming,
        Name.CALIBRATION: _calibration,
        Name.ORGANISATIONS: _organisations,
        Name.SEVERAL: _several,
        Name.OUTCOME: _outcome,
        Name.LOG: _log,
        Name.KILL: _kill,
        Name.PDF: _pdf,
        Name.PIXELS: _pixels,
        Name.LAYOUT: _layout,
        Name.HOSTILE: _hostile,
    }
    rows = run[name](documents or [], _Setting(trials, photos, recipients, alpha, seed, target, attacks or []))
    if json:
        print_json({"rows": rows})
    else:
        _table(rows)
    if any(row.get("ok") is False for row in rows):
        raise IntegrityError(f"bench {name}: what must not happen has happened, see the rows that are not ok")


Rows = list[dict[str, Any]]


def _codes(documents: Sequence[Path], setting: _Setting) -> Rows:
    from whosecopy.bench.codes import rows

    with progress("Measuring code lengths") as advance:
        return rows(setting.trials or 200, setting.seed, advance)


def _organisations(documents: Sequence[Path], setting: _Setting) -> Rows:
    from whosecopy.bench.organisations import rows

    with progress("Comparing copies") as advance:
        return rows(setting.trials or 200, setting.seed, advance)


def _several(documents: Sequence[Path], setting: _Setting) -> Rows:
    from whosecopy.bench.several import rows

    with progress("Reading leaks together") as advance:
        return rows(setting.trials or 2000, setting.seed, advance)


def _rates(documents: Sequence[Path], setting: _Setting) -> Rows:
    import numpy as np

    from whosecopy.bench.collection import collect
    from whosecopy.bench.rates import measure
    from whosecopy.model import codec

    command = (
        f"whosecopy bench rates DOC... --trials {setting.trials or 20} --photos {setting.photos} --seed {setting.seed}"
    )
    found = [(master, template) for _, master, template in collect(documents)]
    with progress("Leaking") as advance:
        rates = measure(
            found,
            np.random.default_rng(setting.seed),
            setting.trials or 20,
            setting.photos,
            now()[:10],
            command,
            advance,
        )
    if setting.target is not None:
        write_whole(setting.target, codec.encode(rates) + b"\n")
    return [
        {
            "attack": attack.name,
            "carrier": carrier,
            "read right": round(sum(share for nats, share in levels if nats > 0), 4),
            "read wrong": round(sum(share for nats, share in levels if nats < 0), 4),
            "erased": round(sum(share for nats, share in levels if nats == 0), 4),
        }
        for attack in rates.attacks
        if attack.coalition == 1
        for carrier, levels in attack.levels.items()
    ]


def _naming(documents: Sequence[Path], setting: _Setting) -> Rows:
    import numpy as np

    from whosecopy.bench.collection import collect
    from whosecopy.bench.naming import naming, totals
    from whosecopy.cli.terminal import warn
    from whosecopy.seal.rates import measured_rates

    rng = np.random.default_rng(setting.seed)
    where = setting.recipients, setting.alpha or 1e-6
    trials = setting.trials or 40, setting.photos
    rows = []
    with progress("Leaking and tracing") as advance:
        for name, master, template in collect(documents):
            rows += naming((name, master, template), measured_rates(), where, trials, rng, advance)
    traces, wrong, limit = totals(rows)
    warn(f"{wrong} wrong names in {traces} traces (95 % upper limit {limit:.2g})")
    return [asdict(row) for row in rows]


def _calibration(documents: Sequence[Path], setting: _Setting) -> Rows:
    import numpy as np

    from whosecopy.bench.collection import collect
    from whosecopy.bench.pipeline import calibrate

    if not documents:
        return _reading_level(setting)
    rng = np.random.default_rng(setting.seed)
    rows: Rows = []
    with progress("Tracing innocent leaks") as advance:
        for name, master, template in collect(documents):
            where = setting.recipients, setting.alpha or 1e-2
            found = calibrate((master, template), where, setting.trials or 2000, rng, advance)
            rows += [{"document": name, **asdict(row)} for row in found]
    return rows


def _outcome(documents: Sequence[Path], setting: _Setting) -> Rows:
    from whosecopy.bench.outcome import rows
    from whosecopy.bench.outcome_levels import table

    if setting.target is not None:
        trials = setting.trials or 300
        command = f"whosecopy bench outcome --out FILE --trials {trials} --seed {setting.seed}"
        with progress("Calibrating levels") as advance:
            write_whole(setting.target, table(trials, setting.seed, now()[:10], command, advance))
    with progress("Looking for leaks where there is none") as advance:
        return list(rows(setting.trials or 300, setting.seed, advance))


def _reading_level(setting: _Setting) -> Rows:
    """Without documents: decisions on synthetic readings of leaks by coalitions and strangers."""
    from whosecopy.bench.calibration import reading_level

    return list(reading_level(setting.trials or 2600, setting.seed, setting.alpha or 1e-2))


def _log(documents: Sequence[Path], setting: _Setting) -> Rows:
    from whosecopy.bench.log import rows

    with progress("Recording") as advance:
        return rows(setting.trials or 20_000, advance)


def _pdf(documents: Sequence[Path], setting: _Setting) -> Rows:
    """Speed; with --out also the rates of PDFs that leak as files, measured on articles typeset here."""
    from whosecopy.bench.pdf import rows
    from whosecopy.bench.pdf_rates import measure_articles
    from whosecopy.model import codec

    if setting.target is not None:
        trials = setting.trials or 3
        command = f"whosecopy bench pdf --out FILE --trials {trials} --seed {setting.seed}"
        with progress("Leaking") as advance:
            found = measure_articles(trials, setting.seed, now()[:10], command, advance)
        write_whole(setting.target, codec.encode(found) + b"\n")
    return rows([(path.name, path.read_bytes()) for path in documents], setting.trials or 7, setting.seed)


def _pixels(documents: Sequence[Path], setting: _Setting) -> Rows:
    from whosecopy.bench.pixels import rows

    with progress("Drawing copies") as advance:
        return rows([(path.name, path.read_bytes()) for path in documents], setting.trials or 3, setting.seed, advance)


def _layout(documents: Sequence[Path], setting: _Setting) -> Rows:
    from whosecopy.cli.benching_layout import Pictures, layout_rows

    asked = Pictures(setting.attacks, setting.trials or 1, setting.seed, setting.target)
    return layout_rows(documents, setting.recipients, setting.alpha or 1e-6, asked)


def _hostile(documents: Sequence[Path], setting: _Setting) -> Rows:
    from whosecopy.cli.benching_hostile import hostile_rows

    return hostile_rows(documents, setting.trials, setting.seed)


def _kill(documents: Sequence[Path], setting: _Setting) -> Rows:
    from whosecopy.bench.kill import rows

    with progress("Killing") as advance:
        return rows(setting.trials or 500, setting.seed, advance)


def _table(rows: Rows) -> None:
    from rich.table import Table

    grid = Table(box=None, pad_edge=False, header_style="bold")
    for heading in rows[0] if rows else ():
        words = isinstance(rows[0][heading], str)
        grid.add_column(heading.replace("_", " "), justify="left" if words else "right", no_wrap=not words)
    for row in rows:
        grid.add_row(*(_cell(value) for value in row.values()))
    out().print(grid)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if value is None:
        return "-"
    return f"{value:.3g}" if isinstance(value, float) else str(value)
