"""PDFs made to break whoever opens them, each with one thing wrong; most also hold a page of plain text."""

import zlib
from collections.abc import Callable, Mapping
from functools import partial

TEXT = (
    b"BT /F1 11 Tf 14 TL 72 720 Td "
    + b"".join(
        b"(Office %d moved its files to the river bank on day %d of the flood) Tj T* " % (k, 7 * k) for k in range(14)
    )
    + b"ET\n"
)
"""A page of words that can be moved."""
_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
_BOX = b"/MediaBox[0 0 595 842]"
_MIB = 2**20


def pdf_file(objects: Mapping[int, bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects by number, with a cross-reference that is right; number 1 is the catalogue."""
    out, places = bytearray(b"%PDF-1.7\n"), {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, size = len(out), max(objects) + 1
    rows = (b"%010d 00000 n \n" % places[k] if k in places else b"0000000000 65535 f \n" for k in range(size))
    out += b"xref\n0 %d\n%strailer\n<</Root 1 0 R/Size %d%s>>\n" % (size, b"".join(rows), size, trailer)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def one_page(
    content: bytes = TEXT,
    page: bytes = _BOX,
    resources: bytes = b"/Font<</F1 5 0 R>>",
    more: Mapping[int, bytes] | None = None,
    catalogue: bytes = b"",
) -> bytes:
    """A PDF of one page (object 3) that draws `content` (4) in Helvetica (5); `more` are further objects."""
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R%s>>" % catalogue,
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<<%s>>%s>>" % (resources, page),
        4: stream(content),
        5: _FONT,
    }
    return pdf_file(objects | dict(more or {}))


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object."""
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), entries, content)


def repeated(start: bytes, block: bytes, times: int) -> bytes:
    """`start` and `times` the same `block`, deflated at once: parts that stand alone can be repeated as they are."""
    packer = zlib.compressobj(9)
    head = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    once = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + once * times + b"\x03\x00" + bytes(4)


def _deflated(data: bytes, filters: int = 1) -> bytes:
    """A PDF whose page draws what is in `data`, which is deflated so many times."""
    return one_page(more={4: stream(data, b"/Filter[%s]" % (b"/FlateDecode" * filters))})


def _pages(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % (k + 6) for k in range(count))
    page = b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>%s>>" % _BOX
    root = {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids)}
    return pdf_file(root | {4: stream(TEXT), 5: _FONT} | dict.fromkeys(range(6, count + 6), page))


def _words(count: int) -> bytes:
    """A page of so many words in rows of a hundred."""
    rows = count // 100
    lines = (
        b"1 0 0 1 2 %.4f Tm (%s) Tj " % (840 - 838 * k / rows, b" ".join(b"w%d" % (100 * k + j) for j in range(100)))
        for k in range(rows)
    )
    return _deflated(zlib.compress(b"BT /F1 3 Tf " + b"".join(lines) + b"ET"))


def _forms(count: int, draws: bytes) -> bytes:
    """Forms in a ring, each of which draws the next as `draws` says."""
    entries = b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</X %d 0 R>>/Font<</F1 5 0 R>>>>"
    drawn = b"q 1 0 0 1 0 -2 cm " + draws + b" Q\n" + TEXT[:200] + b" ET"
    more = {k + 6: stream(drawn, entries % ((k + 1) % count + 6)) for k in range(count)}
    return one_page(TEXT + b"/X Do\n", resources=b"/XObject<</X 6 0 R>>/Font<</F1 5 0 R>>", more=more)


def _strokes(procedure: bytes) -> bytes:
    """A page with a Type 3 font, whose only letter is drawn by `procedure`."""
    font = (
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 1000 1000]/FontMatrix[.001 0 0 .001 0 0]/CharProcs<</a 7 0 R>>"
        b"/Encoding<</Type/Encoding/Differences[97/a]>>/FirstChar 97/LastChar 97/Widths[600]"
        b"/Resources<</Font<</F2 6 0 R>>>>>>"
    )
    content = TEXT + b"BT /F2 12 Tf 72 300 Td (aaaaaaaa aaaaaa) Tj ET"
    more = {6: font, 7: stream(zlib.compress(procedure), b"/Filter/FlateDecode")}
    return one_page(content, resources=b"/Font<</F1 5 0 R/F2 6 0 R>>", more=more)


