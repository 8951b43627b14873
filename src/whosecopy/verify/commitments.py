"""What was fixed at seal: nothing that scores was chosen after the leak, and nobody was left out of the count."""

import hashlib
import re
from collections.abc import Sequence
from typing import Any

from whosecopy.codes.codebook import Codebook, make_codebook
from whosecopy.codes.commit import NO_RECORD, SealRecord, commitment, leaf, recipient_leaf
from whosecopy.codes.copylabels import ALPHABET
from whosecopy.codes.keys import KEY_BYTES, NOT_OPENED, Secrets
from whosecopy.errors import InputError, IntegrityError
from whosecopy.model import codec
from whosecopy.tlog.merkle import HASH_BYTES, check_inclusion, leaf_hash
from whosecopy.verify.archive import unhex
from whosecopy.verify.bundle import Bundle
from whosecopy.verify.records import about
from whosecopy.verify.values import Entry, OpenedCopy, Panel, template_member

_LABEL = re.compile(f"[{ALPHABET}]{{4}}-[{ALPHABET}]{{2}}")


def check_commitments(bundle: Bundle) -> list[Codebook]:
    """The codebook of each version in play, without the keys that are never opened, after checking all of them.

    Raises `IntegrityError` where a key, template, level, count, copy or recipient is not what was committed.
    """
    evidence = bundle.evidence
    documents = dict.fromkeys(panel.document for panel in evidence.panels)
    issue = {document: _check_seals(bundle, document) for document in documents}
    traced, tested = _check_test(bundle)
    codebooks = []
    for number, panel in enumerate(evidence.panels):
        earlier = [record for record, sequence in issue[panel.document] if sequence < traced.header.sequence]
        mine = [record for record in earlier if record.version == panel.version]
        if sum(record.count for record in mine) != panel.issued or not mine:
            raise IntegrityError(
                f"{panel.document} version {panel.version}: {panel.issued} copies were tested, "
                f"but {sum(record.count for record in mine)} had been issued"
            )
        codebooks.append(_check_panel(bundle, number, mine))
        if any(bundle.case.verdict.alpha > record.alpha for record in mine):
            raise IntegrityError("the level of the verdict is above the one fixed at seal")
    if tested["codewords"] != bundle.case.verdict.codewords:
        raise IntegrityError("the verdict counts other codewords than the test that was recorded")
    _check_copies(bundle, codebooks)
    return codebooks


def _check_seals(bundle: Bundle, document: str) -> list[tuple[SealRecord, int]]:
    """The seal records of a document with the sequence of their entries: chained, logged, indices without gap."""
    records = [one for one in bundle.evidence.records if one.document == document]
    logged = [one for one in bundle.log.documents.get(document, ()) if one.header.kind == "seal"]
    if len(records) != len(logged):
        raise IntegrityError(f"{document}: {len(logged)} seals are logged, {len(records)} records are in the bundle")
    previous, issued = NO_RECORD, 0
    following: dict[int, tuple[int, int]] = {}
    for record, entry in zip(records, logged, strict=True):
        batch, first = following.get(record.version, (1, 0))
        if (record.batch, record.first, record.previous) != (batch, first, previous) or record.count < 1:
            raise IntegrityError(f"{document} version {record.version}: indices or records leave a gap")
        previous = hashlib.sha256(codec.encode(record)).hexdigest()
        issued += record.count
        if entry.content is None:
            raise IntegrityError(
                f"record {entry.header.sequence} (seal) is not opened: it was erased, "
                "and what it issued can no longer be verified"
            )
        if (entry.content.payload.get("record"), entry.header.issued) != (previous, issued):
            raise IntegrityError(f"{document}: record {entry.header.sequence} (seal) is of another seal record")
        following[record.version] = batch + 1, first + record.count
    return [(record, entry.header.sequence) for record, entry in zip(records, logged, strict=True)]


def _check_test(bundle: Bundle) -> tuple[Entry, dict[str, Any]]:
    """The record of the trace, and what was recorded of the test before anything was scored."""
    case, evidence = bundle.case, bundle.evidence
    found = [about(bundle.log, kind, case.verdict.case) for kind in ("trace", "test", "verdict")]
    if any(len(one) != 1 or one[0].content is None for one in found):
        raise IntegrityError("the records of trace, test and verdict are not in the bundle, each once")
    if case.of_case or (evidence.copies and evidence.copies[0].panel != bundle.best):
        raise IntegrityError("the verdict is about another version than the copy that it names first, or about a case")
    (traced,), (tested,), (concluded,) = found
    if not traced.header.sequence < tested.header.sequence < concluded.header.sequence:
        raise IntegrityError("trace, test and verdict were not recorded in this order")
    told = [one.content.payload for one in (traced, tested, concluded) if one.content]
    if told[0].get("encoding") != evidence.encoding:
        raise IntegrityError("the encoding of the exhibit differs from what was recorded")
    if told[0].get("exhibit") != case.exhibit.sha256 or told[2].get("outcome") != case.verdict.outcome.value:
        raise IntegrityError("exhibit or outcome differ from what was recorded")
    if any(one.content and one.content.now != case.traced_at for one in (traced, tested, concluded)):
        raise IntegrityError("the time of the case differs from the records' time")
    versions = [
        [one.document, one.version, one.issued, hashlib.sha256(codec.encode(one.levels)).hexdigest()]
        for one in evidence.panels
    ]
    expected = {"retrace": case.retrace, "alpha": case.tested_alpha, "versions": versions}
    for name, value in expected.items():
        if told[1].get(name) != value:
            raise IntegrityError(f"{name} of the case differs from what was recorded before anything was scored")
    return traced, told[1]


