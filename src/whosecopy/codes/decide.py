"""From readings to named copies: every copy ever issued is scored, few or none are spoken of.

Null hypothesis for a copy: the leak was made without any text, layout or picture derived from it. The
chance that any copy is named for which this holds is at most alpha, whatever the leakers did (STATISTICS
V8, V9). No score, rank or number of any other issued copy leaves this module (V12).
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

from whosecopy.codes.hypotheses import FAMILY, Cells, group, integer_weights, log_ratios
from whosecopy.codes.keys import Secrets, derive
from whosecopy.codes.keystream import Bytes, codewords, stream
from whosecopy.codes.pairs import members
from whosecopy.codes.quantise import quantise
from whosecopy.codes.scoring import KEEP, Ints, Tally, score_all, score_blocks
from whosecopy.model import DecoyCheck, Floats, Reading
from whosecopy.stats.lattice import between, tail_table
from whosecopy.stats.multiple import holm
from whosecopy.stats.uniformity import ks_uniform

SHARES = {"single": 0.7, "gate": 0.1, "member": 0.1, "organisation": 0.1}
"""How the level of one leak is split; what a template cannot use goes to single copies (V9)."""
DECOYS = 10_000
_DECOY_LEVEL = 1e-6
_EDGES = tuple(k / 4 for k in range(33))
_LEVELS = np.array([hypothesis.level for hypothesis in FAMILY])
_EVIDENCE = np.array([hypothesis.evidence for hypothesis in FAMILY])
_SLACK_NATS = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """One sealed version in play: its reading, its code, and how many copies were issued.

    `reading` is in variant order; `biases` and `labels` (m, q_max) are those of `codes.profiles`; `shared`
    (m,) marks carry an organisation's symbol and never count for a person (V4).
    """

    reading: Reading
    biases: NDArray[np.uint16]
    labels: Bytes
    secrets: Secrets
    count: int
    shared: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Named:
    """A copy whose material is in the leak.

    `p_value` is after the multiplier over hypotheses (or over leads, for a pair); `p_familywise` is
    corrected over all copies and divided by the share of alpha, so that it compares with alpha.
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
    """What may be said: the named copies, or that the implementation failed its own check (`withheld`)."""

    named: tuple[Named, ...]
    withheld: bool
    decoys: DecoyCheck
    hypotheses: tuple[str, ...]
    codewords: int
    assumptions: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Prepared:
    """All that follows from a panel without looking at a codeword."""

    panel: Panel
    cells: Cells
    weights: Ints
    tails: tuple[Floats, ...]
    ratios: Floats

    def p_values(self, scores: Ints) -> Floats:
        """Combined p-values of integer scores (H, n): the least over the hypotheses, each over its share."""
        looked_up = [tail[row] / level for tail, row, level in zip(self.tails, scores, _LEVELS, strict=True)]
        return np.asarray(np.minimum(np.min(looked_up, axis=0), 1.0))

    def promising(self, tally: Tally, alpha: float) -> Ints:
        """The indices of the copies whose combined p-value is at most `alpha`."""
        listed = zip(tally.top, self.tails, _LEVELS, strict=True)
        return np.unique(np.concatenate([top[tail[top[:, 0]] / level <= alpha, 1] for top, tail, level in listed]))

    def symbols(self, indices: Ints) -> Bytes:
        """Codewords of the copies `indices`: uint8, shape (len(indices), m)."""
        code, biases = self.panel.secrets.code, self.panel.biases
        if len(indices) == self.panel.count:
            return codewords(code, biases, 0, self.panel.count)[indices]
        return np.concatenate([codewords(code, biases, int(index), 1) for index in indices])

    def scores(self, symbols: Bytes) -> Ints:
        """Integer scores of codewords (n, m): int64, shape (H, n)."""
        marks = np.arange(symbols.shape[1])
        return np.stack([table[marks, symbols].sum(axis=1) for table in self.weights])

    def log_evalue(self, symbols: Bytes) -> float:
        """Ln of the e-value of one codeword (m,): its mean is at most 1 if the copy was not used."""
        by_hypothesis = self.ratios[:, np.arange(len(symbols)), symbols].sum(axis=1)
        used = _EVIDENCE > 0
        return float(np.logaddexp.reduce(by_hypothesis[used] + np.log(_EVIDENCE[used])) - _SLACK_NATS)


def decide(panels: Sequence[Panel], alpha: float, executor: Executor | None = None) -> Decision:
    """Which copies' material is in the leak, at family-wise level `alpha` over all copies of all panels.

    Work over many copies goes to `executor`. The same panels and alpha give the same decision.

    Raises `ValueError` unless 0 < alpha < 1 and the panels' arrays fit each other.
    """
    if not 0.0 < alpha < 1.0:
        raise ValueError(f"alpha {alpha} is not between 0 and 1")
    prepared = [_prepare(panel) for panel in panels]
    total = sum(panel.count for panel in panels)
    decoys, sound = _decoys(prepared, alpha, total)
    found = _name(prepared, alpha, total, executor) if sound else ()
    return Decision(found, not sound, decoys, tuple(h.name for h in FAMILY), total, ())


