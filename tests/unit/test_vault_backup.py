"""A backup brings everything back, is worthless without the key, and no altered one passes."""

import hashlib
import sqlite3
import stat
from pathlib import Path

import pytest

from whosecopy.errors import AccessError, InputError, IntegrityError, WhosecopyError
from whosecopy.model import Recipient, codec
from whosecopy.vault.backup import backup, restore, verify
from whosecopy.vault.events import events, record
from whosecopy.vault.rootkey import make_key
from whosecopy.vault.store import Vault, create, open_vault

NOW = "2031-05-06T07:08:09Z"
PEOPLE = [Recipient("r-0001", "north", "ann@north.example"), Recipient("r-0002", "south")]


@pytest.fixture
def vault(tmp_path: Path):
    with create(tmp_path / "vault", tmp_path / "root.key", NOW) as made:
        with made.transaction() as tx:
            document = tx.add_document("Joint plan", "text/plain", NOW)
            tx.add_version(document, b"template", "", b"the master", b"secrets", 1e-6, [1, 2, 3])
            tx.add_batch(document, 1, PEOPLE, b"record", "done", "out")
            trace = tx.add_trace("aa", "bb", NOW)
            tx.add_readings(trace, {(document, 1): b"reading"}, 1, 1e-6)
            tx.finish_trace(trace, b"verdict", b"case")
            record(tx, "seal", {"who": "us"}, NOW, document)
        yield made


def everything(vault: Vault) -> list[object]:
    with vault.snapshot() as tx:
        [document] = tx.documents()
        return [
            document,
            [tx.load_template(document.id, 1), tx.load_master(document.id, 1), tx.load_secrets(document.id, 1)],
            tx.recipients(document.id, 1),
            tx.batches(document.id, 1),
            tx.traces(),
            tx.past_readings(document.id, 1),
            tx.candidates([1, 2, 9]),
            [*events(tx)][:2],
        ]


def test_everything_comes_back(vault: Vault, tmp_path: Path):
    saved = backup(vault, tmp_path / "backup")
    assert saved == verify(vault)
    assert (saved.documents, saved.copies, saved.events) == (1, 2, 2)
    restored = restore(tmp_path / "backup", tmp_path / "again", tmp_path / "root.key", NOW)
    assert (restored.vault, restored.documents, restored.copies, restored.events) == (saved.vault, 1, 2, 3)
    with open_vault(tmp_path / "again", tmp_path / "root.key") as again:
        assert everything(again) == everything(vault)
        assert verify(again) == restored
        with again.snapshot() as tx:
            assert [event.header.kind for event in events(tx)][-1] == "vault_restored"
    assert {path.name for path in (tmp_path / "again").iterdir()} == {"vault.db"}
    assert stat.S_IMODE((tmp_path / "again").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "again" / "vault.db").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o600


def test_backup_of_a_vault_in_use_is_consistent(vault: Vault, tmp_path: Path):
    with vault.transaction() as tx:
        tx.add_document("Half done", "text/plain", NOW)
        assert backup(vault, tmp_path / "backup").documents == 1
        record(tx, "note", {}, NOW)
    assert restore(tmp_path / "backup", tmp_path / "again", tmp_path / "root.key", NOW).documents == 1


def test_the_key_is_not_in_the_backup_and_nothing_is_readable(vault: Vault, tmp_path: Path):
    backup(vault, tmp_path / "backup")
    data = (tmp_path / "backup").read_bytes()
    secrets = [(tmp_path / "root.key").read_bytes(), vault.keys.cells, vault.keys.tags, vault.keys.lookup]
    words = [b"Joint plan", b"the master", b"r-0001", b"north", b"ann@", b"text/plain"]
    assert [word for word in [*secrets, *words] if word in data] == []


def test_another_key_restores_nothing(vault: Vault, tmp_path: Path):
    backup(vault, tmp_path / "backup")
    make_key(tmp_path / "wrong.key")
    with pytest.raises(AccessError, match="does not open"):
        restore(tmp_path / "backup", tmp_path / "again", tmp_path / "wrong.key", NOW)
    assert not (tmp_path / "again").exists()


