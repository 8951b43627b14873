"""From readings and codebooks to a verdict: the one place where a reading meets codewords."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np

from whosecopy.codes.codebook import Codebook, chance_all_differ, organisations
from whosecopy.codes.decide import SHARES, Decision, Named, decide
from whosecopy.codes.panel import Panel
from whosecopy.model import Floats, Outcome
from whosecopy.trace.read import Sighting

SHARED_SITES = 0.2
"""A sealed version is in play where it shows this share of the marks that the best one shows (V10)."""
SAME_EXHIBIT = 0.9
"""Two readings that agree on this share of the marks both read are the same exhibit (V11)."""
SAME_EXHIBIT_MARKS = 20
_NEVER = 1e-300
"""A level that no p-value reaches."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One sealed version in play: what the leak shows of it, its codebook, and how many copies were issued."""

    document: str
    version: int
    sighting: Sighting
    codebook: Codebook
    issued: int
    alpha: float


def in_play(sightings: Sequence[Sighting]) -> list[int]:
    """Which of `sightings` (one per sealed version, likeliest first) are in play: positions, the best one first.

    Decided from readings alone, before any codeword is looked at. Where no mark was read the likeliest
    version stays, so that the verdict is about the evidence and not about the document.
    """
    counts = [sighting.marks_read for sighting in sightings]
    best = max(counts, default=0)
    order = sorted(range(len(counts)), key=lambda k: -counts[k])
    return [k for k in order if counts[k] >= SHARED_SITES * best] if best else order[:1]


def of_a_name(candidate: Candidate) -> Floats:
    """What part of the evidence that names a copy each mark can give at the most: shape (m,).

    A copy is named at p <= alpha / n at the best, where p is no less than twice the product of the chances of
    its symbols; marks whose parts add up to less than 1 name nobody, whatever they show. At shared marks n is the
    number of organisations.
    """
    book = candidate.codebook
    rarest = np.where(book.biases > 0, book.biases, 256).min(axis=1) / 256
    groups = max(organisations(book.members[: candidate.issued]), 1)
    count = np.where(book.shared, groups, candidate.issued)
    return np.asarray(np.log2(rarest) / np.log2(candidate.alpha / (2 * count)))


def same_exhibit(ours: np.ndarray, earlier: np.ndarray, parts: Floats) -> bool:
    """Whether two readings of one template, as level arrays (m, q), come from the same exhibit (V11).

    Both have to show 20 marks, or fewer that could name a copy: `parts` (m,) as from `of_a_name`.
    """
    both = (np.ptp(ours, axis=1) > 0) & (np.ptp(earlier, axis=1) > 0)
    if both.sum() < SAME_EXHIBIT_MARKS and parts[both].sum() < 1:
        return False
    return bool((ours[both].argmax(axis=1) == earlier[both].argmax(axis=1)).mean() >= SAME_EXHIBIT)


def alpha_of(candidates: Sequence[Candidate], asked: float | None, retrace: int) -> float:
    """The level of this trace: the smallest alpha fixed at seal, lowered by what was asked and by retraces.

    The k-th trace of one exhibit is tested at alpha / (k (k + 1)) (V11). The level also makes up for
    codewords having been redrawn until all of them differed; where that cannot be bounded, nothing is named.
    """
    sealed = min(candidate.alpha for candidate in candidates)
    alpha = min(sealed, asked) if asked is not None else sealed
    return max(alpha * _chance_drawn(candidates) / (retrace * (retrace + 1)), _NEVER)


def _chance_drawn(candidates: Sequence[Candidate]) -> float:
    """What the redrawing of codewords may take from a level, at the worst of the versions."""
    return min(chance_all_differ(candidate.codebook, candidate.issued) for candidate in candidates)


def judge(candidates: Sequence[Candidate], alpha: float, executor: Executor | None = None) -> Decision:
    """Test every copy issued of every version in play at the family-wise level `alpha`.

    Null hypothesis for a copy: the leak was made without anything derived from it. The chance that any
    innocent copy is named is at most `alpha`. The p- and e-values returned make up for redrawn codewords.
    """
    panels = [
        Panel(
            reading=candidate.sighting.reading,
            biases=candidate.codebook.biases,
            labels=candidate.codebook.labels,
            secrets=candidate.codebook.secrets,
            count=candidate.issued,
            shared=candidate.codebook.shared,
            organisations=organisations(candidate.codebook.members[: candidate.issued]),
        )
        for candidate in candidates
    ]
    decision = decide(panels, alpha, executor)
    if not decision.named and not decision.organisations:
        return decision
    drawn = _chance_drawn(candidates)
    return replace(
        decision,
        named=tuple(_redrawn(one, drawn) for one in decision.named),
        organisations=tuple(_redrawn(one, drawn) for one in decision.organisations),
    )


def _redrawn(one: Named, drawn: float) -> Named:
    """`one` as it counts where its codeword was redrawn until all differed, which had chance `drawn`."""
    p = min(1.0, one.p_value / drawn)
    return replace(
        one,
        p_value=p,
        p_familywise=one.p_familywise / drawn,
        log_evalue_nats=one.log_evalue_nats + float(np.log(drawn)),
        score_log10=float(-np.log10(p)),
    )


def outcome_of(decision: Decision, handed_out: bool) -> Outcome:
    """What the decision amounts to; `handed_out` says whether all that it names has a hand-out record (V10)."""
    if decision.withheld:
        return Outcome.WITHHELD
    if not decision.named and not decision.organisations:
        return Outcome.NOT_ENOUGH_EVIDENCE
    if not handed_out:
        return Outcome.INTEGRITY_ALARM
    return Outcome.NAMED if decision.named else Outcome.ORGANISATION


def single_level(alpha: float, codewords: int, shared: bool = False) -> float:
    """The p-value at or below which a first single copy is named; `shared` where organisations have their share."""
    return (SHARES["single"] + (0.0 if shared else SHARES["organisation"])) * alpha / codewords
