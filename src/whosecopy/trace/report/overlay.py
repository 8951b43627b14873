"""The leak's text cut into stretches: marks that were seen, and the plain text between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from whosecopy.errors import IntegrityError
from whosecopy.model import Case, Evidence, Site

LONG = 2_000
"""A stretch without marks that is longer than this is folded."""
SHOWN = 400
"""Characters of a folded stretch that stay visible before and after the fold."""
KEPT = 20_000
"""Characters of a folded stretch that the page holds at all."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One wording that a mark can have; `seen` where the leak shows it."""

    text: str
    seen: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """One site in the leak: its carrier and all its variants."""

    carrier: str
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive characters of the leak; `state` is `plain`, `folded`, `read` or `unclear`.

    `omitted` characters after `text` are left out of the page.
    """

    text: str
    state: str = "plain"
    sites: tuple[Seen, ...] = ()
    omitted: int = 0


def stretches(case: Case) -> list[Stretch]:
    """The exhibit's text in order; sites that overlap in the leak become one stretch.

    Raises IntegrityError where the evidence points outside the case's sites or text.
    """
    text, at = case.exhibit.text, 0
    out: list[Stretch] = []
    for start, end, group in _groups(_located(case)):
        out += _plain(text[at:start])
        state = "read" if any(item.state == "read" for item in group) else "unclear"
        out.append(Stretch(text[start:end], state, tuple(_seen(item, case.sites[item.site]) for item in group)))
        at = end
    return [*out, *_plain(text[at:])]


def _located(case: Case) -> list[Evidence]:
    """The evidence that stands in the leak's text, in reading order."""
    for item in case.evidence:
        inside = -1 <= item.leak_start <= item.leak_end <= len(case.exhibit.text)
        if not (inside and 0 <= item.site < len(case.sites)):
            raise IntegrityError(f"case of {case.exhibit.name!r}: evidence lies outside it; make the case anew")
    found = [item for item in case.evidence if item.leak_start >= 0 and item.state in ("read", "unclear")]
    return sorted(found, key=lambda item: (item.leak_start, item.leak_end, item.site))


def _groups(items: Sequence[Evidence]) -> Iterator[tuple[int, int, list[Evidence]]]:
    group: list[Evidence] = []
    end = -1
    for item in items:
        if group and item.leak_start >= end:
            yield group[0].leak_start, end, group
            group = []
        group.append(item)
        end = max(end, item.leak_end)
    if group:
        yield group[0].leak_start, end, group


def _seen(item: Evidence, site: Site) -> Seen:
    shown = item.variant if item.state == "read" else -1
    return Seen(site.carrier, tuple(Variant(text, k == shown) for k, text in enumerate(site.variants)))


def _plain(text: str) -> list[Stretch]:
    if len(text) <= LONG:
        return [Stretch(text)] if text else []
    head, tail = text[:SHOWN], text[-SHOWN:]
    hidden = text[SHOWN:-SHOWN]
    return [Stretch(head), Stretch(hidden[:KEPT], "folded", omitted=max(len(hidden) - KEPT, 0)), Stretch(tail)]
