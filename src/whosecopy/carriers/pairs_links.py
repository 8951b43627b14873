"""Pairs of `wording.synonym`: what joins sentences and clauses, and prepositions."""

from whosecopy.carriers.english import BASE_VERB, DETERMINER, OBJECT, SUBJECT, THINGS
from whosecopy.carriers.phrase import rule

_SPAN = (
    r"(?:(?:few|several|couple of|two|three|four|five|six|seven|eight|nine|ten|twelve|\d+) (?:years|months|weeks|"
    "days|decades)|decades?|several years|century|quarter century)"
)
_ING = r"[a-z]{2,}ing"
_ORGAN = (
    "(?:agency|agencies|organization|organisation|company|department|government|office|community|region|industry|"
    "sector|state|country|administration|team|group|division|system|network|framework)"
)

CONNECTIVES = (
    rule("for example", "for instance"),
    rule("in addition,", "additionally,", opening=True),
    rule("moreover,", "furthermore,", opening=True),
    rule("therefore,", "thus,", "consequently,", opening=True),
    rule(
        "thus",
        "therefore",
        left=r"and|is|are|was|were|can|must|will|has|have",
        right="[a-z]+",
        not_right="far|[a-z]+ing",
    ),
    rule(
        "in which",
        "where",
        left=(
            r"(?:the|an?|this|these|those|every|many) (?:[a-z]+ )?(?:world|society|country|places?|areas?|situations?|"
            r"cases?|state|environments?|regions?|community|communities|system|examples?|instances?)"
        ),
        right=rf"{SUBJECT}|{DETERMINER}",
    ),
    rule("nevertheless,", "nonetheless,", opening=True),
    rule("similarly,", "likewise,", opening=True),
    rule("meanwhile,", "in the meantime,", opening=True),
    rule("in fact,", "indeed,", opening=True),
    rule("in general,", "generally,", opening=True),
    rule("in contrast,", "by contrast,", opening=True),
    rule("to this end,", "to that end,", opening=True),
    rule("in short,", "in brief,", opening=True),
    rule("above all,", "most of all,", opening=True),
    rule("finally,", "lastly,", opening=True),
    rule(
        "but",
        "however,",
        opening=True,
        right=rf"{SUBJECT}|{DETERMINER}",
        not_right="all|any of|the (?:more|less)|this is not",
        register=True,
    ),
    rule("although", "though", right=rf"{SUBJECT}|{DETERMINER}|many|most|some|not", not_left="even|as"),
    rule("as if", "as though", not_left="just|not"),
    rule("as long as", "so long as", right=SUBJECT, not_left="twice|times|for|is|are|was|were|half|just"),
    rule("once again", "once more"),
    rule(
        "so that",
        "so",
        right=rf"(?:{SUBJECT}|people|everyone|readers|users) (?:can|could|will|would|may|might)",
        not_left=r"[\w’'-]*,|and|or|is|are|was|were|be|do|did|does|not|if|ever|think|say|hope|believe",
    ),
    rule(
        "not only",
        "not just",
        not_left="if",
        right=r"(?:to|by|in|on|for|at|with|the|a|an|our|their|its|because|what|how|[a-z]{3,}ing)",
    ),
    rule("in part", "partly", right=r"(?:because|due|by|from|on)"),
    rule("in large part", "largely", right="because|due|by"),
    rule("thus far", "so far", not_left="and|go|went|gone|too|by|only", not_right="as|from|away|apart|that"),
    rule("in other words,", "that is to say,"),
)

