"""`wording.synonym`: pairs of phrases that say the same in a stated context.

Every pair is symmetric and neutral in register; its contexts shut out the senses in which it differs.
The gate is per pair: see `whosecopy.carriers.gate` and docs/explanation/carriers.md.
"""

from whosecopy.carriers.english import TextCarrier
from whosecopy.carriers.pairs_links import CONNECTIVES, PREPOSITIONS
from whosecopy.carriers.pairs_verbs import VERBS
from whosecopy.carriers.pairs_words import ADVERBS, PHRASES, QUANTITIES
from whosecopy.carriers.phrase import find_phrases

NAME = "wording.synonym"
RULES = (*CONNECTIVES, *PREPOSITIONS, *QUANTITIES, *ADVERBS, *VERBS, *PHRASES)

CARRIER = TextCarrier(NAME, "1", find_phrases(NAME, RULES))
