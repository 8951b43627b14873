"""`typography.*`: curly and straight quotation marks, dashes, ellipses. They survive copying and nothing else.

They are read from the characters of the leak as they are. Where every sign that a leak shows is of one
kind, somebody or something has unified them: the channel is dead and all its marks are erased, never read
as one symbol.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import regex

from whosecopy.carriers import text as plain
from whosecopy.carriers.english import TEXT_MEDIA
from whosecopy.carriers.protect import guarded, literal, running
from whosecopy.carriers.settle import settle
from whosecopy.media.align import AlignedLeak
from whosecopy.media.normal import position
from whosecopy.model import Document, Floats, Site

_SURE_NATS = 3.0
_LINE = regex.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class SignCarrier:
    """A family of typographic signs; `find(master)` gives its sites."""

    name: str
    version: str
    find: Callable[[Document], list[Site]]
    media: frozenset[str] = TEXT_MEDIA

    def sites(self, master: Document) -> list[Site]:
        """All places that may carry a mark, sorted, none in code or in an address."""
        return settle(master.text, self.find(master))

    def write(self, master: Document, sites: Sequence[Site], variants: Sequence[int]) -> Document:
        """`master` with site k showing its variant `variants[k]`."""
        return plain.write_variants(master, sites, variants)

    def read(self, leak: AlignedLeak, sites: Sequence[Site]) -> Floats:
        """Log-likelihood in nats, (len(sites), q_max): -3 for the sign not seen, flat where none or both are.

        Where all signs of a rule that are seen are of one kind, they are flat: that channel did not survive.
        """
        loglik = np.zeros((len(sites), max((len(s.variants) for s in sites), default=0)))
        seen = [_seen(leak, site) for site in sites]
        kinds = {_kind(site, choice) for site, choice in zip(sites, seen, strict=True) if choice is not None}
        alive = {rule for rule, count in Counter(rule for rule, _ in kinds).items() if count > 1}
        for row, site, choice in zip(loglik, sites, seen, strict=True):
            if choice is not None and site.locator in alive:
                row[:] = -_SURE_NATS
                row[choice] = 0.0
        return loglik


def _kind(site: Site, choice: int) -> tuple[str, str]:
    """The rule of a site and the kind of sign that was seen there."""
    return site.locator, site.variants[choice].replace("”", "“")


def _seen(leak: AlignedLeak, site: Site) -> int | None:
    """The variant that the leak shows, None where it shows none of them or shows the place more than once."""
    start, end = position(leak.master, site.start), position(leak.master, site.end)
    found = []
    for segment, matched in zip(leak.segments, leak.matched, strict=True):
        left, right = start - segment.start - 1, end - segment.start
        if left < 0 or right >= len(matched) or not (matched[left] and matched[right]):
            continue
        low, high = leak.leak.span(segment.map[left] + 1, segment.map[right])
        if low <= high:
            found.append(_LINE.sub(" ", leak.leak.raw[low:high]))
    choices = {k for shown in found for k, v in enumerate(site.variants) if v == shown}
    return choices.pop() if len(choices) == 1 and len(found) == 1 else None


def _site(master: Document, carrier: str, span: tuple[int, int], other: str, rule: str, link: str = "") -> Site | None:
    start, end = span
    original = master.text[start:end]
    if "\n" in original or not plain.writable(master, start, end):
        return None
    return Site(carrier, start, end, (original, other), link=link, locator=rule, group=carrier)


_APOSTROPHE = regex.compile(r"(?<=[A-Za-z])['’](?=[a-z])")
_QUOTED = regex.compile(r"(?<![\w\"“”])(?:\"(?=[\w$])([^\"“”\n]{1,400}?)\"|“(?=[\w$])([^\"“”\n]{1,400}?)”)(?![\w\"”])")
_PARTNER = {"'": "’", "’": "'", "“": '"', "”": '"'}


def _quotes(master: Document) -> list[Site]:
    """Apostrophes within words, and the two marks of a quotation, which change together."""
    name = "typography.quotes"
    guard, code = guarded(master, names=False), literal(master)
    out: list[Site | None] = []
    count = 0
    for block in running(master):
        body = master.text[block.start : block.end]
        for match in _APOSTROPHE.finditer(body):
            at = block.start + match.start()
            if not guard.touch(at, at + 1):
                out.append(_site(master, name, (at, at + 1), _PARTNER[match[0]], "apostrophe"))
        for match in _QUOTED.finditer(body):
            first, last = block.start + match.start(), block.start + match.end() - 1
            if code.touch(first, last + 1):
                continue
            straight = match[0][0] == '"'
            pair = [
                _site(master, name, (first, first + 1), "“" if straight else '"', "quotation", f"pair {count}"),
                _site(master, name, (last, last + 1), "”" if straight else '"', "quotation", f"pair {count}"),
            ]
            count += 1
            out += pair if all(pair) else []
    return [site for site in out if site]


_DASH = regex.compile(r"(?<=[A-Za-z’'\")%])(?:—| – )(?=[A-Za-z“\"(])")
_RANGE = regex.compile(r"(?<=(?<![\d–-])(?:19|20)\d\d)[-–](?=(?:(?:19|20)\d\d|\d\d)(?![\d–-]))")


def _dashes(master: Document) -> list[Site]:
    """Closed em dashes and spaced en dashes; hyphens and en dashes between years."""
    guard = guarded(master, names=False)
    out = []
    for block in running(master):
        for pattern, rule in ((_DASH, "dash"), (_RANGE, "range of years")):
            for match in pattern.finditer(master.text[block.start : block.end]):
                span = (block.start + match.start(), block.start + match.end())
                other = {"—": " – ", " – ": "—", "-": "–", "–": "-"}[match[0]]
                if not guard.touch(*span):
                    out.append(_site(master, "typography.dashes", span, other, rule))
    return [site for site in out if site]


_ELLIPSIS = regex.compile(r"(?<=[A-Za-z])(?:\.\.\.|…)(?=\s[a-z])")


def _ellipses(master: Document) -> list[Site]:
    guard = guarded(master, names=False)
    out = []
    for block in running(master):
        for match in _ELLIPSIS.finditer(master.text[block.start : block.end]):
            span = (block.start + match.start(), block.start + match.end())
            if not guard.touch(*span):
                other = "…" if match[0] == "..." else "..."
                out.append(_site(master, "typography.ellipsis", span, other, "ellipsis"))
    return [site for site in out if site]


QUOTES = SignCarrier("typography.quotes", "1", _quotes)
DASHES = SignCarrier("typography.dashes", "1", _dashes)
ELLIPSIS = SignCarrier("typography.ellipsis", "1", _ellipses)
