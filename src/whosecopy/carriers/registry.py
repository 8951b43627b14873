"""Which carriers there are, and what a document offers when several mark it together."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.metadata import entry_points
from itertools import accumulate

from whosecopy.carriers.base import Carrier, LayoutCarrier, Writer
from whosecopy.carriers.settle import settle
from whosecopy.carriers.survival import surviving
from whosecopy.errors import InputError
from whosecopy.media.encoding import can_encode
from whosecopy.model import Document, Site

GROUP = "whosecopy.carriers"
LAYOUT_GROUP = "whosecopy.layout"
_PRIORITY = ("declared", "notation.", "wording.", "punctuation.", "typography.")


@cache
def carriers() -> tuple[Carrier, ...]:
    """All registered carriers, those that survive most first: where sites overlap, the earlier carrier wins."""
    found: list[Carrier] = [point.load() for point in entry_points(group=GROUP)]
    return tuple(sorted(found, key=lambda carrier: (_rank(carrier.name), carrier.name)))


@cache
def layout_carriers() -> tuple[LayoutCarrier, ...]:
    """All registered carriers that change how words look, by name."""
    found: list[LayoutCarrier] = [point.load() for point in entry_points(group=LAYOUT_GROUP)]
    return tuple(sorted(found, key=lambda carrier: carrier.name))


def layout_carrier(name: str) -> LayoutCarrier:
    """The layout carrier called `name`.

    Raises `InputError` where none of that name is installed.
    """
    for carrier in layout_carriers():
        if carrier.name == name:
            return carrier
    raise InputError(f"no carrier {name!r} is installed; install the package that provides it")


def writer(name: str) -> Writer:
    """The carrier called `name`, whichever way it is read.

    Raises `InputError` where none of that name is installed.
    """
    return layout_carrier(name) if is_layout(name) else load(name)


def is_layout(name: str) -> bool:
    """Whether a carrier of this name is read from looks, not from text."""
    return name.startswith("layout.")


def load(name: str) -> Carrier:
    """The carrier called `name`.

    Raises `InputError` where none of that name is installed.
    """
    for carrier in carriers():
        if carrier.name == name:
            return carrier
    raise InputError(f"no carrier {name!r} is installed; install the package that provides it")


def survey(master: Document, chosen: Iterable[Carrier], declared: Sequence[Site] = ()) -> list[Site]:
    """The sites that `master` offers to all `chosen` carriers together, sorted and apart from each other.

    `declared` sites come first; then the carriers in the order of their priority. Linked sites of which
    one is lost are lost altogether. Sites that a copy would not offer again are left out, and so are those
    with a variant that the encoding of the file cannot hold.
    """
    ordered = sorted(chosen, key=lambda carrier: (_rank(carrier.name), carrier.name))

    def search(document: Document, given: Sequence[Site]) -> list[Site]:
        found = (site for carrier in ordered for site in carrier.sites(document))
        held = (site for site in found if all(can_encode(document, variant) for variant in site.variants))
        return settle(document.text, [*given, *held])

    return surviving(master, declared, search)


def apart(sites: Iterable[Site], wording: Sequence[Site]) -> list[Site]:
    """The layout sites of words that no site of `wording` touches: these words are not the same in all copies."""
    changing = sorted((site.start, site.end) for site in wording)
    ends = list(accumulate((end for _, end in changing), max))
    starts = [start for start, _ in changing]

    def touched(site: Site) -> bool:
        before = bisect_right(starts, site.end)
        return before > 0 and ends[before - 1] >= site.start

    return [site for site in sites if not touched(site)]


def _rank(name: str) -> int:
    return next((k for k, prefix in enumerate(_PRIORITY) if name.startswith(prefix)), len(_PRIORITY))