PREPOSITIONS = (
    rule("toward", "towards"),
    rule(
        "upon",
        "on",
        left=(
            "(?:based|build|builds|built|building|depend|depends|depending|depended|rely|relies|relied|relying|"
            "insist|insists|insisted|call|calls|called|calling|agreed|act|acted|acting|embark|"
            "embarked|imposed|draw|draws|drawing|drew|reflect|reflects|placed|impact|effect|expand|expands|"
            "expanding|improve|touch|touches|dependent)"
        ),
        not_right="to|the floor|in|by|time",
        apart=2,
    ),
    rule(
        "because of",
        "due to",
        within=True,
        right=(
            "(?:(?:the|a|an|our|their|its|this|these|such) )?(?:lack|loss|rise|decline|costs?|size|nature|changes?|"
            "growth|absence|shortage|delays?|number|amount|limited|increased?|higher|lower|rising|falling|poor|bad|weather)"
        ),
        not_left="is|are|was|were|be|been|just|only|not|largely|mainly|mostly|partly|primarily|and|simply|part",
    ),
    rule("primarily due to", "primarily because of", right=rf"{OBJECT}|a|an|such"),
    rule(
        "along with",
        "together with",
        not_left=(
            "go|goes|went|going|gone|get|gets|got|getting|come|comes|came|coming|work|works|worked|working|bring|"
            "brings|brought|bringing|put|puts|join|joins|joined|joining|stand|stands|standing|meet|meets|met|live|"
            "lives|pull|move|moving|all|act|played|play"
        ),
    ),
    rule(
        "instead of",
        "rather than",
        right=rf"(?:{_ING}|the|an?|our|their|its|this|these)",
        not_left="more|less|other|better|faster|higher|lower|greater",
    ),
    rule("despite", "in spite of", not_right="itself|himself|myself"),
    rule("apart from", "aside from", not_left="set|sets|far|fall|tell|come|stand|stands"),
    rule("with regard to", "with respect to"),
    rule("regardless of", "irrespective of"),
    rule("in line with", "in keeping with"),
    rule("in light of", "in view of", not_left="especially"),
    rule("in the interest of", "in the interests of"),
    rule("with the help of", "with the aid of"),
    rule(
        "outside",
        "outside of",
        right=r"(?:the|our|their|its|your|this|these|his|her)",
        not_left="the|from|on|and|stood|go|went|an|look|looking",
    ),
    rule(
        "prior to",
        "before",
        right=_ING,
        not_right="long|anything|everything|nothing|something|morning|evening|spring|king|thing|being",
        not_left="ever|never|year|long|day|week|month|years|not|come|came|comes",
    ),
    rule("around the world", "throughout the world", not_left="all|travel|traveled|halfway|way|go|trip"),
    rule(
        "across the country",
        "around the country",
        "throughout the country",
        not_left="all|travel|traveled|halfway|way|move",
    ),
    rule(
        "across",
        "throughout",
        right=(
            "(?:(?:the|our|this|that) (?:nation|government|organization|organisation|agency|company|department|"
            "region|state|industry|sector|community|continent)|all of|America|Europe|government)"
        ),
        not_left="come|came|cut|cuts|way|move|travel|spread|march",
    ),
    rule(
        "within",
        "in",
        right=rf"(?:the|our|their|its|this|that|each|your|an?) (?:same )?{_ORGAN}",
        not_left=(
            "be|is|are|was|live|lives|from|believe|fit|fits|engage|in|stay|lie|result|results|every|each|interest|"
            "trust|confidence|faith|place|change|changes|role|step|only|investment|invest|decision|problem"
        ),
        not_right="(?:the|a) framework of",
    ),
    rule("in the past", "over the past", right=_SPAN, not_left="and|away|as"),
    rule("in the last", "over the last", right=_SPAN, not_left="and|as"),
    rule("in the next", "over the next", right=_SPAN, not_left="and|some time|sometime|due"),
    rule("past", "last", left=r"(?:in|over|during|for|within|throughout) (?:the|these)", right=_SPAN),
    rule("compared to", "compared with", not_left="be|is|are"),
    rule(
        "talk to",
        "talk with",
        right=r"(?:the|a|an|your|our|their|his|her|you|them|us|people|someone|anyone|others|each)",
    ),
    rule("talking to", "talking with", right=r"(?:the|a|an|your|our|their|his|her|you|them|us|people|someone|others)"),
    rule(
        "speak to",
        "speak with",
        right=r"(?:the|a|an|your|our|their|his|her|you|them|us|people|someone|anyone|one)",
    ),
    rule(
        "about",
        "on",
        left=r"(?:information|guidance|advice|details|guidelines|data)",
        right=rf"{OBJECT}|how|what|which|whether|a|an|[a-z]{{5,}}",
        not_left="collection of information",
        not_right="those|file|request|time|hand|board|behalf|paper|average|demand|line|which|that",
    ),
    rule("regarding", "concerning", not_left="is|are|was|were|be|been|very|more|highly|deeply|really|and"),
    rule("a variety of", "a range of", right=THINGS),
    rule("a wide variety of", "a wide range of", "a broad range of"),
    rule("in the coming years", "in the years ahead", "in the years to come"),
    rule("in the long run", "in the long term"),
    rule("in this regard", "in this respect"),
    rule("in an effort to", "in an attempt to"),
    rule("in order to", "so as to", within=True, not_left="and|or|just|only|not"),
    rule(
        "in order to",
        "to",
        opening=True,
        right=rf"{BASE_VERB}|help|use|allow|see|apply|obtain|receive|qualify|complete|request",
    ),
    rule("in order not to", "so as not to"),
    rule("at the beginning of", "at the start of"),
    rule(
        "the beginning of",
        "the start of",
        not_left="at|from|since",
        right=r"(?:the|a|an|this|that|our|your|each|every|[A-Z][a-z]+|[a-z]+)",
    ),
    rule(
        "the rest of",
        "the remainder of",
        not_right="the world|us|them|you|america|his life|my life|your life|our lives",
    ),
)
