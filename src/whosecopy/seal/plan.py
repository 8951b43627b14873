"""From a master to its template: which sites become which marks, under which profile."""

import hashlib
import math
from collections.abc import Mapping, Sequence

from whosecopy.errors import CapacityError
from whosecopy.model import Document, Mark, Site, Template

SINGLES_SHARE = 0.8
"""The share of alpha that single copies hold where a template has no organisation marks (STATISTICS V9)."""


def make_template(
    master: Document, sites: Sequence[Site], packs: Mapping[str, str], profiles: Mapping[str, str] | None = None
) -> Template:
    """The template of `master` with `sites`: linked sites become one mark, marks stand in reading order.

    `packs` maps carrier names to rule-pack versions, `profiles` carrier groups to bias profiles; groups
    not listed are `solo`.
    """
    ordered = sorted(sites, key=lambda site: (site.start, site.end, site.carrier))
    groups: dict[str, list[int]] = {}
    for number, site in enumerate(ordered):
        groups.setdefault(f"{site.carrier}\0{site.link}" if site.link else f"\0{number}", []).append(number)
    chosen = profiles or {}
    marks = tuple(
        Mark(tuple(members), len(ordered[members[0]].variants), chosen.get(group_of(ordered[members[0]]), "solo"))
        for members in groups.values()
    )
    return Template(
        media=master.media,
        master_sha256=hashlib.sha256(master.source).hexdigest(),
        text=master.text,
        blocks=tuple((block.start, block.end) for block in master.blocks),
        sites=tuple(ordered),
        marks=marks,
        packs=tuple(sorted(packs.items())),
    )


def group_of(site: Site) -> str:
    """The carrier group that profiles and forecasts speak of."""
    return site.group or site.carrier


def needed_marks(recipients: int, alpha: float) -> int:
    """Error-free binary marks that naming one of `recipients` at `alpha` takes: ceil(log2(n / alpha))."""
    return math.ceil(math.log2(recipients / alpha))


def least_marks(recipients: int) -> int:
    """Marks below which `recipients` codewords would hardly all differ: 2 log2 n."""
    return math.ceil(2 * math.log2(max(recipients, 2)))


def check_capacity(template: Template, recipients: int, alpha: float, accept_weak: bool) -> None:
    """Raise `CapacityError` where the whole document could not name one of its recipients.

    With `accept_weak` it suffices that the copies can all differ.
    """
    bits = math.floor(sum(math.log2(mark.q) for mark in template.marks))
    needed = least_marks(recipients) if accept_weak else needed_marks(recipients, alpha)
    if bits < needed:
        raise CapacityError(
            needed,
            bits,
            "declare variants (whosecopy suggest DOC shows where)"
            + ("" if accept_weak else ", or --accept-weak if several documents will be read together"),
        )
