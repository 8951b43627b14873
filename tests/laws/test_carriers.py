"""Laws that every registered carrier keeps, on documents of our own in several styles."""

import itertools
import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import pytest

from whosecopy.carriers.base import Carrier
from whosecopy.carriers.english import TextCarrier
from whosecopy.carriers.registry import carriers, load, survey
from whosecopy.media.align import align
from whosecopy.media.dispatch import open_document, render
from whosecopy.media.normal import normalise
from whosecopy.model import Document, Site

CORPUS = Path(os.environ.get("WHOSECOPY_CORPUS", Path(__file__).parents[3] / "shared" / "corpus"))
FOLDER = Path(__file__).parent.parent / "documents"
ENGLISH = ("memo.txt", "newsletter.txt", "policy.md", "report.txt")
SEARCHING = tuple(
    replace(c, passes=lambda carrier, rule: True) if isinstance(c, TextCarrier) else c
    for c in carriers()
    if c.name != "declared"
)
"""All families with all their rules: the laws hold for those that the gate has not let through too."""

every_carrier = pytest.mark.parametrize("carrier", SEARCHING, ids=lambda c: c.name)
every_document = pytest.mark.parametrize("name", ENGLISH)


@cache
def document(name: str) -> Document:
    return open_document((FOLDER / name).read_bytes(), name)


def choices(sites: Sequence[Site], rng: Random) -> list[int]:
    """A random variant for every site, the same for linked ones."""
    drawn: dict[object, int] = {}
    keys = [(s.carrier, s.link) if s.link else number for number, s in enumerate(sites)]
    return [drawn.setdefault(key, rng.randrange(len(s.variants))) for key, s in zip(keys, sites, strict=True)]


def marked(master: Document, sites: Sequence[Site], shown: Sequence[int], name: str) -> Document:
    """The copy as its reader opens it."""
    for family in {site.carrier for site in sites}:
        mine = [k for k, site in enumerate(sites) if site.carrier == family]
        master = load(family).write(master, [sites[k] for k in mine], [shown[k] for k in mine])
    return open_document(render(master), name)


def essence(start: int, site: Site) -> tuple[int, str, frozenset[str]]:
    """What a site offers, whatever its marks look like typographically."""
    return start, site.carrier, frozenset(normalise(f"x{v}x").text for v in site.variants)


def moved(sites: Sequence[Site], shown: Sequence[int]) -> set[tuple[int, str, frozenset[str]]]:
    """The sites where they stand in the copy."""
    out, shift = set(), 0
    for site, choice in zip(sites, shown, strict=True):
        out.add(essence(site.start + shift, site))
        shift += len(site.variants[choice]) - (site.end - site.start)
    return out


def test_every_family_finds_sites_in_our_documents() -> None:
    found = Counter(site.carrier for name in ENGLISH for c in SEARCHING for site in c.sites(document(name)))
    assert {c.name for c in SEARCHING} == set(found)


@every_carrier
@every_document
def test_what_is_written_is_read_back(carrier: Carrier, name: str) -> None:
    master = document(name)
    sites = carrier.sites(master)
    rng = Random(7)
    for _ in range(3):
        shown = choices(sites, rng)
        copy = marked(master, sites, shown, name)
        loglik = carrier.read(align(master.text, copy.text), sites)
        read = loglik.max(axis=1, initial=-np.inf) > loglik.min(axis=1, initial=np.inf)
        wrong = [s for s, row, c, r in zip(sites, loglik, shown, read, strict=True) if r and row.argmax() != c]
        assert wrong == []
        kinds = len({(s.locator, c) for s, c in zip(sites, shown, strict=True)})
        if not carrier.name.startswith("typography.") or kinds > len({s.locator for s in sites}):
            assert read.sum() >= 0.8 * len(sites) or carrier.name.startswith("typography.")


@every_document
def test_all_carriers_together_are_read_back(name: str) -> None:
    master = document(name)
    sites = survey(master, SEARCHING)
    rng = Random(11)
    for _ in range(3):
        shown = choices(sites, rng)
        aligned = align(master.text, marked(master, sites, shown, name).text)
        read = 0
        for family in SEARCHING:
            mine = [k for k, site in enumerate(sites) if site.carrier == family.name]
            loglik = family.read(aligned, [sites[k] for k in mine])
            for k, row in zip(mine, loglik, strict=True):
                if row.max() > row.min():
                    assert row.argmax() == shown[k], sites[k]
                    read += 1
        assert read >= 0.85 * len(sites)


@every_carrier
@every_document
def test_the_same_document_gives_the_same_sites(carrier: Carrier, name: str) -> None:
    first = carrier.sites(document(name))
    again = carrier.sites(open_document((FOLDER / name).read_bytes(), name))
    assert first == again
    assert first == sorted(first, key=lambda s: (s.start, s.end))
    assert all(s.variants[0] == document(name).text[s.start : s.end] for s in first)
    assert all(len(set(s.variants)) == len(s.variants) >= 2 for s in first)


