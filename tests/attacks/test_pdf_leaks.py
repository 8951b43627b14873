"""PDFs that leak as files, and PDFs that were made to hurt, through the command line."""

import contextlib
import io
import random
import re
import zlib
from pathlib import Path

import numpy as np
import pikepdf
import pytest

from whosecopy.bench.pdf_leaks import pdf_leaks
from whosecopy.bench.typeset import handwritten, letter
from whosecopy.errors import WhosecopyError
from whosecopy.media.dispatch import open_document, render
from whosecopy.media.leak import open_leak
from whosecopy.model import Recipient, Shift

LEAKER = "p-017"
FEW = [Recipient(f"p-{k:03}") for k in range(4)]


def named(answer) -> list[str]:
    return [one["recipient"] for one in answer["named"]]


def merged(copies: list[bytes], seed: int) -> bytes:
    """One file with every page of one of the copies."""
    rng = np.random.default_rng(seed)
    pdfs = [pikepdf.open(io.BytesIO(copy)) for copy in copies]
    with pikepdf.new() as out:
        for number in range(len(pdfs[0].pages)):
            out.pages.append(pdfs[int(rng.integers(len(pdfs)))].pages[number])
        data = io.BytesIO()
        out.save(data)
    return data.getvalue()


def line_by_line(copies: list[bytes], seed: int) -> bytes:
    """One file with every shown line of one of the copies, which have as many each."""
    rng = np.random.default_rng(seed)
    pdfs = [pikepdf.open(io.BytesIO(copy)) for copy in copies]
    for number, page in enumerate(pdfs[0].pages):
        lines = [re.split(rb"(?<=TJ\n)", pdf.pages[number].Contents.read_bytes()) for pdf in pdfs]
        mixed = [row[int(rng.integers(len(row)))] for row in zip(*lines, strict=True)]
        page.Contents = pdfs[0].make_stream(b"".join(mixed))
    data = io.BytesIO()
    pdfs[0].save(data)
    return data.getvalue()


@pytest.mark.parametrize("way", pdf_leaks())
def test_a_copy_is_named_when_it_was(way, leaflet):
    desk, sealed = leaflet
    leak = desk.file(f"{way}.pdf", pdf_leaks()[way](sealed.copies[LEAKER].read_bytes()))
    found = desk.ok("trace", leak)
    assert (found["outcome"], named(found)) == ("named", [LEAKER])
    assert found["document"]["id"] == sealed.id
    assert "layout exact" in found["how"]["channel"]


def test_one_page_of_it_names_its_copy(leaflet):
    desk, sealed = leaflet
    with pikepdf.open(sealed.copies[LEAKER]) as pdf, pikepdf.new() as cut:
        cut.pages.append(pdf.pages[-1])
        cut.save(desk.home / "page.pdf")
    assert named(desk.ok("trace", desk.home / "page.pdf")) == [LEAKER]


@pytest.mark.parametrize("merge", [merged, line_by_line])
@pytest.mark.parametrize("guilty", [("p-003", "p-021"), ("p-003", "p-009", "p-021")])
def test_copies_merged_name_nobody_but_those_who_merged_them(merge, guilty, leaflet):
    desk, sealed = leaflet
    leak = desk.file("merged.pdf", merge([sealed.copies[one].read_bytes() for one in guilty], 5))
    found = desk.ok("trace", leak)
    assert found["outcome"] == "named"
    assert set(named(found)) <= set(guilty)


def test_the_master_itself_names_nobody_and_is_said_to_read_like_the_original(leaflet):
    desk, _ = leaflet
    answer = desk.run("trace", desk.home / "plan.pdf", "--json")
    assert (answer.code, answer.json["outcome"], answer.json["named"]) == (1, "not_enough_evidence", [])
    assert "reads_like_original" in answer.json["how"]["notes"]


