"""Trace: record first, find the document, read, judge, and store what came out."""

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace

import numpy as np

from whosecopy.codes.decide import Decision
from whosecopy.model import Case, Exhibit, Template, codec
from whosecopy.seal.plan import Progress
from whosecopy.trace.exhibit import Leak, digest_of, open_exhibit
from whosecopy.trace.judge import (
    alpha_of,
    in_play,
    judge,
    of_a_name,
    same_exhibit,
)
from whosecopy.trace.read import Sighting, read_leak
from whosecopy.vault.ancestry import erase_inherited
from whosecopy.vault.cases import Filed, OpenCase, filed, find_case, refuse_full
from whosecopy.vault.cases_tracing import CaseJudgement, case_test, in_case, judge_case, of_best_document
from whosecopy.vault.casework import Clock, Test, TraceOptions, conclude, no_document
from whosecopy.vault.codebooks import candidate
from whosecopy.vault.commitments import check_named, check_sealed
from whosecopy.vault.events import record
from whosecopy.vault.lookup import Key, versions_in_play
from whosecopy.vault.measuring import measured_by
from whosecopy.vault.opening import Facts, apart, case_of, enter, refuse_ended, refuse_protected
from whosecopy.vault.store import Vault


def trace(
    vault: Vault,
    files: Sequence[tuple[bytes, str]],
    options: TraceOptions,
    now: str,
    progress: Progress,
    executor: Executor | None = None,
    requester: str = "",
) -> Case:
    """The case of one exhibit (one or several files read as one): whose copy it was, or not enough evidence.

    Identical bytes and options return the stored case. The trace is recorded before anything is scored.
    `requester` is who asks, and may not approve the opening. Raises `InputError` for an exhibit that cannot be
    read or a document that does not exist, `AccessError` for a protected disclosure.
    """
    exhibit_sha256 = digest_of(files)
    options_sha256 = codec.digest(options).hex()
    refuse_protected(vault, exhibit_sha256, now)
    with vault.snapshot() as tx:
        if options.document:
            tx.document(options.document)
        opened = find_case(tx, options.case) if options.case else None
        refuse_ended(tx, exhibit_sha256, [one.trace for one in filed(tx, opened.id)] if opened else ())
        stored = tx.stored_verdict(exhibit_sha256, options_sha256)
        if stored is not None:
            return case_of(tx, stored.id)
        if opened:
            refuse_full(tx, opened.id, exhibit_sha256)
    clock = Clock()
    leak = open_exhibit(files, options.encoding)
    clock.step("open")
    progress(1, 4)
    with vault.transaction() as tx:
        trace_id = tx.add_trace(exhibit_sha256, options_sha256, now)
        asked = {"trace": trace_id, "exhibit": exhibit_sha256, "options": options_sha256, "encoding": options.encoding}
        record(tx, "trace", asked, now)
        issued = tx.issued()
    leak, found = _found(vault, leak, options.document)
    sightings = _read(leak.exhibit, found, issued)
    sightings = of_best_document(sightings) if opened else sightings
    clock.step("find and read")
    progress(2, 4)
    filing = (opened, leak.exhibit) if opened else None
    test = _prepare_test(vault, trace_id, sightings, issued, options.alpha, now, filing) if sightings else None
    case, documents = no_document(leak, options, now, clock), tuple(dict.fromkeys(name for name, _ in sightings))
    if test and opened:
        judgement = _judge_case(vault, opened, test)
        clock.step("judge")
        case = conclude(vault, leak, judgement.test, judgement.decision, options, now, clock)
        case, documents = in_case(case, opened, judgement), judgement.documents
    elif test:
        decision = _judge(vault, test, executor)
        clock.step("judge")
        case = conclude(vault, leak, test, decision, options, now, clock)
    progress(3, 4)
    kept, names = apart(replace(case, verdict=replace(case.verdict, case=trace_id)))
    facts = Facts(exhibit_sha256, documents, requester)
    with vault.transaction() as tx:
        tx.finish_trace(trace_id, codec.encode(kept.verdict), codec.encode(kept))
        record(tx, "verdict", {"trace": trace_id, "outcome": case.verdict.outcome.value}, now, _document_of(test))
        enter(tx, trace_id, facts, names, now)
        shown = case_of(tx, trace_id)
    progress(4, 4)
    return shown


