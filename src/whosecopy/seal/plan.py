"""From a master to its template: which sites become which marks, under which profile."""

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from whosecopy.errors import CapacityError
from whosecopy.media.dispatch import PDF
from whosecopy.model import Document, Mark, Site, Template

Progress = Callable[[int, int], None]
"""Called with how much is done and how much there is to do."""
PROFILES = ("solo", "short", "GL6", "GL8")
"""Bias profiles, for more and more merged copies."""
_DECLARE = "declare variants (whosecopy suggest DOC shows where)"
_SEAL_THE_TEXT = "seal the file it was made from with --as pdf, with variants declared in it"


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
    """`template` with every mark of persons under the bias profile `profile`; shared marks stay `solo`."""
    marks = tuple(mark if mark.shared else replace(mark, profile=profile) for mark in template.marks)
    return replace(template, marks=marks)


def with_shared(template: Template, share: float) -> Template:
    """`template` with about a `share` of the marks of every carrier shared within organisations, evenly spread."""
    carriers = template.mark_carriers
    order = sorted(range(template.length), key=lambda mark: (carriers[mark], mark))
    chosen = {mark for k, mark in enumerate(order) if math.floor((k + 1) * share) > math.floor(k * share)}
    return replace(template, marks=tuple(replace(mark, shared=k in chosen) for k, mark in enumerate(template.marks)))


def needed_marks(recipients: int, alpha: float) -> int:
    """Error-free binary marks that naming one of `recipients` at `alpha` takes: ceil(log2(n / alpha))."""
    return math.ceil(math.log2(recipients / alpha))


def least_marks(recipients: int) -> int:
    """Marks below which `recipients` codewords would hardly all differ: 2 log2 n."""
    return math.ceil(2 * math.log2(max(recipients, 2)))


def weak_pages(template: Template, recipients: int, alpha: float) -> tuple[int, ...]:
    """The pages, from 1, whose own marks are too few to name one of `recipients` at `alpha`; none of a text."""
    if not template.layout.words:
        return ()
    marks = {site: number for number, mark in enumerate(template.marks) if not mark.shared for site in mark.sites}
    on_page: list[set[int]] = [set() for _ in template.layout.pages_pt]
    page_at = {word.start: word.page for word in template.layout.words}
    for number, site in enumerate(template.sites):
        if number in marks and site.start in page_at:
            on_page[page_at[site.start]].add(marks[number])
    needed = needed_marks(recipients, alpha)
    return tuple(page for page, found in enumerate(on_page, start=1) if len(found) < needed)


def check_pages(template: Template, recipients: int, alpha: float) -> None:
    """Raise `CapacityError` where some page alone could not name one of its recipients."""
    weak = weak_pages(template, recipients, alpha)
    if weak:
        pages = ", ".join(map(str, weak[:10])) + (" ..." if len(weak) > 10 else "")
        advice = f"pages {pages} have too few marks to be traced alone; seal without --every-page"
        raise CapacityError(len(template.layout.pages_pt), len(template.layout.pages_pt) - len(weak), advice)


def check_capacity(
    template: Template, recipients: int, alpha: float, accept_weak: bool, organisations: int = 0
) -> None:
    """Raise `CapacityError` where the whole document could not name one of its recipients, or of `organisations`.

    With `accept_weak` it suffices that the copies can all differ. Shared marks count for organisations only.
    """
    bits = _bits(template, shared=False)
    needed = least_marks(recipients) if accept_weak else needed_marks(recipients, alpha)
    if bits < needed:
        raise CapacityError(
            needed,
            bits,
            (_SEAL_THE_TEXT if template.media == PDF else _DECLARE)
            + ("" if accept_weak else ", or --accept-weak if several documents will be read together"),
        )
    group_bits, group_needed = _bits(template, shared=True), needed_marks(max(organisations, 1), alpha)
    if organisations and not accept_weak and group_bits < group_needed:
        raise CapacityError(
            group_needed, group_bits, "for organisations: raise their share, declare variants, or leave it out"
        )


def _bits(template: Template, shared: bool) -> int:
    return math.floor(sum(math.log2(mark.q) for mark in template.marks if mark.shared is shared))
