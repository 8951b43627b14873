"""The key that signs the log: an Ed25519 seed of its own, and how it is replaced.

A rotation is a record that holds a statement signed by the old key and the new one. Whoever has the old key
string can follow it; whoever was told that the old key was stolen (a revocation) must ask for the new one.
"""

import secrets
from dataclasses import dataclass

from sqlalchemy import select

from whosecopy.errors import InputError
from whosecopy.tlog import note
from whosecopy.vault.events import events, record
from whosecopy.vault.store_cells import open_cell, seal_cell
from whosecopy.vault.store_session import Session
from whosecopy.vault.tables import keys as table

ROTATION = "rotation"
MADE = "log_key"
_PURPOSE = "log"
_ROW = (_PURPOSE,)
_STATEMENT = "whosecopy.rotation/1"


@dataclass(frozen=True, slots=True)
class Rotation:
    """One key of the log replaced by another; `revoked` says that the old one must not be trusted any more.

    `sequence` is the record of it, `statement` the signed note.
    """

    sequence: int
    old: str
    new: str
    revoked: bool
    statement: bytes


def origin(vault_id: str) -> str:
    """The name of a vault's log, and of the keys that sign it."""
    return f"whosecopy/{vault_id}"


def make_log_key(tx: Session, vault_id: str) -> str:
    """Draw the log's first key and keep it; returns its key string. The caller records it."""
    seed = secrets.token_bytes(32)
    tx.insert(table, {"purpose": _PURPOSE, "wrapped": _wrap(tx, seed)})
    return _string(vault_id, seed)


def log_seed(tx: Session) -> bytes | None:
    """The secret key that signs the log now: 32 bytes; None in an older vault that has none yet."""
    wrapped = tx.connection.execute(select(table.c.wrapped).where(table.c.purpose == _PURPOSE)).scalar_one_or_none()
    return None if wrapped is None else open_cell(tx.keys.cells, table.name, _ROW, "wrapped", wrapped)


def key_string(tx: Session, vault_id: str) -> str:
    """The key string to verify the log with; raises `InputError` where the vault has no log yet."""
    seed = log_seed(tx)
    if seed is None:
        raise InputError(f"{vault_id}: has no log yet; it is made by the next command")
    return _string(vault_id, seed)


def rotate(tx: Session, vault_id: str, now: str, revoke: bool) -> str:
    """Replace the log's key in the running transaction and record it; returns the new key string.

    The old secret key is gone afterwards. With `revoke` the record says that it must not be trusted any more.
    """
    old, new = log_seed(tx), secrets.token_bytes(32)
    if old is None:
        raise InputError(f"{vault_id}: has no log yet; it is made by the next command")
    name, before, after = origin(vault_id), _string(vault_id, old), _string(vault_id, new)
    text = f"{_STATEMENT}\n{name}\n{before}\n{after}\n{now}\n{'revoked' if revoke else 'replaced'}\n"
    signed = note.Note(text, (note.sign(text, name, old), note.sign(text, name, new)))
    tx.update(table, _ROW, {"wrapped": _wrap(tx, new)})
    payload = {"old": before, "new": after, "revoked": revoke, "statement": note.encode(signed).decode()}
    record(tx, ROTATION, payload, now)
    return after


def rotations(tx: Session) -> list[Rotation]:
    """Every change of the log's key, oldest first."""
    return [
        Rotation(
            event.header.sequence,
            event.payload["old"],
            event.payload["new"],
            event.payload["revoked"],
            event.payload["statement"].encode(),
        )
        for event in events(tx, "")
        if event.header.kind == ROTATION
    ]


def _wrap(tx: Session, seed: bytes) -> bytes:
    return seal_cell(tx.keys.cells, table.name, _ROW, "wrapped", seed)


def _string(vault_id: str, seed: bytes) -> str:
    return note.encode_key(note.key_of(origin(vault_id), seed))