def test_its_retyped_text_names_nobody(leaflet):
    desk, sealed = leaflet
    text = open_leak(sealed.copies[LEAKER].read_bytes(), "copy.pdf").text
    answer = desk.run("trace", desk.file("leak.txt", text), "--json")
    assert (answer.code, answer.json["outcome"], answer.json["named"]) == (1, "not_enough_evidence", [])


def test_a_copy_is_no_master(leaflet):
    desk, sealed = leaflet
    source = desk.file("again.pdf", sealed.copies[LEAKER].read_bytes())
    refused = desk.refused("seal", source, "--to", desk.list_of(FEW), "--out", desk.home / "again")
    assert "holds marks of a copy" in refused
    assert "seal the file that" in desk.refused(
        "seal", source, "--to", desk.list_of(FEW), "--out", desk.home / "again", "--normalise"
    )


def test_a_lost_copy_is_made_again_byte_for_byte(leaflet):
    desk, sealed = leaflet
    desk.ok("copy", sealed.id, LEAKER, "--out", desk.home / "again.pdf")
    assert (desk.home / "again.pdf").read_bytes() == sealed.copies[LEAKER].read_bytes()


def test_recipients_added_later_get_copies_of_their_own(leaflet):
    desk, sealed = leaflet
    more = desk.list_of([Recipient("p-030"), Recipient("p-031")])
    answer = desk.ok("seal", "--document", sealed.id, "--to", more, "--out", desk.home / "more")
    paths = {one["recipient"]: Path(one["path"]) for one in answer["copies"]}
    assert named(desk.ok("trace", paths["p-031"])) == ["p-031"]


def test_words_of_a_pdf_are_never_reworded(desk):
    source = desk.file("plan.pdf", letter(4))
    refused = desk.refused("seal", source, "--variants", "--to", desk.list_of(FEW), "--out", desk.home / "out")
    assert "no wording of a PDF is changed" in refused


def test_a_pdf_with_too_few_words_is_refused(desk):
    source = desk.file("note.pdf", handwritten([b"BT /F1 12 Tf 72 700 Td (Only a few words here) Tj ET"]))
    refused = desk.refused("seal", source, "--to", desk.list_of(FEW), "--out", desk.home / "out")
    assert "too few marks" in refused
    assert "--as pdf" in refused
    assert "suggest" not in refused
    assert not (desk.home / "out").exists()


def test_a_copy_of_another_document_in_the_same_exhibit_is_said_to_be_one(desk):
    to, copies = desk.list_of(FEW), []
    for seed in (4, 5):
        source = desk.file(f"plan{seed}.pdf", letter(seed))
        sealed = desk.ok("seal", source, "--to", to, "--out", desk.home / f"out{seed}")
        copies.append(next(one for one in sealed["copies"] if one["recipient"] == "p-002"))
    answer = desk.ok("trace", *(one["path"] for one in copies))
    assert {one["copy"] for one in answer["named"]} == {one["copy"] for one in copies}
    title = next(f"plan{seed}" for seed in (4, 5) if f"plan{seed}" != answer["document"]["title"])
    assert [note for note in answer["how"]["notes"] if f"is of {title} (doc-" in note]


def test_a_pdf_without_pages_is_refused_in_words_that_make_sense(desk):
    data = io.BytesIO()
    pikepdf.new().save(data)
    source = desk.file("none.pdf", data.getvalue())
    refused = desk.refused("seal", source, "--to", desk.list_of(FEW), "--out", desk.home / "out")
    assert "it has no pages" in refused
    assert "Success" not in refused


def test_an_encrypted_master_is_sealed_with_its_password(desk):
    with pikepdf.open(io.BytesIO(letter(6))) as pdf:
        pdf.save(desk.home / "plan.pdf", encryption=pikepdf.Encryption(user="open", owner="own"))
    to = desk.list_of(FEW)
    assert "--password" in desk.refused("seal", desk.home / "plan.pdf", "--to", to, "--out", desk.home / "out")
    answer = desk.ok("seal", desk.home / "plan.pdf", "--password", "open", "--to", to, "--out", desk.home / "out")
    copy = next(Path(one["path"]) for one in answer["copies"] if one["recipient"] == "p-001")
    assert named(desk.ok("trace", copy)) == ["p-001"]


