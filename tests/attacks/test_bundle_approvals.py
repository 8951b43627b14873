"""Approvals in a bundle: replayed, expired, forged, by the requester, twice by one person, or left out."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from whosecopy.errors import IntegrityError
from whosecopy.model import codec
from whosecopy.model.approval import Statement, message
from whosecopy.vault.bundling import bundle
from whosecopy.vault.log_keys import key_string, log_seed
from whosecopy.verify import verify
from whosecopy.verify.archive import pack, unpack
from whosecopy.verify.envelope import enclose

NOW = "2041-05-06T07:08:09+00:00"


@pytest.fixture
def opened(council):
    """The members of the bundle of a case that ann and cid opened, and a way to sign them anew."""
    return _Opened(council, "p-003")


class _Opened:
    def __init__(self, council, recipient):
        leak = council.sealed.copies[recipient]
        case = council.case(recipient)
        for name in ("ann", "cid"):
            assert council.approves(name, case, "inquiry 7").code == 0
        council.desk.ok("reveal", case)
        with council.desk.vault() as vault:
            data = bundle(vault, case, [(leak.read_bytes(), leak.name)], NOW)
            with vault.snapshot() as tx:
                self.seed, self.key = log_seed(tx), key_string(tx, vault.id)
        self.case, self.data = case, data
        self.members = unpack(data)
        del self.members["envelope.json"]

    @property
    def approvals(self):
        return json.loads(self.members["evidence.json"])["approvals"]

    def with_approvals(self, approvals):
        """The bundle with other approvals, signed anew by the operator."""
        evidence = json.loads(self.members["evidence.json"]) | {"approvals": approvals}
        members = {**self.members, "evidence.json": codec.encode(evidence)}
        signer = Ed25519PrivateKey.from_private_bytes(self.seed)
        return pack({**members, "envelope.json": enclose(self.case, members, self.key, signer.sign)})


def reason(data):
    with pytest.raises(IntegrityError) as refused:
        verify(data)
    return str(refused.value)


def signed_by(seed, approval, **changes):
    """An approval with some of its statement changed, signed with a key of the forger's own."""
    from base64 import b64encode

    key = Ed25519PrivateKey.from_private_bytes(seed)
    statement = approval["approval"]["statement"] | changes
    made = Statement(**{**statement, "documents": tuple(statement["documents"])})
    inner = approval["approval"] | {"statement": statement, "signature": key.sign(message(made)).hex()}
    credential = "ed25519:" + b64encode(key.public_key().public_bytes_raw()).decode()
    return {"approval": inner, "credential": credential}


def test_the_honest_bundle_passes(opened):
    assert verify(opened.data)[1].result == "arithmetic_ok, reading_not_checked"


def test_an_approval_replayed_from_another_case_is_refused(council, opened):
    other = _Opened(council, "p-004")
    assert "it was replayed" in reason(opened.with_approvals(other.approvals))


def test_an_approval_of_another_purpose_or_verdict_is_refused(opened):
    ann, cid = opened.approvals
    for changes in ({"purpose": "curiosity"}, {"verdict_sha256": "00" * 32}, {"alpha": 1e-3}, {"case": "case-000000"}):
        forged = signed_by(b"\x01" * 32, ann, **changes)
        assert "it was replayed" in reason(opened.with_approvals([forged, cid]))


def test_an_approval_that_somebody_else_signed_is_refused(opened):
    ann, cid = opened.approvals
    forged = signed_by(b"\x01" * 32, ann)["approval"]
    told = reason(opened.with_approvals([{"approval": forged, "credential": ann["credential"]}, cid]))
    assert told == "the approval of ann was not signed with the key registered for this name"


def test_one_person_cannot_approve_twice(opened):
    ann, _ = opened.approvals
    assert "are not those on which the identities were opened" in reason(opened.with_approvals([ann, ann]))
    twin = signed_by(b"\x01" * 32, ann)
    same_key = [twin, {**twin, "approval": {**twin["approval"], "approver": "cid"}}]
    assert "two approvals are by one approver" in reason(opened.with_approvals(same_key))


def test_too_few_approvals_are_refused(opened):
    ann, cid = opened.approvals
    for few in ([], [ann], [cid]):
        assert f"opened on {len(few)} approvals, the vault asks for 2" in reason(opened.with_approvals(few))


def test_an_approval_of_the_requesters_own_is_refused(opened):
    ann, cid = opened.approvals
    own = signed_by(b"\x01" * 32, ann, requester="Ann")
    assert "asked for the trace and approved its opening" in reason(opened.with_approvals([own, cid]))


def test_an_approval_that_had_expired_is_refused(opened):
    ann, cid = opened.approvals
    late = signed_by(b"\x01" * 32, ann, expires="2001-01-01T00:00:00+00:00")
    assert "expired 2001-01-01" in reason(opened.with_approvals([late, cid]))


def test_an_approval_dated_before_the_verdict_is_refused(opened):
    ann, cid = opened.approvals
    early = {**ann, "approval": {**ann["approval"], "now": "2001-01-01T00:00:00+00:00"}}
    assert "not between verdict and reveal" in reason(opened.with_approvals([early, cid]))


def test_an_approval_that_nobody_recorded_is_refused(opened):
    ann, cid = opened.approvals
    other = signed_by(b"\x01" * 32, ann, expires="2099-01-01T00:00:00+00:00")
    assert "no record says that ann approved" in reason(opened.with_approvals([other, cid]))
