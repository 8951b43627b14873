"""Killed processes, full disks, locked and read-only vaults: all of a transaction or nothing, and one clear line."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from whosecopy.errors import AccessError, InputError
from whosecopy.vault.backup import verify
from whosecopy.vault.events import events, record
from whosecopy.vault.store import create, open_vault

NOW = "2031-05-06T07:08:09Z"

PRELUDE = """
import sys
from pathlib import Path
from whosecopy.errors import WhosecopyError
from whosecopy.model import Recipient
from whosecopy.vault.events import record
from whosecopy.vault.store import create, open_vault
folder, key, now = Path(sys.argv[1]), Path(sys.argv[2]), "2031-05-06T07:08:09Z"
def issue(vault, number, size=20):
    with vault.transaction() as tx:
        people = [Recipient(f"r-{number}-{k}") for k in range(size)]
        batch = tx.add_batch(tx.documents()[0].id, 1, people, b"record", "pending", "out")
        record(tx, "issue", {"first": batch.first, "count": batch.count}, now, batch.document)
    return batch
"""


def start(folder: Path, key: Path, body: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-c", PRELUDE + body, str(folder), str(key)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    return out.strip()


@pytest.fixture
def place(tmp_path: Path):
    """A vault with one document: its folder and its key."""
    with create(tmp_path / "vault", tmp_path / "root.key", NOW) as vault, vault.transaction() as tx:
        document = tx.add_document("Joint plan", "text/plain", NOW)
        tx.add_version(document, b"template", "", b"master", b"secrets", 1e-6, [1, 2, 3])
        record(tx, "seal", {}, NOW, document)
    return tmp_path / "vault", tmp_path / "root.key"


def test_killed_inside_a_transaction_leaves_nothing_of_it(place):
    body = """
vault = open_vault(folder, key)
with vault.transaction() as tx:
    document = tx.documents()[0].id
    tx.add_version(document, b"", "", bytes(20_000_000), b"", 1e-6, range(50_000))
    tx.add_batch(document, 2, [Recipient(f"r-{k}") for k in range(50_000)], b"", "pending", "")
    record(tx, "seal", {}, now, document)
    print("inside", flush=True)
    sys.stdin.read()
"""
    process = start(*place, body)
    assert process.stdout.readline() == "inside\n"
    process.kill()
    process.communicate()
    with open_vault(*place) as vault:
        with vault.snapshot() as tx:
            assert [version.version for version in tx.versions(tx.documents()[0].id)] == [1]
            assert tx.issued() == {}
            assert tx.candidates([7, 49_999]) == {}
        assert verify(vault).events == 2


def test_killed_at_any_moment_loses_no_acknowledged_batch(place):
    body = """
vault = open_vault(folder, key)
number = 0
while True:
    print(issue(vault, number).first, flush=True)
    number += 1
"""
    rng = random.Random(20310506)
    for _ in range(10):
        process = start(*place, body)
        acknowledged = [int(process.stdout.readline())]
        time.sleep(rng.uniform(0, 0.1))
        process.kill()
        acknowledged += [int(line) for line in process.communicate()[0].split()]
        with open_vault(*place) as vault:
            verify(vault)
            with vault.snapshot() as tx:
                batches = tx.pending_batches()
                told = [event.payload["first"] for event in events(tx) if event.header.kind == "issue"]
        stored = [batch.first for batch in batches]
        assert {*acknowledged} <= {*stored}
        assert stored == told == [20 * k for k in range(len(stored))]


def test_two_processes_issue_at_once_without_gap_or_repetition(place):
    body = """
vault = open_vault(folder, key)
print("ready", flush=True)
sys.stdin.readline()
for number in range(40):
    issue(vault, sys.argv[2] + str(number), 3)
"""
    writers = [start(*place, body) for _ in range(2)]
    assert [writer.stdout.readline() for writer in writers] == ["ready\n", "ready\n"]
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    assert [finish(writer) for writer in writers] == ["", ""]
    with open_vault(*place) as vault:
        assert verify(vault).copies == 2 * 40 * 3
        with vault.snapshot() as tx:
            assert [batch.first for batch in tx.pending_batches()] == list(range(0, 240, 3))


def test_a_vault_held_by_another_process_says_so_and_can_be_read(place):
    body = """
vault = open_vault(folder, key)
with vault.transaction() as tx:
    tx.add_document("Half done", "text/plain", now)
    print("inside", flush=True)
    sys.stdin.readline()
    record(tx, "note", {}, now)
