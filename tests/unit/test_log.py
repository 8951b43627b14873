"""The published log: what is in it, that it catches up, and that it contradicts whoever rewrites the past."""

import hashlib
import shutil
import threading
from pathlib import Path

import pytest
from sqlalchemy import delete

from whosecopy.errors import AccessError, InputError, IntegrityError
from whosecopy.tlog import checkpoint, merkle, note, tiles
from whosecopy.vault import log, tables
from whosecopy.vault.events import draft, events, record, record_all
from whosecopy.vault.log import advance, log_folder, log_key, proofs, remake
from whosecopy.vault.log_keys import rotate
from whosecopy.vault.store import Vault, create, open_vault

NOW = "2031-05-06T07:08:09Z"


@pytest.fixture
def vault(tmp_path: Path):
    with create(tmp_path / "vault", tmp_path / "root.key", NOW) as made:
        yield made


def note_down(vault: Vault, count: int, document: str = "") -> None:
    with vault.transaction() as tx:
        for k in range(count):
            record(tx, "note", {"k": k}, NOW, document)


def digests(vault: Vault) -> list[bytes]:
    with vault.snapshot() as tx:
        return [bytes.fromhex(event.digest) for event in events(tx)]


def opened(vault: Vault, signed: bytes) -> checkpoint.Checkpoint:
    return checkpoint.open_signed(signed, note.decode_key(log_key(vault))).checkpoint


