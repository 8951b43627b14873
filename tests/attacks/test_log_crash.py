"""kill -9 while copies are sealed and events recorded: nothing that was acknowledged is lost, and the log verifies."""

import resource
import shutil

import pytest

from whosecopy.bench.kill import kill
from whosecopy.errors import AccessError
from whosecopy.model import Recipient
from whosecopy.vault.delivery import hand_out_again
from whosecopy.vault.events import record
from whosecopy.vault.log import advance
from whosecopy.vault.log_check import check_log
from whosecopy.vault.sealing import add_recipients

NOW = "2031-05-06T07:08:09Z"


def test_killed_while_sealing_and_recording_nothing_acknowledged_is_lost():
    found = kill(20, 20310506, lambda done, total: None)
    assert found.reasons == []
    assert (found.kills, found.acknowledged > 20) == (20, True)
    assert (found.lost, found.copies_without_record, found.copies_before_checkpoint) == (0, 0, 0)
    assert (found.log_failures, found.not_recovered) == (0, 0)


def test_no_copy_leaves_while_its_record_cannot_be_published(memo):
    desk, sealed = memo
    log = desk.home / "vault/log"
    shutil.rmtree(log)
    log.write_text("somebody's file where the log should be")
    people = [Recipient("late-1"), Recipient("late-2")]
    with desk.vault() as vault:
        with pytest.raises(AccessError, match="log cannot be written"):
            add_recipients(vault, sealed.id, people, desk.home / "out", NOW, lambda done, total: None)
        assert not (desk.home / "out").exists()
        with pytest.raises(AccessError, match="log cannot be written"):
            hand_out_again(vault, sealed.id, "p-003", NOW)
    desk.refused("copy", sealed.id, "p-003", "--out", desk.home / "again.md")
    assert not (desk.home / "again.md").exists()
    log.unlink()
    assert len(desk.ok("seal", "--resume")["copies"]) == 2
    assert desk.ok("log", "verify")["size"] == len(desk.ok("log", "show")["records"])


def test_a_full_disk_while_publishing_leaves_no_half_tile(memo):
    desk, _ = memo
    with desk.vault() as vault:
        with vault.transaction() as tx:
            for k in range(300):
                record(tx, "note", {"k": k}, NOW)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))
        try:
            with pytest.raises(AccessError, match="log cannot be written"):
                advance(vault, NOW)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        advance(vault, NOW)
        assert check_log(vault).size == 303
    assert not list((desk.home / "vault/log").rglob("*.part"))


def test_a_restored_vault_goes_on_with_the_log_it_had(memo):
    desk, _ = memo
    key = desk.ok("log", "key")["key"]
    kept = shutil.copy(desk.home / "vault/log/checkpoint", desk.home / "kept")
    desk.ok("backup", desk.home / "saved")
    desk.ok("restore", desk.home / "saved", "--latest", "--vault", desk.home / "again", "--key", desk.home / "root.key")
    found = desk.ok("log", "verify", "--log-key", key, "--checkpoint", kept, "--vault", desk.home / "again")
    assert (found["continues"], found["size"]) == (3, 4)


def test_a_backup_older_than_a_kept_checkpoint_is_told(memo):
    desk, sealed = memo
    desk.ok("backup", desk.home / "saved")
    desk.ok("copy", sealed.id, "p-003", "--out", desk.home / "again.md")
    desk.ok("copy", sealed.id, "p-004", "--out", desk.home / "again too.md")
    kept = shutil.copy(desk.home / "vault/log/checkpoint", desk.home / "kept")
    where = "--vault", desk.home / "older", "--key", desk.home / "root.key"
    desk.ok("restore", desk.home / "saved", *where)
    answer = desk.run("log", "verify", "--checkpoint", kept, *where)
    assert (answer.code, "put back to an older state" in answer.err) == (3, True)


@pytest.mark.parametrize("more", [1, 300])
def test_what_a_killed_publisher_left_half_written_is_in_nobodys_way(memo, more: int):
    desk, _ = memo
    desk.ok("log", "key")
    for name in ("tile/0/000.p/.4.part", "tile/entries/000.p/.4.part", ".checkpoint.part"):
        (desk.home / "vault/log" / name).write_bytes(b"half")
    with desk.vault() as vault:
        with vault.transaction() as tx:
            for k in range(more):
                record(tx, "note", {"k": k}, NOW)
        advance(vault, NOW)
        assert check_log(vault).size == 3 + more
    assert not list((desk.home / "vault/log").rglob("*.part"))
