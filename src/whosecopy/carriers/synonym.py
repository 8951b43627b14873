"""`wording.synonym`: pairs of phrases that say the same in a stated context.

Every pair is symmetric and neutral in register; its contexts shut out the senses in which it differs.
The gate is per pair (docs/explanation/carriers.md): `on=False` are those that a blind judge refused in
more than one case of twenty. They are only suggested.
"""

from typing import Any

from whosecopy.carriers.english import DETERMINER, NUMBER, SUBJECT, TextCarrier
from whosecopy.carriers.phrase import Rule, find_phrases, rule

NAME = "wording.synonym"

_OBJECT = r"(?:the|our|their|its|your|his|her|my|this|these|those|that|any|some|all|each|every|both)"
_MODAL = r"(?:to|will|would|can|could|must|should|may|might|shall|not|also|we|they|you|I|who|that|which|and|or)"
_WHO = r"(?:we|they|you|I|who|it|he|she)"
_PEOPLE = r"(?:us|them|you|me|him|her|people|users|readers|agencies|companies|employees|customers|members|everyone)"
_SPAN = (
    r"(?:(?:few|several|couple of|two|three|four|five|six|seven|eight|nine|ten|twelve|\d+) (?:years|months|weeks|"
    "days|decades)|decades?|several years|century|quarter century)"
)
_ING = r"[a-z]{2,}ing"
_THINGS = r"[a-z]{4,}s"
_BASE = (
    "(?:be|make|begin|create|build|provide|ensure|improve|reduce|increase|protect|support|develop|keep|get|"
    "give|take|find"
    r"|meet|solve|understand|identify|achieve|maintain|strengthen|prevent|bring|pay|raise|expand|reach|restore|save"
    r"|explain|decide|determine|establish|produce|promote|manage|carry|move|fund|run|lead|close|open|train|teach"
    r"|write|read|avoid|cover|deliver|define|answer|share|learn|become|change|cut|put|turn|set|show|encourage"
    r"|finance|prepare|secure|guide|fill|speed|stop|start|continue|defend|raise|end|feed|heal|grow|make|spread)"
)
_ORGAN = (
    "(?:agency|agencies|organization|organisation|company|department|government|office|community|region|industry|"
    "sector|state|country|administration|team|group|division|system|network|framework)"
)


def _verbs(first: str, second: str, forms: str = "s ed ing", **context: Any) -> list[Rule]:
    """The same pair in several inflections: both verbs are regular in the `forms` given."""
    out = [rule(first, second, **context)]
    for ending in forms.split():
        out.append(rule(_inflected(first, ending), _inflected(second, ending), **context))
    return out


def _inflected(verb: str, ending: str) -> str:
    head, _, rest = verb.partition(" ")
    if ending == "s":
        form = head + ("es" if head.endswith(("s", "sh", "ch", "x")) else "s")
    elif head.endswith("e"):
        form = head[:-1] + ending
    elif head in _DOUBLED:
        form = head + head[-1] + ending
    elif head.endswith("y") and head[-2] not in "aeiou" and ending != "ing":
        form = head[:-1] + "i" + ending
    else:
        form = head + ending
    return f"{form} {rest}" if rest else form


_DOUBLED = frozenset({"begin", "permit", "occur", "set", "stop", "plan", "get"})

