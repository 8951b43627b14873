"""The published log: every record of the vault as a leaf of one Merkle tree, under a signed checkpoint.

The database is the truth and the log is made from it: entry k is header and content digest of event k + 1, and
holds no content. A log that lags behind is brought up to date, one that is missing is made again; one that
contradicts the database is refused with the reason, since one of the two was put back or rewritten.

>>> from pathlib import Path
>>> from tempfile import TemporaryDirectory
>>> from whosecopy.tlog import checkpoint, note
>>> from whosecopy.vault.store import create
>>> with TemporaryDirectory() as place:
...     with create(Path(place, "vault"), Path(place, "root.key"), "2031-05-06T07:08:09Z") as vault:
...         signed = advance(vault, "2031-05-06T07:08:09Z")
...         checkpoint.open_signed(signed, note.decode_key(log_key(vault))).checkpoint.size
1
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from sqlalchemy import and_

from whosecopy.errors import InputError, IntegrityError
from whosecopy.tlog import checkpoint, merkle, note, tiles
from whosecopy.tlog.checkpoint import Checkpoint
from whosecopy.vault.events import leaf_digest, record
from whosecopy.vault.events_heads import newest
from whosecopy.vault.log_files import LogFolder, MissingTileError
from whosecopy.vault.log_keys import MADE, key_string, log_seed, make_log_key, origin, rotations
from whosecopy.vault.store import Tx, Vault
from whosecopy.vault.tables import events as table

FOLDER = "log"
_STEP = 1 << 14
"""Records that are published at a time."""


def advance(vault: Vault, now: str) -> bytes:
    """Publish every committed event and return the newest signed checkpoint, which covers all of them.

    Tiles are durable before the checkpoint that needs them. Nothing is written where nothing is new. `now` is
    the time of the record that is made where an older vault gets its log key.

    Raises `IntegrityError` where the log contradicts the database, `AccessError` where it cannot be written.
    """
    with vault.snapshot() as tx:
        seed = log_seed(tx)
    if seed is None:
        with vault.transaction() as tx:
            record(tx, MADE, {"key": make_log_key(tx, vault.id)}, now)
    folder = log_folder(vault)
    with folder.locked(), vault.snapshot() as tx:
        published, signed = read_checkpoint(vault, tx)
        size = newest(tx).number
        _refuse_older(folder, size, published)
        try:
            if tiles.root(published.size, folder.read) != published.root:
                raise _altered(folder)
            _refuse_rewritten(folder, tx, published)
            if signed is not None and published.size == size and _is_current(vault, tx, signed):
                return signed
            return _publish(vault, tx, published, size, published)
        except MissingTileError:
            return _publish(vault, tx, _empty(vault), size, published)


def remake(vault: Vault) -> bytes:
    """Compare every tile with the database, make those again that are missing; returns the newest checkpoint.

    Raises `IntegrityError` for a tile that differs, or where the log contradicts the database.
    """
    folder = log_folder(vault)
    with folder.locked(), vault.snapshot() as tx:
        published, _ = read_checkpoint(vault, tx)
        size = newest(tx).number
        _refuse_older(folder, size, published)
        with suppress(MissingTileError):
            if tiles.root(published.size, folder.read) == published.root:
                _refuse_rewritten(folder, tx, published)
        return _publish(vault, tx, _empty(vault), size, published)


def proofs(vault: Vault, sequences: Sequence[int]) -> tuple[bytes, list[tuple[bytes, ...]]]:
    """The newest checkpoint, and for each event, by sequence from 1, its inclusion path to it.

    Raises `InputError` for an event that was not published; `advance` publishes.
    """
    with vault.snapshot() as tx:
        published, signed = read_checkpoint(vault, tx)
        for sequence in sequences:
            if signed is None or not 1 <= sequence <= published.size:
                raise InputError(f"event {sequence}: is not in the published log, which has {published.size} records")
        try:
            return signed or b"", [_proof(vault, tx, sequence, published) for sequence in sequences]
        except MissingTileError:
            remake(vault)
            return signed or b"", [_proof(vault, tx, sequence, published) for sequence in sequences]


def log_key(vault: Vault) -> str:
    """The key string that anybody can verify the log's checkpoints with; raises `InputError` where there is none."""
    with vault.snapshot() as tx:
        return key_string(tx, vault.id)


def log_folder(vault: Vault) -> LogFolder:
    """Where the log of a vault is published."""
    return LogFolder(vault.folder / FOLDER)


def read_checkpoint(vault: Vault, tx: Tx) -> tuple[Checkpoint, bytes | None]:
    """The newest published checkpoint with its note; of size 0 and None where there is none.

    Raises `IntegrityError` where it was not signed by a key of this log.
    """
    folder = log_folder(vault)
    signed = folder.checkpoint()
    if signed is None:
        return _empty(vault), None
    keys = [key_string(tx, vault.id)]
    if not _is_current(vault, tx, signed):
        keys += [one.old for one in rotations(tx)]
    return open_checkpoint(signed, [note.decode_key(key) for key in keys], str(folder.folder)), signed


