"""How much of a marked text is read, and how much of it wrongly, when it surfaces badly damaged."""

import re
from dataclasses import dataclass

import numpy as np
import pytest

from whosecopy.bench.leaks import FOREIGN, misread
from whosecopy.bench.prose import prose
from whosecopy.carriers.text import read_variants
from whosecopy.media.align import align
from whosecopy.model import Site

PAIRS = {
    "because": "since", "while": "whilst", "without": "lacking", "moved": "shifted", "tested": "tried",
    "near": "beside", "and later": "and afterwards", "nobody had": "no one had", "before": "until",
    "repaired": "mended", "collected": "gathered", "for": "over", "as soon as": "once", "at the end": "at the close",
    "inspected": "viewed",
}  # fmt: skip


@dataclass(frozen=True)
class Marked:
    """A master, its sites, one copy of it and where each site stands in the copy."""

    master: str
    sites: list[Site]
    choice: list[int]
    copy: str
    places: list[tuple[int, int]]


def marked(rng: np.random.Generator, sentences: int) -> Marked:
    master = prose(rng, sentences)
    master = re.sub(r" (so|but|yet) ", r", \1 ", master)
    sites = [
        Site("test", found.start(), found.end(), (found.group(), PAIRS[found.group()]))
        for found in re.finditer(r"\b(" + "|".join(PAIRS) + r")\b", master)
    ]
    sites += [Site("test", found.start(), found.end(), (",", "")) for found in re.finditer(",", master)]
    sites.sort(key=lambda site: site.start)
    choice = rng.integers(0, 2, len(sites)).tolist()
    copy, places, at = "", [], 0
    for site, variant in zip(sites, choice, strict=True):
        copy += master[at : site.start]
        places.append((len(copy), len(copy) + len(site.variants[variant])))
        copy += site.variants[variant]
        at = site.end
    return Marked(master, sites, choice, copy + master[at:], places)


@dataclass
class Tally:
    shown: int = 0
    erased: int = 0
    wrong: int = 0
    absent: int = 0
    invented: int = 0

    def add(self, doc: Marked, leak: str, spans: list[tuple[int, int]]) -> None:
        """Count what `leak` says of the sites at least six characters inside `spans` of the copy."""
        rows = read_variants(align(doc.master, leak), doc.sites)
        for row, (start, end), true in zip(rows, doc.places, doc.choice, strict=True):
            read = row[0] != row[1]
            if any(low <= start - 6 and end + 6 <= high for low, high in spans):
                self.shown += 1
                self.erased += not read
                self.wrong += bool(read and row.argmax() != true)
            elif not any(low < end and start < high for low, high in spans):
                self.absent += 1
                self.invented += bool(read)

    def assert_at_most(self, erased: float, wrong: float) -> None:
        assert self.shown > 100
        assert self.erased <= erased * self.shown, self
        assert self.wrong <= wrong * self.shown, self
        assert self.invented <= 0.001 * self.absent, self


@pytest.mark.parametrize(
    ("rate", "erased", "wrong"), [(0.0, 0, 0), (0.02, 0.005, 0.005), (0.05, 0.01, 0.01), (0.1, 0.03, 0.015)]
)
def test_a_whole_copy_that_was_misread(rate, erased, wrong):
    rng, tally = np.random.default_rng(21), Tally()
    for _ in range(6):
        doc = marked(rng, 60)
        tally.add(doc, misread(" ".join(doc.copy.split()), rng, rate), [(0, len(doc.copy))])
    tally.assert_at_most(erased, wrong)


@pytest.mark.parametrize(
    ("rate", "erased", "wrong"), [(0.0, 0.01, 0), (0.02, 0.02, 0.005), (0.05, 0.04, 0.015), (0.1, 0.07, 0.025)]
)
def test_a_quote_of_sixty_words(rate, erased, wrong):
    rng, tally = np.random.default_rng(22), Tally()
    for _ in range(60):
        doc = marked(rng, 40)
        words = [found.span() for found in re.finditer(r"\S+", doc.copy)]
        k = int(rng.integers(len(words) - 60))
        low, high = words[k][0], words[k + 59][1]
        tally.add(doc, misread(doc.copy[low:high], rng, rate), [(low, high)])
    tally.assert_at_most(erased, wrong)


@pytest.mark.parametrize(
    ("rate", "erased", "wrong"), [(0.0, 0.02, 0.005), (0.02, 0.04, 0.01), (0.05, 0.06, 0.015), (0.1, 0.1, 0.025)]
)
def test_three_sentences_in_another_order_within_foreign_text(rate, erased, wrong):
    rng, tally = np.random.default_rng(23), Tally()
    for _ in range(60):
        doc = marked(rng, 40)
        own = [found.span() for found in re.finditer(r"[^.\s][^.]*\.", doc.copy)]
        spans = [own[k] for k in rng.permutation(len(own))[:3]]
        mixed = [doc.copy[low:high] for low, high in spans] + list(FOREIGN[:8])
        leak = " ".join(misread(mixed[k], rng, rate) for k in rng.permutation(len(mixed)))
        tally.add(doc, leak, spans)
    tally.assert_at_most(erased, wrong)


def test_paragraphs_of_two_copies_stitched_together_read_as_either_never_as_neither():
    rng = np.random.default_rng(24)
    one = marked(rng, 40)
    half = len(one.master) // 2
    kept = [k for k, site in enumerate(one.sites) if site.end < half - 20 or site.start > half + 20]
    first = [0] * len(one.sites)
    second = [1] * len(one.sites)
    texts = []
    for choice in (first, second):
        out, at = "", 0
        for site, variant in zip(one.sites, choice, strict=True):
            out += one.master[at : site.start] + site.variants[variant]
            at = site.end
            if site.end < half:
                middle = len(out)
        texts.append((out + one.master[at:], middle))
    leak = texts[0][0][: texts[0][1]] + texts[1][0][texts[1][1] :]
    rows = read_variants(align(one.master, leak), one.sites)
    for k in kept:
        assert rows[k].argmax() == (one.sites[k].start > half)


def test_a_leaker_who_drops_every_third_sentence_leaves_the_rest_readable():
    rng, tally = np.random.default_rng(25), Tally()
    for _ in range(5):
        doc = marked(rng, 60)
        own = [found.span() for found in re.finditer(r"[^.\s][^.]*\.", doc.copy)]
        spans = [span for k, span in enumerate(own) if k % 3]
        tally.add(doc, " ".join(doc.copy[low:high] for low, high in spans), spans)
    tally.assert_at_most(erased=0.02, wrong=0.01)


def test_invisible_characters_and_other_quotes_do_not_hide_a_copy():
    rng = np.random.default_rng(26)
    doc = marked(rng, 30)
    leak = doc.copy.replace("e", "e\u200b").replace(" ", "\u00a0").replace("'", "\u2019").replace("-", "\u2013")
    rows = read_variants(align(doc.master, leak), doc.sites)
    assert rows.argmax(axis=1).tolist() == doc.choice
