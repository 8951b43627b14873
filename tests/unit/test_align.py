"""A leak laid beside its master: in any order, within foreign text, however its lines were broken."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whosecopy.bench.leaks import FOREIGN, misread
from whosecopy.bench.prose import prose
from whosecopy.media.align import AlignedLeak, align
from whosecopy.media.normal import normalise, position

MASTER = prose(np.random.default_rng(1), 40)


def slow_distance(one: str, other: str) -> int:
    """Textbook edit distance."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def told_places(aligned: AlignedLeak) -> dict[int, int]:
    """Leak position -> master position, raw, of every character that stands unchanged."""
    places = {}
    for segment, matched in zip(aligned.segments, aligned.matched, strict=True):
        for k in np.flatnonzero(matched):
            at = aligned.leak.offsets[segment.map[k]]
            places[at] = aligned.master.offsets[segment.start + int(k)]
    return places


def assert_sound(aligned: AlignedLeak) -> None:
    leak, master = aligned.leak.text, aligned.master.text
    for segment in aligned.segments:
        assert len(segment.map) == segment.end - segment.start + 1
        assert list(segment.map) == sorted(segment.map)
        assert (segment.map[0], segment.map[-1]) == (segment.leak_start, segment.leak_end)
        assert 0 <= segment.start < segment.end <= len(master)
        assert 0 <= segment.leak_start <= segment.leak_end <= len(leak)


def sentences_of(text: str) -> list[str]:
    return [line + "." for line in text.replace("\n\n", " ").rstrip(".").split(". ")]


def test_the_master_itself_is_one_segment_without_errors():
    aligned = align(MASTER, MASTER)
    assert [(s.start, s.end, s.errors) for s in aligned.segments] == [(0, len(aligned.master.text), 0)]
    assert aligned.error_rate == 0
    assert all(there == here for here, there in told_places(aligned).items())


def test_line_breaks_mean_nothing():
    rng = np.random.default_rng(2)
    broken = "".join(c if c != " " or rng.random() > 0.3 else "\n   " for c in MASTER.replace("\n\n", "\n"))
    for leak in (broken, MASTER.replace("\n\n", " ")):
        aligned = align(MASTER, leak)
        assert [(s.start, s.end, s.errors) for s in aligned.segments] == [(0, len(aligned.master.text), 0)]


def test_a_heading_run_into_its_paragraph_is_still_read():
    master = "# Storage\n\n" + MASTER
    aligned = align(master, "Storage " + MASTER.replace("\n\n", " "))
    assert aligned.segments[0].end == len(aligned.master.text)


def test_words_hyphenated_at_line_ends_are_joined():
    assert normalise("infor-\n  mation and well-\nKnown").text == "information and well- Known"
    aligned = align(MASTER, MASTER.replace("before", "be-\nfore").replace("market", "mar-\n   ket"))
    assert sum(segment.errors for segment in aligned.segments) == 0


def test_page_headers_between_lines_do_not_part_the_text():
    words = MASTER.split()
    lines = [" ".join(words[k : k + 11]) for k in range(0, len(words), 11)]
    lines[20:20] = ["", "Plan for the eastern district        page 3 of 7", ""]
    aligned = align(MASTER, "\n".join(lines))
    assert sum(s.end - s.start for s in aligned.segments) > 0.97 * len(aligned.master.text)


def test_shuffled_sentences_within_foreign_text_are_each_found():
    rng = np.random.default_rng(3)
    own = [s for s in sentences_of(MASTER) if len(s) > 60][:6]
    mixed = [*own, *FOREIGN]
    leak = " ".join(mixed[k] for k in rng.permutation(len(mixed)))
    aligned = align(MASTER, leak)
    assert_sound(aligned)
    places = told_places(aligned)
    flat = MASTER.replace("\n\n", "  ")
    for sentence in own:
        here, there = leak.index(sentence), flat.index(sentence)
        right = sum(places.get(here + k) == there + k for k in range(len(sentence)))
        assert right > 0.9 * len(sentence), sentence
    foreign = {k for text in FOREIGN for k in range(leak.index(text) + 8, leak.index(text) + len(text) - 8)}
    assert len(foreign & places.keys()) < 0.02 * len(foreign)


