"""Commas that a writer may set or not: in lists, after an opening phrase, between two main clauses.

They survive copying and OCR, less so retyping: three families of their own, so that forecasts can rate
them.
"""

import regex

from whosecopy.carriers.english import BLANK, TextCarrier
from whosecopy.carriers.phrase import Pattern, find_patterns, optional

_ITEM = rf"[A-Za-z][\w’'-]*(?:{BLANK}[\w’'-]+)?"
_ADVERBIAL = regex.compile(
    r"(?:in|on|at|for|with|by|from|to|under|during|after|before|over|through|within|as|of|since|until|despite|like|upon"
    r"|without|between|among|last|this|next|if|when|while|because|although|though|once|unless|where|whenever|given|whether"
    r"|however|today|tonight|now|also|therefore|thus|finally|first|second|third|again|yes|no|so|then|well|instead)\b",
    regex.IGNORECASE,
)
_HEAD = r"(?<=\A|[.!?][\"”’)]*\s+)"
_NOMINATIVE = r"(?:we|they|he|she|I|you|it)"
_SHORT = r"(?:['’](?:re|ll|ve|d|s|m))?"


def _sentence_before(match: "regex.Match[str]") -> str:
    sentence = regex.split(r"[.!?;:][\"”’)]*\s|\n\n|[—–]|--", match.string[: match.start("site")])[-1].strip()
    return str(regex.sub(rf"^(?:However,\s|But\s)|(?<=^[^,]{{1,60}}),(?=\s{_NOMINATIVE}\s)", "", sentence))


def _oxford(match: "regex.Match[str]") -> list[str]:
    """A list of four and more short items, or of three single words that open no phrase and close no apposition."""
    items = _sentence_before(match).removesuffix(",").split(",")
    if any(regex.search(r"\b(?:and|or)\b", item) for item in items[-4:]):
        return []
    if not (_long_list(items, match) or _three_words(items, match)):
        return []
    return [""] if match["site"] else [","]


def _long_list(items: list[str], match: "regex.Match[str]") -> bool:
    opens = bool(_ADVERBIAL.match(items[0])) and len(items[0].split()) <= 4
    short = all(1 <= len(item.split()) <= 3 for item in items[1:])
    return len(items) >= (4 if opens else 3) and short and match.string[match.end() : match.end() + 1] != ","


def _three_words(items: list[str], match: "regex.Match[str]") -> bool:
    if len(items) != 2 or _ADVERBIAL.match(items[0]):
        return False
    words = [items[0].split()[-1:], items[1].split(), match["last"].split()]
    ends = regex.match(
        r"\s*(?:[.;:!?]|,?\s(?:of|in|for|to|that|who|which|at|on|by|with|from|as)\b)", match.string[match.end() :]
    )
    return ends is not None and all(len(w) == 1 and w[0].isalpha() and w[0].islower() for w in words)


OXFORD = TextCarrier(
    "punctuation.oxford",
    "1",
    find_patterns(
        "punctuation.oxford",
        [
            Pattern(
                "comma before the last item",
                regex.compile(rf"(?<=,{BLANK}){_ITEM}(?P<site>,|){BLANK}(?:and|or){BLANK}(?P<last>(?!the\b|we\b|they\b|it\b|he\b|she\b|I\b|you\b|so\b|then\b|not\b)[A-Za-z][\w’'-]*)"),
                _oxford,
            )
        ],
    ),
)  # fmt: skip

INTRODUCTORY = TextCarrier(
    "punctuation.introductory",
    "1",
    find_patterns(
        "punctuation.introductory",
        [
            Pattern(
                "comma after an opening adverb",
                regex.compile(
                    rf"{_HEAD}(?:Today|Tonight|Recently|Currently|Eventually|Soon|Sometimes|Usually|Often|Last{BLANK}(?:year|month|week|night)"
                    rf"|This{BLANK}(?:year|month|week)|Each{BLANK}(?:year|month|week)|Next{BLANK}(?:year|month|week)|At{BLANK}(?:present|first|times)"
                    rf"|In{BLANK}(?:time|fact|turn|addition)|Over{BLANK}time|As{BLANK}a{BLANK}result|By{BLANK}law)(?P<site>,|)(?={BLANK}{_NOMINATIVE}{_SHORT}{BLANK}[a-z])"
                ),
                optional(","),
            ),
            Pattern(
                "comma after an opening phrase",
                regex.compile(
                    rf"{_HEAD}(?:In|By|Since|During|After|For|On|At|With|From|Under|Through|Over|Within|Without)"
                    rf"(?:{BLANK}(?!(?:and|or|that|which|who|what|how|if|we|they|he|she|I|you|it)\b)[\w’'$–-]+){{1,4}}(?P<site>,|)(?={BLANK}(?:we|they|he|she|I){_SHORT}{BLANK}[a-z])"
                ),
                optional(","),
            ),
        ],
    ),
)  # fmt: skip

_NO_CLAUSE = regex.compile(
    r"\b(?:that|which|who|whom|whose|if|when|because|while|as|than|what|how|where|whether|since|until|unless|although|though|why"
    r"|say|says|said|believe|believed|think|thought|know|knew|hope|hoped|ensure|make sure|sure|feel|felt|mean|means"
    r"|agree|confident|show|shows|showed|tell|told|promise|understand|see|but|and|or|so)\b",
    regex.IGNORECASE,
)
_SUBJECT = regex.compile(
    rf"(?:{_NOMINATIVE}|this|that|these|those|there|the|our|their|its|your|his|her|my)\b", regex.IGNORECASE
)


def _length(words: str) -> int:
    """How many words these are, counting "don't" as the two that it stands for."""
    return len(regex.findall(r"\w+", words.replace("cannot", "can not")))


def _clauses(match: "regex.Match[str]") -> list[str]:
    first = _sentence_before(match).removesuffix(",")
    if (
        "," in first
        or not _SUBJECT.match(first)
        or not 4 <= _length(first) <= 25
        or _NO_CLAUSE.search(first)
        or regex.search(rf"\s{_NOMINATIVE}\b", first)
    ):
        return []
    return [""] if match["site"] else [","]


CLAUSE = TextCarrier(
    "punctuation.clause",
    "1",
    find_patterns(
        "punctuation.clause",
        [
            Pattern(
                "comma between main clauses",
                regex.compile(rf"(?<=[a-z’'])(?P<site>,|)(?={BLANK}(?:and|but){BLANK}(?:we|they|he|she|I){_SHORT}{BLANK}[a-z])"),
                _clauses,
            )
        ],
    ),
)  # fmt: skip
