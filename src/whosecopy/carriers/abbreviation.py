"""`notation.abbreviation`: the dots of abbreviations and the hyphens of compounds, one mark per term.

A term changes in the whole document or not at all, so that no copy is inconsistent; a document that
writes a term in two ways is left as it is.
"""

from collections.abc import Sequence

import regex

from whosecopy.carriers.english import BLANK, TextCarrier, cased
from whosecopy.carriers.phrase import Pattern, find_patterns

NAME = "notation.abbreviation"

DOTTED = (
    ("U.S.", "US"),
    ("U.K.", "UK"),
    ("U.N.", "UN"),
    ("D.C.", "DC"),
    ("e.g.", "eg"),
    ("i.e.", "ie"),
    ("Ph.D.", "PhD"),
    ("Mr.", "Mr"),
    ("Mrs.", "Mrs"),
    ("Ms.", "Ms"),
    ("Dr.", "Dr"),
)
"""Abbreviations with and without dots."""

COMPOUNDS = (
    ("email", "e-mail"),
    ("website", "web site"),
    ("health care", "healthcare"),
    ("child care", "childcare"),
    ("decision making", "decision-making"),
    ("nonprofit", "non-profit"),
    ("policymak", "policy mak"),
    ("adviser", "advisor"),
    ("acknowledgment", "acknowledgement"),
    ("cybersecurity", "cyber security"),
    ("startup", "start-up"),
    ("well-being", "wellbeing"),
    ("reuse", "re-use"),
    ("multiyear", "multi-year"),
    ("interagency", "inter-agency"),
    ("data set", "dataset"),
    ("ongoing", "on-going"),
    ("workforce", "work force"),
    ("timeframe", "time frame"),
    ("videoconferenc", "video conferenc"),
    ("counterterrorism", "counter-terrorism"),
    ("peacekeeping", "peace-keeping"),
    ("governmentwide", "government-wide"),
    ("subcommittee", "sub-committee"),
    ("preexisting", "pre-existing"),
    ("reexamin", "re-examin"),
    ("reelection", "re-election"),
    ("online", "on-line"),
    ("workplace", "work place"),
    ("smartphone", "smart phone"),
    ("follow-up", "followup"),
    ("worldwide", "world-wide"),
    ("nationwide", "nation-wide"),
    ("judgment", "judgement"),
    ("coordinat", "co-ordinat"),
    ("cooperat", "co-operat"),
)
"""Two spellings of a word; an ending may follow (policymak-er, re-use-d)."""

_STARTS = (
    r"(?:The|This|In|We|It|However|But|And|A|An|For|As|If|These|They|Our|He|She|I|Some|Many|There|That|At|On|By|To|When"
    r"|While|Although|Since|After|Before|All|Both|Each|No|Not|Its|Their|Today|What|Who|With|You|Your)"
)


def _dots(dotted: str, plain: str) -> Pattern:
    """Not at the end of a sentence, where the dot is the full stop as well."""
    title = dotted in ("Mr.", "Mrs.", "Ms.", "Dr.")
    after = rf"{BLANK}[A-Z]" if title else rf"(?!{BLANK}{_STARTS}\b)(?:{BLANK}[\w(]|[,;:)]|['’]s)"
    anywhere = rf"(?<![\w.@/-])(?P<site>{regex.escape(dotted)}|{plain}(?![\w.@/-]))"

    def others(match: "regex.Match[str]") -> Sequence[str]:
        if not regex.match(after, match.string[match.end() :]) or not match["site"].startswith((dotted, plain)):
            return []
        return [plain if match["site"] == dotted else dotted]

    return Pattern(dotted, regex.compile(anywhere), others, link=dotted, first=r".*\.", names=False)


def _spellings(one: str, other: str) -> Pattern:
    forms = "|".join(f"[{f[0].upper()}{f[0]}]{regex.escape(f[1:])}".replace("\\ ", BLANK) for f in (one, other))

    def others(match: "regex.Match[str]") -> Sequence[str]:
        current = " ".join(match["site"].split())
        return [cased(other if current.lower() == one else one, current)]

    expression = regex.compile(rf"(?<![\w’'-])(?P<site>{forms})(?=(?:s|d|e|es|ed|er|ers|ing|ion)?(?![\w-]))")
    first = rf"(?i){regex.escape(one)}\Z".replace("\\ ", r"\s+")
    return Pattern(one, expression, others, link=one, first=first)


PATTERNS = (
    *(_dots(*pair) for pair in DOTTED),
    *(_spellings(*pair) for pair in COMPOUNDS),
)

CARRIER = TextCarrier(NAME, "1", find_patterns(NAME, PATTERNS))
