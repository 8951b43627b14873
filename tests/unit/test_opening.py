"""A verdict names a copy; it takes two people, and only two who may, to learn whose it was."""

import csv
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from whosecopy.errors import AccessError, InputError, IntegrityError
from whosecopy.model import Recipient, codec
from whosecopy.model.approval import Approval, Statement
from whosecopy.seal.notice import NOTICE
from whosecopy.vault.cases import open_case
from whosecopy.vault.casework import TraceOptions
from whosecopy.vault.events import events, record
from whosecopy.vault.opening import case_of, opening
from whosecopy.vault.opening_approvals import approvals, approve, end, reveal
from whosecopy.vault.opening_checks import statement_of
from whosecopy.vault.people_approvals import add_approval, expiry
from whosecopy.vault.people_keys import Signer, load_signing_key
from whosecopy.vault.tracing import trace

LATER = "2041-05-06T07:08:09+00:00"
"""After every trace that these tests make."""


def signer(council, name):
    return Signer(name, load_signing_key(council.desk.home / f"{name}.key"))


def at(hours):
    """The moment `hours` after LATER."""
    return expiry(LATER, hours)


def refusals(desk):
    with desk.vault() as vault, vault.snapshot() as tx:
        return [event.payload["reason"] for event in events(tx) if event.header.kind == "refusal"]


def test_in_a_vault_of_one_person_a_trace_reveals_and_the_record_says_so(memo):
    desk, sealed = memo
    found = desk.ok("trace", "-", stdin=sealed.copies["p-003"].read_bytes())
    assert [(one["recipient"], one["organisation"]) for one in found["named"]] == [("p-003", "west")]
    assert desk.ok("reveal", found["case"]) == found
    with desk.vault() as vault, vault.snapshot() as tx:
        kinds = [event.header.kind for event in events(tx)]
        assert kinds[-2:] == ["verdict", "reveal"]
        assert b"p-003" not in tx.trace(found["case"]).case
        assert b"p-003" not in tx.trace(found["case"]).verdict


def test_two_approvals_with_one_purpose_open_the_identity_for_everybody_who_asks_again(council):
    desk, case = council.desk, council.case()
    sealed = desk.ok("trace", council.sealed.copies["p-003"])
    assert [(one["recipient"], one["organisation"]) for one in sealed["named"]] == [(None, None)]
    assert "has 0 of the 2 approvals" in desk.refused("reveal", case)
    first = council.approves("ann", case, "inquiry  7")
    assert "1 of 2" in first.out
    assert "has 1 of the 2 approvals" in desk.refused("reveal", case)
    assert "Next: whosecopy reveal" in council.approves("cid", case, " inquiry 7 ").out
    opened = desk.ok("reveal", case)
    assert [(one["recipient"], one["organisation"]) for one in opened["named"]] == [("p-003", "west")]
    assert opened["how"]["hand_outs"]
    assert desk.ok("trace", council.sealed.copies["p-003"]) == opened
    assert "approved by ann, cid, for this purpose: inquiry 7" in desk.run("reveal", case).out
    assert "is open already" in desk.refused("approve", case, *council.signs("ann"), "--purpose", "more")
    with desk.vault() as vault, vault.snapshot() as tx:
        assert [one.approver for one in approvals(tx, case)] == ["ann", "cid"]
        of_case = [event for event in events(tx, council.sealed.id) if event.payload.get("case") == case]
        assert [event.header.kind for event in of_case] == ["approval", "approval", "reveal"]
        assert "p-003" not in str([event.payload for event in of_case])


def test_approvals_for_different_purposes_do_not_add_up(council):
    case = council.case()
    council.approves("ann", case, "inquiry")
    council.approves("cid", case, "curiosity")
    assert "with one and the same purpose" in council.desk.refused("reveal", case)
    assert council.approves("cid", case, "inquiry").code == 0
    assert council.desk.ok("reveal", case)["named"][0]["recipient"] == "p-003"


def test_an_approver_counts_once(council):
    case = council.case()
    council.approves("ann", case)
    again = council.approves("ann", case)
    assert (again.code, "counts once" in again.err) == (3, True)
    assert "has 1 of the 2" in council.desk.refused("reveal", case)
    assert refusals(council.desk) == ["duplicate", "missing"]


def test_whoever_asked_for_the_trace_cannot_approve(council):
    case = council.case("p-003", "--as", "Ann")
    refused = council.approves("ann", case)
    assert (refused.code, "asked for this trace" in refused.err) == (3, True)
    assert refusals(council.desk) == ["self"]
    assert council.approves("cid", case).code == 0


