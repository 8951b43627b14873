"""Backups: one file that holds the whole vault except its root key, and is checked before it is used.

The file is a header line (canonical JSON and a newline) and the database. The header states the database's
size and SHA-256, and a keyed digest of that: nobody without the root key can make or alter a backup. What
is confidential is encrypted in the database already.
"""

import hashlib
import hmac
import os
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec
from sqlalchemy import true

from whosecopy.errors import InputError, IntegrityError
from whosecopy.model import codec
from whosecopy.vault.database import check_database, copy_database
from whosecopy.vault.events import record, verify_chain
from whosecopy.vault.paths import key_path
from whosecopy.vault.rootkey import sync_folder
from whosecopy.vault.store import DATABASE, Tx, Vault, new_folder, open_vault
from whosecopy.vault.store_cells import tag
from whosecopy.vault.tables import metadata, sealed_columns

SCHEMA = "whosecopy.backup/1"
_LONGEST_HEADER = 4096
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Contents:
    """What a checked vault holds; `head` is the digest (hex) of its last event."""

    vault: str
    documents: int
    copies: int
    events: int
    head: str


@dataclass(frozen=True, slots=True)
class _Header:
    vault: str
    size: int
    sha256: str
    mac: str
    schema: str = SCHEMA


def verify(vault: Vault) -> Contents:
    """Check the whole vault: file structure, references, every encrypted cell, indices, the chain of events.

    Raises `IntegrityError` for whatever does not fit.
    """
    with vault.snapshot() as tx:
        return _check(vault.id, tx)


def backup(vault: Vault, target: Path) -> Contents:
    """Write a consistent, checked copy of `vault` to the new file `target` (0600) and say what it holds.

    The root key is not in it: keep it elsewhere, without it the backup opens nothing. Raises `InputError`
    where `target` exists or cannot be written, `IntegrityError` where the vault does not pass `verify`.
    """
    if target.exists():
        raise InputError(f"{target}: exists already; name a new file for the backup")
    try:
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as draft:
            database, packed = Path(draft, DATABASE), Path(draft, "backup")
            with vault.snapshot() as tx:
                contents = _check(vault.id, tx)
                copy_database(tx.connection, database)
            _pack(vault, database, packed)
            packed.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise InputError(f"{target}: the backup cannot be written ({error.strerror}); name another file") from None
    return contents


def restore(file: Path, folder: Path, key_file: Path | None, now: str, latest: bool = False) -> Contents:
    """Make the vault in the new `folder` from the backup `file`, check it, and say what it holds.

    Copies issued after the backup was made are unknown to it, and the next recipient would get one of their
    codewords. So no version takes further recipients afterwards, unless `latest` states that nothing was
    issued since. Nothing remains where this fails. Raises `InputError` for a file that is no backup or a
    folder in use, `AccessError` for a missing or wrong key, `IntegrityError` for a damaged backup.
    """
    try:
        stream = file.open("rb")
    except OSError as error:
        raise InputError(f"{file}: the backup cannot be read ({error.strerror}); name another file") from None
    with stream, new_folder(folder) as draft:
        header = _read_header(stream, file)
        _unpack(stream, header, draft / DATABASE, file)
        with open_vault(draft, key_path(header.vault, folder, key_file)) as vault:
            if header.vault != vault.id or not hmac.compare_digest(header.mac, _mac(vault, header.sha256)):
                raise _damaged(file)
            with vault.transaction() as tx:
                if not latest:
                    tx.close_versions()
                record(tx, "vault_restored", {"backup_sha256": header.sha256, "latest": latest}, now)
                return _check(vault.id, tx)


def _check(vault_id: str, tx: Tx) -> Contents:
    check_database(tx.connection)
    for table in metadata.sorted_tables:
        sealed = " ".join(sealed_columns(table))
        for _ in tx.fetch(table, true(), sealed) if sealed else ():
            pass
    copies = 0
    for document, version in tx.issued():
        indices = [issue.index for issue in tx.recipients(document, version)]
        if indices != list(range(len(indices))):
            raise IntegrityError(f"{document}: its copies are not numbered without gaps; restore another backup")
        copies += len(indices)
    events, head = verify_chain(tx)
    return Contents(vault_id, len(tx.documents()), copies, events, head)


def _mac(vault: Vault, sha256: str) -> str:
    return tag(vault.keys.tags, "backup", vault.id, sha256).hex()


def _line(header: _Header) -> bytes:
    return codec.encode(asdict(header)) + b"\n"


def _pack(vault: Vault, database: Path, packed: Path) -> None:
    with database.open("rb") as source:
        sha256 = hashlib.file_digest(source, "sha256").hexdigest()
        header = _Header(vault.id, source.tell(), sha256, _mac(vault, sha256))
        source.seek(0)
        handle = os.open(packed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(_line(header))
            shutil.copyfileobj(source, out, _BLOCK)
            out.flush()
            os.fsync(handle)


def _read_header(stream: BinaryIO, file: Path) -> _Header:
    line = stream.readline(_LONGEST_HEADER)
    try:
        header = codec.decode(line, _Header)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise InputError(f"{file}: is no backup of a vault, or a damaged one; name another file") from None
    if header.schema != SCHEMA:
        raise InputError(f"{file}: a newer version of whosecopy made this backup; update whosecopy")
    if line != _line(header):
        raise _damaged(file)
    return header


def _unpack(stream: BinaryIO, header: _Header, database: Path, file: Path) -> None:
    database.touch(mode=0o600)
    sha256 = hashlib.sha256()
    with database.open("wb") as out:
        while block := stream.read(_BLOCK):
            sha256.update(block)
            out.write(block)
        size = out.tell()
    if (size, sha256.hexdigest()) != (header.size, header.sha256):
        raise _damaged(file)


def _damaged(file: Path) -> IntegrityError:
    return IntegrityError(f"{file}: this backup is damaged or was altered; use another one")