def _prepare(panel: Panel) -> _Prepared:
    """Quantise, put into symbol order, and compute weights and tails."""
    reading = panel.reading
    if not panel.biases.shape == panel.labels.shape == reading.levels_nats.shape or len(panel.shared) != len(
        panel.biases
    ):
        raise ValueError("reading, biases, labels and shared marks of a panel have different shapes")
    by_variant = quantise(reading.levels_nats, reading.alphabet)
    counted = replace(reading, levels_nats=by_variant).read & ~panel.shared
    cells = group(np.take_along_axis(by_variant, panel.labels.astype(np.intp), axis=1), panel.biases, counted)
    ratios = log_ratios(cells)
    weights = np.asarray(cells.spread(integer_weights(ratios, cells.chances)), dtype=np.int64)
    chances = panel.biases / 256.0
    tails = tuple(tail_table(rows, chances) for rows in weights)
    return _Prepared(panel, cells, weights, tails, np.asarray(cells.spread(ratios), dtype=np.float64))


def _decoys(prepared: Sequence[_Prepared], alpha: float, total: int) -> tuple[DecoyCheck, bool]:
    """Score codewords that nobody received (V15): the check for the report, and whether it is passed."""
    uniform: list[Floats] = []
    combined: list[Floats] = []
    for place, item in enumerate(prepared):
        count = DECOYS // len(prepared) + (place < DECOYS % len(prepared))
        secret = item.panel.secrets.decoy
        scores = score_all(secret, item.panel.biases, item.weights, 0, count)
        key = derive(secret, bytes.fromhex(item.panel.reading.template_sha256), "uniforms")
        draws = stream(key, 0, 8 * scores.size).view(">u8").reshape(scores.shape) / 2.0**64
        uniform.append(np.stack([between(t, s, u) for t, s, u in zip(item.tails, scores, draws, strict=True)]))
        combined.append(item.p_values(scores))
    if not combined:
        return DecoyCheck(0, 1.0, 0), True
    p_values = np.concatenate(combined)
    ks_p = min(1.0, len(FAMILY) * min(ks_uniform(row) for row in np.concatenate(uniform, axis=1)))
    passes = int((p_values <= alpha / max(total, 1)).sum())
    excess = 1.0 if passes == 0 else float(bdtrc(passes - 1, len(p_values), alpha / max(total, 1)))
    histogram, _ = np.histogram(np.minimum(-np.log10(p_values), _EDGES[-1]), _EDGES)
    check = DecoyCheck(len(p_values), ks_p, passes, tuple(histogram.tolist()), _EDGES)
    return check, ks_p >= _DECOY_LEVEL and excess >= _DECOY_LEVEL


def _name(prepared: Sequence[_Prepared], alpha: float, total: int, executor: Executor | None) -> tuple[Named, ...]:
    """Single copies by Holm, then members of gated pairs, best first."""
    share = dict(SHARES)
    if not any(item.panel.shared.any() for item in prepared):
        share["single"] += share.pop("organisation")
    if total < 2:
        share["single"] += share.pop("gate") + share.pop("member")
    tallies = [
        score_blocks(i.panel.secrets.code, i.panel.biases, i.weights, 0, i.panel.count, executor=executor)
        for i in prepared
    ]
    named = list(_singles(prepared, tallies, alpha, total, share["single"]))
    if total >= 2:
        known = {(one.panel, one.index) for one in named}
        named += _pairs(prepared, tallies, alpha, total, share, known)
    return tuple(sorted(named, key=lambda one: (one.p_familywise, one.panel, one.index)))


def _singles(
    prepared: Sequence[_Prepared], tallies: Sequence[Tally], alpha: float, total: int, share: float
) -> Iterator[Named]:
    """Copies that stand out alone."""
    rows: list[tuple[int, int, float]] = []
    for place, (item, tally) in enumerate(zip(prepared, tallies, strict=True)):
        indices = item.promising(tally, alpha)
        if len(indices):
            p_values = item.p_values(item.scores(item.symbols(indices)))
            rows += [(place, int(j), float(p)) for j, p in zip(indices, p_values, strict=True)]
    adjusted = holm(np.array([p for _, _, p in rows]), total) / share
    for (place, index, p), familywise in zip(rows, adjusted.tolist(), strict=True):
        if familywise <= alpha:
            yield _named(prepared[place], place, index, p, familywise, "single")


def _pairs(
    prepared: Sequence[_Prepared],
    tallies: Sequence[Tally],
    alpha: float,
    total: int,
    share: dict[str, float],
    known: set[tuple[int, int]],
) -> Iterator[Named]:
    """Copies that stand out given another one."""
    all_pairs = total * (total - 1) / 2
    for place, (item, tally) in enumerate(zip(prepared, tallies, strict=True)):
        leads = tally.top[-1][:, 1]
        if len(leads) < 2 or not len(item.cells.counts):
            continue
        indices = np.arange(item.panel.count) if item.panel.count <= 2 * KEEP else np.sort(leads)
        order = np.searchsorted(indices, leads)
        found: dict[int, tuple[float, float]] = {}
        skip = {index for panel, index in known if panel == place}
        for one in members(item.cells, item.symbols(indices), indices, order, alpha * share["gate"] / all_pairs, skip):
            familywise = max(one.gate_p * all_pairs / share["gate"], one.member_p * total / share["member"])
            if familywise <= alpha:
                found[one.index] = min(found.get(one.index, (2.0, 2.0)), (familywise, one.member_p))
        for index, (familywise, p) in found.items():
            yield _named(item, place, index, p, familywise, "pair")


def _named(item: _Prepared, place: int, index: int, p: float, familywise: float, test: str) -> Named:
    symbols = item.symbols(np.array([index]))[0]
    return Named(place, index, p, familywise, item.log_evalue(symbols), test, float(-np.log10(p)))