def _check_panel(bundle: Bundle, number: int, records: Sequence[SealRecord]) -> Codebook:
    panel, template = bundle.evidence.panels[number], bundle.templates[number]
    opened = {name: unhex(getattr(panel, name), f"key {name}", KEY_BYTES) for name in ("bias", "labels", "decoy")}
    name = template_member(number)
    try:
        codebook = make_codebook(template, _secrets(opened))
    except InputError as error:
        raise IntegrityError(f"{name}: {error}") from error
    facts = {
        "master_sha256": template.master_sha256,
        "template_sha256": hashlib.sha256(bundle.members[name]).hexdigest(),
        "packs": template.packs,
        "biases_sha256": hashlib.sha256(codebook.biases.astype(">u2").tobytes()).hexdigest(),
        **{f"{purpose}_sha256": commitment(purpose, key) for purpose, key in opened.items()},
    }
    for record in records:
        for fact, value in facts.items():
            if getattr(record, fact) != value:
                raise IntegrityError(f"{name}: {fact} differs from what was committed at seal")
    if len(panel.levels) != template.length or any(len(row) != codebook.biases.shape[1] for row in panel.levels):
        raise IntegrityError(f"the reading of {panel.document} version {panel.version} has not one row per mark")
    return codebook


def _secrets(opened: dict[str, bytes]) -> Secrets:
    """The opened keys; whatever needed one of the others would refuse."""
    return Secrets(**(dict.fromkeys(Secrets.__slots__, NOT_OPENED) | opened))


def _check_copies(bundle: Bundle, codebooks: Sequence[Codebook]) -> None:
    copies, verdict = bundle.evidence.copies, bundle.case.verdict
    named = verdict.named
    if any(one.recipient or one.organisation for one in named) or verdict.how.hand_outs:
        raise IntegrityError("the stored case tells a recipient, which no stored case does")
    if not copies:
        return
    if [one.copy for one in copies] != [one.copy for one in named]:
        raise IntegrityError("the opened copies are not those that the verdict names")
    if len({(one.panel, one.index) for one in copies}) != len(copies):
        raise IntegrityError("a copy is opened twice")
    for copy in copies:
        if not 0 <= copy.panel < len(bundle.evidence.panels):
            raise IntegrityError(f"copy {copy.copy} belongs to no version in play")
        _check_copy(bundle, copy, codebooks[copy.panel])
    hand_outs(bundle)


def _check_copy(bundle: Bundle, copy: OpenedCopy, codebook: Codebook) -> None:
    panel = bundle.evidence.panels[copy.panel]
    record = _issued_in(bundle.evidence.records, panel, copy)
    if not _LABEL.fullmatch(copy.copy):
        raise IntegrityError(f"{copy.copy[:40]!r} is no label of a copy")
    word = unhex(copy.codeword, f"codeword of {copy.copy}", codebook.template.length)
    if any(symbol >= mark.q for symbol, mark in zip(word, codebook.template.marks, strict=True)):
        raise IntegrityError(f"the codeword of copy {copy.copy} has a symbol that its mark has not")
    salt, other = (unhex(one, f"salt of {copy.copy}", HASH_BYTES) for one in (copy.salt, copy.recipient_salt))
    leaves = {
        "copies_root": (leaf(salt, codebook.digest, copy.index, copy.copy, word), copy.path),
        "recipients_root": (
            recipient_leaf(other, codebook.digest, copy.index, copy.recipient, copy.organisation),
            copy.recipient_path,
        ),
    }
    for name, (found, path) in leaves.items():
        proof = [unhex(one, f"path of {copy.copy}", HASH_BYTES) for one in path]
        root = unhex(getattr(record, name), name, HASH_BYTES)
        try:
            check_inclusion(leaf_hash(found), copy.index - record.first, record.count, proof, root)
        except IntegrityError as error:
            raise IntegrityError(f"copy {copy.copy} is not what was committed at seal ({name}): {error}") from error


def _issued_in(records: Sequence[SealRecord], panel: Panel, copy: OpenedCopy) -> SealRecord:
    for one in records:
        ours = (one.document, one.version) == (panel.document, panel.version)
        if ours and one.first <= copy.index < one.first + one.count and copy.index < panel.issued:
            return one
    raise IntegrityError(f"copy {copy.copy} has an index that was never issued")


def hand_outs(bundle: Bundle) -> tuple[str, ...]:
    """When each named copy was made and handed out, as the records say it.

    Raises `IntegrityError` where no record says that a named copy was handed out.
    """
    lines = []
    first = bundle.evidence.panels[bundle.best]
    for copy in bundle.evidence.copies:
        panel = bundle.evidence.panels[copy.panel]
        other = "" if panel is first else f" of {panel.document} version {panel.version}"
        told = [one for one in bundle.log.documents[panel.document] if _hands_out(one, panel.version, copy.index)]
        if not any(one.header.kind == "hand-out" for one in told):
            raise IntegrityError(f"no record says that copy {copy.copy} was handed out")
        label = f"copy {copy.copy}{other}"
        lines += [f"{label}: {one.header.kind} recorded {one.content.now}" for one in told if one.content]
    return tuple(lines)


def _hands_out(entry: Entry, version: int, index: int) -> bool:
    if entry.header.kind not in ("seal", "hand-out") or entry.content is None:
        return False
    told = entry.content.payload
    first, count = told.get("first"), told.get("count")
    if told.get("version") != version or not isinstance(first, int) or not isinstance(count, int):
        return False
    return first <= index < first + count