def test_without_a_name_the_account_is_who_asks(council, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "cid")
    refused = council.approves("cid", council.case())
    assert (refused.code, "asked for this trace" in refused.err) == (3, True)


def test_a_recipient_is_turned_away_with_the_same_words_whether_named_or_not(council):
    named, other = council.case("p-005"), council.case("p-003")
    first, second = council.approves("ben", named), council.approves("ben", other)
    assert (first.code, first.out, first.err) == (second.code, second.out, second.err)
    assert (first.code, "named or not" in first.err) == (2, True)
    assert refusals(council.desk) == ["recipient", "recipient"]


def test_a_recipient_is_known_by_address_too_and_in_every_version(council):
    desk = council.desk
    to = desk.file("more.csv", "id,organisation,email\nq-1,,CID@x.example\n")
    desk.ok("people", "remove", "cid", *council.signs("ann"))
    desk.ok("people", "remove", "cid", *council.signs("ben"))
    again = ["people", "add", "cid", "--credential", council.credential("cid2"), "--receives-as", "cid@X.example"]
    desk.ok(*again, *council.signs("ann"))
    desk.ok(*again, *council.signs("ben"))
    case = council.case()
    signs = council.signs("cid", "cid2")
    assert desk.run("approve", case, *signs, "--purpose", "before").code == 0
    desk.ok("seal", "--document", council.sealed.id, "--to", to, "--out", desk.home / "more")
    assert "named or not" in desk.refused("approve", case, *signs, "--purpose", "after")
    council.approves("ann", case, "before")
    assert "named or not" in desk.refused("reveal", case)


def test_an_expired_approval_does_not_count_and_a_new_one_does(council):
    case = council.case()
    with council.desk.vault() as vault:
        approve(vault, case, signer(council, "ann"), "inquiry", LATER, at(1))
        approve(vault, case, signer(council, "cid"), "inquiry", at(1), at(5))
        with pytest.raises(IntegrityError, match="ann: the approval expired"):
            reveal(vault, case, at(2))
        with pytest.raises(IntegrityError, match="expired"):
            approve(vault, case, signer(council, "ann"), "inquiry", at(2), at(2))
        assert approve(vault, case, signer(council, "ann"), "inquiry", at(2), at(5)).approved == 2
        assert reveal(vault, case, at(3)).verdict.named[0].recipient == "p-003"


def test_a_clock_that_is_set_back_makes_no_approval_valid_again(council):
    case = council.case()
    with council.desk.vault() as vault:
        approve(vault, case, signer(council, "ann"), "inquiry", LATER, at(1))
        with pytest.raises(IntegrityError, match="the clock says"):
            approve(vault, case, signer(council, "cid"), "inquiry", "2019-01-01T00:00:00Z", "2019-01-02T00:00:00Z")
    answer = council.desk.run("reveal", case)
    assert (answer.code, "the clock says" in answer.err) == (3, True)


def test_an_approval_of_another_case_or_verdict_cannot_be_replayed(council):
    one, other = council.case("p-003"), council.case("p-004")
    with council.desk.vault() as vault:
        approve(vault, one, signer(council, "ann"), "inquiry", LATER, at(9))
        approve(vault, one, signer(council, "cid"), "inquiry", LATER, at(9))
        with vault.snapshot() as tx:
            asked = statement_of(tx, opening(tx, other), "inquiry", at(9))
        elsewhere = [
            replace(asked, case=one),
            replace(asked, verdict_sha256="00" * 32),
            replace(asked, exhibit_sha256="00" * 32),
            replace(asked, documents=()),
            replace(asked, alpha=1e-3),
            replace(asked, requester="somebody"),
        ]
        for statement in elsewhere:
            put(vault, other, [signer(council, name).sign(statement, LATER) for name in ("ann", "cid")])
            with pytest.raises(IntegrityError, match="for another case or another verdict"):
                reveal(vault, other, at(1))
        valid = [signer(council, name).sign(asked, LATER) for name in ("ann", "cid")]
        put(vault, other, [replace(valid[0], signature=valid[1].signature), valid[1]])
        with pytest.raises(IntegrityError, match="not by the key"):
            reveal(vault, other, at(1))
        put(vault, other, valid)
        assert reveal(vault, other, at(1)).verdict.named[0].recipient == "p-004"


def put(vault, case: str, forged: list[Approval[Statement]]) -> None:
    """Write approvals into the vault past every check, as somebody who holds its key could."""
    with vault.transaction() as tx:
        for approval in forged:
            add_approval(tx, case, approval)
        record(tx, "approval", {"case": case}, LATER)


