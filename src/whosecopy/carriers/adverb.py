"""`wording.adverb`: the place of an adverb beside an auxiliary verb, and small words that may be left out."""

import regex

from whosecopy.carriers.english import BLANK, TextCarrier
from whosecopy.carriers.phrase import Pattern, Rule, find_patterns, find_phrases, optional
from whosecopy.model import Document, Site

NAME = "wording.adverb"

_AUXILIARIES = (
    "is", "are", "was", "were", "has", "have", "had", "will", "can", "could", "would", "should", "must", "may", "might",
)  # fmt: skip
_ADVERBS = {
    "also": True,
    "already": True,
    "often": True,
    "usually": True,
    "generally": True,
    "typically": True,
    "always": True,
    "probably": True,
    "certainly": True,
    "currently": True,
    "still": True,
    "clearly": True,
    "normally": True,
    "sometimes": True,
    "rarely": False,
}
_NOT_AFTER = r"not|and|or|but|as|because|than|that|to|been|in|at|on|if|when|so|more|less"

ORDERS = tuple(
    Rule(
        f"place of {adverb}",
        (f"{auxiliary} {adverb}", f"{adverb} {auxiliary}"),
        right="[a-z]+",
        not_right=_NOT_AFTER,
        not_left="not|only|and|but|or|if|how|so|very|more|there|will|would|can|could|should|must|may|might|to|do|does|did",
        within=True,
        on=on,
    )
    for adverb, on in _ADVERBS.items()
    for auxiliary in _AUXILIARIES
)


def _then(match: "regex.Match[str]") -> list[str]:
    return [""] if match["site"] else [" then"]


PATTERNS = (
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
            rf"(?={BLANK}(?:we|you|they|it|he|she|I|the|this|these|your|our)\b[^.,;:!?()—\"“”]{{8,160}}\.)"
        ),
        _then,
    ),
)

_phrases = find_phrases(NAME, ORDERS)
_patterns = find_patterns(NAME, PATTERNS)


def find(master: Document, everything: bool) -> list[Site]:
    """Sites of `master`: optional words first, then the places of adverbs."""
    return _patterns(master, everything) + _phrases(master, everything)


CARRIER = TextCarrier(NAME, "1", find)
