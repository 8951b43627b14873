"""The numbers of a verdict, computed again from the reading and the opened codewords alone.

Compared with a relative tolerance of 1e-9: the order of additions may differ between machines.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from whosecopy.codes.codebook import Codebook, chance_all_differ
from whosecopy.codes.decide import SHARES
from whosecopy.codes.decoys import check_decoys
from whosecopy.codes.pairs import LEADS, members
from whosecopy.codes.panel import Panel, Prepared, prepare
from whosecopy.codes.quantise import GRID_NATS
from whosecopy.errors import IntegrityError
from whosecopy.model import Case, MarkCount, MarkTally, NamedCopy, Outcome, Reading, Template
from whosecopy.verify.bundle import Bundle
from whosecopy.verify.values import MarkSeen, OpenedCopy, Region

TOLERANCE = 1e-9
_STATES = ("read", "unclear", "absent")
_NEVER = 1e-300
"""The least level that anything is tested at."""


@dataclass(frozen=True, slots=True)
class Unchecked:
    """What is taken on trust: `gaps` decide that somebody is named, `details` do not."""

    gaps: tuple[str, ...] = ()
    details: tuple[str, ...] = ()


def check_numbers(bundle: Bundle, codebooks: Sequence[Codebook]) -> Unchecked:
    """What could not be computed again; raises `IntegrityError` where a number comes out differently."""
    case, panels = bundle.case, bundle.evidence.panels
    prepared = [_prepared(bundle, number, codebook) for number, codebook in enumerate(codebooks)]
    drawn = min(chance_all_differ(one, panel.issued) for one, panel in zip(codebooks, panels, strict=True))
    total = sum(panel.issued for panel in panels)
    if total != case.verdict.codewords:
        raise _differs("the number of codewords")
    if case.retrace < 1:
        raise _differs("the number of the trace")
    level = max(case.verdict.alpha * drawn / (case.retrace * (case.retrace + 1)), _NEVER)
    _same("the level of the trace", case.tested_alpha, level)
    sound = _check_decoys(bundle, prepared, total)
    if sound == (case.verdict.outcome is Outcome.WITHHELD):
        raise _differs("the outcome: the decoys say otherwise")
    shared = any(one.shared.any() for one in codebooks)
    _same("the limit of a single copy", case.single_level, _single_share(shared) * case.tested_alpha / total)
    if _tally(prepared[bundle.best].panel.reading, codebooks[bundle.best]) != case.verdict.marks:
        raise _differs("the count of marks")
    if case.sites != bundle.templates[bundle.best].sites:
        raise _differs("the list of sites")
    if marks_seen(bundle.templates[bundle.best], panels[bundle.best].levels, case) != bundle.marks:
        raise _differs("the list of marks")
    if (case.verdict.outcome is Outcome.NAMED) != bool(case.verdict.named):
        raise _differs("the outcome: copies are named, or none is")
    if not bundle.evidence.copies:
        gaps = ("which copies are named, their codewords and p-values: the identities are sealed",)
        found = Unchecked(gaps=gaps if case.verdict.named else ())
    else:
        found = _check_named(bundle, prepared, drawn, total)
    groups = ("the p-values of organisations",) if case.verdict.organisations else ()
    return replace(found, gaps=found.gaps + groups)


def _prepared(bundle: Bundle, number: int, codebook: Codebook) -> Prepared:
    panel = bundle.evidence.panels[number]
    levels = np.array(panel.levels, dtype=np.float64).reshape(codebook.biases.shape)
    if not np.isin(-levels, GRID_NATS).all():
        raise IntegrityError(f"the reading of {panel.document} version {panel.version} is not on the fixed levels")
    alphabet = np.array([mark.q for mark in codebook.template.marks], dtype=np.uint8)
    reading = Reading(codebook.digest.hex(), levels, alphabet)
    return prepare(Panel(reading, codebook.biases, codebook.labels, codebook.secrets, panel.issued, codebook.shared))


def _check_decoys(bundle: Bundle, prepared: Sequence[Prepared], total: int) -> bool:
    """Whether the decoys behave as chance demands, after comparing what the verdict says of them."""
    told = bundle.case.verdict.decoys
    found, sound = check_decoys(prepared, bundle.case.tested_alpha, total)
    _same("the decoys' KS p-value", told.ks_p, found.ks_p)
    if (told.scored, told.passes, told.histogram, told.edges) != (
        found.scored,
        found.passes,
        found.histogram,
        found.edges,
    ):
        raise _differs("the count of decoys")
    return sound


def _tally(reading: Reading, codebook: Codebook) -> MarkTally:
    """How many marks were read, in all and by carrier."""
    read, carriers = reading.read, codebook.template.mark_carriers
    by_carrier = {
        name: MarkCount(
            sum(bool(seen) for seen, carrier in zip(read, carriers, strict=True) if carrier == name),
            carriers.count(name),
        )
        for name in sorted(set(carriers))
    }
    return MarkTally(len(read), int(read.sum()), len(read) - int(read.sum()), by_carrier)


def marks_seen(template: Template, levels: Sequence[Sequence[float]], case: Case) -> tuple[MarkSeen, ...]:
    """Every mark with all its variants, the one that the reading (m, q) shows, and where the exhibit shows it."""
    at: dict[int, list[Region]] = {}
    if len({item.site for item in case.evidence}) != len(case.evidence):
        raise IntegrityError("the evidence has two entries for one site")
    for item in case.evidence:
        nowhere = item.leak_start == item.leak_end == -1
        inside = 0 <= item.leak_start <= item.leak_end <= len(case.exhibit.text)
        if item.state not in _STATES or (item.state == "read") != (item.variant >= 0):
            raise IntegrityError("the evidence says of a site that it was read and does not say what, or the reverse")
        if not (nowhere or inside) or item.site < 0 or not -1 <= item.variant < len(template.sites[item.site].variants):
            raise IntegrityError("the evidence points outside the exhibit or the template")
        if item.leak_start >= 0:
            text = case.exhibit.text[item.leak_start : item.leak_end]
            at.setdefault(item.site, []).append(Region(item.leak_start, item.leak_end, text))
    seen = []
    for number, (mark, row) in enumerate(zip(template.marks, levels, strict=True)):
        site = template.sites[mark.sites[0]]
        read = site.variants[int(np.argmax(row[: mark.q]))] if max(row[: mark.q]) > min(row[: mark.q]) else None
        regions = tuple(region for one in mark.sites for region in at.get(one, ()))
        seen.append(MarkSeen(number, site.carrier, site.variants, read, regions))
    return tuple(seen)


def _check_named(bundle: Bundle, prepared: Sequence[Prepared], drawn: float, total: int) -> Unchecked:
    """Compare the p- and e-values of the named copies; what remains unchecked of pairs."""
    case, copies = bundle.case, bundle.evidence.copies
    if not len(case.named_tests) == len(case.named_scores) == len(copies):
        raise _differs("the tests of the named copies")
    rows = list(zip(copies, case.verdict.named, case.named_tests, case.named_scores, strict=True))
    singles = [(copy, told) for copy, told, test, _ in rows if test == "single"]
    _check_singles(singles, prepared, drawn, total)
    for copy, told, _, score in rows:
        evalue = prepared[copy.panel].log_evalue(_symbols(copy)) + math.log(drawn)
        _same(f"the e-value of copy {told.copy}", told.log_evalue_nats, evalue)
        _same(f"the score of copy {told.copy}", score, -math.log10(told.p_value))
        _same_order(f"the family-wise p-value of copy {told.copy}", told.p_familywise * drawn, case.tested_alpha)
    pairs = [(copy, told) for copy, told, test, _ in rows if test != "single"]
    return _check_pairs(pairs, bundle, prepared, drawn, total)


def _check_singles(
    singles: Sequence[tuple[OpenedCopy, NamedCopy]], prepared: Sequence[Prepared], drawn: float, total: int
) -> None:
    """Compare p-values with the exact tails, and family-wise ones with Holm's steps over all codewords."""
    share = _single_share(any(item.panel.shared.any() for item in prepared))
    share += SHARES["gate"] + SHARES["member"] if total < 2 else 0.0
    found = [(_single_p(prepared, copy), told) for copy, told in singles]
    adjusted = 0.0
    for rank, (p, told) in enumerate(sorted(found, key=lambda one: one[0])):
        adjusted = max(adjusted, min(1.0, p * (total - rank)))
        _same(f"the p-value of copy {told.copy}", told.p_value, min(1.0, p / drawn))
        _same(f"the family-wise p-value of copy {told.copy}", told.p_familywise, adjusted / share / drawn)


