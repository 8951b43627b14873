"""A seal that is killed, that finds the disk full, or a folder it cannot write: the record stands, and is completed."""

import hashlib
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from whosecopy.errors import InputError
from whosecopy.model import Recipient
from whosecopy.vault import sealing
from whosecopy.vault.delivery import resume
from whosecopy.vault.events import events

NOW = "2031-05-06T07:08:09Z"
CROWD = [Recipient(f"c-{k:04}") for k in range(500)]


def digests(folder: Path):
    """The name and the digest of every file in a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def kinds(desk, document):
    with desk.vault() as vault, vault.snapshot() as tx:
        return [event.header.kind for event in events(tx, document)]


def test_the_record_is_there_before_the_first_byte_and_resume_completes_it(memo):
    desk, sealed = memo
    wall = desk.file("wall", "a file where a folder should be")
    to = desk.list_of([Recipient("late-1"), Recipient("late-2")])
    line = desk.refused("seal", "--document", sealed.id, "--to", to, "--out", wall / "out")
    assert "the seal is recorded, finish it with: whosecopy seal --resume" in line
    assert kinds(desk, sealed.id) == ["seal", "hand-out", "seal"]
    states = {one["recipient"]: one["state"] for one in desk.ok("documents", "show", sealed.id)["copies"]}
    assert (states["p-001"], states["late-1"]) == ("handed out", "pending")
    assert "seal --resume" in desk.refused("copy", sealed.id, "late-1", "--out", desk.home / "early.md")
    assert f"a seal of {sealed.id} was interrupted" in desk.run("documents").err
    wall.unlink()
    finished = desk.ok("seal", "--resume")["copies"]
    assert [one["recipient"] for one in finished] == ["late-1", "late-2"]
    assert all(Path(one["path"]).is_file() for one in finished)
    assert kinds(desk, sealed.id) == ["seal", "hand-out", "seal", "hand-out"]
    assert desk.ok("seal", "--resume")["copies"] == []
    assert "Nothing was left to finish" in desk.run("seal", "--resume").out


def test_killed_in_the_middle_is_completed_to_the_bytes_of_an_uninterrupted_seal(memo, tmp_path):
    desk, sealed = memo
    out = desk.home / "out"
    desk.list_of(CROWD)
    command = [sys.executable, "-m", "whosecopy", "seal", "--document", sealed.id, "--to", "to.csv", "--out", "out"]
    places = {"WHOSECOPY_VAULT": str(desk.home / "vault"), "WHOSECOPY_KEY": str(desk.home / "root.key")}
    child = subprocess.Popen(command, cwd=desk.home, env=os.environ | places, stdout=subprocess.DEVNULL)
    while child.poll() is None and not (out.exists() and len(list(out.iterdir())) > 20):
        time.sleep(0.001)
    child.kill()
    assert child.wait() == -signal.SIGKILL
    left = {name: digest for name, digest in digests(out).items() if not name.startswith(".")}
    assert 0 < len(left) < len(CROWD)
    pending = desk.clone(tmp_path / "pending")
    early = desk.run("trace", out / min(left))
    assert (early.code, "INTEGRITY ALARM" in early.out) == (3, True)
    assert "whosecopy seal --resume" in early.err
    finished = desk.ok("seal", "--resume")["copies"]
    assert len(finished) == len(CROWD)
    completed = digests(out)
    assert left.items() <= completed.items()
    assert len(completed) == len(CROWD) + 2 == len(set(completed.values()))

    for path in out.iterdir():
        path.unlink()
    with pending.vault() as vault:
        resume(vault, NOW, lambda done, total: None)
    assert digests(out) == completed


def fill_the_disk():
    """From now on no file may grow beyond 64 bytes: what a full disk looks like, for a superuser too."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


@pytest.fixture
def room():
    """Give the disk back at the end."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_full_disk_leaves_whole_files_only_and_is_completed_later(memo, room):
    desk, sealed = memo
    crowd, out = CROWD[:10], desk.home / "out"

    def fill_up(done, total):
        if done == 3:
            fill_the_disk()

    with desk.vault() as vault:
        with pytest.raises(InputError, match="seal --resume") as refusal:
            sealing.add_recipients(vault, sealed.id, crowd, out, NOW, fill_up)
        room()
        assert "\n" not in str(refusal.value)
        whole = digests(out)
        assert sorted(whole) == ["c-0000.md", "c-0001.md", "c-0002.md"]
        copies = resume(vault, NOW, lambda done, total: None)
    assert [one.recipient for one in copies] == [one.id for one in crowd]
    assert whole.items() <= digests(out).items()


def test_a_file_that_was_altered_before_resume_is_neither_overwritten_nor_taken_for_a_copy(memo):
    desk, sealed = memo
    wall = desk.file("wall", "a file where a folder should be")
    to = desk.list_of([Recipient("late-1"), Recipient("late-2")])
    desk.refused("seal", "--document", sealed.id, "--to", to, "--out", wall / "out")
    wall.unlink()
    (wall / "out").mkdir(parents=True)
    (wall / "out" / "late-2.md").write_text("somebody's notes")
    assert "exists with another content" in desk.refused("seal", "--resume")
    assert (wall / "out" / "late-2.md").read_text() == "somebody's notes"
    (wall / "out" / "late-2.md").unlink()
    assert len(desk.ok("seal", "--resume")["copies"]) == 2