def _mapped(encoding: bytes = b"/Identity-H", widths: bytes = b"[0[500 500]]", letters: bytes = b"") -> bytes:
    """A page with a line in a font of two-byte codes, whose letters a character map tells."""
    system = b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
    more = {
        6: b"<</Type/Font/Subtype/Type0/BaseFont/Odd/Encoding %s/DescendantFonts[7 0 R]/ToUnicode 8 0 R>>" % encoding,
        7: b"<</Type/Font/Subtype/CIDFontType2/BaseFont/Odd/DW 500/W %s%s>>" % (widths, system),
        8: stream(letters),
    }
    line = b"BT /F2 11 Tf 72 400 Td <0041004200430020004400450046> Tj ET\n"
    return one_page(TEXT + line, resources=b"/Font<</F1 5 0 R/F2 6 0 R>>", more=more)


def _letters(first: bytes, last: bytes, letter: bytes) -> bytes:
    ranges = b"1 beginbfrange <%s> <%s> <%s> endbfrange" % (first, last, letter)
    return b"/CIDInit/ProcSet findresource begin begincmap " + ranges + b" endcmap"


def _picture(
    width: int, height: int, data: bytes, entries: bytes = b"/ColorSpace/DeviceGray/Filter/FlateDecode"
) -> bytes:
    """A page that is a picture of so many pixels."""
    head = b"/Type/XObject/Subtype/Image/BitsPerComponent 8/Width %d/Height %d%s" % (width, height, entries)
    drawn = b"q 595 0 0 842 0 0 cm /I Do Q"
    return one_page(drawn, resources=b"/XObject<</I 6 0 R>>", more={6: stream(data, head)})


def _tiles(step: bytes) -> bytes:
    """A page painted over with a pattern that repeats at `step`."""
    tile = b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep %s/YStep %s/Resources<<>>"
    more = {6: stream(b"1 0 0 rg 0 0 5 5 re f", tile % (step, step))}
    painted = TEXT + b"/Pattern cs /P scn 0 0 595 842 re f\n"
    return one_page(painted, resources=b"/Pattern<</P 6 0 R>>/Font<</F1 5 0 R>>", more=more)


def _changed(old: bytes, new: bytes) -> bytes:
    return one_page().replace(old, new, 1)


def _again(previous: bytes) -> bytes:
    """A page whose cross-reference goes on at `previous`."""
    return _changed(b"/Root 1 0 R", b"/Root 1 0 R/Prev " + previous)


def _object(catalogue: bytes, body: bytes) -> bytes:
    """A page, and an object 6 that the catalogue names."""
    return one_page(more={6: body}, catalogue=catalogue)