CONNECTIVES = (
    rule("for example", "for instance"),
    rule("in addition,", "additionally,", opening=True),
    rule("moreover,", "furthermore,", opening=True),
    rule("therefore,", "thus,", "consequently,", opening=True),
    rule("as a result,", "for this reason,", opening=True, on=False),
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
    ),
    rule("although", "though", right=rf"{SUBJECT}|{DETERMINER}|many|most|some|not", not_left="even|as"),
    rule("as if", "as though", not_left="just|not"),
    rule("as long as", "so long as", right=SUBJECT, not_left="twice|times|for|is|are|was|were|half|just"),
    rule("once again", "once more"),
    rule("whether or not", "whether", on=False),
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
    rule("in other words,", "that is to say,", on=False),
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
    ),
    rule(
        "because of",
        "due to",
        "as a result of",
        right=rf"{_OBJECT}|a|an|such|lack|increased|higher|lower|new|recent",
        not_left="is|are|was|were|be|been|just|only|not|largely|mainly|mostly|partly|primarily|and|simply|part",
    ),
    rule("primarily due to", "primarily because of", right=rf"{_OBJECT}|a|an|such"),
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
        on=False,
    ),
    rule(
        "about",
        "on",
        left=r"(?:information|guidance|advice|details|guidelines|data)",
        right=rf"{_OBJECT}|how|what|which|whether|a|an|[a-z]{{5,}}",
        not_right="file|request|time|hand|board|behalf|paper|average|demand|line|which|that",
    ),
    rule("regarding", "concerning", not_left="is|are|was|were|be|been|very|more|highly|deeply|really|and"),
    rule("a variety of", "a range of", right=_THINGS),
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
        right=rf"{_BASE}|help|use|allow|see|apply|obtain|receive|qualify|complete|request",
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

QUANTITIES = (
    rule(
        "more than",
        "over",
        right=rf"{NUMBER}",
        not_right=(
            rf"{NUMBER}(?: |-)(?:(?:more|consecutive|full|long) )?(?:years?|months?|weeks?|days?|hours?|minutes?|"
            "decades?|of|and|or|times)|one|1"
        ),
        not_left=(
            "no|not|little|much|any|nothing|far|slightly|well|even|still|debate|argument|argue|control|power|"
            "spread|is|are|up|go|went|all|took|take|turn|handed|dispute|fight|win|cost"
        ),
    ),
    rule(
        "more than",
        "over",
        left=r"(?:by|to|of|at|increased|grown|rose|spent|received|spend|nearly|have|has|had|with|created|for)",
        right=r"(?:half|a (?:third|quarter|half|million|billion|hundred|thousand|dozen)|twice)",
    ),
    rule(
        "nearly",
        "almost",
        right=(
            rf"{NUMBER}|all|every|half|twice|double|a (?:third|quarter|century|decade|million|billion|year|hundred)|"
            "everyone|everything|always|two-thirds|one-third|three-quarters|doubled|tripled|in half|impossible|"
            "certainly|as|any"
        ),
        not_left="not|very|pretty",
    ),
    rule(
        "about",
        "around",
        "approximately",
        left=(
            "(?:of|to|for|is|was|are|were|by|from|in|after|with|has|have|had|costs?|takes?|took|spends?|spent|only|"
            "at|totaled|received|employs?|serves?|reached|contains?|and|up|down|that|some)"
        ),
        right=rf"{NUMBER}|half|a (?:third|quarter|dozen|hundred|thousand|million)",
        not_left="information|talk|talking|all|come|came|how|turn|turned|is it|be|what is|what was",
    ),
    rule(
        "a number of", "several", right=_THINGS, not_left="such|quite|in|from|the|these|those|only", not_right="times"
    ),
    rule(
        "many",
        "numerous",
        right=_THINGS,
        not_left="how|so|as|too|not|a|that|these|those|the|great|very|our|their|its|his|your|for|good|in",
        not_right="times|years|ways|others|things|years|days|is|has|was|hours|months|weeks|decades|others",
    ),
    rule(
        "all of",
        "all",
        right=r"(?:the|our|their|its|your|these|those|his|her|my)",
        not_right="the (?:more|same|way|time|while|better|worse|rest|world|difference|best)|our own",
        not_left="at|after|above|first|for|best|most|not|it|them|we|they|you|us|that|this|is|are|once|in|and|of",
    ),
    rule(
        "both of",
        "both",
        right=r"(?:the|our|their|its|your|these|those|his|her|my)",
        not_right=r"(?:the|our|their|its|your|these|those|his|her|my) \w+(?: \w+){0,4} and",
    ),
    rule(
        "half of",
        "half",
        right=r"(?:the|our|their|its|your|these|those|his|her|my|this|that)",
        not_right=(
            "(?:the|their|its|our) (?:size|time|price|cost|battle|number|distance|length|amount|way|speed|story)"
        ),
        not_left="one|a|and|in|second|first|other|third|latter|former|last|this|the|that|next",
    ),
    rule(
        "each",
        "every",
        right=(
            "(?:year|month|week|day|morning|evening|night|quarter|summer|spring|fall|school|agency|department|"
            "state|case|step|time|State|American|student|child|citizen|region|office|site|employee|team|project|"
            "region|community|country|family|county|city|town|copy|section|paragraph|sentence|reader|page|document|"
            "member|group|item|worker)"
        ),
        not_left=(
            "nearly|almost|not|virtually|practically|just|and|or|in|other|ever|than|single|of each|of every|"
            "between|from"
        ),
    ),
    rule(
        "a",
        "per",
        left=(
            r"(?:[$£€]\d[\d,.]*|million|billion|dollars|percent|hours|days|times|meetings|once|twice|thousand|cents)"
        ),
        right=r"(?:year|month|week|day|hour|quarter)",
        not_right=(
            "(?:year|month|week|day|hour|quarter) (?:ago|earlier|later|before|after|or|and|from|early|late|old|"
            "long|of|when|that|in which)"
        ),
    ),
    rule(
        "far",
        "much",
        right=(
            "(?:more|less|better|greater|higher|larger|lower|easier|worse|stronger|faster|fewer than|harder|"
            "smaller|longer)"
        ),
        not_left="how|so|as|too|that|this|pretty|very|not|by|thus|is there|doing",
    ),
    rule(
        "the entire",
        "the whole",
        right="[a-z]{4,}",
        not_right="point|thing|truth|world|number|numbers|story|range|grain|wheat|lot|idea|new|of",
    ),
    rule("our entire", "our whole", right="[a-z]{4,}"),
    rule("at least", "a minimum of", right=rf"{NUMBER}", not_left="of|a|the|for|or|and|is|,|if", on=False),
    rule("this kind of", "this type of"),
    rule(
        "kind of",
        "type of",
        left=r"(?:this|that|what|any|same|some|every|right|different|another|each|new|the|one)",
        not_left="of its|the same|in the|in this",
    ),
    rule("kinds of", "types of", not_left="all"),
    rule("everyone", "everybody", not_right="else's"),
    rule("someone", "somebody"),
    rule("anyone", "anybody"),
    rule("no one", "nobody", not_right="of|thing|person|can say"),
    rule("each other", "one another", not_left="follow|followed"),
)

