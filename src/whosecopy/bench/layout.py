"""`bench layout`: pages of sealed PDFs surface as pictures and are traced through what a trace uses.

A leak is one picture of one page (two, where the way says so) of one copy under fresh keys. The page is drawn from
the copy, degraded, read by `trace.pictures` and `trace.read`, decided by `codes.decide`: all but the database and
the look-up of the document.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from whosecopy.bench.layout_ways import FORECAST, WAYS, By, Way
from whosecopy.bench.naming import decide_alone, fresh_codebook
from whosecopy.bench.printing import Draw, part
from whosecopy.bench.usage import Usage, watching
from whosecopy.errors import InputError
from whosecopy.media.leak import PagePicture, open_leak
from whosecopy.media.picture.draw import draw_page
from whosecopy.media.picture.sheet import Grey
from whosecopy.model import Document, Template
from whosecopy.seal.copies import renderer
from whosecopy.seal.forecast import choose_profile
from whosecopy.seal.rates import Attack, Rates, measured_rates
from whosecopy.seal.sheets import Shown, full_pages, marks_on
from whosecopy.stats.intervals import clopper_pearson
from whosecopy.trace.pictures import measure_pictures
from whosecopy.trace.read import Sighting, read_leak

_FIRST_TRACE = 2
"""The first trace of an exhibit is tested at alpha / 2 (STATISTICS V11)."""
Levels = Mapping[str, Mapping[float, int]]
"""For each carrier how often each level in nats was seen; negative ones speak for what the copy does not show."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Copies issued, and the level that somebody is named at."""

    recipients: int = 1000
    alpha: float = 1e-6


@dataclass(frozen=True, slots=True)
class Trace:
    """One leak: whether its page was found, a copy used was named, one not used was named, and how marks were read.

    `levels` are those of the marks on the part of the page that was shown; `usage` is what it took to read the picture.
    """

    document: str
    attack: str
    found: bool
    named: bool
    wrong: bool
    levels: Levels
    usage: Usage = field(default_factory=Usage)


def traces(
    document: tuple[str, Document, Template],
    ways: Sequence[Way],
    trials: int,
    setting: Setting,
    rng: np.random.Generator,
) -> Iterator[Trace]:
    """Every way gone `trials` times with copies of one document, each under fresh keys.

    Pages are drawn at random among those with at least half as many marked places as the page that has most.
    """
    name, master, template = document
    make = renderer(master, template)
    pages = full_pages(template)
    for way in ways:
        for _ in range(trials):
            if len(pages) < way.pages:
                continue
            codebook = fresh_codebook(template, rng, setting.recipients)
            guilty = int(rng.integers(setting.recipients))
            variants = codebook.variants(guilty, 1)[0]
            copy, box = make(variants), way.box(rng)
            shown = [int(page) for page in rng.choice(pages, way.pages, replace=False)]
            picture = way.seen([part(drawing(copy, page, way.by), box) for page in shown], rng)
            file = packed(picture)
            with watching() as usage:
                sighting = sight(template, master.source, [file])
            decision = decide_alone(sighting, codebook, setting.recipients, setting.alpha / _FIRST_TRACE)
            indices = {one.index for one in decision.named}
            levels = count(sighting, variants, marks_on(template, shown, box))
            found = bool(sighting.marks_read)
            yield Trace(name, way.name, found, guilty in indices, bool(indices - {guilty}), levels, usage)


def planned(document: tuple[str, Document, Template], setting: Setting) -> tuple[str, Document, Template]:
    """The document under the profile that `seal` would choose for it."""
    name, master, template = document
    found = choose_profile(template, setting.recipients, setting.alpha, measured_rates(pages=True), None)
    return name, master, found


def drawing(copy: bytes, page: int, by: By = draw_page) -> Draw:
    """A page of a copy, drawn at any resolution by a program."""
    return lambda dpi: by(copy, page, dpi / 72, "the copy")


def packed(picture: Grey) -> bytes:
    """A picture as a file."""
    import cv2

    return bytes(cv2.imencode(".png", picture)[1].tobytes())


