"""`wording.adverb`: the place of an adverb beside an auxiliary verb, and small words that may be left out."""

import regex

from whosecopy.carriers.english import BLANK, TextCarrier
from whosecopy.carriers.phrase import Pattern, Rule, find_patterns, find_phrases, optional
from whosecopy.model import Document, Site

NAME = "wording.adverb"

_AUXILIARIES = (
    "is", "are", "was", "were", "has", "have", "had", "will", "can", "could", "would", "should", "must", "may", "might",
)  # fmt: skip
_ADVERBS = (
    "also", "already", "often", "usually", "generally", "typically", "always", "probably", "certainly", "currently",
    "still", "clearly", "normally", "sometimes", "rarely",
)  # fmt: skip
_NOT_AFTER = r"not|and|or|but|as|because|than|that|to|in|at|on|if|when|so|more|less|very|[a-z]+ly"

_PERFECT = r"(?:been|had|made|done|given|taken|shown|found|begun|gone|come|become|seen|led|set|put|met|won|[a-z]{3,}ed)"
_ANY = r"[a-z]+"

ORDERS = tuple(
    Rule(
        f"place of {adverb}",
        (f"{auxiliary} {adverb}", f"{adverb} {auxiliary}"),
        right=_PERFECT if auxiliary in ("has", "have", "had") else _ANY,
        not_right=_NOT_AFTER,
        not_left="not|only|and|but|or|if|how|so|very|more|there|will|would|can|could|should|must|may|might|to|do|does|did",
        within=True,
    )
    for adverb in _ADVERBS
    for auxiliary in _AUXILIARIES
)


def _then(match: "regex.Match[str]") -> list[str]:
    return [""] if match["site"] else [" then"]


def _too(match: "regex.Match[str]") -> list[str]:
    sentence = regex.split(r"[.!?]\s", match.string[: match.start("site")])[-1]
    if regex.search(r"\b(?:not|no|never|nor|as|all|only)\b|n['’]t\b", sentence):
        return []
    return [" as well"] if "too" in match["site"] else [", too"]


PATTERNS = (
    Pattern(
        "too/as well",
        regex.compile(rf"(?<=[a-z])(?P<site>,{BLANK}too|{BLANK}as{BLANK}well)(?=[.!])"),
        _too,
    ),
    Pattern(
        "not only, but also",
        regex.compile(
            rf"(?<![\w-])not{BLANK}(?:only|just){BLANK}[^.;:!?,—-]{{3,100}}?,?{BLANK}but(?P<site>{BLANK}also|)"
            rf"(?={BLANK}(?!as\b|then\b|not\b|rather\b|we\b|they\b|it\b|he\b|she\b|I\b|you\b|there\b|the\s\w+\s(?:is|are)\b)\w)(?![^.!?]*\b(?:as{BLANK}well|too)\b)"
        ),
        optional(" also"),
    ),
    Pattern(
        "if, then",
        regex.compile(
            rf"(?:(?<=\A)|(?<=[.!?][\"”’)]*\s+))If{BLANK}(?:we|you|they|it|he|she|I|the|this|these|your|our|there|an?)\b"
            rf"[^.,;:!?()—\"“”-]{{8,120}},(?P<site>{BLANK}then|)"
            rf"(?={BLANK}(?:we|you|they|it|he|she|I|the|this|these|your|our)\b(?![^.]*\b(?:which|that)\b)[^.,;:!?()—\"“”]{{8,160}}\.)"
        ),
        _then,
    ),
)

_phrases = find_phrases(NAME, ORDERS)
_patterns = find_patterns(NAME, PATTERNS)


def find(master: Document) -> list[Site]:
    """Sites of `master`: optional words first, then the places of adverbs."""
    return _patterns(master) + _phrases(master)


CARRIER = TextCarrier(NAME, "1", find)
