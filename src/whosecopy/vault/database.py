"""The database engine: how it is opened, how its schema is brought up to date, what its errors mean.

Everything that is particular to SQLite stands in this file; the tables and queries are plain SQLAlchemy.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, select, table, text
from sqlalchemy import column as sql_column
from sqlalchemy.exc import DBAPIError

from whosecopy.errors import AccessError, InputError, IntegrityError, WhosecopyError

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")
"""The schema's history, oldest first; the last one is what the tables describe."""

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_NO_SPACE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_NO_ACCESS = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def make_engine(file: Path, wait_s: float) -> Engine:
    """An engine for the database `file`: every commit durable, a writer waits `wait_s` seconds for another."""
    engine = create_engine(
        URL.create("sqlite", database=str(file)), connect_args={"timeout": wait_s, "isolation_level": None}
    )

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options()["writes"]
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def connect(engine: Engine, writes: bool) -> Iterator[Connection]:
    """A connection in one transaction: committed at the end, rolled back by any exception.

    Writers come one after the other; readers see the state in which they began and wait for nobody.
    Raises `AccessError`, `InputError` or `IntegrityError` for what the database cannot do.
    """
    try:
        with engine.connect().execution_options(writes=writes) as connection, connection.begin():
            yield connection
    except (DBAPIError, sqlite3.Error) as error:
        raise explain(error, str(engine.url.database)) from error


def explain(error: DBAPIError | sqlite3.Error, file: str) -> WhosecopyError | DBAPIError | sqlite3.Error:
    """The error that a user is to see for a database's `error`; the same one where it is a defect of ours."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in _BUSY:
        return AccessError(f"{file}: the vault is in use by another process; try again when that is done")
    if code in _NO_SPACE:
        return InputError(f"{file}: the disk is full or failing ({cause}); nothing was changed; make room and repeat")
    if code in _NO_ACCESS:
        return AccessError(f"{file}: the vault cannot be written ({cause}); check the permissions of its folder")
    if code in _DAMAGED:
        return IntegrityError(f"{file}: the vault is damaged ({cause}); restore it from a backup")
    return error


def revision(connection: Connection) -> str:
    """The schema's revision: one of `REVISIONS`, or a newer one.

    Raises `IntegrityError` where the database is no vault.
    """
    name = "alembic_version"
    found = None
    if inspect(connection).has_table(name):
        found = connection.scalar(select(table(name, sql_column("version_num"))))
    if found is None:
        raise IntegrityError(f"{connection.engine.url.database}: is not a vault; give its folder with --vault DIR")
    return str(found)


def migrate(connection: Connection, target: str = REVISIONS[-1]) -> None:
    """Bring the schema from whatever revision it has up to `target`, within the running transaction."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(Path(__file__).parent / "migrations"))
    context = MigrationContext.configure(connection)
    newest_first = scripts.iterate_revisions(target, context.get_current_revision())
    with Operations.context(context):
        for script in reversed(list(newest_first)):
            script.module.upgrade()
    context.stamp(scripts, target)


def copy_database(connection: Connection, target: Path) -> None:
    """Copy the database as `connection` sees it to the new file `target`, while others go on working."""
    source: Any = connection.connection.driver_connection
    try:
        with closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise explain(error, str(target)) from error


def check_database(connection: Connection) -> None:
    """Check the file's structure and every reference between tables; raises `IntegrityError`."""
    structure = connection.execute(text("PRAGMA integrity_check")).scalars().all()
    dangling = connection.execute(text("PRAGMA foreign_key_check")).all()
    if structure != ["ok"] or dangling:
        raise IntegrityError(f"{connection.engine.url.database}: the vault is damaged; restore it from a backup")
