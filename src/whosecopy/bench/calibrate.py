"""`calibrate`: the known error rate of an installation, measured on its own sealed documents with decoy leakers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from whosecopy.bench.naming import Naming, totals, under_attack
from whosecopy.bench.pipeline import Calibration
from whosecopy.bench.pipeline import calibrate as leak_innocently
from whosecopy.media.dispatch import sealed_master
from whosecopy.model import Document, Template, codec
from whosecopy.seal.plan import Progress
from whosecopy.seal.rates import measured_rates
from whosecopy.stats.intervals import clopper_pearson
from whosecopy.vault.store import Tx

LEVEL = 1e-2
"""Innocent leaks are traced at this level: at the sealed one there would be nothing to count."""
_STEPS, _DOUBT = 100, 0.01


@dataclass(frozen=True, slots=True)
class Master:
    """The newest version of a sealed document, with how many copies of it were issued and at which alpha."""

    id: str
    title: str
    document: Document
    template: Template
    recipients: int
    alpha: float


@dataclass(frozen=True, slots=True)
class Measured:
    """One document: `power` by channel against the forecast, `errors` by source against `LEVEL`.

    `wrong` counts wrong names in the `traces` of all channels, at the sealed alpha; `wrong_high` is the 95 % upper
    limit of their chance.
    """

    id: str
    title: str
    recipients: int
    alpha: float
    power: tuple[Naming, ...]
    errors: tuple[Calibration, ...]
    traces: int
    wrong: int
    wrong_high: float


def masters(tx: Tx, document: str | None) -> list[Master]:
    """The newest version of every sealed document, or of `document`; no key is read, and no codeword made.

    Raises `InputError` where there is no such document.
    """
    chosen = [tx.document(document)] if document else tx.documents()
    found = []
    for one in chosen:
        newest = tx.versions(one.id)[-1]
        count = tx.next_index(one.id, newest.version)
        if count >= 2:
            template = codec.decode(tx.load_template(one.id, newest.version), Template)
            data = tx.load_master(one.id, newest.version)
            master = sealed_master(template, data, newest.encoding or None)
            found.append(Master(one.id, one.title, master, template, count, newest.alpha))
    return found


def calibrate(
    sealed: Sequence[Master], trials: tuple[int, int], rng: np.random.Generator, progress: Progress
) -> list[Measured]:
    """Leak and trace each document by decoys: codewords under fresh keys in every trial, never an issued copy's.

    `trials` is how many leaks per channel, and how many photographed ones. Innocent leaks are ten times as many.
    """
    out = []
    for number, one in enumerate(sealed):
        first, second = (partial(_part, progress, 2 * number + k, 2 * len(sealed)) for k in (0, 1))
        document, innocent = (one.title, one.document, one.template), (one.document, one.template)
        power = under_attack(document, measured_rates(), (one.recipients, one.alpha), trials, rng, first)
        errors = leak_innocently(innocent, (one.recipients, LEVEL), 10 * trials[0], rng, second)
        traces, wrong, limit = totals(power)
        judged = _judged(power, errors)
        out.append(Measured(one.id, one.title, one.recipients, one.alpha, *judged, traces, wrong, limit))
    return out


def _judged(
    power: Sequence[Naming], errors: Sequence[Calibration]
) -> tuple[tuple[Naming, ...], tuple[Calibration, ...]]:
    """The rows with `kept` by limits that all rows of a table hold together with 99 % confidence."""
    sure = 1 - _DOUBT / max(len(power), 1), 1 - _DOUBT / max(len(errors), 1)
    return (
        tuple(replace(row, kept=row.promised <= clopper_pearson(row.named, row.traces, sure[0])[1]) for row in power),
        tuple(replace(row, kept=clopper_pearson(row.named, row.traces, sure[1])[0] <= row.alpha) for row in errors),
    )


def _part(progress: Progress, place: int, parts: int, done: int, total: int) -> None:
    """Progress within part `place` of `parts`."""
    progress(place * _STEPS + done * _STEPS // total, parts * _STEPS)
