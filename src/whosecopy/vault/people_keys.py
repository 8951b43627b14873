"""Key files of approvers: Ed25519 private keys in PEM (PKCS #8) that only their owner can read."""

import base64
import os
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from whosecopy.errors import AccessError, InputError
from whosecopy.model.approval import KIND, Approval, Signed, message

_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who approves, with their key at hand."""

    name: str
    key: Ed25519PrivateKey = field(repr=False)

    def sign(self, statement: Signed, now: str) -> Approval[Signed]:
        """Their approval of `statement`."""
        return Approval(self.name, now, statement, self.key.sign(message(statement)).hex())


def make_signing_key(file: Path) -> str:
    """Write a new key to `file` (0600) and return its credential, the public part.

    Raises `InputError` where the file exists or cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(pem)
            stream.flush()
            os.fsync(handle)
    except OSError as error:
        raise InputError(f"{file}: the key cannot be written ({error.strerror}); name a new file") from None
    return credential_of(key)


def load_signing_key(file: Path) -> Ed25519PrivateKey:
    """The key in `file`; raises `AccessError` where it is missing, readable by others, or no such key."""
    try:
        with file.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            data = stream.read(_LONGEST)
    except OSError as error:
        raise AccessError(f"{file}: the key cannot be read ({error.strerror}); give it with --key-file") from None
    if mode & 0o077:
        raise AccessError(f"{file}: other users can read this key; run: chmod 600 {file}")
    try:
        key = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise AccessError(f"{file}: is no Ed25519 key without a password; make one with: whosecopy people key")
    return key


def credential_of(key: Ed25519PrivateKey) -> str:
    """The public part of `key`, as it is registered."""
    return f"{KIND}:{base64.b64encode(key.public_key().public_bytes_raw()).decode()}"
