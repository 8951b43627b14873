"""The public part of a record of the log."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Header:
    """What of a record is never erased; it names nobody.

    `previous` and `document_previous` are digests (hex) of the record before, in the vault and of the same
    document; zeros for the first. The counters say how many copies were `issued` and `handed_out` and how
    many readings `traced`, of the document or, where `document` is empty, in the vault, after the record.

    Source: `docs/spec/log.md`.
    """

    kind: str
    sequence: int
    previous: str
    document: str
    document_sequence: int
    document_previous: str
    issued: int
    handed_out: int
    traced: int
    schema: str = "whosecopy.event/1"
