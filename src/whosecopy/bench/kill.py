"""Kill the process at random moments while it seals and records, and see whether anything was lost.

Each life issues copies, makes copies again and records events from several threads, and says of each that
it is done only after the call returned. It ends with SIGKILL. Then the next command's recovery runs, and what
was acknowledged is compared with what is there.
"""

import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import unquote

import numpy as np

from whosecopy.model import Recipient
from whosecopy.tlog import tiles
from whosecopy.vault.delivery import MANIFEST, hand_out_again, resume
from whosecopy.vault.events import events, verify_chain
from whosecopy.vault.events_group import Recorder
from whosecopy.vault.log import advance, log_folder, read_checkpoint, remake
from whosecopy.vault.sealing import SealOptions, add_recipients, seal
from whosecopy.vault.store import Tx, Vault, create, open_vault

Progress = Callable[[int, int], None]
Row = dict[str, object]
Told = tuple[str, str]
"""What a life acknowledged: `event` and its digest, or `copy` and its path."""

_NOW = "2031-05-06T07:08:09Z"
_LIVES_PER_VAULT = 25
_MOST_WORDS = 30
_LONGEST_S = 0.1
_MASTER = "\n\n".join(f"{{{{Team {k} starts early.|Early starts team {k}.}}}} It goes on at noon." for k in range(64))
_BASE, _KEY = "base", "root.key"


@dataclass(slots=True)
class Losses:
    """What was found after the kills; all but the first two should stay 0."""

    kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    copies_without_record: int = 0
    copies_before_checkpoint: int = 0
    log_failures: int = 0
    not_recovered: int = 0
    reasons: list[str] = field(default_factory=list)


def rows(kills: int, seed: int, progress: Progress) -> list[Row]:
    """Kill `kills` processes; one row for each thing that must not happen, with how often it did."""
    found = kill(kills, seed, progress)
    names = {
        "acknowledged and lost": found.lost,
        "copies without a record": found.copies_without_record,
        "copies before their checkpoint": found.copies_before_checkpoint,
        "logs that do not verify": found.log_failures,
        "not recovered": found.not_recovered,
    }
    return [
        {"what": what, "kills": found.kills, "acknowledged": found.acknowledged, "found": count, "ok": count == 0}
        for what, count in names.items()
    ]


def kill(kills: int, seed: int, progress: Progress) -> Losses:
    """Start and kill `kills` processes at random moments, and count what was lost."""
    rng, found = np.random.default_rng(seed), Losses()
    context = multiprocessing.get_context("fork")  # rules and language models are loaded once, in the parent
    with tempfile.TemporaryDirectory(prefix="whosecopy-kill-") as place:
        home = Path(place)
        document = _prepare(home)
        for number in range(kills):
            vault = home / f"vault-{number // _LIVES_PER_VAULT}"
            if not vault.exists():
                shutil.copytree(home / _BASE, vault)
            here, there = context.Pipe(duplex=False)
            process = context.Process(target=_live, args=(home, vault.name, document, number, there))
            process.start()
            there.close()
            told = _listen(here, int(rng.integers(_MOST_WORDS)), rng.uniform(0, _LONGEST_S), process.kill)
            process.join()
            here.close()
            if process.exitcode != -signal.SIGKILL:
                raise RuntimeError(f"life {number} ended by itself with {process.exitcode}; nothing was shown")
            _inspect(home, vault, document, told, found)
            progress(number + 1, kills)
    return found


def _prepare(home: Path) -> str:
    """A vault with one sealed document, to be copied."""
    with create(home / _BASE, home / _KEY, _NOW) as vault:
        people = [Recipient(f"first-{k}") for k in range(3)]
        options = SealOptions(variants=True, accept_weak=True)
        master = _MASTER.encode(), "plan.txt"
        document = seal(vault, master, people, home / "out-base", options, _NOW, _quiet).document
        advance(vault, _NOW)
    shutil.rmtree(home / "out-base")
    return document