_FONTS = {
    "letters without a meaning": b"<</Type/Font/Subtype/Type1/BaseFont/Odd/Encoding<</Differences[32/g0/g1/g2]>>>>",
    "a font that is a page": b" 3 0 R",
    "a font of nothing": b"<<>>",
    "widths without end": b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/FirstChar -2000000000/Widths[1e38 -1e38]>>",
    "widths of 0": b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/FirstChar 32/Widths[%s]>>" % (b"0 " * 95),
}
_BOXES = {
    "a page of 0 pt": b"/MediaBox[0 0 0 0]",
    "a page of 1e9 pt": b"/MediaBox[0 0 1000000000 1000000000]",
    "a page 1e9 pt wide": b"/MediaBox[0 0 1000000000 842]",
    "a page turned inside out": b"/MediaBox[595 842 0 0]",
    "a page without a box": b"",
    "a page with a box of names": b"/MediaBox[/a /b /c /d]",
    "a page of .001 pt": b"/MediaBox[0 0 .001 .001]",
    "a page far away": b"/MediaBox[10000000 10000000 10000595 10000842]",
    "a page turned by 45 degrees": _BOX + b"/Rotate 45",
    "a page turned by 1e9 degrees": _BOX + b"/Rotate 1000000000",
    "a page in units of 1e6": _BOX + b"/UserUnit 1000000",
    "a crop box of nothing": _BOX + b"/CropBox[300 300 300 300]",
    "a crop box of less than nothing": _BOX + b"/CropBox[-500 -500 -400 -400]",
    "a crop box that is not a number": _BOX + b"/CropBox[nan nan nan nan]",
    "100,000 annotations": _BOX + b"/Annots[%s]" % (b"<</Subtype/Text/Rect[0 0 9 9]>>" * 100_000),
}
_DRAWN = {
    "nothing": b"",
    "arrays 100,000 deep": TEXT + b"[" * 100_000,
    "all words in one place": b"BT /F1 11 Tf " + b"1 0 0 1 72 400 Tm (word) Tj " * 20_000 + b"ET",
    "text of size 0": b"BT /F1 0 Tf 10 10 Td (nothing to see) Tj ET " + TEXT,
    "text stretched to nothing": b"BT /F1 9 Tf 0 Tz 10 10 Td (nothing to see) Tj ET 100 Tz " + TEXT,
    "text upside down": b"BT /F1 -11 Tf 100 100 Td (upside down) Tj ET " + TEXT,
    "a matrix without a way back": b"q 0 0 0 0 0 0 cm BT /F1 9 Tf (flat) Tj ET Q " + TEXT,
    "brackets that never close": TEXT + b"BT (((((((" * 1_000,
    "operators without operands": b"Tj TJ Td Tm cm Tf ' \" Do gs sc scn cs BT Tj ET BT TJ ET " + TEXT,
    "operands without operators": b"1 2 3 " * 100_000 + TEXT,
    "an inline picture that never ends": TEXT + b"BI /W 9999 /H 9999 /BPC 8 /CS /G ID abc",
}
_NUMBERS = (
    b"1e38", b"-1e38", b"nan", b"inf", b"1" + b"0" * 40, b"-99999999999999999999", b"0.0000000000000000000001", b"--5",
)  # fmt: skip
_MADE: Mapping[str, Callable[[], bytes]] = {
    "a plain page": one_page,
    "dictionaries 100,000 deep": partial(_object, b"/Odd 6 0 R", b"<</a" * 100_000),
    "a page that is its own content": partial(_changed, b"/Contents 4 0 R", b"/Contents 3 0 R"),
    "a length that is its own length": partial(_changed, b"/Length %d" % len(TEXT), b"/Length 4 0 R"),
    "pages that hold their parent": partial(_changed, b"/Kids[3 0 R]", b"/Kids[2 0 R]"),
    "a page listed 50,000 times": partial(_changed, b"3 0 R]/Count 1", b"3 0 R " * 50_000 + b"]/Count 50000"),
    "2,000,000,000 pages promised": partial(_changed, b"/Count 1", b"/Count 2000000000"),
    "a cross-reference that follows itself": lambda: _again(b"%d" % one_page().rindex(b"xref\n0")),
    "a cross-reference before the file": partial(_again, b"-5"),
    "100,000 pages": partial(_pages, 100_000),
    "3,000 pages of text": partial(_pages, 3_000),
    "1 GB deflated": lambda: _deflated(repeated(TEXT, b" " * _MIB, 1024)),
    "4 GB deflated twice": lambda: _deflated(zlib.compress(repeated(b"", bytes(_MIB), 4096)), 2),
    "100 MB of q": lambda: _deflated(repeated(TEXT, b"q " * (_MIB // 2), 100)),
    "100 MB of q and Q": lambda: _deflated(repeated(TEXT, b"q Q " * (_MIB // 4), 100)),
    "1,000,000 words": partial(_words, 1_000_000),
    "30,000 words": partial(_words, 30_000),
    "a word of 1,000,000 letters": lambda: one_page(TEXT + b"BT /F1 1 Tf (" + b"a" * 1_000_000 + b") Tj ET"),
    "a form that draws itself": partial(_forms, 1, b"/X Do"),
    "forms that draw each other": partial(_forms, 3, b"/X Do"),
    "40 forms that draw the next one twice": partial(_forms, 40, b"/X Do /X Do"),
    "12 forms that draw the next one nine times": partial(_forms, 12, b"/X Do " * 9),
    "a letter of 1,000,000 strokes": lambda: _strokes(b"600 0 d0 " + b"0 0 m 500 500 l S " * 1_000_000),
    "a letter drawn with itself": partial(_strokes, b"600 0 d0 BT /F2 900 Tf (a) Tj ET"),
    "a character map that is its own font": partial(_mapped, encoding=b"6 0 R"),
    "a character map of rubbish": partial(_mapped, letters=b"beginbfrange <zz> <<>> \xff" * 1_000),
    "a character map of 4,000,000,000 letters": lambda: _mapped(letters=_letters(b"0" * 8, b"f" * 8, b"0041")),
    "letters that go backwards": lambda: _mapped(letters=_letters(b"0041", b"0046", b"05D0")),
    "widths of 1e9 letters": partial(_mapped, widths=b"[0 1000000000 500]"),
    "widths told 3,000 times": partial(_mapped, widths=b"[%s]" % (b"0 65535 500 " * 3_000)),
    "a field that is its own child": partial(_object, b"/AcroForm<</Fields[6 0 R]>>", b"<</T(a)/Kids[6 0 R 6 0 R]>>"),
    "an outline that follows itself": partial(_object, b"/Outlines 6 0 R", b"<</First 6 0 R/Last 6 0 R/Next 6 0 R>>"),
    "names that hold themselves": partial(_object, b"/Names 6 0 R", b"<</Dests 6 0 R/Kids[6 0 R]>>"),
    "tiles without end": partial(_tiles, b".00001"),
    "a picture of 100,000 x 100,000": lambda: _picture(100_000, 100_000, zlib.compress(bytes(10_000))),
    "a picture of 30,000 x 30,000, all of it": lambda: _picture(30_000, 30_000, repeated(b"", bytes(_MIB), 859)),
    "a picture of -5 pixels": partial(_picture, -5, -5, b""),
    "noise in JBIG2": lambda: _picture(5_000, 5_000, bytes(range(256)) * 40, b"/Filter/JBIG2Decode"),
    "noise in JPEG 2000": lambda: _picture(5_000, 5_000, bytes(range(256)) * 40, b"/Filter/JPXDecode"),
    "a password of rubbish": partial(_changed, b"/Root", b"/Encrypt<</Filter/Standard/V 5/R 6/O(a)/U(b)/P -1>>/Root"),
    "a picture in front": lambda: b"\x89PNG\r\n\x1a\n" + one_page(),
    "an archive in front": lambda: b"PK\x03\x04" + bytes(100) + one_page(),
    "another PDF behind": lambda: one_page() + one_page(TEXT.replace(b"Office", b"Bureau")),
    "a head": lambda: b"%PDF-1.7\n",
    "a head and 10 MB of rubbish": lambda: b"%PDF-1.7\n" + bytes(range(256)) * 40_000,
    "1,000,000 objects without a table": lambda: (
        b"%PDF-1.7\n" + b"".join(map(b"%d 0 obj<<>>endobj\n".__mod__, range(10**6)))
    ),
}
PDFS: Mapping[str, Callable[[], bytes]] = {
    **_MADE,
    **{name: partial(one_page, content) for name, content in _DRAWN.items()},
    **{name: partial(one_page, page=box) for name, box in _BOXES.items()},
    **{name: partial(one_page, resources=b"/Font<</F1%s>>" % font) for name, font in _FONTS.items()},
    **{
        f"text moved by {one.decode()}": partial(
            one_page, b"BT /F1 9 Tf 1 0 0 1 %s %s Tm (far) Tj ET " % (one, one) + TEXT
        )
        for one in _NUMBERS
    },
    **{
        f"text in size {one.decode()}": partial(one_page, b"BT /F1 %s Tf 5 5 Td (big) Tj ET " % one + TEXT)
        for one in _NUMBERS
    },
    **{
        f"a page scaled by {one.decode()}": partial(one_page, b"q %s 0 0 %s 0 0 cm " % (one, one) + TEXT + b"Q " + TEXT)
        for one in _NUMBERS
    },
}
"""By name, how each is made."""
