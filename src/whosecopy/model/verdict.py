"""What follows from a reading, and the self-contained `Case` that reports are made from."""

from dataclasses import dataclass
from enum import StrEnum

from whosecopy.model.layout import SeenPage
from whosecopy.model.measured import Measured
from whosecopy.model.reading import Evidence
from whosecopy.model.template import Site

VERDICT_SCHEMA = "whosecopy.verdict/1"
CASE_SCHEMA = "whosecopy.case/1"


class Outcome(StrEnum):
    """What a trace may end in; `withheld` and `integrity_alarm` mean that nothing may be concluded."""

    NAMED = "named"
    ORGANISATION = "organisation"
    NOT_ENOUGH_EVIDENCE = "not_enough_evidence"
    NO_DOCUMENT = "no_document"
    WITHHELD = "withheld"
    INTEGRITY_ALARM = "integrity_alarm"


@dataclass(frozen=True, slots=True)
class NamedCopy:
    """A copy whose material is in the leak: its p-value, family-wise p-value and e-value.

    `p_value` is after the multiplier over hypotheses; `p_familywise` is Holm-adjusted and divided by the
    share of alpha that its test holds, so that it compares with alpha (STATISTICS V9).
    """

    copy: str
    recipient: str | None
    organisation: str | None
    p_value: float
    p_familywise: float
    log_evalue_nats: float


@dataclass(frozen=True, slots=True)
class MarkCount:
    """How many marks of one kind were read."""

    read: int
    total: int


@dataclass(frozen=True, slots=True)
class MarkTally:
    """How many marks the document has and how many of them the leak shows."""

    total: int
    read: int
    erased: int
    by_carrier: dict[str, MarkCount]


@dataclass(frozen=True, slots=True)
class How:
    """By which way the text got out, as far as the evidence shows."""

    channel: str
    part: str
    version: str
    hand_outs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecoyCheck:
    """How 10,000 codewords that nobody ever received fared in the same trace (STATISTICS V15)."""

    scored: int
    ks_p: float
    passes: int
    histogram: tuple[int, ...] = ()
    edges: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one trace, in the shape of `trace --json`; `case` is the id that `approve` and `reveal` take."""

    outcome: Outcome
    document: dict[str, str] | None
    alpha: float
    codewords: int
    marks: MarkTally
    how: How
    named: tuple[NamedCopy, ...]
    organisations: tuple[dict[str, str | float | None], ...]
    decoys: DecoyCheck
    assumptions: tuple[str, ...]
    timings_s: dict[str, float]
    case: str = ""
    schema: str = VERDICT_SCHEMA


@dataclass(frozen=True, slots=True)
class Exhibit:
    """What surfaced: its digest, its kind, the text that was read from it, `pages` where it has some with text.

    `preprocessing` says in words what was done to get from the bytes to the text. `measured` is what its pictures
    show of each version in play.
    """

    sha256: str
    name: str
    media: str
    size: int
    text: str
    preprocessing: tuple[str, ...] = ()
    pages: tuple[SeenPage, ...] = ()
    measured: tuple[Measured, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """One exhibit of a case: when it was filed, what it added, and how many copies were named by then.

    `log_evalues_nats` goes with the copies that the newest verdict names, and is empty where it names none.
    """

    filed_at: str
    exhibit: str
    document: str
    marks_new: int
    named: int
    log_evalues_nats: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """All that a report is made from: no live object, no secret, no other copy's score.

    `named_scores` and `named_tests` (`single` or `pair`) go with `verdict.named`, the scores on the scale
    of the decoys' histogram: -log10 of the p-value. `sealed_at` is when alpha was fixed, `tested_alpha` the
    level of this very trace (0: `verdict.alpha`), `single_level` the p-value at or below which a first
    single copy is named (0: not stated), `command` what made the case. `facts` (label, words) are printed
    whatever the outcome and hold nothing made from codewords. `responses` is what recipients of named copies
    replied. `history` are the exhibits of the case `of_case` that this one was filed in, itself the last;
    `decides` says whether e-values (`e`) or one pooled p-value (`p`) decide it.
    """

    exhibit: Exhibit
    sites: tuple[Site, ...]
    evidence: tuple[Evidence, ...]
    verdict: Verdict
    traced_at: str
    retrace: int
    software: str
    named_scores: tuple[float, ...] = ()
    named_tests: tuple[str, ...] = ()
    sealed_at: str = ""
    tested_alpha: float = 0.0
    single_level: float = 0.0
    command: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    responses: tuple[str, ...] = ()
    of_case: str = ""
    decides: str = ""
    history: tuple[HistoryStep, ...] = ()
    schema: str = CASE_SCHEMA
