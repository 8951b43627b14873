"""From a leak's text to the reading of every mark of one template. No codeword is in reach here (V5)."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from whosecopy.carriers.layout import reaches
from whosecopy.carriers.registry import is_layout, layout_carrier, load
from whosecopy.carriers.text import evidence
from whosecopy.codes.quantise import quantise
from whosecopy.media.align import AlignedLeak, align
from whosecopy.media.pdf.looks import looks_of
from whosecopy.media.transcription import told_of
from whosecopy.model import Evidence, Floats, Looks, MarkCount, MarkTally, Reading, SeenPage, Template, codec
from whosecopy.model.measured import Measured
from whosecopy.trace.told import read_told

_MOVED = ("layout.word_",)


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """All that a leak shows of one template: the reading, and where each site was seen.

    `at_rest` marks are seen clearly where the master has them, which no copy does: erasures. `heirs` are the
    documents that took marks over from a copy, for which these were erased.
    """

    template: Template
    aligned: AlignedLeak
    reading: Reading
    evidence: tuple[Evidence, ...]
    at_rest: int = 0
    heirs: tuple[str, ...] = ()

    @property
    def marks_read(self) -> int:
        """How many marks were read."""
        return int(self.reading.read.sum())

    def without(self, sites: AbstractSet[int]) -> "Sighting":
        """The same with every mark that uses one of `sites` erased."""
        levels = self.reading.levels_nats.copy()
        for row, mark in zip(levels, self.template.marks, strict=True):
            if not sites.isdisjoint(mark.sites):
                row[:] = 0.0
        return replace(self, reading=replace(self.reading, levels_nats=levels))


def read_leak(
    template: Template, leak_text: str, pages: Sequence[SeenPage] = (), measured: Sequence[Measured] = ()
) -> Sighting:
    """What a leak shows of `template`: its text, its pages, its pictures as measured; depends on these values only.

    A transcription of what outsiders knew is read fact by fact, any other text by laying it beside the master.
    """
    alphabet = np.array([mark.q for mark in template.marks], dtype=np.uint8)
    sha256 = codec.digest(template).hex()
    if told_of(leak_text):
        told, seen = read_told(template, leak_text)
        return Sighting(
            template, align(template.text, ""), Reading(sha256, quantise(told, alphabet), alphabet), tuple(seen)
        )
    aligned = align(template.text, leak_text)
    looks = _looks(template, sha256, pages, measured)
    sites = _site_loglik(template, aligned, looks)
    reading = Reading(sha256, quantise(_mark_loglik(template, sites), alphabet), alphabet)
    at_rest = _at_rest(template, looks, reading)
    return Sighting(template, aligned, reading, _evidence(template, aligned, sites, reading), at_rest)


def likely_wording(template: Template, leak_text: str) -> NDArray[np.uint8]:
    """The variant that each mark of wording most likely shows in a leak, the master's where it shows none: (m,)."""
    nothing = Looks.nothing(len(template.layout.words))
    marks = _mark_loglik(template, _site_loglik(template, align(template.text, leak_text), nothing))
    likely = [int(row[: mark.q].argmax()) for row, mark in zip(marks, template.marks, strict=True)]
    return np.array(likely, dtype=np.uint8)


def _looks(template: Template, sha256: str, pages: Sequence[SeenPage], measured: Sequence[Measured]) -> Looks:
    """What the pages and the pictures of a leak show of the words of a template, if these have places.

    Pages with text are exact: pictures tell only of words that such pages do not show. The pages of documents that
    were set anew are among what was measured.
    """
    layout = template.layout
    mine = next((one for one in measured if one.template_sha256 == sha256), None)
    looks = mine.looks(len(layout.words)) if mine else Looks.nothing(len(layout.words))
    if not layout.words or not pages or layout.engine:
        return looks
    marked = [site for site in template.sites if is_layout(site.carrier)]
    return looks_of(pages, template.text, layout, *reaches(layout, marked)).or_else(looks)


def _site_loglik(template: Template, aligned: AlignedLeak, looks: Looks) -> Floats:
    widest = max((len(site.variants) for site in template.sites), default=2)
    values = np.zeros((len(template.sites), widest))
    for name in sorted({site.carrier for site in template.sites}):
        chosen = [number for number, site in enumerate(template.sites) if site.carrier == name]
        mine = [template.sites[number] for number in chosen]
        layout = is_layout(name)
        part = layout_carrier(name).read(looks, template.layout, mine) if layout else load(name).read(aligned, mine)
        values[chosen, : part.shape[1]] = part
    return values


def _mark_loglik(template: Template, sites: Floats) -> Floats:
    """What all sites of each mark say together: (m, q_max)."""
    marks = np.zeros((template.length, max((mark.q for mark in template.marks), default=2)))
    for row, mark in zip(marks, template.marks, strict=True):
        row[: mark.q] = sites[list(mark.sites), : mark.q].sum(axis=0)
    return marks


def _evidence(template: Template, aligned: AlignedLeak, sites: Floats, reading: Reading) -> tuple[Evidence, ...]:
    """Where each site was seen: in the text of the leak, or on its pages, which have no characters to point at."""
    text = [number for number, site in enumerate(template.sites) if not is_layout(site.carrier)]
    found = evidence(aligned, [template.sites[number] for number in text], sites[text])
    in_text = [replace(one, site=number) for one, number in zip(found, text, strict=True)]
    sure = {number for mark, read in zip(template.marks, reading.read, strict=True) if read for number in mark.sites}
    on_page = [
        _on_page(number, sites[number], number in sure)
        for number, site in enumerate(template.sites)
        if is_layout(site.carrier)
    ]
    return tuple(sorted([*in_text, *on_page], key=lambda one: one.site))


def _on_page(number: int, row: Floats, sure: bool) -> Evidence:
    """What a page shows of one site; `sure` where its mark is read in the end."""
    if row.max() == row.min():
        return Evidence(number, "absent")
    return Evidence(number, "read", variant=int(row.argmax())) if sure else Evidence(number, "unclear")


def _at_rest(template: Template, looks: Looks, reading: Reading) -> int:
    """How many moved words, of marks that were not read, are seen where the master has them."""
    unread = [mark for mark, seen in zip(template.marks, reading.read, strict=True) if not seen]
    moved = [[template.sites[k] for k in mark.sites if template.sites[k].carrier.startswith(_MOVED)] for mark in unread]
    return sum(
        bool(layout_carrier(sites[0].carrier).at_rest(looks, template.layout, sites).any()) for sites in moved if sites
    )


def tally(sighting: Sighting) -> MarkTally:
    """How many marks were read, in all and by carrier."""
    read = sighting.reading.read
    carriers = sighting.template.mark_carriers
    by_carrier = {
        name: MarkCount(
            sum(bool(seen) for seen, carrier in zip(read, carriers, strict=True) if carrier == name),
            carriers.count(name),
        )
        for name in sorted(set(carriers))
    }
    total, seen = len(read), int(read.sum())
    return MarkTally(total, seen, total - seen, by_carrier)
