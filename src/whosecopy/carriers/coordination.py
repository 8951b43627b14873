"""`wording.coordination`: the second `to` or preposition of two that `and` joins may be left out."""

import regex

from whosecopy.carriers.english import BLANK, TextCarrier
from whosecopy.carriers.phrase import Pattern, find_patterns

NAME = "wording.coordination"

_VERB = (
    r"(?:provide|ensure|improve|reduce|create|establish|maintain|develop|identify|protect|strengthen|prevent|achieve"
    r"|expand|restore|promote|explain|decide|determine|make|give|keep|bring|build|encourage|understand|solve|enable|allow"
    r"|become|include|describe|choose|defend|preserve|modernize|renew|secure|eliminate|enforce|encourage|deliver|manage"
    r"|remove|avoid|consider|examine|implement|publish|receive|obtain|save|teach|write|adopt|conclude|confirm|agree|agree"
    r"|revise|simplify|clarify|communicate|collaborate|organize|prepare|extend|enhance|increase|meet|take|find|help|hire)"
)
_NOUN_TOO = r"(?:increase|save|meet|find|help|take|hire|secure|make)"
_DETERMINER = r"(?:the|our|their|its|your|his|her|my)"
_CLOSED = (
    rf"(?:[.,;:]|{BLANK}(?:of|in|for|to|that|who|which|at|on|by|with|from|within|over|upon|across|throughout|because|due"
    r"|as|toward|towards|about|regarding|concerning)(?!\w))"
)


def _to(match: "regex.Match[str]") -> list[str]:
    return [""] if match["site"] else [" to"]


def _preposition(match: "regex.Match[str]") -> list[str]:
    return [""] if match["site"] else [" " + match["preposition"]]


PATTERNS = (
    Pattern(
        "to",
        regex.compile(
            rf"(?<![\w-])(?<!(?:both|either|neither|is|are|was|from|how|what|where|when|whether){BLANK})to{BLANK}{_VERB}{BLANK}"
            rf"(?:(?!(?:and|or|that|which|who|to|how|what|where|when|whether|if|it|is|are)\b)[a-z’'-]+{BLANK}){{0,4}}?"
            rf"and(?P<site>{BLANK}to|)(?={BLANK}(?!{_NOUN_TOO}\b){_VERB}{BLANK}[a-z])"
        ),
        _to,
    ),
    Pattern(
        "preposition",
        regex.compile(
            rf"(?<!\b(?:both|either|neither|between)\b[^.;:!?]{{0,80}})(?<![\w-])(?P<preposition>of|for|in|to|with|from|by|on){BLANK}{_DETERMINER}{BLANK}[a-z]+{BLANK}"
            rf"and(?P<site>{BLANK}(?P=preposition)|)(?={BLANK}{_DETERMINER}{BLANK}[a-z]+{_CLOSED})"
        ),
        _preposition,
    ),
)

CARRIER = TextCarrier(NAME, "1", find_patterns(NAME, PATTERNS))
