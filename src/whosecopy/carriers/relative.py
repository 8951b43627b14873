"""`wording.relative`: which / that before a verb, and `that` where it may be left out.

No tagger decides: antecedents are nouns for things, by a closed list and by endings, and clauses begin
with pronouns that can only be subjects.
"""

import regex

from whosecopy.carriers.english import BLANK, TextCarrier, sentence
from whosecopy.carriers.phrase import Pattern, find_patterns

NAME = "wording.relative"

_THING = (
    r"(?:[a-z]+(?:tion|sion|ment|ness|ity|ance|ence|ism|ology|ogy|ture|graph|age)s?|[a-z]+ities|[a-z]+ogies"
    r"|(?:plan|program|programme|system|service|tool|letter|problem|question|issue|effort|measure|law|report|project|site"
    r"|website|product|change|idea|goal|step|rule|word|text|memo|form|table|list|code|method|area|thing|point|job|bill"
    r"|budget|cost|price|benefit|risk|need|result|skill|school|weapon|market|network|framework|center|centre|model"
    r"|standard|right|event|trend|force|path|term|style|example|case|factor|feature|detail|resource|material|threat"
    r"|challenge|device|line|title|phrase|topic|theme|format|record|account|contract|decree|file|field|building|road"
    r"|bridge|engine|machine|computer|task|role|gap|value|limit|barrier|item|office|team|unit|group|body|norm)s?"
    r"|process|processes|approach|approaches|policy|policies|agency|agencies|company|companies|industry|industries"
    r"|technology|technologies|study|studies|treaty|treaties|economy|economies|country|countries|city|cities|world|nation"
    r"|nations|tax|taxes|crisis|crises|story|stories|software|data|work|research|legacy|journey|summary|summaries"
    r"|category|categories|remedy|remedies|strategy|strategies|family of [a-z]+s)"
)
_FINITE = (
    r"(?:is|are|was|were|has|have|had|will|can|could|would|may|might|must|should|does|do|did|allows?|provides?|requires?"
    r"|includes?|contains?|makes?|made|helps?|gives?|gave|needs?|shows?|explains?|describes?|uses?|affects?|apply|applies"
    r"|works?|comes?|came|goes|led|leads?|keeps?|creates?|created|supports?|protects?|brings?|brought|serves?|meets?"
    r"|offers?|covers?|builds?|built|takes?|took|follows?|sets?|depends?|exists?|existed|cannot|enables?|ensures?|tells?"
    r"|involves?|governs?|embraces?|weakens?|threatens?|produces?|promotes?|reflects?|deserves?)"
)
_NOT_WHICH = regex.compile(
    r"(?<![\w-])(?:only|all|any|every|each|far|everything|anything|nothing|something|first|last|same|no|none|much|little|few|very|such|past|nobody"
    r"|most|best|worst|least|[a-z]{3,}est)\b",
    regex.IGNORECASE,
)
_CLEFT = regex.compile(r"\b[Ii]t(?:['’]s|\s(?:is|was))\b[^.,;:]{0,60}\Z")
_VERB = (
    r"(?:believe|believes|believed|think|thinks|thought|hope|hopes|hoped|hoping|know|knows|knew|knowing|say|says|said|saying"
    r"|feel|feels|felt|found|find|ensure|ensures|ensured|ensuring|means|mean|meant|agree|agrees|agreed|realize|realizes"
    r"|realized|realise|realised|understand|understands|understood|recognize|recognized|recognise|recognised|assume"
    r"|assumed|suppose|confident|certain|sure|convinced|glad|proud|sorry|pleased|happy|aware|learned|show|shows|showed"
    r"|shown|prove|proves|proved|remember|promise|promised|suspect|expect|expects|expected|fear|admit|admitted"
    r"|(?:tell|tells|told|remind|reminds|reminded|assure|assured|show|showed|convince|convinced)"
    rf"{BLANK}(?:us|you|them|me|him|her|people|readers))"
)
_AUXILIARY = (
    r"(?:is|are|was|were|has|have|had|will|can|could|would|may|might|must|should|does|do|did|cannot|need|needs|want|wants"
    r"|am|don['’]t|won['’]t|can['’]t|isn['’]t|aren['’]t|doesn['’]t)"
)
_CLAUSE = (
    rf"{BLANK}(?:(?:we|they|he|she|I)(?:['’](?:re|ll|ve|d|s|m))?{BLANK}[a-z]"
    rf"|(?:you|it|there|this)(?:['’](?:re|ll|ve|s|d){BLANK}[a-z]|{BLANK}{_AUXILIARY}(?![\w’'-])))"
)
_NOUN = regex.compile(
    r"(?<![\w-])(?:the|an?|our|no|this|that|his|her|their|your|my|its|any|every|of|in)\s+\Z", regex.IGNORECASE
)
_QUESTION = regex.compile(r"(?:what|who|whom|which|that|where|how|why|as|than|whatever|so)\W", regex.IGNORECASE)
_TIMES = (
    r"(?:more|less|better|best|worst|most|least|only|sooner|harder|longer|faster|time|times|moment|minute|day|days|year|years"
    r"|week|month|months|while|way|ways|reason|reasons|morning|evening|night|same|end|past|future|rest|decade|century|summer"
    r"|spring|fall|winter|first|last|other|others|right|one|former|latter|point|degree|extent|long|far|now|ago|today"
    r"|tonight|together|then|again|too|also|but|and|or|than|if|when|what|how|where|why|because|while|whether|is|are|was"
    r"|were|that|which|who|as|so|of|in|on|for|to|with|at|by|from|about|before|after|until|since|once|though|although|unless|during|without|not|it|them|us|me|him|all)"
)
_SMALL = (
    r"(?:in|on|at|for|with|by|from|to|under|during|after|before|over|through|within|as|of|since|until|like|upon|without|between"
    r"|among|below|above|across|along|around|behind|beyond|and|or|but|that|which|who|when|where|if|times)"
)
"""No part of a noun phrase of one noun."""
_ADVERBIAL = regex.compile(
    r"(?:in|on|at|for|with|by|from|to|under|during|after|before|over|through|within|as|of|since|until|despite|like|upon"
    r"|without|between|among|last|this|next|each|every|one|some|today|tonight|if|when|while|because|although|though|once"
    r"|unless|where|whenever|wherever|given|whether|however|what|how|above|below|across|along|around|behind|beyond|throughout)\b",
    regex.IGNORECASE,
)
_LINKER = regex.compile(
    r"\b(?:and|but|or|so|than|as|if|when|because|while|whether|since|until|though|although|once|where|what|how|why|who)\b"
)