def open_checkpoint(signed: bytes, keys: Sequence[note.Key], where: str) -> Checkpoint:
    """The checkpoint in a note signed by one of `keys`, all of one log.

    Raises `IntegrityError` where none of them signed it, or it is of another log.
    """
    try:
        opened = note.decode(signed)
        note.verify(opened, keys)
        found = checkpoint.decode(opened.text)
    except IntegrityError as error:
        raise IntegrityError(f"{where}: the checkpoint is not one of this log ({error})") from None
    if found.origin != keys[0].name:
        raise IntegrityError(f"{where}: the checkpoint is of {found.origin}, not of {keys[0].name}")
    return found


def entries(tx: Tx, first: int, last: int) -> list[bytes]:
    """The log entries of the events from sequence `first` to `last`, both included.

    Raises `IntegrityError` where an event is missing or does not fit its digest.
    """
    where = and_(table.c.sequence >= first, table.c.sequence <= last)
    found = list[bytes]()
    for row in tx.fetch(table, where, "header content_sha256 digest", order="sequence"):
        expected = first + len(found), leaf_digest(row["header"], row["content_sha256"])
        if (row["sequence"], row["digest"]) != expected:
            break
        found.append(row["header"] + row["content_sha256"])
    if len(found) != last - first + 1:
        raise IntegrityError(f"the vault's record of events is broken at event {first + len(found)}; restore a backup")
    return found


def leaf_of(tx: Tx, sequence: int) -> bytes:
    """The leaf hash of an event: 32 bytes."""
    return bytes(next(tx.fetch(table, table.c.sequence == sequence, "digest"))["digest"])


def steps(size: int, end: int) -> Iterator[tuple[int, int]]:
    """The sizes from `size` to `end` between which the log is worked on at a time."""
    for start in range(size, end, _STEP):
        yield start, min(start + _STEP, end)


def _refuse_older(folder: LogFolder, size: int, published: Checkpoint) -> None:
    """Raise `IntegrityError` where fewer records are in the database than were published."""
    if published.size > size:
        raise IntegrityError(
            f"{folder.folder}: the log has {published.size} records and the database {size}: the database was put "
            "back to an older state; restore the newest backup"
        )


def _refuse_rewritten(folder: LogFolder, tx: Tx, published: Checkpoint) -> None:
    """Raise `IntegrityError` where the newest published leaf is another one in the database.

    Every header holds the digest of the one before: one leaf stands for all before it.
    """
    if published.size == 0:
        return
    tile, at = divmod(published.size - 1, tiles.WIDTH)
    hashes = folder.read(tiles.tile_path(0, tile, at + 1))
    if hashes[at * merkle.HASH_BYTES :] != leaf_of(tx, published.size):
        raise _rewritten(folder, published.size)


def _proof(vault: Vault, tx: Tx, sequence: int, published: Checkpoint) -> tuple[bytes, ...]:
    """The inclusion path of one event, checked."""
    folder = log_folder(vault)
    path = tiles.inclusion_path(sequence - 1, published.size, folder.read)
    try:
        merkle.check_inclusion(leaf_of(tx, sequence), sequence - 1, published.size, path, published.root)
    except IntegrityError:
        raise _altered(folder) from None
    return path


def _publish(vault: Vault, tx: Tx, start: Checkpoint, size: int, published: Checkpoint) -> bytes:
    """Write the tiles from `start` to `size`, then the checkpoint; returns it signed."""
    folder, root, files = log_folder(vault), start.root, set[str]()
    for before, after in steps(start.size, size):
        root, made = tiles.append(before, root, entries(tx, before + 1, after), folder.read)
        folder.add(made)
        files |= made.keys()
    if tiles.root(published.size, folder.read) != published.root:
        raise _rewritten(folder, published.size)
    seed = log_seed(tx)
    if seed is None:
        raise InputError(f"{vault.id}: has no log yet; it is made by the next command")
    signed = checkpoint.sign(Checkpoint(origin(vault.id), size, root), seed)
    folder.publish(signed, files)
    return signed


def _empty(vault: Vault) -> Checkpoint:
    return Checkpoint(origin(vault.id), 0, merkle.EMPTY_ROOT)


def _is_current(vault: Vault, tx: Tx, signed: bytes) -> bool:
    """Whether a checkpoint names the key that signs now; its signature is not checked."""
    now = note.decode_key(key_string(tx, vault.id)).id
    try:
        return any(one.key_id == now for one in note.decode(signed).signatures)
    except IntegrityError:
        return True


def _rewritten(folder: LogFolder, size: int) -> IntegrityError:
    return IntegrityError(
        f"{folder.folder}: the database differs from the published log at record {size} or before it: one of the two "
        "was rewritten; keep both as evidence, and compare with a checkpoint kept elsewhere"
    )


def _altered(folder: LogFolder) -> IntegrityError:
    return IntegrityError(
        f"{folder.folder}: the tiles do not lead to the checkpoint, one of them was altered; "
        "see which with: whosecopy log verify"
    )
