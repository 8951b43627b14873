"""A case as a bundle that anybody can verify: everything its numbers follow from, and nobody else's codeword."""

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from whosecopy import __version__
from whosecopy.codes.codebook import Codebook
from whosecopy.codes.commit import SealRecord, recipients_key, salt
from whosecopy.errors import InputError, IntegrityError
from whosecopy.media.tesseract import engine
from whosecopy.model import Case, Outcome, Template, codec
from whosecopy.seal.record import copy_leaves, recipient_leaves
from whosecopy.tlog.merkle import inclusion_path
from whosecopy.trace.exhibit import File, digest_of
from whosecopy.trace.read import read_leak
from whosecopy.vault.bundling_log import Version, collect, prove, recorded
from whosecopy.vault.cases import refuse_several
from whosecopy.vault.codebooks import sealed_codebook
from whosecopy.vault.commitments import records
from whosecopy.vault.custodian_messages import BUNDLE
from whosecopy.vault.log import log_key
from whosecopy.vault.log_keys import log_seed
from whosecopy.vault.opening import Opening, case_of, opening, stored
from whosecopy.vault.opening_approvals import approvals
from whosecopy.vault.people import everybody, named
from whosecopy.vault.store import Tx, Vault
from whosecopy.vault.store_session import is_row
from whosecopy.vault.tables import readings
from whosecopy.vault.unverifiable import erased
from whosecopy.verify import values, verify
from whosecopy.verify.archive import pack
from whosecopy.verify.arithmetic import marks_seen
from whosecopy.verify.bundle import best_panel
from whosecopy.verify.envelope import enclose
from whosecopy.verify.reread import stretches
from whosecopy.verify.values import Evidence, Given, OpenedCopy, Panel


def bundle(vault: Vault, case: str, files: Sequence[File], now: str, since: bytes | None = None) -> bytes:
    """The bundle of a stored case; `files` are the exhibit that was traced, which the vault does not keep.

    The same vault, files and log give the same bytes. While the identities are sealed no copy is opened in it.
    With `since`, a checkpoint kept elsewhere, it proves that the log goes on from that one.

    Raises `InputError` where the case or exhibit is another one or there is nothing to verify, `AccessError`
    where the case was ended, `IntegrityError` where what the vault holds would not verify.
    """
    with vault.snapshot() as tx:
        refuse_several(tx, case)
        responses = case_of(tx, case).responses
        found = opening(tx, case)
        kept = codec.decode(stored(tx, case), Case)
        files = _checked(kept, files)
        gone = erased(tx, kept.verdict.case, kept, found.facts.documents)
        if gone:
            raise InputError(f"{case}: {gone}, so no bundle can be made of it any more; those made before stay valid")
        versions, encoding = recorded(tx, case, found.facts.documents[0])
        templates, panels, codebooks = _panels(tx, kept, versions)
        copies = tuple(_opened(tx, found, panels, codebooks)) if found.reveal else ()
        documents = [*dict.fromkeys(document for document, _, _ in versions)]
        evidence = Evidence(
            files=tuple(values.File(name, hashlib.sha256(data).hexdigest()) for data, name in files),
            encoding=encoding,
            panels=panels,
            copies=copies,
            records=tuple(one for document in documents for one, _ in records(tx, document)),
            approvals=tuple(_approvals(tx, case)),
            responses=responses,
            software=_software(kept),
        )
        places = [(panels[one.panel].document, panels[one.panel].version, one.index) for one in copies]
        log = collect(tx, case, documents, places)
        masters = _masters(tx, kept, templates, versions)
        seed = log_seed(tx) or b""
    log, signed = prove(vault, log, now, since)
    best = best_panel(kept, panels)
    members = {
        values.CASE: codec.encode(kept),
        values.EVIDENCE: codec.encode(evidence),
        values.LOG: codec.encode(log),
        values.MARKS: codec.encode(marks_seen(templates[best], panels[best].levels, kept)),
        values.CHECKPOINT: signed,
        **{values.template_member(number): codec.encode(one) for number, one in enumerate(templates)},
        **masters,
        **{values.exhibit_member(number): data for number, (data, _) in enumerate(files)},
    }
    key = Ed25519PrivateKey.from_private_bytes(seed)
    data = pack({**members, values.ENVELOPE: enclose(case, members, log_key(vault), key.sign)})
    verify(data)
    return data


def _checked(case: Case, files: Sequence[File]) -> list[File]:
    """The files under the names they were traced by."""
    if case.verdict.outcome is Outcome.NO_DOCUMENT:
        raise InputError(f"{case.verdict.case}: matches no document; there is nothing to verify")
    if case.of_case:
        raise InputError(
            f"{case.verdict.case}: was decided with the other exhibits of {case.of_case}; no bundle holds it"
        )
    if digest_of(files) != case.exhibit.sha256:
        raise InputError(f"{case.verdict.case}: is about other files; give those that were traced, in the same order")
    if len(files) == 1:
        return [(files[0][0], case.exhibit.name)]
    if ", ".join(name for _, name in files) != case.exhibit.name:
        raise InputError(f"{case.verdict.case}: its files were called {case.exhibit.name}; give them these names")
    return list(files)


