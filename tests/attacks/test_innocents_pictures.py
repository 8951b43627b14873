"""Ways in which pictures could name the wrong copy, or be said to: each was tried, each has its guard."""

import io
import re
from dataclasses import replace

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image
from tests.conftest import people

from whosecopy.bench.typeset import letter
from whosecopy.carriers.layout import place
from whosecopy.codes.codebook import make_codebook
from whosecopy.codes.keys import draw_secrets
from whosecopy.errors import IntegrityError
from whosecopy.model.layout import NO_LAYOUT
from whosecopy.stats.intervals import clopper_pearson
from whosecopy.trace.judge import Candidate, judge
from whosecopy.trace.read import read_leak
from whosecopy.vault.bundling import bundle
from whosecopy.vault.events import events
from whosecopy.vault.lookup import find_versions
from whosecopy.verify.bundle import open_bundle
from whosecopy.verify.reread import check_reading, stretches

NOW = "2031-05-06T07:08:09+00:00"


def screenshot(pdf, form="PNG", dpi=110):
    """The first page of a file as a screen shows it."""
    page = pypdfium2.PdfDocument(pdf.read_bytes())[0]
    out = io.BytesIO()
    shown = Image.fromarray(page.render(scale=dpi / 72, grayscale=True).to_numpy().squeeze())
    shown.save(out, form, resolution=dpi)
    return out.getvalue()


def words_of(pdf):
    """What the first page of a file says."""
    return pypdfium2.PdfDocument(pdf.read_bytes())[0].get_textpage().get_text_range()


def searchable(scan, text):
    """A scan in PDF with invisible words over it, as office scanners make them."""
    lines = [" ".join(text.split()[k : k + 9]).encode("latin-1", "replace") for k in range(0, len(text.split()), 9)]
    shown = b" ".join(b"(%s) Tj T*" % re.sub(rb"([\\()])", rb"\\\1", line) for line in lines)
    with pikepdf.open(io.BytesIO(scan)) as pdf:
        page = pdf.pages[0]
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.obj.Resources.Font = pikepdf.Dictionary(F1=font)
        page.contents_add(b"q BT /F1 6 Tf 3 Tr 7 TL 40 800 Td " + shown + b" ET Q")
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def with_page(pdf, other):
    """A PDF with the first page of another one behind its own."""
    with pikepdf.open(io.BytesIO(pdf)) as whole, pikepdf.open(io.BytesIO(other)) as added:
        whole.pages.append(added.pages[0])
        out = io.BytesIO()
        whole.save(out)
    return out.getvalue()


def as_if_moved(template, measured, variants):
    """What would have been measured of a copy whose words along their lines show `variants`."""
    along = {}
    for mark, variant in zip(template.marks, variants, strict=True):
        for site in (template.sites[k] for k in mark.sites):
            if site.carrier == "layout.word_x":
                word, amount = place(site)
                along[word] = (2 * int(variant) - 1) * amount * template.layout.words[word].size_pt
    seen = tuple(along.get(word) for word in measured.words)
    return replace(
        measured, along_pt=seen, sigma_along_pt=tuple(None if one is None else 0.03 for one in seen),
        up_pt=(None,) * len(seen), sigma_up_pt=(None,) * len(seen),
        grey=(None,) * len(seen), sigma_grey=(None,) * len(seen),
    )  # fmt: skip


@pytest.fixture(scope="module")
def of_a_picture(print_shop, tmp_path_factory):
    """The bundle of the case of a screenshot."""
    desk = print_shop[0].clone(tmp_path_factory.mktemp("innocents") / "desk")
    leak = desk.file("shot.png", screenshot(print_shop[1].copies["p-011"]))
    case = desk.ok("trace", leak)["case"]
    with desk.vault() as vault:
        return open_bundle(bundle(vault, case, [(leak.read_bytes(), leak.name)], NOW))


def test_a_picture_names_innocents_no_more_often_than_alpha_whatever_it_shows(of_a_picture):
    (template,), rng, marks = of_a_picture.templates, np.random.default_rng(77), 40
    exhibit, names = of_a_picture.case.exhibit, 0
    sighting = read_leak(template, exhibit.text, exhibit.pages, exhibit.measured)
    chosen = rng.permutation(np.flatnonzero(sighting.reading.read))[:marks]
    part = replace(template, text="", sites=(), layout=NO_LAYOUT, marks=tuple(template.marks[k] for k in chosen))
    reading = replace(
        sighting.reading, levels_nats=sighting.reading.levels_nats[chosen], alphabet=np.full(marks, 2, "u1")
    )
    shown = replace(sighting, template=part, reading=reading)
    for _ in range(240):
        book = make_codebook(part, draw_secrets(rng.bytes))
        names += bool(judge([Candidate("doc", 1, shown, book, 7, 0.3)], 0.3).named)
    assert names > 0
    assert clopper_pearson(names, 240, 0.999)[0] <= 0.3