def root_of(hashes: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while 2 * split < len(hashes):
        split *= 2
    return hashlib.sha256(b"\x01" + root_of(hashes[:split]) + root_of(hashes[split:])).digest()


def files(vault: Vault) -> dict[str, bytes]:
    folder = vault.folder / "log"
    return {str(one.relative_to(folder)): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}


@pytest.mark.parametrize("count", [0, 1, 254, 255, 256, 600])
def test_the_checkpoint_covers_every_event_and_every_event_has_its_proof(vault: Vault, count: int):
    note_down(vault, count)
    signed = advance(vault, NOW)
    leaves = digests(vault)
    found = opened(vault, signed)
    assert (found.origin, found.size, found.root) == (f"whosecopy/{vault.id}", count + 1, root_of(leaves))
    sequences = sorted({1, count // 2 + 1, count + 1})
    given, paths = proofs(vault, sequences)
    assert given == signed
    for sequence, path in zip(sequences, paths, strict=True):
        merkle.check_inclusion(leaves[sequence - 1], sequence - 1, found.size, path, found.root)


def test_a_log_grown_record_by_record_is_the_log_made_at_once(vault: Vault, tmp_path: Path):
    for count in (1, 3, 250, 1, 1, 1, 300, 1):
        note_down(vault, count)
        advance(vault, NOW)
    grown = files(vault)
    shutil.rmtree(vault.folder / "log")
    advance(vault, NOW)
    assert files(vault) == grown
    assert {"checkpoint", "tile/0/000", "tile/0/001", "tile/1/000.p/2", "tile/entries/001"} <= grown.keys()
    assert len([name for name in grown if ".p/" in name]) == 3


def test_a_long_history_is_published_in_steps_that_leave_no_trace(vault: Vault):
    with vault.transaction() as tx:
        record_all(tx, [draft("note", {}, NOW) for _ in range(17_000)])
    found = opened(vault, advance(vault, NOW))
    assert found.size == 17_001
    assert tiles.root(found.size, log_folder(vault).read) == root_of(digests(vault)) == found.root
    assert sorted(name for name in files(vault) if ".p/" in name) == [
        "tile/0/066.p/105",
        "tile/1/000.p/66",
        "tile/entries/066.p/105",
    ]
    proofs(vault, [1, 16_384, 16_385, 17_001])


def test_nothing_new_writes_nothing(vault: Vault):
    signed = advance(vault, NOW)
    before = {path: path.stat().st_mtime_ns for path in (vault.folder / "log").rglob("*")}
    assert advance(vault, "2031-01-01T00:00:00Z") == signed
    assert {path: path.stat().st_mtime_ns for path in (vault.folder / "log").rglob("*")} == before


def test_entries_hold_headers_and_no_content(vault: Vault):
    with vault.transaction() as tx:
        record(tx, "note", {"who": "agent-0417"}, NOW)
    advance(vault, NOW)
    folder = log_folder(vault)
    last = tiles.decode_entries(folder.read(tiles.entries_path(0, 2)), 2)[1]
    assert merkle.leaf_hash(last) == digests(vault)[1]
    assert b'"kind":"note"' in last
    assert not any(b"agent-0417" in data or NOW.encode() in data for data in files(vault).values())


def test_an_older_size_is_read_from_the_larger_tiles_that_replaced_it(vault: Vault):
    note_down(vault, 9)
    old = opened(vault, advance(vault, NOW))
    note_down(vault, 400)
    new = opened(vault, advance(vault, NOW))
    read = log_folder(vault).read
    assert tiles.root(old.size, read) == old.root
    path = tiles.consistency_path(old.size, new.size, read)
    merkle.check_consistency(old.size, new.size, path, old.root, new.root)
    assert len(tiles.decode_entries(read(tiles.entries_path(0, 10)), 10)) == 10


@pytest.mark.parametrize("gone", ["checkpoint", "tile/0/000", "tile/entries/001.p/45", "tile/1/000.p/1", "tile"])
def test_what_is_missing_is_made_again(vault: Vault, gone: str):
    note_down(vault, 300)
    signed = advance(vault, NOW)
    whole = files(vault)
    target = vault.folder / "log" / gone
    shutil.rmtree(target) if target.is_dir() else target.unlink()
    note_down(vault, 1)
    newer = advance(vault, NOW)
    assert opened(vault, newer).size == opened(vault, signed).size + 1
    proofs(vault, [1, 300])
    kept = {name for name in whole if ".p/" not in name and name != "checkpoint"}
    assert {name: data for name, data in files(vault).items() if name in kept} == {name: whole[name] for name in kept}
    assert tiles.root(301, log_folder(vault).read) == opened(vault, signed).root


@pytest.mark.parametrize("tile", ["tile/0/000", "tile/0/001.p/45", "tile/1/000.p/1"])
def test_an_altered_tile_is_refused(vault: Vault, tile: str):
    note_down(vault, 300)
    advance(vault, NOW)
    file = vault.folder / "log" / tile
    data = file.read_bytes()
    file.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    note_down(vault, 1)
    if tile != "tile/0/000":
        with pytest.raises(IntegrityError, match=r"altered|rewritten"):
            advance(vault, NOW)
    with pytest.raises(IntegrityError, match=r"altered|rewritten"):
        proofs(vault, [2, 300])
    with pytest.raises(IntegrityError, match=r"altered|rewritten"):
        remake(vault)


def test_an_altered_tile_is_named_where_others_are_missing(vault: Vault):
    note_down(vault, 600)
    advance(vault, NOW)
    folder = vault.folder / "log"
    data = (folder / "tile/0/000").read_bytes()
    (folder / "tile/0/000").write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    (folder / "tile/0/002.p/89").unlink()
    with pytest.raises(IntegrityError, match="tile/0/000: differs"):
        advance(vault, NOW)


def put_back(vault: Vault, saved: Path) -> Vault:
    """The database as it was; what a thief or a careless restore does."""
    vault.close()
    shutil.copy(saved, vault.folder / "vault.db")
    return open_vault(vault.folder, vault.folder.parent / "root.key")


def save(vault: Vault, file: Path) -> Path:
    vault.close()
    return Path(shutil.copy(vault.folder / "vault.db", file))


def test_a_database_that_was_put_back_contradicts_its_log(vault: Vault, tmp_path: Path):
    note_down(vault, 5)
    saved = save(vault, tmp_path / "saved.db")
    note_down(vault, 5)
    advance(vault, NOW)
    with put_back(vault, saved) as older, pytest.raises(IntegrityError, match="11 records and the database 6"):
        advance(older, NOW)


def test_another_history_of_the_same_length_contradicts_the_log(vault: Vault, tmp_path: Path):
    note_down(vault, 5)
    saved = save(vault, tmp_path / "saved.db")
    note_down(vault, 5)
    advance(vault, NOW)
    for more in (5, 3):
        with put_back(vault, saved) as forked:
            note_down(forked, more)
            if more == 5:
                with pytest.raises(IntegrityError, match="differs from the published log at record 11 or before"):
                    advance(forked, NOW)
            else:
                with pytest.raises(IntegrityError, match="put back"):
                    advance(forked, NOW)


def test_an_event_cut_off_behind_the_log_is_noticed(vault: Vault):
    note_down(vault, 5)
    advance(vault, NOW)
    with vault.transaction() as tx:
        tx.connection.execute(delete(tables.events).where(tables.events.c.sequence == 6))
    with pytest.raises(IntegrityError, match="6 records and the database 5"):
        advance(vault, NOW)


def test_an_event_altered_before_it_was_published_is_not_published(vault: Vault):
    note_down(vault, 5)
    where = tables.events.c.sequence == 3
    with vault.transaction() as tx:
        tx.connection.execute(tables.events.update().where(where).values(content_sha256=bytes(32)))
    with pytest.raises(IntegrityError, match="event 3"):
        advance(vault, NOW)
    assert log_folder(vault).checkpoint() is None


@pytest.mark.parametrize(
    "forge",
    [lambda data: b"", lambda data: data[:-3], lambda data: data.replace(b"\n6\n", b"\n7\n")],
)
def test_an_altered_checkpoint_is_refused(vault: Vault, forge):
    note_down(vault, 5)
    file = vault.folder / "log" / "checkpoint"
    forged = forge(advance(vault, NOW))
    file.write_bytes(forged)
    with pytest.raises(IntegrityError, match="not one of this log"):
        advance(vault, NOW)


def test_a_checkpoint_of_another_vault_is_refused(vault: Vault, tmp_path: Path):
    with create(tmp_path / "other", tmp_path / "root.key", NOW) as other:
        foreign = advance(other, NOW)
    advance(vault, NOW)
    (vault.folder / "log" / "checkpoint").write_bytes(foreign)
    with pytest.raises(IntegrityError, match="not one of this log"):
        advance(vault, NOW)


def test_an_event_that_was_not_published_has_no_proof(vault: Vault):
    advance(vault, NOW)
    note_down(vault, 1)
    with pytest.raises(InputError, match="event 2"):
        proofs(vault, [2])
    with pytest.raises(InputError, match="event 0"):
        proofs(vault, [0])


def test_a_vault_from_before_there_was_a_log_gets_its_key_with_a_record(vault: Vault):
    with vault.transaction() as tx:
        tx.connection.execute(delete(tables.keys).where(tables.keys.c.purpose == "log"))
    with pytest.raises(InputError, match="no log yet"):
        log_key(vault)
    signed = advance(vault, NOW)
    assert opened(vault, signed).size == 2
    with vault.snapshot() as tx:
        last = [*events(tx)][-1]
    assert (last.header.kind, last.payload) == ("log_key", {"key": log_key(vault)})


def test_after_a_rotation_the_new_key_signs_and_the_old_checkpoint_still_counts(vault: Vault):
    before = log_key(vault)
    advance(vault, NOW)
    with vault.transaction() as tx:
        after = rotate(tx, vault.id, NOW, revoke=False)
    assert log_key(vault) == after != before
    signed = advance(vault, NOW)
    assert opened(vault, signed).size == 2
    with vault.snapshot() as tx:
        (found,) = log.rotations(tx)
    assert (found.old, found.new, found.revoked) == (before, after, False)
    statement = note.decode(found.statement)
    assert len(note.verify(statement, [note.decode_key(before), note.decode_key(after)])) == 2


def test_two_publishers_at_once_leave_the_longer_log(vault: Vault, tmp_path: Path):
    failures = []

    def publish() -> None:
        try:
            with open_vault(vault.folder, tmp_path / "root.key") as mine:
                for _ in range(15):
                    note_down(mine, 3)
                    advance(mine, NOW)
        except BaseException as error:
            failures.append(error)

    workers = [threading.Thread(target=publish) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert opened(vault, log_folder(vault).checkpoint()).size == 1 + 3 * 15 * 3


def test_a_folder_where_the_log_should_be_that_cannot_be_written_is_told(vault: Vault):
    (vault.folder / "log").write_text("a file")
    with pytest.raises(AccessError, match="cannot be written"):
        advance(vault, NOW)
