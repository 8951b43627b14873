"""The local vault: made once, opened with its root key, read and changed in transactions.

>>> from tempfile import TemporaryDirectory
>>> from whosecopy.vault.events import record
>>> with TemporaryDirectory() as folder:
...     key = Path(folder) / "root.key"
...     with create(Path(folder) / "vault", key, now="2031-05-06T07:08:09Z") as vault:
...         with vault.transaction() as tx:
...             document = tx.add_document("Joint plan", "text/markdown", "2031-05-06T07:08:09Z")
...             _ = record(tx, "document_added", {}, "2031-05-06T07:08:09Z", document)
...         with vault.snapshot() as tx:
...             print(tx.document(document).title)
Joint plan
"""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Engine, insert, select

from whosecopy.errors import AccessError, InputError, IntegrityError
from whosecopy.vault import tables
from whosecopy.vault.database import REVISIONS, connect, make_engine, migrate, revision
from whosecopy.vault.events import record
from whosecopy.vault.log_keys import make_log_key
from whosecopy.vault.paths import key_path
from whosecopy.vault.people import start_policy
from whosecopy.vault.rootkey import SIZE, load_key, make_key, sync_folder
from whosecopy.vault.store_cells import Keys, open_cell, seal_cell
from whosecopy.vault.store_traces import Traces

DATABASE = "vault.db"
WAIT_S = 10.0
"""How long a writer waits for another process before it gives up."""

_POLICY_SINCE = "0003"
_PURPOSES = ("cells", "tags", "lookup", "secrets")


class Tx(Traces):
    """Everything that can be read and changed, in one transaction; made by `Vault`."""


@dataclass(frozen=True, slots=True)
class Vault:
    """An open vault. Close it, or use it in a `with` statement."""

    folder: Path
    id: str
    keys: Keys
    _engine: Engine = field(repr=False)

    @property
    def lookup_key(self) -> bytes:
        """The key for fingerprints handed to `Tx.add_version` and `Tx.candidates`: 32 bytes."""
        return self.keys.lookup

    @contextmanager
    def transaction(self) -> Iterator[Tx]:
        """One transaction: durable at the end, undone as a whole by any exception; writers wait for each other.

        Whatever is changed must be told by `events.record` in the same transaction. Raises `AccessError` where
        another process holds the vault for too long or it cannot be written, `InputError` for a full disk.
        """
        with connect(self._engine, writes=True) as connection:
            tx = Tx(connection, self.keys)
            yield tx
            if tx.written and tables.events.name not in tx.written:
                raise RuntimeError(f"{', '.join(sorted(tx.written))} changed without an event; call events.record")

    @contextmanager
    def snapshot(self) -> Iterator[Tx]:
        """The vault as it is now, to read from; waits for no writer and keeps none waiting."""
        with connect(self._engine, writes=False) as connection:
            tx = Tx(connection, self.keys)
            yield tx
            if tx.written:
                raise RuntimeError("a snapshot is for reading; use transaction()")

    def close(self) -> None:
        """Close the database; what was committed is in one file afterwards."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def create(folder: Path, key_file: Path | None, now: str, policy: int | None = None) -> Vault:
    """Make a vault in `folder` (0700) and open it; its root key goes to `key_file`, or to the default place.

    `policy` is how many approvals a reveal needs; without it 1, and 2 once two people are registered. A key
    file that exists is used as it is. Nothing remains where this fails. Raises `InputError` where the folder
    is in use or cannot be made, `AccessError` where the key would lie in it or does not serve.
    """
    vault_id = f"vault-{secrets.token_hex(8)}"
    file = key_path(vault_id, folder, key_file)
    with ExitStack() as undo:
        with new_folder(folder) as draft:
            if file.exists():
                root = load_key(file)
            else:
                root = make_key(file)
                undo.callback(file.unlink)
            _fill(draft, vault_id, root, now, policy)
        undo.pop_all()
    return open_vault(folder, file)


def open_vault(folder: Path, key_file: Path | None, wait_s: float = WAIT_S) -> Vault:
    """Open the vault in `folder`, bringing an older schema up to date.

    Raises `AccessError` where the vault or its key is missing or the key does not fit, `InputError` where a
    newer version of whosecopy wrote it, `IntegrityError` where it is damaged.
    """
    file = folder / DATABASE
    if not file.is_file():
        raise AccessError(f"{folder}: there is no vault; make one with: whosecopy init --vault {folder}")
    engine = make_engine(file, wait_s)
    try:
        with connect(engine, writes=False) as connection:
            found = revision(connection)
            if found not in REVISIONS:
                raise InputError(f"{folder}: a newer version of whosecopy made this vault; update whosecopy")
            vault_id = connection.execute(select(tables.vault.c.id)).scalar_one()
            wrapped = {row.purpose: row.wrapped for row in connection.execute(select(tables.keys))}
        keys = _unwrap(vault_id, wrapped, key_path(vault_id, folder, key_file))
        if found != REVISIONS[-1]:
            with connect(engine, writes=True) as connection:
                migrate(connection)
                if found < _POLICY_SINCE:
                    start_policy(Tx(connection, keys))
    except BaseException:
        engine.dispose()
        raise
    return Vault(folder, vault_id, keys, engine)


def _fill(folder: Path, vault_id: str, root: bytes, now: str, policy: int | None) -> None:
    """Write the database of a new vault into `folder`."""
    file = folder / DATABASE
    file.touch(mode=0o600)
    keys = Keys(*(secrets.token_bytes(SIZE) for _ in _PURPOSES))
    wrapped = [
        {"purpose": purpose, "wrapped": seal_cell(root, "keys", (vault_id, purpose), "wrapped", getattr(keys, purpose))}
        for purpose in _PURPOSES
    ]
    engine = make_engine(file, WAIT_S)
    try:
        with connect(engine, writes=True) as connection:
            migrate(connection)
            connection.execute(insert(tables.vault).values(id=vault_id, created_at=now))
            connection.execute(insert(tables.keys), wrapped)
            tx = Tx(connection, keys)
            start_policy(tx, policy)
            record(tx, "vault_made", {"vault": vault_id, "log_key": make_log_key(tx, vault_id)}, now)
    finally:
        engine.dispose()


def _unwrap(vault_id: str, wrapped: dict[str, bytes], key_file: Path) -> Keys:
    root = load_key(key_file)
    try:
        return Keys(
            **{
                purpose: open_cell(root, "keys", (vault_id, purpose), "wrapped", wrapped[purpose])
                for purpose in _PURPOSES
            }
        )
    except (IntegrityError, KeyError):
        raise AccessError(
            f"{key_file}: this key does not open {vault_id}; give the right one with --key FILE"
        ) from None


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A temporary folder (0700) beside `folder` that takes its place at the end, or vanishes.

    Raises `InputError` where `folder` is in use or cannot be made.
    """
    try:
        if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
            what = "a vault is here already" if (folder / DATABASE).exists() else "something else is here"
            raise InputError(f"{folder}: {what}; name a new folder with --vault DIR")
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            yield draft
            draft.replace(folder)
            sync_folder(folder.parent)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made ({error.strerror}); name another folder with --vault DIR") from None
