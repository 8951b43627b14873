"""Every format that can be sealed: the copies are files of that format, and their text names them."""

import io
import re
from email.message import EmailMessage

import docx
import pytest

from whosecopy.media.dispatch import media_of, open_document
from whosecopy.model import Recipient

TEN = [Recipient(f"t-{k}") for k in range(10)]


def as_docx(paragraphs):
    file = docx.Document()
    file.add_heading("Duties", 1)
    for text in paragraphs:
        file.add_paragraph(text)
    table = file.add_table(1, 2)
    table.cell(0, 0).text = "Sector"
    table.cell(0, 1).text = "North"
    data = io.BytesIO()
    file.save(data)
    return data.getvalue()


def as_html(paragraphs):
    body = "\n".join(f"<p>{text}</p>" for text in paragraphs)
    head = "<!DOCTYPE html>\n<html><head><title>Duties</title></head>"
    return f"{head}\n<body><h1>Duties</h1>\n{body}\n</body></html>\n".encode()


def as_mail(paragraphs):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "cell@lantern.example", "all@lantern.example", "Duties"
    mail["Date"], mail["Message-ID"] = "Tue, 06 May 2031 07:08:09 +0000", "<1@lantern.example>"
    mail.set_content("\n\n".join(paragraphs))
    mail.add_alternative("\n".join(f"<p>{text}</p>" for text in paragraphs), subtype="html")
    return mail.as_bytes()


def as_text(paragraphs):
    return "\n\n".join(re.sub(r"(.{50,60}) ", r"\1\n", text) for text in paragraphs).encode()


def as_utf16(paragraphs):
    return "\r\n\r\n".join(paragraphs).encode("utf-16")


def as_windows(paragraphs):
    return "\r\n\r\n".join(["\u201cDuties\u201d \u2013 caf\u00e9", *paragraphs]).encode("windows-1252")


FORMATS = {
    "duties.docx": as_docx,
    "duties.html": as_html,
    "duties.eml": as_mail,
    "duties.txt": as_text,
    "wide.txt": as_utf16,
    "windows.txt": as_windows,
}


@pytest.fixture(scope="session")
def paragraphs(post):
    """The paragraphs of the memo, annotated."""
    text = (post[0].home / "copies-master.md").read_text()
    return re.findall(r"(?m)^\{\{.*$", text)


@pytest.mark.parametrize("name", FORMATS)
def test_a_copy_of_any_format_is_named_from_its_file_and_from_its_text(name, desk, paragraphs, tmp_path):
    data = FORMATS[name](paragraphs)
    more = ("--encoding", "windows-1252") if name == "windows.txt" else ()
    answer = desk.ok(
        "seal", desk.file(name, data), "--to", desk.list_of(TEN), "--out", desk.home / "out", "--variants", *more
    )
    assert answer["marks"]["by_carrier"]["declared"] == 48
    copies = {one["recipient"]: desk.home / one["path"] for one in answer["copies"]}
    assert len({path.read_bytes() for path in copies.values()}) == 10
    assert media_of(copies["t-4"].read_bytes(), name) == media_of(data, name)
    twin = desk.clone(tmp_path / "twin")
    found = desk.ok("trace", copies["t-4"], *more)
    assert [one["recipient"] for one in found["named"]] == ["t-4"]
    copy = open_document(copies["t-4"].read_bytes(), name, more[1] if more else None)
    assert not re.search(r"\{\{|\}\}", copy.text)
    pasted = twin.ok("trace", "--text", " ".join(copy.text.split()))
    assert [one["recipient"] for one in pasted["named"]] == ["t-4"]


def test_a_copy_of_a_seven_bit_mail_holds_no_character_that_its_charset_lacks(desk, paragraphs):
    head = b"From: a@x.example\nMIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n\n"
    body = "\n\n".join(paragraphs) + "\n\nThe driver's name isn't known, and they say that he's \"reliable\".\n"
    mail = desk.file("mail.eml", head + body.encode("ascii"))
    answer = desk.ok("seal", mail, "--to", desk.list_of(TEN), "--out", desk.home / "out", "--variants")
    assert answer["marks"]["by_carrier"]["declared"] == 48
    for copy in answer["copies"]:
        assert (desk.home / copy["path"]).read_bytes().isascii()