def _masters(tx: Tx, case: Case, templates: Sequence[Template], versions: Sequence[Version]) -> dict[str, bytes]:
    """The masters that pages and pictures were measured against: whoever reads these again needs them."""
    known = {one.template_sha256 for one in case.exhibit.measured}
    return {
        values.master_member(panel): tx.load_master(document, version)
        for panel, (template, (document, version, _)) in enumerate(zip(templates, versions, strict=True))
        if codec.digest(template).hex() in known
    }


def _panels(
    tx: Tx, case: Case, versions: Sequence[Version]
) -> tuple[tuple[Template, ...], tuple[Panel, ...], tuple[Codebook, ...]]:
    """What was in play: templates, readings with their alignment and opened keys, and codebooks."""
    templates, panels, codebooks = [], [], []
    for document, version, issued in versions:
        template = codec.decode(tx.load_template(document, version), Template)
        codebook = sealed_codebook(tx, document, version, template, why=BUNDLE)
        sighting = read_leak(template, case.exhibit.text, case.exhibit.pages, case.exhibit.measured)
        row = next(tx.fetch(readings, is_row(readings, (case.verdict.case, document, version)), "reading"))
        levels = np.array(codec.decode(row["reading"], list[list[float]])).reshape(codebook.biases.shape)
        changed = (levels != sighting.reading.levels_nats).any(axis=1)
        if np.ptp(levels[changed], axis=1).any():
            raise IntegrityError(f"{document}: reads otherwise now than it was traced; use {case.software}")
        marks = [mark for mark, left_out in zip(template.marks, changed, strict=True) if left_out]
        secrets = codebook.secrets
        panels.append(
            Panel(
                document=document,
                version=version,
                issued=issued,
                bias=secrets.bias.hex(),
                labels=secrets.labels.hex(),
                decoy=secrets.decoy.hex(),
                levels=tuple(tuple(row) for row in levels.tolist()),
                alignment=stretches(sighting),
                left_out=tuple(sorted(site for mark in marks for site in mark.sites)),
                encoding=tx.version(document, version).encoding,
            )
        )
        templates.append(template)
        codebooks.append(codebook)
    return tuple(templates), tuple(panels), tuple(codebooks)


def _opened(tx: Tx, found: Opening, panels: Sequence[Panel], codebooks: Sequence[Codebook]) -> Iterator[OpenedCopy]:
    """The named copies with the paths from their leaves to the roots that were committed at seal."""
    labels = [book.copy_labels(panel.issued) for book, panel in zip(codebooks, panels, strict=True)]
    for identity in found.names.identities:
        number = next(number for number, known in enumerate(labels) if identity.copy in known)
        panel, book = panels[number], codebooks[number]
        index = labels[number].index(identity.copy)
        record = _issued_in(tx, panel, index)
        everyone = [issue.recipient for issue in tx.recipients(panel.document, panel.version)]
        people = everyone[record.first : record.first + record.count]
        copies = copy_leaves(book, record.first, record.count)
        recipients = recipient_leaves(book, record.first, people)
        at = index - record.first
        yield OpenedCopy(
            copy=identity.copy,
            panel=number,
            index=index,
            salt=salt(book.secrets.commit, index).hex(),
            codeword=book.symbols(index, 1)[0].tobytes().hex(),
            path=tuple(one.hex() for one in inclusion_path(copies, at)),
            recipient=people[at].id,
            organisation=people[at].organisation,
            recipient_salt=salt(recipients_key(book.secrets.commit, book.digest), index).hex(),
            recipient_path=tuple(one.hex() for one in inclusion_path(recipients, at)),
        )


def _issued_in(tx: Tx, panel: Panel, index: int) -> SealRecord:
    """The seal record of the batch that holds a copy."""
    for record, _ in records(tx, panel.document):
        if record.version == panel.version and record.first <= index < record.first + record.count:
            return record
    raise IntegrityError(f"{panel.document}: no seal record issues a named copy; restore the vault from a backup")


def _approvals(tx: Tx, case: str) -> Iterator[Given]:
    people = everybody(tx)
    for approval in approvals(tx, case):
        person = named(people, approval.approver)
        yield Given(approval, person.credential if person else "")


def _software(case: Case) -> dict[str, str]:
    """What made the bundle and what read the exhibit."""
    found = {"case": case.software, "bundle": f"whosecopy {__version__}"}
    return found | ({"ocr": engine()} if "image/" in case.exhibit.media or "pdf" in case.exhibit.media else {})
