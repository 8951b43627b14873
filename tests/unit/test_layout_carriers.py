"""Laws of the layout carriers: what they write is read back from looks, and nothing else is read."""

from dataclasses import replace

import numpy as np
import pytest

from whosecopy.carriers.layout import LUMINANCE, MOST_MARKS, WORD_X, WORD_Y, LayoutFamily, reaches
from whosecopy.carriers.registry import layout_carriers
from whosecopy.model import Document, Layout, Looks, Word

FAMILIES = (WORD_X, WORD_Y, LUMINANCE)
every_family = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)


def master(words: int) -> Document:
    """A document of short words in lines of ten, every fourth of them not free to move."""
    text = " ".join(f"w{k:05d}" for k in range(words))
    layout = Layout(
        tuple(
            Word(
                7 * k, 7 * k + 6, k // 500, (50.0 * (k % 10), 14.0 * (k // 10 % 50), 50.0 * (k % 10) + 40, 10.0), 10.0,
                k // 10, 0, 0.045 if k % 4 else 0.0, bool(k % 4), bool(k % 4),
            )
            for k in range(words)
        ),
        ((600.0, 800.0),) * (words // 500 + 1),
    )  # fmt: skip
    return Document("application/pdf", text, (), ((0, len(text)),), (), b"", layout=layout)


def looks(document: Document, noise_pt: float = 0.0, seed: int = 0) -> Looks:
    """What a reader of leaks measures of a copy, with normal errors of `noise_pt`."""
    rng = np.random.default_rng(seed)
    words = document.layout.words
    along, up, grey = np.zeros(len(words)), np.zeros(len(words)), np.zeros(len(words))
    for shift in document.shifts:
        along[shift.word], up[shift.word] = shift.along_em * 10, shift.up_em * 10
        grey[shift.word] = shift.grey
    sigma = np.full(len(words), max(noise_pt, 0.03))
    noise = rng.normal(0, noise_pt, (2, len(words))) if noise_pt else np.zeros((2, len(words)))
    return Looks(along + noise[0], up + noise[1], grey, sigma, sigma, np.full(len(words), 0.02))


def written(family: LayoutFamily, document: Document, seed: int) -> tuple[Document, np.ndarray]:
    sites = family.sites(document)
    variants = np.random.default_rng(seed).integers(0, 2, len(sites))
    return family.write(document, sites, variants.tolist()), variants


def test_the_registered_carriers_are_these():
    assert {carrier.name for carrier in layout_carriers()} == {family.name for family in FAMILIES}


@every_family
def test_what_is_written_is_read_back(family):
    document = master(400)
    copy, variants = written(family, document, 1)
    loglik = family.read(looks(copy), document.layout, family.sites(document))
    assert (np.ptp(loglik, axis=1) > 4).all()
    assert (loglik.argmax(axis=1) == variants).all()


@every_family
def test_only_words_that_are_free_are_sites(family):
    document = master(400)
    sites = family.sites(document)
    assert len(sites) == 300
    assert all(document.text[site.start : site.end] == f"w{int(site.locator.split()[0]):05d}" for site in sites)
    assert sites == family.sites(document)
    bare = replace(document, layout=Layout())
    assert family.sites(bare) == []


@every_family
def test_what_is_not_seen_is_an_erasure(family):
    document = master(400)
    assert not family.read(Looks.nothing(400), document.layout, family.sites(document)).any()


@pytest.mark.parametrize("family", [WORD_X, WORD_Y], ids=lambda family: family.name)
def test_the_master_itself_reads_as_nothing_and_is_known_as_such(family):
    document = master(400)
    sites = family.sites(document)
    assert np.abs(np.diff(family.read(looks(document), document.layout, sites), axis=1)).max() < 1e-9
    assert family.at_rest(looks(document), document.layout, sites).all()
    copy, _ = written(family, document, 2)
    assert not family.at_rest(looks(copy), document.layout, sites).any()


def test_a_print_in_one_black_reads_no_colour():
    document = master(400)
    sites = LUMINANCE.sites(document)
    assert not LUMINANCE.read(looks(document), document.layout, sites).any()


def test_a_word_far_from_both_its_places_is_an_erasure():
    document = master(400)
    copy, _ = written(WORD_X, document, 3)
    seen = looks(copy)
    seen.along_pt[:] += 7.0
    assert np.ptp(WORD_X.read(seen, document.layout, WORD_X.sites(document)), axis=1).max() < 1e-6


@pytest.mark.parametrize("noise", [0.15, 0.3, 0.6])
def test_noise_makes_readings_softer_and_they_mean_what_they_say(noise):
    document = master(4000)
    copy, variants = written(WORD_X, document, 4)
    loglik = WORD_X.read(looks(copy, noise, 5), document.layout, WORD_X.sites(document))
    told = loglik.max(axis=1) - loglik.min(axis=1)
    right = loglik.argmax(axis=1) == variants
    for low, high in ((0.2, 1.0), (1.0, 2.0), (2.0, 4.0)):
        band = (told >= low) & (told < high)
        if band.sum() > 100:
            promised = (1 / (1 + np.exp(-told[band]))).mean()
            assert right[band].mean() >= promised - 0.1


def test_long_documents_repeat_their_marks_so_that_every_page_can_name():
    document = master(4000)
    sites = WORD_X.sites(document)
    links = [site.link for site in sites]
    assert len(set(links)) == MOST_MARKS
    first_page = [site.link for site in sites if document.layout.words[int(site.locator.split()[0])].page == 0]
    assert len(set(first_page)) == len(first_page) == 375


def test_several_families_change_one_word_side_by_side():
    document = copy = master(40)
    shown = {}
    for family in FAMILIES:
        copy, shown[family.name] = written(family, copy, 6)
    assert len(copy.shifts) == 30
    for family in FAMILIES:
        loglik = family.read(looks(copy), document.layout, family.sites(document))
        assert (loglik.argmax(axis=1) == shown[family.name]).all()


def test_a_reader_of_leaks_knows_how_far_words_move_and_no_more():
    document = master(40)
    sites = [site for family in FAMILIES for site in family.sites(document)]
    along, up = reaches(document.layout, sites)
    assert np.allclose(along, [0.45 if k % 4 else 0.0 for k in range(40)])
    assert np.allclose(up, [0.3 if k % 4 else 0.0 for k in range(40)])
