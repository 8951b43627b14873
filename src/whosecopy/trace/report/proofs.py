"""What a report says of records, commitments and approvals, where it is made from a bundle."""

from dataclasses import dataclass

Rows = tuple[tuple[str, str], ...]
"""Labels and words."""


@dataclass(frozen=True, slots=True, order=True)
class Record:
    """A record of the log: its number, what it is of, and its time, empty where the content is not opened."""

    number: int
    kind: str
    time: str


@dataclass(frozen=True, slots=True)
class Proofs:
    """What was checked of a bundle and what was not, and the facts behind it, in words.

    `key` signed the log and the bundle, `fingerprint` is its SHA-256. `opening` says who let the identities be
    opened; it is empty where nobody had to or they are sealed.
    """

    result: str
    checked: tuple[str, ...]
    not_checked: tuple[str, ...]
    key: str
    fingerprint: str
    log: Rows
    records: tuple[Record, ...]
    commitments: Rows
    opening: Rows
