"""From a leak's text to the reading of every mark of one template. No codeword is in reach here (V5)."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np

from whosecopy.carriers.registry import load
from whosecopy.carriers.text import evidence
from whosecopy.codes.quantise import quantise
from whosecopy.media.align import AlignedLeak, align
from whosecopy.media.transcription import told_of
from whosecopy.model import Evidence, Floats, MarkCount, MarkTally, Reading, Template, codec
from whosecopy.trace.told import read_told


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """All that a leak shows of one template: the reading, and where each site was seen."""

    template: Template
    aligned: AlignedLeak
    reading: Reading
    evidence: tuple[Evidence, ...]

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


def read_leak(template: Template, leak_text: str) -> Sighting:
    """What `leak_text` shows of `template`; depends on these two values only.

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
    sites = _site_loglik(template, aligned)
    marks = np.zeros((template.length, int(alphabet.max(initial=2))))
    for row, mark in zip(marks, template.marks, strict=True):
        row[: mark.q] = sites[list(mark.sites), : mark.q].sum(axis=0)
    reading = Reading(sha256, quantise(marks, alphabet), alphabet)
    return Sighting(template, aligned, reading, tuple(evidence(aligned, template.sites, sites)))


def _site_loglik(template: Template, aligned: AlignedLeak) -> Floats:
    widest = max((len(site.variants) for site in template.sites), default=2)
    values = np.zeros((len(template.sites), widest))
    for name in sorted({site.carrier for site in template.sites}):
        chosen = [number for number, site in enumerate(template.sites) if site.carrier == name]
        part = load(name).read(aligned, [template.sites[number] for number in chosen])
        values[chosen, : part.shape[1]] = part
    return values


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
