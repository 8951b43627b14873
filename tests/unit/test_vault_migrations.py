"""Every schema that was ever released opens, migrated; a newer one is refused."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, inspect

from whosecopy.errors import InputError, IntegrityError
from whosecopy.model import Recipient
from whosecopy.vault import database, tables
from whosecopy.vault.backup import verify
from whosecopy.vault.database import REVISIONS, connect, make_engine, migrate, revision
from whosecopy.vault.events import record
from whosecopy.vault.store import create, open_vault

NOW = "2031-05-06T07:08:09Z"


def vault_of(revision_name: str, tmp_path: Path) -> str:
    """Make a vault in `tmp_path / "old"` with an earlier schema and a document in it; returns the document."""
    with create(tmp_path / "new", tmp_path / "root.key", NOW) as vault:
        with vault.transaction() as tx:
            document = tx.add_document("Joint plan", "text/plain", NOW)
            tx.add_version(document, b"template", "", b"master", b"secrets", 1e-6, [5])
            tx.add_batch(document, 1, [Recipient("r-1")], b"record", "done", "out")
            record(tx, "seal", {}, NOW, document)
        with vault.snapshot() as tx:
            rows = {
                table: tx.connection.execute(table.select()).mappings().all() for table in tables.metadata.sorted_tables
            }
    (tmp_path / "old").mkdir()
    engine = make_engine(tmp_path / "old" / "vault.db", 1)
    with connect(engine, writes=True) as connection:
        migrate(connection, revision_name)
        assert revision(connection) == revision_name
        present = inspect(connection).get_table_names()
        for table, values in rows.items():
            if values and table.name in present:
                connection.execute(insert(table), [dict(row) for row in values])
    engine.dispose()
    return document


@pytest.mark.parametrize("released", REVISIONS)
def test_a_vault_of_every_release_opens_with_all_it_held(tmp_path: Path, released: str):
    document = vault_of(released, tmp_path)
    with open_vault(tmp_path / "old", tmp_path / "root.key") as vault:
        with vault.transaction() as tx:
            assert revision(tx.connection) == REVISIONS[-1]
            assert tx.load_master(document, 1) == b"master"
            assert [issue.recipient.id for issue in tx.recipients(document, 1)] == ["r-1"]
            assert tx.candidates([5]) == {(document, 1): 1}
            trace = tx.add_trace("", "", NOW)
            tx.finish_trace(trace, b"verdict", b"case")
            record(tx, "trace", {}, NOW)
        assert verify(vault).copies == 1


def test_the_history_of_the_schema_has_one_end():
    scripts = ScriptDirectory(str(Path(database.__file__).parent / "migrations"))
    assert tuple(script.revision for script in reversed([*scripts.walk_revisions()])) == REVISIONS
    assert scripts.get_heads() == [REVISIONS[-1]]


def test_migrations_lead_to_the_tables_in_use(tmp_path: Path):
    engine = make_engine(tmp_path / "vault.db", 1)
    with connect(engine, writes=True) as connection:
        migrate(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
    engine.dispose()


def test_a_failing_migration_leaves_the_old_schema(tmp_path: Path):
    vault_of("0001", tmp_path)
    with sqlite3.connect(tmp_path / "old" / "vault.db") as blocker:
        blocker.execute("CREATE TABLE events (in_the_way)")
    blocker.close()
    with pytest.raises(Exception, match="already exists"):
        open_vault(tmp_path / "old", tmp_path / "root.key")
    with sqlite3.connect(tmp_path / "old" / "vault.db") as look:
        names = {name for (name,) in look.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert look.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
    look.close()
    assert "documents" in names
    assert "traces" not in names


def test_a_vault_of_a_newer_version_is_refused_untouched(tmp_path: Path):
    create(tmp_path / "vault", tmp_path / "root.key", NOW).close()
    file = tmp_path / "vault" / "vault.db"
    with sqlite3.connect(file) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()
    before = file.read_bytes()
    with pytest.raises(InputError, match="newer version"):
        open_vault(tmp_path / "vault", tmp_path / "root.key")
    assert file.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"no database at all, but long enough to hold a header" * 20])
def test_a_file_that_is_no_vault_is_refused(tmp_path: Path, content: bytes):
    (tmp_path / "vault").mkdir()
    (tmp_path / "vault" / "vault.db").write_bytes(content)
    with pytest.raises(IntegrityError) as refusal:
        open_vault(tmp_path / "vault", tmp_path / "root.key")
    assert "vault.db" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_foreign_database_is_no_vault(tmp_path: Path):
    (tmp_path / "vault").mkdir()
    with sqlite3.connect(tmp_path / "vault" / "vault.db") as foreign:
        foreign.execute("CREATE TABLE songs (title)")
    foreign.close()
    with pytest.raises(IntegrityError, match="is not a vault"):
        open_vault(tmp_path / "vault", tmp_path / "root.key")
