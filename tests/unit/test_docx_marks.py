"""Word documents with marks in their layout: which words carry them, and that nothing else changes."""

import io
import os
import random
import re
import zipfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import docx as word
import pytest
from docx.shared import Pt, RGBColor
from lxml import etree

from whosecopy.media.dispatch import open_document, render
from whosecopy.media.docx import markable
from whosecopy.media.docx_fit import broken_lines, fitted
from whosecopy.model import Document, Edit, Layout, Shift, Word

SENTENCES = (
    "The harbour office will not move the whole team before the market opens in the spring of next year.",
    "Each ward steward described the drainage plan, and the choir treasurer did not insure the winter timetable.",
    "A visiting engineer cannot inspect the copper valves while the bridge over the lower river is closed.",
)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A_LINE = 6
SIZE_PT, BLANK_EM, GREY = 11.0, 0.25, 0.102
CORPUS = Path(os.environ.get("WHOSECOPY_CORPUS", Path(__file__).parents[3] / "shared" / "corpus"))


def saved(document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def letter(*paragraphs: str) -> bytes:
    document = word.Document()
    document.add_heading("The plan", 1)
    for paragraph in paragraphs or SENTENCES:
        document.add_paragraph(paragraph)
    return saved(document)


def with_xml(data: bytes, xml: str) -> bytes:
    """The document with one more element at the end of its body."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            if member == "word/document.xml":
                content = content.replace(b"<w:sectPr", xml.encode() + b"<w:sectPr", 1)
            new.writestr(member, content)
    return out.getvalue()


def laid(document: Document, a_line: int = A_LINE, black: bool = True) -> Layout:
    """Every word of the document in its place, so many on each line, as a crude typesetter sets them."""
    words, line, left, on_line, end = [], 0, 72.0, 0, 0
    for found in re.finditer(r"\S+", document.text):
        if on_line == a_line or found.start() > end + 1:
            line, left, on_line = line + 1, 72.0, 0
        right = left + 0.5 * SIZE_PT * len(found.group())
        box = (left, 72.0 + 14 * line, right, 83.0 + 14 * line)
        words.append(Word(found.start(), found.end(), 0, box, SIZE_PT, line, black=black))
        left, on_line, end = right + BLANK_EM * SIZE_PT, on_line + 1, found.end()
    return Layout(tuple(words), ((595.0, 842.0),))


def ready(data: bytes, **options) -> Document:
    """The document with all marks that it may carry."""
    document = open_document(data, "plan.docx")
    return replace(document, layout=markable(document, laid(document, **options)))


def marked(document: Document) -> list[str]:
    return [document.text[one.start : one.end] for one in document.layout.words if one.room_em]


def grey_able(document: Document) -> list[str]:
    return [document.text[one.start : one.end] for one in document.layout.words if one.black]


def copy_of(document: Document, seed: int) -> Document:
    """The document with every mark set one way or the other."""
    rng = random.Random(seed)
    return document.with_shifts(
        tuple(
            Shift(number, rng.choice((-1, 1)) * one.room_em, 0.0, GREY * rng.randrange(2) if one.black else 0.0)
            for number, one in enumerate(document.layout.words)
            if one.room_em or one.black
        )
    )


def only(document: Document, text: str, along: int = 0, grey: float = 0.0) -> Document:
    """The document with the first word of this text moved by all its room, or in grey."""
    number = next(k for k, one in enumerate(document.layout.words) if document.text[one.start : one.end] == text)
    return document.with_shifts((Shift(number, along * document.layout.words[number].room_em, 0.0, grey),))


def runs_of(data: bytes) -> list[tuple[str, list[str], str, str]]:
    """Of every run in the body that has text: its text, the names of its properties, its scale and its colour."""
    out = []
    for run in etree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml")).iter(f"{W}r"):
        properties = run.find(f"{W}rPr")
        inside = [] if properties is None else [*properties]
        values = {one.tag.removeprefix(W): one.get(f"{W}val") for one in inside}
        text = "".join(one.text or "" for one in run.iter(f"{W}t"))
        if text:
            out.append(
                (text, [one.tag.removeprefix(W) for one in inside], values.get("w", ""), values.get("color", ""))
            )
    return out


def test_words_within_lines_carry_marks_and_neighbours_are_never_both_moved():
    document = ready(letter())
    text = document.text.split("\n\n")[1].split()
    lines = [text[k : k + A_LINE] for k in range(0, len(text), A_LINE)]
    assert [one for one in grey_able(document) if one in text][:12] == [w for line in lines for w in line[1:-1]][:12]
    assert marked(document)[:4] == ["harbour", "will", "whole", "before"]
    rooms = [one.room_em for one in document.layout.words]
    assert not any(one and other for one, other in pairwise(rooms))
    assert {one for one in rooms if one} == {0.15 * BLANK_EM}
    assert not any(one.may_rise for one in document.layout.words)


@pytest.mark.parametrize(
    "xml",
    [
        "<w:p><w:r><w:t>unsafe</w:t><w:tab/><w:t>one two three four five six</w:t></w:r></w:p>",
        '<w:p><w:ins w:id="1" w:author="A"><w:r><w:t>one two three four five</w:t></w:r></w:ins></w:p>',
        "<w:p><w:r><w:rPr><w:w w:val='80'/></w:rPr><w:t>one two three four five</w:t></w:r></w:p>",
        "<w:p><w:r><w:rPr><w:rtl/></w:rPr><w:t>one two three four five</w:t></w:r></w:p>",
        "<w:p><w:pPr><w:bidi/></w:pPr><w:r><w:t>one two three four five</w:t></w:r></w:p>",
        "<w:p><w:r><w:t>\u05d0\u05d1 \u05d2\u05d3 \u05d4\u05d5 \u05d6\u05d7 \u05d8\u05d9</w:t></w:r></w:p>",
        "<w:p><w:r><w:t>one\u00a0two\u2003three\u00a0four\u00a0five</w:t></w:r></w:p>",
        "<w:p><w:r><w:t>one &amp;two&amp; &amp;three&amp; &amp;four&amp; five</w:t></w:r></w:p>",
        "<w:p><w:fldSimple w:instr='REF x'><w:r><w:t>one two three four five</w:t></w:r></w:fldSimple></w:p>",
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>one two three four five</w:t></w:r></w:p></w:sdtContent></w:sdt>",
        "<w:p><w:r><w:rPr><w:b/><w:rPrChange w:id='3' w:author='A'><w:rPr/></w:rPrChange></w:rPr>"
        "<w:t>one two three four five</w:t></w:r></w:p>",
        "<w:p><w:r><w:t><![CDATA[one two three four five]]></w:t></w:r></w:p>",
        "<w:p><w:r><w:t> one two three four five </w:t></w:r></w:p>",
    ],
)
def test_what_cannot_be_moved_safely_is_left_alone(xml):
    plain, document = ready(letter()), ready(with_xml(letter(), xml))
    assert len(document.text) > len(plain.text)
    assert marked(document) == marked(plain)
    assert grey_able(document) == grey_able(plain)


def test_headings_headers_and_notes_have_no_marks():
    document = word.Document()
    document.sections[0].header.paragraphs[0].text = "Internal use of the harbour office only"
    document.add_heading("The plan of the harbour office for the spring", 1)
    assert marked(ready(saved(document))) == []


def test_words_in_colour_move_but_stay_in_their_colour():
    made = word.Document()
    made.add_paragraph().add_run(SENTENCES[0]).font.color.rgb = RGBColor(0x20, 0x30, 0x90)
    assert marked(ready(saved(made)))
    assert grey_able(ready(saved(made))) == []
    assert grey_able(ready(letter(), black=False)) == []


def test_a_moved_word_takes_from_one_blank_what_it_gives_to_the_other():
    right = render(only(ready(letter()), "will", along=1))
    left = render(only(ready(letter()), "will", along=-1))
    for data, before, after in ((right, "115", "85"), (left, "85", "115")):
        runs = runs_of(data)
        at = [text for text, *_ in runs].index("will")
        assert [(text, scale) for text, _, scale, _ in runs[at - 1 : at + 2]] == [
            (" ", before), ("will", ""), (" ", after),
        ]  # fmt: skip
        scales = [int(scale) for *_, scale, _ in runs if scale]
        assert sum(scales) == 100 * len(scales)


def test_every_copy_is_parted_at_the_same_places():
    document = ready(letter())
    still = replace(document, shifts=(Shift(0),))
    texts = [[text for text, *_ in runs_of(render(one))] for one in (still, copy_of(document, 1), copy_of(document, 2))]
    assert texts[0] == texts[1] == texts[2]
    assert {scale for *_, scale, _ in runs_of(render(still))} == {"", "100"}


def test_a_copy_reads_as_its_master_word_for_word():
    document = ready(letter())
    for seed in range(5):
        data = render(copy_of(document, seed))
        again = open_document(data, "copy.docx")
        assert again.text == document.text
        assert again.blocks == document.blocks
        assert [one.text for one in word.Document(io.BytesIO(data)).paragraphs] == document.text.split("\n\n")


def test_all_other_members_keep_their_bytes():
    document = ready(letter())
    before, after = (zipfile.ZipFile(io.BytesIO(one)) for one in (document.source, render(copy_of(document, 3))))
    assert [one for one in before.namelist() if before.read(one) != after.read(one)] == ["word/document.xml"]


def test_looks_of_runs_are_kept_and_properties_stand_in_the_order_of_the_schema():
    made = word.Document()
    run = made.add_paragraph().add_run(SENTENCES[0])
    run.font.name, run.font.size, run.bold, run.font.highlight_color = "Liberation Sans", Pt(10), True, 7
    document = ready(saved(made))
    data = render(only(only(document, "will", along=1), "will", grey=GREY))
    runs = {text: names for text, names, *_ in runs_of(data)}
    assert runs["will"] == ["rFonts", "b", "color", "sz", "highlight"]
    assert runs[" "] == ["rFonts", "b", "w", "sz", "highlight"]
    run.font.color.rgb = RGBColor(0x1A, 0x1A, 0x1A)
    assert runs["will"] == next(names for _, names, *_ in runs_of(saved(made)))
    assert [colour for text, *_, colour in runs_of(data) if text == "will"] == ["1A1A1A"]


def test_tabs_breaks_and_pictures_of_a_parted_run_stay_in_their_order():
    xml = (
        '<w:p><w:r w:rsidR="00AB12CD"><w:t>one two three four</w:t><w:br/><w:t xml:space="preserve">five six seven '
        "eight nine</w:t><w:footnoteReference w:id='7'/></w:r></w:p>"
    )
    document = ready(with_xml(letter(), xml))
    body = zipfile.ZipFile(io.BytesIO(render(copy_of(document, 5)))).read("word/document.xml").decode()
    last = body[body.rindex("<w:p>") :]
    assert re.sub(r"<(?!w:br|w:footnoteReference)[^>]*>", "", last.partition("<w:sectPr")[0]) == (
        'one two three four<w:br/>five six seven eight nine<w:footnoteReference w:id="7"/>'.replace('"', "'")
    )
    assert last.count('<w:r w:rsidR="00AB12CD">') > 5


def test_wording_beside_a_moved_word_is_edited_and_both_marks_are_there():
    document = ready(letter())
    start = document.text.index("will not")
    moved = only(only(document, "harbour", along=1), "will", along=1).with_edits((Edit(start, start + 8, "won't"),))
    data = render(moved)
    runs = [(text, scale) for text, _, scale, _ in runs_of(data)]
    assert open_document(data, "copy.docx").text == moved.edited_text()
    assert runs[runs.index(("harbour", "")) - 1 :][:3] == [(" ", "115"), ("harbour", ""), (" ", "85")]
    assert not any("won't" in text and scale for text, scale in runs)


@pytest.mark.parametrize("place", ["before the blank", "behind the blank", "at the word", "in the word"])
@pytest.mark.parametrize("new", ["", " soon", ","])
def test_words_put_in_at_a_moved_word_are_written_once_in_plain_looks(place, new):
    document = ready(letter())
    start = document.text.index("will")
    at = {"before the blank": start - 1, "behind the blank": start + 5, "at the word": start, "in the word": start + 2}
    edited = copy_of(document, 2).with_edits((Edit(at[place], at[place] + (not new), new),))
    data = render(edited)
    assert open_document(data, "copy.docx").text == edited.edited_text()
    assert {text for text, _, scale, _ in runs_of(data) if scale} <= {" "}


@pytest.mark.parametrize("seed", range(8))
def test_any_edits_and_any_shifts_read_as_edited(seed):
    rng = random.Random(seed)
    document = ready(letter(*SENTENCES * 3), a_line=9)
    edits, at = [], document.text.index(SENTENCES[0])
    while at < len(document.text) - 40:
        start = at + rng.randrange(1, 30)
        end = min(start + rng.randrange(0, 12), len(document.text))
        if "\n" not in document.text[start - 1 : end + 1]:
            edits.append(Edit(start, end, rng.choice(("", "x", " y ", "it's", "A & B", "<q>"))))
        at = end + 1
    edited = copy_of(document, seed).with_edits(tuple(edits))
    kept = [" ".join(block.split()) for block in edited.edited_text().split("\n\n")]
    assert [" ".join(one.split()) for one in open_document(render(edited), "copy.docx").text.split("\n\n")] == kept


def test_lines_that_would_break_elsewhere_lose_their_marks_and_others_keep_them():
    document = ready(letter())
    full = 2

    def set_words(copy: Document) -> Layout:
        """A typesetter whose third line overflows as soon as a word on it is parted from its run."""
        words = copy.layout.words
        last = max(k for k, one in enumerate(words) if one.line == full)
        if any(one.room_em for one in words if one.line == full):
            words = (*words[:last], replace(words[last], line=full + 1), *words[last + 1 :])
        return replace(copy.layout, words=words)

    done = fitted(document, set_words)
    before = {one.line for one in document.layout.words if one.room_em}
    assert full in before
    assert {one.line for one in done.layout.words if one.room_em} == before - {full}


def test_a_document_whose_lines_never_settle_has_no_marks():
    document = ready(letter())

    def set_words(copy: Document) -> Layout:
        return laid(copy, a_line=A_LINE - 1)

    assert marked(fitted(document, set_words)) == grey_able(fitted(document, set_words)) == []


def test_a_paragraph_that_does_not_settle_line_by_line_loses_its_marks_alone():
    document = ready(letter(" ".join(["word"] * 90), *SENTENCES))
    long = range(document.blocks[1].start, document.blocks[1].end)

    def set_words(copy: Document) -> Layout:
        """A typesetter that breaks the first marked line of the long paragraph, whichever that is."""
        words = copy.layout.words
        first = next((one.line for one in words if one.start in long and one.room_em), -1)
        last = max((one.start for one in words if one.line == first), default=-1)
        return replace(copy.layout, words=tuple(replace(w, line=w.line + (w.start == last)) for w in words))

    done = [one for one in fitted(document, set_words).layout.words if one.room_em]
    assert done == [one for one in document.layout.words if one.room_em and one.start not in long]


def test_places_are_midway_between_both_sides_with_what_the_program_rounds():
    document = ready(letter())

    def set_words(copy: Document) -> Layout:
        """A typesetter that sets everything .3 pt further to the right than it should."""
        along = {shift.word: shift.along_em * SIZE_PT for shift in copy.shifts}
        boxes = [
            (left + 0.3 + along.get(k, 0.0), top, right + 0.3 + along.get(k, 0.0), bottom)
            for k, (left, top, right, bottom) in enumerate(one.box_pt for one in copy.layout.words)
        ]
        words = tuple(replace(one, box_pt=box) for one, box in zip(copy.layout.words, boxes, strict=True))
        return replace(copy.layout, words=words)

    done = fitted(document, set_words)
    pairs = [*zip(document.layout.words, done.layout.words, strict=True)]
    assert [one.box_pt[0] - old.box_pt[0] for old, one in pairs] == pytest.approx([0.3] * len(pairs), abs=0.002)
    assert [replace(one, box_pt=old.box_pt) for old, one in pairs] == [*document.layout.words]


def test_words_that_a_trial_does_not_show_have_no_marks():
    document = ready(letter())
    gone = next(one for one in document.layout.words if one.room_em)

    def set_words(copy: Document) -> Layout:
        return replace(copy.layout, words=tuple(one for one in copy.layout.words if one.start != gone.start))

    kept = [one for one in document.layout.words if one.room_em and one != gone]
    assert [one for one in fitted(document, set_words).layout.words if one.room_em] == kept


def test_documents_in_the_strict_namespace_have_no_marks():
    strict = "<w:p xmlns:w='http://purl.oclc.org/ooxml/wordprocessingml/main'/>"
    assert marked(ready(with_xml(letter(), strict))) == []


def test_only_the_line_that_gives_way_first_is_blamed():
    document = open_document(letter(" ".join(["word"] * 60), " ".join(["more"] * 20)), "plan.docx")
    before, after = laid(document, 10), laid(document, 9)
    assert broken_lines(before, before) == set()
    assert len(broken_lines(before, after)) == 2


if CORPUS.is_dir():

    @pytest.mark.corpus
    @pytest.mark.parametrize("path", sorted(CORPUS.glob("docx/*")), ids=lambda path: path.name)
    def test_copies_of_a_real_document_read_as_their_master(path):
        document = ready(path.read_bytes())
        for seed in range(3):
            data = render(copy_of(document, seed))
            assert open_document(data, path.name).text == document.text
