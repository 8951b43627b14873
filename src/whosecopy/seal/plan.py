"""From a master to its template: which sites become which marks, under which profile."""

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from whosecopy.errors import CapacityError
from whosecopy.model import Document, Mark, Site, Template

Progress = Callable[[int, int], None]
"""Called with how much is done and how much there is to do."""


def make_template(master: Document, sites: Sequence[Site], packs: Mapping[str, str]) -> Template:
    """The template of `master` with `sites`: linked sites become one mark, marks stand in reading order.

    `packs` maps carrier names to rule-pack versions. All marks are `solo`; `with_profile` changes that.
    """
    ordered = sorted(sites, key=lambda site: (site.start, site.end, site.carrier))
    groups: dict[str, list[int]] = {}
    for number, site in enumerate(ordered):
        groups.setdefault(f"{site.carrier}\0{site.link}" if site.link else f"\0{number}", []).append(number)
    marks = tuple(Mark(tuple(members), len(ordered[members[0]].variants), "solo") for members in groups.values())
    return Template(
        media=master.media,
        master_sha256=hashlib.sha256(master.source).hexdigest(),
        text=master.text,
        blocks=tuple((block.start, block.end) for block in master.blocks),
        sites=tuple(ordered),
        marks=marks,
        packs=tuple(sorted(packs.items())),
        layout=master.layout,
    )


def with_profile(template: Template, profile: str) -> Template:
    """`template` with every mark under the bias profile `profile`."""
    return replace(template, marks=tuple(replace(mark, profile=profile) for mark in template.marks))


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
