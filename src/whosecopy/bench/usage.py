"""What this process and all that it starts take of the machine, also what a sandbox hides from its parent."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_EVERY_S = 0.02
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(slots=True)
class Usage:
    """Seconds of processor time, and the most memory at one time: shared pages count for each process."""

    cpu_s: float = 0.0
    peak_bytes: int = 0


@contextmanager
def watching() -> Iterator[Usage]:
    """Fills the `Usage` it gives when the block is left; the children's part is looked at every 20 ms."""
    usage, over = Usage(), threading.Event()
    began = time.process_time()
    watcher = threading.Thread(target=_watch, args=(usage, over))
    watcher.start()
    try:
        yield usage
    finally:
        over.set()
        watcher.join()
        usage.cpu_s += time.process_time() - began


def _watch(usage: Usage, over: threading.Event) -> None:
    spent: dict[int, float] = {}
    while not over.wait(_EVERY_S):
        held = 0
        for pid in _family(os.getpid()):
            with suppress(OSError):
                cpu_s, resident = _of(pid)
                held += resident
                spent[pid] = cpu_s
        usage.peak_bytes = max(usage.peak_bytes, held)
    usage.cpu_s = sum(cpu_s for pid, cpu_s in spent.items() if pid != os.getpid())


def _family(pid: int) -> list[int]:
    """A process and all that come from it."""
    found = [pid]
    for one in found:
        with suppress(OSError):
            for listed in Path(f"/proc/{one}/task").glob("*/children"):
                found += map(int, listed.read_text().split())
    return found


def _of(pid: int) -> tuple[float, int]:
    """Processor time in seconds and resident memory in bytes."""
    columns = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system, pages = (int(columns[k]) for k in (11, 12, 21))
    return (user + system) * _TICK_S, pages * _PAGE
