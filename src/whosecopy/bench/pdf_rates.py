"""`bench pdf --out`: how often marks of a layout are read from a PDF that leaked as a file."""

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from whosecopy.bench.pdf_leaks import pdf_leaks
from whosecopy.bench.rates import Levels
from whosecopy.bench.typeset import article, letter
from whosecopy.carriers.layout import place
from whosecopy.codes.codebook import make_codebook
from whosecopy.codes.keys import draw_secrets
from whosecopy.media.dispatch import open_document
from whosecopy.media.leak import open_leak
from whosecopy.model import Document, Template
from whosecopy.seal.copies import renderer
from whosecopy.seal.declare import Prepared
from whosecopy.seal.plan import Progress
from whosecopy.seal.rates import Attack, Rates
from whosecopy.trace.read import read_leak
from whosecopy.vault.sealing import SealOptions, survey_master

_ROWS = (
    ("the file, saved again", "whole", 1),
    ("half of the file", "half", 1),
    ("one page of the file", "sheet", 1),
    ("files of 2 merged", "whole", 2),
    ("files of 3 merged", "whole", 3),
)
_LOST = ("retype", "whole", 1)


def measure(
    documents: Sequence[tuple[Document, Template]],
    rng: np.random.Generator,
    copies: int,
    now: str,
    command: str,
    progress: Progress,
) -> Rates:
    """The rates over `copies` copies of each document, each leaked in every way that can be gone here.

    Text that was retyped keeps nothing of a layout: every mark is erased.
    """
    levels: Levels = defaultdict(Counter)
    ways = pdf_leaks()
    done, total = 0, len(documents) * copies * len(ways)
    for master, template in documents:
        make = renderer(master, template)
        for _ in range(copies):
            variants = make_codebook(template, draw_secrets(rng.bytes)).variants(0, 1)[0]
            copy = make(variants)
            for leak in ways.values():
                count(levels, template, variants, leak(copy))
                done += 1
                progress(done, total)
    shares: dict[str, tuple[tuple[float, float], ...]] = {
        carrier: tuple((nats, seen / counts.total()) for nats, seen in sorted(counts.items()))
        for carrier, counts in sorted(levels.items())
    }
    erased: tuple[tuple[float, float], ...] = ((0.0, 1.0),)
    lost = dict.fromkeys(shares, erased)
    attacks = [Attack(name, part, size, shares) for name, part, size in _ROWS]
    return Rates(now, command, (*attacks, Attack(*_LOST, lost)))


def measure_articles(copies: int, seed: int, now: str, command: str, progress: Progress) -> Rates:
    """`measure` on two articles and a letter that are typeset here."""
    documents = []
    for data in (article(seed), letter(seed + 1), article(seed + 2)):
        master = open_document(data, "article.pdf")
        documents.append((master, survey_master(Prepared(master, ()), SealOptions())))
    return measure(documents, np.random.default_rng(seed), copies, now, command, progress)


def count(levels: Levels, template: Template, variants: np.ndarray, leak: bytes) -> None:
    """Read one leaked file and count how clearly each mark on its pages speaks for what its copy shows."""
    opened = open_leak(leak, "leak.pdf")
    sighting = read_leak(template, opened.text, opened.pages)
    shown = _shown(template, opened.text)
    marks = zip(template.marks, template.mark_carriers, sighting.reading.levels_nats, variants, strict=True)
    for mark, carrier, row, truth in marks:
        pages = {template.layout.words[place(template.sites[site])[0]].page for site in mark.sites}
        if not pages.isdisjoint(shown):
            levels[carrier][float(row[truth] - row[1 - truth])] += 1


def _shown(template: Template, text: str) -> set[int]:
    """The pages of the master whose text is in the leak."""
    said = set(text.split())
    texts = [template.text[start:end].split() for start, end in template.blocks]
    return {number for number, words in enumerate(texts) if 2 * sum(word in said for word in words) > len(words)}
