"""`bench layout --coalitions`: people with a copy each put one document together, or average their pictures."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from whosecopy.bench.layout import Setting, Trace, count, drawing, packed, sight
from whosecopy.bench.naming import decide_alone, fresh_codebook
from whosecopy.bench.printing import Draw, Scanner, averaged, merged, scanned, screenshot
from whosecopy.bench.usage import watching
from whosecopy.media.picture.sheet import Grey
from whosecopy.model import Document, Template, Word
from whosecopy.seal.copies import renderer
from whosecopy.seal.sheets import full_pages, marks_on

_FIRST_TRACE = 2
PAGES = 5
_BY: dict[str, Callable[[Word], int]] = {
    "pages": lambda word: word.page,
    "lines": lambda word: word.line,
    "words": lambda word: word.start,
}
_PAD_EM = 0.1
AVERAGE = "pictures averaged"
WAYS = (*(f"{what} merged" for what in _BY), AVERAGE)


def coalitions(
    document: tuple[str, Document, Template],
    sizes: Sequence[int],
    trials: int,
    setting: Setting,
    rng: np.random.Generator,
    ways: Sequence[str] = WAYS,
) -> Iterator[Trace]:
    """Coalitions of every size, `trials` times each of `ways`: five pages, merged and scanned, or averaged.

    Who holds which page, line or word is drawn at random. `named` says that a member was named, `wrong` that
    somebody else was.
    """
    name, master, template = document
    make, pages = renderer(master, template), full_pages(template)[:PAGES]
    for size in sizes:
        for way in ways:
            for _ in range(trials):
                codebook = fresh_codebook(template, rng, setting.recipients)
                guilty = [int(index) for index in rng.choice(setting.recipients, size, replace=False)]
                held = [codebook.variants(index, 1)[0] for index in guilty]
                copies = [make(variants) for variants in held]
                files = [packed(_picture(copies, template, page, way, rng)) for page in pages]
                with watching() as usage:
                    sighting = sight(template, master.source, files)
                decision = decide_alone(sighting, codebook, setting.recipients, setting.alpha / _FIRST_TRACE)
                indices = {one.index for one in decision.named}
                alike = np.all([one == held[0] for one in held], axis=0)
                levels = count(sighting, held[0], alike & marks_on(template, pages))
                found, innocent = bool(sighting.marks_read), indices.difference(guilty)
                attack = f"{way}, {size} copies"
                yield Trace(name, attack, found, bool(indices.intersection(guilty)), bool(innocent), levels, usage)


def _picture(copies: Sequence[bytes], template: Template, page: int, way: str, rng: np.random.Generator) -> Grey:
    draws = [drawing(copy, page) for copy in copies]
    if way == AVERAGE:
        return screenshot(averaged(draws), 96)
    boxes, holders = _holders(template, page, _BY[way.partition(" ")[0]], len(copies), rng)
    together: Draw = merged(draws, boxes, holders)
    return scanned(together, Scanner(150), rng)


def _holders(
    template: Template, page: int, by: Callable[[Word], int], size: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """The boxes of a page's words, in shares of its sides, and from whose copy each is taken."""
    words = [word for word in template.layout.words if word.page == page]
    owner = {key: int(rng.integers(size)) for key in dict.fromkeys(by(word) for word in words)}
    width, height = template.layout.pages_pt[page]
    boxes = np.array([_padded(word) for word in words]) / (width, height, width, height)
    return np.clip(boxes, 0, 1), np.array([owner[by(word)] for word in words], dtype=np.intp)


def _padded(word: Word) -> tuple[float, float, float, float]:
    pad = _PAD_EM * word.size_pt
    left, top, right, bottom = word.box_pt
    return left - pad, top - pad, right + pad, bottom + pad
