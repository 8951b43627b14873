"""Trial copies, and what words lose at which one of them reads otherwise."""

import itertools

from whosecopy.media.pdf.trials import TURNS, Stage
from whosecopy.media.pdf.words import LEAST_EM, Found
from whosecopy.model.layout import Word

BOX = (0.0, 0.0, 1.0, 1.0)
FOUND = tuple(
    Found(Word(2 * k, 2 * k + 1, k // 20, BOX, 10.0, k // 10, room_em=0.045, may_rise=True, black=True), ())
    for k in range(40)
)


ALL, ALONG = Stage(all_axes=True), Stage(all_axes=False)


def words(found=FOUND):
    return [one.word for one in found]


def test_trial_copies_show_neighbours_in_every_place_they_can_have_beside_each_other():
    for first, second in itertools.pairwise(range(20)):
        seen = set()
        for shifts in ALL.trials(words(), {0}, 1):
            by_word = {one.word: one for one in shifts}
            seen.add((by_word[first].along_em > 0, by_word[second].along_em > 0))
        assert {(True, False), (False, True)} <= seen
    up = {one.up_em for shifts in ALL.trials(words(), {0}, 0) for one in shifts}
    grey = {one.grey > 0 for shifts in ALL.trials(words(), {0}, 0) for one in shifts}
    assert up == {-0.03, 0.03}
    assert grey == {True, False}


def test_trial_copies_leave_other_pages_alone_and_are_the_same_each_time():
    for turn in (0, 3):
        assert list(ALL.trials(words(), {1}, turn)) == list(ALL.trials(words(), {1}, turn))
        assert {one.word for shifts in ALL.trials(words(), {1}, turn) for one in shifts} == set(range(20, 40))


def test_a_suspect_word_loses_step_by_step_and_its_neighbours_only_when_it_has_nothing_left():
    for stage, steps in ((ALL, [(LEAST_EM, True), (LEAST_EM, False)]), (ALONG, [(LEAST_EM, True), (0.0, False)])):
        found = FOUND
        for turn, left in enumerate(steps):
            found = stage.softened(found, {5}, turn)
            assert (found[5].word.room_em, found[5].word.may_rise) == left
            assert found[:5] + found[6:] == FOUND[:5] + FOUND[6:]
        found = stage.softened(found, {5}, 2)
        assert found[4].word.room_em == LEAST_EM
        assert found[20:] == FOUND[20:]


def test_in_the_end_nothing_disturbs_a_page_that_reads_otherwise_whatever_is_done():
    for stage in (ALONG, ALL):
        found = FOUND
        for turn in range(TURNS):
            found = stage.softened(found, {3}, turn)
        assert not any(one.word.may_rise or one.word.black for one in found[:20])
        assert found[20:] == FOUND[20:]
        assert stage.all_axes or not any(one.word.room_em for one in found[:20])
