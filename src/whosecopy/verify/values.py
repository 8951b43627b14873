"""What is in a bundle: each class is one JSON member or a part of one; byte strings are lower-case hex."""

from dataclasses import dataclass
from typing import Any

from whosecopy.codes.commit import SealRecord
from whosecopy.model.approval import Approval, Statement
from whosecopy.model.header import Header

SCHEMA = "whosecopy.bundle/1"
CASE, EVIDENCE, LOG, MARKS = "case.json", "evidence.json", "log.json", "marks.json"
CHECKPOINT, ENVELOPE = "checkpoint.txt", "envelope.json"
"""The fixed members; besides, `exhibit/1` ..., `template/1.json` ... and `master/1` ..."""


def exhibit_member(number: int) -> str:
    """The member with the bytes of the exhibit's file `number`, from 0."""
    return f"exhibit/{number + 1}"


def template_member(panel: int) -> str:
    """The member with the template of version in play `panel`, from 0."""
    return f"template/{panel + 1}.json"


def master_member(panel: int) -> str:
    """The member with the master's file of a version in play, which pictures of its pages are measured against."""
    return f"master/{panel + 1}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """Every other member of the bundle with its SHA-256: what the envelope signs."""

    case: str
    members: dict[str, str]
    schema: str = SCHEMA


@dataclass(frozen=True, slots=True)
class Content:
    """The opened content of a record: its salt, its time, and what it tells."""

    salt: str
    now: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """A record: its header, the digest of its content, its inclusion path to the checkpoint, the content if opened."""

    header: Header
    content_sha256: str
    path: tuple[str, ...]
    content: Content | None = None


@dataclass(frozen=True, slots=True)
class Attestation:
    """What somebody outside said of the log: a checkpoint (signed note) with a cosignature, or a time stamp of it.

    `stamp` is the response of the time stamping service (DER, base64); it is empty for a cosignature.
    """

    checkpoint: str
    stamp: str


@dataclass(frozen=True, slots=True)
class Log:
    """The whole chain of each document in play, and single other records.

    `consistency` holds proofs from earlier checkpoints, by size: those of `attestations` among them.
    """

    documents: dict[str, tuple[Entry, ...]]
    others: tuple[Entry, ...]
    attestations: tuple[Attestation, ...]
    consistency: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class File:
    """A file of the exhibit: its name as it was traced, which tells how to read it."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Characters `leak_start:leak_end` of the exhibit stand beside `start:end` of the master, in normal form."""

    start: int
    end: int
    leak_start: int
    leak_end: int
    errors: int


@dataclass(frozen=True, slots=True)
class Panel:
    """A version in play: how many copies had been issued, its opened keys, its reading and its alignment.

    `levels` has one row per mark and one column per variant, in nats. `left_out` are sites that another
    version took over from a copy: their marks are erased. `encoding` is that of the master, where it had to be given.
    """

    document: str
    version: int
    issued: int
    bias: str
    labels: str
    decoy: str
    levels: tuple[tuple[float, ...], ...]
    alignment: tuple[Stretch, ...]
    left_out: tuple[int, ...] = ()
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class OpenedCopy:
    """A named copy with all that opens its two leaves; in the order of `verdict.named`."""

    copy: str
    panel: int
    index: int
    salt: str
    codeword: str
    path: tuple[str, ...]
    recipient: str
    organisation: str
    recipient_salt: str
    recipient_path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """An approval on which the identities were opened, and the credential it is signed with."""

    approval: Approval[Statement]
    credential: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that the numbers of the verdict follow from; `copies` is empty while the identities are sealed.

    `records` are all seal records of the documents in play, in the order of issue; `approvals` stand in the
    order of the reveal; `responses` are what recipients replied, `software` says what made and read the case.
    """

    files: tuple[File, ...]
    encoding: str | None
    panels: tuple[Panel, ...]
    copies: tuple[OpenedCopy, ...]
    records: tuple[SealRecord, ...]
    approvals: tuple[Given, ...]
    responses: tuple[str, ...]
    software: dict[str, str]


@dataclass(frozen=True, slots=True)
class Region:
    """Characters `start:end` of the exhibit's text, and what stands there."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class MarkSeen:
    """One mark for the eye: its variants, the likelier one where it was read, and where the exhibit shows it."""

    mark: int
    carrier: str
    variants: tuple[str, ...]
    read: str | None
    regions: tuple[Region, ...]