_AFTER_VERB = regex.compile(rf"(?<![\w’'-])(?P<verb>{_VERB})(?P<site>{BLANK}that|)(?={_CLAUSE})")
_AFTER_ADJECTIVE = regex.compile(
    rf"(?<=\b(?:am|is|are|was|were|be|been|feel|very|quite|so|also|['’]m|['’]re){BLANK})"
    r"(?P<verb>confident|certain|sure|convinced|glad|proud|pleased|happy|hopeful|aware|afraid|grateful|sorry)"
    rf"(?P<site>{BLANK}that|)(?={BLANK}(?:the|our|their|its|your|these|those|most|many){BLANK}[a-z])"
)
_BEFORE_SUBJECT = regex.compile(
    rf"(?<![\w’'-])(?:[Tt]he|[Aa]n?|any|[Ee]very|all the|many|[Tt]hose|[Tt]hese){BLANK}"
    rf"(?:(?!{_SMALL}\b)[a-z-]+{BLANK}){{0,2}}?(?!{_TIMES}(?![\w-]))(?![a-z]+ing(?![\w-]))[a-z]{{3,}}(?P<site>{BLANK}that|)"
    rf"(?={BLANK}(?:we|they|I|he|she)(?:['’](?:re|ll|ve|d|s|m))?{BLANK}[a-z])"
)


def _which_or_that(match: "regex.Match[str]") -> list[str]:
    before = match.string[: match.start()]
    if _NOT_WHICH.search(" ".join(before.split()[-3:])) or _CLEFT.search(before) or _has_another(match):
        return []
    return ["that" if match["site"] == "which" else "which"]


def _has_another(match: "regex.Match[str]") -> bool:
    """Whether the sentence says `which` or `that` elsewhere, or may in another copy."""
    before, after = sentence(match.string, *match.span("site"))
    optional = ((_AFTER_VERB, _complement), (_AFTER_ADJECTIVE, _complement), (_BEFORE_SUBJECT, _object))
    return bool(regex.search(r"\b(?:which|that)\b", f"{before} {after}", regex.IGNORECASE)) or any(
        others(place) for part in (before, after) for pattern, others in optional for place in pattern.finditer(part)
    )


def _complement(match: "regex.Match[str]") -> list[str]:
    before = " ".join(match.string[: match.start()].split()[-4:]) + " "
    clause = regex.split(r"[.!?;:,(]", before)[-1]
    if _QUESTION.search(clause) or _NOUN.search(match.string[: match.start("verb")]):
        return []
    return [""] if match["site"] else [" that"]


def _object(match: "regex.Match[str]") -> list[str]:
    clause = regex.split(r"[.!?;:,()\[\]—–\"“”]|--", match.string[: match.start()])[-1].strip()
    clause = regex.sub(r"^(?:And|But)\b\s*", "", clause)
    if _ADVERBIAL.match(clause) or _LINKER.search(clause):
        return []
    return [""] if match["site"] else [" that"]


PATTERNS = (
    Pattern(
        "which/that",
        regex.compile(
            rf"(?<![\w’'-]){_THING}{BLANK}(?P<site>which|that)(?={BLANK}(?:(?:also|often|now|still){BLANK})?{_FINITE}(?![\w’'-]))"
        ),
        _which_or_that,
    ),
    Pattern("that after a verb", _AFTER_VERB, _complement),
    Pattern("that before a subject", _BEFORE_SUBJECT, _object),
    Pattern("that after an adjective", _AFTER_ADJECTIVE, _complement),
)

CARRIER = TextCarrier(NAME, "1", find_patterns(NAME, PATTERNS))
