"""What was committed at seal, compared with what the vault holds now: before a leak meets a codeword."""

import hashlib
from collections.abc import Sequence

from whosecopy.codes.commit import NO_RECORD, SealRecord
from whosecopy.errors import IntegrityError
from whosecopy.model import codec
from whosecopy.seal.record import Place, copy_leaves, encode_record, make_record, organisation_leaves, recipient_leaves
from whosecopy.tlog.merkle import root
from whosecopy.trace.judge import Candidate
from whosecopy.vault.events import events
from whosecopy.vault.store import Tx
from whosecopy.vault.store_batches import Batch

ALWAYS = 20_000
"""Up to so many copies of a version the leaf of every one is made again before it is scored."""
_OF_COPIES = frozenset({"count", "copies_root", "recipients_root", "organisations_root"})


def next_place(tx: Tx, document: str, version: int) -> Place:
    """Where the next batch of a version stands."""
    before = records(tx, document)
    previous = digest_of(before[-1][0]) if before else NO_RECORD
    batch = sum(record.version == version for record, _ in before) + 1
    return Place(document, version, batch, tx.next_index(document, version), previous)


def records(tx: Tx, document: str) -> list[tuple[SealRecord, Batch]]:
    """The seal records of all versions of `document` with the batches they are of, in the order of issue."""
    return [
        (codec.decode(batch.record, SealRecord), batch)
        for version in tx.versions(document)
        for batch in tx.batches(document, version.version)
    ]


def digest_of(record: SealRecord) -> str:
    """What the next record and the event of the seal call `record` by: SHA-256 of its canonical bytes, as hex."""
    return hashlib.sha256(encode_record(record)).hexdigest()


def check_records(tx: Tx, document: str) -> None:
    """Raise `IntegrityError` unless the seal records of `document` are those of its events, chained, without gap.

    Every batch has its record, every record its event; indices of a version follow each other from 0; the
    events' counter of issued copies is the sum of the records' counts.
    """
    issued, previous = 0, NO_RECORD
    following: dict[int, tuple[int, int]] = {}
    told = [event for event in events(tx, document) if event.header.kind == "seal"]
    kept = records(tx, document)
    if len(told) != len(kept):
        raise _differs(document, f"{len(kept)} batches of copies, but {len(told)} records of a seal")
    for event, (record, batch) in zip(told, kept, strict=True):
        number, first = following.get(batch.version, (1, 0))
        issued += record.count
        place = document, batch.version, number, first, batch.count, previous
        if place != (record.document, record.version, record.batch, record.first, record.count, record.previous):
            raise _differs(document, f"batch {batch.batch} of version {batch.version} leaves a gap or was altered")
        if (batch.batch, batch.first) != (number, first):
            raise _differs(document, f"batch {batch.batch} of version {batch.version} leaves a gap or was altered")
        previous = digest_of(record)
        told_record = previous if event.erased else event.payload["record"]
        if (told_record, event.header.issued) != (previous, issued):
            raise _differs(document, f"the record of batch {batch.batch} of version {batch.version} was altered")
        following[batch.version] = number + 1, first + batch.count


def check_sealed(tx: Tx, candidates: Sequence[Candidate]) -> None:
    """Raise `IntegrityError` unless all versions in play are what their seals committed to; before any scoring.

    Compared are the digests of master, template and biases, the commitments to the keys, the level, and the
    number of copies; and, up to 20,000 copies, the root over every codeword, label and recipient. Of larger
    versions `check_named` compares the batches that hold a named copy; not so where custodians give out the rows,
    who would learn which batch that is.
    """
    for document in dict.fromkeys(one.document for one in candidates):
        check_records(tx, document)
    for one in candidates:
        batches = _batches(tx, one)
        _check_facts(tx, one, batches)
        if one.issued <= ALWAYS or one.codebook.secrets.split:
            _check_copies(tx, one, batches)


def check_named(tx: Tx, candidate: Candidate, index: int) -> None:
    """Raise `IntegrityError` unless copy `index` is among those that the seal records committed to."""
    if candidate.issued > ALWAYS and not candidate.codebook.secrets.split:
        holding = [one for one in _batches(tx, candidate) if 0 <= index - one.first < one.count]
        _check_copies(tx, candidate, holding)


def _batches(tx: Tx, candidate: Candidate) -> list[Batch]:
    """The batches of a candidate up to the number of copies that it is judged over."""
    found = [
        one for one in tx.batches(candidate.document, candidate.version) if one.first + one.count <= candidate.issued
    ]
    if sum(one.count for one in found) != candidate.issued:
        raise _differs(candidate.document, f"version {candidate.version} has no record of all its copies")
    return found


def _check_facts(tx: Tx, candidate: Candidate, batches: Sequence[Batch]) -> None:
    document, version = candidate.document, candidate.version
    master = hashlib.sha256(tx.load_master(document, version)).hexdigest()
    if master != candidate.codebook.template.master_sha256:
        raise _differs(document, f"the master of version {version} is not the one that was sealed")
    for batch in batches:
        kept = codec.decode(batch.record, SealRecord)
        place = Place(document, version, batch.batch, batch.first, kept.previous)
        now = make_record(candidate.codebook, place, (), candidate.alpha, kept.software)
        for name in SealRecord.__slots__:
            if name not in _OF_COPIES and getattr(kept, name) != getattr(now, name):
                raise _differs(document, f"{name} of version {version} differs from what was committed at seal")


def _check_copies(tx: Tx, candidate: Candidate, batches: Sequence[Batch]) -> None:
    """Make the leaves of all copies of `batches` again and compare the roots."""
    first, end = batches[0].first, batches[-1].first + batches[-1].count
    people = [issue.recipient for issue in tx.recipients(candidate.document, candidate.version)][first:end]
    copies = copy_leaves(candidate.codebook, first, end - first)
    recipients = recipient_leaves(candidate.codebook, first, people)
    for batch in batches:
        kept = codec.decode(batch.record, SealRecord)
        mine = slice(batch.first - first, batch.first - first + batch.count)
        groups = organisation_leaves(candidate.codebook, batch.first, people[mine])
        made = {"copies_root": copies[mine], "recipients_root": recipients[mine], "organisations_root": groups}
        for name, leaves in made.items():
            if getattr(kept, name) != root(leaves).hex():
                what = f"{name} of version {candidate.version} differs from what was committed at seal"
                what += ", or a custodian gives out other rows than then" if candidate.codebook.secrets.split else ""
                raise _differs(candidate.document, what)


def _differs(document: str, what: str) -> IntegrityError:
    return IntegrityError(f"{document}: {what}; restore the vault from a backup")