"""
    process = start(*place, body)
    assert process.stdout.readline() == "inside\n"
    with open_vault(*place, wait_s=0.05) as vault:
        with pytest.raises(AccessError, match="in use by another process") as refusal, vault.transaction() as tx:
            tx.documents()
        with vault.snapshot() as tx:
            assert len(tx.documents()) == 1
        assert "\n" not in str(refusal.value)
        process.stdin.write("go\n")
        finish(process)
        with vault.transaction() as tx:
            assert len(tx.documents()) == 2


FULL_DISK = """
import resource
vault = open_vault(folder, key)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
try:
    with vault.transaction() as tx:
        document = tx.add_document("Too large", "text/plain", now)
        tx.add_version(document, b"", "", bytes(3_000_000), b"", 1e-6, range(1000))
        record(tx, "seal", {}, now, document)
except WhosecopyError as error:
    print(type(error).__name__, error)
issue(vault, 0)
"""


def test_a_full_disk_changes_nothing_and_the_vault_goes_on(place):
    said = finish(start(*place, FULL_DISK))
    assert said.startswith("InputError")
    assert "make room" in said
    assert "\n" not in said
    with open_vault(*place) as vault:
        assert verify(vault).copies == 20
        with vault.snapshot() as tx:
            assert [document.title for document in tx.documents()] == ["Joint plan"]


def test_a_database_that_may_not_grow_is_told_as_a_full_disk(place):
    with open_vault(*place) as vault:

        def fill() -> None:
            with vault.transaction() as tx:
                tx.connection.exec_driver_sql("PRAGMA max_page_count = 60")
                tx.add_version(tx.documents()[0].id, b"", "", bytes(500_000), b"", 1e-6, [])

        with pytest.raises(InputError, match="disk is full"):
            fill()
        with vault.snapshot() as tx:
            assert len(tx.versions(tx.documents()[0].id)) == 1


def test_a_disk_full_during_backup_or_init_leaves_nothing(place):
    folder, key = place
    body = """
import resource
from whosecopy.vault.backup import backup
vault = open_vault(folder, key)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
def attempt(action, *arguments):
    try:
        action(*arguments)
    except WhosecopyError as error:
        print(type(error).__name__, error)
attempt(backup, vault, folder.parent / "backup")
attempt(create, folder.parent / "second", folder.parent / "second.key", now)
"""
    before = sorted(path.name for path in folder.parent.iterdir())
    said = finish(start(folder, key, body)).splitlines()
    assert [line.split()[0] for line in said] == ["InputError", "InputError"]
    assert sorted(path.name for path in folder.parent.iterdir()) == before


DROP_CAPABILITIES = """
import ctypes
header = (ctypes.c_uint32 * 2)(0x20080522, 0)
assert ctypes.CDLL(None).capset(ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)())) == 0
"""


@pytest.mark.parametrize("locked_away", ["folder", "file"])
def test_a_read_only_vault_is_refused_in_one_line(place, locked_away: str):
    folder, key = place
    body = f"""
create(folder.parent / "warm up", folder.parent / "warm.key", now).close()
{DROP_CAPABILITIES}
try:
    with open_vault(folder, key) as vault:
        issue(vault, 0)
except WhosecopyError as error:
    print(type(error).__name__, error)
"""
    (folder / "vault.db").chmod(0o400)
    if locked_away == "folder":
        folder.chmod(0o500)
    said = finish(start(folder, key, body))
    folder.chmod(0o700)
    (folder / "vault.db").chmod(0o600)
    assert said.startswith("AccessError")
    assert "check the permissions" in said
    assert "\n" not in said
    with open_vault(folder, key) as vault:
        assert verify(vault).copies == 0


def test_init_in_a_read_only_folder_is_refused_and_leaves_no_key(tmp_path: Path):
    parent = tmp_path / "parent"
    parent.mkdir()
    body = f"""
create(folder.parent.parent / "warm up", folder.parent.parent / "warm.key", now).close()
folder.parent.chmod(0o500)
{DROP_CAPABILITIES}
try:
    create(folder, key, now)
except WhosecopyError as error:
    print(type(error).__name__, error)
"""
    said = finish(start(parent / "vault", tmp_path / "root.key", body))
    parent.chmod(0o700)
    assert said.startswith("InputError")
    assert "cannot be made" in said
    assert list(parent.iterdir()) == []
    assert not (tmp_path / "root.key").exists()
