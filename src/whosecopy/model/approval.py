"""What people sign to open an identity or to change who may, and how a signature is checked.

A credential is written `ed25519:` and the 32 bytes of the public key in base64. What is signed is the
SHA-256 of the canonical JSON of a statement; its `schema` keeps one kind of statement from passing for another.
"""

import base64
import binascii
import unicodedata
from dataclasses import dataclass
from typing import Generic, TypeVar

from whosecopy.model import codec

KIND = "ed25519"


def plain(name: str) -> str:
    """A name in the form in which names are compared: without differences of case, blanks or composition."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


@dataclass(frozen=True, slots=True)
class Statement:
    """Leave to open the identities of a case: all that an approval is bound to; `expires` is ISO 8601.

    `verdict_sha256` is the digest of the verdict as it was stored, without names; `documents` are those in question.
    """

    case: str
    exhibit_sha256: str
    documents: tuple[str, ...]
    verdict_sha256: str
    alpha: float
    purpose: str
    requester: str
    expires: str
    schema: str = "whosecopy.approval/1"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of who may approve: `action` is `add`, `remove` or `policy`.

    `people_sha256` is the digest of people and policy before the change, so that no approval serves twice.
    """

    vault: str
    action: str
    people_sha256: str
    name: str = ""
    credential: str = ""
    receives: tuple[str, ...] = ()
    approvals: int = 0
    expires: str = ""
    schema: str = "whosecopy.change/1"


Signed = TypeVar("Signed", Statement, Change)


@dataclass(frozen=True, slots=True)
class Approval(Generic[Signed]):
    """A signed statement: by whom, when, and the signature (hex)."""

    approver: str
    now: str
    statement: Signed
    signature: str


def message(statement: Statement | Change) -> bytes:
    """The 32 bytes that are signed."""
    return codec.digest(statement)


def public_key(credential: str) -> bytes | None:
    """The 32 bytes of the public key, or nothing where `credential` is not written as one."""
    kind, _, text = credential.partition(":")
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    canonical = len(key) == 32 and base64.b64encode(key).decode() == text
    return key if kind == KIND and canonical else None


def holds(approval: Approval[Signed], credential: str) -> bool:
    """Whether the signature is one of `credential` over this very statement.

    Source: RFC 8032.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = public_key(credential)
    if key is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(bytes.fromhex(approval.signature), message(approval.statement))
    except (InvalidSignature, ValueError):
        return False
    return True
