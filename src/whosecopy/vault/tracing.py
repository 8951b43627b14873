"""Trace: record first, find the document, read, judge, and store what came out."""

import hashlib
import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace

import numpy as np

from whosecopy import __version__
from whosecopy.codes.decide import Decision, Named
from whosecopy.media.leak import LeakText, open_leak
from whosecopy.model import (
    Case,
    DecoyCheck,
    Exhibit,
    How,
    MarkTally,
    NamedCopy,
    Outcome,
    Recipient,
    Verdict,
    codec,
)
from whosecopy.trace.how import how_it_got_out, reads_like_original
from whosecopy.trace.judge import (
    Candidate,
    alpha_of,
    in_play,
    judge,
    of_a_name,
    outcome_of,
    same_exhibit,
    single_level,
)
from whosecopy.trace.read import Sighting, read_leak, tally
from whosecopy.vault.ancestry import erase_inherited
from whosecopy.vault.codebooks import sealed_codebook
from whosecopy.vault.events import events, record
from whosecopy.vault.lookup import Key, find_versions
from whosecopy.vault.sealing import DEFAULT_ALPHA
from whosecopy.vault.store import Tx, Vault
from whosecopy.vault.store_batches import Issue

ASSUMPTIONS = (
    "the keys of the document stayed secret until the leak",
    "each copy reached its own recipient only; who passed it on is another question",
    "the operator could have chosen this: no outside witness is older than the exhibit",
)
_SPENT = "Level spent in this vault"
_NOTHING = MarkTally(0, 0, 0, {})
_NO_DECOYS = DecoyCheck(0, 1.0, 0)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class TraceOptions:
    """How a leak is to be traced; `alpha` may only lower the level fixed at seal."""

    document: str | None = None
    alpha: float | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Leak:
    """An exhibit of one or several files, opened: all of them are read as one text."""

    exhibit: Exhibit
    channel: str
    names: tuple[str, ...]


@dataclass(slots=True)
class _Clock:
    """How long each step took, in seconds."""

    started: float = field(default_factory=time.perf_counter)
    steps: dict[str, float] = field(default_factory=dict)

    def step(self, name: str) -> None:
        """The step `name` ends now."""
        now = time.perf_counter()
        self.steps[name] = round(now - self.started, 4)
        self.started = now


def trace(
    vault: Vault,
    files: Sequence[tuple[bytes, str]],
    options: TraceOptions,
    now: str,
    progress: Progress,
    executor: Executor | None = None,
) -> Case:
    """The case of one exhibit (one or several files read as one): whose copy it was, or not enough evidence.

    Identical bytes and options return the stored case. The trace is recorded before anything is scored.
    Raises `InputError` for an exhibit that cannot be read or a document that does not exist.
    """
    exhibit_sha256 = _digest_of(files)
    options_sha256 = codec.digest(options).hex()
    with vault.snapshot() as tx:
        if options.document:
            tx.document(options.document)
        stored = tx.stored_verdict(exhibit_sha256, options_sha256)
    if stored is not None and stored.case is not None:
        return codec.decode(stored.case, Case)
    clock = _Clock()
    leak = _open(files, exhibit_sha256, options.encoding)
    clock.step("open")
    progress(1, 4)
    with vault.transaction() as tx:
        trace_id = tx.add_trace(exhibit_sha256, options_sha256, now)
        record(tx, "trace", {"trace": trace_id, "exhibit": exhibit_sha256, "options": options_sha256}, now)
        issued = tx.issued()
    sightings = _find_and_read(vault, leak.exhibit.text, options.document, issued)
    clock.step("find and read")
    progress(2, 4)
    test = _prepare_test(vault, trace_id, sightings, issued, options.alpha, now) if sightings else None
    decision = judge(test.candidates, test.alpha, executor) if test else None
    clock.step("judge")
    progress(3, 4)
    case = _conclude(vault, leak, test, decision, options, now, clock)
    with vault.transaction() as tx:
        tx.finish_trace(trace_id, codec.encode(case.verdict), codec.encode(case))
        record(tx, "verdict", {"trace": trace_id, "outcome": case.verdict.outcome.value}, now, _document_of(test))
    progress(4, 4)
    return case


@dataclass(frozen=True, slots=True, eq=False)
class _Test:
    """All that is fixed before a codeword is looked at: the versions in play, k, and the level."""

    candidates: tuple[Candidate, ...]
    retrace: int
    alpha: float


def _digest_of(files: Sequence[tuple[bytes, str]]) -> str:
    if len(files) == 1:
        return hashlib.sha256(files[0][0]).hexdigest()
    return hashlib.sha256(b"".join(hashlib.sha256(data).digest() for data, _ in files)).hexdigest()


def _open(files: Sequence[tuple[bytes, str]], sha256: str, encoding: str | None) -> _Leak:
    opened: list[LeakText] = [open_leak(data, name, encoding) for data, name in files]
    channels = {one.channel for one in opened}
    exhibit = Exhibit(
        sha256=sha256,
        name=", ".join(name for _, name in files),
        media=", ".join(sorted({one.media for one in opened})),
        size=sum(len(data) for data, _ in files),
        text="\n\n".join(one.text for one in opened),
        preprocessing=tuple(dict.fromkeys(note for one in opened for note in one.notes)),
    )
    return _Leak(exhibit, "ocr" if "ocr" in channels else min(channels), tuple(name for _, name in files))


