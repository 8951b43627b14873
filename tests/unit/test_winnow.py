"""Finding the document: fingerprints that confirm no guess, and a look at the texts."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whosecopy.bench.leaks import FOREIGN, misread
from whosecopy.bench.prose import prose
from whosecopy.media.winnow import (
    by_rarity,
    fingerprints,
    leak_fingerprints,
    master_fingerprints,
    rank,
    rerank,
    with_alternatives,
)
from whosecopy.model import Site

KEY = bytes(range(32))
DOCUMENTS = 300


@pytest.fixture(scope="module")
def library():
    rng = np.random.default_rng(11)
    texts = [prose(rng, int(rng.integers(12, 24))) for _ in range(DOCUMENTS)]
    index = defaultdict(list)
    for number, text in enumerate(texts):
        for value in master_fingerprints(text, (), KEY).tolist():
            index[value].append(number)
    return texts, index


def look_up(library, leak):
    texts, index = library
    known = {value: len(index[value]) for value in leak_fingerprints(leak, KEY).tolist() if value in index}
    classes = by_rarity(known, len(texts))
    best = rank((weight, Counter(n for value in values for n in index[value])) for weight, values in classes)
    return rerank(leak, {number: texts[number] for number in best})


def recall(library, words, rate, trials=40):
    texts, _ = library
    rng = np.random.default_rng(words)
    right = 0
    for _ in range(trials):
        number = int(rng.integers(len(texts)))
        pieces = texts[number].split()
        start = int(rng.integers(len(pieces) - words))
        found = look_up(library, misread(" ".join(pieces[start : start + words]), rng, rate))
        right += bool(found) and found[0][0] == number
    return right / trials


@pytest.mark.parametrize(
    ("words", "rate", "least"), [(60, 0.0, 1.0), (60, 0.05, 0.97), (60, 0.1, 0.9), (25, 0.0, 0.97), (25, 0.05, 0.9)]
)
def test_the_document_of_a_short_quote_is_found(library, words, rate, least):
    assert recall(library, words, rate) >= least


def test_sentences_among_foreign_ones_still_show_their_document(library):
    pieces = library[0][7].replace("\n\n", " ").split(". ")
    leak = " ".join([*FOREIGN[:5], f"{pieces[6]}.", *FOREIGN[5:9], f"{pieces[2]}. {pieces[9]}.", *FOREIGN[9:]])
    assert look_up(library, leak)[0][0] == 7


def test_foreign_text_shows_no_document(library):
    rng = np.random.default_rng(12)
    assert look_up(library, " ".join(FOREIGN)) == []
    assert [look_up(library, " ".join(prose(rng, 5).split()[:60])) for _ in range(30)] == [[]] * 30
    assert look_up(library, "") == []


def test_a_long_foreign_text_with_one_common_phrase_shows_no_document(library):
    phrase = " ".join(library[0][3].split()[:12])
    assert look_up(library, " ".join([*FOREIGN, phrase, *FOREIGN])) == []


def test_a_stolen_index_confirms_no_guess():
    text = prose(np.random.default_rng(13), 10)
    assert not np.intersect1d(leak_fingerprints(text, KEY), leak_fingerprints(text, bytes(32))).size
    assert np.array_equal(leak_fingerprints(text, KEY), leak_fingerprints(text, KEY))


@given(st.integers(0, 2**32 - 1), st.integers(3, 8), st.integers(1, 6))
def test_texts_that_share_enough_letters_share_a_fingerprint(seed, k, w):
    rng = np.random.default_rng(seed)

    def letters(count):
        return "".join(rng.choice(list("abcd"), count))

    shared = letters(k + w - 1)
    one, other = letters(20) + shared + letters(20), letters(7) + shared
    assert np.intersect1d(fingerprints(one, KEY, k, w), fingerprints(other, KEY, k, w)).size


@given(st.text(max_size=60))
def test_layout_case_and_punctuation_do_not_count(text):
    assert np.array_equal(
        fingerprints(text, KEY, 5, 3), fingerprints("  ".join(f"{c}-" for c in text.casefold()), KEY, 5, 3)
    )


def test_winnowing_picks_the_smallest_hash_of_every_window():
    from whosecopy.media.seeds import run_hashes

    letters = "".join(c for c in prose(np.random.default_rng(14), 6).casefold() if c.isalnum())
    hashes = run_hashes(letters, 10).tolist()
    slow = {min(hashes[k : k + 8]) for k in range(len(hashes) - 7)}
    assert len(fingerprints(letters, KEY, 10, 8)) == len(slow)
    assert len(set(hashes)) == len({letters[k : k + 10] for k in range(len(hashes))})


def test_every_sentence_that_a_copy_may_show_is_in_the_index():
    text = prose(np.random.default_rng(15), 12)
    start = text.index(". ") + 2
    other = "An entirely different sentence stands here in half of the copies that were handed out."
    site = Site("declared", start, text.index(". ", start) + 1, (text[start : text.index(". ", start) + 1], other))
    index = master_fingerprints(text, [site], KEY)
    assert np.isin(leak_fingerprints(other, KEY), index).mean() > 0.9
    assert not np.isin(leak_fingerprints(other, KEY), master_fingerprints(text, (), KEY)).any()
    assert rerank(other, {1: text}) == []
    assert rerank(other, {1: with_alternatives(text, [site])})[0][0] == 1


def test_rare_fingerprints_weigh_more_and_ubiquitous_ones_nothing():
    classes = by_rarity({1: 1, 2: 3, 3: 3, 4: 40, 5: 100}, 100)
    weights = {value: weight for weight, values in classes for value in values}
    assert weights.keys() == {1, 2, 3, 4}
    assert weights[1] > weights[2] == weights[3] > weights[4] > 0
    assert rank([(5.0, {"a": 1, "b": 1}), (1.0, {"a": 3, "c": 4})], most=2) == ["a", "b"]


def test_a_leak_of_megabytes_has_a_bounded_number_of_fingerprints():
    rng = np.random.default_rng(16)
    text = "".join(rng.choice(list("abcdefghij"), 1_200_000))
    assert len(fingerprints(text, KEY, 10, 8)) == 100_000
