"""Where two readings of a page part: found among its words although readers cut and order them differently."""

from whosecopy.media.pdf.parted import names_on, parted
from whosecopy.model.layout import Word

TEXT = "the plan of the harbour was read by the staff Moon[16] and the plan was kept for the staff of the ward"
SPLIT = TEXT.replace("[", " [")
WORDS: list[Word] = []
for said in SPLIT.split():
    start = SPLIT.index(said, WORDS[-1].end if WORDS else 0)
    WORDS.append(Word(start, start + len(said), 0, (0, 0, 1, 1), 10.0, 0))
OTHER_PAGE = [*WORDS, Word(0, 3, 1, (0, 0, 1, 1), 10.0, 1), Word(4, 8, 1, (0, 0, 1, 1), 10.0, 1)]


def at(ours: str, theirs: str) -> list[str]:
    found = sorted(parted(names_on(OTHER_PAGE, SPLIT, 0), ours, theirs))
    assert all(number < len(WORDS) for number in found)
    return [f"{number}:{SPLIT[WORDS[number].start : WORDS[number].end]}" for number in found]


def test_a_lost_blank_is_laid_to_the_two_words_beside_it_and_not_to_others_that_read_alike():
    assert at(TEXT, TEXT.replace("kept for the staff", "kept forthe staff")) == ["17:for", "18:the"]
    assert at(TEXT, TEXT.replace("plan was kept", "plan\nwas kept")) == ["14:plan", "15:was"]


def test_a_word_that_one_reader_joins_is_found_in_its_parts():
    assert at(TEXT, TEXT.replace("Moon[16]", "Moon [16]")) == ["10:Moon", "11:[16]"]


def test_lines_in_another_order_are_laid_to_the_lines_that_moved():
    lines = [
        "the plan of the harbour",
        "was read by the staff Moon[16]",
        "and the plan was kept for the staff of the ward",
    ]
    found = at("\n".join(lines), "\n".join([lines[1], lines[0], lines[2]]))
    assert set(found) <= {f"{k}:{SPLIT.split()[k]}" for k in range(12)}
    assert found


def test_a_line_end_that_cuts_a_word_is_a_break():
    text = "seal\ufffeing of the plan"
    words = [Word(0, 4, 0, (0, 0, 1, 1), 10.0, 0), Word(5, 8, 0, (0, 0, 1, 1), 10.0, 1)]
    assert parted(names_on(words, text, 0), "seal-\ning of the plan", "sealing of the plan") == {0, 1}


def test_a_page_on_which_nothing_is_found_again_is_suspect_as_a_whole():
    assert len(at("1 2 3", "1 3 2")) == len(WORDS)
