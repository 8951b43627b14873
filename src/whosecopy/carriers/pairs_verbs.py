"""Pairs of `wording.synonym`: verbs with what they govern."""

from whosecopy.carriers.english import BASE_VERB, MODAL, SUBJECT
from whosecopy.carriers.phrase import rule, verbs

_PEOPLE = r"(?:us|them|you|me|him|her|people|users|readers|agencies|companies|employees|customers|members|everyone)"

VERBS = (
    *verbs("begin", "start", "s ing", right=r"(?:to [a-z]+|by|with|work|at)", not_right="to end|with the|work on time"),
    rule("began", "started", right=r"(?:to [a-z]+|by|with|working|building|using|moving)"),
    rule(
        "began",
        "started",
        right=r"(?:the|this|that|an?) (?:process|project|program|effort|work|review|study|discussion)",
    ),
    rule(
        "begin",
        "start",
        left=MODAL,
        right=(
            "(?:the|this|that|our|your|each|a new) (?:process|project|work|review|day|sentence|letter|discussion|"
            "task|decade|century|effort)"
        ),
    ),
    *verbs("make sure", "ensure", "s", right=rf"(?:that|{SUBJECT}|every|all|each|no)", register=True),
    rule("making sure", "ensuring", right=rf"(?:that|{SUBJECT})", register=True),
    rule("made sure", "ensured", right=rf"(?:that|{SUBJECT})", register=True),
    *verbs(
        "help to",
        "help",
        "",
        left=(
            "(?:will|can|would|could|must|should|may|we|they|you|and|that|which|also|programs|these|efforts|"
            "measures|not)"
        ),
        right=BASE_VERB,
    ),
    rule("helps to", "helps", right=BASE_VERB, not_left="so|god"),
    rule("helped to", "helped", right=BASE_VERB),
    *(
        rule(
            f"help {who} to",
            f"help {who}",
            right=BASE_VERB,
            left=r"(?:will|can|would|could|must|should|may|we|they|you|and|that|which|also|not)",
        )
        for who in ("us", "them", "you", "people", "readers", "agencies", "families", "our children")
    ),
    *verbs("allow", "enable", right=rf"{_PEOPLE} to", not_left="not|only|never"),
    rule(
        "need to",
        "have to",
        left=(
            "(?:we|they|you|I|who|will|may|might|would|also|do not|does not|did not|don’t|don't|doesn't|won't|not|"
            "still|people|agencies|we'll|we’ll|you'll|you’ll)"
        ),
        right="[a-z]+",
        not_left="no|the|any|they do|in|your|our|a|and|,|[a-z]+(?:tion|ment|ing|ance|ence|al|er|[^s]s) (?:we|they|you)",
        not_right="know|be told|say|offer|do with|go on|wait and see|see to believe",
    ),
    rule("would like to", "wish to", left="I|we|who|you", right="[a-z]+", not_right="see"),
    rule("try to", "attempt to", left=MODAL, right="[a-z]+", register=True),
    rule(
        "tries to",
        "attempts to",
        register=True,
        left=r"(?:who|that|it|he|she|which|agency|everyone|anyone|always|never|often|also)",
    ),
    rule("trying to", "attempting to", register=True),
    rule("tried to", "attempted to", register=True),
    rule("seems to", "appears to", not_left="so it|what"),
    rule("seem to", "appear to", left=r"(?:[a-z]+s|not|may|might|would|will|often|they|we|you|people|could)"),
    rule("seemed to", "appeared to"),
    *verbs(
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
    *verbs("take part in", "participate in", ""),
    rule("taking part in", "participating in"),
    rule("took part in", "participated in"),
    rule("takes part in", "participates in"),
    *verbs(
        "carry out",
        "conduct",
        "ing",
        right=(
            r"(?:a|an|the|this|these|our|their|its|more|such) (?:\w+ )?(?:research|review|reviews|survey|surveys|"
            "study|studies|test|tests|audit|evaluation|investigation|assessment|analysis)"
        ),
    ),
    *verbs(
        "set up",
        "establish",
        "ing",
        left=r"(?:to|will|must|should|can|may|would|and|we|they|by)",
        right=(
            "(?:an?|new|the) (?:[a-z]+ )?(?:offices?|committees?|teams?|programs?|funds?|agency|systems?|accounts?|"
            "commission|board|process|council|task force|network|working groups?|procedures?|centers?)"
        ),
    ),
    *verbs(
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
    *verbs("keep in mind", "bear in mind", ""),
    *verbs(
        "ask for",
        "request",
        "",
        left=r"(?:to|will|can|may|must|should|you|we|they|I|not|or|who)",
        right=r"(?:an?|the|any|more|your|their|additional|written|help)",
        register=True,
        not_right="the (?:moon|world)|your vote|help",
    ),
    *verbs("leave out", "omit", "", left=r"(?:to|will|can|may|must|should|not|or|we|you)"),
    *verbs(
        "improve",
        "enhance",
        right=r"(?:our|their|its|your|the|this|his|her)",
        left=r"(?:to|will|can|must|should|that|which|and|by|would|has|have|help|for|of)",
        term=True,
    ),
    *verbs(
        "reduce",
        "decrease",
        right=(
            "(?:the|its|their|our) (?:number|amount|cost|costs|risk|risks|burden|size|level|chance|rate|time|use|need)"
        ),
        term=True,
    ),
    *verbs(
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
        register=True,
    ),
    rule(
        "give you",
        "provide you with",
        left=MODAL,
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
        left=MODAL,
        right=r"(?:the|an?|more|all|some|any|information|enough|additional|our)",
        not_right=(
            "the right|a hand|a chance|a call|a choice|a break|the chance|the power|all the credit|a big|all a|"
            "the benefit|an education|a round"
        ),
    ),
    rule(
        "give us",
        "provide us with",
        left=MODAL,
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