def test_any_flipped_byte_is_refused_and_leaves_nothing(vault: Vault, tmp_path: Path):
    backup(vault, tmp_path / "backup")
    data = (tmp_path / "backup").read_bytes()
    header = data.index(b"\n") + 1
    before = {path.name for path in tmp_path.iterdir()}
    for place in [*range(0, header, 3), *range(header, len(data), 9973), len(data) - 1]:
        (tmp_path / "backup").write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(WhosecopyError):
            restore(tmp_path / "backup", tmp_path / "again", tmp_path / "root.key", NOW)
        assert {path.name for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("cut", [0, 10, 400, -1])
def test_a_truncated_backup_is_refused(vault: Vault, tmp_path: Path, cut: int):
    backup(vault, tmp_path / "backup")
    data = (tmp_path / "backup").read_bytes()
    (tmp_path / "backup").write_bytes(data[:cut])
    with pytest.raises((InputError, IntegrityError)):
        restore(tmp_path / "backup", tmp_path / "again", tmp_path / "root.key", NOW)
    (tmp_path / "backup").write_bytes(data + b"\0")
    with pytest.raises(IntegrityError, match="damaged or was altered"):
        restore(tmp_path / "backup", tmp_path / "again", tmp_path / "root.key", NOW)


def test_a_backup_made_up_by_someone_without_the_key_is_refused(vault: Vault, tmp_path: Path):
    backup(vault, tmp_path / "backup")
    line, _, body = (tmp_path / "backup").read_bytes().partition(b"\n")
    database = tmp_path / "forged.db"
    database.write_bytes(body)
    with sqlite3.connect(database) as forged:
        forged.execute("UPDATE versions SET closed = 1")
    forged.close()
    body = database.read_bytes()
    header = codec.decode(line, dict) | {"size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
    (tmp_path / "backup").write_bytes(codec.encode(header) + b"\n" + body)
    with pytest.raises(IntegrityError, match="altered"):
        restore(tmp_path / "backup", tmp_path / "again", tmp_path / "root.key", NOW)


def test_an_index_issued_after_the_backup_is_not_issued_to_somebody_else(vault: Vault, tmp_path: Path):
    backup(vault, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "again", tmp_path / "root.key", NOW)
    with open_vault(tmp_path / "again", tmp_path / "root.key") as again, again.transaction() as tx:
        [document] = tx.documents()
        with pytest.raises(InputError, match="--supersedes"):
            tx.add_batch(document.id, 1, PEOPLE, b"", "pending", "")
        assert tx.add_version(document.id, b"", "", b"", b"", 1e-6, []) == 2
        assert tx.add_batch(document.id, 2, PEOPLE, b"", "pending", "").first == 0
        record(tx, "seal", {}, NOW, document.id)


def test_a_vault_moved_as_it_is_goes_on_issuing(vault: Vault, tmp_path: Path):
    backup(vault, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "again", tmp_path / "root.key", NOW, latest=True)
    with open_vault(tmp_path / "again", tmp_path / "root.key") as again, again.transaction() as tx:
        [document] = tx.documents()
        assert tx.add_batch(document.id, 1, PEOPLE, b"", "pending", "").first == 2
        record(tx, "issue", {}, NOW, document.id)


def test_a_damaged_vault_is_not_backed_up(vault: Vault, tmp_path: Path):
    with vault.transaction() as tx:
        tx.connection.exec_driver_sql("UPDATE batches SET first = 1")
    with pytest.raises(IntegrityError, match="without gaps"):
        backup(vault, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def test_no_file_is_overwritten(vault: Vault, tmp_path: Path):
    (tmp_path / "backup").write_text("the only copy")
    with pytest.raises(InputError, match="exists already"):
        backup(vault, tmp_path / "backup")
    assert (tmp_path / "backup").read_text() == "the only copy"
    with pytest.raises(InputError, match="cannot be written"):
        backup(vault, tmp_path / "missing" / "backup")
    (tmp_path / "backup").unlink()
    backup(vault, tmp_path / "backup")
    with pytest.raises(InputError, match="a vault is here already"):
        restore(tmp_path / "backup", tmp_path / "vault", tmp_path / "root.key", NOW)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{}\n", b"[1]\n", b"PK\x03\x04" * 3000])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(InputError, match="no backup"):
        restore(tmp_path / "file", tmp_path / "again", tmp_path / "root.key", NOW)
    with pytest.raises(InputError, match="cannot be read"):
        restore(tmp_path / "nothing", tmp_path / "again", tmp_path / "root.key", NOW)
    assert not (tmp_path / "again").exists()
