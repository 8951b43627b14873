"""Group commit: many threads, one writer, and nobody hears of success before the disk has it."""

import sqlite3
import threading
from pathlib import Path

import pytest

from whosecopy.errors import AccessError, InputError
from whosecopy.vault.events import events, verify_chain
from whosecopy.vault.events_group import Recorder
from whosecopy.vault.store import Vault, create, open_vault

NOW = "2031-05-06T07:08:09Z"


@pytest.fixture
def vault(tmp_path: Path):
    with create(tmp_path / "vault", tmp_path / "root.key", NOW) as made:
        yield made


def at_once(count: int, work) -> None:
    failures = []

    def guarded(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            failures.append(error)

    workers = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []


def test_every_thread_finds_its_event_on_the_disk_when_record_returns(vault: Vault):
    told, missing = [], []

    def work(number: int) -> None:
        for k in range(20):
            digest = recorder.record("note", {"thread": number, "k": k}, NOW, f"doc-{number % 3}")
            told.append(digest)
            with vault.snapshot() as tx:
                if digest not in {event.digest for event in events(tx, f"doc-{number % 3}")}:
                    missing.append(digest)

    with Recorder(vault) as recorder:
        at_once(8, work)
    assert missing == []
    with vault.snapshot() as tx:
        assert verify_chain(tx)[0] == 1 + 8 * 20
        recorded = [*events(tx)]
    assert {event.digest for event in recorded} >= {*told}
    assert len({*told}) == 160
    for number in range(8):
        mine = [event.payload["k"] for event in recorded if event.payload.get("thread") == number]
        assert mine == [*range(20)]


def test_two_processes_with_a_recorder_each_make_one_chain(vault: Vault, tmp_path: Path):
    with open_vault(vault.folder, tmp_path / "root.key") as other, Recorder(vault) as one, Recorder(other) as two:
        at_once(6, lambda number: [(one, two)[number % 2].record("note", {}, NOW) for _ in range(20)])
    with vault.snapshot() as tx:
        assert verify_chain(tx)[0] == 121


def test_a_payload_that_cannot_be_written_fails_its_caller_only(vault: Vault):
    with Recorder(vault) as recorder:
        with pytest.raises(TypeError):
            recorder.record("note", {"what": object()}, NOW)
        recorder.record("note", {"what": "this can"}, NOW)
    with vault.snapshot() as tx:
        assert [event.payload for event in events(tx)][1:] == [{"what": "this can"}]


def test_a_database_that_refuses_is_told_to_whoever_waits_and_the_next_one_may_succeed(vault: Vault, tmp_path: Path):
    with open_vault(vault.folder, tmp_path / "root.key", wait_s=0.05) as impatient, Recorder(impatient) as recorder:
        blocker = sqlite3.connect(vault.folder / "vault.db", isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        with pytest.raises(AccessError, match="in use"):
            recorder.record("note", {}, NOW)
        blocker.execute("ROLLBACK")
        blocker.close()
        digest = recorder.record("note", {}, NOW)
    with vault.snapshot() as tx:
        assert [event.digest for event in events(tx)][1:] == [digest]


def test_closing_writes_what_waits_and_takes_nothing_more(vault: Vault):
    recorder = Recorder(vault)
    told = []

    def work(number: int) -> None:
        try:
            while True:
                told.append(recorder.record("note", {}, NOW))
        except InputError:
            pass

    workers = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for worker in workers:
        worker.start()
    while len(told) < 20:
        pass
    recorder.close()
    recorder.close()
    for worker in workers:
        worker.join()
    with pytest.raises(InputError, match="closed"):
        recorder.record("note", {}, NOW)
    with vault.snapshot() as tx:
        assert {event.digest for event in events(tx)} >= {*told}
        assert verify_chain(tx)[0] == len(told) + 1
