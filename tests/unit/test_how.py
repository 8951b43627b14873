"""By which way a text got out, as far as it shows, and whether it reads like the original (STATISTICS V14)."""

import re

import pytest

from whosecopy.carriers.writing import marked
from whosecopy.media.dispatch import open_document
from whosecopy.model import Site
from whosecopy.seal.declare import prepare
from whosecopy.seal.plan import make_template
from whosecopy.trace.how import how_it_got_out, reads_like_original
from whosecopy.trace.read import read_leak

WORDS = re.findall(
    r"\w+",
    "amber birch cedar daisy elder fern grass hazel iris juniper kelp linden maple nettle oak pine quince rose sage "
    "thyme umber violet willow yarrow zinnia aster barley clover dill endive fennel ginger hops ivy jasmine kale lilac "
    "mallow neem onion",
)
TEXT = "\n\n".join(
    f"The {word} bed was dug by number {k} of the list, and the gardener took the {word} home in a basket."
    for k, word in enumerate(WORDS)
)


def template_of(carrier, marks=40):
    starts = [TEXT.index(f"The {word} bed") for word in WORDS[:marks]]
    sites = [
        Site(carrier, at + 4, at + 4 + len(word), (word, f"new {word}"))
        for at, word in zip(starts, WORDS, strict=False)
    ]
    return make_template(open_document(TEXT.encode(), "beds.txt"), sites, {})


def leaking(template, variants):
    return read_leak(template, marked(open_document(TEXT.encode(), "beds.txt"), template, variants).edited_text())


@pytest.mark.parametrize(
    ("carrier", "changed", "marks", "like"),
    [
        ("declared", 0, 40, True),
        ("declared", 2, 40, True),
        ("declared", 3, 40, False),
        ("declared", 0, 29, False),
        ("declared", 0, 30, True),
        ("wording.synonym", 0, 40, False),
    ],
)
def test_v14_like_the_original_takes_thirty_strong_marks_of_which_19_in_20_agree(carrier, changed, marks, like):
    template = template_of(carrier, marks)
    sighting = leaking(template, [1] * changed + [0] * (marks - changed))
    assert sighting.marks_read == marks
    assert reads_like_original(sighting) is like


def how_of(leak, channel="file", template=None):
    return how_it_got_out(read_leak(template or template_of("declared"), leak), channel, "2", ["a note"])


def test_the_part_is_told_in_paragraphs(story):
    master = prepare(story["plan.md"].encode(), "plan.md", None, True, ("{{", "}}")).master
    template = make_template(master, (), {})
    blocks = [master.text[start:end] for start, end in template.blocks]
    long = [k for k, block in enumerate(blocks, start=1) if len(block) > 200]

    def part(*numbers):
        return how_of("\n\n".join(blocks[k - 1] for k in numbers), template=template).part

    assert part(*range(1, len(blocks) + 1)) == f"paragraphs 1-{len(blocks)} of {len(blocks)}"
    assert part(long[3]) == f"paragraph {long[3]} of {len(blocks)}"
    assert part(long[0], long[0] + 1, long[5]) == f"paragraphs {long[0]}-{long[0] + 1}, {long[5]} of {len(blocks)}"
    assert how_of(blocks[long[2] - 1][:80], template=template).part == "less than a paragraph"


def test_a_picture_is_told_by_its_channel():
    assert "OCR" in how_of(TEXT, "ocr").channel


def test_typography_tells_a_digital_copy_from_one_typed_again():
    text = " ".join(f"The {word} bed is dug\u2026 and the gardener went to the {word} shed." for word in WORDS[:12])
    master = open_document(text.encode(), "said.txt")
    sites = [Site("typography.ellipsis", k, k + 1, ("\u2026", "...")) for k in range(len(text)) if text[k] == "\u2026"]
    sites += [Site("declared", k, k + 4, ("shed", "barn")) for k in range(len(text)) if text.startswith("shed", k)]
    template = make_template(master, sites, {})
    pasted = marked(master, template, [k // 2 % 2 for k in range(template.length)]).edited_text()
    assert "typography intact" in how_of(pasted, template=template).channel
    assert "wording only" in how_of(pasted.replace("\u2026", "..."), template=template).channel
    assert how_of(TEXT).channel == "cannot be told"