ADVERBS = (
    rule(
        "often", "frequently", not_left="more|most|how|so|too|as|less|very|not|quite|all", not_right="asked|than|used"
    ),
    rule("usually", "typically", not_left="more|most|not|than|as"),
    rule("mainly", "primarily", not_left="not|more"),
    rule("especially", "particularly", not_left="not|more|most|and|quite"),
    rule("quickly", "rapidly", not_left="as|too|more|most|how|so|less|very|act|respond|just"),
    rule("entirely", "completely", not_left="not|almost|nearly"),
    rule("substantially", "significantly", not_left="not|as"),
    rule("substantial", "significant", not_left="statistically|most|more|not|less|very", term=True),
    rule("perhaps", "maybe", opening=True, right=SUBJECT, on=False),
    rule("necessary", "needed", left=r"(?:if|as|when|where|whenever|wherever)"),
    rule("on a regular basis", "regularly"),
    rule("on average", "on the average", on=False),
    rule("immediately", "at once", on=False),
    rule("nowadays", "these days"),
    rule(
        "more and more",
        "increasingly",
        right=(
            "(?:important|difficult|integrated|complex|common|clear|expensive|aware|dependent|able|involved|likely)"
        ),
    ),
)

VERBS = (
    *_verbs(
        "begin", "start", "s ing", right=r"(?:to [a-z]+|by|with|work|at)", not_right="to end|with the|work on time"
    ),
    rule("began", "started", right=r"(?:to [a-z]+|by|with|working|building|using|moving)"),
    rule(
        "began",
        "started",
        right=r"(?:the|this|that|an?) (?:process|project|program|effort|work|review|study|discussion)",
    ),
    rule(
        "begin",
        "start",
        left=_MODAL,
        right=(
            "(?:the|this|that|our|your|each|a new) (?:process|project|work|review|day|sentence|letter|discussion|"
            "task|decade|century|effort)"
        ),
    ),
    *_verbs("make sure", "ensure", "s", right=rf"(?:that|{SUBJECT}|every|all|each|no)"),
    rule("making sure", "ensuring", right=rf"(?:that|{SUBJECT})"),
    rule("made sure", "ensured", right=rf"(?:that|{SUBJECT})"),
    *_verbs(
        "help to",
        "help",
        "",
        left=(
            "(?:will|can|to|would|could|must|should|may|we|they|you|and|that|which|also|programs|these|efforts|"
            "measures|not)"
        ),
        right=_BASE,
    ),
    rule("helps to", "helps", right=_BASE, not_left="so|god"),
    rule("helped to", "helped", right=_BASE),
    *(
        rule(
            f"help {who} to",
            f"help {who}",
            right=_BASE,
            left=r"(?:will|can|to|would|could|must|should|may|we|they|you|and|that|which|also|not)",
        )
        for who in ("us", "them", "you", "people", "readers", "agencies", "families", "our children")
    ),
    *_verbs("allow", "enable", right=rf"{_PEOPLE} to", not_left="not|only|never"),
    rule(
        "need to",
        "have to",
        left=(
            "(?:we|they|you|I|who|will|may|might|would|also|do not|does not|did not|don’t|don't|doesn't|won't|not|"
            "still|people|agencies|we'll|we’ll|you'll|you’ll)"
        ),
        right="[a-z]+",
        not_left="no|the|any|they do|in|your|our|a|and|,",
        not_right="know|be told|say|offer|do with|go on|wait and see|see to believe",
    ),
    rule("would like to", "wish to", left="I|we|who|you", right="[a-z]+", not_right="see"),
    rule("try to", "attempt to", left=_MODAL, right="[a-z]+"),
    rule(
        "tries to", "attempts to", left=r"(?:who|that|it|he|she|which|agency|everyone|anyone|always|never|often|also)"
    ),
    rule("trying to", "attempting to"),
    rule("tried to", "attempted to"),
    rule("seems to", "appears to", not_left="so it|what"),
    rule("seem to", "appear to", left=r"(?:[a-z]+s|not|may|might|would|will|often|they|we|you|people|could)"),
    rule("seemed to", "appeared to"),
    *_verbs(
        "choose",
        "select",
        "s ing",
        right=r"(?:an?|the|your|our|their|one|which|among|from)",
        not_right="one's|the path|the future|a path|the way",
    ),
    rule(
        "occurs",
        "happens",
        not_right="to|in|at|that",
        left=r"[a-z]+",
        not_left="it|what|that|often|whatever|so|this|as|never",
    ),
    rule("occurred", "happened", not_right="to", not_left="it|so|has never|never"),
    *_verbs("take part in", "participate in", ""),
    rule("taking part in", "participating in"),
    rule("took part in", "participated in"),
    rule("takes part in", "participates in"),
    *_verbs(
        "carry out",
        "conduct",
        "ing",
        right=(
            r"(?:a|an|the|this|these|our|their|its|more|such) (?:\w+ )?(?:research|review|reviews|survey|surveys|"
            "study|studies|test|tests|audit|evaluation|investigation|assessment|analysis)"
        ),
    ),
    *_verbs(
        "set up",
        "establish",
        "ing",
        left=r"(?:to|will|must|should|can|may|would|and|we|they|by)",
        right=r"(?:an?|new|the)",
        not_right="the (?:fact|truth|equipment|room|table|tent)|a (?:tent|table|room)",
    ),
    *_verbs(
        "deal with",
        "address",
        "",
        left=r"(?:to|will|must|should|can|could|we|they|not|better)",
        right=r"(?:the|this|these|those|our|such|their|any|all|many|several)",
    ),
    rule(
        "dealing with",
        "addressing",
        right=r"(?:the|this|these|those|our|such|any|many|several|all)",
        not_left="of|in|is|are|was|been|when|worth",
    ),
    *_verbs("keep in mind", "bear in mind", ""),
    *_verbs(
        "ask for",
        "request",
        "",
        left=r"(?:to|will|can|may|must|should|you|we|they|I|not|or|who)",
        right=r"(?:an?|the|any|more|your|their|additional|written|help)",
        not_right="the (?:moon|world)|your vote|help",
    ),
    *_verbs("leave out", "omit", "", left=r"(?:to|will|can|may|must|should|not|or|we|you)"),
    *_verbs(
        "improve",
        "enhance",
        right=r"(?:our|their|its|your|the|this|his|her)",
        left=r"(?:to|will|can|must|should|that|which|and|by|would|has|have|help|for|of)",
        term=True,
    ),
    *_verbs(
        "reduce",
        "decrease",
        right=(
            "(?:the|its|their|our) (?:number|amount|cost|costs|risk|risks|burden|size|level|chance|rate|time|use|need)"
        ),
        term=True,
    ),
    *_verbs(
        "achieve",
        "accomplish",
        right=(
            "(?:this|that|these|those|our|the|its|their|your|his|such|any) (?:goals?|objectives?|aims?|mission|"
            "purpose|purposes|results?|tasks?)"
        ),
    ),
    rule(
        "think",
        "believe",
        left="I|we",
        right=rf"(?:that|{SUBJECT}|the|this|these|our|most|all|many|both|some|every)",
        not_left="what|do|how|when",
    ),
    rule(
        "give you",
        "provide you with",
        left=_MODAL,
        right=r"(?:the|an?|more|all|some|any|information|enough|additional|your|one|our)",
        not_right=(
            "the right|a hand|a chance|a call|a choice|a break|the chance|the power|a ring|my|your word|our word|"
            "one more|the benefit|the best"
        ),
    ),
    rule(
        "gives you",
        "provides you with",
        right=r"(?:the|an?|more|all|some|information|enough|additional)",
        not_right="the right|a chance|the chance|the power|a choice",
    ),
    rule(
        "give them",
        "provide them with",
        left=_MODAL,
        right=r"(?:the|an?|more|all|some|any|information|enough|additional|our)",
        not_right=(
            "the right|a hand|a chance|a call|a choice|a break|the chance|the power|all the credit|a big|all a|"
            "the benefit|an education|a round"
        ),
    ),
    rule(
        "give us",
        "provide us with",
        left=_MODAL,
        right=r"(?:the|more|all|some|any|information|enough|additional|your)",
        not_right="the right|the chance|the power|all a|the benefit|the courage|the strength|the wisdom|this day",
    ),
    rule("an opportunity to", "a chance to"),
    rule("the opportunity to", "the chance to"),
    rule(
        "hard to",
        "difficult to",
        left=r"(?:is|are|be|was|were|it|more|very|too|so|not|often|as|especially|make it|found it)",
        not_left="work|worked|tried|trying|working",
    ),
    rule("vital", "essential", left=r"(?:is|are|was|be|also|so|absolutely)", right=r"(?:to|that|for|in|if)"),
    rule("in the same way,", "similarly,", opening=True, on=False),
    rule("take into account", "take into consideration"),
    rule(
        "if",
        "whether",
        left=r"(?:see|know|decide|determine|ask|asks|asked|wonder|check|find out|sure|tell)",
        right=rf"(?:{SUBJECT}|the|an?|this|that|these|your|our|their|its|someone|anyone)",
        not_left="let me ask|even|so|to say|and see|can|you make",
        not_right=r"(?:\w+ ){1,6}or not",
    ),
    rule("play a role in", "play a part in"),
    rule("plays a role in", "plays a part in"),
    rule("an important role in", "an important part in"),
)

