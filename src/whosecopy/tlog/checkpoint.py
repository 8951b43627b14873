"""Checkpoints: what a log says of itself at one size, as a text to be signed.

    <origin>
    <size>
    <base64 of the root>
    <extension lines, which whosecopy never writes>

Source: C2SP tlog-checkpoint (c2sp.org/tlog-checkpoint).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from whosecopy.errors import IntegrityError
from whosecopy.tlog import note, strict
from whosecopy.tlog.merkle import HASH_BYTES


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The root (32 bytes) of the log `origin` when it had `size` entries."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint with the keys that signed it: its log's first, then witnesses'."""

    checkpoint: Checkpoint
    signed: tuple[note.Signed, ...]


def encode(checkpoint: Checkpoint) -> str:
    """The text that is signed."""
    lines = (checkpoint.origin, str(checkpoint.size), strict.to_base64(checkpoint.root), *checkpoint.extensions)
    return "".join(line + "\n" for line in lines)


def decode(text: str) -> Checkpoint:
    """The checkpoint of a text; `encode` gives the same text again.

    Raises `IntegrityError` where it is none.
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() or "" in lines:
        raise IntegrityError("a checkpoint has three lines: origin, size and root; ask for it again")
    size, root = strict.from_decimal(lines[1]), strict.from_base64(lines[2])
    if size is None or root is None or len(root) != HASH_BYTES:
        raise IntegrityError(f"the checkpoint of {lines[0]} has a malformed size or root; ask for it again")
    return Checkpoint(lines[0], size, root, tuple(lines[3:]))


def sign(checkpoint: Checkpoint, seed: bytes) -> bytes:
    """The checkpoint as a note, signed by its log: the name of the key is the origin.

    Raises `ValueError` where the origin may not stand in a note.
    """
    text = encode(checkpoint)
    return note.encode(note.Note(text, (note.sign(text, checkpoint.origin, seed),)))


def open_signed(data: bytes, log: note.Key, witnesses: Sequence[note.Key] = ()) -> SignedCheckpoint:
    """The checkpoint in a signed note, after checking that its log signed it, and which of `witnesses` did.

    Raises `IntegrityError` where it is malformed, not the log's, or the signature of a known key is wrong.
    """
    opened = note.decode(data)
    own = note.verify(opened, [log])
    checkpoint = decode(opened.text)
    if checkpoint.origin != log.name:
        raise IntegrityError(f"the checkpoint is of {checkpoint.origin}, not of {log.name}; ask for the right one")
    signed = note.verify(opened, [log, *witnesses])
    return SignedCheckpoint(checkpoint, own + tuple(one for one in signed if one.key != log))
