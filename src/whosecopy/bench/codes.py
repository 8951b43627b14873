"""How many marks naming a leaker takes, against the worst merging we know, and how fast copies are scored.

Two columns (docs/spec/code.md). `bare`: one hypothesis, level alpha / n, against the attack that leaves the
least information. `shipped`: all hypotheses, the split level and pairs as `decide` uses them, against the
worst of six attacks. Innocent copies are not simulated; their number enters the level, and the places that
they take before a guilty lead are drawn from their exact distribution.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from whosecopy.bench.attacks import NAMED, strategy, worst_case
from whosecopy.bench.synthetic import Leak, simulate
from whosecopy.codes.decide import SHARES
from whosecopy.codes.hypotheses import Cells, fit_strategy, group, integer_weights, strategic_ratios
from whosecopy.codes.keystream import blocks, codewords
from whosecopy.codes.pairs import Member, members
from whosecopy.codes.panel import Panel, Prepared, prepare
from whosecopy.codes.scoring import score_blocks
from whosecopy.model import Floats
from whosecopy.stats.lattice import tail_table

COPIES, ALPHA, PROFILE = 10_000, 1e-3, "GL6"
POWER = 0.95
"""The share of leaks that a length has to name."""
_SPEED_COPIES, _SPEED_MARKS = 400_000, 1024


@dataclass(frozen=True, slots=True)
class Setting:
    """What lengths are measured for: copies issued, family-wise level, bias profile, share of marks misread."""

    copies: int = COPIES
    alpha: float = ALPHA
    profile: str = PROFILE
    misread: float = 0.0


BENCH = Setting()
Row = dict[str, str | float]
Familywise = Callable[[Panel, np.random.Generator, int], float]

_CASES: dict[str, tuple[int, tuple[int, ...], float, float]] = {
    "bare, 1 leaker": (1, (40, 48, 56), 51, 1.1),
    "bare, 2 leakers": (2, (140, 165, 190), 163, 1.1),
    "bare, 2 leakers by pairs": (2, (100, 125, 150), 130, 1.1),
    "bare, 3 leakers": (3, (300, 345, 390), 342, 1.1),
    "bare, 4 leakers": (4, (480, 550, 620), 538, 1.1),
    "shipped, 1 leaker": (1, (40, 50, 60), 51, 1.3),
    "shipped, 2 leakers": (2, (110, 145, 180), 163, 1.3),
    "shipped, 3 leakers": (3, (310, 370, 430), 342, 1.3),
    "shipped, 4 leakers": (4, (500, 580, 660), 538, 1.3),
}
"""Leakers, lengths to measure at, the prototype's length (interpolated for one leaker), and the factor allowed."""


def rows(trials: int, seed: int, progress: Callable[[int, int], None]) -> list[Row]:
    """The table of `bench codes`: lengths for 10,000 copies at level 1e-3 with GL6, and the scoring speed.

    Each length is the number of marks at which at least one leaker is named in 95 % of cases, interpolated
    between lengths at which `trials` leaks were simulated.
    """
    rng = np.random.default_rng(seed)
    out: list[Row] = []
    for done, (what, (coalition, lengths, prototype, limit)) in enumerate(_CASES.items()):
        progress(done, len(_CASES) + 1)
        ours = _length(what, coalition, lengths, trials, rng)
        scale = coalition**2 * math.log(COPIES / ALPHA)
        peers = {
            "prototype": (prototype, limit),
            "Tardos, 100 c^2 ln(n / alpha)": (100 * scale, limit * prototype / (100 * scale)),
            "asymptotic, pi^2 / 2 c^2 ln(n / alpha)": (
                math.pi**2 / 2 * scale,
                limit * prototype / (math.pi**2 / 2 * scale),
            ),
        }
        out += [_row(f"marks, {what}", peer, ours, theirs, most) for peer, (theirs, most) in peers.items()]
    progress(len(_CASES), len(_CASES) + 1)
    out += speed()
    progress(len(_CASES) + 1, len(_CASES) + 1)
    return out


def _row(what: str, peer: str, ours: float, theirs: float, limit_ratio: float) -> Row:
    ratio = ours / theirs
    return {
        "what": what,
        "peer": peer,
        "ours": round(ours, 3),
        "theirs": round(theirs, 3),
        "ratio": round(ratio, 4),
        "limit_ratio": round(limit_ratio, 4),
    }


def _length(what: str, coalition: int, lengths: Sequence[int], trials: int, rng: np.random.Generator) -> float:
    """Marks at which 95 % of leaks name a leaker, under the worst attack that the case looks at."""
    attacks = [worst_case(coalition, PROFILE)]
    if what.startswith("shipped") and coalition > 1:
        attacks += [strategy(name, coalition) for name in NAMED]
    measure = shipped if what.startswith("shipped") else bare_pair if "pairs" in what else bare
    distinct = {theta.round(2).tobytes(): theta for theta in attacks}
    return max(length_needed(measure, theta, lengths, trials, rng) for theta in distinct.values())


