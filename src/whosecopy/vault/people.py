"""Who may approve, and how many approvals open an identity.

As soon as a vault asks for two approvals or more and that many people are registered, they decide about
themselves: adding or removing somebody and changing the policy takes as many approvals as a reveal. Else
whoever runs the program could register two people of their own invention.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import true

from whosecopy.errors import InputError, IntegrityError
from whosecopy.model import codec
from whosecopy.model.approval import KIND, plain
from whosecopy.vault.store_session import Session, is_row
from whosecopy.vault.tables import people as people_table
from whosecopy.vault.tables import policy as policy_table

LARGEST_POLICY = 20
LONGEST_NAME = 100
_ROW = (1,)


@dataclass(frozen=True, slots=True)
class Rule:
    """How many approvals a reveal needs; `chosen` where somebody said so, else it follows the number of people.

    `changes` counts the changes, so that no approval of one serves for the same change made a second time.
    """

    approvals: int
    chosen: bool
    changes: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may approve; `receives` are the recipient ids and addresses under which they get copies.

    `removed_at` is empty as long as they may.
    """

    name: str
    credential: str
    receives: tuple[str, ...]
    added_at: str
    removed_at: str = ""

    @property
    def known_as(self) -> frozenset[str]:
        """Every name under which they could stand in a list of recipients, in the form that `plain` gives."""
        return frozenset(plain(one) for one in (self.name, *self.receives) if plain(one))


def policy(tx: Session) -> int:
    """How many approvals a reveal needs: 1 where `trace` reveals by itself, for a single user."""
    return rule(tx).approvals


def rule(tx: Session) -> Rule:
    """The vault's policy; raises `IntegrityError` where it is missing."""
    found = list(tx.fetch(policy_table, is_row(policy_table, _ROW), "rule"))
    if not found:
        raise IntegrityError("the vault's policy is missing; restore the vault from a backup")
    return codec.decode(found[0]["rule"], Rule)


def start_policy(tx: Session, approvals: int | None = None) -> None:
    """Set the policy of a new vault: what was chosen, or 1 until a second person is registered."""
    tx.insert(policy_table, {"id": 1, "rule": codec.encode(Rule(checked(approvals or 1), approvals is not None))})


def set_policy(tx: Session, approvals: int, *, chosen: bool) -> None:
    """Replace the policy, in a transaction that records it."""
    tx.update(policy_table, _ROW, {"rule": codec.encode(Rule(approvals, chosen, rule(tx).changes + 1))})


def checked(approvals: int) -> int:
    """`approvals` where it can be a policy; raises `InputError`."""
    if not 1 <= approvals <= LARGEST_POLICY:
        raise InputError(f"--policy {approvals}: a reveal takes 1 to {LARGEST_POLICY} approvals")
    return approvals


def people(tx: Session) -> list[Person]:
    """Those who may approve now, in the order in which they were registered."""
    return [one for one in everybody(tx) if not one.removed_at]


def everybody(tx: Session) -> list[Person]:
    """All who were ever registered."""
    rows = tx.fetch(people_table, true(), "person", order="number")
    return [codec.decode(row["person"], Person) for row in rows]


def named(found: Sequence[Person], name: str) -> Person | None:
    """The latest person of this name, removed or not."""
    return next((one for one in reversed(found) if plain(one.name) == plain(name)), None)


def needed_for_changes(tx: Session) -> int:
    """How many approvals a change of people or policy takes; none while the vault is being set up."""
    approvals = policy(tx)
    return approvals if 1 < approvals <= len(people(tx)) else 0


def people_digest(tx: Session) -> str:
    """What an approval of a change is bound to: all people ever registered and the policy (SHA-256, hex)."""
    return codec.digest([everybody(tx), rule(tx)]).hex()


def add_row(tx: Session, person: Person) -> None:
    """Register `person`; the second one makes the policy 2 where nobody chose another."""
    tx.insert(people_table, {"number": tx.next(people_table.c.number), "kind": KIND, "person": codec.encode(person)})
    now = rule(tx)
    if not now.chosen and now.approvals == 1 and len(people(tx)) > 1:
        set_policy(tx, 2, chosen=False)


def mark_removed(tx: Session, name: str, now: str) -> None:
    """Let `name` approve nothing from now on."""
    for row in list(tx.fetch(people_table, true(), "person", order="number")):
        person = codec.decode(row["person"], Person)
        if plain(person.name) == plain(name) and not person.removed_at:
            kept = replace(person, removed_at=now)
            tx.update(people_table, (row["number"],), {"person": codec.encode(kept)})
