"""Trial copies, and what words lose at which one of them reads otherwise."""

import itertools
from dataclasses import replace

from whosecopy.media.pdf.rewrite import ALONG as AXIS_ALONG
from whosecopy.media.pdf.rewrite import GREY as AXIS_GREY
from whosecopy.media.pdf.rewrite import UP as AXIS_UP
from whosecopy.media.pdf.runs import LEAST_EM
from whosecopy.media.pdf.trials import TURNS, Stage
from whosecopy.media.pdf.words import Found
from whosecopy.model.layout import Word

BOX = (0.0, 0.0, 1.0, 1.0)
FOUND = tuple(
    Found(Word(2 * k, 2 * k + 1, k // 20, BOX, 10.0, k // 10, room_em=0.045, may_rise=True, black=True), ())
    for k in range(40)
)


ALL, ALONG = Stage(all_axes=True), Stage(all_axes=False)


def test_trial_copies_show_neighbours_in_every_place_they_can_have_beside_each_other():
    trials = list(ALL.trials(20, 0, 1))
    for first, second in itertools.pairwise(range(20)):
        seen = {(trial[AXIS_ALONG][first], trial[AXIS_ALONG][second]) for trial in trials}
        assert {(1, 0), (0, 1)} <= seen
    assert {choice for trial in trials for choice in trial[AXIS_UP]} == {0, 1}
    assert {choice for trial in trials for choice in trial[AXIS_GREY]} == {0, 1}


def test_trial_copies_are_the_same_each_time_and_others_on_other_pages_and_in_other_turns():
    for stage in (ALONG, ALL):
        assert list(stage.trials(40, 3, 2)) == list(stage.trials(40, 3, 2))
        for page, turn in ((4, 2), (3, 1)):
            assert len([one for one in stage.trials(40, 3, 2) if one in list(stage.trials(40, page, turn))]) == 2


def test_what_is_on_trial_is_all_that_a_copy_can_do_to_a_word():
    word = FOUND[0].word
    assert ALONG.ends(word) == {AXIS_ALONG: (-0.045, 0.045)}
    assert ALL.ends(word) == {AXIS_ALONG: (-0.045, 0.045), AXIS_UP: (-0.03, 0.03), AXIS_GREY: (0.0, 0.102)}
    assert ALL.ends(replace(word, room_em=0.0, may_rise=False, black=False)) == {}


def test_a_suspect_word_loses_step_by_step_and_its_neighbours_only_when_it_has_nothing_left():
    for stage, steps in ((ALL, [(0.045, False)]), (ALONG, [(LEAST_EM, True), (0.0, False)])):
        found = FOUND
        for turn, left in enumerate(steps):
            found = stage.softened(found, {5}, turn)
            assert (found[5].word.room_em, found[5].word.may_rise) == left
            assert found[:5] + found[6:] == FOUND[:5] + FOUND[6:]
        found = stage.softened(found, {5}, 2)
        assert found[4] != FOUND[4]
        assert found[20:] == FOUND[20:]


def test_in_the_end_nothing_disturbs_a_page_that_reads_otherwise_whatever_is_done():
    for stage in (ALONG, ALL):
        found = FOUND
        for turn in range(TURNS):
            found = stage.softened(found, {3}, turn)
        assert not any(one.word.may_rise or one.word.black for one in found[:20])
        assert found[20:] == FOUND[20:]
        assert stage.all_axes or not any(one.word.room_em for one in found[:20])
