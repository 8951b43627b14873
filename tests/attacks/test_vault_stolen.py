"""Somebody copies the vault's folder, or changes the database behind its back."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from whosecopy.errors import AccessError, IntegrityError
from whosecopy.model import Recipient
from whosecopy.vault import tables
from whosecopy.vault.backup import verify
from whosecopy.vault.events import record
from whosecopy.vault.rootkey import make_key
from whosecopy.vault.store import Tx, Vault, create, open_vault
from whosecopy.vault.tables import metadata, sealed_columns

NOW = "2031-05-06T07:08:09Z"
TITLE = "Operation Heron: joint plan"
MASTER = b"The barges leave Port Alder on the ninth, two hours before dawn. " * 40
PEOPLE = [
    Recipient(f"agent-{k:04d}", f"bureau-{k % 3}", f"agent{k}@bureau.example", (("desk", f"desk-{k}"),))
    for k in range(50)
]
CONFIDENTIAL = {
    "title": TITLE.encode(),
    "master": b"Port Alder",
    "template": b"the whole template",
    "secrets": b"seven secrets of the codewords",
    "recipient": b"agent-0017",
    "organisation": b"bureau-1",
    "e-mail": b"agent17@bureau.example",
    "other column": b"desk-17",
    "file name": b"heron-final.docx",
    "output folder": b"/home/clerk/heron",
    "seal record": b"commitments of the seal",
    "exhibit digest": b"e1" * 32,
    "options digest": b"0b" * 32,
    "reading": b"levels that were read",
    "verdict": b"the copy that was named",
    "case": b"text of the exhibit",
    "event payload": b"what happened and to whom",
    "time": NOW.encode(),
}


def fill(vault: Vault) -> str:
    with vault.transaction() as tx:
        document = tx.add_document(TITLE, "text/markdown", NOW)
        tx.add_version(
            document,
            CONFIDENTIAL["template"],
            "ab" * 32,
            MASTER,
            CONFIDENTIAL["secrets"],
            1e-6,
            [11, 12, 13],
            encoding="utf-8",
            name="heron-final.docx",
        )
        tx.add_batch(document, 1, PEOPLE, CONFIDENTIAL["seal record"], "pending", "/home/clerk/heron")
        trace = tx.add_trace("e1" * 32, "0b" * 32, NOW)
        tx.add_readings(trace, {(document, 1): CONFIDENTIAL["reading"]}, 1, 1e-6)
        tx.finish_trace(trace, CONFIDENTIAL["verdict"], CONFIDENTIAL["case"])
        fill_the_rest(tx, document, trace)
        record(tx, "seal", {"note": CONFIDENTIAL["event payload"].decode()}, NOW, document)
    return document


def fill_the_rest(tx: Tx, document: str, trace: str) -> None:
    """A row of everything else, as bytes that nobody may see."""
    number = tx.next(tables.people.c.number)
    places = {
        tables.leaves: {"document": document, "version": 1, "batch": 1},
        tables.cases: {"id": f"case-{number}", "number": number},
        tables.exhibits: {"case": f"case-{number}", "number": 1, "trace": trace},
        tables.people: {"number": number, "kind": "ed25519"},
        tables.policy: {"id": 10 + number},
        tables.openings: {"case": trace},
        tables.approvals: {"subject": trace, "number": 1},
        tables.disputes: {"number": number, "document": document},
    }
    for table, place in places.items():
        tx.insert(table, place | dict.fromkeys(sealed_columns(table), CONFIDENTIAL["case"]))


@pytest.fixture
def vault(tmp_path: Path):
    with create(tmp_path / "vault", tmp_path / "root.key", "2031-01-01T00:00:00Z") as made:
        yield made


def test_no_confidential_byte_is_in_any_file_of_the_folder(vault: Vault, tmp_path: Path):
    fill(vault)
    root = (tmp_path / "root.key").read_bytes()
    secrets = CONFIDENTIAL | {
        "root key": root,
        "cells": vault.keys.cells,
        "tags": vault.keys.tags,
        "lookup": vault.lookup_key,
        "wrapping": vault.keys.secrets,
    }
    while_open = {path.name: path.read_bytes() for path in vault.folder.iterdir()}
    vault.close()
    closed = {path.name: path.read_bytes() for path in vault.folder.iterdir()}
    assert {"vault.db", "vault.db-wal"} <= while_open.keys()
    assert len(while_open["vault.db-wal"]) > len(MASTER)
    seen = [
        (what, name)
        for files in (while_open, closed)
        for name, data in files.items()
        for what, secret in secrets.items()
        if secret in data
    ]
    assert seen == []


def test_equal_values_do_not_look_equal(vault: Vault):
    fill(vault)
    fill(vault)
    vault.close()
    with closing(sqlite3.connect(vault.folder / "vault.db")) as stolen:
        for table in metadata.sorted_tables:
            for column in sealed_columns(table):
                cells = [cell for (cell,) in stolen.execute(f'SELECT "{column}" FROM {table.name}')]
                assert len({*cells}) == len(cells) >= 2


def test_a_copied_folder_opens_nothing_with_a_key_of_ones_own(vault: Vault, tmp_path: Path):
    fill(vault)
    make_key(tmp_path / "thief.key")
    with pytest.raises(AccessError, match="does not open"):
        open_vault(vault.folder, tmp_path / "thief.key")


def test_keys_of_another_vault_under_the_same_root_key_do_not_fit(vault: Vault, tmp_path: Path):
    fill(vault)
    vault.close()
    with create(tmp_path / "other", tmp_path / "root.key", NOW) as other:
        fill(other)
    with closing(sqlite3.connect(vault.folder / "vault.db")) as thief, thief:
        thief.execute("ATTACH ? AS other", (str(tmp_path / "other" / "vault.db"),))
        thief.execute("UPDATE keys SET wrapped = (SELECT wrapped FROM other.keys o WHERE o.purpose = keys.purpose)")
    with pytest.raises(AccessError, match="does not open"):
        open_vault(vault.folder, tmp_path / "root.key")


CELLS = [(table.name, column) for table in metadata.sorted_tables for column in sorted(sealed_columns(table))]


@pytest.mark.parametrize(("table", "column"), CELLS)
def test_swapped_rows_are_noticed(vault: Vault, tmp_path: Path, table: str, column: str):
    fill(vault)
    fill(vault)
    vault.close()
    with closing(sqlite3.connect(vault.folder / "vault.db")) as thief, thief:
        rows = thief.execute(f'SELECT rowid, "{column}" FROM {table} ORDER BY rowid').fetchall()
        (first, a), (last, b) = rows[0], rows[-1]
        thief.executemany(f'UPDATE {table} SET "{column}" = ? WHERE rowid = ?', [(b, first), (a, last)])
    with open_vault(vault.folder, tmp_path / "root.key") as opened, pytest.raises(IntegrityError, match="altered"):
        verify(opened)


@pytest.mark.parametrize(("table", "column"), CELLS)
def test_a_flipped_bit_in_any_cell_is_noticed(vault: Vault, tmp_path: Path, table: str, column: str):
    fill(vault)
    vault.close()
    with closing(sqlite3.connect(vault.folder / "vault.db")) as thief, thief:
        [*_, (row, cell)] = thief.execute(f'SELECT rowid, "{column}" FROM {table} ORDER BY rowid').fetchall()
        for place in (0, 15, len(cell) - 1):
            changed = cell[:place] + bytes([cell[place] ^ 4]) + cell[place + 1 :]
            thief.execute(f'UPDATE {table} SET "{column}" = ? WHERE rowid = ?', (changed, row))
            thief.commit()
            with (
                open_vault(vault.folder, tmp_path / "root.key") as opened,
                pytest.raises(IntegrityError, match="altered"),
            ):
                verify(opened)


def test_cells_of_one_row_cannot_change_places(vault: Vault, tmp_path: Path):
    document = fill(vault)
    vault.close()
    with closing(sqlite3.connect(vault.folder / "vault.db")) as thief, thief:
        thief.execute("UPDATE versions SET secrets = template, template = secrets")
    with open_vault(vault.folder, tmp_path / "root.key") as opened, opened.snapshot() as tx:
        with pytest.raises(IntegrityError, match="secrets"):
            tx.load_secrets(document, 1)
        assert tx.load_master(document, 1) == MASTER


def test_a_copy_moved_to_another_document_is_noticed(vault: Vault, tmp_path: Path):
    one, two = fill(vault), fill(vault)
    vault.close()
    with closing(sqlite3.connect(vault.folder / "vault.db")) as thief, thief:
        thief.execute("DELETE FROM batches WHERE document = ?", (two,))
        thief.execute("UPDATE batches SET document = ? WHERE document = ?", (two, one))
    with (
        open_vault(vault.folder, tmp_path / "root.key") as opened,
        opened.snapshot() as tx,
        pytest.raises(IntegrityError, match="altered"),
    ):
        tx.recipients(two, 1)


def test_a_recipient_cannot_be_cut_off(vault: Vault, tmp_path: Path):
    document = fill(vault)
    vault.close()
    with closing(sqlite3.connect(vault.folder / "vault.db")) as thief, thief:
        thief.execute("UPDATE batches SET count = count - 1")
    with (
        open_vault(vault.folder, tmp_path / "root.key") as opened,
        opened.snapshot() as tx,
        pytest.raises(IntegrityError, match="number of issued copies"),
    ):
        tx.recipients(document, 1)


def test_a_reference_to_nothing_is_noticed(vault: Vault, tmp_path: Path):
    fill(vault)
    vault.close()
    with closing(sqlite3.connect(vault.folder / "vault.db")) as thief, thief:
        thief.execute("INSERT INTO fingerprints VALUES (99, 99)")
    with open_vault(vault.folder, tmp_path / "root.key") as opened, pytest.raises(IntegrityError, match="damaged"):
        verify(opened)


def test_a_truncated_database_is_refused_in_one_line(vault: Vault, tmp_path: Path):
    fill(vault)
    vault.close()
    file = vault.folder / "vault.db"
    file.write_bytes(file.read_bytes()[:-20000])
    with pytest.raises(IntegrityError) as refusal, open_vault(vault.folder, tmp_path / "root.key") as opened:
        verify(opened)
    assert "restore it from a backup" in str(refusal.value)
    assert "\n" not in str(refusal.value)
