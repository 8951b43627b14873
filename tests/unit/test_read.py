"""A reading is made from the master, its variants and the leak, and from nothing else (STATISTICS V5)."""

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import get_type_hints

import numpy as np
import pytest

import whosecopy
from whosecopy.codes.quantise import GRID_NATS
from whosecopy.media.leak import PagePicture
from whosecopy.model import Mark, SeenPage, Site, Template, codec
from whosecopy.model.layout import Layout, Word
from whosecopy.model.measured import Measured
from whosecopy.trace.pictures import measure_pictures
from whosecopy.trace.read import Sighting, read_leak, tally

SOURCE = Path(whosecopy.__file__).parent
TEXT = (
    "The harbour master opens the gate early, and the crew brings the ropes to the pier.\n\n"
    "Nobody waits for the ferry, because the ferry comes late on that day.\n\n"
    "The clerk counts the crates twice and writes the number into the book."
)


def site(word, *others, link="", carrier="declared"):
    start = TEXT.index(word)
    return Site(carrier, start, start + len(word), (word, *others), link)


def template():
    """Three marks: one alone, one of two linked sites, one with three variants."""
    sites = (
        site("early", "betimes"),
        site("ropes", "lines", link="r"),
        site("comes late", "is delayed", link="r"),
        site("twice", "two times", "once more", carrier="wording.synonym"),
    )
    marks = (Mark((0,), 2, "solo"), Mark((1, 2), 2, "solo"), Mark((3,), 3, "solo"))
    return Template("text/plain", "00" * 32, TEXT, ((0, len(TEXT)),), sites, marks, ())


def shown(*words):
    text = TEXT
    for old, new in words:
        assert old in text
        text = text.replace(old, new)
    return text


def test_each_mark_says_which_variant_was_seen():
    leak = shown(("early", "betimes"), ("ropes", "lines"), ("comes late", "is delayed"), ("twice", "once more"))
    found = read_leak(template(), leak).reading
    assert found.levels_nats.argmax(axis=1).tolist() == [1, 1, 2]
    assert found.read.all()
    assert read_leak(template(), TEXT).reading.levels_nats.argmax(axis=1).tolist() == [0, 0, 0]


def test_v06_a_reading_holds_a_few_fixed_levels_only():
    for leak in (TEXT, shown(("early", "earlv"), ("ropes", "ro es")), TEXT[40:]):
        assert np.isin(-read_leak(template(), leak).reading.levels_nats, GRID_NATS).all()


def test_linked_sites_speak_together_and_a_contradiction_says_nothing():
    one = read_leak(template(), TEXT).reading.levels_nats[1]
    torn = read_leak(template(), shown(("comes late", "is delayed"))).reading.levels_nats[1]
    assert np.ptp(torn) < np.ptp(one)


def test_what_the_leak_does_not_show_is_an_erasure():
    found = read_leak(template(), TEXT.split("\n\n")[2])
    assert found.reading.read.tolist() == [False, False, True]
    assert [item.state for item in found.evidence] == ["absent", "absent", "absent", "read"]
    assert found.marks_read == 1


def test_a_foreign_text_reads_nothing():
    found = read_leak(template(), "A walk by the river in autumn needs good boots and a coat that keeps out the wind.")
    assert not found.reading.read.any()
    assert not found.reading.levels_nats.any()


def test_marks_of_erased_sites_say_nothing_more():
    found = read_leak(template(), TEXT)
    assert found.without({2}).reading.read.tolist() == [True, False, True]
    assert found.without(set()).reading.read.all()
    assert found.reading.read.all()


def test_the_tally_counts_by_carrier():
    found = tally(read_leak(template(), TEXT.split("\n\n")[2]))
    assert (found.total, found.read, found.erased) == (3, 1, 2)
    assert {name: (one.read, one.total) for name, one in found.by_carrier.items()} == {
        "declared": (0, 2),
        "wording.synonym": (1, 1),
    }


def test_what_a_report_draws_as_read_is_what_counts():
    """A word seen half-way between its two places is found and tells nothing: the page must not say that it does."""
    words = tuple(Word(4 * k, 4 * k + 3, 0, (9.0 * k, 9.0, 9.0 * k + 8, 19.0), 10.0, 0) for k in range(4))
    sites = tuple(Site("layout.word_x", 4 * k, 4 * k + 3, ("left", "right"), locator=f"{k} 0.04") for k in range(4))
    marks = tuple(Mark((k,), 2, "solo") for k in range(4))
    layout = Layout(words, ((99.0, 99.0),))
    laid = Template("application/pdf", "00" * 32, "one two six ten", ((0, 15),), sites, marks, (), layout=layout)
    columns = ((0.4, -0.4, 0.0005, None), (None,) * 4, (None,) * 4, (0.02, 0.02, 0.3, None), (None,) * 4, (None,) * 4)
    boxes = tuple(word.box_pt for word in words)
    picture = Measured(codec.digest(laid).hex(), 1, (), (0, 1, 2, 3), (0,) * 4, boxes, *columns)
    found = read_leak(laid, laid.text, measured=[picture])
    assert [one.state for one in found.evidence] == ["read", "read", "unclear", "absent"]
    assert tally(found).read == 2


def imports(module):
    """The modules of whosecopy that a module imports, wherever in it."""
    path = SOURCE.joinpath(*module.split(".")[1:])
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
        elif isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
    return {name for name in names if name.startswith("whosecopy.") and exists(name)}


def exists(module):
    path = SOURCE.joinpath(*module.split(".")[1:])
    return path.is_dir() or path.with_suffix(".py").exists()


def reachable(module):
    """Every module that a module imports, at whatever distance."""
    found, ahead = set(), [module]
    while ahead:
        for name in imports(ahead.pop()) - found:
            found.add(name)
            ahead.append(name)
    return found


READERS = [
    ".".join(("whosecopy", *path.relative_to(SOURCE).with_suffix("").parts))
    for layer in ("carriers", "media")
    for path in sorted((SOURCE / layer).rglob("[!_]*.py"))
]


@pytest.mark.parametrize("module", READERS)
def test_v05_what_reads_a_leak_cannot_reach_codes_seals_or_vaults(module):
    walls = tuple(f"whosecopy.{layer}" for layer in ("codes", "seal", "trace", "vault", "bench", "cli"))
    assert [name for name in reachable(module) if name.startswith(walls)] == []


def test_v05_reading_takes_a_template_and_a_text_and_imports_no_codeword():
    seen = {"template": Template, "leak_text": str, "pages": Sequence[SeenPage], "measured": Sequence[Measured]}
    assert get_type_hints(read_leak) == seen | {"return": Sighting}
    of_codes = {name for name in imports("whosecopy.trace.read") if name.startswith("whosecopy.codes")}
    assert of_codes == {"whosecopy.codes.quantise"}


def test_v05_pictures_are_measured_without_codewords():
    seen = {"template": Template, "master": bytes, "pictures": Sequence[PagePicture]}
    assert get_type_hints(measure_pictures) == seen | {"return": Measured}
    assert [name for name in imports("whosecopy.trace.pictures") if name.startswith("whosecopy.codes")] == []


def test_v05_look_up_imports_no_codes():
    walls = ("whosecopy.codes", "whosecopy.seal", "whosecopy.trace")
    assert [name for name in imports("whosecopy.vault.lookup") if name.startswith(walls)] == []
