"""Reads a transcription: declared facts that outsiders knew are marks, as sure as a phrase read without errors."""

from dataclasses import dataclass

import numpy as np

from whosecopy.media.transcription import told_in
from whosecopy.model import Evidence, Floats, Template

SURE_NATS = 4.0
_FACT_GROUP = "declared.fact"


@dataclass(frozen=True, slots=True)
class DeclaredFact:
    """A mark whose variants differ in what they say: its name, its place among the marks, what each variant says."""

    name: str
    mark: int
    variants: tuple[tuple[str, ...], ...]

    def variant(self, words: str) -> int | None:
        """Which variant `words` are, blanks and capitals aside; None for none of them, or for more than one."""
        wanted = _plain(words)
        found = [k for k, said in enumerate(self.variants) if wanted in map(_plain, said)]
        return found[0] if len(found) == 1 else None


def declared_facts(template: Template) -> tuple[DeclaredFact, ...]:
    """The declared facts of a document in reading order: by the name of their group, else `fact-1`, `fact-2` ...

    The number counts all declared facts. In a linked group every place has its own words for a variant.
    """
    facts: list[DeclaredFact] = []
    for mark, one in enumerate(template.marks):
        sites = [template.sites[number] for number in one.sites]
        if sites[0].group == _FACT_GROUP:
            said = tuple(tuple(site.variants[k] for site in sites) for k in range(one.q))
            facts.append(DeclaredFact(sites[0].link or f"fact-{len(facts) + 1}", mark, said))
    return tuple(facts)


def read_told(template: Template, text: str) -> tuple[Floats, list[Evidence]]:
    """Log-likelihoods in nats of every variant of every mark, shape (marks, most variants), and where each is told.

    Depends on the transcription and the template only. Flat rows are erasures: facts not told, told in two ways,
    or in words that are no variant, and all marks that are no facts.
    """
    marks = np.zeros((template.length, max((mark.q for mark in template.marks), default=2)))
    seen: dict[int, set[int]] = {}
    places: dict[int, tuple[int, int]] = {}
    by_name = {fact.name: fact for fact in declared_facts(template)}
    for told in told_in(text):
        fact = by_name.get(told.fact)
        variant = fact.variant(told.variant) if fact else None
        if fact is not None and variant is not None:
            seen.setdefault(fact.mark, set()).add(variant)
            places.setdefault(fact.mark, (told.start, told.end))
    evidence = {}
    for mark, variants in seen.items():
        sure = len(variants) == 1
        if sure:
            marks[mark, : template.marks[mark].q] = -SURE_NATS
            marks[mark, min(variants)] = 0.0
        for site in template.marks[mark].sites:
            state, shown = ("read", min(variants)) if sure else ("unclear", -1)
            evidence[site] = Evidence(site, state, *places[mark], shown)
    return marks, [evidence.get(site, Evidence(site, "absent")) for site in range(len(template.sites))]


def _plain(words: str) -> str:
    return " ".join(words.split()).casefold()
