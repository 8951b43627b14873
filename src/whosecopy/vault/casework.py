"""From a decision to the case that is kept and reported: who received what is named, and nothing else."""

import shlex
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from whosecopy import __version__
from whosecopy.codes.decide import Decision, Named
from whosecopy.model import Case, DecoyCheck, Exhibit, How, MarkTally, NamedCopy, Outcome, Recipient, Verdict
from whosecopy.trace.exhibit import Leak
from whosecopy.trace.how import how_it_got_out, of_no_document, reads_like_original
from whosecopy.trace.judge import Candidate, outcome_of, single_level
from whosecopy.trace.read import tally
from whosecopy.trace.report.figures import figure, level
from whosecopy.vault.events import events
from whosecopy.vault.sealing import DEFAULT_ALPHA
from whosecopy.vault.store import Tx, Vault
from whosecopy.vault.store_batches import Issue
from whosecopy.vault.witnessing import WITNESSED, attested

ASSUMPTIONS = (
    "the keys of the document stayed secret until the leak",
    "each copy reached its own recipient only; who passed it on is another question",
    "the operator could have chosen this: no outside witness is older than the exhibit",
)
CUSTODY = (
    "two custodians hold the keys: no copy was made of rows that they did not both record; a copy that passed "
    "through the hands of the sealer or of whoever traced, or along the path of delivery, is another question"
)
FEWEST = 5
"""An organisation with fewer recipients is not spoken of before the identities are opened."""
_SPENT = "Level spent in this vault"
_NOTHING = MarkTally(0, 0, 0, {})
_NO_DECOYS = DecoyCheck(0, 1.0, 0)


@dataclass(frozen=True, slots=True)
class TraceOptions:
    """How a leak is to be traced; `alpha` may only lower the level fixed at seal, `case` adds up several leaks."""

    document: str | None = None
    alpha: float | None = None
    encoding: str | None = None
    case: str | None = None


@dataclass(slots=True)
class Clock:
    """How long each step took, in seconds."""

    started: float = field(default_factory=time.perf_counter)
    steps: dict[str, float] = field(default_factory=dict)

    def step(self, name: str) -> None:
        """The step `name` ends now."""
        now = time.perf_counter()
        self.steps[name] = round(now - self.started, 4)
        self.started = now


@dataclass(frozen=True, slots=True, eq=False)
class Test:
    """All that is fixed before a codeword is looked at: the versions in play, k, and the level."""

    candidates: tuple[Candidate, ...]
    retrace: int
    alpha: float


def no_document(leak: Leak, options: TraceOptions, now: str, clock: Clock) -> Case:
    """The case of a leak that matches nothing sealed here."""
    verdict = Verdict(
        outcome=Outcome.NO_DOCUMENT,
        document=None,
        alpha=options.alpha or DEFAULT_ALPHA,
        codewords=0,
        marks=_NOTHING,
        how=of_no_document(leak.channel, options.document),
        named=(),
        organisations=(),
        decoys=_NO_DECOYS,
        assumptions=ASSUMPTIONS,
        timings_s=clock.steps,
    )
    return Case(leak.exhibit, (), (), verdict, now, 1, f"whosecopy {__version__}")


