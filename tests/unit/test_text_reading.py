"""Writing sites of plain wording and reading them back from what surfaced."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whosecopy.carriers.text import evidence, fit_breaks, read_variants, writable, write_variants
from whosecopy.media.align import align
from whosecopy.media.dispatch import open_document
from whosecopy.model import Block, Document, Piece, Site

TEXT = (
    "The council will begin the repair of the northern quay in May, and the harbour stays open. "
    "Ships that carry grain do not have to wait at the outer buoys, but they must report by radio. "
    "We believe that the cost will stay below the budget, because the stone comes from our own quarry.\n\n"
    "The pilots, the crane drivers and the lock keepers have also agreed to work at night. "
    "Nobody needs a permit for the western basin. Visitors are kindly asked to use the footbridge."
)


def site(old: str, *variants: str, text: str = TEXT, after: str = "") -> Site:
    start = text.index(after + old) + len(after)
    return Site("test", start, start + len(old), (old, *variants))


def copy_of(sites: list[Site], choice: list[int], text: str = TEXT) -> str:
    out, at = "", 0
    for one, variant in zip(sites, choice, strict=True):
        out += text[at : one.start] + one.variants[variant]
        at = one.end
    return out + text[at:]


def read(leak: str, sites: list[Site], text: str = TEXT) -> list[int | None]:
    rows = read_variants(align(text, leak), sites)
    chosen = [row[: len(s.variants)] for row, s in zip(rows, sites, strict=True)]
    return [None if (row == row[0]).all() else int(row.argmax()) for row in chosen]


SITES = [
    site("begin", "start"),
    site(", and the", " and the"),
    site("do not", "don't", after="grain "),
    site("have to", "need to", "are obliged to"),
    site(" that", "", after="believe"),
    site(",", "", after="budget"),
    site("", "indeed ", after="keepers "),
    site("also agreed", "agreed"),
    site("kindly ", "", after="are "),
]
SITES.sort(key=lambda one: one.start)


@given(st.lists(st.integers(0, 5), min_size=len(SITES), max_size=len(SITES)))
def test_every_combination_of_variants_reads_back(numbers):
    choice = [number % len(one.variants) for number, one in zip(numbers, SITES, strict=True)]
    for leak in (copy_of(SITES, choice), " ".join(copy_of(SITES, choice).split())):
        assert read(leak, SITES) == choice


def test_an_inserted_comma_alone_tells_two_copies_apart():
    comma = [site(",", "", after="budget")]
    for choice in ([0], [1]):
        quote = copy_of(comma, choice)[180:300]
        assert read(quote, comma) == choice


def test_a_site_at_the_end_of_a_quote_is_no_evidence():
    one = [site("begin", "start")]
    start = TEXT.index("begin")
    tail = TEXT[start + 5 : start + 90]
    assert read(TEXT[start - 4 : start + 5] + tail, one) == [None]
    assert read(TEXT[start - 8 : start + 5] + tail, one) == [0]
    last = [site("western", "west")]
    at = TEXT.index("western") + 7
    assert read(TEXT[at - 90 : at + 3], last) == [None]
    assert read(TEXT[at - 90 : at + 8], last) == [0]


def test_the_ends_of_the_document_are_read():
    ends = [site("The", "This", after=""), Site("test", len(TEXT) - 11, len(TEXT) - 1, ("footbridge", "foot bridge"))]
    for choice in ([0, 0], [1, 1], [0, 1], [1, 0]):
        assert read(copy_of(ends, choice), ends) == choice


def test_something_else_at_the_site_is_an_erasure():
    one = [site("begin", "start")]
    assert read(TEXT.replace("begin", "somehow put off for ever and a day"), one) == [None]


def test_a_leak_that_quotes_two_copies_is_an_erasure_there():
    one = [site("begin", "start")]
    both = copy_of(one, [0])[:90] + " " + copy_of(one, [1])[:90]
    rows = read_variants(align(TEXT, both), one)
    assert rows.max() == rows.min()


def test_two_quotes_of_one_copy_count_no_more_than_four_nats():
    one = [site("begin", "start")]
    quote = copy_of(one, [1])[:90]
    rows = read_variants(align(TEXT, f"{quote} {quote} {quote}"), one)
    assert rows.tolist() == [[-4.0, 0.0]]


def test_poor_text_weighs_less_than_clean_text():
    comma = [site(",", "", after="budget")]
    clean = read_variants(align(TEXT, TEXT), comma)
    noisy = read_variants(align(TEXT, TEXT.replace("e", "c").replace(" the", " tne")), comma)
    assert clean[0, 1] < noisy[0, 1] < noisy[0, 0] == 0


def test_neighbours_may_stand_in_any_of_their_variants():
    crowd = [site("have", "had", after="lock keepers "), site("also", "too", after="have "), site("agreed", "promised")]
    for number in range(8):
        choice = [number >> k & 1 for k in range(3)]
        assert read(copy_of(crowd, choice), crowd) == choice


def test_an_unrelated_leak_reads_flat():
    foreign = "The orchard committee met twice in the autumn and agreed on nothing at all. " * 20
    assert read(foreign, SITES) == [None] * len(SITES)
    assert read("", SITES) == [None] * len(SITES)


def test_no_sites_give_an_empty_reading():
    assert read_variants(align(TEXT, TEXT), []).shape == (0, 0)


LONG = Site(
    "declared",
    TEXT.index("Nobody needs"),
    TEXT.index(" Visitors"),
    ("Nobody needs a permit for the western basin.", "In the western basin everyone may moor without papers."),
)
FOREIGN = "She kept the letters in a tin box. Bread is still baked on Fridays. The bees stayed in their hives."


@pytest.mark.parametrize("choice", [0, 1])
def test_a_declared_sentence_is_found_wherever_it_was_moved(choice):
    assert read(f"{FOREIGN} {LONG.variants[choice]} {FOREIGN}", [LONG]) == [choice]
    assert read(copy_of([LONG], [choice]), [LONG]) == [choice]


def test_both_versions_of_a_sentence_together_are_no_evidence():
    assert read(f"{LONG.variants[0]} {FOREIGN} {LONG.variants[1]}", [LONG]) == [None]


def test_a_sentence_that_the_master_says_elsewhere_too_is_not_read_on_its_own():
    text = TEXT + "\n\nOn Sundays the rule is simple. In the western basin everyone may moor without papers. Thank you."
    assert read(f"{FOREIGN} {LONG.variants[1]} {FOREIGN}", [LONG], text) == [None]


def test_an_optional_sentence_is_read_from_its_absence():
    optional = Site("declared", LONG.start, LONG.end + 1, (LONG.variants[0] + " ", ""))
    for choice in (0, 1):
        assert read(copy_of([optional], [choice]), [optional]) == [choice]


def test_evidence_points_at_the_words_in_the_raw_leak():
    choice = [1, 0, 1, 2, 0, 1, 1, 0, 1]
    leak = copy_of(SITES, choice).replace(" ", "\n  ")
    aligned = align(TEXT, leak)
    rows = read_variants(aligned, SITES)
    for item, one, variant in zip(evidence(aligned, SITES, rows), SITES, choice, strict=True):
        assert (item.state, item.variant) == ("read", variant)
        seen = leak[item.leak_start : item.leak_end].split()
        assert " ".join(seen) in (one.variants[variant].strip(), " ".join(one.variants[variant].split()))
    nothing = align(TEXT, FOREIGN)
    states = {item.state for item in evidence(nothing, SITES, read_variants(nothing, SITES))}
    assert states == {"absent"}


def document() -> Document:
    return open_document(b"# Title\n\nPlain **bold words** and `code` here.\nSecond line.\n", "note.md")


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        ("Plain", True),
        ("bold words", True),
        ("Plain bold", False),
        ("code", False),
        ("Title", False),
        ("here.\nSecond", True),
        ("Title\n\nPlain", False),
    ],
)
def test_a_site_stays_in_running_text_of_one_look(words, allowed):
    text = document().text
    start = text.index(words)
    assert writable(document(), start, start + len(words)) is allowed


def test_insertions_do_not_part_what_is_protected():
    text = "say A-1 now"
    made = Document("text/plain", text, (Block(0, 11, "paragraph"),), ((4, 7),), (Piece(0, 11, "", 0, 11),), b"")
    assert [writable(made, k, k) for k in range(len(text) + 1)] == [k not in (5, 6) for k in range(12)]
    assert not writable(made, 11, 12)
    assert not writable(made, -1, 2)


@pytest.mark.parametrize(
    ("original", "variant", "fitted"),
    [
        ("begins at", "starts at", "starts at"),
        ("begins\nat", "starts at", "starts\nat"),
        ("begins\n    at", "starts at", "starts\n    at"),
        ("do\nnot", "don't", None),
        ("a b\nc d\ne f", "v w x y", "v w\nx\ny"),
        ("as well\nas", "and", None),
    ],
)
def test_hard_line_breaks_stay(original, variant, fitted):
    found = fit_breaks(original, variant)
    if found is None or fitted is None:
        assert found == fitted
    else:
        assert found.split() == variant.split()
        assert found.count("\n") == original.count("\n")
        assert original.count("\n") != 1 or found == fitted


def test_copies_differ_from_the_master_at_their_sites_only():
    master = open_document(TEXT.encode(), "plan.txt")
    choice = [1, 1, 0, 2, 1, 0, 1, 0, 1]
    assert write_variants(master, SITES, choice).edited_text() == copy_of(SITES, choice)
    assert write_variants(master, SITES, [0] * 9) == master
    with pytest.raises(ValueError, match="no variant 7"):
        write_variants(master, SITES[:1], [7])


def test_reading_agrees_with_comparing_whole_texts():
    """Slow reference: of all copies that differ in one site, the leak is nearest to the one that was read."""
    from rapidfuzz.distance import Levenshtein

    rng = np.random.default_rng(8)
    for _ in range(6):
        choice = [int(rng.integers(len(one.variants))) for one in SITES]
        leak = copy_of(SITES, choice)
        leak = "".join(c if rng.random() > 0.04 else "x" for c in leak)
        for k, seen in enumerate(read(leak, SITES)):
            copies = [copy_of(SITES, [*choice[:k], v, *choice[k + 1 :]]) for v in range(len(SITES[k].variants))]
            distances = [Levenshtein.distance(" ".join(c.split()), " ".join(leak.split())) for c in copies]
            assert seen is None or distances[seen] == min(distances)
