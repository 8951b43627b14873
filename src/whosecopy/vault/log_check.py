"""Check the whole log: chain, tiles, and that it continues a checkpoint that was kept elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from whosecopy.errors import IntegrityError
from whosecopy.tlog import note, tiles
from whosecopy.tlog.checkpoint import Checkpoint
from whosecopy.vault.events import verify_chain
from whosecopy.vault.log import log_folder, log_key, open_checkpoint, remake
from whosecopy.vault.log_keys import Rotation, rotations
from whosecopy.vault.store import Vault


@dataclass(frozen=True, slots=True)
class Checked:
    """A log that was found whole: its size, root (hex) and key; `continues` is the size of the older checkpoint.

    `origin_established` says whether a key or a checkpoint from elsewhere was given: without one, the log is
    consistent in itself, which a log rewritten as a whole is too.
    """

    size: int
    root: str
    key: str
    continues: int | None
    origin_established: bool


def check_log(vault: Vault, key: str | None = None, older: bytes | None = None) -> Checked:
    """Check every record and every tile; make missing tiles again, and publish what was not published.

    `key` is the log's key string as it was had earlier; a later key counts where the former signed it over. `older`
    is a signed checkpoint that was kept elsewhere. Raises `IntegrityError` with what does not fit.
    """
    with vault.snapshot() as tx:
        verify_chain(tx)
        changes = rotations(tx)
    newest = log_key(vault)
    _check_rotations(changes, newest)
    known = [*(one.old for one in changes), newest]
    if key is not None:
        _check_trusted(key, changes, known)
    signed = remake(vault)
    point = open_checkpoint(signed, [note.decode_key(newest)], str(vault.folder))
    past = None if older is None else _check_older(vault, older, known[known.index(key or known[0]) :], point)
    return Checked(point.size, point.root.hex(), newest, past, key is not None or past is not None)


def _check_rotations(changes: Sequence[Rotation], newest: str) -> None:
    """Every key was signed over by the one before, up to the newest."""
    following = [one.old for one in changes[1:]] + [newest]
    for one, after in zip(changes, following, strict=False):
        statement = note.decode(one.statement)
        keys = [note.decode_key(one.old), note.decode_key(one.new)]
        lines = statement.text.split("\n")
        whole = one.new == after and lines[2:4] == [one.old, one.new] and len(note.verify(statement, keys)) == 2
        if not whole:
            raise IntegrityError(f"record {one.sequence}: the change of the log's key is not signed by both keys")


def _check_trusted(key: str, changes: Sequence[Rotation], known: Sequence[str]) -> None:
    note.decode_key(key)
    if key not in known:
        raise IntegrityError(f"this log was never signed with {key}; it is of another vault, or was rewritten")
    for one in changes:
        if one.old == key and one.revoked:
            raise IntegrityError(
                f"the key was revoked at record {one.sequence}; get the new one from the operator by another way"
            )


def _check_older(vault: Vault, older: bytes, keys: Sequence[str], now: Checkpoint) -> int:
    """The size of an older checkpoint, signed by one of `keys`, that this log continues."""
    past = open_checkpoint(older, [note.decode_key(key) for key in keys], "the checkpoint that was given")
    if past.size > now.size:
        raise IntegrityError(
            f"the checkpoint that was given has {past.size} records, the log {now.size}: the vault was put back to an "
            "older state; restore the newest backup"
        )
    if tiles.root(past.size, log_folder(vault).read) != past.root:
        raise IntegrityError(
            f"the first {past.size} records are others than those of the checkpoint that was given: the log was "
            "rewritten; keep both as evidence"
        )
    return past.size