def _listen(here: Connection, words: int, seconds: float, end: Callable[[], None]) -> list[Told]:
    """What a life told until its end, which comes `seconds` after so many `words`."""
    told: list[Told] = []
    with suppress(EOFError):
        here.recv()
        while len(told) < words:
            told.append(here.recv())
        time.sleep(seconds)
        end()
        while True:
            told.append(here.recv())
    return told


def _live(home: Path, vault_name: str, document: str, number: int, there: Connection) -> None:
    """Work until killed; the first word says that work begins."""
    os.environ.pop("WHOSECOPY_KEY", None)
    lock = threading.Lock()

    def tell(kind: str, what: str) -> None:
        with lock:
            there.send((kind, what))

    with open_vault(home / vault_name, home / _KEY) as vault, Recorder(vault) as recorder:
        tell("begin", "")
        work = 0
        while True:
            people = [Recipient(f"{number}-{work}-{k}") for k in range(4)]
            out = home / f"out-{vault_name}" / f"{number}-{work}"
            for copy in add_recipients(vault, document, people, out, _NOW, _quiet).copies:
                tell("copy", copy.path)
            if hand_out_again(vault, document, people[0].id, _NOW):
                tell("again", people[0].id)
            _record_together(recorder, tell)
            advance(vault, _NOW)
            work += 1


def _record_together(recorder: Recorder, tell: Callable[[str, str], None]) -> None:
    def work() -> None:
        for k in range(3):
            tell("event", recorder.record("note", {"k": k}, _NOW))

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def _inspect(home: Path, folder: Path, document: str, told: list[Told], found: Losses) -> None:
    """Let the next command recover, and compare what is there with what was told."""
    found.kills += 1
    found.acknowledged += len(told)
    out = home / f"out-{folder.name}"
    with open_vault(folder, home / _KEY) as vault:
        with vault.snapshot() as tx:
            before, _ = read_checkpoint(vault, tx)
            _look_at_copies(tx, document, out, before.size, found)
        try:
            resume(vault, _NOW, _quiet)
            advance(vault, _NOW)
            with vault.snapshot() as tx:
                if tx.pending_batches():
                    raise RuntimeError("a batch is still pending")
        except Exception as error:
            found.not_recovered += 1
            found.reasons.append(str(error))
        try:
            _check_log(vault, before.size, before.root)
        except Exception as error:
            found.log_failures += 1
            found.reasons.append(str(error))
        with vault.snapshot() as tx:
            found.lost += _missing(tx, document, told)


def _look_at_copies(tx: Tx, document: str, out: Path, published: int, found: Losses) -> None:
    """Every copy on the disk has a record, and one that a checkpoint covered before the file was written."""
    issued = {issue.recipient.id: issue.index for issue in tx.recipients(document, 1)}
    sealed = {
        index: event.header.sequence
        for event in events(tx, document)
        if event.header.kind == "seal"
        for index in range(event.payload["first"], event.payload["first"] + event.payload["count"])
    }
    for name in _copies(out):
        index = issued.get(name)
        found.copies_without_record += index is None or index not in sealed
        found.copies_before_checkpoint += index is not None and sealed.get(index, 0) > published


def _copies(out: Path) -> Iterator[str]:
    for file in out.rglob("*.txt"):
        if not file.name.startswith(".") and file.name not in (MANIFEST, "NOTICE.txt"):
            yield unquote(file.stem)


def _check_log(vault: Vault, size: int, root: bytes) -> None:
    with vault.snapshot() as tx:
        verify_chain(tx)
    remake(vault)
    if tiles.root(size, log_folder(vault).read) != root:
        raise RuntimeError("the log does not continue the one before the kill")


def _missing(tx: Tx, document: str, told: list[Told]) -> int:
    """How many of the things told are not there."""
    digests = {event.digest for event in events(tx)}
    again = sum(bool(event.payload.get("again")) for event in events(tx, document))
    lost = sum(kind == "event" and what not in digests for kind, what in told)
    lost += sum(kind == "copy" and not Path(what).is_file() for kind, what in told)
    return lost + max(0, sum(kind == "again" for kind, _ in told) - again)


def _quiet(done: int, total: int) -> None:
    """No progress is shown."""
