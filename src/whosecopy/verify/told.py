"""A verified bundle told to people: the case with its names put in, and what stands behind it."""

from dataclasses import replace

from whosecopy.model import Case
from whosecopy.trace.report.proofs import Proofs, Record, Rows
from whosecopy.verify.bundle import Bundle
from whosecopy.verify.check import Finding
from whosecopy.verify.commitments import hand_outs
from whosecopy.verify.records import entries

_COMMITTED = (
    ("master", "master_sha256"),
    ("template", "template_sha256"),
    ("biases", "biases_sha256"),
    ("key of the codewords", "code_sha256"),
    ("key of the biases", "bias_sha256"),
    ("key of the labels", "labels_sha256"),
    ("key of the decoys", "decoy_sha256"),
)


def told(bundle: Bundle) -> Case:
    """The case of the bundle with recipients, hand-outs and replies, where the identities were opened."""
    case, copies = bundle.case, bundle.evidence.copies
    case = replace(case, responses=bundle.evidence.responses)
    if not copies:
        return case
    named = tuple(
        replace(one, recipient=copy.recipient, organisation=copy.organisation)
        for one, copy in zip(case.verdict.named, copies, strict=True)
    )
    how = replace(case.verdict.how, hand_outs=hand_outs(bundle))
    return replace(case, verdict=replace(case.verdict, named=named, how=how))


def proofs(bundle: Bundle, finding: Finding) -> Proofs:
    """What the report says of records, commitments and approvals."""
    log = (
        ("Origin", finding.origin),
        ("Records in the log", f"{finding.log_size:,}, of which {sum(1 for _ in entries(bundle.log))} are shown"),
        *(("Seen from outside", one) for one in finding.witnessed),
    )
    records = sorted(
        Record(one.header.sequence, one.header.kind, one.content.now if one.content else "")
        for one in entries(bundle.log)
    )
    return Proofs(
        result=finding.result,
        checked=finding.checked,
        not_checked=finding.not_checked,
        key=finding.key,
        fingerprint=finding.fingerprint,
        log=log,
        records=tuple(records),
        commitments=_commitments(bundle),
        opening=_opening(bundle),
    )


def _commitments(bundle: Bundle) -> Rows:
    panel = bundle.evidence.panels[bundle.best]
    mine = [one for one in bundle.evidence.records if (one.document, one.version) == (panel.document, panel.version)]
    fixed = tuple((label, str(getattr(mine[0], name))) for label, name in _COMMITTED)
    batches = ((f"copies, batch {one.batch} of {one.count:,}", one.copies_root) for one in mine)
    return (*fixed, *batches)


def _opening(bundle: Bundle) -> Rows:
    return tuple(
        (one.approval.approver, f"approved {one.approval.now}, for this purpose: {one.approval.statement.purpose}")
        for one in bundle.evidence.approvals
    )
