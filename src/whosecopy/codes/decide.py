"""From readings to named copies: every copy ever issued is scored, few or none are spoken of.

Null hypothesis for a copy: the leak was made without any text, layout or picture derived from it. The
chance that any copy is named for which this holds is at most alpha, whatever the leakers did (STATISTICS
V8, V9). No score, rank or number of any other issued copy leaves this module (V12).
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np

from whosecopy.codes.decoys import check_decoys
from whosecopy.codes.hypotheses import FAMILY
from whosecopy.codes.organisations import organisation_panel
from whosecopy.codes.pairs import members
from whosecopy.codes.panel import Panel, Prepared, p_values, prepare
from whosecopy.codes.scoring import KEEP, Tally, score_blocks
from whosecopy.model import DecoyCheck
from whosecopy.stats.multiple import holm

ASSUMPTIONS = (
    "no size of a coalition is assumed: each copy named took part, by a test of its own, however many were merged",
    "codes and scores are planned for up to six merged copies; others that took part may go unnamed",
)
"""What is and is not said of several leakers (docs/spec/code.md, 10)."""
__all__ = ["ASSUMPTIONS", "SHARES", "Decision", "Named", "Panel", "decide", "p_values"]

SHARES = {"single": 0.7, "gate": 0.1, "member": 0.1, "organisation": 0.1}
"""How the level of one leak is split; what a template cannot use goes to single copies (V9)."""


@dataclass(frozen=True, slots=True)
class Named:
    """A copy, or an organisation with a copy, whose material is in the leak; `index` is its number.

    `p_value` is after the multiplier over hypotheses (over leads, where `test` is `pair`); `p_familywise`
    is corrected over all copies and divided by the share of alpha, so that it compares with alpha.
    `score_log10` is -log10 of `p_value`: the scale of the decoys' histogram.
    """

    panel: int
    index: int
    p_value: float
    p_familywise: float
    log_evalue_nats: float
    test: str
    score_log10: float


@dataclass(frozen=True, slots=True)
class Decision:
    """What may be said: the named copies and organisations, or that the implementation failed its own check."""

    named: tuple[Named, ...]
    withheld: bool
    decoys: DecoyCheck
    hypotheses: tuple[str, ...]
    codewords: int
    assumptions: tuple[str, ...]
    organisations: tuple[Named, ...] = ()


def decide(panels: Sequence[Panel], alpha: float, executor: Executor | None = None) -> Decision:
    """Whose material is in the leak, at family-wise level `alpha` over all copies and organisations of all panels.

    Work over many copies goes to `executor`. The same panels and alpha give the same decision.

    Raises `ValueError` unless 0 < alpha < 1 and the panels' arrays fit each other.
    """
    if not 0.0 < alpha < 1.0:
        raise ValueError(f"alpha {alpha} is not between 0 and 1")
    prepared = [prepare(panel) for panel in panels]
    total = sum(panel.count for panel in panels)
    decoys, sound = check_decoys(prepared, alpha, total)
    found = _name(prepared, alpha, total, executor) if sound else ()
    groups = tuple(_organisations(panels, alpha, executor)) if sound else ()
    return Decision(found, not sound, decoys, tuple(h.name for h in FAMILY), total, ASSUMPTIONS, groups)


def _organisations(panels: Sequence[Panel], alpha: float, executor: Executor | None) -> Iterator[Named]:
    """Organisations that stand out at the shared marks, over all that copies were ever issued to; best first."""
    places = [place for place, panel in enumerate(panels) if panel.organisations and panel.shared.any()]
    prepared = [prepare(organisation_panel(panels[place])) for place in places]
    total = sum(item.panel.count for item in prepared)
    found = _singles(prepared, _tallies(prepared, executor), alpha, total, SHARES["organisation"])
    for one in sorted(found, key=lambda one: (one.p_familywise, one.panel, one.index)):
        yield replace(one, panel=places[one.panel], test="organisation")


def _tallies(prepared: Sequence[Prepared], executor: Executor | None) -> list[Tally]:
    return [
        score_blocks(i.panel.secrets.code, i.panel.biases, i.weights, 0, i.panel.count, executor=executor)
        for i in prepared
    ]


def _name(prepared: Sequence[Prepared], alpha: float, total: int, executor: Executor | None) -> tuple[Named, ...]:
    """Single copies by Holm, then members of gated pairs, best first."""
    share = dict(SHARES)
    if not any(item.panel.shared.any() for item in prepared):
        share["single"] += share.pop("organisation")
    if total < 2:
        share["single"] += share.pop("gate") + share.pop("member")
    tallies = _tallies(prepared, executor)
    named = list(_singles(prepared, tallies, alpha, total, share["single"]))
    if total >= 2:
        known = {(one.panel, one.index) for one in named}
        named += _pairs(prepared, tallies, alpha, total, share, known)
    return tuple(sorted(named, key=lambda one: (one.p_familywise, one.panel, one.index)))


def _singles(
    prepared: Sequence[Prepared], tallies: Sequence[Tally], alpha: float, total: int, share: float
) -> Iterator[Named]:
    """Copies that stand out alone."""
    rows: list[tuple[int, int, float]] = []
    for place, (item, tally) in enumerate(zip(prepared, tallies, strict=True)):
        indices = item.promising(tally, alpha)
        single = item.p_values(item.scores(item.symbols(indices)))
        rows += [(place, int(j), float(p)) for j, p in zip(indices, single, strict=True)]
    adjusted = holm(np.array([p for _, _, p in rows]), total) / share
    for (place, index, p), familywise in zip(rows, adjusted.tolist(), strict=True):
        if familywise <= alpha:
            yield _named(prepared[place], place, index, p, familywise, "single")


def _pairs(
    prepared: Sequence[Prepared],
    tallies: Sequence[Tally],
    alpha: float,
    total: int,
    share: dict[str, float],
    known: set[tuple[int, int]],
) -> Iterator[Named]:
    """Copies that stand out given another one of the same panel."""
    all_pairs = total * (total - 1) / 2
    gate = alpha * share["gate"] / all_pairs
    for place, (item, tally) in enumerate(zip(prepared, tallies, strict=True)):
        leads = tally.top[-1][:, 1]
        if len(leads) < 2 or not len(item.cells.counts):
            continue
        indices = np.arange(item.panel.count) if item.panel.count <= 2 * KEEP else np.sort(leads)
        order = np.searchsorted(indices, leads)
        skip = {index for panel, index in known if panel == place}
        found: dict[int, tuple[float, float]] = {}
        for one in members(item.cells, item.symbols(indices), indices, order, gate, skip):
            familywise = max(one.gate_p * all_pairs / share["gate"], one.p_value * total / share["member"])
            if familywise <= alpha:
                found[one.index] = min(found.get(one.index, (2.0, 2.0)), (familywise, one.p_value))
        for index, (familywise, p) in found.items():
            yield _named(item, place, index, p, familywise, "pair")


def _named(item: Prepared, place: int, index: int, p: float, familywise: float, test: str) -> Named:
    symbols = item.symbols(np.array([index]))[0]
    return Named(place, index, p, familywise, item.log_evalue(symbols), test, float(-np.log10(p)))
