"""DOCX: what is text, what is protected, and that everything but the edited characters survives."""

import io
import re
import subprocess
import zipfile
from collections import Counter

import pytest

from whosecopy.errors import InputError
from whosecopy.media.dispatch import open_document, render
from whosecopy.model import Document, Edit

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
PART_NAMES = {"document": "document.main", "styles": "styles", "footnotes": "footnotes", "header1": "header"}


def xml(tag: str, content: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><w:{tag} xmlns:w="{WORD}" xmlns:r="{RELATIONS}" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        f'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">{content}</w:{tag}>'
    )


def paragraph(*runs: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}{''.join(runs)}</w:p>"


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


STYLES = xml(
    "styles",
    '<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Mine"><w:name w:val="Mine"/><w:basedOn w:val="H1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Level"><w:name w:val="Level"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr>'
    "</w:style>",
)
FOOTNOTES = xml(
    "footnotes",
    '<w:footnote w:id="-1" w:type="separator"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:id="0" w:type="continuationSeparator"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
    f'<w:footnote w:id="1">{paragraph(run("The board did not vote on it."))}</w:footnote>',
)
BODY = (
    paragraph(run("The move"), style="H1")
    + paragraph(
        run("We will not move the "),
        run("whole team", "<w:b/>"),
        run(" in May"),
        '<w:r><w:footnoteReference w:id="1"/></w:r>',
        run(", see "),
        f'<w:hyperlink r:id="rId9">{run("the plan", "<w:i/>")}</w:hyperlink>',
        run(" &amp; the budget."),
    )
    + f"<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc>{paragraph(run('The section pays.'))}</w:tc>"
    "</w:tr></w:tbl>"
    + paragraph(run("All costs stay with the board."))
    + '<w:sectPr><w:headerReference w:type="default" r:id="rId3"/></w:sectPr>'
)


def archive(body: str = BODY, **more: str) -> bytes:
    """A Word document by hand: the least that LibreOffice opens with notes, a header and a link."""
    parts = {
        "document": xml("document", f"<w:body>{body}</w:body>"),
        "styles": STYLES,
        "footnotes": FOOTNOTES,
        "header1": xml("hdr", paragraph(run("Internal use"))),
    }
    types = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{TYPES}.{kind}+xml"/>' for part, kind in PART_NAMES.items()
    )
    links = "".join(
        f'<Relationship Id="rId{k}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for k, kind, target in (
            (1, "styles", "styles.xml"),
            (2, "footnotes", "footnotes.xml"),
            (3, "header", "header1.xml"),
        )
    )
    package = "http://schemas.openxmlformats.org/package/2006"
    members = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{RELATIONS}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}/relationships">{links}'
        f'<Relationship Id="rId9" Type="{RELATIONS}/hyperlink" '
        'Target="https://example.org/plan" TargetMode="External"/></Relationships>',
        **{f"word/{part}.xml": text for part, text in parts.items()},
        **more,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in members.items():
            made.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), text)
    return out.getvalue()


def opened(body: str = BODY) -> Document:
    return open_document(archive(body), "plan.docx")


def protected(document: Document) -> list[str]:
    return [document.text[start:end] for start, end in document.protected]


def runs_in(document: Document, text: str) -> int:
    start = document.text.index(text)
    return len({piece.run for piece in document.pieces if piece.start < start + len(text) and piece.end > start})


def replaced(document: Document, *pairs: tuple[str, str]) -> Document:
    edits = [Edit(document.text.index(old), document.text.index(old) + len(old), new) for old, new in pairs]
    return document.with_edits(tuple(edits))


def test_headers_body_tables_and_notes_are_read_in_order():
    document = opened()
    assert [(block.kind, document.text[block.start : block.end]) for block in document.blocks] == [
        ("matter", "Internal use"),
        ("heading", "The move"),
        ("paragraph", "We will not move the whole team in May, see the plan & the budget."),
        ("cell", "The section pays."),
        ("paragraph", "All costs stay with the board."),
        ("note", "The board did not vote on it."),
    ]
    assert protected(document) == ["Internal use", "The move"]


def test_headings_are_told_by_style_by_its_basis_and_by_outline_level():
    document = opened(
        paragraph(run("One"), style="Mine") + paragraph(run("Two"), style="Level") + paragraph(run("Text"))
    )
    assert [block.kind for block in document.blocks][1:4] == ["heading", "heading", "paragraph"]


def test_stretches_that_look_alike_are_one_run_and_others_are_not():
    body = paragraph(
        run("We will ", '<w:lang w:val="en-GB"/>'),
        "<w:proofErr/>",
        run("not move "),
        run("the team", "<w:b/>"),
        run(" in May."),
    )
    document = opened(body)
    assert runs_in(document, "will not move") == 1
    assert runs_in(document, "move the") == 2
    assert runs_in(opened(), "May, see") == 2
    edited = replaced(document, ("will not", "won't"))
    assert open_document(render(edited), "plan.docx").text == edited.edited_text()


