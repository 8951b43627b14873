"""`bench hostile`: broken and hostile files, each as a master and as a leak.

Every file is asked about in a process of its own: one that dies takes nothing with it, and what it and its
children use is measured, processor seconds and the largest memory of all together.
"""

import multiprocessing
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path

from whosecopy.bench.hostile_mutations import mutations
from whosecopy.bench.hostile_pdfs import PDFS, one_page
from whosecopy.bench.hostile_pictures import PICTURES
from whosecopy.bench.hostile_questions import Found, Sealed, as_leak, as_master, seal_document
from whosecopy.errors import WhosecopyError

File = tuple[str, Callable[[], bytes]]
"""What a file is called, and how to make it."""
MASTER, LEAK = "master", "leak"
_BYTES = 2 * 2**30
"""What a file may take of memory, in all processes together."""
_HANG_S = 600.0
_LOOK_S = 0.05
_LONGEST_LINE = 400
_BROKEN_FILES = 100
_TICKS, _PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one file: an outcome, or the kind of error by which it was refused and what it said.

    `broken` says what must not happen and did, empty where nothing did.
    """

    file: str
    asked: str
    outcome: str
    said: str
    cpu_s: float
    wall_s: float
    peak_bytes: int
    broken: str = ""


def files_of(documents: Mapping[str, bytes], broken: int | None, seed: int) -> Iterator[File]:
    """These documents as they are, all that are made here where there are none, and `broken` ones made from both."""
    yield from ((name, partial(bytes, data)) for name, data in documents.items())
    if not documents:
        yield from ((f"{name}.pdf", make) for name, make in PDFS.items())
        yield from PICTURES.items()
    yield from mutations(broken or (0 if documents else _BROKEN_FILES), seed, documents)


def ask(
    files: Iterable[File], questions: Sequence[str] = (MASTER, LEAK), sealed: Sealed | None = None
) -> Iterator[Answer]:
    """Every question about every file; leaks are read against `sealed`, or a plain page that is sealed here."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    against = sealed or seal_document(one_page(), "page.pdf")
    for name, make in files:
        data = make()
        for question in questions:
            yield _asked(context, name, question, data, against)


def rows(answers: Iterable[Answer]) -> list[dict[str, object]]:
    """One row for each kind of file and question, and one for all: what became of them, and what they took."""
    groups: dict[tuple[str, str], list[Answer]] = defaultdict(list)
    for one in answers:
        groups[Path(one.file).suffix.removeprefix("."), one.asked].append(one)
        groups["all", one.asked].append(one)
    return [_row(kind, asked, group) for (kind, asked), group in sorted(groups.items())]


def _row(kind: str, asked: str, group: Sequence[Answer]) -> dict[str, object]:
    done = sum(one.outcome in ("copies", "marks read", "no marks") for one in group)
    broken = sum(bool(one.broken) for one in group)
    return {
        "kind": kind,
        "asked as": asked,
        "files": len(group),
        "done": done,
        "refused": len(group) - done,
        "longest_s": round(max(one.cpu_s for one in group), 1),
        "largest_mib": max(one.peak_bytes for one in group) >> 20,
        "broken": broken,
        "ok": not broken,
    }


def _asked(context: ForkServerContext, name: str, question: str, data: bytes, sealed: Sealed) -> Answer:
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(there, name, question, data, sealed))
    started = time.monotonic()
    process.start()
    there.close()
    watch, told = _Watch(process.pid or 0), None
    with suppress(EOFError):
        while time.monotonic() - started < _HANG_S:
            watch.look()
            if here.poll(_LOOK_S):
                told = here.recv()
                break
    wall_s = time.monotonic() - started
    process.kill()
    process.join()
    here.close()
    found, said = told or (Found("died", broken="hangs" if wall_s >= _HANG_S else "the program died"), "")
    broken = found.broken or _over(watch, found.allowed_s)
    return Answer(name, question, found.outcome, said, watch.cpu_s, wall_s, watch.peak_bytes, broken)


def _over(watch: "_Watch", allowed_s: float) -> str:
    if watch.cpu_s > allowed_s:
        return f"takes {watch.cpu_s:.0f} s of processor time"
    return f"takes {watch.peak_bytes >> 20} MiB" if watch.peak_bytes > _BYTES else ""


def _answer(there: Connection, name: str, question: str, data: bytes, sealed: Sealed) -> None:
    """The process: any error that is not ours counts as broken."""
    try:
        told = (as_master(data, name) if question == MASTER else as_leak(data, name, sealed)), ""
    except WhosecopyError as error:
        said = str(error)
        long = "\n" in said or len(said) > _LONGEST_LINE
        told = Found(type(error).__name__, broken="is refused in more than a line" if long else ""), said
    except Exception as error:
        told = Found(type(error).__name__, broken=f"raises {type(error).__name__}"), str(error)
    there.send(told)


@dataclass(slots=True)
class _Watch:
    """What a process and all that came from it have used so far, as far as it was looked at."""

    root: int
    peak_bytes: int = 0
    _seconds: dict[int, float] = field(default_factory=dict)

    @property
    def cpu_s(self) -> float:
        """Processor seconds of all of them."""
        return sum(self._seconds.values())

    def look(self) -> None:
        """Look at those that live."""
        size, left = 0, [self.root]
        while left:
            number = left.pop()
            with suppress(OSError, ValueError, IndexError):
                process = Path(f"/proc/{number}")
                fields = (process / "stat").read_text().rpartition(")")[2].split()
                self._seconds[number] = (int(fields[11]) + int(fields[12])) / _TICKS
                size += int(fields[21]) * _PAGE
                left += map(int, (process / "task" / str(number) / "children").read_text().split())
        self.peak_bytes = max(self.peak_bytes, size)