def _find_and_read(vault: Vault, text: str, document: str | None, issued: Mapping[Key, int]) -> dict[Key, Sighting]:
    """What the leak shows of each sealed version in play, the best first; no codeword is in reach."""
    found = find_versions(vault, text, document)
    sightings = {key: read_leak(template, text) for key, template in found.items() if issued.get(key)}
    sightings = erase_inherited(sightings)
    order = list(sightings)
    return {order[k]: sightings[order[k]] for k in in_play([sightings[key] for key in order])}


def _prepare_test(
    vault: Vault,
    trace_id: str,
    sightings: Mapping[Key, Sighting],
    issued: Mapping[Key, int],
    asked: float | None,
    now: str,
) -> _Test:
    """Fix the candidates, k and the level, and record them before anything is scored (V10, V11)."""
    with vault.transaction() as tx:
        candidates = tuple(
            Candidate(
                document=key[0],
                version=key[1],
                sighting=sighting,
                codebook=sealed_codebook(tx, *key, sighting.template),
                issued=issued[key],
                alpha=tx.version(*key).alpha,
            )
            for key, sighting in sightings.items()
        )
        earlier = 0
        for one in candidates:
            parts = of_a_name(one)
            for past in tx.past_readings(one.document, one.version):
                levels = np.asarray(codec.decode(past.reading, list[list[float]]))
                if same_exhibit(one.sighting.reading.levels_nats, levels, parts):
                    earlier = max(earlier, past.retrace)
        test = _Test(candidates, earlier + 1, alpha_of(candidates, asked, earlier + 1))
        readings = {key: codec.encode(one.reading.levels_nats.tolist()) for key, one in sightings.items()}
        tx.add_readings(trace_id, readings, test.retrace, test.alpha)
        facts = {
            "trace": trace_id,
            "retrace": test.retrace,
            "alpha": test.alpha,
            "codewords": sum(issued[k] for k in sightings),
        }
        record(tx, "test", facts, now, _document_of(test))
    return test


def _document_of(test: _Test | None) -> str:
    return test.candidates[0].document if test else ""


def _conclude(
    vault: Vault,
    leak: _Leak,
    test: _Test | None,
    decision: Decision | None,
    options: TraceOptions,
    now: str,
    clock: _Clock,
) -> Case:
    if test is None or decision is None:
        how = How(channel="", part="", version="")
        verdict = Verdict(
            Outcome.NO_DOCUMENT,
            None,
            options.alpha or DEFAULT_ALPHA,
            0,
            _NOTHING,
            how,
            (),
            (),
            _NO_DECOYS,
            ASSUMPTIONS,
            clock.steps,
        )
        return Case(leak.exhibit, (), (), verdict, now, 1, f"whosecopy {__version__}")
    named, delivered = _named_copies(vault, test, decision)
    outcome = outcome_of(decision, delivered)
    shown = decision.named if outcome is Outcome.NAMED else ()
    best = test.candidates[shown[0].panel if shown else 0]
    notes = (
        ["reads_like_original"] if outcome is Outcome.NOT_ENOUGH_EVIDENCE and reads_like_original(best.sighting) else []
    )
    how = how_it_got_out(best.sighting, leak.channel, str(best.version), notes)
    with vault.snapshot() as tx:
        title = tx.document(best.document).title
        if shown:
            how = replace(how, hand_outs=_hand_outs(tx, test, shown))
        sealed_at = tx.document(best.document).created_at
        spent = tx.alphas_spent()
    verdict = Verdict(
        outcome=outcome,
        document={"id": best.document, "title": title},
        alpha=min(options.alpha or 1.0, *(candidate.alpha for candidate in test.candidates)),
        codewords=decision.codewords,
        marks=tally(best.sighting),
        how=how,
        named=named if shown else (),
        organisations=(),
        decoys=decision.decoys,
        assumptions=(*ASSUMPTIONS, _level(test), *decision.assumptions),
        timings_s=clock.steps if shown else {step: took for step, took in clock.steps.items() if step != "judge"},
    )
    return Case(
        exhibit=leak.exhibit,
        sites=best.sighting.template.sites,
        evidence=best.sighting.evidence,
        verdict=verdict,
        traced_at=now,
        retrace=test.retrace,
        software=f"whosecopy {__version__}",
        named_scores=tuple(one.score_log10 for one in shown),
        named_tests=tuple(one.test for one in shown),
        sealed_at=sealed_at,
        tested_alpha=test.alpha,
        single_level=single_level(test.alpha, decision.codewords),
        command=_command(leak.names, options),
        facts=((_SPENT, f"{sum(spent):.3g} in {len(spent)} traces, this one included"),),
    )


def _level(test: _Test) -> str:
    """How often this exhibit was traced, and what is left of the level for this time (V11)."""
    return f"trace {test.retrace} of this exhibit, tested at {test.alpha:.3g}: all traces of it share one level"


def _command(names: Sequence[str], options: TraceOptions) -> str:
    """The command that makes this case again."""
    words = ["whosecopy", "trace", *names]
    words += ["--document", options.document] if options.document else []
    words += ["--alpha", f"{options.alpha:g}"] if options.alpha is not None else []
    words += ["--encoding", options.encoding] if options.encoding else []
    return shlex.join(words)


def _named_copies(vault: Vault, test: _Test, decision: Decision) -> tuple[tuple[NamedCopy, ...], bool]:
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


def _issue(tx: Tx, test: _Test, one: Named) -> Issue | None:
    candidate = test.candidates[one.panel]
    found = tx.recipients(candidate.document, candidate.version)
    return found[one.index] if one.index < len(found) and found[one.index].index == one.index else None


def _hand_outs(tx: Tx, test: _Test, shown: Sequence[Named]) -> tuple[str, ...]:
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