def conclude(
    vault: Vault, leak: Leak, test: Test, decision: Decision, options: TraceOptions, now: str, clock: Clock
) -> Case:
    """The case that `decision` on `test` amounts to, with recipients of named copies and facts from the record.

    Below the threshold nothing in it depends on a codeword but the outcome (STATISTICS V12).
    """
    named, delivered = _named_copies(vault, test, decision)
    groups, reached = _named_organisations(vault, test, decision)
    outcome = outcome_of(decision, delivered and reached)
    shown = decision.named if outcome is Outcome.NAMED else ()
    best = test.candidates[shown[0].panel if shown else 0]
    if options.case and best.document != test.candidates[0].document:
        best = test.candidates[0]
    with vault.snapshot() as tx:
        document = tx.document(best.document)
        hand_outs = _hand_outs(tx, test, shown)
        others = _of_others(tx, test, shown, best)
        origin = _origin(tx, test, now)
        spent = tx.alphas_spent()
    how = _how(best, leak, outcome)
    verdict = Verdict(
        outcome=outcome,
        document={"id": document.id, "title": document.title},
        alpha=min(options.alpha or 1.0, *(candidate.alpha for candidate in test.candidates)),
        codewords=decision.codewords,
        marks=tally(best.sighting),
        how=replace(how, hand_outs=hand_outs, notes=(*how.notes, *others)),
        named=named if shown else (),
        organisations=groups if outcome in (Outcome.NAMED, Outcome.ORGANISATION) else (),
        decoys=decision.decoys,
        assumptions=(*ASSUMPTIONS[:-1], origin, *_custody(test), *_left_out(test), _level(test), *decision.assumptions),
        timings_s={step: took for step, took in clock.steps.items() if shown or step != "judge"},
    )
    return Case(
        exhibit=_best_first(leak.exhibit, best),
        sites=best.sighting.template.sites,
        evidence=best.sighting.evidence,
        verdict=verdict,
        traced_at=now,
        retrace=test.retrace,
        software=f"whosecopy {__version__}",
        named_scores=tuple(one.score_log10 for one in shown),
        named_tests=tuple(one.test for one in shown),
        sealed_at=document.created_at,
        tested_alpha=test.alpha,
        single_level=single_level(
            test.alpha, decision.codewords, any(one.codebook.shared.any() for one in test.candidates)
        ),
        command=_command(leak.names, options),
        facts=((_SPENT, f"{figure(sum(spent))} in {_traces(len(spent))}, this one included"),),
    )


def _best_first(exhibit: Exhibit, best: Candidate) -> Exhibit:
    """The exhibit with what its pictures show of the version that the case is about before all others."""
    mine = best.sighting.reading.template_sha256
    ordered = sorted(exhibit.measured, key=lambda one: one.template_sha256 != mine)
    return replace(exhibit, measured=tuple(ordered))


def _how(best: Candidate, leak: Leak, outcome: Outcome) -> How:
    """By which way the text got out; where nothing is named, also whether it reads like the original (V14)."""
    original = outcome is Outcome.NOT_ENOUGH_EVIDENCE and reads_like_original(best.sighting)
    notes = ["reads_like_original"] if original else []
    return how_it_got_out(best.sighting, leak.channel, str(best.version), notes, leak.exhibit.measured)


def _custody(test: Test) -> tuple[str, ...]:
    """What it means that custodians hold the keys, where they hold those of every version in play."""
    return (CUSTODY,) if all(one.codebook.secrets.split for one in test.candidates) else ()


def _left_out(test: Test) -> tuple[str, ...]:
    """That marks do not count since a later master holds them as a copy has them, and whose word that is (V13)."""
    heirs = dict.fromkeys(name for one in test.candidates for name in one.sighting.heirs)
    return tuple(f"marks that {name} took over from a copy are left out, as its seal says" for name in heirs)


def _level(test: Test) -> str:
    """How often this exhibit was traced, and what is left of the level for this time (V11)."""
    tested = level(float(f"{test.alpha:.2g}"))
    return f"trace {test.retrace} of this exhibit, tested at {tested}: all traces of it share one level"


def _command(names: Sequence[str], options: TraceOptions) -> str:
    """The command that makes this case again."""
    words = ["whosecopy", "trace", *names]
    words += ["--document", options.document] if options.document else []
    words += ["--case", options.case] if options.case else []
    words += ["--alpha", level(options.alpha)] if options.alpha is not None else []
    words += ["--encoding", options.encoding] if options.encoding else []
    return shlex.join(words)


