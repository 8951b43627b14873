"""Traces: recorded before anything is scored, with the readings that tell a later one to be a retrace."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, select, true

from whosecopy.errors import InputError
from whosecopy.model import codec
from whosecopy.vault.store_batches import Batches
from whosecopy.vault.store_cells import tag
from whosecopy.vault.tables import readings, traces


@dataclass(frozen=True, slots=True)
class Trace:
    """One trace of one exhibit.

    `retrace` is k and `alpha` the level it was tested at (STATISTICS V11), None before a reading was kept:
    nothing was tested. `verdict` and `case` are None where the trace was interrupted.
    """

    id: str
    created_at: str
    exhibit_sha256: str
    options_sha256: str
    retrace: int | None
    alpha: float | None
    verdict: bytes | None
    case: bytes | None


class PastReading(NamedTuple):
    """What an earlier trace of an exhibit read of one version; `retrace` is its k."""

    trace: str
    retrace: int
    reading: bytes


class Traces(Batches):
    """The part of a transaction that knows what was traced."""

    def add_trace(self, exhibit_sha256: str, options_sha256: str, now: str) -> str:
        """Record that a trace begins; returns its random id. Commit before anything is scored."""
        trace = self.new_id("case", traces.c.id)
        facts = {"created_at": now, "exhibit_sha256": exhibit_sha256, "options_sha256": options_sha256}
        values = {
            "id": trace,
            "number": self.next(traces.c.number),
            "exhibit_tag": tag(self.keys.tags, "exhibit", exhibit_sha256, options_sha256),
            "facts": codec.encode(facts),
        }
        self.insert(traces, values)
        return trace

    def add_readings(self, trace: str, found: Mapping[tuple[str, int], bytes], retrace: int, alpha: float) -> None:
        """Keep what `trace` read of each (document, version), as its `retrace`-th trace tested at `alpha`.

        Commit before anything is scored: a trace that is killed afterwards has spent its alpha.
        """
        for (document, version), reading in found.items():
            values = {"trace": trace, "document": document, "version": version, "reading": reading}
            self.insert(readings, values)
        self.update(traces, (trace,), {"test": codec.encode({"retrace": retrace, "alpha": alpha})})

    def finish_trace(self, trace: str, verdict: bytes, case: bytes) -> None:
        """Keep the verdict of `trace` and the case that reports are made from; neither changes afterwards."""
        if self.trace(trace).verdict is not None:
            raise InputError(f"{trace}: has its verdict already; a verdict is never replaced")
        self.update(traces, (trace,), {"verdict": verdict, "case": case})

    def trace(self, trace: str) -> Trace:
        """The trace with this id; raises `InputError` where there is none."""
        found = self._traces(traces.c.id == trace)
        if not found:
            raise InputError(f"{trace}: this vault has no such case")
        return found[0]

    def traces(self) -> list[Trace]:
        """All traces in the order in which they began."""
        return self._traces(true())

    def stored_verdict(self, exhibit_sha256: str, options_sha256: str) -> Trace | None:
        """The first finished trace of identical bytes with identical options, if any."""
        wanted = tag(self.keys.tags, "exhibit", exhibit_sha256, options_sha256)
        found = self._traces(and_(traces.c.exhibit_tag == wanted, traces.c.verdict.is_not(None)))
        return found[0] if found else None

    def past_readings(self, document: str, version: int) -> list[PastReading]:
        """What earlier traces read of one version, oldest first."""
        where = and_(readings.c.document == document, readings.c.version == version)
        kept = {row["trace"]: row["reading"] for row in self.fetch(readings, where, "reading")}
        rows = self.fetch(traces, traces.c.id.in_(select(readings.c.trace).where(where)), "test", order="number")
        return [PastReading(row["id"], codec.decode(row["test"], dict)["retrace"], kept[row["id"]]) for row in rows]

    def tests_of(self, exhibit_sha256: str) -> dict[str, int]:
        """The k of every trace of these bytes that was tested, whichever documents it was about, by trace."""
        rows = self.fetch(traces, traces.c.test.is_not(None), "facts test", order="number")
        return {
            row["id"]: int(codec.decode(row["test"], dict)["retrace"])
            for row in rows
            if codec.decode(row["facts"], dict)["exhibit_sha256"] == exhibit_sha256
        }

    def alphas_spent(self) -> list[float]:
        """The level of every trace that was tested in this vault, oldest first."""
        rows = self.fetch(traces, traces.c.test.is_not(None), "test", order="number")
        return [float(codec.decode(row["test"], dict)["alpha"]) for row in rows]

    def _traces(self, where: ColumnElement[bool]) -> list[Trace]:
        untested = {"retrace": None, "alpha": None}
        rows = self.fetch(traces, where, "facts test verdict case", order="number")
        return [
            Trace(
                id=row["id"],
                verdict=row["verdict"],
                case=row["case"],
                **codec.decode(row["facts"], dict),
                **(codec.decode(row["test"], dict) if row["test"] else untested),
            )
            for row in rows
        ]
