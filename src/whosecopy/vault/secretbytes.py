"""The seven secrets of one template as they are stored, encrypted, in the vault."""

from dataclasses import fields

from whosecopy.codes.keys import KEY_BYTES, Secrets


def pack_secrets(secrets: Secrets) -> bytes:
    """The secrets in the order of their declaration, one after the other: 224 bytes."""
    return b"".join(getattr(secrets, field.name) for field in fields(Secrets))


def unpack_secrets(data: bytes) -> Secrets:
    """The secrets that `pack_secrets` wrote."""
    return Secrets(*(data[at : at + KEY_BYTES] for at in range(0, len(data), KEY_BYTES)))
