"""A site in normal form and what stands around it."""

import bisect
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

CONTEXT = 12
"""Normal characters compared on each side of a site."""
ENOUGH = 6
"""How many of them have to stand unchanged in the leak."""
REACH = 8
"""How much further out the ends of a window are looked for."""
_COMBINATIONS = 8


@dataclass(frozen=True, slots=True)
class Sighting:
    """Leak characters `leak_start:leak_end` (normal form) stand where the site is.

    `distances[v]` is the edit distance between the leak's window around them and the same window of the
    master with variant v; `length` is that of the shortest such window.
    """

    leak_start: int
    leak_end: int
    distances: tuple[int, ...]
    length: int


@dataclass(frozen=True, slots=True)
class Spot:
    """A site in normal form."""

    start: int
    end: int
    variants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One end of a window: its position in the master and in the leak; `near` is the leak's position at the site."""

    master: int
    leak: int
    near: int


def neighbours(ordered: Sequence[Spot], rank: int, longest: int) -> list[Spot]:
    """Other sites that may disturb the context of one."""
    spot = ordered[rank]
    reach = CONTEXT + REACH
    low = bisect.bisect_left(ordered, spot.start - reach - longest, key=lambda other: other.start)
    high = bisect.bisect_right(ordered, spot.end + reach, key=lambda other: other.start)
    return [
        other
        for other in ordered[low:high]
        if other is not spot and (spot.start - reach <= other.end <= spot.start or other.start >= spot.end)
    ]


def free(at: int, near: Sequence[Spot]) -> bool:
    """Whether no other site is cut at `at`."""
    return not any(other.start < at < other.end for other in near)


def candidates(text: str, spot: Spot, near: Sequence[Spot], low: int, high: int) -> list[list[str]]:
    """For each variant, what a copy may say at master characters `low:high`, in normal form.

    Other sites inside stand in any of their variants.
    """
    before = _spellings(text, low, spot.start, near)
    after = _spellings(text, spot.end, high, near)
    return [
        [(a + variant + b).replace("  ", " ") for a, b in itertools.product(before, after)] for variant in spot.variants
    ]


def _spellings(text: str, start: int, end: int, near: Sequence[Spot]) -> list[str]:
    """Master characters `start:end` with the sites inside in any of their variants (as many as are feasible)."""
    spellings, at = [""], start
    for other in near:
        if not (at <= other.start and other.end <= end):
            continue
        variants = other.variants if len(spellings) * len(other.variants) <= _COMBINATIONS else other.variants[:1]
        spellings = [s + text[at : other.start] + v for s in spellings for v in variants]
        at = other.end
    return [s + text[at:end] for s in spellings]
