"""`notation.number`: how a number is written, never what it is.

Small counts (12 / twelve) are marks of their own, where the author writes figures too. Percent signs,
millions of money, thousands, centuries and fractions are matters of house style: all of a document change
together, or none.
"""

from collections.abc import Sequence

import regex

from whosecopy.carriers.english import BLANK, TextCarrier, sentence
from whosecopy.carriers.phrase import Pattern, find_patterns

NAME = "notation.number"

_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_DIGITS = {word: str(value) for value, word in enumerate(_WORDS, 2)}
_OTHER = _DIGITS | {digits: word for word, digits in _DIGITS.items()}
_COUNT = rf"(?P<site>{'|'.join(_WORDS)}|1[0-2]|[2-9])"
_ADJECTIVE = (
    r"(?:new|more|other|different|major|main|key|additional|full|important|large|small|young|old|great|basic|working"
    r"|business|calendar|separate|short|long|simple|common|consecutive|regional|national|local|federal|public|independent)"
)
_PLURAL = (
    r"(?:people|men|women|children|(?!(?:centuries|decades|generations|this|thus|less|plus|perhaps|always|times|across|towards|versus|dollars|cents"
    r"|degrees|feet|inches|miles|meters|metres|pounds|tons|volts|watts|points|acres|gallons|percents|is|was|has|does"
    r"|others|thirds|quarters|fifths|tenths|eighths|sixths|hundreds|thousands|millions|billions)\b)[a-z]{3,}s)"
)
_NOT_BEFORE = (
    r"(?:the|these|those|all|other|any|either|both|our|their|its|your|his|her|my|or|and|to|of|section|sections|step|steps|page"
    r"|pages|phase|level|version|part|parts|chapter|item|day|week|grade|type|group|number|table|figure|option|rule|top|first"
    r"|last|big|between|from|by|times|form|line|category|zone|class|stage|schedule|unit|room|under|aged|age|score|one)"
)
_ANY_NUMBER = regex.compile(
    r"(?<![\w.,])\d{1,3}(?![\w,])|\d(?:m|bn)\b|\d,\d{3}|\d\.\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven"
    r"|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred"
    r"|thousand|million|billion|dozen|second|third|fourth|fifth|half|twice)\b",
    regex.IGNORECASE,
)


def _count(match: "regex.Match[str]") -> list[str]:
    """The other notation, unless a second number in the sentence would then look unlike the first."""
    numbers = _ANY_NUMBER.search(" ".join(sentence(match.string, *match.span("site"))))
    return [] if numbers else [_OTHER[match["site"]]]


def _has_figures(seen: Sequence[str]) -> bool:
    """Whether counts below thirteen stand in figures twice, or both in figures and in words."""
    figures = sum(count[0].isdigit() for count in seen)
    return figures >= 2 or 0 < figures < len(seen)


def _swap(*pairs: tuple[str, str]) -> dict[str, str]:
    return dict(pairs) | {b: a for a, b in pairs}


_CENTURIES = _swap(
    ("17th", "seventeenth"),
    ("18th", "eighteenth"),
    ("19th", "nineteenth"),
    ("20th", "twentieth"),
    ("21st", "twenty-first"),
)
_MONEY = {"m": " million", "bn": " billion", "million": "m", "billion": "bn"}
_COUNTED = rf"(?={BLANK}(?:{_ADJECTIVE}{BLANK})?{_PLURAL}(?![\w’'-]))"


_COUNTS = regex.compile(_COUNTED)


def _thousands(match: "regex.Match[str]") -> list[str]:
    digits = match["site"].replace(",", "")
    if 1500 <= int(digits) <= 2199 or not _COUNTS.match(match.string, match.end()):
        return []
    return [digits] if "," in match["site"] else [f"{digits[0]},{digits[1:]}"]


PATTERNS = (
    Pattern(
        "percent style",
        regex.compile(rf"(?<=\d)(?P<site>%|{BLANK}percent(?!age))(?![\w-])|(?<=[a-z]{BLANK}|-{BLANK}?)(?P<site>percent)(?![\w-])"),
        lambda m: {"%": [" percent"], "percent": []}.get(m["site"], ["%"]),
        link="percent",
        first=r"%",
    ),
    Pattern(
        "money style",
        regex.compile(rf"(?<=[$£€]\d[\d.,]*)(?P<site>{BLANK}(?:million|billion)|m|bn)(?![\w-])"),
        lambda m: [_MONEY[m["site"].strip()]],
        link="money",
        first=r"\s",
    ),
    Pattern(
        "thousands comma",
        regex.compile(rf"(?<![\w.,$£€:/#])(?<!(?<!-)-)(?P<site>\d,\d{{3}}|\d{{4}}(?=\b{_COUNTED}))(?![\d,.:/-]\d|[\w%])"),
        _thousands,
        link="thousands",
        first=r"\d,",
    ),
    Pattern(
        "centuries",
        regex.compile(rf"(?<![\w-])(?P<site>{'|'.join(_CENTURIES)})(?={BLANK}century)"),
        lambda m: [_CENTURIES[m["site"]]],
        link="centuries",
        first=r"\d",
    ),
    Pattern(
        "hyphen in fractions",
        regex.compile(
            r"(?<![\w-])(?:one|two|three)(?P<site>-|[ ])(?:thirds?|quarters?|fifths?)"
            rf"(?={BLANK}of{BLANK}(?:the|all|our|their)\b)"
        ),
        lambda m: [" " if m["site"] == "-" else "-"],
        link="fractions",
        first=r"-",
    ),
    Pattern(
        "compound count",
        regex.compile(
            rf"(?<=\b(?:a|the|this|our|their|its|your|new|per|first|every|each){BLANK}){_COUNT}"
            r"(?=-(?:year|month|week|day|hour|minute|step|part|page|point|member|person|story|digit)(?![\w-]))"
        ),
        _count,
        opens=_has_figures,
    ),
    Pattern(
        "small count",
        regex.compile(rf"(?<![\w’'.,$£€:/#%+-])(?<!\b(?i:{_NOT_BEFORE}){BLANK})(?<=[\w,]{BLANK}){_COUNT}{_COUNTED}"),
        _count,
        opens=_has_figures,
    ),
)  # fmt: skip

CARRIER = TextCarrier(NAME, "1", find_patterns(NAME, PATTERNS))
