"""Who may approve: nobody registers people of their own invention, and lowering the bar takes those above it."""

import pytest

from whosecopy.model.approval import Approval, Change, holds, public_key
from whosecopy.vault.events import events
from whosecopy.vault.people import people, policy
from whosecopy.vault.people_approvals import expiry
from whosecopy.vault.people_changes import add_person, change_policy
from whosecopy.vault.people_keys import Signer, load_signing_key

NOW = "2031-05-06T07:08:09+00:00"


def policy_of(desk):
    return desk.ok("people", "list")["policy"]


def names(desk):
    return [one["name"] for one in desk.ok("people", "list")["people"]]


def test_a_single_user_needs_nobody_and_two_people_need_two(desk):
    assert policy_of(desk) == 1
    for name, after in (("ann", 1), ("ben", 2)):
        credential = desk.ok("people", "key", "--out", f"{name}.key")["credential"]
        desk.ok("people", "add", name, "--credential", credential)
        assert policy_of(desk) == after
    assert names(desk) == ["ann", "ben"]
    assert "2 approvals by different people" in desk.run("people", "list").out


@pytest.mark.parametrize(("chosen", "after"), [("1", 1), ("3", 3)])
def test_a_policy_that_was_chosen_does_not_follow_the_number_of_people(desk, chosen, after, tmp_path):
    desk.ok("init", "--policy", chosen, "--vault", tmp_path / "other", "--key", tmp_path / "other.key")
    here = ["--vault", tmp_path / "other", "--key", tmp_path / "other.key"]
    for name in ("ann", "ben"):
        credential = desk.ok("people", "key", "--out", f"{name}.key")["credential"]
        desk.ok("people", "add", name, "--credential", credential, *here)
    assert desk.ok("people", "list", *here)["policy"] == after


def test_the_operator_alone_cannot_register_a_person_of_their_own_invention(council):
    desk = council.desk
    puppet = ["people", "add", "puppet", "--credential", council.credential("puppet")]
    assert "takes 2 approvals" in desk.refused(*puppet)
    for signs in (council.signs("ann", "puppet"), council.signs("puppet")):
        answer = desk.run(*puppet, *signs)
        assert (answer.code, answer.out) == (3, "")
    assert desk.run(*puppet, *council.signs("ann")).code == 0
    assert desk.run(*puppet, *council.signs("ANN ", "ann")).code == 3
    assert names(desk) == ["ann", "ben", "cid"]


def test_lowering_the_policy_takes_the_approvals_that_the_old_one_asked_for_and_is_recorded(council):
    desk = council.desk
    assert "takes 2 approvals" in desk.refused("people", "policy", "1")
    assert not desk.ok("people", "policy", "1", *council.signs("ann"))["done"]
    assert policy_of(desk) == 2
    assert desk.ok("people", "policy", "1", *council.signs("cid"))["done"]
    assert policy_of(desk) == 1
    with desk.vault() as vault, vault.snapshot() as tx:
        last = [event for event in events(tx) if event.header.kind == "policy"][-1]
        assert last.payload["policy"] == [2, 1]
        assert last.payload["approvers"] == ["ann", "cid"]


def test_nobody_is_removed_where_too_few_would_be_left(council):
    desk = council.desk
    for name, word in (("ann", "done"), ("ben", "done")):
        assert word in desk.ok("people", "remove", "cid", *council.signs(name))
    assert names(desk) == ["ann", "ben"]
    assert "nobody could replace this one" in desk.refused("people", "remove", "ben", *council.signs("ann"))
    assert "is not registered" in desk.refused("people", "remove", "dora", *council.signs("ann"))


def test_more_approvals_than_there_are_people_cannot_be_asked_for(council):
    desk = council.desk
    assert "only 3 people" in desk.refused("people", "policy", "4", *council.signs("ann"))
    assert "is the policy already" in desk.refused("people", "policy", "2", *council.signs("ann"))
    assert "--policy" in desk.refused("init", "--policy", "21", "--vault", "x")


def test_an_approval_of_one_change_does_not_serve_for_another(council):
    desk = council.desk
    dan, eve = council.credential("dan"), council.credential("eve")
    assert not desk.ok("people", "add", "dan", "--credential", dan, *council.signs("ann"))["done"]
    assert not desk.ok("people", "add", "dan", "--credential", eve, *council.signs("ben"))["done"]
    assert desk.ok("people", "add", "dan", "--credential", dan, *council.signs("cid"))["done"]
    for name in ("ann", "ben"):
        desk.ok("people", "remove", "dan", *council.signs(name))
    assert names(desk) == ["ann", "ben", "cid"]
    again = desk.ok("people", "add", "dan", "--credential", dan, *council.signs("ann"))
    assert (again["approved"], again["needed"]) == (1, 2)


def test_an_approval_of_a_change_expires(council):
    with council.desk.vault() as vault:
        ann, ben = (Signer(name, load_signing_key(council.desk.home / f"{name}.key")) for name in ("ann", "ben"))
        assert not change_policy(vault, 3, ann, NOW, expiry(NOW, 1)).done
        later = "2031-05-06T08:08:09+00:00"
        assert not change_policy(vault, 3, ben, later, expiry(later, 1)).done
        assert change_policy(vault, 3, ann, later, expiry(later, 1)).done
        with vault.snapshot() as tx:
            assert policy(tx) == 3


