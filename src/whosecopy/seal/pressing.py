"""Copies from what their marks show, in this process or in several; those of a PDF from a press."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from whosecopy.carriers.registry import layout_carrier
from whosecopy.carriers.writing import Variants, marker
from whosecopy.media.pdf import master as pdf
from whosecopy.model import Document, Template

Make = Callable[[Variants], bytes]
"""Makes the file of one copy from the variants that its marks show."""
_WORTH_PAGES = 400
_IN_FLIGHT = 4


@runtime_checkable
class Parting(Protocol):
    """Makes copies, in several processes too."""

    def most_jobs(self, count: int) -> int:
        """How many processes at most make so many copies; 1 where one is as fast."""

    def __call__(self, variants: Variants) -> bytes:
        """The file of the copy whose marks show `variants`."""


@dataclass(frozen=True, slots=True, eq=False)
class Pressed:
    """Makes copies from a press: `deciding` is the mark behind each of its choices, `upward` what variant 1 means."""

    press: pdf.Press
    deciding: NDArray[np.intp]
    upward: NDArray[np.bool_]
    pages: int

    def most_jobs(self, count: int) -> int:
        """As many processes as copies, where there are pages enough."""
        return count if count * self.pages >= _WORTH_PAGES else 1

    def __call__(self, variants: Variants) -> bytes:
        """The file of the copy whose marks show `variants`."""
        return self.press.copy((variants[self.deciding] == 1) == self.upward)


def pressed(master: Document, template: Template) -> Pressed:
    """What makes copies of a PDF `master`."""
    mark = marker(master, template)
    low, high = (mark(np.full(template.length, variant, np.uint8)).shifts for variant in (0, 1))
    press = pdf.press(master, [low, high])
    marks = _deciding(master, template)
    deciding = np.array([marks[choice] for choice in press.choices], np.intp)
    return Pressed(press, deciding, press.chosen(high), len(master.layout.pages_pt))


@contextmanager
def made(make: Make, count: int, jobs: int) -> Iterator[Callable[[Iterable[Variants]], Iterator[bytes]]]:
    """A function that makes copies in order, about `count` in all, in up to `jobs` processes where that is faster."""
    most = make.most_jobs(count) if isinstance(make, Parting) else 1
    jobs = min(jobs or len(os.sched_getaffinity(0)), most)
    if jobs < 2:
        yield lambda rows: map(make, rows)
        return
    with ProcessPoolExecutor(jobs, get_context("spawn"), _take, (make,)) as pool:
        yield lambda rows: _in_order(pool, iter(rows), _IN_FLIGHT * jobs)


def _deciding(master: Document, template: Template) -> dict[tuple[int, int], int]:
    """The mark that decides each axis of each word."""
    bare = replace(master, shifts=())
    out = {}
    for number, mark in enumerate(template.marks):
        for site in (template.sites[k] for k in mark.sites):
            for shift in layout_carrier(site.carrier).write(bare, [site], [1]).shifts:
                values = (shift.along_em, shift.up_em, shift.grey)
                out.update({(shift.word, axis): number for axis, value in enumerate(values) if value})
    return out


def _in_order(pool: ProcessPoolExecutor, rows: Iterator[Variants], most: int) -> Iterator[bytes]:
    """The copies of `rows`, with at most so many under way or waiting to be taken."""
    waiting = [pool.submit(_make, row) for row in islice(rows, most)]
    while waiting:
        yield waiting.pop(0).result()
        waiting += [pool.submit(_make, row) for row in islice(rows, 1)]


_workshop: list[Make] = []
"""What a process of the pool makes copies with."""


def _take(make: Make) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    _workshop[:] = [make]


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _make(variants: Variants) -> bytes:
    return _workshop[0](variants)
