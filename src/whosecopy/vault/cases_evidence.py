"""What the exhibits of a case say together: from stored readings to holders whose evidence passes the level.

Everything is computed anew from the readings: no e-value, score or p-value of any copy is kept (STATISTICS V12).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from whosecopy.codes.codebook import Codebook, chance_all_differ, organisations
from whosecopy.codes.evalues import Key, Step, e_process, erase, level_shares
from whosecopy.codes.organisations import organisation_panel
from whosecopy.codes.panel import Panel
from whosecopy.codes.pooled import pooled
from whosecopy.codes.scoring import Ints
from whosecopy.model import Floats, Reading, Template, codec
from whosecopy.stats.multiple import holm
from whosecopy.vault.cases import Decides, Filed
from whosecopy.vault.codebooks import sealed_codebook
from whosecopy.vault.events import events
from whosecopy.vault.store import Tx
from whosecopy.vault.tables import readings

SHARES = {"copies": 0.9, "organisations": 0.1}
"""How the level of a case is split, whatever documents come: which ones would is not known when it is opened."""


@dataclass(slots=True)
class Register:
    """Holders in the order in which they were first issued anything, and how many each batch brought."""

    numbers: dict[str, int] = field(default_factory=dict)
    batches: list[int] = field(default_factory=list)

    def add(self, names: Sequence[str]) -> None:
        """Enter one batch; a batch that brings nobody new takes no part of the level."""
        fresh = [name for name in dict.fromkeys(names) if name not in self.numbers]
        self.numbers |= {name: len(self.numbers) + k for k, name in enumerate(fresh)}
        if fresh:
            self.batches.append(len(fresh))


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """One sealed version of a case: its codewords, and whose they are."""

    template: Template
    codebook: Codebook
    recipients: tuple[str, ...]
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CaseEvidence:
    """The exhibits as steps of marks that are new to the case, for holders of copies and for organisations."""

    steps: tuple[Step, ...]
    unit_steps: tuple[Step, ...]
    new_marks: tuple[int, ...]
    books: Mapping[Key, Book]
    people: Register
    units: Register

    @property
    def drawn(self) -> float:
        """What redrawing until all copies differed may have taken from the level (ADR 2), over all versions."""
        chances = [chance_all_differ(book.codebook, len(book.recipients)) for book in self.books.values()]
        return max(float(np.prod(chances)), 1e-300)


@dataclass(frozen=True, slots=True)
class Hit:
    """A holder whose evidence passes: p-values as in a verdict, and ln of the e-value after every exhibit."""

    holder: int
    p_value: float
    p_familywise: float
    log_evalues: tuple[float, ...]


def case_evidence(tx: Tx, exhibits: Sequence[Filed]) -> CaseEvidence:
    """Read the exhibits of a case again, each mark once (V7), with the codewords issued before each of them."""
    people, units = _registers(tx)
    books: dict[Key, Book] = {}
    used: dict[Key, np.ndarray] = {}
    steps, unit_steps, new_marks = [], [], []
    for one in exhibits:
        panels = {}
        for key, levels in _readings(tx, one).items():
            book = books.setdefault(key, books.get(key) or _book(tx, key))
            panel = _panel(book, levels, dict(one.issued)[key[1]])
            before = used.get(key, np.zeros(len(levels), bool))
            panels[key] = erase(panel, before)
            used[key] = before | panel.reading.read
        new_marks.append(max((int(panel.reading.read.sum()) for panel in panels.values()), default=0))
        holders = {key: _numbers(people, books[key].recipients[: panel.count]) for key, panel in panels.items()}
        steps.append(Step(panels, holders))
        groups = {key: organisation_panel(panel) for key, panel in panels.items() if panel.organisations}
        if groups:
            of_unit = {key: _numbers(units, books[key].units[: panel.count]) for key, panel in groups.items()}
            unit_steps.append(Step(groups, of_unit))
    return CaseEvidence(tuple(steps), tuple(unit_steps), tuple(new_marks), books, people, units)


def passing(evidence: CaseEvidence, decides: Decides, level: float) -> tuple[list[Hit], list[Hit]]:
    """Holders of copies and organisations whose evidence over the whole case passes their share of `level`.

    Null hypothesis for a holder: no exhibit was made with any copy of theirs. The chance that anyone passes for
    whom it holds is at most `level`: at any time where e decides, at the one time where p does.
    """
    tests = (("copies", evidence.steps, evidence.people), ("organisations", evidence.unit_steps, evidence.units))
    how = _by_e if decides == "e" else _by_p
    found = [how(steps, register, SHARES[name], level, evidence.drawn) for name, steps, register in tests]
    return found[0], found[1]


def strongest(evidence: CaseEvidence, holders: Sequence[int]) -> dict[int, tuple[Key, int]]:
    """Of each of `holders` the copy that says most by itself: its version and index."""
    start, first = 0, {}
    for key, book in evidence.books.items():
        first[key] = start
        start += len(book.recipients)
    alone = [
        Step(step.panels, {key: first[key] + np.arange(panel.count) for key, panel in step.panels.items()})
        for step in evidence.steps
    ]
    logs = list(e_process(alone, start))[-1]
    best: dict[int, tuple[Key, int]] = {}
    for key, book in evidence.books.items():
        for index, holder in enumerate(_numbers(evidence.people, book.recipients).tolist()):
            if holder in holders:
                before = best.get(holder)
                if before is None or logs[first[key] + index] > logs[first[before[0]] + before[1]]:
                    best[holder] = key, index
    return best


def _by_e(steps: Sequence[Step], register: Register, share: float, level: float, drawn: float) -> list[Hit]:
    if not steps:
        return []
    logs = np.array(list(e_process(steps, len(register.numbers)))) + np.log(drawn)
    reached = np.maximum(logs.max(axis=0), 0.0)
    familywise = np.exp(-reached) / (level_shares(register.batches) * share)
    return [
        Hit(int(j), float(np.exp(-reached[j])), float(familywise[j]), tuple(logs[:, j].tolist()))
        for j in np.flatnonzero(familywise <= level)
    ]


def _by_p(steps: Sequence[Step], register: Register, share: float, level: float, drawn: float) -> list[Hit]:
    if not steps:
        return []
    found = pooled(steps)
    familywise = holm(found.p_values / drawn, len(found.p_values)) / share
    best: dict[int, Hit] = {}
    logs = np.array(list(e_process(steps, len(register.numbers)))) + np.log(drawn)
    for at in np.flatnonzero(familywise <= level):
        holder = int(found.holder[at])
        hit = Hit(
            holder,
            min(1.0, float(found.p_values[at]) / drawn),
            float(familywise[at]),
            tuple(logs[:, holder].tolist()),
        )
        best[holder] = min(best.get(holder, hit), hit, key=lambda one: one.p_familywise)
    return list(best.values())


def _registers(tx: Tx) -> tuple[Register, Register]:
    """Everybody who was ever issued a copy, and their organisations, in the order of the recorded seals."""
    people, units = Register(), Register()
    told: Counter[str] = Counter()
    batches: dict[str, list[tuple[list[str], list[str]]]] = {}
    for event in events(tx):
        document = event.header.document
        if event.header.kind != "seal":
            continue
        known = batches.setdefault(document, batches.get(document) or _batches(tx, document))
        recipients, organisation_names = known[told[document]]
        told[document] += 1
        people.add(recipients)
        units.add(organisation_names)
    return people, units


def _batches(tx: Tx, document: str) -> list[tuple[list[str], list[str]]]:
    """Recipients and organisations of each batch of all versions of a document, in the order of issue."""
    found: dict[tuple[int, int], tuple[list[str], list[str]]] = {}
    for version in tx.versions(document):
        for issue in tx.recipients(document, version.version):
            names, groups = found.setdefault((version.version, issue.batch), ([], []))
            names.append(issue.recipient.id)
            groups.append(issue.recipient.organisation)
    return list(found.values())


def _book(tx: Tx, key: Key) -> Book:
    template = codec.decode(tx.load_template(*key), Template)
    recipients = [issue.recipient for issue in tx.recipients(*key)]
    units = tuple(dict.fromkeys(one.organisation for one in recipients))
    return Book(template, sealed_codebook(tx, *key, template), tuple(one.id for one in recipients), units)


def _readings(tx: Tx, one: Filed) -> dict[Key, Floats]:
    """What an exhibit shows of each version in play of the document that it counts for."""
    rows = tx.fetch(readings, readings.c.trace == one.trace, "reading", order="version")
    return {
        (row["document"], row["version"]): np.array(codec.decode(row["reading"], list[list[float]]))
        for row in rows
        if row["document"] == one.document
    }


def _panel(book: Book, levels: Floats, issued: int) -> Panel:
    codebook = book.codebook
    alphabet = np.array([mark.q for mark in book.template.marks], dtype=np.uint8)
    return Panel(
        Reading(codebook.digest.hex(), levels, alphabet),
        codebook.biases,
        codebook.labels,
        codebook.secrets,
        issued,
        codebook.shared,
        organisations(codebook.members[:issued]),
    )


def _numbers(register: Register, names: Sequence[str]) -> Ints:
    return np.array([register.numbers[name] for name in names], dtype=np.int64)
