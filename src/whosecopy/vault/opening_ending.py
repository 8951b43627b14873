"""Which cases end together: a protected disclosure is protected in whatever form it was traced."""

from collections.abc import Iterator, Sequence

import numpy as np
from sqlalchemy import select

from whosecopy.model import Template, codec
from whosecopy.trace.judge import of_a_name, same_exhibit
from whosecopy.trace.read import read_leak
from whosecopy.vault.codebooks import candidate
from whosecopy.vault.store import Tx
from whosecopy.vault.tables import exhibits, openings, readings


def end_together(tx: Tx, trace: str) -> list[str]:
    """Every finished trace of the same exhibit as `trace`, or filed in a case with one of these, itself included."""
    found, todo = set[str](), {trace}
    while todo:
        one = todo.pop()
        found.add(one)
        todo |= {*_same_exhibit(tx, one), *_same_case(tx, one)} - found
    return sorted(found & {*tx.connection.scalars(select(openings.c.case))})


def _same_exhibit(tx: Tx, trace: str) -> Iterator[str]:
    """The traces whose readings agree with that of `trace` (STATISTICS V11)."""
    for row in tx.fetch(readings, readings.c.trace == trace, "reading"):
        key = row["document"], row["version"]
        template = codec.decode(tx.load_template(*key), Template)
        parts = of_a_name(candidate(tx, *key, read_leak(template, ""), tx.issued()[key]))
        ours = np.asarray(codec.decode(row["reading"], list[list[float]]))
        for past in tx.past_readings(*key):
            levels = np.asarray(codec.decode(past.reading, list[list[float]]))
            if same_exhibit(ours, levels, parts):
                yield past.trace


def _same_case(tx: Tx, trace: str) -> Sequence[str]:
    """The traces of all exhibits of the cases that this one was filed in."""
    of_trace = select(exhibits.c.case).where(exhibits.c.trace == trace)
    return tx.connection.scalars(select(exhibits.c.trace).where(exhibits.c.case.in_(of_trace))).all()
