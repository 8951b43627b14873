"""Before anything is sent: what a leak of this document could be traced by, and what not.

A forecast simulates readings from measured error rates (`rates.json`: date and command inside) and asks
the exact code whether the leaker would be named. Nothing in it is a guess about the code; everything in
it rests on the rates having been measured on other documents.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files

import numpy as np

from whosecopy.codes.codebook import Codebook, make_codebook
from whosecopy.codes.decide import SHARES
from whosecopy.codes.keys import draw_secrets
from whosecopy.codes.organisations import organisation_panel
from whosecopy.codes.panel import Panel, p_values
from whosecopy.model import Floats, Reading, Template, codec
from whosecopy.model.layout import NO_LAYOUT
from whosecopy.seal.plan import Progress, weak_pages, with_profile
from whosecopy.seal.sheets import QUARTERS, WHOLE, Sheets, full_pages
from whosecopy.stats.intervals import clopper_pearson

PROFILES = ("solo", "short", "GL6", "GL8")
PAGE_WORDS = 350
_PASSAGES = ("retype", "the file, saved again")
_RETRACE = 2
_CONFIDENCE = 0.90
_HOPELESS = 12
_CONTEXT = 8
_STEP, _STRETCHES = 5, 400
"""How many words apart the stretches begin that are looked at, and about how many of a long text are."""
_ENOUGH = 192
_PLENTY = 1024
_HALVES, _COLLEAGUES = ("half of the text", "half of the file"), ("coalition of 3", "files of 3 merged")
_AS_FILE = "paste"
"""What a document with pages and marks of wording keeps of the latter in its file."""


@dataclass(frozen=True, slots=True)
class Attack:
    """A way a leak comes about: which part of the text, how many copies merged, and with which errors.

    `levels` maps a carrier to what its marks say for the copy's own variant: (nats, share) pairs that
    add up to 1; 0 nats is an erasure, negative nats speak for another variant. `part` is `whole`, `half`,
    `page` (of a book), `paragraph`, or of a document with pages `sheet` or `quarter` of one. In a share `lost` of
    such leaks nothing is read; `levels` hold for the others.
    """

    name: str
    part: str
    coalition: int
    levels: dict[str, tuple[tuple[float, float], ...]]
    lost: float = 0.0


@dataclass(frozen=True, slots=True)
class Rates:
    """Measured error rates: when, by which command, and every attack."""

    measured: str
    command: str
    attacks: tuple[Attack, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """What one attack would leave: marks expected to be read, and the least chance to name a leaker."""

    attack: str
    marks_expected: float
    chance_to_name: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """The table by attack and the shortest passage that identifies, in words (0: not even the whole).

    `passage` is how it leaks: retyped where that identifies anything, else as a piece of the file.

    Where marks are shared, `organisations` says how often the leakers' organisation is named, all of them being
    colleagues, and `advice` what the shared marks cost and gain. Of a document with pages `weak_pages`, from 1, have
    too few marks to be traced alone, and `words_left` words could not be moved safely.
    """

    recipients: int
    alpha: float
    marks: int
    profile: str
    rows: tuple[Row, ...]
    shortest_words: int
    whole_words: int
    measured: str
    command: str
    organisations: tuple[Row, ...] = ()
    advice: tuple[str, ...] = ()
    pages: int = 0
    weak_pages: tuple[int, ...] = ()
    words_left: int = 0
    passage: str = _PASSAGES[0]


@lru_cache(maxsize=3)
def measured_rates(pages: bool = False, wording: bool = False) -> Rates:
    """The rates that come with this version: of texts, of documents whose `pages` are marked, or of those with both."""
    text = _rates("rates.json")
    if not pages:
        return text
    leaked, seen = _rates("rates_layout.json"), _rates("rates_pictures.json")
    command = f"{leaked.command}; {seen.command}"
    if not wording:
        return Rates(seen.measured, command, (*leaked.attacks, *seen.attacks))
    kept = next(attack.levels for attack in text.attacks if attack.name == _AS_FILE)
    told = {attack.name for attack in text.attacks}
    files = [replace(one, levels={**kept, **one.levels}) for one in leaked.attacks if one.name not in told]
    return Rates(seen.measured, f"{text.command}; {command}", (*files, *text.attacks, *seen.attacks))


def _rates(name: str) -> Rates:
    return codec.decode(files("whosecopy.seal").joinpath(name).read_bytes(), Rates)


def choose_profile(template: Template, recipients: int, alpha: float, rates: Rates, coalition: int | None) -> Template:
    """`template` under the bias profile that serves it best (STATISTICS V3).

    First the chance that half of the text names one leaker; among profiles within 2 % of the best, the
    one under which a coalition of three is named most often. Where half of 1,024 marks or more names anybody
    under every profile, that is `GL6`. `coalition` overrides: 1 is `solo`, 2 is `short`, 3 to 5 `GL6`, more `GL8`.
    """
    if coalition is not None:
        return with_profile(template, PROFILES[min(3, (0, 0, 1, 2, 2, 2, 3)[min(coalition, 6)])])
    if template.length >= _PLENTY:
        return with_profile(template, "GL6")
    half, together = (_first(rates, names) for names in (_HALVES, _COLLEAGUES))
    trials = {profile: _Trials(with_profile(template, profile), recipients, alpha, seed=7) for profile in PROFILES}
    alone = {name: one.chance(half, 48) for name, one in trials.items()}
    close = [name for name in PROFILES if alone[name] >= max(alone.values()) - 0.02]
    if len(close) == 1:
        return with_profile(template, close[0])
    merged = {name: trials[name].chance(together, 24) for name in close}
    return with_profile(template, max(close, key=lambda name: (merged[name], -PROFILES.index(name))))


def _first(rates: Rates, names: Sequence[str]) -> Attack:
    """The attack that is called by the first of `names` that `rates` know."""
    known = {attack.name: attack for attack in rates.attacks}
    return next(known[name] for name in names if name in known)


def forecast(
    template: Template,
    recipients: int,
    alpha: float,
    rates: Rates,
    progress: Progress,
    trials: int = 60,
    organisations: int = 0,
) -> Forecast:
    """What could be traced of `template` sealed for `recipients` at `alpha`, attack by attack.

    `organisations` is how many there are, where the template has shared marks.
    """
    run = _Trials(template, recipients, alpha, seed=11, organisations=organisations)
    rows = []
    for done, attack in enumerate(rates.attacks):
        progress(done, len(rates.attacks) + 1)
        rows.append(Row(attack.name, run.marks(attack), run.chance(attack, trials)))
    passage, shortest = run.shortest([attack for attack in rates.attacks if attack.name in _PASSAGES])
    groups, advice = _about_organisations(run, template, rates, rows, trials) if organisations else ((), ())
    progress(len(rates.attacks) + 1, len(rates.attacks) + 1)
    return Forecast(
        recipients=recipients,
        alpha=alpha,
        marks=template.length,
        profile=_profile(template),
        rows=tuple(rows),
        shortest_words=shortest,
        passage=passage,
        whole_words=len(template.text.split()),
        measured=rates.measured,
        command=rates.command,
        organisations=groups,
        advice=advice,
        pages=len(template.layout.pages_pt),
        weak_pages=weak_pages(template, recipients, alpha),
        words_left=_words_left(template),
    )


def _words_left(template: Template) -> int:
    """How many words of a document with pages carry no mark."""
    if not template.layout.words:
        return 0
    return max(0, len(template.text.split()) - len({site.start for site in template.sites}))


def _about_organisations(
    run: "_Trials", template: Template, rates: Rates, rows: Sequence[Row], trials: int
) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """How often an organisation is named, and what shared marks cost and gain against sealing without them."""
    shared = {row.attack: row.chance_to_name for row in rows}
    plain = run.without_organisations()
    asked = [
        (_first(rates, _HALVES), "Half of the text"),
        (_first(rates, _COLLEAGUES), "Three colleagues comparing copies"),
    ]
    before = {attack.name: plain.chance(attack, trials) for attack, _ in asked}
    groups = {attack.name: run.chance(attack, trials, group=True) for attack, _ in asked}
    advice = [
        f"{words}: a person is named in {shared[attack.name]:.0%} at least "
        f"(without shared marks {before[attack.name]:.0%}), the organisation in {groups[attack.name]:.0%}."
        for attack, words in asked
    ]
    merged = asked[1][0].name
    pays = groups[merged] > before[merged]
    verdict = "pay only where colleagues may compare copies" if pays else "do not pay here: leave --organisations out"
    found = tuple(Row(attack.name, run.marks(attack, group=True), groups[attack.name]) for attack, _ in asked)
    return found, (*advice, f"Shared marks {verdict}; a lone leaker is easier to name without them.")


class _Trials:
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
        self._places = np.array([_with_context(template, k) for mark in template.marks for k in mark.sites]).reshape(
            -1, 2
        )
        self._known: dict[str, list[np.ndarray]] = {}
        self._first_place = np.cumsum([0, *(len(mark.sites) for mark in template.marks)])[:-1]

    def without_organisations(self) -> "_Trials":
        """The same with every mark a person's, under the profile that persons have."""
        plain = replace(self._template, marks=tuple(replace(m, shared=False) for m in self._template.marks))
        return _Trials(with_profile(plain, _profile(self._template)), self._recipients, self._alpha, self._seed)

    def marks(self, attack: Attack, group: bool = False) -> float:
        """How many marks of persons, or of organisations (`group`), are read on average over the parts shown."""
        share = np.array([1.0 - dict(_levels(attack, carrier)).get(0.0, 0.0) for carrier in self._carriers])
        shown = np.mean(self._shown(attack.part), axis=0)
        return round((1 - attack.lost) * float((share * shown)[self._shared == group].sum()), 1)

    def chance(self, attack: Attack, trials: int, group: bool = False) -> float:
        """A lower limit (90 % confidence) of the chance that at least one of the copies used is named.

        With `group`: that their organisation is named, the leakers being colleagues.
        """
        self._rng = np.random.default_rng(self._seed)
        parts = self._shown(attack.part)
        named = 0
        for done in range(1, trials + 1):
            visible = parts[int(self._rng.integers(len(parts)))]
            named += self._named(attack, visible, group)
            if done == _HOPELESS and not named:
                return 0.0
        return round((1 - attack.lost) * clopper_pearson(named, trials, _CONFIDENCE)[0], 3)

    def shortest(self, attacks: Sequence[Attack]) -> tuple[str, int]:
        """The first of `_PASSAGES` that identifies, and from how many words on; the first one and 0 where none does."""
        known = {attack.name: attack for attack in attacks}
        for name in _PASSAGES:
            words = self._shortest_words(known[name]) if name in known else 0
            if words:
                return name, words
        return _PASSAGES[0], 0

    def _shortest_words(self, attack: Attack) -> int:
        """Words of the shortest stretch that names its copy in most trials; 0 where not even the whole does."""
        words = _word_starts(self._template.text)
        low, high = 0, len(words)
        if not self._names(attack, words, high):
            return 0
        while high - low > max(10, high // 20):
            middle = (low + high) // 2
            low, high = (low, middle) if self._names(attack, words, middle) else (middle, high)
        return high

    def _names(self, attack: Attack, words: Sequence[int], length: int) -> bool:
        """Whether the stretch of `length` words with the most marks names its copy in 19 of 20 trials."""
        ends = [*words, len(self._template.text)]
        last = len(words) - length
        starts = range(0, last + 1, max(_STEP, last // _STRETCHES))
        stretches = [(ends[k], ends[min(k + length, len(words))]) for k in starts]
        best = max((self._visible(one) for one in stretches or [(0, ends[-1])]), key=np.sum)
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
            options = _levels(attack, self._carriers[mark])
            nats = options[int(self._rng.choice(len(options), p=[share for _, share in options]))][0]
            q = int(alphabet[k])
            best = truth[k] if nats > 0 else (truth[k] + int(self._rng.integers(1, q))) % q
            levels[k, :q] = -abs(nats)
            levels[k, best] = 0.0
        return Reading(codebook.digest.hex(), levels, alphabet)

    def _shown(self, part: str) -> list[np.ndarray]:
        """Which marks are visible, for every stretch of the text or piece of a page that a part may be."""
        if part not in self._known:
            self._known[part] = self._looked_up(part)
        return self._known[part]

    def _looked_up(self, part: str) -> list[np.ndarray]:
        if part in ("sheet", "quarter"):
            boxes, sheets = QUARTERS if part == "quarter" else (WHOLE,), Sheets(self._template)
            return [sheets.marks_on({page}, box) for page in full_pages(self._template) for box in boxes]
        return [self._visible(stretch) for stretch in self._parts(part)]

    def _visible(self, part: tuple[int, int]) -> np.ndarray:
        """Which marks have a site that `part` of the text shows with enough words on both sides: shape (m,)."""
        inside = (self._places[:, 0] >= part[0]) & (self._places[:, 1] <= part[1])
        return np.logical_or.reduceat(inside, self._first_place) if inside.size else np.zeros(0, dtype=bool)

    def _master_words(self, copied: int) -> int:
        """How many words of the master stand in `copied` words of a copy, whose variants may be longer."""
        master = len(self._template.text.split())
        extra = sum(
            sum(len(variant.split()) for variant in site.variants) / len(site.variants) - len(site.variants[0].split())
            for site in self._template.sites
        )
        return int(copied * master / max(1.0, master + extra))

    def _parts(self, part: str) -> list[tuple[int, int]]:
        """The stretches of the text (characters) that a part may be."""
        text = self._template.text
        words = _word_starts(text)
        size = {"whole": len(words), "half": len(words) // 2, "page": self._master_words(PAGE_WORDS)}.get(part, 0)
        if part == "paragraph":
            long = [(a, b) for a, b in self._template.blocks if len(text[a:b].split()) >= 40]
            return long or list(self._template.blocks)
        if size >= len(words):
            return [(0, len(text))]
        step = max(1, (len(words) - size) // 40)
        return [(words[k], [*words, len(text)][k + size]) for k in range(0, len(words) - size + 1, step)]


def _profile(template: Template) -> str:
    """The profile of persons' marks."""
    return next((mark.profile for mark in template.marks if not mark.shared), PROFILES[0])


def _spread(marks: np.ndarray, most: int) -> np.ndarray:
    """At most so many of these marks, evenly spread: whom they name, more name all the more."""
    return marks if len(marks) <= most else marks[np.linspace(0, len(marks) - 1, most).astype(int)]


def _levels(attack: Attack, carrier: str) -> tuple[tuple[float, float], ...]:
    """The measured levels of a carrier; of its family, or erased, where it was never measured."""
    if carrier in attack.levels:
        return attack.levels[carrier]
    family = carrier.partition(".")[0]
    near = [levels for name, levels in attack.levels.items() if name.partition(".")[0] == family]
    return near[0] if near else ((0.0, 1.0),)


def _with_context(template: Template, number: int) -> tuple[int, int]:
    """A site and the text around it without which no leak lets it be read."""
    site = template.sites[number]
    return max(0, site.start - _CONTEXT), min(len(template.text), site.end + _CONTEXT)


def _word_starts(text: str) -> list[int]:
    starts = [k for k in range(len(text)) if not text[k].isspace() and (k == 0 or text[k - 1].isspace())]
    return starts or [0]