def test_an_approval_by_somebody_who_was_removed_since_does_not_count(council):
    desk, case = council.desk, council.case()
    council.approves("ann", case)
    council.approves("cid", case)
    for name in ("ann", "ben"):
        desk.ok("people", "remove", "cid", *council.signs(name))
    answer = desk.run("reveal", case)
    assert (answer.code, answer.out) == (3, "")
    assert "cid: was removed" in answer.err
    late = council.approves("cid", case, "later")
    assert (late.code, "was removed" in late.err) == (3, True)


def test_strangers_and_wrong_keys_approve_nothing(council):
    desk, case = council.desk, council.case()
    council.credential("eve")
    for name, key, said in (
        ("eve", "eve", "is not registered"),
        ("ann", "eve", "not by the key"),
        ("ann", "cid", "not"),
    ):
        answer = desk.run("approve", case, *council.signs(name, key), "--purpose", "inquiry")
        assert (answer.code, answer.out) == (3, "")
        assert said in answer.err
    assert refusals(desk) == ["removed", "forged", "forged"]


def test_a_case_that_names_nobody_has_nothing_to_open(council):
    desk = council.desk
    answer = desk.run("trace", "--text", "Words that were never sealed by anybody here.", "--json")
    case = answer.json["case"]
    assert "names no copy" in desk.refused("reveal", case)
    assert "names no copy" in desk.refused("approve", case, *council.signs("ann"), "--purpose", "x")
    assert "no such case" in desk.refused("reveal", "case-000000")
    for bad in ((), ("--purpose", "x", "--protected-disclosure"), ("--purpose", " "), ("--purpose", "x" * 501)):
        assert desk.refused("approve", case, *council.signs("ann"), *bad)


def test_an_interrupted_trace_cannot_be_opened(council):
    with council.desk.vault() as vault:
        with vault.transaction() as tx:
            case = tx.add_trace("ab", "cd", LATER)
            record(tx, "trace", {"trace": case}, LATER)
        with pytest.raises(InputError, match="was interrupted"):
            reveal(vault, case, LATER)


def test_a_protected_disclosure_ends_the_case_and_the_exhibit_for_good(council):
    desk, case = council.desk, council.case()
    assert "end" in desk.refused("approve", case, *council.signs("ann"), "--purpose", "Protected disclosure")
    ended = desk.run("approve", case, *council.signs("ann"), "--protected-disclosure")
    assert "was ended" in ended.out
    leak = council.sealed.copies["p-003"]
    half = "\n\n".join(leak.read_text().split("\n\n")[:40])
    for again in (
        ("reveal", case),
        ("approve", case, *council.signs("cid"), "--purpose", "inquiry"),
        ("approve", case, *council.signs("cid"), "--protected-disclosure"),
        ("trace", leak),
        ("trace", leak, "--alpha", "1e-9"),
        ("trace", "--text", leak.read_text() + "\nSent by a friend.\n"),
        ("trace", "--text", half),
    ):
        assert "ended as a protected disclosure" in desk.refused(*again)
    assert desk.run("trace", council.sealed.copies["p-004"]).code == 0
    with desk.vault() as vault, vault.snapshot() as tx:
        with pytest.raises(AccessError, match="protected disclosure"):
            case_of(tx, case)
        first, *later = [event.payload for event in events(tx) if event.header.kind == "refusal"]
        assert first == {"case": case, "reason": "protected-disclosure", "approver": "ann"}
        assert [one["reason"] for one in later] == ["ended"] * 5


def test_a_protected_disclosure_is_ended_in_every_form_in_which_it_was_traced(council):
    desk, leak = council.desk, council.sealed.copies["p-003"]
    before = council.case()
    ended = desk.ok("trace", "--text", leak.read_text() + "\nSent by a friend.\n")["case"]
    half = desk.ok("trace", "--text", "\n\n".join(leak.read_text().split("\n\n")[:60]))["case"]
    other = council.case("p-004")
    desk.ok("approve", ended, *council.signs("ann"), "--protected-disclosure")
    for case in (before, ended, half):
        assert "protected disclosure" in desk.refused("reveal", case)
        assert "protected disclosure" in desk.refused("approve", case, *council.signs("ann"), "--purpose", "x")
    assert "protected disclosure" in desk.refused("trace", leak)
    assert council.approves("ann", other).code == 0