_CONTINUED = (
    "work build provide support improve develop use pay receive invest press fight seek make help offer serve "
    "search rise fall decline expand increase reduce push move look meet monitor review collect publish "
    "strengthen promote protect operate produce spend buy sell send talk speak write read teach learn apply "
    "follow encourage pursue maintain cooperate drive"
)
_OPENERS = (
    ("that is why", "this is why"),
    ("for this reason,", "for that reason,"),
    ("with this in mind,", "with that in mind,"),
    ("on the whole,", "by and large,"),
)

_SET_PHRASES = (
    ("from time to time", "occasionally"),
    ("at a minimum", "at the very least"),
    ("and so forth", "and so on"),
    ("in many ways", "in many respects"),
    ("in some cases", "in some instances"),
    ("in many cases", "in many instances"),
    ("in most cases", "in most instances"),
    ("in such cases", "in these cases"),
    ("in case of", "in the event of"),
    ("whenever possible", "wherever possible"),
    ("with the exception of", "except for"),
    ("over the years", "through the years"),
    ("a large number of", "large numbers of"),
    ("make clear that", "make it clear that"),
    ("makes clear that", "makes it clear that"),
    ("made clear that", "made it clear that"),
    ("consists of", "is made up of"),
    ("consist of", "are made up of"),
)

