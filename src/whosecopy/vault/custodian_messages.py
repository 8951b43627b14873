"""What is said between a vault and a custodian: a request as one line of JSON, an answer as one line, then rows."""

from dataclasses import dataclass

SEAL, HAND_OUT, TRACE, BUNDLE = "seal", "hand-out", "trace", "bundle"
"""What rows are asked for; only a seal is given rows that nobody had before."""


@dataclass(frozen=True, slots=True)
class Draw:
    """A request for a new key: rows of `width` bytes, for the template with this SHA-256 (hex)."""

    template: str
    width: int


@dataclass(frozen=True, slots=True)
class Give:
    """A request for rows `first` to `first + count - 1` of `key`; `why` is what whoever asks says it is for."""

    key: str
    first: int
    count: int
    why: str


@dataclass(frozen=True, slots=True)
class Request:
    """One request: either of the two."""

    draw: Draw | None = None
    give: Give | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes before the rows, or stands for them: the key and its commitment, or why there is nothing."""

    custodian: str
    key: str = ""
    commitment: str = ""
    width: int = 0
    refused: str = ""
