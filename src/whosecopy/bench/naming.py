"""`bench naming`: how often the right copy is named, attack by attack, beside what the forecast promised."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from whosecopy.bench.leaks import retype
from whosecopy.bench.rates import PHOTO, leak_of
from whosecopy.carriers.writing import marked
from whosecopy.codes.codebook import Codebook, make_codebook, organisations
from whosecopy.codes.decide import Decision, decide
from whosecopy.codes.keys import draw_secrets
from whosecopy.codes.panel import Panel
from whosecopy.model import Document, Template
from whosecopy.seal.forecast import Row, choose_profile, forecast
from whosecopy.seal.plan import Progress
from whosecopy.seal.rates import Attack, Rates
from whosecopy.stats.intervals import clopper_pearson
from whosecopy.trace.read import Sighting, read_leak

_FIRST_TRACE = 2
"""The first trace of an exhibit is tested at alpha / 2 (STATISTICS V11)."""


@dataclass(frozen=True, slots=True)
class Naming:
    """One document under one attack: traces, how many named a copy that was used, how many one that was not.

    `low` and `high` bound the observed rate with 95 % confidence; `kept` says that the promise lies in
    that interval or below it.
    """

    document: str
    attack: str
    traces: int
    named: int
    wrong: int
    promised: float
    low: float
    high: float
    kept: bool


def naming(
    document: tuple[str, Document, Template],
    rates: Rates,
    setting: tuple[int, float],
    trials: tuple[int, int],
    rng: np.random.Generator,
    progress: Progress,
) -> list[Naming]:
    """Leak and trace one document; `setting` is (recipients, alpha), `trials` how many leaks and photos."""
    name, master, template = document
    planned = choose_profile(template, *setting, rates, None)
    return under_attack((name, master, planned), rates, setting, trials, rng, progress)


def under_attack(
    document: tuple[str, Document, Template],
    rates: Rates,
    setting: tuple[int, float],
    trials: tuple[int, int],
    rng: np.random.Generator,
    progress: Progress,
) -> list[Naming]:
    """As `naming`, of a template as it is: its profile was chosen before."""
    promised = {row.attack: row for row in forecast(document[2], *setting, rates, lambda done, total: None).rows}
    rows = []
    for number, attack in enumerate(rates.attacks):
        count = trials[1] if attack.name == PHOTO else trials[0]
        if count:
            rows.append(_row(document, attack, promised[attack.name], setting, count, rng))
        progress(number + 1, len(rates.attacks))
    return rows


def _row(
    document: tuple[str, Document, Template],
    attack: Attack,
    promise: Row,
    setting: tuple[int, float],
    count: int,
    rng: np.random.Generator,
) -> Naming:
    name, master, template = document
    named = wrong = 0
    for _ in range(count):
        guilty, decision = one_trace(master, template, attack, setting, rng)
        found = {one.index for one in decision.named}
        named += bool(found & guilty)
        wrong += bool(found - guilty)
    low, high = clopper_pearson(named, count, 0.975)
    promised = promise.chance_to_name
    return Naming(name, attack.name, count, named, wrong, promised, low, high, promised <= high)


def one_trace(
    master: Document, template: Template, attack: Attack, setting: tuple[int, float], rng: np.random.Generator
) -> tuple[set[int], Decision]:
    """One leak under fresh keys: who was guilty, and what the trace says."""
    recipients, alpha = setting
    codebook = fresh_codebook(template, rng, recipients)
    guilty = rng.choice(recipients, attack.coalition, replace=False)
    variants = np.concatenate([codebook.variants(int(index), 1) for index in guilty])
    holder = rng.integers(0, attack.coalition, template.length)
    text = marked(master, template, variants[holder, np.arange(template.length)]).edited_text()
    leak = retype if attack.coalition > 1 else leak_of(attack.name)
    sighting = read_leak(template, leak(text, rng))
    return {int(index) for index in guilty}, decide_alone(sighting, codebook, recipients, alpha / _FIRST_TRACE)


def fresh_codebook(template: Template, rng: np.random.Generator, copies: int) -> Codebook:
    """A codebook under fresh keys; where marks are shared, every eight copies are an organisation."""
    return make_codebook(template, draw_secrets(rng.bytes), [index // 8 for index in range(copies)])


def decide_alone(sighting: Sighting, codebook: Codebook, recipients: int, alpha: float) -> Decision:
    """The decision where one sealed version is in play."""
    groups = organisations(codebook.members[:recipients]) if codebook.shared.any() else 0
    code = codebook.biases, codebook.labels, codebook.secrets
    panel = Panel(sighting.reading, *code, recipients, codebook.shared, groups)
    return decide([panel], alpha)


def totals(rows: Sequence[Naming]) -> tuple[int, int, float]:
    """Traces, wrong names, and the 95 % upper limit of the chance of a wrong name in a trace."""
    traces, wrong = sum(row.traces for row in rows), sum(row.wrong for row in rows)
    return traces, wrong, clopper_pearson(wrong, traces, 0.95)[1] if traces else 1.0
