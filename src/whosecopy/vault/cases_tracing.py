"""A trace within a case of several exhibits: the level, the exhibits so far, and the decision over all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from whosecopy.codes.decide import ASSUMPTIONS, Decision, Named
from whosecopy.codes.decoys import check_decoys
from whosecopy.codes.evalues import Key
from whosecopy.codes.hypotheses import FAMILY
from whosecopy.codes.panel import prepare
from whosecopy.errors import InputError
from whosecopy.model import Case, HistoryStep, Verdict, codec
from whosecopy.trace.judge import Candidate
from whosecopy.trace.read import Sighting, read_leak
from whosecopy.trace.report.figures import level
from whosecopy.vault.cases import Filed, OpenCase, file_exhibit, filed
from whosecopy.vault.cases_evidence import CaseEvidence, Hit, case_evidence, passing, strongest
from whosecopy.vault.casework import Test
from whosecopy.vault.codebooks import candidate
from whosecopy.vault.commitments import check_named, check_sealed
from whosecopy.vault.store import Tx


@dataclass(frozen=True, slots=True)
class CaseJudgement:
    """What a case amounts to after its newest exhibit; `test` has every version of the case as a candidate."""

    test: Test
    decision: Decision
    history: tuple[HistoryStep, ...]
    documents: tuple[str, ...]


def of_best_document(sightings: Mapping[Key, Sighting]) -> dict[Key, Sighting]:
    """The versions of the document of which an exhibit shows the most: it counts for that one alone.

    Chosen from readings, before any codeword is looked at. Others in play would only dilute the evidence.
    """
    best = next(iter(sightings), ("", 0))[0]
    return {key: one for key, one in sightings.items() if key[0] == best}


def case_test(tx: Tx, opened: OpenCase, exhibit: Filed, candidates: tuple[Candidate, ...]) -> Test:
    """File an exhibit, and fix the level of the case for it, before anything is scored.

    The level is alpha / (k (k + 1)), k being the largest number of times that an exhibit of the case was
    traced, other traces of it in the case aside. Raises `InputError` where a document was sealed at a smaller
    alpha than the case was opened at, or where p decides and the exhibit was filed with other options: what is
    decided once is decided by its first reading.
    """
    strict = min(one.alpha for one in candidates)
    if strict < opened.alpha:
        raise InputError(
            f"{opened.id}: decides at {level(opened.alpha)}, but {exhibit.document} was sealed at {level(strict)}; "
            f"open a case with --alpha {level(strict)}"
        )
    again = [one for one in filed(tx, opened.id) if one.exhibit_sha256 == exhibit.exhibit_sha256]
    options = tx.trace(exhibit.trace).options_sha256
    if opened.decides == "p" and any(tx.trace(one.trace).options_sha256 != options for one in again):
        raise InputError(f"{opened.id}: is decided once, and this exhibit is filed already, with other options")
    file_exhibit(tx, opened.id, exhibit)
    k = max(one.retrace for one in filed(tx, opened.id))
    return Test(candidates, exhibit.retrace, opened.alpha / (k * (k + 1)))


def judge_case(tx: Tx, opened: OpenCase, test: Test) -> CaseJudgement:
    """Test every copy issued over all exhibits of the case; nothing here depends on which test would say more."""
    exhibits = filed(tx, opened.id)
    evidence = case_evidence(tx, exhibits)
    others = [
        candidate(tx, *key, read_leak(book.template, ""), len(book.recipients))
        for key, book in evidence.books.items()
        if key not in {(one.document, one.version) for one in test.candidates}
    ]
    check_sealed(tx, others)
    test = replace(test, candidates=(*test.candidates, *others))
    total = sum(one.issued for one in test.candidates)
    decoys, sound = check_decoys([prepare(panel) for panel in evidence.steps[-1].panels.values()], test.alpha, total)
    files = len({one.exhibit_sha256 for one in exhibits})
    due = sound and (opened.decides == "e" or files >= opened.planned)
    people, units = passing(evidence, opened.decides, test.alpha) if due else ([], [])
    people.sort(key=lambda one: (one.p_familywise, one.holder))
    named = _named(evidence, test, people)
    for one in named:
        check_named(tx, test.candidates[one.panel], one.index)
    decision = Decision(
        named,
        not sound,
        decoys,
        tuple(hypothesis.name for hypothesis in FAMILY),
        total,
        (*ASSUMPTIONS, *_assumptions(opened, files)),
        _named_units(evidence, test, units),
    )
    documents = tuple(dict.fromkeys(one.document for one in exhibits))
    return CaseJudgement(test, decision, _history(tx, exhibits, evidence, people, opened), documents)


def in_case(case: Case, opened: OpenCase, judgement: CaseJudgement) -> Case:
    """The case of one exhibit as the newest one of `opened`; what belongs to a single trace is taken out."""
    shown = case.verdict.named or case.verdict.organisations
    bare = tuple(replace(step, log_evalues_nats=()) for step in judgement.history)
    history = judgement.history if case.verdict.named else bare
    count = len(case.verdict.named) if shown else 0
    history = (*history[:-1], replace(history[-1], named=count))
    return replace(case, of_case=opened.id, decides=opened.decides, history=history, named_scores=(), single_level=0.0)


def _assumptions(opened: OpenCase, files: int) -> tuple[str, ...]:
    if opened.decides == "e":
        how = "e-values decide, watched after every exhibit: a name may come at any time, at the same level"
    else:
        how = f"one p-value over all exhibits decides, once: {files} of {opened.planned} are filed"
    return (
        f"case {opened.id}: {how}; a mark counts once, however often it is quoted",
        "in a case a copy's label stands for all copies of its recipient in the documents of the case",
    )


def _named(evidence: CaseEvidence, test: Test, hits: Sequence[Hit]) -> tuple[Named, ...]:
    if not hits:
        return ()
    copies = strongest(evidence, [hit.holder for hit in hits])
    places = {(one.document, one.version): place for place, one in enumerate(test.candidates)}
    named = []
    for hit in hits:
        key, index = copies[hit.holder]
        score = float(-np.log10(max(hit.p_value, 1e-300)))
        named.append(Named(places[key], index, hit.p_value, hit.p_familywise, max(hit.log_evalues), "case", score))
    return tuple(named)


def _named_units(evidence: CaseEvidence, test: Test, hits: Sequence[Hit]) -> tuple[Named, ...]:
    """Named organisations, by the number that they have in the first version of the case that reached them."""
    names = {number: name for name, number in evidence.units.numbers.items()}
    found = []
    for hit in sorted(hits, key=lambda one: (one.p_familywise, one.holder)):
        for place, one in enumerate(test.candidates):
            units = evidence.books[one.document, one.version].units
            if names[hit.holder] in units and one.codebook.shared.any():
                number, score = units.index(names[hit.holder]), float(-np.log10(max(hit.p_value, 1e-300)))
                best = max(hit.log_evalues)
                found.append(Named(place, number, hit.p_value, hit.p_familywise, best, "organisation", score))
                break
    return tuple(found)


def _history(
    tx: Tx, exhibits: Sequence[Filed], evidence: CaseEvidence, hits: Sequence[Hit], opened: OpenCase
) -> tuple[HistoryStep, ...]:
    steps = []
    for place, (one, marks) in enumerate(zip(exhibits, evidence.new_marks, strict=True)):
        verdict = tx.trace(one.trace).verdict
        named = len(codec.decode(verdict, Verdict).named) if verdict else 0
        logs = tuple(hit.log_evalues[place] for hit in hits) if opened.decides == "e" else ()
        steps.append(HistoryStep(one.filed_at, one.name, one.document, marks, named, logs))
    return tuple(steps)
