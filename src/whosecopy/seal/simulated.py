"""Leaks of one template simulated at measured rates, and judged by the exact code."""

from dataclasses import replace

import numpy as np

from whosecopy.codes.codebook import Codebook, make_codebook
from whosecopy.codes.decide import SHARES
from whosecopy.codes.keys import draw_secrets
from whosecopy.codes.organisations import organisation_panel
from whosecopy.codes.panel import Panel, p_values
from whosecopy.model import Floats, Reading, Template
from whosecopy.model.layout import NO_LAYOUT
from whosecopy.seal.passages import Passages
from whosecopy.seal.plan import PROFILES, with_profile
from whosecopy.seal.rates import Attack, Rates
from whosecopy.stats.intervals import clopper_pearson

PASSAGES = ("retype", "the file, saved again")
"""How a passage leaks: retyped, and where that identifies nothing, as a piece of the file."""
_RETRACE = 2
_CONFIDENCE = 0.90
_HOPELESS = 12
_ENOUGH = 192


class Trials:
    """Simulated leaks of one template, judged by the exact code.

    Every question is asked of the same random draws, so that more recipients are never promised more.
    """

    def __init__(self, template: Template, recipients: int, alpha: float, seed: int, organisations: int = 0) -> None:
        self._template = template
        self._recipients = recipients
        self._alpha = alpha
        self._organisations = organisations
        self._shared = np.array([mark.shared for mark in template.marks], dtype=bool)
        single = SHARES["single"] + (0.0 if self._shared.any() else SHARES["organisation"])
        self._limit = single * alpha / _RETRACE / recipients
        self._group_limit = SHARES["organisation"] * alpha / _RETRACE / max(organisations, 1)
        self._seed = seed
        self._rng = np.random.default_rng(seed)
        self._alphabet = np.array([mark.q for mark in template.marks], dtype=np.uint8)
        self._carriers = template.mark_carriers
        self._bare = replace(template, text="", blocks=(), sites=(), layout=NO_LAYOUT)
        self._passages = Passages(template)

    def without_organisations(self) -> "Trials":
        """The same with every mark a person's, under the profile that persons have."""
        plain = replace(self._template, marks=tuple(replace(m, shared=False) for m in self._template.marks))
        return Trials(with_profile(plain, profile_of(self._template)), self._recipients, self._alpha, self._seed)

    def marks(self, attack: Attack, group: bool = False) -> float:
        """How many marks of persons, or of organisations (`group`), are read on average over the parts shown."""
        share = np.array([1.0 - dict(attack.of(carrier)).get(0.0, 0.0) for carrier in self._carriers])
        shown = np.mean(self._passages.of(attack.part), axis=0)
        return round((1 - attack.lost) * float((share * shown)[self._shared == group].sum()), 1)

    def chance(self, attack: Attack, trials: int, group: bool = False) -> float:
        """A lower limit (90 % confidence) of the chance that at least one of the copies used is named.

        With `group`: that their organisation is named, the leakers being colleagues.
        """
        self._rng = np.random.default_rng(self._seed)
        parts = self._passages.of(attack.part)
        named = 0
        for done in range(1, trials + 1):
            visible = parts[int(self._rng.integers(len(parts)))]
            named += self._named(attack, visible, group)
            if done == _HOPELESS and not named:
                return 0.0
        return round((1 - attack.lost) * clopper_pearson(named, trials, _CONFIDENCE)[0], 3)

    def shortest(self, rates: Rates) -> tuple[str, int]:
        """The first of `PASSAGES` that identifies, and from how many words on; the first one and 0 where none does."""
        known = {attack.name: attack for attack in rates.attacks}
        for name in PASSAGES:
            words = self._shortest_words(known[name]) if name in known else 0
            if words:
                return name, words
        return PASSAGES[0], 0

    def _shortest_words(self, attack: Attack) -> int:
        """Words of the shortest passage that names its copy in most trials; 0 where not even the whole does."""
        low, high = 0, self._passages.words
        if not self._names(attack, high):
            return 0
        while high - low > max(10, high // 20):
            middle = (low + high) // 2
            low, high = (low, middle) if self._names(attack, middle) else (middle, high)
        return high

    def _names(self, attack: Attack, length: int) -> bool:
        """Whether the passage of `length` words with the most marks names its copy in 19 of 20 trials."""
        best = self._passages.best(length)
        missed = 0
        for _ in range(20):
            missed += not self._named(attack, best)
            if missed > 1:
                return False
        return True

    def _named(self, attack: Attack, visible: np.ndarray, group: bool = False) -> bool:
        marks = _spread(np.flatnonzero(visible), _ENOUGH * attack.coalition)
        if not marks.size:
            return False
        shown = replace(self._bare, marks=tuple(self._template.marks[k] for k in marks))
        codebook = make_codebook(shown, draw_secrets(self._rng.bytes), [0] * attack.coalition)
        reading = self._reading(attack, codebook, marks)
        key, groups = codebook.secrets, self._organisations
        panel = Panel(reading, codebook.biases, codebook.labels, key, self._recipients, self._shared[marks], groups)
        if group:
            found = p_values(organisation_panel(panel), codebook.organisation_symbols(1))
            return bool(found.min() <= self._group_limit)
        return bool(p_values(panel, codebook.symbols(0, attack.coalition)).min() <= self._limit)

    def _reading(self, attack: Attack, codebook: Codebook, marks: np.ndarray) -> Reading:
        """What would be read of a codebook of these `marks`: one of the copies' variants at each, or an error."""
        shown = codebook.variants(0, attack.coalition)
        holder = self._rng.integers(0, attack.coalition, len(marks))
        truth = shown[holder, np.arange(len(marks))].astype(int)
        alphabet = self._alphabet[marks]
        levels: Floats = np.zeros((len(marks), int(alphabet.max(initial=2))))
        for k, mark in enumerate(marks):
            options = attack.of(self._carriers[mark])
            nats = options[int(self._rng.choice(len(options), p=[share for _, share in options]))][0]
            q = int(alphabet[k])
            best = truth[k] if nats > 0 else (truth[k] + int(self._rng.integers(1, q))) % q
            levels[k, :q] = -abs(nats)
            levels[k, best] = 0.0
        return Reading(codebook.digest.hex(), levels, alphabet)


def _spread(marks: np.ndarray, most: int) -> np.ndarray:
    """At most so many of these marks, evenly spread: whom they name, more name all the more."""
    return marks if len(marks) <= most else marks[np.linspace(0, len(marks) - 1, most).astype(int)]


def profile_of(template: Template) -> str:
    """The profile of persons' marks."""
    return next((mark.profile for mark in template.marks if not mark.shared), PROFILES[0])
