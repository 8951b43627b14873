"""Rules that are data: a phrase, what else may stand there, and what must stand around it.

A rule is symmetric: it finds each of its variants in the same context, so that a marked copy offers the
same sites as the master. One walk over the words of a document tries only the rules that begin with the
word at hand.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import regex

from whosecopy.carriers.english import (
    BLANK,
    OPENING,
    alone,
    cased,
    echoes,
    make_site,
    mixed,
    neighbours,
    opens_sentence,
)
from whosecopy.carriers.protect import Spans, guarded, running
from whosecopy.model import Block, Document, Site

_WORD = regex.compile(r"[A-Za-z]+")
_DOUBLED = frozenset({"begin", "permit", "occur", "set", "stop", "plan", "get"})
_PLAIN_WORDS = (
    " a an and are as at be been but by can could did do does for from had has have he her his how i if in into is"
    " it its may might more most must my no not of on or our shall she should so some such than that the their"
    " them then there these they this those to was we were what when where which who will with would you your us"
    " all any both each every many much other only also very just even over about around past last next within across"
    " "
)


@dataclass(frozen=True)
class Rule:
    """Two or more phrases that say the same where `left` stands before and `right` after them.

    Contexts are regular expressions over whole words; `not_left` and `not_right` forbid. `opening` keeps
    the rule to the beginning of a sentence, `within` to its middle. A `term` (content word) is left alone
    where it recurs three times beside the same content word: that is a term of art. Variants of another
    `register` change only after the author has used both. Two places stand at least `apart` sentences apart.
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
    register: bool = False
    apart: int = 1

    @cached_property
    def pattern(self) -> "regex.Pattern[str]":
        """Matches at the first character of a variant in its context."""
        return regex.compile(self._expression())

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


def verbs(first: str, second: str, forms: str = "s ed ing", **context: Any) -> list[Rule]:
    """The same pair in several inflections: both verbs are regular in the `forms` given."""
    out = [rule(first, second, **context)]
    for ending in forms.split():
        out.append(rule(inflected(first, ending), inflected(second, ending), **context))
    return out


def inflected(verb: str, ending: str) -> str:
    """`verb` (regular in this form; a particle may follow) with `s`, `ed` or `ing`.

    >>> inflected("set up", "ing")
    'setting up'
    """
    head, _, rest = verb.partition(" ")
    if ending == "s":
        form = head + ("es" if head.endswith(("s", "sh", "ch", "x")) else "s")
    elif head.endswith("e"):
        form = head[:-1] + ending
    elif head in _DOUBLED:
        form = head + head[-1] + ending
    elif head.endswith("y") and head[-2] not in "aeiou" and ending != "ing":
        form = head[:-1] + "i" + ending
    else:
        form = head + ending
    return f"{form} {rest}" if rest else form


def _always(_seen: Sequence[str]) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Pattern:
    """A place that only a regular expression can tell: its group `site`, and what else may stand there.

    `others(match)` gives the other variants, none where there is no site; the expression sees one block.
    All places of a `link` are one mark, and only where every single one can be marked and all are of one
    style: `first` matches what is written in the first style. `opens(seen)` tells from the places seen so far
    whether the document leaves the choice; once true it must stay true.
    """

    name: str
    expression: "regex.Pattern[str]"
    others: Callable[["regex.Match[str]"], Sequence[str]]
    link: str = ""
    first: str = ""
    names: bool = True
    opens: Callable[[Sequence[str]], bool] = _always


def find_patterns(carrier: str, patterns: Iterable[Pattern]) -> Callable[[Document], list[Site]]:
    """The search for `patterns`, in their order of preference."""
    ordered = tuple(patterns)

    def find(master: Document) -> list[Site]:
        return [s for one in ordered for s in _matches(master, carrier, one)]

    return find


def _matches(master: Document, carrier: str, one: Pattern) -> list[Site]:
    guard = guarded(master, one.names)
    found: list[Site | None] = []
    seen: list[str] = []
    for block in running(master):
        for match in one.expression.finditer(master.text[block.start : block.end]):
            start, end = match.span("site")
            span = (block.start + start, block.start + end)
            others = one.others(match) if one.opens(seen) else []
            if not guard.touch(*span):
                seen.append(match["site"])
            if others:
                found.append(make_site(master, carrier, one.name, span, others, guard, one.link))
            elif one.link:
                return []
    sites = [site for site in found if site is not None]
    if one.link:
        styles = {bool(regex.match(one.first, site.variants[0])) for site in sites}
        return sites if len(sites) == len(found) and len(styles) == 1 else []
    return alone(master.text, sites)


def optional(piece: str) -> Callable[["regex.Match[str]"], Sequence[str]]:
    """The other variant of a place that holds `piece` or nothing."""

    def others(match: "regex.Match[str]") -> Sequence[str]:
        return [""] if match["site"] else [piece]

    return others


def find_phrases(carrier: str, rules: Iterable[Rule]) -> Callable[[Document], list[Site]]:
    """The search for `rules`, in their order of preference."""
    ordered = tuple(rules)
    index: dict[str, list[int]] = {}
    for number, one in enumerate(ordered):
        for head in dict.fromkeys(_first_word(v) for v in one.variants):
            index.setdefault(head, []).append(number)

    def find(master: Document) -> list[Site]:
        guard = guarded(master)
        found: list[list[Site]] = [[] for _ in ordered]
        for block in running(master):
            for word in _WORD.finditer(master.text, block.start, block.end):
                for number in index.get(word[0].lower(), ()):
                    site = _site(master, block, carrier, ordered[number], word.start(), guard)
                    found[number] += [site] if site else []
        return [s for one, sites in zip(ordered, found, strict=True) for s in _unforced(master.text, one, sites)]

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


def _unforced(text: str, one: Rule, sites: list[Site]) -> list[Site]:
    """Those of `sites` where nothing else in the document ties the author to one form."""
    free = [site for site in alone(text, sites, one.apart) if not echoes(text, site, _PLAIN_WORDS)]
    allowed = set(mixed(sites)) if one.register else set(sites)
    return [site for site in _no_terms(text, one, free) if site in allowed]


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
