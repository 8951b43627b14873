"""Several leaks together: e-processes over the exhibits of a case (STATISTICS V7, V16).

Null hypothesis for a holder of copies: no exhibit of the case was made with any of them. Given everything that
was read and all that happened before an exhibit, the holder's symbols at its new marks are still our own coin
flips, so that each factor has mean 1 and the product, watched after every exhibit, exceeds 1 / level at any
time with a chance of at most `level` (Ville's inequality).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from whosecopy.codes.hypotheses import FAMILY, FITTED, Cells, fit_strategy, log_ratios
from whosecopy.codes.keystream import codewords
from whosecopy.codes.panel import Panel, bounded, cells_of
from whosecopy.codes.scoring import Ints
from whosecopy.model import Floats

Key = tuple[str, int]
"""A sealed version: document id and version number."""

_EVIDENCE = np.array([hypothesis.evidence for hypothesis in FAMILY])
_USED = np.flatnonzero(_EVIDENCE)
_BLOCK = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One exhibit of a case: what it shows of every version of one document that was not read before.

    `panels` hold only marks that are new to the case and count the codewords issued until then; `holders` says
    whose each of these codewords is, as numbers of holders, shape (panel.count,).
    """

    panels: Mapping[Key, Panel]
    holders: Mapping[Key, Ints]


@dataclass(slots=True, eq=False)
class _Purse:
    """What the bets on the codewords of one document have come to: log wealth (H, codewords) and holders."""

    holder: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    log_wealth: Floats = field(default_factory=lambda: np.zeros((len(_USED), 0)))
    places: dict[Key, Ints] = field(default_factory=dict)


def level_shares(batches: Sequence[int]) -> Floats:
    """The part of the level that each holder has, fixed when they were first issued a copy: shape (holders,).

    `batches` says how many new holders each batch brought. The first batch shares 1/2, the b-th later one, of
    size s, gets 1 / (2 b (b + 1) s) each, so that all shares add up to less than 1 however many follow.
    """
    parts = [0.5, *(1 / (2 * b * (b + 1)) for b in range(1, len(batches)))]
    shares = [part / max(size, 1) for part, size in zip(parts, batches, strict=False)]
    return np.repeat(np.array(shares, dtype=np.float64), batches)


def e_process(steps: Sequence[Step], holders: int) -> Iterator[Floats]:
    """Ln of the e-value of each of `holders` after every step: arrays of shape (holders,).

    A mixture over hypotheses of products over exhibits. The fitted strategy of an exhibit comes from all
    readings up to it; factors of earlier exhibits stay. Within a document the bets on a holder's codewords
    are averaged; a codeword issued later joins with an equal part of what the bets have come to.
    """
    purses: dict[str, _Purse] = {}
    seen: list[Cells] = []
    for step in steps:
        cells = {key: cells_of(panel) for key, panel in step.panels.items()}
        best = max(cells, key=lambda key: (int(cells[key].counts.sum()), -key[1]))
        seen.append(cells[best])
        theta = fit_strategy(_together(seen), FITTED)
        for key, panel in step.panels.items():
            purse = purses.setdefault(key[0], _Purse())
            _join(purse, key, step.holders[key])
            purse.log_wealth[:, purse.places[key][: panel.count]] += _factors(panel, cells[key], theta)
        yield _mixture(list(purses.values()), holders)


def erase(panel: Panel, marks: NDArray[np.bool_]) -> Panel:
    """`panel` without `marks` (m,): those that were read in the case before (V7)."""
    levels = np.where(marks[:, None], 0.0, panel.reading.levels_nats)
    return replace(panel, reading=replace(panel.reading, levels_nats=levels))


def _join(purse: _Purse, key: Key, holders: Ints) -> None:
    """Let codewords that are new to a document take part: what a holder's bets have come to stays the same."""
    known = purse.places.get(key, np.zeros(0, np.int64))
    fresh = holders[len(known) :]
    if not len(fresh):
        return
    size = int(max(fresh.max(), purse.holder.max(initial=-1))) + 1
    before = np.bincount(purse.holder, minlength=size)
    after = before + np.bincount(fresh, minlength=size)
    total = np.where(before > 0, _by_holder(purse, size), 0.0)
    purse.log_wealth += np.log(before[purse.holder] / after[purse.holder])
    start = len(purse.holder)
    purse.places[key] = np.concatenate([known, np.arange(start, start + len(fresh))])
    purse.holder = np.concatenate([purse.holder, fresh])
    purse.log_wealth = np.hstack([purse.log_wealth, total[:, fresh] - np.log(after[fresh])])


def _by_holder(purse: _Purse, size: int) -> Floats:
    """Log wealth added up over each holder's codewords: shape (H, size), -inf for those who have none."""
    total = np.full((len(_USED), size), -np.inf)
    for row, wealth in zip(total, purse.log_wealth, strict=True):
        np.logaddexp.at(row, purse.holder, wealth)
    return total


def _mixture(purses: Sequence[_Purse], holders: int) -> Floats:
    logs = np.zeros((len(_USED), holders))
    for purse in purses:
        total = _by_holder(purse, holders)
        logs += np.where(np.isneginf(total), 0.0, total)
    weighted = logs + np.log(_EVIDENCE[_USED])[:, None]
    return bounded(np.logaddexp.reduce(weighted, axis=0))


def _factors(panel: Panel, cells: Cells, theta: Floats) -> Floats:
    """Ln of the likelihood ratios of every codeword under every hypothesis used: shape (H, panel.count)."""
    counted = np.flatnonzero(cells.of_mark >= 0)
    ratios = np.asarray(cells.spread(log_ratios(cells, theta)), dtype=np.float64)[_USED][:, counted]
    out = np.zeros((len(_USED), panel.count))
    marks = np.arange(len(counted))
    for start in range(0, panel.count, _BLOCK):
        count = min(_BLOCK, panel.count - start)
        symbols = codewords(panel.secrets.code, panel.biases, start, count)[:, counted]
        out[:, start : start + count] = ratios[:, marks, symbols].sum(axis=2)
    return out


def _together(parts: Sequence[Cells]) -> Cells:
    """The cells of several readings as one; which mark is in which cell is not kept."""
    width = max(part.chances.shape[1] for part in parts)

    def padded(values: Floats) -> Floats:
        return np.pad(values, ((0, 0), (0, width - values.shape[1])))

    return Cells(
        np.concatenate([padded(part.chances) for part in parts]),
        np.concatenate([padded(part.likelihood) for part in parts]),
        np.concatenate([part.counts for part in parts]),
        np.zeros(0, np.intp),
    )
