"""Time stamps of checkpoints: a service that knows nothing of the log says when a root existed at the latest.

What is stamped is the SHA-256 of the checkpoint's text, so that cosignatures may be added before or after. There
is no nonce: a stamp of the same text made earlier is as good.

Source: RFC 3161.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from whosecopy.errors import InputError, IntegrityError
from whosecopy.tlog import checkpoint
from whosecopy.tlog.checkpoint import Checkpoint

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse

_CERTIFICATES = 0xA0


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a service stated: `time` in ISO 8601, and the serial number and policy of the stamp."""

    time: str
    serial: int
    policy: str


def request(point: Checkpoint) -> bytes:
    """A request (DER) to stamp a checkpoint; the same one every time."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    builder = TimestampRequestBuilder(_text(point), HashAlgorithm.SHA256, nonce=False, cert_req=True)
    return builder.build().as_bytes()


def read_roots(data: bytes) -> list["Certificate"]:
    """The certificates of a PEM file: those of the authorities that are trusted to name time stamping services.

    Raises `InputError` where there is none.
    """
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return load_pem_x509_certificates(data)
    except ValueError as error:
        raise InputError("the file of trusted certificates holds no PEM certificate") from error


def verify(response: bytes, point: Checkpoint, roots: Sequence["Certificate"]) -> Stamp:
    """What the response (DER) to `request(point)` states, after checking that it does so.

    Trusted are certificates that one of `roots` vouches for, at the time of the stamp; certificates between the
    two are in the response, or among `roots`.

    Raises `IntegrityError` where the response is malformed, a refusal, of something else, or by somebody else.
    """
    from rfc3161_client import VerifierBuilder

    parsed = _parse(response)
    try:
        VerifierBuilder(roots=list(roots)).build().verify_message(parsed, _text(point))
    except Exception as error:  # the library lets through whatever the parsers below it raise
        reason = str(error).partition(":")[0]
        raise IntegrityError(f"the time stamp is not valid ({reason}); ask for a new one") from error
    told = parsed.tst_info
    return Stamp(told.gen_time.isoformat().replace("+00:00", "Z"), told.serial_number, told.policy.dotted_string)


def _text(point: Checkpoint) -> bytes:
    return checkpoint.encode(point).encode()


def _parse(response: bytes) -> "TimeStampResponse":
    from rfc3161_client import decode_timestamp_response

    try:
        return decode_timestamp_response(_sort_certificates(response))
    except (IndexError, ValueError) as error:
        raise IntegrityError("the time stamp is malformed, or the service refused; ask for a new one") from error


def _sort_certificates(response: bytes) -> bytes:
    """The response with its certificates in the order that DER asks for.

    Services list them from the signer up, and the parser is strict. No signature covers their order.
    """
    parts = _children(response, *_body(response, 0))
    if len(parts) < 2:
        return response
    content = _children(response, *_body(response, parts[1][0]))[1]
    signed = _children(response, *_body(response, content[0]))[0]
    for start, _ in _children(response, *_body(response, signed[0])):
        if response[start] == _CERTIFICATES:
            first, end = _body(response, start)
            certificates = sorted(response[a:b] for a, b in _children(response, first, end))
            return response[:first] + b"".join(certificates) + response[end:]
    return response


def _children(data: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """Start and end of the DER values that follow each other from `start` to `end`."""
    found = []
    while start < end:
        after = _body(data, start)[1]
        found.append((start, after))
        start = after
    return found


def _body(data: bytes, at: int) -> tuple[int, int]:
    """Start and end of the contents of the DER value at `at`."""
    length, start = data[at + 1], at + 2
    if length >= 0x80:
        start += length - 0x80
        length = int.from_bytes(data[at + 2 : start], "big")
    if start + length > len(data):
        raise ValueError("a length exceeds the data")
    return start, start + length