@pytest.mark.parametrize("rate", [0.02, 0.05, 0.1])
def test_misread_characters_leave_the_places_right(rate):
    leak = misread(MASTER, np.random.default_rng(4), rate)
    aligned = align(MASTER, leak)
    assert_sound(aligned)
    assert sum(s.end - s.start for s in aligned.segments) > 0.98 * len(aligned.master.text)
    assert rate / 2 < aligned.error_rate < 2 * rate


def test_a_sentence_said_twice_goes_where_its_neighbours_are():
    twice = "The second ferry weighed the rent rolls as the contract demands."
    parts = sentences_of(MASTER)
    master = " ".join([*parts[:5], twice, *parts[5:15], twice, *parts[15:20]])
    assert align(master, twice).segments == ()
    leak = " ".join([*parts[12:15], twice, *parts[15:17]])
    (segment,) = align(master, leak).segments
    assert master[segment.start : segment.end] == leak


def test_a_leak_of_five_words_is_dropped():
    assert align(MASTER, " ".join(MASTER.split()[10:15])).segments == ()


@pytest.mark.parametrize("leak", ["", " \n ", ".", "\ufeff", " ".join(FOREIGN), "0" * 5000])
def test_foreign_or_empty_text_has_no_segments(leak):
    assert align(MASTER, leak).segments == ()


def test_scripts_of_many_characters_are_aligned():
    rng = np.random.default_rng(5)
    master = "".join(chr(int(c)) for c in rng.integers(0x4E00, 0x5E00, 1500))
    (segment,) = align(master, master[300:700]).segments
    assert (segment.start, segment.end) == (300, 700)


def test_of_a_very_long_leak_the_part_that_matters_is_read():
    quote = " ".join(MASTER.split()[100:180])
    filler = (" ".join(FOREIGN) + "\n") * 700
    leak = filler + quote + "\n" + filler
    assert len(leak) > 1_400_000
    aligned = align(MASTER, leak)
    assert len(aligned.leak.text) <= 1_000_000
    places = told_places(aligned)
    start = leak.index(quote)
    assert sum(start <= at < start + len(quote) for at in places) > 0.95 * len(quote)
    assert all(leak[here] == MASTER[there] or leak[here].isspace() for here, there in places.items())


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_any_cut_and_noise_gives_sound_segments(seed):
    rng = np.random.default_rng(seed)
    pieces = []
    for _ in range(rng.integers(1, 4)):
        start = int(rng.integers(0, len(MASTER) - 300))
        pieces += [misread(MASTER[start : start + int(rng.integers(20, 300))], rng, 0.06), FOREIGN[rng.integers(16)]]
    aligned = align(MASTER, " ".join(pieces))
    assert_sound(aligned)
    for segment in aligned.segments:
        leak = aligned.leak.text[segment.leak_start : segment.leak_end]
        assert segment.errors == slow_distance(leak, aligned.master.text[segment.start : segment.end])


def test_accents_and_lookalike_letters_do_not_hide_a_text():
    assert normalise("cafe\u0301 no\u0308 x\u0301").text == "caf\u00e9 n\u00f6 x\u0301"
    disguised = MASTER.translate(str.maketrans("aeopc", "\u0430\u0435\u043e\u0440\u0441"))
    assert align(MASTER, disguised).segments[0].errors == 0


@given(st.text(alphabet="ab \n\t-\u2019\u201c\u2026\ufb01\u00ad\u200b\u00a0\u0301", max_size=40))
def test_every_normal_character_knows_where_it_came_from(raw):
    normal = normalise(raw)
    assert len(normal.offsets) == len(normal.text) + 1
    assert list(normal.offsets) == sorted(normal.offsets)
    assert "  " not in normal.text
    assert normal.text == normal.text.strip()
    assert normalise(normal.text).text == normal.text
    for k in range(len(normal.text)):
        assert position(normal, normal.offsets[k]) <= k