def _found(vault: Vault, leak: Leak, document: str | None) -> tuple[Leak, dict[Key, Template]]:
    """The sealed versions that the leak may come from, and the leak with what its pages show of them measured.

    Pictures whose text tells too little are laid on the pages of the likeliest documents: those that fit count.
    """
    candidates, by_text = versions_in_play(vault, leak.exhibit.text, document, bool(leak.pictures))
    measured = measured_by(vault, candidates, leak.shown)
    shown = {key[0] for key, one in measured.items() if one.pages}
    kept = {key: template for key, template in candidates.items() if by_text or key[0] in shown}
    exhibit = replace(leak.exhibit, measured=tuple(one for key, one in measured.items() if key in kept))
    return replace(leak, exhibit=exhibit, pictures=(), words=()), kept


def _read(exhibit: Exhibit, found: Mapping[Key, Template], issued: Mapping[Key, int]) -> dict[Key, Sighting]:
    """What the leak shows of each sealed version in play, the best first; no codeword is in reach."""
    sightings = {
        key: read_leak(template, exhibit.text, exhibit.pages, exhibit.measured)
        for key, template in found.items()
        if issued.get(key)
    }
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
    filing: tuple[OpenCase, Exhibit] | None,
) -> Test:
    """Fix the candidates, k and the level, and record them before anything is scored (V10, V11).

    The same bytes are the same exhibit however little they show, and whichever documents they are about: in cases
    little adds up, and `--document` may add a document that another trace did not look at.
    `filing` is the case that the exhibit belongs to, if any; earlier exhibits of this case are no retraces of it.
    """
    with vault.transaction() as tx:
        candidates = tuple(candidate(tx, *key, sighting, issued[key]) for key, sighting in sightings.items())
        check_sealed(tx, candidates)
        mine = {one.trace for one in filed(tx, filing[0].id)} if filing else set()
        same = tx.tests_of(tx.trace(trace_id).exhibit_sha256)
        for one in candidates:
            parts = of_a_name(one)
            for past in tx.past_readings(one.document, one.version):
                levels = np.asarray(codec.decode(past.reading, list[list[float]]))
                if same_exhibit(one.sighting.reading.levels_nats, levels, parts):
                    same[past.trace] = past.retrace
        refuse_ended(tx, "", tuple(same))
        earlier = max((k for trace, k in same.items() if trace not in mine), default=0)
        test = Test(candidates, earlier + 1, alpha_of(candidates, asked, earlier + 1))
        if filing:
            issues = tuple((one.version, one.issued) for one in candidates)
            place = filing[1].name, filing[1].sha256, candidates[0].document, issues, test.retrace, now
            test = case_test(tx, filing[0], Filed(trace_id, *place), candidates)
        readings = {key: codec.encode(one.reading.levels_nats.tolist()) for key, one in sightings.items()}
        tx.add_readings(trace_id, readings, test.retrace, 0.0 if mine else test.alpha)
        facts = {
            "trace": trace_id,
            "retrace": test.retrace,
            "alpha": test.alpha,
            "codewords": sum(issued[k] for k in sightings),
            "versions": [[*key, issued[key], hashlib.sha256(data).hexdigest()] for key, data in readings.items()],
        }
        record(tx, "test", facts | ({"case": filing[0].id} if filing else {}), now, _document_of(test))
    return test


def _judge_case(vault: Vault, opened: OpenCase, test: Test) -> CaseJudgement:
    with vault.snapshot() as tx:
        return judge_case(tx, opened, test)


def _judge(vault: Vault, test: Test, executor: Executor | None) -> Decision:
    """The decision; every copy that it names was compared with what was committed of it at seal."""
    decision = judge(test.candidates, test.alpha, executor)
    with vault.snapshot() as tx:
        for one in decision.named:
            check_named(tx, test.candidates[one.panel], one.index)
    return decision


def _document_of(test: Test | None) -> str:
    return test.candidates[0].document if test else ""