def _named_copies(vault: Vault, test: Test, decision: Decision) -> tuple[tuple[NamedCopy, ...], bool]:
    """The named copies with their recipients, and whether each of them was handed out."""
    copies, delivered = [], True
    with vault.snapshot() as tx:
        for one in decision.named:
            issue = _issue(tx, test, one)
            labels = test.candidates[one.panel].codebook.copy_labels(one.index + 1)
            delivered &= issue is not None and issue.state == "done"
            recipient = issue.recipient if issue else Recipient("")
            copies.append(
                NamedCopy(
                    labels[one.index],
                    recipient.id,
                    recipient.organisation,
                    one.p_value,
                    one.p_familywise,
                    one.log_evalue_nats,
                )
            )
    return tuple(copies), delivered


def _named_organisations(
    vault: Vault, test: Test, decision: Decision
) -> tuple[tuple[dict[str, str | float | None], ...], bool]:
    """The named organisations, each once, and whether some copy of each was handed out.

    `small` marks those whose name would point to a few people; it is for `opening.apart`, which takes it out.
    """
    found: dict[str, dict[str, str | float | None]] = {}
    delivered = True
    with vault.snapshot() as tx:
        for one in decision.organisations:
            candidate = test.candidates[one.panel]
            issues = zip(tx.recipients(candidate.document, candidate.version), candidate.codebook.members, strict=False)
            members = [issue for issue, number in issues if number == one.index]
            delivered &= any(issue.state == "done" for issue in members)
            name = members[0].recipient.organisation
            chances = {"p_value": one.p_value, "p_familywise": one.p_familywise}
            found.setdefault(name, {"organisation": name, **chances, "small": len(members) < FEWEST})
    return tuple(found.values()), delivered


def _issue(tx: Tx, test: Test, one: Named) -> Issue | None:
    candidate = test.candidates[one.panel]
    found = tx.recipients(candidate.document, candidate.version)
    return found[one.index] if one.index < len(found) and found[one.index].index == one.index else None


def _origin(tx: Tx, test: Test, now: str) -> str:
    """Whether somebody outside confirmed the seals before the exhibit was recorded (STATISTICS V10).

    Those of documents that took marks over from a copy count too: which marks are left out decides who is named.
    """
    documents = dict.fromkeys(name for one in test.candidates for name in (one.document, *one.sighting.heirs))
    sealed = [event.header.sequence for name in documents for event in events(tx, name) if event.header.kind == "seal"]
    said = attested(tx, max(sealed), now) if sealed else None
    if said is None:
        return ASSUMPTIONS[-1]
    by = said.by.partition("+")[0] if said.kind == WITNESSED else said.by
    return f"{by} is independent of the operator: it confirmed at {said.time} that these copies were recorded"


def _traces(count: int) -> str:
    return "1 trace" if count == 1 else f"{count} traces"


def _of_others(tx: Tx, test: Test, shown: Sequence[Named], best: Candidate) -> tuple[str, ...]:
    """Of which document or version a named copy is, where that is another one than the case is about."""
    lines = []
    for one in shown:
        candidate = test.candidates[one.panel]
        if (candidate.document, candidate.version) != (best.document, best.version):
            label = candidate.codebook.copy_labels(one.index + 1)[one.index]
            title = tx.document(candidate.document).title
            lines.append(f"copy {label} is of {title} ({candidate.document}), version {candidate.version}")
    return tuple(lines)


def _hand_outs(tx: Tx, test: Test, shown: Sequence[Named]) -> tuple[str, ...]:
    """When the named copies were written, from the record; of which version, where it is not the first one's."""
    lines = []
    for one in shown:
        candidate = test.candidates[one.panel]
        other = f" of {candidate.document} version {candidate.version}" if one.panel != shown[0].panel else ""
        for event in events(tx, candidate.document):
            first, count = event.payload.get("first", 0), event.payload.get("count", 0)
            same = event.payload.get("version") == candidate.version and first <= one.index < first + count
            if same and event.header.kind in ("seal", "hand-out"):
                label = candidate.codebook.copy_labels(one.index + 1)[one.index]
                lines.append(f"copy {label}{other}: {event.header.kind} recorded {event.now}")
    return tuple(lines)