def test_a_protected_disclosure_ends_the_case_of_several_exhibits_that_it_was_filed_in(council):
    text = council.sealed.text("p-003")
    halves = [(half.encode(), "half.txt") for half in (text[: len(text) // 2], text[len(text) // 2 :])]
    with council.desk.vault() as vault:
        with vault.transaction() as tx:
            case = open_case(tx, "e", 1e-6, 0, "Two leaks", LATER).id
        first, last = [
            trace(vault, [half], TraceOptions(case=case), LATER, lambda done, total: None).verdict for half in halves
        ]
        assert last.named
        end(vault, first.case, signer(council, "ann"), at(1), at(2))
        for ended in (case, first.case, last.case):
            with pytest.raises(AccessError, match="protected disclosure"):
                reveal(vault, ended, at(1))
        with pytest.raises(AccessError, match="protected disclosure"):
            trace(vault, [(text.encode(), "all.txt")], TraceOptions(case=case), at(1), lambda done, total: None)


def test_whoever_asked_may_end_a_case_and_a_recipient_may_not(council):
    mine, other = council.case("p-003", "--as", "ann"), council.case("p-004")
    assert council.desk.run("approve", mine, *council.signs("ann"), "--protected-disclosure").code == 0
    refused = council.desk.run("approve", other, *council.signs("ben"), "--protected-disclosure")
    assert (refused.code, "named or not" in refused.err) == (2, True)
    assert council.desk.run("trace", council.sealed.copies["p-004"]).code == 0


def test_a_case_can_be_ended_in_a_vault_of_one_person_too(memo):
    desk, sealed = memo
    credential = desk.ok("people", "key", "--out", "me.key")["credential"]
    desk.ok("people", "add", "me", "--credential", credential)
    case = desk.ok("trace", sealed.copies["p-003"])["case"]
    signs = ["--as", "me", "--key-file", "me.key"]
    assert "is open already" in desk.refused("approve", case, *signs, "--purpose", "x")
    assert desk.ok("approve", case, *signs, "--protected-disclosure") == {"case": case, "ended": True}
    assert "protected disclosure" in desk.refused("trace", sealed.copies["p-003"])


def test_what_was_traced_by_two_is_opened_by_one_only_after_both_agreed_to_that(council):
    desk, case = council.desk, council.case()
    for name in ("ann", "cid"):
        desk.ok("people", "policy", "1", *council.signs(name))
    assert "asks for no approval" in desk.refused("approve", case, *council.signs("ann"), "--purpose", "x")
    assert desk.ok("trace", council.sealed.copies["p-003"])["named"][0]["recipient"] is None
    assert desk.ok("reveal", case)["named"][0]["recipient"] == "p-003"


def test_the_notice_lies_beside_the_copies_and_its_text_is_recorded(desk):
    to, text = desk.list_of([Recipient("a"), Recipient("b")]), "{{It is late.|The hour is late.}} " * 60
    desk.ok("seal", desk.file("one.md", text), "--to", to, "--out", "one", "--variants", "--accept-weak")
    told = "--variants", "--accept-weak", "--no-notice"
    desk.ok("seal", desk.file("two.md", text + "More."), "--to", to, "--out", "two", *told)
    assert (desk.home / "one" / "NOTICE.txt").read_text() == NOTICE
    assert sorted(path.name for path in (desk.home / "two").iterdir()) == ["a.md", "b.md", "manifest.csv"]
    with desk.vault() as vault, vault.snapshot() as tx:
        one, two = [event.payload for event in events(tx) if event.header.kind == "seal"]
        assert one["notice_sha256"] == hashlib.sha256(NOTICE.encode()).hexdigest()
        assert "notice" not in two


def test_copies_sealed_for_two_have_no_labels_in_list_or_answer(council):
    desk = council.desk
    to = desk.list_of([Recipient("late-1"), Recipient("late-2")])
    made = desk.ok("seal", "--document", council.sealed.id, "--to", to, "--out", "late")
    assert [(one["recipient"], one["copy"]) for one in made["copies"]] == [("late-1", None), ("late-2", None)]
    assert all(Path(one["path"]).is_file() for one in made["copies"])
    with (desk.home / "late" / "manifest.csv").open() as file:
        assert [row["copy"] for row in csv.DictReader(file)] == ["", ""]


def test_the_stored_verdict_is_what_was_signed(council):
    case = council.case()
    council.approves("ann", case)
    council.approves("cid", case)
    council.desk.ok("reveal", case)
    with council.desk.vault() as vault, vault.snapshot() as tx:
        signed = approvals(tx, case)[0].statement
        assert signed.verdict_sha256 == hashlib.sha256(tx.trace(case).verdict).hexdigest()
        assert signed.exhibit_sha256 == hashlib.sha256(council.sealed.copies["p-003"].read_bytes()).hexdigest()
        assert signed.documents == (council.sealed.id,)
        assert codec.digest(signed) != codec.digest(replace(signed, alpha=signed.alpha * 2))
