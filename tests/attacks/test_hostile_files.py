"""Files made to break the reader: each ends in a one-line refusal, quickly, as a master and as a leak."""

import io
import struct
import zipfile
import zlib

import pytest

from whosecopy.errors import InputError
from whosecopy.media.dispatch import open_document
from whosecopy.media.leak import open_leak

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
BODY = f'<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>The plan.</w:t></w:r></w:p></w:body></w:document>'
ENTITIES = "".join(f'<!ENTITY e{k} "{f"&e{k - 1};" * 10}">' for k in range(1, 12))


def archive(document: str | bytes = BODY, **more: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("word/document.xml", document)
        for name, content in more.items():
            made.writestr(name, content)
    return out.getvalue()


def lying_archive() -> bytes:
    """Claims that 50 MB of zeros are 100 bytes."""
    data = bytearray(archive(b"<a>" + b"\0" * 50_000_000))
    size = struct.pack("<L", 50_000_003)
    return bytes(data.replace(size, struct.pack("<L", 100)))


def overlapping_archive() -> bytes:
    """Two directory records that point to one member."""
    data = archive(**{"word/footer.xml": b"x" * 100})
    first = data.index(b"PK\1\2")
    second = data.index(b"PK\1\2", first + 4)
    start = data[first + 42 : first + 46]
    return data[: second + 42] + start + data[second + 46 :]


def encrypted_archive() -> bytes:
    data = bytearray(archive())
    record = data.index(b"PK\1\2")
    data[record + 8] |= 1
    return bytes(data)


def picture(side: int) -> bytes:
    """A PNG of `side` x `side` black pixels, one bit each."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">L", len(content)) + kind + content + struct.pack(">L", zlib.crc32(kind + content))

    rows = zlib.compress(b"\0" * 10_000)
    head = struct.pack(">2L5B", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


DOCUMENTS = {
    "empty": (b"", "the file is empty"),
    "blank": (b"\r\n \t" * 100, "the file is empty"),
    "binary": (bytes(range(256)) * 40, "binary file|control character"),
    "200 MB": (b"The plan will not change. " * 8_000_000, "over the limit of 100 MiB"),
    "zip bomb": (archive(**{"word/media/a.xml": b"0" * 300_000_000}), "a ZIP bomb"),
    "lying sizes": (lying_archive(), "damaged"),
    "overlap": (overlapping_archive(), "overlap"),
    "encrypted": (encrypted_archive(), "without a password"),
    "entity bomb": (archive(f"<!DOCTYPE d [<!ENTITY e0 'x'>{ENTITIES}]><d>&e11;</d>"), "document type"),
    "outside entity": (archive('<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'), "document type"),
    "broken XML": (archive(BODY[:-20]), "broken XML"),
    "no document": (archive().replace(b"word/document.xml", b"word/somethin.xml"), "without a Word document"),
    "cut off": (archive()[:-30], "cut off"),
    "damaged": (archive().replace(b"PK\1\2", b"PK\1\3"), "damaged"),
    "old Office": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old or password-protected Office file"),
    "deep nesting": (archive(f"<w:d xmlns:w='{WORD}'>" + "<w:p>" * 200_000), "broken XML"),
}
MASTERS = {
    "a novel in one file": (b"The plan will not change. " * 40_000, "over 1,000,000 characters"),
    "a library in one file": (b"The plan will not change. " * 400_000, "over the limit of 8 MiB"),
    "an endless word": (b"The plan. " + b"a" * 6_000, "3,000 characters without a blank"),
    "a word in 6,000 runs": (
        archive(BODY.replace("</w:p>", "<w:r><w:t>a</w:t></w:r>" * 6_000 + "</w:p>")),
        "3,000 characters without a blank",
    ),
    "2,000,000 empty elements": (
        archive(BODY.replace("<w:t>", "<w:rPr>" + "<w:b/>" * 1_000_000 + "</w:rPr><w:t>")),
        "elements",
    ),
}
"""What is too long to be sealed, though it can be read as a leak."""
LEAKS = {
    "picture bomb": (picture(50_000), "megapixels"),
    "cut-off picture": (picture(500)[:60], "cannot be read|damaged"),
    "not a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "cannot be read|damaged"),
    "broken PDF": (b"%PDF-1.7\n" + bytes(500), "the PDF cannot be opened"),
    "picture without text": (picture(300), "no text found|cannot be read"),
}


def outcome(data: bytes, name: str) -> str:
    """The text that was read, or the reason why not."""
    try:
        return open_leak(data, name).text
    except InputError as error:
        return str(error)


def refused(error: InputError, name: str) -> bool:
    return str(error).startswith(f"{name}: ") and "\n" not in str(error) and len(str(error)) < 300


@pytest.mark.parametrize("kind", [*DOCUMENTS, *MASTERS])
def test_a_hostile_master_is_refused_in_one_line(kind):
    data, cause = (DOCUMENTS | MASTERS)[kind]
    with pytest.raises(InputError, match=cause) as error:
        open_document(data, "plan.docx" if data.startswith(b"PK") else "plan.txt")
    assert refused(error.value, "plan.docx" if data.startswith(b"PK") else "plan.txt")


def test_languages_without_blanks_have_no_endless_words():
    text = "この計画は春に始まる。" * 500
    assert open_document(text.encode(), "plan.txt").text.strip() == text


@pytest.mark.parametrize("kind", [*DOCUMENTS, *LEAKS])
def test_a_hostile_leak_is_refused_in_one_line(kind):
    data, cause = (DOCUMENTS | LEAKS)[kind]
    with pytest.raises(InputError, match=cause) as error:
        open_leak(data, "leak.bin")
    assert refused(error.value, "leak.bin")


@pytest.mark.parametrize(
    "text",
    [
        "*" * 20_000,
        "[" * 20_000,
        "> " * 5_000 + "x",
        "`" * 9_999 + " x",
        "{{" * 10_000,
        "- " * 3_000 + "x",
        "<" * 20_000,
        "&" * 20_000,
        "<p" * 10_000,
        "<!--" * 10_000,
        "::: variants\n" * 3_000,
        "---\nkey: x\n" * 3_000,
        "".join(f"[r{k}]: a\n" for k in range(11_000)),
        "|a" * 30_000 + "\n" + "|-" * 30_000 + "\n" + "|b" * 30_000,
        "|a" * 3_000 + "\n" + "|-" * 3_000 + "\n",
    ],
    ids=lambda text: text[:8].strip(),
)
@pytest.mark.parametrize("name", ["leak.md", "leak.html", "leak.txt"])
def test_text_made_to_slow_a_parser_down_is_read_or_refused(name, text):
    found = outcome((text + "\n\nThe plan.\n").encode(), name)
    assert found.startswith(f"{name}: ") or "The plan." in found
