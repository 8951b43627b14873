"""Before anything is sent: what a leak of this document could be traced by, and what not.

A forecast simulates readings from measured error rates (`rates.json`: date and command inside) and asks
the exact code whether the leaker would be named. Nothing in it is a guess about the code; everything in
it rests on the rates having been measured on other documents.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from whosecopy.model import Template
from whosecopy.seal.plan import PROFILES, Progress, weak_pages, with_profile
from whosecopy.seal.rates import Rates
from whosecopy.seal.simulated import PASSAGES, Trials, profile_of

_PLENTY = 1024
_HALVES, _COLLEAGUES = ("half of the text", "half of the file"), ("coalition of 3", "files of 3 merged")


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
    passage: str = PASSAGES[0]


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
    half, together = (rates.first(names) for names in (_HALVES, _COLLEAGUES))
    trials = {profile: Trials(with_profile(template, profile), recipients, alpha, seed=7) for profile in PROFILES}
    alone = {name: one.chance(half, 48) for name, one in trials.items()}
    close = [name for name in PROFILES if alone[name] >= max(alone.values()) - 0.02]
    if len(close) == 1:
        return with_profile(template, close[0])
    merged = {name: trials[name].chance(together, 24) for name in close}
    return with_profile(template, max(close, key=lambda name: (merged[name], -PROFILES.index(name))))


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
    run = Trials(template, recipients, alpha, seed=11, organisations=organisations)
    rows = []
    for done, attack in enumerate(rates.attacks):
        progress(done, len(rates.attacks) + 1)
        rows.append(Row(attack.name, run.marks(attack), run.chance(attack, trials)))
    passage, shortest = run.shortest(rates)
    groups, advice = _about_organisations(run, template, rates, rows, trials) if organisations else ((), ())
    progress(len(rates.attacks) + 1, len(rates.attacks) + 1)
    return Forecast(
        recipients=recipients,
        alpha=alpha,
        marks=template.length,
        profile=profile_of(template),
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
    run: Trials, template: Template, rates: Rates, rows: Sequence[Row], trials: int
) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """How often an organisation is named, and what shared marks cost and gain against sealing without them."""
    shared = {row.attack: row.chance_to_name for row in rows}
    plain = run.without_organisations()
    asked = [
        (rates.first(_HALVES), "Half of the text"),
        (rates.first(_COLLEAGUES), "Three colleagues comparing copies"),
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
