"""Several leaks together, decided once: one exact p-value over all marks that the exhibits of a case show.

Null hypothesis for a holder of copies: no exhibit of the case was made with any of them. The number of exhibits
is fixed before the first one is read; watching and stopping early would void the level (`evalues` allows it).
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from whosecopy.codes.evalues import Key, Step
from whosecopy.codes.keystream import codewords
from whosecopy.codes.panel import Panel, prepare
from whosecopy.codes.scoring import Ints
from whosecopy.model import Floats, Reading

_Part = tuple[Key, int]
"""A version, and the number of the first step that the codeword was issued before."""
_Choice = tuple[tuple[_Part, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """One entry for every way to take one codeword of a holder per document: holder and p-value, shape (n,)."""

    holder: Ints
    p_values: Floats


def pooled(steps: Sequence[Step]) -> Pooled:
    """The exact p-value of every combination of a holder's codewords, one per document, over all steps.

    The null hypothesis and the scores are those of a single trace, over the marks of all documents at once. Of an
    exhibit that is older than a codeword no mark counts for it (V10): whoever issues copies after a look at a leak
    could go on until one fits.
    """
    since = [merged(steps[first:]) for first in range(len(steps))]
    ways: dict[tuple[_Part, ...], list[tuple[int, tuple[int, ...]]]] = {}
    for holder, choice in _choices(steps):
        parts, indices = zip(*choice, strict=True)
        ways.setdefault(parts, []).append((holder, indices))
    holders, found = [np.zeros(0, np.int64)], [np.zeros(0)]
    for parts, rows in ways.items():
        panels = [since[first][key] for key, first in parts]
        ready = prepare(joined(panels))
        chosen = np.array([row for _, row in rows], dtype=np.int64)
        words = [_words(panel, column) for panel, column in zip(panels, chosen.T, strict=True)]
        found.append(ready.p_values(ready.scores(np.hstack(words))))
        holders.append(np.array([holder for holder, _ in rows]))
    return Pooled(np.concatenate(holders), np.concatenate(found))


def merged(steps: Sequence[Step]) -> dict[Key, Panel]:
    """Every version with all its marks of all steps, which are disjoint, and all codewords issued until the last."""
    whole: dict[Key, Panel] = {}
    for step in steps:
        for key, panel in step.panels.items():
            before = whole.get(key)
            levels = panel.reading.levels_nats + (before.reading.levels_nats if before else 0.0)
            whole[key] = replace(panel, reading=replace(panel.reading, levels_nats=levels))
    return whole


def joined(panels: Sequence[Panel]) -> Panel:
    """The marks of several panels one after the other; keys and counts are those of the first."""
    width = max(panel.biases.shape[1] for panel in panels)
    columns = np.arange(width, dtype=np.uint8)
    first = panels[0].reading
    reading = Reading(
        first.template_sha256,
        np.concatenate([_wide(panel.reading.levels_nats, width) for panel in panels]),
        np.concatenate([panel.reading.alphabet for panel in panels]),
    )
    names = [np.where(columns < panel.labels.shape[1], _wide(panel.labels, width), columns) for panel in panels]
    return replace(
        panels[0],
        reading=reading,
        biases=np.concatenate([_wide(panel.biases, width) for panel in panels]),
        labels=np.concatenate(names),
        shared=np.concatenate([panel.shared for panel in panels]),
    )


def _choices(steps: Sequence[Step]) -> Iterator[tuple[int, _Choice]]:
    """Every holder with every way to take one codeword of each document that they hold."""
    held: dict[int, dict[str, list[tuple[_Part, int]]]] = {}
    known: dict[Key, int] = {}
    for number, step in enumerate(steps):
        for key, holders in step.holders.items():
            for index, holder in enumerate(holders.tolist()[known.get(key, 0) :], start=known.get(key, 0)):
                held.setdefault(holder, {}).setdefault(key[0], []).append(((key, number), index))
            known[key] = max(known.get(key, 0), len(holders))
    for holder, by_document in held.items():
        for choice in itertools.product(*by_document.values()):
            yield holder, choice


def _words(panel: Panel, indices: Ints) -> np.ndarray:
    return codewords(panel.secrets.code, panel.biases, 0, panel.count)[indices]


def _wide(values: np.ndarray, width: int) -> np.ndarray:
    return np.pad(values, ((0, 0), (0, width - values.shape[1])))
