"""Who may approve, and how many approvals open an identity."""

from dataclasses import dataclass

from whosecopy.errors import InputError, IntegrityError
from whosecopy.model import codec
from whosecopy.vault.store_session import Session, is_row
from whosecopy.vault.tables import policy as policy_table

LARGEST_POLICY = 20
_ROW = (1,)


@dataclass(frozen=True, slots=True)
class Rule:
    """How many approvals a reveal needs; `chosen` where somebody said so, else it follows the number of people."""

    approvals: int
    chosen: bool


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


def change_policy(tx: Session, new: Rule) -> None:
    """Replace the policy, in a transaction that records it."""
    tx.update(policy_table, _ROW, {"rule": codec.encode(new)})


def checked(approvals: int) -> int:
    """`approvals` where it can be a policy; raises `InputError`."""
    if not 1 <= approvals <= LARGEST_POLICY:
        raise InputError(f"--policy {approvals}: a reveal takes 1 to {LARGEST_POLICY} approvals")
    return approvals
