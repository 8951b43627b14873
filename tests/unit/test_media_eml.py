"""E-mail: both bodies are marked alike, everything else keeps its bytes."""

import email
import html
import re
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from whosecopy.errors import InputError
from whosecopy.media.dispatch import open_document, render
from whosecopy.media.encoding import can_encode
from whosecopy.model import Document, Edit

MEMO = (Path(__file__).parents[1] / "documents" / "media" / "memo.eml").read_bytes()
PLAIN = "Dear all,\n\nWe will not move the whole team in May, as the plan says.\n\nKind regards,\nAnna\n"
PAGE = (
    "<p>Dear all,</p><p>We will <b>not</b> move the whole team\nin May, as the plan says.</p>"
    "<p>Kind regards,<br>Anna</p>"
)


def message(plain: str = PLAIN, page: str = "", cte: str = "quoted-printable", charset: str = "utf-8") -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"], made["Message-ID"] = "a@example.org", "b@example.org", "Plan", "<1@x>"
    made.set_content(plain, cte=cte, charset=charset)
    if page:
        made.add_alternative(page, subtype="html", cte=cte, charset=charset)
        made.set_boundary("frontier")
    return made.as_bytes()


def replaced(document: Document, *pairs: tuple[str, str]) -> Document:
    edits = [Edit(document.text.index(old), document.text.index(old) + len(old), new) for old, new in pairs]
    return document.with_edits(tuple(edits))


def bodies(data: bytes) -> tuple[str, str]:
    """The plain body and the text of the HTML body as Python's own e-mail package reads them, blanks evened out."""
    read = email.message_from_bytes(data, policy=policy.default)
    plain, page = read.get_body(("plain",)), read.get_body(("html",))
    assert plain is not None
    assert page is not None
    shown = html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"</p>|<br>|</li>", " ", page.get_content())))
    return " ".join(plain.get_content().split()), " ".join(shown.split())


def test_an_edit_changes_the_plain_and_the_html_body_alike():
    document = open_document(MEMO, "memo.eml")
    edited = replaced(
        document, ("more than four days", "over 4 days"), ("nobody may", "no one may"), ("store, &", "store, and")
    )
    plain, page = bodies(render(edited))
    for text in (plain, page):
        for found in ("take over 4 days \u2013 but the", "store, and no one may take"):
            assert found in text
    assert [part.replace("\u00a0", " ") for part in bodies(MEMO)] != [plain, page]


def test_header_fields_attachments_and_unchanged_lines_keep_their_bytes():
    written = render(replaced(open_document(MEMO, "memo.eml"), ("Files that are", "Papers that are")))
    before, after = MEMO.split(b"\n"), written.split(b"\n")
    encoded = [k for k, line in enumerate(before) if re.fullmatch(rb"[A-Za-z0-9+/=]{30,}", line)]
    assert after[: encoded[0] - 20] == before[: encoded[0] - 20]
    assert written.split(b"--inner--")[1] == MEMO.split(b"--inner--")[1]
    assert b"\n* Papers that are in use stay with their section.\n" in written


def test_what_only_one_body_says_is_protected():
    document = open_document(MEMO, "memo.eml")
    guarded = " ".join(document.text[start:end] for start, end in document.protected)
    assert "<https://example.org/move" in guarded
    assert "second week" not in guarded


def test_an_edit_that_would_reach_one_body_alone_is_refused():
    document = open_document(MEMO, "memo.eml")
    with pytest.raises(InputError, match="has no place in the file"):
        render(replaced(document, ("example.org/move", "example.net/move")))


@pytest.mark.parametrize("cte", ["quoted-printable", "base64", "8bit"])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_every_transfer_encoding_is_read_and_written(cte, newline):
    data = message(PLAIN.replace("plan", "pl\u00e4n"), PAGE.replace("plan", "pl\u00e4n"), cte).replace(b"\n", newline)
    document = open_document(data, "m.eml")
    assert render(document) == data
    written = render(replaced(document, ("whole team", "entire t\u00e9am")))
    assert [text.count("move the entire t\u00e9am in May, as the pl\u00e4n") for text in bodies(written)] == [1, 1]
    assert open_document(written, "m.eml").text == document.text.replace("whole team", "entire t\u00e9am")


def test_a_message_in_seven_bits_takes_ascii_only():
    document = open_document(message(cte="7bit", charset="us-ascii"), "m.eml")
    assert can_encode(document, "won't")
    assert not can_encode(document, "won\u2019t")
    assert can_encode(open_document(message(), "m.eml"), "won\u2019t")


def test_a_message_with_one_body_is_read_from_it():
    assert open_document(message(), "m.eml").text == PLAIN.strip()
    alone = open_document(message().replace(b"text/plain", b"text/html").replace(b"Dear", b"<p>Dear"), "m.eml")
    assert "We will not move the whole team in May" in alone.text


def test_a_stub_in_place_of_the_plain_body_is_not_what_people_read():
    document = open_document(message("Open this mail in a browser.\n", PAGE * 3), "m.eml")
    assert document.text.startswith("Dear all,\n\nWe will not move")


@pytest.mark.parametrize(
    "data",
    [
        message().replace(b"text/plain", b"application/pkcs7-mime"),
        message(page=PAGE).replace(b"multipart/alternative", b"multipart/signed"),
        message("-----BEGIN PGP SIGNED MESSAGE-----\n\nText\n", cte="7bit", charset="us-ascii"),
    ],
)
def test_a_signed_message_is_refused_with_advice(data):
    with pytest.raises(InputError, match="seal the unsigned message"):
        open_document(data, "m.eml")


def test_parts_nested_without_end_are_refused():
    data = b"MIME-Version: 1.0\nTo: x\n"
    for k in range(40):
        data += b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (k, k)
    with pytest.raises(InputError, match="nested over"):
        open_document(data + b"\ntext", "m.eml")
