"""Base64 and decimal numbers, strictly: one value, one text."""

import base64
import binascii
import re

_NUMBER = re.compile("0|[1-9][0-9]{0,18}")
_MAX_NUMBER = (1 << 63) - 1


def to_base64(data: bytes) -> str:
    """Standard base64 of `data`, with padding.

    Source: RFC 4648, section 4.
    """
    return base64.b64encode(data).decode()


def from_base64(text: str) -> bytes | None:
    """The bytes of which `to_base64` makes `text`; None where there are none."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if to_base64(data) == text else None


def from_decimal(text: str) -> int | None:
    """The number from 0 to 2^63 - 1 written as `text`, without sign or leading zeros; None where there is none."""
    value = int(text) if _NUMBER.fullmatch(text) else None
    return value if value is not None and value <= _MAX_NUMBER else None
