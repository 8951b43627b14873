"""Somebody with access to the published log, or to the database, alters it: each alteration is found."""

import random
from pathlib import Path

import pytest
from sqlalchemy import select

from whosecopy.errors import IntegrityError
from whosecopy.vault import tables
from whosecopy.vault.events import record
from whosecopy.vault.log import advance
from whosecopy.vault.log_check import check_log
from whosecopy.vault.store import Vault, create

NOW = "2031-05-06T07:08:09Z"


@pytest.fixture
def vault(tmp_path: Path):
    with create(tmp_path / "vault", tmp_path / "root.key", NOW) as made:
        with made.transaction() as tx:
            for k in range(270):
                record(tx, "note", {"k": k}, NOW, f"doc-{k % 3}")
        advance(made, NOW)
        yield made


def test_every_flipped_byte_of_the_published_log_is_found(vault: Vault):
    rng = random.Random(31)
    folder = vault.folder / "log"
    files = [one for one in sorted(folder.rglob("*")) if one.is_file() and one.name != ".lock"]
    assert len(files) == 6
    for file in files:
        whole = file.read_bytes()
        places = range(len(whole)) if len(whole) < 40 else sorted(rng.sample(range(len(whole)), 25))
        for place in places:
            file.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << rng.randrange(8))]) + whole[place + 1 :])
            with pytest.raises(IntegrityError) as refusal:
                check_log(vault)
            assert "\n" not in str(refusal.value)
        file.write_bytes(whole)
    assert check_log(vault).size == 271


@pytest.mark.parametrize("cut", [0, 1, 31, 32])
def test_a_tile_cut_short_is_found(vault: Vault, cut: int):
    for name in ("tile/0/000", "tile/0/001.p/15", "tile/entries/000", "tile/1/000.p/1", "checkpoint"):
        file = vault.folder / "log" / name
        whole = file.read_bytes()
        file.write_bytes(whole[:cut])
        if whole[:cut] != whole:
            with pytest.raises(IntegrityError):
                check_log(vault)
        file.write_bytes(whole)


def test_swapped_tiles_are_found(vault: Vault):
    one, other = vault.folder / "log/tile/0/000", vault.folder / "log/tile/entries/000"
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    with pytest.raises(IntegrityError):
        check_log(vault)


@pytest.mark.parametrize("column", ["header", "content_sha256", "digest", "content"])
def test_swapped_records_of_the_database_are_found(vault: Vault, column: str):
    with vault.transaction() as tx:
        rows = tx.connection.execute(select(tables.events.c.sequence, tables.events.c[column]))
        cells = {row[0]: row[1] for row in rows}
        for place, other in ((5, 8), (8, 5)):
            where = tables.events.c.sequence == place
            tx.connection.execute(tables.events.update().where(where).values({column: cells[other]}))
    with pytest.raises(IntegrityError):
        check_log(vault)


def test_an_older_checkpoint_put_back_into_the_folder_is_brought_up_to_date(vault: Vault):
    file = vault.folder / "log/checkpoint"
    old = file.read_bytes()
    with vault.transaction() as tx:
        record(tx, "note", {}, NOW)
    newest = advance(vault, NOW)
    file.write_bytes(old)
    assert check_log(vault, None, newest).continues == 272
    assert file.read_bytes() == newest
