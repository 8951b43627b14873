"""Signed notes: a text with signature lines, by logs (Ed25519) and by witnesses (cosignature/v1).

    <text, one or more lines>

    — <name of the key> <base64 of key id and signature>

A key string is `<name>+<key id in hex>+<base64 of kind and public key>`. A secret key is a seed of 32 bytes.

Source: C2SP signed-note (c2sp.org/signed-note) and tlog-cosignature (c2sp.org/tlog-cosignature).
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from whosecopy.errors import InputError, IntegrityError
from whosecopy.tlog import strict

ED25519: Final = 1
COSIGNATURE: Final = 4
MAX_NOTE_BYTES = 1 << 20
MAX_SIGNATURES = 100
MAX_TIME = (1 << 63) - 1

_ID_BYTES, _PUBLIC_BYTES, _SIGNATURE_BYTES, _TIME_BYTES = 4, 32, 64, 8
_LINE = re.compile(r"— ([^ \n]+) ([A-Za-z0-9+/=]+)")
_KEY = re.compile(r"([^+\n]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")


@dataclass(frozen=True, slots=True)
class Key:
    """A public key: `kind` is ED25519 (a log's) or COSIGNATURE (a witness's), `public` has 32 bytes."""

    name: str
    public: bytes
    kind: int = ED25519

    @property
    def id(self) -> bytes:
        """Four bytes that, with the name, tell which key made a signature."""
        material = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(material).digest()[:_ID_BYTES]


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line; `value` is what follows the key id, its form known only to who knows the key."""

    name: str
    key_id: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text, ending in a newline, with the signatures under it: nothing of it is checked."""

    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Signed:
    """A key whose signature was verified; `time` in seconds since 1970 where it is a witness's."""

    key: Key
    time: int | None


def key_of(name: str, seed: bytes, kind: int = ED25519) -> Key:
    """The public key of a secret one.

    Raises `ValueError` where the name is empty or holds a blank or a plus, or the seed has not 32 bytes.
    """
    if not _is_name(name) or kind not in (ED25519, COSIGNATURE):
        raise ValueError(f"no name of a key, or no known kind of one: {name!r}, {kind}")
    return Key(name, Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw(), kind)


def encode_key(key: Key) -> str:
    """The key string that is given to those who verify."""
    return f"{key.name}+{key.id.hex()}+{strict.to_base64(bytes([key.kind]) + key.public)}"


def decode_key(text: str) -> Key:
    """The key of a key string.

    Raises `InputError` where it is none, or of a kind not known here.
    """
    found = _KEY.fullmatch(text)
    material = strict.from_base64(found[3]) if found else None
    if found is None or material is None or len(material) != 1 + _PUBLIC_BYTES:
        raise InputError(f"{text[:80]!r} is no key of a log; it must read name+id+key")
    key = Key(found[1], material[1:], material[0])
    if not _is_name(key.name) or key.kind not in (ED25519, COSIGNATURE) or key.id.hex() != found[2]:
        raise InputError(f"{text[:80]!r} is no Ed25519 key, or was altered; ask for the key string again")
    return key


def sign(text: str, name: str, seed: bytes) -> Signature:
    """The signature of a log under `text`.

    Raises `ValueError` where `text` or `name` may not stand in a note.
    """
    key = key_of(name, seed)
    return Signature(name, key.id, Ed25519PrivateKey.from_private_bytes(seed).sign(_signable(text)))


def cosign(text: str, name: str, seed: bytes, time: int) -> Signature:
    """The signature of a witness under `text`, at `time` in seconds since 1970.

    Raises `ValueError` where `text`, `name` or `time` may not stand in a note.
    """
    if not 0 <= time <= MAX_TIME:
        raise ValueError(f"no time: {time}")
    key = key_of(name, seed, COSIGNATURE)
    message = _cosigned(_signable(text), time)
    value = time.to_bytes(_TIME_BYTES, "big") + Ed25519PrivateKey.from_private_bytes(seed).sign(message)
    return Signature(name, key.id, value)