@pytest.mark.parametrize(
    ("name", "credential", "said"),
    [
        ("", "good", "printable characters"),
        ("a\nb", "good", "printable characters"),
        ("x" * 101, "good", "printable characters"),
        ("ann", "good", "is registered already"),
        ("  \uff21NN", "good", "is registered already"),
        ("dan", "ann", "everybody needs a key of their own"),
        ("dan", "ed25519:AAAA", "is no credential"),
        ("dan", "", "is no credential"),
    ],
)
def test_names_and_credentials_that_do_not_serve_are_refused(council, name, credential, said):
    with council.desk.vault() as vault, vault.snapshot() as tx:
        of_ann = people(tx)[0].credential
    credential = {"good": council.credential("dan"), "ann": of_ann}.get(credential, credential)
    given = ["people", "add", name, "--credential", credential, *council.signs("ann")]
    assert said in council.desk.refused(*given)
    assert names(council.desk) == ["ann", "ben", "cid"]


def test_a_key_is_written_once_and_read_by_its_owner_only(desk, monkeypatch):
    answer = desk.run("people", "key", "--out", "ann.key")
    file = desk.home / "ann.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert public_key(answer.out.splitlines()[-1]) == load_signing_key(file).public_key().public_bytes_raw()
    assert "File exists" in desk.refused("people", "key", "--out", "ann.key")
    add = ["people", "add", "ben", "--credential", answer.out.splitlines()[-1], "--as", "ann", "--key-file"]
    file.chmod(0o640)
    assert "chmod 600" in desk.refused(*add, file)
    assert "cannot be read" in desk.refused(*add, "none.key")
    for content in (b"", b"\x00" * 64, b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"):
        desk.file("odd.key", content).chmod(0o600)
        assert "is no Ed25519 key" in desk.refused(*add, "odd.key")
    assert "both --as NAME and --key-file" in desk.refused(*add[:-1])


def test_a_signature_is_bound_to_every_field(council):
    key = load_signing_key(council.desk.home / "ann.key")
    with council.desk.vault() as vault, vault.snapshot() as tx:
        credential = people(tx)[0].credential
    change = Change("vault-1", "add", "ab", "dan", "ed25519:", ("r-1",), 0, NOW)
    approval = Signer("ann", key).sign(change, NOW)
    assert holds(approval, credential)
    others = [
        Change("vault-2", "add", "ab", "dan", "ed25519:", ("r-1",), 0, NOW),
        Change("vault-1", "remove", "ab", "dan", "ed25519:", ("r-1",), 0, NOW),
        Change("vault-1", "add", "ac", "dan", "ed25519:", ("r-1",), 0, NOW),
        Change("vault-1", "add", "ab", "eve", "ed25519:", ("r-1",), 0, NOW),
        Change("vault-1", "add", "ab", "dan", "ed25519:", (), 0, NOW),
        Change("vault-1", "add", "ab", "dan", "ed25519:", ("r-1",), 1, NOW),
        Change("vault-1", "add", "ab", "dan", "ed25519:", ("r-1",), 0, ""),
    ]
    assert not any(holds(Approval("ann", NOW, other, approval.signature), credential) for other in others)
    for at in range(0, len(approval.signature), 7):
        flipped = "0" if approval.signature[at] != "0" else "1"
        forged = approval.signature[:at] + flipped + approval.signature[at + 1 :]
        assert not holds(Approval("ann", NOW, change, forged), credential)
    for nonsense in ("", "zz", approval.signature[:-2], approval.signature + "00"):
        assert not holds(Approval("ann", NOW, change, nonsense), credential)


@pytest.mark.parametrize(
    "credential", ["", "ed25519:", "rsa:AAAA", "ed25519:" + "A" * 43, "ed25519:" + "A" * 43 + "=\n"]
)
def test_only_canonical_credentials_are_credentials(credential):
    assert public_key(credential) is None


def test_during_set_up_people_are_added_freely_until_the_policy_can_be_met(tmp_path, desk):
    here = ["--vault", tmp_path / "v", "--key", tmp_path / "v.key"]
    desk.ok("init", "--policy", "2", *here)
    for name in ("ann", "ben"):
        desk.ok("people", "add", name, "--credential", desk.ok("people", "key", "--out", name)["credential"], *here)
    third = desk.ok("people", "key", "--out", "cid")["credential"]
    assert "takes 2 approvals" in desk.refused("people", "add", "cid", "--credential", third, *here)


def test_a_change_without_time_to_last_is_refused(council):
    ann = Signer("ann", load_signing_key(council.desk.home / "ann.key"))
    with council.desk.vault() as vault:
        with pytest.raises(Exception, match="has to last"):
            add_person(vault, "dan", council.credential("dan"), (), ann, NOW, NOW)
        with pytest.raises(Exception, match="1 to 720 hours"):
            expiry(NOW, 721)
