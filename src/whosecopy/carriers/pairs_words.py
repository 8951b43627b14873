"""Pairs of `wording.synonym`: quantities, adverbs, set phrases, and a few nouns and verbs in fixed company."""

from whosecopy.carriers.english import MODAL, NUMBER, OBJECT, SUBJECT, THINGS
from whosecopy.carriers.phrase import inflected, rule, verbs

_WHOLE = (
    "(?:process|system|agency|organization|country|nation|community|document|text|report|project|program|team|family|region|"
    "network|industry|department|government|company|book|letter|page|paper|section|sequence|set|period|day|week|year|file|"
    "database|image|field|area|population|sample|group|building|sentence|paragraph|message|industry|economy)"
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
            "hold|held|holding|spread|is|are|up|go|went|all|took|take|turn|handed|dispute|fight|win|cost"
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
    rule("a number of", "several", right=THINGS, not_left="such|quite|in|from|the|these|those|only", not_right="times"),
    rule(
        "many",
        "numerous",
        right=THINGS,
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
            "State|state|student|child|citizen|case|step|time|region|office|site|employee|team|project|"
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
        right=_WHOLE,
    ),
    rule("our entire", "our whole", right=_WHOLE),
    rule("at least", "a minimum of", right=rf"{NUMBER}", not_left="of|a|the|for|or|and|is|,|if"),
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
    rule("perhaps", "maybe", opening=True, right=SUBJECT),
    rule("necessary", "needed", left=r"(?:if|as|when|where|whenever|wherever)"),
    rule("on a regular basis", "regularly"),
    rule("on average", "on the average"),
    rule("immediately", "at once"),
    rule("nowadays", "these days"),
    rule(
        "more and more",
        "increasingly",
        right=(
            "(?:important|difficult|integrated|complex|common|clear|expensive|aware|dependent|able|involved|likely)"
        ),
    ),
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
        not_right=(
            "the way|the (?:right|hard|other|same|wrong|only)|the [a-z]+ of|[a-z]+ (?:need|needs|want|wants|like|likes)"
        ),
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
    rule("inside", "inside of", right=r"(?:the|our|their|its|your|this)", not_left="the|from|and|on"),
    rule("at that time", "at the time", not_right="of|when|that|we|they|it|he|she|I|the"),
    rule("at first", "initially", not_right="glance|sight|hand|light|base|instance|blush", not_left="not|love"),
    rule(
        "the purpose of",
        "the aim of",
        right=r"(?:this|the|our|these|your|a|an|each)",
        not_left="for|defeat|defeats|serve|serves",
    ),
    rule("a lot of", "lots of", not_left="not|quite|such|don't|don’t"),
    rule("let us know", "tell us", right=r"(?:if|whether|what|when|how|about|which|where|why)"),
    rule("check that", "verify that", left=MODAL),
    rule("results in", "leads to", not_left="the|its|their|our|these|best|test|better|and|good"),
    rule(
        "result in",
        "lead to",
        left=r"(?:to|will|would|can|could|may|might|should|not|often|usually|which|that|also|[a-z]{4,}s)",
        not_left="the end|as",
    ),
    rule("resulted in", "led to"),
    rule("resulting in", "leading to", not_left="one|is|way|road|path|the"),
    *verbs("focus on", "concentrate on", "ing", left=MODAL),
    rule("focuses on", "concentrates on"),
    rule(
        "focused on",
        "concentrated on",
        not_left="be|is|are|was|were|been|remain|remains|stay|keep|kept|user|more|and|not|highly",
    ),
    *(
        rule(f"{verb} {rest}", f"{other} {rest}", left=left)
        for verb, other, left in (
            ("stay", "remain", MODAL),
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
        left=MODAL,
        right=(
            rf"(?:{OBJECT}|all of the|certain|specific) (?:[a-z]+ )?(?:requirements?|needs?|demands?|standards?|"
            "conditions?|criteria)"
        ),
    ),
    rule(
        "meets",
        "satisfies",
        right=(
            rf"(?:{OBJECT}|all of the|certain|specific) (?:[a-z]+ )?(?:requirements?|needs?|demands?|standards?|"
            "conditions?|criteria)"
        ),
    ),
    *verbs(
        "inform",
        "notify",
        "",
        left=MODAL,
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
    rule("explain how", "describe how", left=MODAL),
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
    *verbs(
        "fill out",
        "complete",
        "ing",
        right=(
            "(?:the|this|an?|your|these|all|that) (?:[a-z]+ )?(?:form|forms|application|questionnaire|survey|paperwork)"
        ),
    ),
    *verbs("speed up", "accelerate", "", left=MODAL),
    *verbs(
        "buy",
        "purchase",
        "",
        left=r"(?:to|will|would|can|could|must|should|may|might|not|we|they|you)",
        right=r"(?:an?|the|new|more|any|their|our|your)",
        register=True,
    ),
    rule(
        "easy",
        "simple",
        left=r"(?:is|are|be|make it|was|quite|fairly|relatively)",
        right=r"to (?:use|understand|follow|read|apply|fill|find|see|do|make|write|explain)",
    ),
    rule("not later than", "no later than"),
    rule("no longer than", "not longer than"),
    *(
        rule(f"{form} to {verb}", f"{form} {inflected(verb, 'ing')}", not_left="not")
        for form in ("continue", "continues", "continued")
        for verb in _CONTINUED.split()
    ),
)