@every_carrier
@every_document
def test_sites_survive_marking(carrier: Carrier, name: str) -> None:
    master = document(name)
    sites = carrier.sites(master)
    rng = Random(3)
    for round_ in range(4):
        shown = choices(sites, rng) if round_ else [len(s.variants) - 1 for s in sites]
        copy = marked(master, sites, shown, name)
        assert {essence(s.start, s) for s in carrier.sites(copy)} == moved(sites, shown)


@every_document
def test_sites_survive_marking_by_all_carriers(name: str) -> None:
    master = document(name)
    sites = survey(master, SEARCHING)
    rng = Random(5)
    for round_ in range(8):
        shown = choices(sites, rng) if round_ else [len(s.variants) - 1 for s in sites]
        copy = marked(master, sites, shown, name)
        assert {essence(s.start, s) for s in survey(copy, SEARCHING)} == moved(sites, shown)


@every_carrier
def test_an_unrelated_leak_reads_flat(carrier: Carrier) -> None:
    for name, other in zip(ENGLISH, ENGLISH[1:] + ENGLISH[:1], strict=True):
        sites = carrier.sites(document(name))
        assert not carrier.read(align(document(name).text, document(other).text), sites).any()


@every_document
def test_sites_lie_apart_and_touch_nothing_protected(name: str) -> None:
    master = document(name)
    sites = survey(master, SEARCHING)
    assert all(b.start - a.end >= 2 for a, b in itertools.pairwise(sites))
    protected = set().union(*(range(a, b) for a, b in master.protected))
    assert not protected & set().union(*(range(s.start, s.end) for s in sites))


@every_document
def test_what_a_reader_sees_is_unchanged_but_for_the_sites(name: str) -> None:
    master = document(name)
    sites = survey(master, SEARCHING)
    shown = [len(s.variants) - 1 for s in sites]
    copy = marked(master, sites, shown, name).text
    at = shift = 0
    for site, choice in zip(sites, shown, strict=True):
        assert copy[at + shift : site.start + shift] == master.text[at : site.start]
        shift += len(site.variants[choice]) - (site.end - site.start)
        at = site.end
    assert copy[at + shift :] == master.text[at:]
    assert copy.count("\n") == master.text.count("\n")


WORDS = {"two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
         "ten": "10", "eleven": "11", "twelve": "12"}  # fmt: skip
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"


def numbers(text: str) -> Counter[str]:
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", text.lower())
    return Counter(WORDS.get(word, word) for word in re.findall(r"\d+|" + "|".join(rf"\b{w}\b" for w in WORDS), plain))


def denials(text: str) -> int:
    plain = text.lower().replace("’", "'")
    return len(re.findall(r"n't\b|\bnot\b|cannot\b|\bno\b|\bnobody\b|\bnever\b|\bnor\b|\bnone\b|\bnothing\b", plain))


def names(text: str) -> Counter[str]:
    """Capitalised words that begin no sentence."""
    return Counter(re.findall(r"(?<=[a-z,] )(?!I\b)[A-Z][\w-]+", text))


def quoted(text: str) -> list[str]:
    return re.findall(r"[\"“]([^\"“”]+)[\"”]", text)


@every_document
def test_numbers_names_denials_and_quotations_keep_their_meaning(name: str) -> None:
    master = document(name)
    sites = survey(master, SEARCHING)
    rng = Random(13)
    for _ in range(6):
        copy = marked(master, sites, choices(sites, rng), name).text
        assert numbers(copy) == numbers(master.text)
        assert denials(copy) == denials(master.text)
        assert quoted(copy) == quoted(master.text)
        months = re.compile(MONTHS)
        assert months.findall(copy) == months.findall(master.text)
        ours = {n: k for n, k in names(copy).items() if not months.fullmatch(n) and n != "US"}
        theirs = {n: k for n, k in names(master.text).items() if not months.fullmatch(n) and n != "US"}
        assert ours == theirs


@every_carrier
def test_another_language_is_left_alone(carrier: Carrier) -> None:
    master = document("bericht.txt")
    assert {block.language for block in master.blocks} == {"de"}
    assert carrier.sites(master) == []


@every_carrier
def test_headings_quotes_and_code_are_left_alone(carrier: Carrier) -> None:
    quiet = [b for name in ENGLISH for b in document(name).blocks if b.kind in ("heading", "quote", "code", "matter")]
    assert quiet
    for name in ENGLISH:
        still = [b for b in document(name).blocks if b.kind in ("heading", "quote", "code", "matter")]
        for site in carrier.sites(document(name)):
            assert not any(b.start <= site.start < b.end for b in still)


if CORPUS.is_dir():

    @pytest.mark.corpus
    @pytest.mark.parametrize("path", sorted((CORPUS / "text").iterdir()), ids=lambda path: path.name)
    def test_sites_of_a_real_text_survive_marking(path: Path) -> None:
        master = open_document(path.read_bytes(), path.name)
        sites = survey(master, SEARCHING)
        assert len(sites) > 20
        shown = choices(sites, Random(17))
        copy = marked(master, sites, shown, path.name)
        assert {essence(s.start, s) for s in survey(copy, SEARCHING)} == moved(sites, shown)
