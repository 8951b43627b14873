"""`bench rates`: how often each carrier's marks are read right, wrong or not at all, attack by attack.

The result is the data that forecasts rest on (`seal/rates.json`). Measure on one set of documents and
score forecasts on another.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress

import numpy as np

from whosecopy.bench.leaks import LEAKS, Leak, pages
from whosecopy.carriers.writing import marked
from whosecopy.codes.codebook import make_codebook
from whosecopy.codes.keys import draw_secrets
from whosecopy.errors import InputError
from whosecopy.media.leak import open_leak
from whosecopy.model import Document, Template
from whosecopy.seal.plan import Progress
from whosecopy.seal.rates import Attack, Rates
from whosecopy.trace.read import read_leak

Levels = dict[str, Counter[float]]
"""For each carrier how often each level in nats was seen."""

_ROWS = (
    ("paste", "whole", 1, "paste"),
    ("retype", "whole", 1, "retype"),
    ("half of the text", "half", 1, "retype"),
    ("one page", "page", 1, "retype"),
    ("one paragraph", "paragraph", 1, "retype"),
    ("half the sentences, shuffled", "whole", 1, "half the sentences, shuffled"),
    ("2 % misread", "whole", 1, "2 % misread"),
    ("5 % misread", "whole", 1, "5 % misread"),
    ("10 % misread", "whole", 1, "10 % misread"),
    ("photo read by OCR", "whole", 1, "photo read by OCR"),
    ("coalition of 2", "whole", 2, "retype"),
    ("coalition of 3", "whole", 3, "retype"),
)
"""Attack, part of the text, copies merged, and the kind of leak whose levels hold."""
PHOTO = "photo read by OCR"


def measure(
    documents: Sequence[tuple[Document, Template]],
    rng: np.random.Generator,
    copies: int,
    photos: int,
    now: str,
    command: str,
    progress: Progress,
) -> Rates:
    """The rates over `copies` leaks of each document and kind, and `photos` photographed ones."""
    kinds = dict.fromkeys(kind for *_, kind in _ROWS)
    plan = [(kind, leak_of(kind), photos if kind == PHOTO else copies) for kind in kinds]
    seen: dict[str, Levels] = {name: defaultdict(Counter) for name, _, _ in plan}
    total = len(documents) * sum(count for _, _, count in plan)
    done = 0
    for master, template in documents:
        for name, leak, count in plan:
            for _ in range(count):
                _add(seen[name], master, template, leak, rng)
                done += 1
                progress(done, total)
    attacks = tuple(Attack(row, part, coalition, _shares(seen[kind])) for row, part, coalition, kind in _ROWS)
    return Rates(now, command, attacks)


def leak_of(kind: str) -> Leak:
    """The leak of this name."""
    return photographed if kind == PHOTO else LEAKS[kind]


def photographed(text: str, rng: np.random.Generator) -> str:
    """The text typeset, photographed (simulated) and read by OCR; a page that cannot be read adds nothing."""
    found = []
    for page in pages(text, rng):
        with suppress(InputError):
            found.append(open_leak(page, "page.jpg").text)
    return "\n\n".join(found)


def sealed_copy(master: Document, template: Template, rng: np.random.Generator) -> tuple[str, np.ndarray]:
    """The reading text of one copy under fresh keys, and the variants that its marks show: shape (m,)."""
    codebook = make_codebook(template, draw_secrets(rng.bytes))
    variants = codebook.variants(0, 1)[0]
    return marked(master, template, variants).edited_text(), variants


def _add(levels: Levels, master: Document, template: Template, leak: Leak, rng: np.random.Generator) -> None:
    """Read one leak and count how clearly each mark speaks for the variant that its copy shows."""
    text, variants = sealed_copy(master, template, rng)
    reading = read_leak(template, leak(text, rng)).reading
    seen = zip(template.mark_carriers, template.marks, reading.levels_nats, variants, strict=True)
    for carrier, mark, row, truth in seen:
        others = np.delete(row[: mark.q], truth)
        levels[carrier][float(row[truth] - others.max())] += 1


def _shares(levels: Levels) -> dict[str, tuple[tuple[float, float], ...]]:
    return {
        carrier: tuple((nats, count / counts.total()) for nats, count in sorted(counts.items()))
        for carrier, counts in sorted(levels.items())
    }
