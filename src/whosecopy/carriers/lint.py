"""Declared variants that would not say the same, or could not be read back, with line and column."""

import bisect
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from whosecopy.carriers.markup import Declaration, scan
from whosecopy.media.normal import fold

_FENCED = r"^(```+|~~~+)[\s\S]*?^\1[^\n]*$"
_TICKED = r"(`+)(?!`)[^\n]*?(?<!`)\2(?!`)"
_FRONT_MATTER = r"\A\ufeff?---[ \t]*\r?\n[\s\S]*?\n---[ \t]*$"
_LITERAL = re.compile(rf"(?m){_FENCED}|{_TICKED}|{_FRONT_MATTER}")
_NUMBER = re.compile(r"[$€£¥]|\d+(?:[.,:/]\d+)*|[A-Za-z]+")
_COUNTED = """
    0 zero  2 two  2 twice  3 three  4 four  5 five  6 six  7 seven  8 eight  9 nine  10 ten  11 eleven  12 twelve
    12 dozen  13 thirteen  14 fourteen  15 fifteen  16 sixteen  17 seventeen  18 eighteen  19 nineteen  20 twenty
    30 thirty  40 forty  50 fifty  60 sixty  70 seventy  80 eighty  90 ninety  100 hundred  1000 thousand
    1000000 million  1000000000 billion  0.5 half
"""
_NUMBER_WORDS = {word: number for number, word in re.findall(r"(\S+) (\S+)", _COUNTED)}
_SENTENCE = 25
_WORD = re.compile(r"\w+(?:['\u2019.-]\w+)*")
_NEGATION = re.compile(
    r"(?i)\b(?:no|not|never|none|nobody|nothing|nowhere|neither|without|cannot|hardly|unless|except)\b|n['\u2019]t\b"
)
_TIME = re.compile(
    r"(?i)\b(?:today|tomorrow|yesterday|tonight|noon|midnight|morning|afternoon|evening|daily|weekly|monthly|yearly"
    r"|annual(?:ly)?|hourly|[ap]\.?m\b)"
)
_DUTY = {
    **dict.fromkeys(("must", "shall"), "must"),
    **dict.fromkeys(("should", "ought"), "should"),
    **dict.fromkeys(("may", "might", "can", "could"), "may"),
}
_OPENS = re.compile(r"(?:\A|[.!?:][^\w\s]*\s|\n\s*\n|\n[ \t]*(?:[-*+#>]+|\d+[.)])[ \t]|</?[A-Za-z][^<>]*>)\s*\Z")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong in line `line`, column `column` (both from 1)."""

    line: int
    column: int
    message: str


def lint(text: str, opening: str = "{{", closing: str = "}}") -> list[Finding]:
    """What must be changed in the declared variants of an annotated text before it can be sealed.

    Refused are broken declarations; variants that read alike; sentences that contain another variant; and,
    unless marked `fact:`, variants that differ in numbers, names, times, negation or obligation. It cannot
    tell whether two wordings mean the same: a person has to.

    >>> lint("Bring {{two|three}} boats.")
    [Finding(line=1, column=7, message="variants differ in numbers: 'two' and 'three'; mark as fact: if meant")]
    """
    plain = _LITERAL.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)
    declarations, flaws = scan(plain, opening, closing)
    found = [(flaw.offset, flaw.message) for flaw in flaws]
    names = _names_of(plain)
    groups: dict[str, int] = {}
    for declaration in declarations:
        if declaration.protects:
            continue
        found += [(declaration.start, message) for message in _problems(plain, declaration, names)]
        size = len(declaration.variants)
        if declaration.group and groups.setdefault(declaration.group, size) != size:
            message = f"group #{declaration.group} has {groups[declaration.group]} variants elsewhere, {size} here"
            found.append((declaration.start, message))
    lines = [0, *(newline.end() for newline in re.finditer("\n", text))]
    return [Finding(*_place(lines, offset), message) for offset, message in sorted(found)]


def _place(lines: list[int], offset: int) -> tuple[int, int]:
    line = bisect.bisect_right(lines, offset)
    return line, offset - lines[line - 1] + 1


def _problems(text: str, declaration: Declaration, names: frozenset[str]) -> Iterator[str]:
    """What is wrong with one declaration: at most one message of each kind."""
    variants = declaration.variants
    yield from _unreadable(variants)
    yield from _glued(text, declaration)
    if declaration.fact:
        return
    opens = _opens(text, declaration.start)
    checks: list[tuple[str, Callable[[str], object]]] = [
        ("numbers", _numbers),
        ("names", lambda variant: _names(variant, opens, names)),
        ("times", lambda variant: Counter(found.lower() for found in _TIME.findall(variant))),
        ("negation", lambda variant: len(_NEGATION.findall(variant))),
        ("obligation", _duties),
    ]
    for what, value in checks:
        for other in variants[1:]:
            if value(variants[0]) != value(other):
                yield f"variants differ in {what}: {variants[0]!r} and {other!r}; mark as fact: if meant"
                break


def _unreadable(variants: tuple[str, ...]) -> Iterator[str]:
    """Variants that a retyped leak could not tell apart."""
    folded = [fold(variant).strip() for variant in variants]
    if len(set(folded)) < len(folded):
        twice = next(variant for k, variant in enumerate(variants) if folded.index(folded[k]) < k)
        yield f"two variants read the same when retyped: {twice!r}; remove one"
        return
    for one in folded:
        for other in folded:
            if len(one) >= _SENTENCE and one != other and one in other:
                yield f"{other!r} contains {one!r}; declare only what differs, with an empty variant"
                return


def _glued(text: str, declaration: Declaration) -> Iterator[str]:
    """Words that would run together, or be parted, in some variants only."""
    filled = [variant for variant in declaration.variants if variant]
    before = text[declaration.start - 1 : declaration.start]
    after = text[declaration.end : declaration.end + 1]
    leads, tails = {variant[0].isspace() for variant in filled}, {variant[-1].isspace() for variant in filled}
    if (len(leads) > 1 and before.isalnum()) or (len(tails) > 1 and after.isalnum()):
        yield "some variants begin or end with a blank, some do not: words would run together"


def _numbers(variant: str) -> Counter[str]:
    """The numbers of a variant, in digits or words; `one` is no number, it means too much else."""
    found = (match.group().lower() for match in _NUMBER.finditer(variant))
    return Counter(_NUMBER_WORDS.get(token, token) for token in found if not token.isalpha() or token in _NUMBER_WORDS)


def _duties(variant: str) -> frozenset[str]:
    return frozenset(_DUTY[word] for word in (w.lower() for w in _WORD.findall(variant)) if word in _DUTY)


def _names(variant: str, opens: bool, known: frozenset[str]) -> frozenset[str]:
    """Capitalised words of a variant: at the beginning of a sentence only those known as names."""
    found = set()
    at_start = opens
    for match in _WORD.finditer(variant):
        word = re.sub(r"['\u2019](?:s|ll|re|ve|d|m)\Z", "", match.group())
        at_start = at_start if match.start() == 0 else _opens(variant, match.start())
        if word[0].isupper() and word != "I" and (not at_start or word in known or word[1:].upper() == word[1:] != ""):
            found.add(word)
        at_start = False
    return frozenset(found)


def _opens(text: str, at: int) -> bool:
    """Whether a sentence begins at `at`."""
    low = max(0, at - 40)
    return bool(_OPENS.search(text[low:at] if low == 0 else "x" + text[low + 1 : at]))


def _names_of(text: str) -> frozenset[str]:
    """Words that stand capitalised in the middle of a sentence somewhere, and nowhere in small letters."""
    words = list(_WORD.finditer(text))
    small = {match.group() for match in words if match.group()[0].islower()}
    inside = {
        match.group()
        for match in words
        if match.group()[0].isupper() and text[: match.start()][-2:-1].isalnum() and text[match.start() - 1] == " "
    }
    return frozenset(word for word in inside if word.lower() not in small)
