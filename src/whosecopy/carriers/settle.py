"""Which sites can stand side by side."""

from bisect import bisect_left
from collections.abc import Sequence

import regex

from whosecopy.model import Site

_LOOKS = "typography."
_DECLARED = "declared"
_WORD = regex.compile(r"[A-Za-z]+")


def settle(text: str, sites: Sequence[Site]) -> list[Site]:
    """Those of `sites` that can stand side by side, earlier ones preferred, sorted by position.

    Two characters lie between any two sites, and at least one untouched word between two that change
    words or commas, so that no mark changes what another rule looks at; declared sites may follow each
    other directly, because nobody searches for them again. Linked sites stand or fall together.
    """
    kept: list[Site] = []
    for group in _groups(sites):
        places = kept.copy()
        for site in group:
            at = bisect_left(places, (site.start, site.end), key=_place)
            if not all(_apart(text, site, other) for other in places[max(0, at - 1) : at + 1]):
                break
            places.insert(at, site)
        else:
            kept = places
    return kept


def _groups(sites: Sequence[Site]) -> list[list[Site]]:
    groups: dict[object, list[Site]] = {}
    for number, site in enumerate(sites):
        groups.setdefault((site.carrier, site.link) if site.link else number, []).append(site)
    return list(groups.values())


def _place(site: Site) -> tuple[int, int]:
    return site.start, site.end


def _apart(text: str, one: Site, other: Site) -> bool:
    first, second = sorted((one, other), key=_place)
    if first.carrier == second.carrier == _DECLARED:
        return first.end <= second.start and _place(first) != _place(second)
    if second.start - first.end < 2:
        return False
    if first.carrier.startswith(_LOOKS) or second.carrier.startswith(_LOOKS):
        return True
    return _WORD.search(text, first.end, second.start) is not None
