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
    ("emails", "e-mails"),
    ("website", "web site"),
    ("websites", "web sites"),
    ("online", "on-line"),
    ("health care", "healthcare"),
    ("child care", "childcare"),
    ("decision making", "decision-making"),
    ("nonprofit", "non-profit"),
    ("nonprofits", "non-profits"),
    ("policymaker", "policy maker"),
    ("policymakers", "policy makers"),
    ("policymaking", "policy making"),
    ("adviser", "advisor"),
    ("advisers", "advisors"),
    ("acknowledgment", "acknowledgement"),
    ("judgment", "judgement"),
    ("cybersecurity", "cyber security"),
    ("startup", "start-up"),
    ("startups", "start-ups"),
    ("well-being", "wellbeing"),
    ("reuse", "re-use"),
    ("reused", "re-used"),
    ("multiyear", "multi-year"),
    ("interagency", "inter-agency"),
    ("cooperation", "co-operation"),
    ("cooperate", "co-operate"),
    ("coordination", "co-ordination"),
    ("coordinate", "co-ordinate"),
    ("data set", "dataset"),
    ("data sets", "datasets"),
    ("follow-up", "followup"),
    ("ongoing", "on-going"),
    ("smartphone", "smart phone"),
    ("smartphones", "smart phones"),
    ("teamwork", "team work"),
    ("workforce", "work force"),
    ("workplace", "work place"),
    ("taxpayers", "tax payers"),
    ("timeframe", "time frame"),
    ("caseload", "case load"),
    ("rulemaking", "rule making"),
    ("recordkeeping", "record keeping"),
    ("spreadsheet", "spread sheet"),
    ("database", "data base"),
    ("videoconference", "video conference"),
    ("counterterrorism", "counter-terrorism"),
    ("peacekeeping", "peace-keeping"),
    ("worldwide", "world-wide"),
    ("nationwide", "nation-wide"),
    ("governmentwide", "government-wide"),
    ("subcommittee", "sub-committee"),
    ("prerequisite", "pre-requisite"),
    ("preexisting", "pre-existing"),
    ("reexamine", "re-examine"),
    ("reelection", "re-election"),
)
"""Spellings of which both are in every large dictionary or in common use."""

_OFF = frozenset(
    {
        ("online", "on-line"),
        ("teamwork", "team work"),
        ("workplace", "work place"),
        ("taxpayers", "tax payers"),
        ("caseload", "case load"),
        ("spreadsheet", "spread sheet"),
        ("database", "data base"),
        ("followup", "follow-up"),
        ("coordination", "co-ordination"),
        ("coordinate", "co-ordinate"),
        ("smartphone", "smart phone"),
        ("smartphones", "smart phones"),
        ("follow-up", "followup"),
        ("worldwide", "world-wide"),
        ("nationwide", "nation-wide"),
        ("judgment", "judgement"),
        ("prerequisite", "pre-requisite"),
    }
)


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

    expression = regex.compile(rf"(?<![\w’'-])(?P<site>{forms})(?![\w-])")
    first = rf"(?i){regex.escape(one)}\Z".replace("\\ ", r"\s+")
    return Pattern(one, expression, others, link=one, first=first, on=(one, other) not in _OFF)


PATTERNS = (*(_dots(*pair) for pair in DOTTED), *(_spellings(*pair) for pair in COMPOUNDS))

CARRIER = TextCarrier(NAME, "1", find_patterns(NAME, PATTERNS))
