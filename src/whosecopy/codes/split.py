"""Split mode: codeword bytes are the sum of two streams whose keys are held apart and never meet (STATISTICS V2).

As long as one of the two keys is random and unknown to whoever holds the other, so are the codewords.
"""

import hashlib

import numpy as np

from whosecopy.codes.commit import commitment
from whosecopy.codes.keystream import Bytes, Source

HOLDERS = 2
_SHARE = "code share"


def share_commitment(key: bytes) -> str:
    """What a custodian commits to when a key of 32 bytes is drawn, before any row is made: lower-case hex."""
    return commitment(_SHARE, key)


def code_shares(code: Source) -> tuple[str, ...]:
    """The commitments of the custodians to their keys; none where there is one key."""
    return () if isinstance(code, bytes) else code.commitments


def code_commitment(code: Source) -> str:
    """The commitment to `code` of a seal record: to the key, or to the custodians' commitments in their order."""
    if isinstance(code, bytes):
        return commitment("code", code)
    return hashlib.sha256(
        b"whosecopy/1/commitment/code shares\0" + bytes.fromhex("".join(code.commitments))
    ).hexdigest()


def together(first: bytes, second: bytes, width: int) -> Bytes:
    """The rows of both custodians as one: each byte the exclusive or of theirs; uint8, shape (rows, width)."""
    return np.bitwise_xor(np.frombuffer(first, np.uint8), np.frombuffer(second, np.uint8)).reshape(-1, width)