def length_needed(
    measure: Familywise,
    theta: Floats,
    lengths: Sequence[int],
    trials: int,
    rng: np.random.Generator,
    setting: Setting = BENCH,
) -> float:
    """Marks at which 95 % of `trials` leaks under strategy `theta` pass the level, on a line between `lengths`.

    The family-wise p-value that 95 % of leaks stay below falls about exponentially with the length; the
    answer is extended beyond the lengths measured where needed.
    """
    quantiles = [
        float(np.quantile([-math.log10(familywise(measure, theta, m, rng, setting)) for _ in range(trials)], 1 - POWER))
        for m in lengths
    ]
    slope, start = np.polyfit(lengths, quantiles, 1)
    return (-math.log10(setting.alpha) - float(start)) / float(slope)


def familywise(
    measure: Familywise, theta: Floats, marks: int, rng: np.random.Generator, setting: Setting = BENCH
) -> float:
    """The family-wise p-value by which a fresh leak of `marks` marks under strategy `theta` names a leaker."""
    return max(measure(_leak(theta, marks, rng, setting), rng, len(theta) - 1), 1e-300)


def _leak(theta: Floats, marks: int, rng: np.random.Generator, setting: Setting = BENCH) -> Panel:
    """A leak merged from the first copies of a fresh code under strategy `theta`."""
    leakers = tuple(range(len(theta) - 1))
    leak = Leak(marks, leakers, setting.profile, strategy=theta, misread=setting.misread)
    return simulate(leak, setting.copies, rng)


def bare(panel: Panel, rng: np.random.Generator, coalition: int) -> float:
    """Least p-value of the leakers times the number of copies, by the fitted score with known coalition size."""
    cells = _cells(panel)
    weights = np.asarray(
        cells.spread(integer_weights(strategic_ratios(cells, fit_strategy(cells, coalition)), cells.chances))
    )
    symbols = codewords(panel.secrets.code, panel.biases, 0, coalition)
    tails = tail_table(weights, panel.biases / 256)
    return float(tails[weights[np.arange(symbols.shape[1]), symbols].sum(axis=1)].min()) * panel.count


def bare_pair(panel: Panel, rng: np.random.Generator, coalition: int) -> float:
    """As `bare` by gated pairs alone: half of the level for the gate, half for the member."""
    ready = prepare(panel)
    return _by_pairs(list(_guilty_members(ready, rng, coalition)), ready.panel.count, 0.5, 0.5)


def shipped(panel: Panel, rng: np.random.Generator, coalition: int) -> float:
    """Least family-wise p-value of the leakers, as `decide` computes it for the first one it names."""
    ready = prepare(panel)
    symbols = codewords(panel.secrets.code, panel.biases, 0, coalition)
    alone = float(ready.p_values(ready.scores(symbols)).min()) * panel.count
    single = alone / (SHARES["single"] + SHARES["organisation"])
    found = list(_guilty_members(ready, rng, coalition))
    return min(single, _by_pairs(found, panel.count, SHARES["gate"], SHARES["member"]))


def _cells(panel: Panel) -> Cells:
    levels = np.take_along_axis(panel.reading.levels_nats, panel.labels.astype(np.intp), axis=1)
    return group(levels, panel.biases, panel.reading.read)


def _guilty_members(ready: Prepared, rng: np.random.Generator, coalition: int) -> list[tuple[Member, int]]:
    """Member tests among the leakers, each with the number of innocents that rank before its lead."""
    if coalition < 2:
        return []
    panel, indices = ready.panel, np.arange(coalition)
    symbols = codewords(panel.secrets.code, panel.biases, 0, coalition)
    scores = ready.scores(symbols)[-1]
    ahead = rng.binomial(panel.count - coalition, ready.tails[-1][scores])
    order = np.lexsort((indices, -scores))
    hopeless = 1e3 * ALPHA / panel.count**2
    return [(one, int(ahead[one.lead])) for one in members(ready.cells, symbols, indices, order, hopeless, ())]


def _by_pairs(found: Sequence[tuple[Member, int]], copies: int, gate: float, member: float) -> float:
    """The least family-wise p-value over member tests and their gates."""
    pairs = copies * (copies - 1) / 2
    options = []
    for one, ahead in found:
        rank = one.rank + ahead
        options.append(max(one.gate_p * pairs / gate, one.given_p * rank * (rank + 1) * copies / member))
    return min(options, default=1.0)


def speed() -> list[Row]:
    """Seconds of one core per million copies of 1,024 marks under all hypotheses, straight from the keystream."""
    rng = np.random.default_rng(0)
    panel = _leak(strategy("interleaving", 3), _SPEED_MARKS, rng)
    ready = prepare(panel)
    key = panel.secrets.code
    score_blocks(key, panel.biases, ready.weights, 0, 60_000)
    scale = 1e6 / _SPEED_COPIES
    ours = scale * _seconds(lambda: score_blocks(key, panel.biases, ready.weights, 0, _SPEED_COPIES))
    cipher = scale * _seconds(lambda: sum(len(part) for part in blocks(key, _SPEED_MARKS, 0, _SPEED_COPIES, 256)))
    what = "core-seconds per million copies scored, 1,024 marks"
    return [
        _row(what, "1.5 million copies per core-second", ours, 1 / 1.5, 1.0),
        _row(what, "AES-256-CTR of the same bytes alone", ours, cipher, 5.0),
    ]


def _seconds(run: Callable[[], object]) -> float:
    """The least processor time of three runs."""
    times = []
    for _ in range(3):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)
