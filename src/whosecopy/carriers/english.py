"""What the English families share: words as patterns, making a site, a carrier of plain text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import regex

from whosecopy.carriers import gate
from whosecopy.carriers import text as plain
from whosecopy.carriers.protect import Spans
from whosecopy.carriers.settle import settle
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
OBJECT = r"(?:the|our|their|its|your|his|her|my|this|these|those|that|any|some|all|each|every|both)"
MODAL = r"(?:to|will|would|can|could|must|should|may|might|shall|not|also|we|they|you|I|who|that|which|and|or)"
THINGS = r"[a-z]{4,}s"
BASE_VERB = (
    "(?:be|make|begin|create|build|provide|ensure|improve|reduce|increase|protect|support|develop|keep|get|"
    "give|take|find"
    r"|meet|solve|understand|identify|achieve|maintain|strengthen|prevent|bring|pay|raise|expand|reach|restore|save"
    r"|explain|decide|determine|establish|produce|promote|manage|carry|move|fund|run|lead|close|open|train|teach"
    r"|write|read|avoid|cover|deliver|define|answer|share|learn|become|change|cut|put|turn|set|show|encourage"
    r"|finance|prepare|secure|guide|fill|speed|stop|start|continue|defend|raise|end|feed|heal|grow|make|spread)"
)
OPENING = r"(?<=(?:^|\n\n|[.!?:][\"”’)\]]*\s+|[•*] ?))"
"""Lookbehind: a sentence begins here."""

_SENTENCE_END = regex.compile(
    r"(?<!\b(?:Mr|Mrs|Ms|Dr|U\.S|U\.K|U\.N|D\.C|e\.g|i\.e|[ap]\.m))[.!?][\"”’)\]]*\s|\n\n", regex.IGNORECASE
)
_CONTENT = regex.compile(r"[a-z]{4,}")
_BEFORE = regex.compile(r"([\w’'$%-]*)[^\w\n]*\s?\Z")
_AFTER = regex.compile(r"[^\w\n]*\s?[ \t]*([\w’'$%-]*)")


@dataclass(frozen=True, slots=True)
class TextCarrier:
    """A family whose sites are plain text: `find` searches, reading and writing are common code.

    `find(master)` gives the sites of all rules in any order; `passes(carrier, rule)` tells which rules mark
    by default.
    """

    name: str
    version: str
    find: Callable[[Document], list[Site]]
    media: frozenset[str] = TEXT_MEDIA
    passes: Callable[[str, str], bool] = gate.passes

    def sites(self, master: Document) -> list[Site]:
        """All places that may carry a mark, sorted; at least one untouched word stands between two of them."""
        return settle(master.text, [s for s in self.find(master) if self.passes(s.carrier, s.locator)])

    def suggestions(self, master: Document) -> list[Site]:
        """As `sites`, with the rules that failed their gate: for a person to judge."""
        return settle(master.text, self.find(master))

    def write(self, master: Document, sites: Sequence[Site], variants: Sequence[int]) -> Document:
        """`master` with site k showing its variant `variants[k]`."""
        return plain.write_variants(master, sites, variants)

    def read(self, leak: AlignedLeak, sites: Sequence[Site]) -> Floats:
        """Log-likelihood in nats of each variant at each site, (len(sites), q_max); flat rows are erasures."""
        return plain.read_variants(leak, sites)


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


def sentence(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and after `start:end` in its sentence."""
    before = _SENTENCE_END.split(text[max(0, start - 2000) : start])[-1]
    return before, _SENTENCE_END.split(text[end : end + 2000])[0]


def sentence_ends(text: str, start: int, end: int) -> int:
    """How many sentences end in `start:end`."""
    return sum(1 for _ in _SENTENCE_END.finditer(text, start, end))


def alone(text: str, sites: Sequence[Site], sentences: int = 1) -> list[Site]:
    """Those of `sites` (one rule, in order) with no other within so many `sentences`: repetition is deliberate."""
    crowded: set[Site] = set()
    for one, other in pairwise(sites):
        if sentence_ends(text, one.end, other.start) < sentences:
            crowded |= {one, other}
    return [site for site in sites if site not in crowded]


def echoes(text: str, site: Site, plain_words: str) -> bool:
    """Whether the sentence says a content word of a variant of `site` a second time.

    `plain_words` are the words that do not count, between blanks.
    """
    words = {w for v in site.variants for w in _CONTENT.findall(v.lower()) if f" {w} " not in plain_words}
    around = " ".join(sentence(text, site.start, site.end)).lower()
    return any(regex.search(rf"\b{word}\b", around) for word in words)


def mixed(sites: Sequence[Site]) -> list[Site]:
    """Those of `sites` (one rule, in order) that follow a place of each form: the author writes both.

    What stands before stays as it was, so that a copy opens at the same place.
    """
    seen: set[str] = set()
    out = []
    for site in sites:
        out += [site] if len(seen) > 1 else []
        seen.add(" ".join(site.variants[0].lower().split()))
    return out


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
