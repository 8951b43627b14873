"""Real PDFs, where they are found: their copies read as they do, and a leaked file of a copy is read without error."""

import os
from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from whosecopy.carriers.layout import LUMINANCE, WORD_X, WORD_Y, reaches
from whosecopy.media.dispatch import open_document
from whosecopy.media.pdf.looks import looks_of
from whosecopy.media.pdf.master import press
from whosecopy.media.pdf.seen import seen_page

CORPUS = Path(os.environ.get("WHOSECOPY_CORPUS", Path(__file__).parents[3] / "shared" / "corpus"))

if CORPUS.is_dir():

    @pytest.mark.corpus
    @pytest.mark.parametrize("path", sorted((CORPUS / "pdf").glob("*.pdf")), ids=lambda path: path.name)
    def test_copies_of_a_real_pdf_read_as_their_master_and_are_read_without_error(path):
        master = open_document(path.read_bytes(), path.name)
        families = {family: family.sites(master) for family in (WORD_X, WORD_Y, LUMINANCE)}
        assert len(families[WORD_X]) > 100
        rng = np.random.default_rng(2)
        shown = {family: rng.integers(0, 2, len(sites)) for family, sites in families.items()}
        copy = low = high = master
        for family, sites in families.items():
            copy = family.write(copy, sites, shown[family].tolist())
            low = family.write(low, sites, [0] * len(sites))
            high = family.write(high, sites, [1] * len(sites))
        data = press(master, [low.shifts, high.shifts])(copy.shifts)
        pages = zip(pypdfium2.PdfDocument(master.source), pypdfium2.PdfDocument(data), strict=True)
        for ours, theirs in pages:
            assert ours.get_textpage().get_text_range() == theirs.get_textpage().get_text_range()
        reach = reaches(master.layout, [site for sites in families.values() for site in sites])
        seen = [seen_page(page) for page in pypdfium2.PdfDocument(data)]
        looks = looks_of(seen, master.text, master.layout, *reach)
        for family, sites in families.items():
            loglik = family.read(looks, master.layout, sites)
            read = np.ptp(loglik, axis=1) > 1
            assert (loglik.argmax(axis=1) == shown[family])[read].all()
            assert read.mean() > 0.95
