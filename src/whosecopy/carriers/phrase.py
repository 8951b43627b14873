"""Rules that are data: a phrase, what else may stand there, and what must stand around it.

A rule is symmetric: it finds each of its variants in the same context, so that a marked copy offers the
same sites as the master. One walk over the words of a document tries only the rules that begin with the
word at hand.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import regex

from whosecopy.carriers import text as plain
from whosecopy.carriers.protect import Spans, guarded, running
from whosecopy.media.align import AlignedLeak
from whosecopy.model import Block, Document, Floats, Site

TEXT_MEDIA = frozenset(
    {
        "text/plain",
        "text/markdown",
        "text/html",
        "message/rfc822",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }
)
"""The media whose reading text can be edited."""

BLANK = r"(?:[ ]|\n[ \t]*)"
NUMBER_WORD = r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
NUMBER = (
    rf"(?:[$£€]?\d[\d,.]*|{NUMBER_WORD}|one|thirteen|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
    r"|(?:a|one|several) (?:dozen|hundred|thousand|million|billion))"
)
SUBJECT = r"(?:we|they|he|she|I|you|it|there)"
DETERMINER = r"(?:the|a|an|this|that|these|those|our|their|its|your|his|her|my|each|every|all|any|some|no|such)"
OPENING = r"(?<=(?:^|\n\n|[.!?:][\"”’)\]]*\s+|[•*] ?))"
"""Lookbehind: a sentence begins here."""

_LOOKS = "typography."
_WORD = regex.compile(r"[A-Za-z]+")
_BEFORE = regex.compile(r"([\w’'$%-]*)[^\w\n]*\s?\Z")
_AFTER = regex.compile(r"[^\w\n]*\s?[ \t]*([\w’'$%-]*)")
_SENTENCE_END = regex.compile(r"[.!?][\"”’)\]]*\s|\n\n")
_PLAIN_WORDS = (
    " a an and are as at be been but by can could did do does for from had has have he her his how i if in into is"
    " it its may might more most must my no not of on or our shall she should so some such than that the their"
    " them then there these they this those to was we were what when where which who will with would you your us"
    " all any both each every many much other only also very just even"
    " "
)


@dataclass(frozen=True, slots=True)
class Rule:
    """Two or more phrases that say the same where `left` stands before and `right` after them.

    Contexts are regular expressions over whole words; `not_left` and `not_right` forbid. `opening` keeps
    the rule to the beginning of a sentence, `within` to its middle. A `term` (content word) is left alone
    where it recurs three times beside the same content word: that is a term of art. Rules that are not
    `on` failed their gate: they are only suggested.
    """

    name: str
    variants: tuple[str, ...]
    left: str = ""
    right: str = ""
    not_left: str = ""
    not_right: str = ""
    opening: bool = False
    within: bool = False
    term: bool = False
    on: bool = True
    pattern: "regex.Pattern[str]" = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", regex.compile(self._expression()))

    def _expression(self) -> str:
        parts = [OPENING if self.opening else r"(?<![\w’'-])"]
        if self.left:
            parts.append(rf"(?<=(?<![\w’'-])(?i:{_blanks(self.left)}){BLANK})")
        if self.not_left:
            parts.append(rf"(?<!(?<![\w’'-])(?i:{_blanks(self.not_left)}){BLANK})")
        forms = sorted(self.variants, key=len, reverse=True)
        parts.append("(?:" + "|".join(_either_case(form) for form in forms) + r")(?![\w-]|[’']\w)")
        if self.right:
            parts.append(rf"(?={BLANK}(?:{_blanks(self.right)})(?![\w’'-]))")
        if self.not_right:
            parts.append(rf"(?!{BLANK}(?:{_blanks(self.not_right)})(?![\w’'-]))")
        return "".join(parts)


def _blanks(expression: str) -> str:
    return expression.replace(" ", BLANK)


def _either_case(form: str) -> str:
    head = form[0]
    first = f"[{head.upper()}{head}]" if head.isalpha() and head.islower() else regex.escape(head)
    return first + _blanks(regex.escape(form[1:]).replace("\\ ", " "))


def rule(*variants: str, **context: Any) -> Rule:
    """A rule named after its variants: `rule("toward", "towards")`."""
    return Rule("/".join(variants), variants, **context)


@dataclass(frozen=True, slots=True)
class TextCarrier:
    """A family whose sites are plain text: `find` searches, reading and writing are common code.

    `find(master, everything)` gives the sites in any order; with `everything` also those of rules that
    failed their gate.
    """

    name: str
    version: str
    find: Callable[[Document, bool], list[Site]]
    media: frozenset[str] = TEXT_MEDIA

    def sites(self, master: Document) -> list[Site]:
        """All places that may carry a mark, sorted; at least one untouched word stands between two of them."""
        return settle(master.text, self.find(master, False))

    def suggestions(self, master: Document) -> list[Site]:
        """As `sites`, with the rules that failed their gate: for a person to judge."""
        return settle(master.text, self.find(master, True))

    def write(self, master: Document, sites: Sequence[Site], variants: Sequence[int]) -> Document:
        """`master` with site k showing its variant `variants[k]`."""
        return plain.write_variants(master, sites, variants)

    def read(self, leak: AlignedLeak, sites: Sequence[Site]) -> Floats:
        """Log-likelihood in nats of each variant at each site, (len(sites), q_max); flat rows are erasures."""
        return plain.read_variants(leak, sites)


def find_phrases(carrier: str, rules: Iterable[Rule]) -> Callable[[Document, bool], list[Site]]:
    """The search for `rules`, in their order of preference."""
    ordered = tuple(rules)
    index: dict[str, list[int]] = {}
    for number, one in enumerate(ordered):
        for head in dict.fromkeys(_first_word(v) for v in one.variants):
            index.setdefault(head, []).append(number)

    def find(master: Document, everything: bool) -> list[Site]:
        guard = guarded(master)
        found: list[list[Site]] = [[] for _ in ordered]
        for block in running(master):
            for word in _WORD.finditer(master.text, block.start, block.end):
                for number in index.get(word[0].lower(), ()):
                    if everything or ordered[number].on:
                        site = _site(master, block, carrier, ordered[number], word.start(), guard)
                        found[number] += [site] if site else []
        lonely = [_no_parallels(master.text, sites) for sites in found]
        return [s for one, sites in zip(ordered, lonely, strict=True) for s in _no_terms(master.text, one, sites)]

    return find


def _first_word(variant: str) -> str:
    match = _WORD.match(variant)
    if match is None:
        raise ValueError(f"a variant must begin with a word: {variant!r}")
    return str(match[0]).lower()


def _site(master: Document, block: Block, carrier: str, one: Rule, at: int, guard: Spans) -> Site | None:
    match = one.pattern.match(master.text, at)
    if match is None or match.end() > block.end:
        return None
    original = match[0]
    opens = opens_sentence(master.text, block, at)
    if (original[0].isupper() and not opens and original[:2] not in ("I ", "I\n")) or (one.within and opens):
        return None
    current = " ".join(original.split())
    others = [cased(v, original) for v in one.variants if cased(v, original) != current]
    return make_site(master, carrier, one.name, (at, match.end()), others, guard)


def make_site(
    master: Document,
    carrier: str,
    name: str,
    span: tuple[int, int],
    others: Sequence[str],
    guard: Spans,
    link: str = "",
) -> Site | None:
    """A site at `span` with `others` beside what stands there, or None where it cannot be or would read badly."""
    start, end = span
    original = master.text[start:end]
    fitted = [plain.fit_breaks(original, other) for other in others]
    variants = (original, *(v for v in fitted if v is not None))
    if None in fitted or guard.touch(start, end) or not plain.writable(master, start, end):
        return None
    if not reads_on(master.text, start, end, variants):
        return None
    return Site(carrier, start, end, variants, link=link, locator=name, group=carrier)


def cased(variant: str, like: str) -> str:
    """`variant` beginning with a capital where `like` does."""
    return variant[0].upper() + variant[1:] if like[:1].isupper() else variant


def opens_sentence(text: str, block: Block, at: int) -> bool:
    """Whether a sentence of `block` begins at `at`."""
    before = text[max(block.start, at - 12) : at]
    return at == block.start or bool(regex.search(r"(?:[.!?:][\"”’)\]]*\s+|^\s*|[•*-] )\Z", before))


def neighbours(text: str, start: int, end: int) -> tuple[str, str]:
    """The words before and after `start:end`, lower case, empty where there is none."""
    before = _BEFORE.search(text[max(0, start - 40) : start])
    after = _AFTER.match(text[end : end + 40])
    return (before[1] if before else "").lower(), (after[1] if after else "").lower()


def reads_on(text: str, start: int, end: int, variants: Sequence[str]) -> bool:
    """Whether no variant doubles a word with its neighbour or needs another `a` or `an` before it."""
    left, right = neighbours(text, start, end)
    words = [regex.findall(r"[\w’'-]+", v.lower()) for v in variants]
    if any(w and (w[0] == left or w[-1] == right) for w in words):
        return False
    if left in ("a", "an"):
        return len({bool(w) and w[0][0] in "aeiou" for w in words}) == 1
    return True


def _no_parallels(text: str, sites: list[Site]) -> list[Site]:
    """Those whose rule does not apply twice in one sentence: `every town, every city` is a figure of speech."""
    crowded: set[Site] = set()
    for one, other in pairwise(sites):
        if not _SENTENCE_END.search(text[one.end : other.start]):
            crowded |= {one, other}
    return [site for site in sites if site not in crowded]


def _no_terms(text: str, one: Rule, sites: list[Site]) -> list[Site]:
    if not one.term:
        return sites
    pairs = [neighbours(text, s.start, s.end) for s in sites]
    counts: Counter[tuple[int, str]] = Counter()
    for pair in pairs:
        counts.update((side, w) for side, w in enumerate(pair) if len(w) > 3 and f" {w} " not in _PLAIN_WORDS)
    return [
        site
        for site, pair in zip(sites, pairs, strict=True)
        if all(counts[(side, w)] < 3 for side, w in enumerate(pair))
    ]


def settle(text: str, sites: Sequence[Site]) -> list[Site]:
    """Those of `sites` that can stand side by side, earlier ones preferred, sorted by position.

    Two characters lie between any two sites, and at least one untouched word between two that change
    words or commas, so that no mark changes what another rule looks at. Linked sites stand or fall
    together.
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
    if second.start - first.end < 2:
        return False
    if first.carrier.startswith(_LOOKS) or second.carrier.startswith(_LOOKS):
        return True
    return any(c.isalnum() for word in text[first.end : second.start].split()[:1] for c in word)