def drawable(form: pikepdf.Stream) -> None:
    """Make a stream a form XObject."""
    form["/Type"], form["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Form
    form["/BBox"] = pikepdf.Array([0, 0, 9, 9])


def bomb() -> bytes:
    """Forms that draw forms that draw forms: ten to the twelfth words."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    form = pdf.make_stream(b"BT /F1 9 Tf 9 9 Td (word and word) Tj ET")
    for _ in range(12):
        form["/Type"], form["/Subtype"], form["/BBox"] = (
            pikepdf.Name.XObject,
            pikepdf.Name.Form,
            pikepdf.Array([0, 0, 9, 9]),
        )
        outer = pdf.make_stream(b"/X Do " * 10)
        outer["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=form))
        form = outer
    page.obj["/Resources"], page.obj["/Contents"] = form["/Resources"], form
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def inflating() -> bytes:
    """A content stream of a gigabyte in a megabyte."""
    deflater = zlib.compressobj(9)
    data = b"".join(deflater.compress(b"0 0 m " * 2_000_000) for _ in range(90)) + deflater.flush()
    pdf = pikepdf.new()
    stream = pikepdf.Stream(pdf, data)
    stream.stream_dict = pikepdf.Dictionary(Filter=pikepdf.Name.FlateDecode)
    pdf.add_blank_page().obj["/Contents"] = pdf.make_indirect(stream)
    out = io.BytesIO()
    pdf.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    return out.getvalue()


def itself() -> bytes:
    """A form that draws itself."""
    pdf = pikepdf.new()
    form = pdf.make_stream(b"/X Do BT /F1 9 Tf (a b) Tj ET")
    form["/Type"], form["/Subtype"], form["/BBox"] = (
        pikepdf.Name.XObject,
        pikepdf.Name.Form,
        pikepdf.Array([0, 0, 9, 9]),
    )
    form["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=form))
    page = pdf.add_blank_page().obj
    page["/Resources"], page["/Contents"] = form["/Resources"], pdf.make_stream(b"/X Do")
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


HOSTILE = {
    "forms in forms": bomb,
    "a gigabyte of nothing": inflating,
    "a form in itself": itself,
    "no numbers": lambda: handwritten([b"BT /F1 (x) Tf [(a) /b [] ] TJ Td Tm 1 Tm (c d e) Tj ET"]),
    "huge numbers": lambda: handwritten(
        [b"BT /F1 1e38 Tf 1e300 0 0 1e-300 0 0 Tm (very large words) Tj 1e38 Ts (b) Tj ET"]
    ),
    "no end": lambda: letter(3)[:-2000],
    "only a head": lambda: b"%PDF-1.7\n",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_master_ends_in_a_result_or_a_refusal(what):
    answered_or_refused(HOSTILE[what]())


def test_flipped_bytes_end_in_a_result_or_a_refusal_and_never_in_an_unmarked_copy():
    whole, chance = (
        handwritten([b"BT /F1 11 Tf 72 720 Td 13 TL " + b"(some words to be moved here) ' " * 20 + b"ET"]),
        random.Random(9),
    )
    for _ in range(12):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 3, 30))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        answered_or_refused(bytes(data))


def answered_or_refused(data: bytes) -> None:
    """A PDF is opened and its copies are marked and read like it, or it is refused; nothing else comes of it."""
    with contextlib.suppress(WhosecopyError):
        master = open_document(data, "plan.pdf")
        words = enumerate(master.layout.words)
        moved = tuple(Shift(k, word.room_em, 0.03 if word.may_rise else 0.0) for k, word in words if word.room_em)
        if moved:
            ours, theirs = open_leak(render(master.with_shifts(moved)), "copy.pdf"), open_leak(data, "plan.pdf")
            assert ours.text == theirs.text
            assert ours.pages != theirs.pages
