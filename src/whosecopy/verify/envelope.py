"""Who signed a bundle: a DSSE envelope over its manifest, by the key of the vault's log.

Source: DSSE v1.0.2 (github.com/secure-systems-lab/dsse).
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from whosecopy.errors import InputError, IntegrityError
from whosecopy.model import codec
from whosecopy.tlog import note
from whosecopy.tlog.strict import from_base64, to_base64
from whosecopy.verify.archive import parse, parsed
from whosecopy.verify.values import ENVELOPE, SCHEMA, Manifest

PAYLOAD_TYPE = "application/vnd.whosecopy.bundle+json"


@dataclass(frozen=True, slots=True)
class _Signature:
    keyid: str
    sig: str


@dataclass(frozen=True, slots=True)
class _Envelope:
    payload: str
    payloadType: str  # noqa: N815 - the name that DSSE gives it
    signatures: tuple[_Signature, ...]


def to_be_signed(payload: bytes) -> bytes:
    """What is signed of a payload: DSSE's pre-authentication encoding."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def enclose(case: str, members: Mapping[str, bytes], key: str, sign: Callable[[bytes], bytes]) -> bytes:
    """The envelope of a bundle of these members; `sign` signs for the holder of the key string `key`."""
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in members.items()}
    payload = codec.encode(Manifest(case, digests))
    signature = _Signature(key, to_base64(sign(to_be_signed(payload))))
    return codec.encode(_Envelope(to_base64(payload), PAYLOAD_TYPE, (signature,)))


def check_envelope(members: Mapping[str, bytes]) -> tuple[Manifest, note.Key]:
    """The manifest and the key that signed it, after comparing every member with it.

    Raises `IntegrityError` where the signature is wrong, or a member is altered, missing or added.
    """
    envelope = parse(members, ENVELOPE, _Envelope)
    payload = from_base64(envelope.payload)
    if payload is None or envelope.payloadType != PAYLOAD_TYPE or len(envelope.signatures) != 1:
        raise IntegrityError(f"{ENVELOPE}: is not the envelope of a bundle; it was altered")
    key = _checked(envelope.signatures[0], to_be_signed(payload))
    manifest = parsed(payload, f"payload of {ENVELOPE}", Manifest)
    if manifest.schema != SCHEMA:
        raise IntegrityError(f"{ENVELOPE}: {manifest.schema[:40]} is not known here; take a newer whosecopy")
    found = {name: hashlib.sha256(data).hexdigest() for name, data in members.items() if name != ENVELOPE}
    for name in sorted(found.keys() | manifest.members.keys()):
        if name not in found or name not in manifest.members:
            raise IntegrityError(f"{name[:80]}: is {'missing' if name not in found else 'no part of the bundle'}")
        if not hmac.compare_digest(found[name].encode(), manifest.members[name].encode()):
            raise IntegrityError(f"{name}: differs from the digest that was signed; it was altered or swapped")
    return manifest, key


def _checked(signature: _Signature, message: bytes) -> note.Key:
    try:
        key = note.decode_key(signature.keyid)
    except InputError as error:
        raise IntegrityError(f"{ENVELOPE}: {error}") from error
    value = from_base64(signature.sig)
    try:
        if value is None or key.kind != note.ED25519:
            raise InvalidSignature
        Ed25519PublicKey.from_public_bytes(key.public).verify(value, message)
    except InvalidSignature as error:
        raise IntegrityError(f"{ENVELOPE}: the signature is wrong; the manifest was altered") from error
    return key