def _single_share(shared: bool) -> float:
    """The share of the level that single copies have where there are two copies or more."""
    return SHARES["single"] + (0.0 if shared else SHARES["organisation"])


def _single_p(prepared: Sequence[Prepared], copy: OpenedCopy) -> float:
    item = prepared[copy.panel]
    return float(item.p_values(item.scores(_symbols(copy)[None]))[0])


def _check_pairs(
    pairs: Sequence[tuple[OpenedCopy, NamedCopy]],
    bundle: Bundle,
    prepared: Sequence[Prepared],
    drawn: float,
    total: int,
) -> Unchecked:
    """Look for the opened copy given which each of these has its p-values.

    Its rank among all copies is not known here. Where the copy is named at any rank that a lead can have, that
    does not matter.
    """
    gaps, details = list[str](), list[str]()
    for copy, told in pairs:
        found = _lead_of(copy, told, bundle.evidence.copies, prepared[copy.panel], drawn, total)
        if found is None:
            gaps.append(f"the p-values of copy {told.copy}: it was tested given a copy that is not in the bundle")
            continue
        lead, rank, worst = found
        trusted = f"that copy {lead}, given which copy {told.copy} was tested, ranks {rank} among the others"
        (details if worst <= bundle.case.tested_alpha else gaps).append(trusted)
    return Unchecked(tuple(gaps), tuple(details))