def sight(template: Template, master: bytes, files: Sequence[bytes]) -> Sighting:
    """What a trace reads from files of pictures."""
    taken = [page for file in files for page in _opened(file)]
    return read_leak(template, "", (), (measure_pictures(template, master, taken),))


def _opened(file: bytes) -> tuple[PagePicture, ...]:
    """The picture with the words that OCR reads in it; nothing where OCR reads none."""
    with suppress(InputError):
        return open_leak(file, "leak.png").pictures
    return ()


def count(sighting: Sighting, variants: NDArray[np.uint8], shown: Shown) -> Levels:
    """How clearly each mark that was `shown` speaks for the variant of its copy."""
    levels: dict[str, Counter[float]] = defaultdict(Counter)
    carriers, rows = sighting.template.mark_carriers, sighting.reading.levels_nats
    for mark in np.flatnonzero(shown):
        truth = int(variants[mark])
        levels[carriers[mark]][float(rows[mark, truth] - rows[mark, 1 - truth])] += 1
    return levels


def rows(seen: Sequence[Trace]) -> list[dict[str, object]]:
    """One row for each document and way, and one for several documents: names, and shares of marks misread or erased.

    Processor time is the median and the 90th percentile, with all child processes; memory is the most at one time.
    `wrong` of a carrier is the share of its marks that were read wrong among those that were read.
    """
    groups: dict[tuple[str, str], list[Trace]] = defaultdict(list)
    for one in seen:
        groups[one.document, one.attack].append(one)
    for one in seen if len({one.document for one in seen}) > 1 else ():
        groups["all", one.attack].append(one)
    carriers = sorted({carrier for one in seen for carrier in one.levels})
    return [
        {
            "document": document,
            "attack": attack,
            "traces": len(group),
            "found": sum(one.found for one in group),
            "named": sum(one.named for one in group),
            "wrong_names": sum(one.wrong for one in group),
            **_taken(group),
            **{name: share for carrier in carriers for name, share in _shares(group, carrier)},
        }
        for (document, attack), group in groups.items()
    ]


def _taken(group: Sequence[Trace]) -> dict[str, float]:
    """Processor time for a picture, half of them and nine in ten; and the most memory."""
    middle, most = np.quantile([one.usage.cpu_s for one in group], (0.5, 0.9))
    memory = max(one.usage.peak_bytes for one in group)
    return {"cpu_s": round(float(middle), 1), "cpu_s p90": round(float(most), 1), "MiB": round(memory / 2**20)}


def _shares(group: Sequence[Trace], carrier: str) -> Iterator[tuple[str, float]]:
    pooled = _pooled(group, carrier)
    read = pooled.total() - pooled[0.0]
    short = carrier.rpartition(".")[2]
    yield f"{short} wrong", round(sum(n for nats, n in pooled.items() if nats < 0) / max(read, 1), 4)
    yield f"{short} erased", round(pooled[0.0] / max(pooled.total(), 1), 4)


def _pooled(group: Sequence[Trace], carrier: str) -> Counter[float]:
    pooled: Counter[float] = Counter()
    for one in group:
        pooled.update(one.levels.get(carrier, {}))
    return pooled


def totals(seen: Sequence[Trace]) -> tuple[int, int, float]:
    """Traces, those with a wrong name, and the 95 % upper limit of the chance of one."""
    wrong = sum(one.wrong for one in seen)
    return len(seen), wrong, clopper_pearson(wrong, len(seen), 0.95)[1] if seen else 1.0


def rates(seen: Sequence[Trace], now: str, command: str) -> Rates:
    """The rows of a forecast for pictures of pages.

    Levels are those of leaks whose page was found; how often it was not is `lost`.
    """
    attacks = []
    for name in FORECAST:
        group = [one for one in seen if one.attack == name]
        found = [one for one in group if one.found]
        if not found:
            continue
        levels = {}
        for carrier in sorted({carrier for one in found for carrier in one.levels}):
            pooled = _pooled(found, carrier)
            levels[carrier] = tuple((nats, n / pooled.total()) for nats, n in sorted(pooled.items()))
        part_shown = "quarter" if WAYS[name].quarter else "sheet"
        attacks.append(Attack(name, part_shown, 1, levels, lost=1 - len(found) / len(group)))
    return Rates(now, command, tuple(attacks))