def told(honest, measured):
    """The bundle of an operator who says that this was measured, all else fitting."""
    exhibit = replace(honest.case.exhibit, measured=measured)
    sighting = read_leak(honest.templates[0], exhibit.text, exhibit.pages, measured)
    levels = tuple(tuple(row) for row in sighting.reading.levels_nats.tolist())
    panel = replace(honest.evidence.panels[0], levels=levels, alignment=stretches(sighting))
    case = replace(honest.case, exhibit=exhibit, evidence=sighting.evidence)
    return replace(honest, case=case, evidence=replace(honest.evidence, panels=(panel,)))


LIES = {
    "something else": (lambda true, false: (false,), "is not the one in the case"),
    "something else, and the truth behind it": (lambda true, false: (false, true), "says twice"),
    "nothing": (lambda true, false: (), "is not in the case"),
}


@pytest.mark.parametrize("lie", LIES)
def test_an_operator_who_says_that_a_picture_shows_another_copy_is_found_out_by_reading_it_again(of_a_picture, lie):
    lies, reason = LIES[lie]
    (true,), (template,) = of_a_picture.case.exhibit.measured, of_a_picture.templates
    innocent = np.random.default_rng(7).integers(0, 2, template.length)
    with pytest.raises(IntegrityError, match=reason):
        check_reading(told(of_a_picture, lies(true, as_if_moved(template, true, innocent))))


def test_what_an_honest_operator_says_that_a_picture_shows_is_confirmed(of_a_picture):
    assert check_reading(told(of_a_picture, of_a_picture.case.exhibit.measured)) is None


def test_v13_a_master_with_a_page_that_is_a_picture_of_a_copy_is_refused(leaflet):
    desk, sealed = leaflet
    to = "--to", desk.list_of(people(4, 100)), "--out", desk.home / "new"
    copy = sealed.copies["p-011"]
    scan = searchable(screenshot(copy, "PDF", dpi=150), words_of(copy))
    line = desk.refused("seal", desk.file("new.pdf", with_page(letter(5), scan)), *to, "--record-ancestry")
    assert f"is a picture of a copy of {sealed.id}" in line
    assert "p-011" not in line


def test_a_scan_that_was_made_searchable_is_read_as_the_picture_that_it_is(leaflet):
    desk, sealed = leaflet
    copy = sealed.copies["p-011"]
    leak = desk.file("scan.pdf", searchable(screenshot(copy, "PDF", dpi=150), words_of(copy)))
    assert [one["recipient"] for one in desk.ok("trace", leak)["named"]] == ["p-011"]


def test_v11_an_exhibit_pays_for_every_document_that_it_is_held_against(memo, story, monkeypatch):
    desk, sealed = memo
    other = desk.seal(story["plan.md"], people(4), "other")

    def only_what_the_user_names(vault, text, document):
        return {key: one for key, one in find_versions(vault, text, None).items() if key[0] == document}

    monkeypatch.setattr("whosecopy.vault.lookup.find_versions", only_what_the_user_names)
    both = desk.file("both.md", sealed.text("p-003") + "\n\n" + other.text("p-001"))
    for document in (sealed.id, other.id):
        desk.ok("trace", both, "--document", document)
    with desk.vault() as vault, vault.snapshot() as tx:
        tests = [event for event in events(tx) if event.header.kind == "test"]
    assert [one.header.document for one in tests] == [sealed.id, other.id]
    assert [one.payload["retrace"] for one in tests] == [1, 2]


def test_v13_a_picture_held_against_the_earlier_document_clears_whom_a_later_master_took_from(leaflet, monkeypatch):
    desk, sealed = leaflet
    to = "--to", desk.list_of(people(4, 100)), "--out", desk.home / "new"
    desk.ok("seal", sealed.copies["p-011"], *to, "--record-ancestry")
    leak = desk.file("shot.png", screenshot(desk.home / "new" / "p-102.pdf"))
    monkeypatch.setattr("whosecopy.vault.lookup._shortlist", lambda *_: [])  # as with very many documents of this text
    with desk.vault() as vault:
        by_text = find_versions(vault, words_of(desk.home / "plan.pdf"), sealed.id)
    assert len({document for document, _ in by_text}) == 2
    monkeypatch.setattr("whosecopy.vault.lookup.find_versions", lambda *_: {})  # as if OCR had read nothing of it
    by_page = desk.ok("trace", leak, "--document", sealed.id)
    assert [one["recipient"] for one in by_page["named"]] == ["p-102"]