def _lead_of(
    copy: OpenedCopy, told: NamedCopy, copies: Sequence[OpenedCopy], item: Prepared, drawn: float, total: int
) -> tuple[str, int, float] | None:
    """The opened copy, and its rank, given which `copy` has the p-values that are told; p at the worst rank."""
    peers = [one for one in copies if one.panel == copy.panel]
    words = np.stack([_symbols(one) for one in peers])
    places = np.arange(len(peers))
    for one in members(item.cells, words, places, places, 1.0, ()):
        gate = one.gate_p * total * (total - 1) / 2 / SHARES["gate"]
        given = [min(1.0, one.given_p * rank * (rank + 1)) for rank in range(1, LEADS + 1)]
        familywise = [max(gate, p * total / SHARES["member"]) for p in given]
        for rank, (p, corrected) in enumerate(zip(given, familywise, strict=True), start=1):
            same = _close(told.p_value, p / drawn) and _close(told.p_familywise, corrected / drawn)
            if same and peers[one.index] is copy:
                return peers[one.lead].copy, rank, familywise[-1]
    return None


def _symbols(copy: OpenedCopy) -> np.ndarray:
    return np.frombuffer(bytes.fromhex(copy.codeword), np.uint8)


def _close(told: float, found: float) -> bool:
    return math.isclose(told, found, rel_tol=TOLERANCE, abs_tol=_NEVER)


def _same(what: str, told: float, found: float) -> None:
    if not _close(told, found):
        raise IntegrityError(f"{what} is {told!r} in the verdict, and {found!r} when computed again")


def _same_order(what: str, smaller: float, larger: float) -> None:
    if not smaller <= larger * (1 + TOLERANCE):
        raise IntegrityError(f"{what} is {smaller!r}, above the level {larger!r}")


def _differs(what: str) -> IntegrityError:
    return IntegrityError(f"{what} in the verdict differs from what follows from the evidence")