@pytest.mark.parametrize(
    "unsafe",
    [
        f'<w:ins w:id="1" w:author="A">{run("unsafe words")}</w:ins>',
        f"<w:sdt><w:sdtContent>{run('unsafe words')}</w:sdtContent></w:sdt>",
        f'<w:fldSimple w:instr="REF x">{run("unsafe words")}</w:fldSimple>',
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>REF x</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("unsafe words")}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
    ],
)
def test_fields_tracked_insertions_and_controls_are_read_but_protected(unsafe):
    document = opened(paragraph(run("Safe words and "), unsafe, run(" and safe ones.")))
    assert "Safe words and unsafe words and safe ones." in document.text
    assert "unsafe words" in protected(document)
    assert "REF" not in document.text


def test_text_boxes_are_read_once_and_protected():
    box = f"<w:txbxContent>{paragraph(run('In a box'))}</w:txbxContent>"
    both = (
        f"<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    document = opened(paragraph(run("Before "), both, run("after.")))
    assert document.text.count("In a box") == 1
    assert "Before after." in document.text
    assert "In a box" in protected(document)


@pytest.mark.parametrize(
    "unseen",
    [
        '<w:del w:id="1" w:author="A"><w:r><w:delText>unseen</w:delText></w:r></w:del>',
        f'<w:moveFrom w:id="1" w:author="A">{run("unseen")}</w:moveFrom>',
        run("unseen", "<w:vanish/>"),
    ],
)
def test_deleted_moved_and_hidden_text_is_not_read(unseen):
    assert "Safe words and safe ones." in opened(paragraph(run("Safe words "), unseen, run("and safe ones."))).text


def test_spaces_at_the_ends_of_an_element_are_kept_when_an_edit_makes_them():
    document = opened("<w:p><w:r><w:t>We will not</w:t></w:r><w:r><w:t>go</w:t></w:r></w:p>")
    edited = replaced(document, ("not", "not  "))
    written = render(edited)
    assert open_document(written, "plan.docx").text == edited.edited_text()
    assert b'<w:t xml:space="preserve">We will not  </w:t>' in zipfile.ZipFile(io.BytesIO(written)).read(
        "word/document.xml"
    )


def test_all_other_members_of_the_archive_keep_their_very_bytes():
    data = archive(**{"word/media/image1.png": "not really a picture " * 50})
    written = render(replaced(open_document(data, "plan.docx"), ("will not", "won't")))
    before, after = zipfile.ZipFile(io.BytesIO(data)), zipfile.ZipFile(io.BytesIO(written))
    assert after.testzip() is None
    assert before.namelist() == after.namelist()
    assert [name for name in before.namelist() if before.read(name) != after.read(name)] == ["word/document.xml"]
    for info in after.infolist():
        if info.filename != "word/document.xml":
            old = before.getinfo(info.filename)
            size = old.compress_size
            assert written[info.header_offset :][: size + 30] == data[old.header_offset :][: size + 30]
    changed = after.read("word/document.xml").replace(b"won't", b"will not")
    assert changed == before.read("word/document.xml")


def test_a_document_in_utf_16_and_the_strict_namespace_is_read_and_written():
    strict = xml("document", f"<w:body>{paragraph(run('We will not move.'))}</w:body>")
    strict = strict.replace(WORD, "http://purl.oclc.org/ooxml/wordprocessingml/main").replace("UTF-8", "UTF-16")
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        made.writestr("word/document.xml", strict.encode("utf-16"))
    edited = replaced(open_document(data.getvalue(), "plan.docx"), ("will not", "won\u2019t"))
    assert open_document(render(edited), "plan.docx").text == "We won\u2019t move."


def test_a_signed_document_is_refused_with_advice():
    with pytest.raises(InputError, match="remove the signature first"):
        open_document(archive(**{"_xmlsignatures/sig1.xml": "<x/>"}), "plan.docx")


def test_an_edited_document_opens_in_libreoffice_with_looks_links_notes_and_tables(tmp_path):
    document = opened()
    edited = replaced(
        document,
        ("will not", "won't"),
        ("whole team", "entire team"),
        ("did not", "didn't"),
        ("pays.", "pays < 5 & more."),
    )
    (tmp_path / "master.docx").write_bytes(document.source)
    (tmp_path / "copy.docx").write_bytes(render(edited))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "fodt", "--outdir", str(tmp_path)]
    files = [str(tmp_path / "master.docx"), str(tmp_path / "copy.docx")]
    subprocess.run([*command, *files], check=True, capture_output=True, timeout=120)
    master, copy = ((tmp_path / f"{name}.fodt").read_text() for name in ("master", "copy"))
    tags = [
        Counter(re.findall(r"<(?:text|table):[\w-]+", text[text.index("<office:body") :])) for text in (master, copy)
    ]
    assert tags[0] == tags[1]
    assert tags[1]["<text:note"] == tags[1]["<text:a"] == tags[1]["<table:table"] == 1
    assert 'fo:font-weight="bold"' in copy
    for text in (
        "We won&apos;t move the ",
        ">entire team<",
        "The board didn&apos;t vote on it.",
        "Internal use",
        "5 &amp; more.",
    ):
        assert text in copy
