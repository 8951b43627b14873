"""Whether sites are found again in a copy: what a reader of the copy would search."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace

from whosecopy.model import Document, Edit, Site

Search = Callable[[Document, Sequence[Site]], list[Site]]
"""Finds the sites of a document beside those that are given."""


def surviving(master: Document, given: Sequence[Site], search: Search) -> list[Site]:
    """The sites that `search` finds in `master` and finds again in a copy in which every site has changed.

    `given` sites need no finding. Linked sites survive together or not at all. The same is asked of a
    copy, so that a site that only the marks of others make possible is not one there either.
    """
    sites = search(master, given)
    copy, moved = changed(master, sites)
    there = [replace(s, start=moved(s.start), end=moved(s.start) + len(s.variants[-1])) for s in sites]
    known = set(given)
    again = {_essence(s) for s in search(copy, [new for old, new in zip(sites, there, strict=True) if old in known])}
    lost = {_group(old) for old, new in zip(sites, there, strict=True) if _essence(new) not in again}
    return [site for site in sites if _group(site) not in lost]


def _essence(site: Site) -> tuple[int, str, str, int]:
    return site.start, site.carrier, site.locator, len(site.variants)


def _group(site: Site) -> tuple[str, object]:
    return site.carrier, site.link or site.start


def changed(master: Document, sites: Sequence[Site]) -> tuple[Document, Callable[[int], int]]:
    """`master` as it reads with each site in its last variant, and where its characters went.

    `sites` are sorted and disjoint. The copy serves for searching only: its source is the master's.
    """
    edits = tuple(Edit(site.start, site.end, site.variants[-1]) for site in sites)
    ends = [edit.end for edit in edits]
    shifts = [0]
    for edit in edits:
        shifts.append(shifts[-1] + len(edit.text) - (edit.end - edit.start))

    def start_of(at: int) -> int:
        """An empty site at `at` begins there, so does what it inserts."""
        passed = bisect_right(ends, at)
        while passed and edits[passed - 1].end == edits[passed - 1].start == at:
            passed -= 1
        return at + shifts[passed]

    def end_of(at: int) -> int:
        return at + shifts[bisect_right(ends, at)]

    return (
        replace(
            master,
            text=replace(master, edits=edits).edited_text(),
            blocks=tuple(replace(b, start=start_of(b.start), end=end_of(b.end)) for b in master.blocks),
            protected=tuple((start_of(low), start_of(high)) for low, high in master.protected),
            pieces=tuple(replace(p, start=start_of(p.start), end=end_of(p.end)) for p in master.pieces),
            edits=(),
        ),
        start_of,
    )