def encode(note: Note) -> bytes:
    """A note as it is published."""
    return (note.text + "\n" + encode_signatures(note.signatures)).encode()


def encode_signatures(signatures: Sequence[Signature]) -> str:
    """Signature lines, each with its newline."""
    return "".join(f"— {one.name} {strict.to_base64(one.key_id + one.value)}\n" for one in signatures)


def decode(data: bytes) -> Note:
    """The note of these bytes, its signatures not checked; `encode` gives the same bytes again.

    Raises `IntegrityError` where they are no note: not UTF-8, control characters, no blank line before the
    signatures, a malformed signature line, more than 100 of them or more than 1 MiB.
    """
    if len(data) > MAX_NOTE_BYTES:
        raise IntegrityError("the signed note is too long; ask for it again")
    try:
        whole = data.decode()
    except UnicodeDecodeError as error:
        raise IntegrityError("the signed note is not UTF-8; ask for it again") from error
    body, blank, lines = whole.rpartition("\n\n")
    text = body + "\n"
    if not blank or not _is_text(text):
        raise IntegrityError("the signed note has no signature, or holds control characters; ask for it again")
    return Note(text, decode_signatures(lines))


def decode_signatures(lines: str) -> tuple[Signature, ...]:
    """One or more signature lines.

    Raises `IntegrityError` where one is malformed, or there are more than 100.
    """
    *rows, last = lines.split("\n")
    if last or not 1 <= len(rows) <= MAX_SIGNATURES:
        raise IntegrityError(f"a signed note needs 1 to {MAX_SIGNATURES} whole signature lines; ask for it again")
    return tuple(_signature(row) for row in rows)


def verify(note: Note, keys: Sequence[Key]) -> tuple[Signed, ...]:
    """Which of the known keys signed the note, in the order of its lines; at least one.

    Signatures by unknown keys are ignored.

    Raises `IntegrityError` where no known key signed, or where the signature of a known key is wrong.
    """
    known = {(key.name, key.id): key for key in keys}
    text = _signable(note.text)
    signed: dict[Key, Signed] = {}
    for one in note.signatures:
        key = known.get((one.name, one.key_id))
        if key is not None:
            signed.setdefault(key, Signed(key, _check(text, one, key)))
    if not signed:
        raise IntegrityError("the note is signed by none of the expected keys; check the key, or ask for it again")
    return tuple(signed.values())


def _check(text: bytes, signature: Signature, key: Key) -> int | None:
    """The time of a cosignature, after checking the signature."""
    time, message, value = None, text, signature.value
    if key.kind == COSIGNATURE:
        time, value = int.from_bytes(value[:_TIME_BYTES], "big"), value[_TIME_BYTES:]
        message = _cosigned(text, time)
    try:
        if len(value) != _SIGNATURE_BYTES or (time or 0) > MAX_TIME:
            raise InvalidSignature
        Ed25519PublicKey.from_public_bytes(key.public).verify(value, message)
    except InvalidSignature as error:
        raise IntegrityError(f"the signature of {key.name} is wrong; the note was altered") from error
    return time


def _cosigned(text: bytes, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n".encode() + text


def _signable(text: str) -> bytes:
    """The bytes that are signed; raises `ValueError` where `text` may not stand in a note."""
    if not _is_text(text):
        raise ValueError("the text of a note ends in a newline and holds no control characters")
    return text.encode()


def _signature(line: str) -> Signature:
    found = _LINE.fullmatch(line)
    material = strict.from_base64(found[2]) if found else None
    if found is None or material is None or len(material) <= _ID_BYTES or not _is_name(found[1]):
        raise IntegrityError("the signed note has a malformed signature line; ask for it again")
    return Signature(found[1], material[:_ID_BYTES], material[_ID_BYTES:])


def _is_name(name: str) -> bool:
    return name != "" and not any(one.isspace() or one == "+" or one < " " for one in name)


def _is_text(text: str) -> bool:
    return text.endswith("\n") and not any(one < " " and one != "\n" for one in text)
