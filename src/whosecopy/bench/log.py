"""How fast the record is: durable events a second, their waiting time, publishing and proofs."""

import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from whosecopy.tlog import merkle, tiles
from whosecopy.vault.events_group import Recorder
from whosecopy.vault.log import advance, proofs
from whosecopy.vault.log_files import LogFolder
from whosecopy.vault.store import Vault, create

Progress = Callable[[int, int], None]
Row = dict[str, object]

_NOW = "2031-05-06T07:08:09Z"
_THREADS = 48
_LARGE = 1_000_000
_CHUNK = 1 << 16


def rows(events: int, progress: Progress) -> list[Row]:
    """Measurements on a new vault with `events` records in a temporary folder, and on a log of a million entries.

    `alone` is one caller; else many threads record at once, and each waits until its record is durable. A proof is
    made and checked. The targets: 2,000 records a second, 99 % of them durable within 50 ms, a proof in 5 ms.
    """
    with tempfile.TemporaryDirectory(prefix="whosecopy-bench-") as place:
        with create(Path(place, "vault"), Path(place, "root.key"), _NOW) as vault:
            alone = _alone(vault, min(events, 300))
            progress(1, 4)
            waits, took = _together(vault, events)
            progress(2, 4)
            published = _publish(vault)
        progress(3, 4)
        proof = _large(Path(place, "large"))
        progress(4, 4)
    return [
        _row("record, alone, ms", alone * 1e3),
        _row(f"record, {_THREADS} threads, ms", took / events * 1e3, 0.5),
        _row("wait, median, ms", float(np.median(waits)) * 1e3),
        _row("wait, 99 %, ms", float(np.quantile(waits, 0.99)) * 1e3, 50),
        _row("publish a record, ms", published / events * 1e3),
        _row(f"proof in {_LARGE:,}, ms", proof * 1e3, 5),
    ]


def _row(what: str, ours: float, limit: float | None = None) -> Row:
    ratio = None if limit is None else ours / limit
    row: Row = {"what": what, "peer": "target", "ours": ours, "theirs": limit, "ratio": ratio}
    return row | {"limit_ratio": None if limit is None else 1.0, "ok": ratio is None or ratio <= 1}


def _alone(vault: Vault, count: int) -> float:
    """Seconds for one record by one caller."""
    with Recorder(vault) as recorder:
        start = time.perf_counter()
        for k in range(count):
            recorder.record("hand-out", {"first": k, "count": 1}, _NOW)
        return (time.perf_counter() - start) / count


def _together(vault: Vault, count: int) -> tuple[list[float], float]:
    """How long each caller waited, and the seconds for all, where many threads record at once."""
    waits: list[float] = []
    share = -(-count // _THREADS)

    def work(recorder: Recorder) -> None:
        for k in range(share):
            start = time.perf_counter()
            recorder.record("hand-out", {"first": k, "count": 1}, _NOW)
            waits.append(time.perf_counter() - start)

    with Recorder(vault) as recorder:
        workers = [threading.Thread(target=work, args=(recorder,)) for _ in range(_THREADS)]
        start = time.perf_counter()
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return waits, (time.perf_counter() - start) * count / (share * _THREADS)


def _publish(vault: Vault) -> float:
    start = time.perf_counter()
    advance(vault, _NOW)
    took = time.perf_counter() - start
    proofs(vault, [1])
    return took


def _large(folder: Path) -> float:
    """Seconds to make an inclusion proof from tiles on the disk and to check it, the median of 200."""
    files = LogFolder(folder)
    folder.mkdir()
    root = merkle.EMPTY_ROOT
    for start in range(0, _LARGE, _CHUNK):
        entries = [k.to_bytes(8, "big") for k in range(start, min(start + _CHUNK, _LARGE))]
        root, made = tiles.append(start, root, entries, files.read)
        files.add(made)
    took = []
    for index in np.random.default_rng(1).integers(_LARGE, size=200):
        begin = time.perf_counter()
        path = tiles.inclusion_path(int(index), _LARGE, files.read)
        merkle.check_inclusion(merkle.leaf_hash(int(index).to_bytes(8, "big")), int(index), _LARGE, path, root)
        took.append(time.perf_counter() - begin)
    return float(np.median(took))
