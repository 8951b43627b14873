"""Who let the identities be opened: every approval is signed, for this very verdict, and recorded in time."""

from collections.abc import Sequence

from whosecopy.errors import IntegrityError
from whosecopy.model import codec
from whosecopy.model.approval import Statement, holds, plain
from whosecopy.verify.bundle import Bundle
from whosecopy.verify.records import about, moment
from whosecopy.verify.values import Content, Given


def check_opening(bundle: Bundle) -> None:
    """Raise `IntegrityError` unless opened copies were revealed by as many approvals as the vault asks for.

    Each is an Ed25519 signature over exhibit, documents, verdict, level, purpose, requester and expiry.
    """
    case, given = bundle.case.verdict.case, bundle.evidence.approvals
    revealed = [one.content for one in about(bundle.log, "reveal", case) if one.content]
    if not bundle.evidence.copies:
        if bundle.case.verdict.named and (revealed or given):
            raise IntegrityError("the identities were opened, but no copy is")
        return
    if len(revealed) != 1:
        raise IntegrityError("copies are opened, but no record says that the identities were")
    (reveal,) = revealed
    needed = reveal.payload.get("policy")
    if not isinstance(needed, int) or needed < 1 or (needed > 1 and len(given) < needed):
        raise IntegrityError(f"the identities were opened on {len(given)} approvals, the vault asks for {needed}")
    if [one.approval.approver for one in given] != reveal.payload.get("approvers", []):
        raise IntegrityError("the approvals in the bundle are not those on which the identities were opened")
    if len({one.credential for one in given}) != len(given) or len(
        {plain(one.approval.approver) for one in given}
    ) != len(given):
        raise IntegrityError("two approvals are by one approver")
    recorded = [one.content for one in about(bundle.log, "approval", case) if one.content]
    for one in given:
        _check_approval(bundle, one, reveal, recorded)


def _check_approval(bundle: Bundle, given: Given, reveal: Content, recorded: Sequence[Content]) -> None:
    approval, name = given.approval, given.approval.approver
    signed = approval.statement
    if not holds(approval, given.credential):
        raise IntegrityError(f"the approval of {name} was not signed with the key registered for this name")
    if signed != _expected(bundle, signed) or signed.purpose != reveal.payload.get("purpose"):
        raise IntegrityError(f"the approval of {name} is for another case, verdict or purpose: it was replayed")
    if plain(name) == plain(signed.requester):
        raise IntegrityError(f"{name} asked for the trace and approved its opening")
    given_at, opened_at = moment(approval.now, f"approval of {name}"), moment(reveal.now, "reveal")
    if not moment(bundle.case.traced_at, "the case") <= given_at <= opened_at:
        raise IntegrityError(f"the approval of {name} is dated {approval.now}, not between verdict and reveal")
    if opened_at > moment(signed.expires, f"expiry of {name}"):
        raise IntegrityError(f"the approval of {name} expired {signed.expires}, before the reveal")
    facts = {"approver": name, "purpose": signed.purpose, "expires": signed.expires}
    if not any(one.now == approval.now and facts.items() <= one.payload.items() for one in recorded):
        raise IntegrityError(f"no record says that {name} approved")


def _expected(bundle: Bundle, signed: Statement) -> Statement:
    """What has to be signed for this case, with the purpose, requester and expiry that were signed."""
    verdict = bundle.case.verdict
    return Statement(
        case=verdict.case,
        exhibit_sha256=bundle.case.exhibit.sha256,
        documents=tuple(dict.fromkeys(panel.document for panel in bundle.evidence.panels)),
        verdict_sha256=codec.digest(verdict).hex(),
        alpha=verdict.alpha,
        purpose=signed.purpose,
        requester=signed.requester,
        expires=signed.expires,
    )
