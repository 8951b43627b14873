"""Changes of who may approve and of the policy: signed by those who may approve now, and recorded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from whosecopy.errors import AccessError, InputError, IntegrityError
from whosecopy.model import codec
from whosecopy.model.approval import Approval, Change, holds, plain, public_key
from whosecopy.vault.events import record
from whosecopy.vault.people import (
    LONGEST_NAME,
    Person,
    add_row,
    checked,
    everybody,
    mark_removed,
    named,
    needed_for_changes,
    people,
    people_digest,
    policy,
    set_policy,
)
from whosecopy.vault.people_approvals import add_approval, approvals_of, expired
from whosecopy.vault.people_keys import Signer
from whosecopy.vault.store import Tx, Vault

_EVENTS = {"add": "person_added", "remove": "person_removed", "policy": "policy"}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a change got: `approved` of `needed`; it took effect once they are equal."""

    approved: int
    needed: int

    @property
    def done(self) -> bool:
        """Whether it took effect."""
        return self.approved >= self.needed


def add_person(
    vault: Vault, name: str, credential: str, receives: Sequence[str], signer: Signer | None, now: str, expires: str
) -> Progress:
    """Register somebody who may approve; `receives` are ids and addresses under which they get copies.

    Raises `InputError` for a name or credential that does not serve, `AccessError` where an approval is
    missing, `IntegrityError` where one is forged.
    """
    with vault.transaction() as tx:
        change = Change(vault.id, "add", people_digest(tx), name, credential, tuple(receives))
        _refuse_person(tx, change)
        return _approve(tx, change, signer, now, expires)


def remove_person(vault: Vault, name: str, signer: Signer | None, now: str, expires: str) -> Progress:
    """Let somebody approve nothing from now on; raises as `add_person` does."""
    with vault.transaction() as tx:
        active = people(tx)
        if named(active, name) is None:
            raise InputError(f"{name}: is not registered; see: whosecopy people list")
        if len(active) <= policy(tx) > 1:
            raise InputError(
                f"{name}: {policy(tx)} approvals are asked for and nobody could replace this one; add somebody first"
            )
        return _approve(tx, Change(vault.id, "remove", people_digest(tx), name), signer, now, expires)


def change_policy(vault: Vault, approvals: int, signer: Signer | None, now: str, expires: str) -> Progress:
    """Change how many approvals a reveal needs; raises as `add_person` does."""
    checked(approvals)
    with vault.transaction() as tx:
        count = len(people(tx))
        if approvals > max(count, 1):
            raise InputError(f"{approvals} approvals: only {count} people are registered; add more first")
        if approvals == policy(tx):
            raise InputError(f"{approvals} is the policy already")
        return _approve(tx, Change(vault.id, "policy", people_digest(tx), approvals=approvals), signer, now, expires)


def _refuse_person(tx: Tx, change: Change) -> None:
    if not change.name.strip() or len(change.name) > LONGEST_NAME or not change.name.isprintable():
        raise InputError(f"a name has 1 to {LONGEST_NAME} printable characters")
    if public_key(change.credential) is None:
        raise InputError(f"{change.credential}: is no credential; whosecopy people key --out FILE makes and prints one")
    for one in people(tx):
        if plain(one.name) == plain(change.name):
            raise InputError(f"{change.name}: is registered already")
        if one.credential == change.credential:
            raise InputError(f"{change.name}: {one.name} has this very key; everybody needs a key of their own")


def _approve(tx: Tx, change: Change, signer: Signer | None, now: str, expires: str) -> Progress:
    """Add the signer's approval of `change`, and carry it out once there are enough."""
    needed = needed_for_changes(tx)
    subject = codec.digest(change).hex()
    if needed == 0:
        _carry_out(tx, change, (), now)
        return Progress(0, 0)
    if signer is None:
        raise AccessError(
            f"this takes {needed} approvals by people registered here; "
            "each of them gives the same command with --as NAME --key-file FILE"
        )
    before = [one for one in approvals_of(tx, subject, Approval[Change]) if _counts(tx, one, now)]
    if any(plain(one.approver) == plain(signer.name) for one in before):
        raise IntegrityError(f"{signer.name}: has approved this change already; somebody else has to")
    approval = signer.sign(replace(change, expires=expires), now)
    person = named(everybody(tx), signer.name)
    if person is None or person.removed_at:
        raise IntegrityError(f"{signer.name}: is not registered, or was removed; see: whosecopy people list")
    if not holds(approval, person.credential):
        raise IntegrityError(f"{signer.name}: the key does not belong to the credential registered for this name")
    if expired(expires, now):
        raise InputError("an approval has to last for some time; see --expires-hours")
    approvers = [*(one.approver for one in before), person.name]
    add_approval(tx, subject, approval)
    record(tx, "approval", {"change": change.action, "approver": person.name, "digest": subject}, now)
    if len(approvers) >= needed:
        _carry_out(tx, change, approvers, now)
    return Progress(len(approvers), needed)


def _counts(tx: Tx, approval: Approval[Change], now: str) -> bool:
    person = named(people(tx), approval.approver)
    return person is not None and holds(approval, person.credential) and not expired(approval.statement.expires, now)


def _carry_out(tx: Tx, change: Change, approvers: Sequence[str], now: str) -> None:
    before = policy(tx)
    if change.action == "add":
        add_row(tx, Person(change.name, change.credential, change.receives, now))
    elif change.action == "remove":
        mark_removed(tx, change.name, now)
    else:
        set_policy(tx, change.approvals, chosen=True)
    facts = {"name": change.name, "credential": change.credential, "approvers": list(approvers)}
    record(tx, _EVENTS[change.action], facts | {"policy": [before, policy(tx)]}, now)
