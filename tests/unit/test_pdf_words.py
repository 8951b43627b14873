"""Which bytes of a content stream a word of a page is made of."""

import pytest

from whosecopy.bench.hostile_pdfs import TEXT, one_page
from whosecopy.media.pdf.analysis import analyse

HELVETICA = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def drawn(analysis, found):
    """What the instruction of a word shows between the first and the last byte of the word."""
    (fragment,) = found.fragments
    operands = analysis.units[fragment.unit].instructions[fragment.op].operands
    return bytes(operands[0])[fragment.first[1] : fragment.last[1]].decode("ascii", "replace").rstrip()


@pytest.mark.parametrize("letter", [b"i", b"\xc6", b"\xe9", b"\xea"])
def test_a_word_is_drawn_by_its_own_letters_where_programs_differ_on_widths(letter):
    data = one_page(TEXT.replace(b"12 moved i", b"12 moved " + letter), more={5: HELVETICA})
    analysis = analyse(data, "widths.pdf")
    text = {number: analysis.text[one.word.start : one.word.end] for number, one in enumerate(analysis.found)}
    assert {k: drawn(analysis, one) for k, one in enumerate(analysis.found)} == text
    assert len(text) >= 13 * 15