PHRASES = (
    *(rule(*pair, opening=True) for pair in _OPENERS),
    *(rule(*pair) for pair in _SET_PHRASES),
    rule(
        "the way",
        "the way that",
        "the way in which",
        right=r"(?:we|they|he|she|I|you|people|the|our) [a-z]+",
        not_left=(
            "by|on|along|all|out of|in|lead|leads|led|pave|show|shows|prepare|clear|light|lights|of|half|part of|and"
        ),
        not_right="the way|the (?:right|hard|other|same|wrong|only)|the [a-z]+ of",
    ),
    rule("the reason", "the reason why", "the reason that", right=r"(?:we|they|he|she|I|you) [a-z]+"),
    rule(
        "than ever before",
        "than ever",
        not_right="to|had|was|in|imagined|we|they|I|he|she|it|thought|been|could|have|before",
    ),
    rule(
        "part of",
        "a part of",
        left=r"(?:is|are|was|were|be|been|become|becomes|became)",
        right=r"(?:the|our|their|its|this|that|your|these|those|my|his|her|every|any)",
        not_right="the (?:problem|reason|time|year|answer)",
    ),
    rule("inside", "inside of", right=r"(?:the|our|their|its|your|this)", not_left="the|from|and|on", on=False),
    rule("at that time", "at the time", on=False, not_right="of|when|that|we|they|it|he|she|I|the"),
    rule("at first", "initially", not_right="glance|sight|hand|light|base|instance|blush", not_left="not|love"),
    rule(
        "the purpose of",
        "the aim of",
        right=r"(?:this|the|our|these|your|a|an|each)",
        not_left="for|defeat|defeats|serve|serves",
    ),
    rule("a lot of", "lots of", not_left="not|quite|such|don't|don’t"),
    rule("let us know", "tell us", right=r"(?:if|whether|what|when|how|about|which|where|why)", on=False),
    rule("check that", "verify that", left=_MODAL),
    rule("results in", "leads to", not_left="the|its|their|our|these|best|test|better|and|good"),
    rule(
        "result in",
        "lead to",
        left=r"(?:to|will|would|can|could|may|might|should|not|often|usually|which|that|also|[a-z]{4,}s)",
        not_left="the end|as",
    ),
    rule("resulted in", "led to"),
    rule("resulting in", "leading to", not_left="one|is|way|road|path|the"),
    *_verbs("focus on", "concentrate on", "ing", left=_MODAL),
    rule("focuses on", "concentrates on"),
    rule(
        "focused on",
        "concentrated on",
        not_left="be|is|are|was|were|been|remain|remains|stay|keep|kept|user|more|and|not|highly",
    ),
    *(
        rule(f"{verb} {rest}", f"{other} {rest}", left=left)
        for verb, other, left in (
            ("stay", "remain", _MODAL),
            ("stays", "remains", ""),
            ("stayed", "remained", ""),
            ("staying", "remaining", ""),
        )
        for rest in (
            "the same",
            "open",
            "strong",
            "competitive",
            "committed",
            "true",
            "safe",
            "healthy",
            "unchanged",
            "free",
            "silent",
            "current",
            "in place",
            "in touch",
            "in force",
        )
    ),
    rule(
        "meet",
        "satisfy",
        left=_MODAL,
        right=(
            rf"(?:{_OBJECT}|all of the|certain|specific) (?:[a-z]+ )?(?:requirements?|needs?|demands?|standards?|"
            "conditions?|criteria)"
        ),
    ),
    rule(
        "meets",
        "satisfies",
        right=(
            rf"(?:{_OBJECT}|all of the|certain|specific) (?:[a-z]+ )?(?:requirements?|needs?|demands?|standards?|"
            "conditions?|criteria)"
        ),
    ),
    *_verbs(
        "inform",
        "notify",
        "",
        left=_MODAL,
        right=r"(?:you|us|them|me|him|her|people|the|all|your|our) (?!and)",
        not_right="the (?:public|debate|decision|decisions|reader|design|work|way)",
    ),
    rule(
        "informed",
        "notified",
        left=r"(?:have|has|had|be|been|was|were|are|is|we|they|I|you|he|she|not)",
        right=r"(?:you|us|them|me|him|her|of|that)",
        not_left="keep you|fully|well",
    ),
    rule("explain how", "describe how", left=_MODAL),
    rule("explains how", "describes how"),
    rule(
        "respond to",
        "reply to",
        right=(
            r"(?:your|the|this|my|our|their|his|her) (?:\w+ )?(?:letters?|requests?|messages?|emails?|inquiry|"
            "inquiries|questions?|comments?|correspondence)"
        ),
    ),
    rule(
        "responding to",
        "replying to",
        right=(
            r"(?:your|the|this|my|our|their) (?:\w+ )?(?:letters?|requests?|messages?|emails?|inquiry|inquiries|"
            "questions?|comments?|correspondence)"
        ),
    ),
    *_verbs(
        "fill out",
        "complete",
        "ing",
        right=(
            "(?:the|this|an?|your|these|all|that) (?:[a-z]+ )?(?:form|forms|application|questionnaire|survey|paperwork)"
        ),
    ),
    *_verbs("speed up", "accelerate", "", left=_MODAL),
    *_verbs(
        "buy",
        "purchase",
        "",
        left=r"(?:to|will|would|can|could|must|should|may|might|not|we|they|you)",
        right=r"(?:an?|the|new|more|any|their|our|your)",
    ),
    rule(
        "easy",
        "simple",
        left=r"(?:is|are|be|make it|was|quite|fairly|relatively)",
        right=r"to (?:use|understand|follow|read|apply|fill|find|see|do|make|write|explain)",
        on=False,
    ),
    rule("not later than", "no later than"),
    rule("no longer than", "not longer than", on=False),
    *(
        rule(f"{form} to {verb}", f"{form} {_inflected(verb, 'ing')}", not_left="not")
        for form in ("continue", "continues", "continued")
        for verb in _CONTINUED.split()
    ),
)

RULES = (*CONNECTIVES, *PREPOSITIONS, *QUANTITIES, *ADVERBS, *VERBS, *PHRASES)

CARRIER = TextCarrier(NAME, "1", find_phrases(NAME, RULES))
