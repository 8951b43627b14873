"""`wording.contraction`: do not / don't, we are / we're, in documents that already use both.

The register of a document decides: sites begin only after both forms have been seen twice and the rarer
makes up a fifth of what was seen. What comes before stays as the author wrote it, so that a marked copy
opens at the same place, and a formal text never opens.
"""

import regex

from whosecopy.carriers.english import BLANK, TextCarrier, alone, cased, make_site
from whosecopy.carriers.protect import guarded, running
from whosecopy.model import Document, Site

NAME = "wording.contraction"

_VERBS = ("do", "does", "did", "is", "are", "was", "were", "would", "should", "could", "has", "have", "had")
_NEGATIVE = {f"{verb} not": f"{verb}n't" for verb in _VERBS} | {"cannot": "can't", "will not": "won't"}
_IS = {f"{who} is": f"{who}'s" for who in ("it", "there", "what", "here", "he", "she")}
_ARE = {f"{who} are": f"{who}'re" for who in ("we", "they", "you")} | {"I am": "I'm"}
_WILL = {f"{who} will": f"{who}'ll" for who in ("we", "they", "you", "I", "he", "she")}
_HAVE = {f"{who} have": f"{who}'ve" for who in ("we", "they", "you", "I")}

_INVERTED = r"we|you|they|he|she|it|I|there|one|only|just|merely|simply|even|to|so|because|until|unless|if"
_PARTICIPLE = (
    rf"(?:(?:already|also|always|now|never|long|just|recently){BLANK})?"
    r"(?:been|had|seen|done|made|come|gone|become|begun|given|taken|found|built|known|shown|heard|put|set|got|learned"
    r"|[a-z]{3,}ed)"
)
_NOT_AFTER_BE = (
    r"not|to|been|had|got|that|and|or|but|as|if|when|because|what|why|how|all"
    r"|millions|thousands|hundreds|dozens|lots|plenty"
)
_NOT_BEFORE_BE = r"[Aa]s|than|what|who|how|where|whatever|so|and|or"


def _group(
    name: str, pairs: dict[str, str], right: str = "[a-z]+", not_right: str = "-", left: str = ""
) -> tuple[str, dict[str, str], "regex.Pattern[str]"]:
    """A group of `pairs` (full form: contraction) that stand in the same context."""
    forms = sorted([*pairs, *pairs.values()], key=len, reverse=True)
    words = "|".join(regex.escape(f).replace("\\ ", BLANK).replace("'", "['’]") for f in forms)
    after = rf"(?!{BLANK}(?:{not_right})(?![\w’'-]))(?=,?{BLANK}(?:{right})(?![\w’'-]))"
    return name, pairs, regex.compile(rf"{left}(?<![\w’'-])(?:{words})(?![\w’'-]){after}", regex.IGNORECASE)


_START = r"(?<=(?:\A|[.!?:;][\"”’)]*\s+))"
_RULES = (
    _group("negative", _NEGATIVE, not_right=_INVERTED),
    _group("be", _IS, not_right=f"{_NOT_AFTER_BE}|{_PARTICIPLE}", left=rf"(?<!\b(?:{_NOT_BEFORE_BE})\s)"),
    _group("be", _ARE, not_right=_NOT_AFTER_BE, left=rf"(?<!\b(?:{_NOT_BEFORE_BE})\s)"),
    _group("that is", {"that is": "that's"}, right="the|a|an|what|how|where|our|something|all|only|one", left=_START),
    _group("will", _WILL, not_right="not|and|or|as|be it", left=r"(?<!\b(?:and|or|than|if)\s)"),
    _group("have", _HAVE, right=_PARTICIPLE, left=r"(?<!\b(?:and|or|than|what|all)\s)"),
    _group("let us", {"let us": "let's"}, left=_START),
)


def find(master: Document) -> list[Site]:
    """Sites of `master`; none before its register has shown itself to be mixed."""
    by_form: dict[str, list[Site]] = {}
    for site in _opened(master):
        form = min(site.variants, key=len).replace("’", "'").lower()
        by_form.setdefault(form, []).append(site)
    return [site for form, sites in by_form.items() for site in alone(master.text, sites, 2 if form == "let's" else 1)]


def _opened(master: Document) -> list[Site]:
    guard = guarded(master)
    mark = "’" if master.text.count("’") > master.text.count("'") else "'"
    seen: list[tuple[int, int, str, str, bool]] = []
    for block in running(master):
        for name, pairs, pattern in _RULES:
            for match in pattern.finditer(master.text[block.start : block.end]):
                start, end = block.start + match.start(), block.start + match.end()
                other, contracted = _other(match[0], pairs)
                if not guard.touch(start, end) and _usual(name, match[0]):
                    seen.append((start, end, name, other.replace("'", mark), contracted))
    seen.sort()
    out = []
    counts = [0, 0]
    opened = False
    for start, end, name, other, contracted in seen:
        if opened:
            site = make_site(master, NAME, name, (start, end), [other], guard)
            out += [site] if site else []
        counts[contracted] += 1
        opened = opened or (min(counts) >= 2 and 5 * min(counts) >= sum(counts))
    return out


def _usual(name: str, found: str) -> bool:
    """Not in capitals nor in a title, and no question: "Don't", but not "Isn't"."""
    return found[1:] == found[1:].lower() and (name != "negative" or found[0].islower() or found[:2] == "Do")


def _other(found: str, pairs: dict[str, str]) -> tuple[str, bool]:
    """The other form of `found`, and whether `found` is the contracted one."""
    plain = " ".join(found.split()).replace("’", "'")
    for full, short in pairs.items():
        if plain.lower() == full.lower():
            return cased(short, found), False
        if plain.lower() == short.lower():
            return cased(full, found), True
    raise ValueError(f"not a form of this rule: {found!r}")


CARRIER = TextCarrier(NAME, "1", find)
