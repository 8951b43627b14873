"""`bench layout`: pictures of pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whosecopy.cli.files import now, write_whole
from whosecopy.cli.terminal import progress, warn
from whosecopy.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.random import Generator

    from whosecopy.bench.layout import Setting, Trace
    from whosecopy.model import Document, Template

COALITIONS = "coalitions"
_SIZES = (2, 3)


@dataclass(frozen=True, slots=True)
class Pictures:
    """What is asked: attacks by name (none: all), leaks of each, the seed, and where rates are written."""

    attacks: Sequence[str]
    trials: int
    seed: int
    target: Path | None


def layout_rows(documents: Sequence[Path], recipients: int, alpha: float, asked: Pictures) -> list[dict[str, Any]]:
    """One row for each PDF and attack.

    Raises `InputError` for an attack that there is none of, and for documents without pages.
    """
    import numpy as np

    from whosecopy.bench.collection import collect
    from whosecopy.bench.layout import Setting, planned, rates, rows, totals
    from whosecopy.bench.layout_ways import WAYS
    from whosecopy.model import codec

    unknown = [name for name in asked.attacks if name not in (*WAYS, COALITIONS)]
    if unknown:
        raise InputError(f"no attack is called {unknown[0]!r}; there are: {'; '.join((*WAYS, COALITIONS))}")
    found = collect(documents)
    for name, _, template in found:
        if not template.layout.words:
            raise InputError(f"{name}: has no marks on pages; bench layout measures on PDFs")
    setting, rng = Setting(recipients, alpha), np.random.default_rng(asked.seed)
    seen: list[Trace] = []
    with progress("Leaking pictures") as advance:
        for number, document in enumerate(found):
            for one in _leaks(planned(document, setting), asked, setting, rng):
                seen.append(one)
                advance(number, len(found))
    if asked.target is not None:
        named = "".join(f" --attack {name!r}" for name in asked.attacks)
        given = " ".join(path.name for path in documents)
        command = f"whosecopy bench layout {given} --trials {asked.trials} --seed {asked.seed}{named} --out FILE"
        write_whole(asked.target, codec.encode(rates(seen, now()[:10], command)) + b"\n")
    traces, wrong, limit = totals(seen)
    warn(f"{wrong} wrong names in {traces} traces (95 % upper limit {limit:.2g}); all pictures are simulated")
    return rows(seen)


def _leaks(
    document: "tuple[str, Document, Template]", asked: Pictures, setting: "Setting", rng: "Generator"
) -> "Iterator[Trace]":
    from whosecopy.bench.layout import traces
    from whosecopy.bench.layout_coalitions import coalitions
    from whosecopy.bench.layout_ways import WAYS

    ways = [WAYS[name] for name in asked.attacks or WAYS if name in WAYS]
    merged = coalitions(document, _SIZES, asked.trials, setting, rng) if COALITIONS in asked.attacks else ()
    return chain(traces(document, ways, asked.trials, setting, rng), merged)
