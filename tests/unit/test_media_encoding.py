import pytest

from whosecopy.errors import InputError
from whosecopy.media.dispatch import open_document, render
from whosecopy.media.encoding import can_encode
from whosecopy.model import Edit

TEXT = "The plan for the caf\u00e9 \u2013 \u201cas agreed\u201d \u2013 isn\u2019t final; it will not be before June.\n"


@pytest.mark.parametrize(
    ("data", "codec"),
    [
        (TEXT.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + TEXT.encode(), "utf-8"),
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), "utf-16-le"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("cp1252"), "cp1252"),
    ],
)
def test_a_text_is_written_back_in_its_own_encoding(data, codec):
    document = open_document(data, "plan.txt")
    assert (document.text, document.encoding) == (TEXT.strip(), codec)
    assert render(document) == data
    start = document.text.index("will not")
    written = render(document.with_edits((Edit(start, start + 8, "won\u2019t"),)))
    mark = data[: len(data) - len(TEXT.encode(codec))]
    assert written == mark + TEXT.replace("will not", "won\u2019t").encode(codec)


def test_windows_1252_can_be_asked_for_where_it_would_not_be_guessed():
    data = "\u00c4\u00d6\u00dc \u00e4\u00f6\u00fc".encode("cp1252")
    with pytest.raises(InputError, match=r"list\.txt: the encoding cannot be told"):
        open_document(data, "list.txt")
    document = open_document(data, "list.txt", encoding="windows-1252")
    assert document.text == "\u00c4\u00d6\u00dc \u00e4\u00f6\u00fc"
    assert open_document(data, "list.txt", encoding="latin-1").text == document.text


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"", None),
        (b" \n\t ", None),
        (b"caf\xe9 au lait, as agreed".replace(b"\xe9", b"\x81"), None),
        (TEXT.encode() + b"\xe2\x80", None),
        (TEXT.encode("utf-16-le"), None),
        (TEXT.encode("utf-16-le"), "utf-16"),
        ("\u0418\u0442\u0430\u043a, \u043f\u043b\u0430\u043d".encode("koi8-r"), None),
        (b"text\0text", None),
        (b"\x01\x02\x03\x04 binary", None),
        (TEXT.encode("cp1252"), "utf-8"),
        (TEXT.encode(), "no-such-encoding"),
        (TEXT.encode(), "base64"),
    ],
)
def test_what_cannot_be_decoded_for_certain_is_refused_in_one_line(data, encoding):
    with pytest.raises(InputError) as refused:
        open_document(data, "plan.txt", encoding)
    assert str(refused.value).startswith("plan.txt: ")
    assert "\n" not in str(refused.value)


def test_a_carrier_can_ask_whether_a_character_can_be_written():
    western = open_document(TEXT.encode("cp1252"), "plan.txt")
    assert can_encode(western, "won\u2019t \u2014 caf\u00e9")
    assert not can_encode(western, "a\u2011b")
    assert can_encode(open_document(TEXT.encode(), "plan.txt"), "a\u2011b")
    assert not can_encode(western, "a\0b")


def test_a_character_that_the_encoding_lacks_is_an_error_and_not_a_question_mark():
    western = open_document(TEXT.encode("cp1252"), "plan.txt")
    with pytest.raises(InputError, match="cp1252 has no"):
        render(western.with_edits((Edit(0, 3, "\u0416"),)))


def test_html_writes_any_character_as_a_reference():
    page = "<meta charset=iso-8859-1><p>The caf\u00e9 will not open before the first of June this year.</p>"
    document = open_document(page.encode("cp1252"), "page.html")
    assert can_encode(document, "\u0416")
    written = render(document.with_edits((Edit(0, 3, "\u0416"),)))
    assert written == page.replace("The", "&#1046;").encode("cp1252")
