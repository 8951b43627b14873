"""Fonts whose codes are not their characters' numbers: the CMap that comes with the file says what they stand for."""

import io

import pikepdf
import pytest

from whosecopy.bench.typeset import letter
from whosecopy.media.dispatch import open_document, render
from whosecopy.media.pdf.cmaps import read_cmap
from whosecopy.model import Shift

SPACE = b"begincodespacerange <0000> <ffff> endcodespacerange "


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        SPACE,
        b"/Other usecmap " + SPACE + b"begincidchar <0001> 5 endcidchar",
        b"/WMode 1 def " + SPACE + b"begincidchar <0001> 5 endcidchar",
        SPACE + b"begincidchar <01> 5 endcidchar",
        b"begincodespacerange <00> <80> <8140> <ffff> endcodespacerange begincidchar <01> 5 endcidchar",
        SPACE + b"begincidrange <00000000> <ffffffff> 0 endcidrange",
        SPACE + b"begincidrange <0000> <ffff> 0 " * 9 + b"endcidrange",
        SPACE + b"begincidrange <0001> <02> 0 endcidrange",
    ],
)
def test_what_cannot_be_told_simply_is_not_read(broken):
    assert read_cmap(broken) is None


def test_ranges_characters_and_comments_are_read():
    data = (
        SPACE
        + b"% <0009> 9\n1 begincidchar <0003> 70 endcidchar 2 begincidrange <0010> <0012> 5 <0020><0020>9 endcidrange"
    )
    assert read_cmap(data) == (2, {3: 70, 16: 5, 17: 6, 18: 7, 32: 9})


def shuffled(data: bytes) -> bytes:
    """A PDF whose CID fonts have the same codes, but through a CMap that names them range by range."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            for font in page.resources.Font.values():
                if font.get("/Encoding") == pikepdf.Name("/Identity-H"):
                    rows = b" ".join(b"<%04x> <%04x> %d" % (k, k + 255, k) for k in range(0, 0x10000, 256))
                    cmap = pdf.make_stream(SPACE + b"256 begincidrange " + rows + b" endcidrange")
                    cmap["/Type"], cmap["/CMapName"] = pikepdf.Name.CMap, pikepdf.Name("/Own-H")
                    cmap["/CIDSystemInfo"] = font.DescendantFonts[0].CIDSystemInfo
                    font.Encoding = cmap
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def test_words_in_fonts_with_a_cmap_of_their_own_are_moved_as_others_are():
    plain, own = open_document(letter(3, 6), "plain.pdf"), open_document(shuffled(letter(3, 6)), "own.pdf")
    rooms = [[word.room_em for word in master.layout.words] for master in (plain, own)]
    assert rooms[0] == rooms[1]
    assert sum(room > 0 for room in rooms[0]) > 50
    moved = tuple(Shift(k, word.room_em) for k, word in enumerate(own.layout.words) if word.room_em)
    copy = open_document(render(own.with_shifts(moved)), "copy.pdf")
    assert copy.text == own.text
