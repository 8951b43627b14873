"""Lists of recipients as people keep them, and what is said of those that cannot be used."""

import pytest

from whosecopy.errors import InputError
from whosecopy.model import Recipient
from whosecopy.seal.recipients import parse_recipients

HEADER = "id,organisation,email\n"


def refusal(data, fewest=2):
    with pytest.raises(InputError) as refused:
        parse_recipients(data.encode() if isinstance(data, str) else data, "to.csv", fewest)
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("to.csv")
    return str(refused.value)


def test_the_order_of_the_list_is_kept_and_unknown_columns_too():
    data = b"id,organisation,email,room\nr-2,north,two@north.example,12\nr-1,south,,\n"
    assert parse_recipients(data, "to.csv") == [
        Recipient("r-2", "north", "two@north.example", (("room", "12"),)),
        Recipient("r-1", "south", "", (("room", ""),)),
    ]


def test_the_id_alone_is_enough_and_columns_stand_in_any_order():
    assert parse_recipients(b"id\na\nb\n", "to.csv") == [Recipient("a"), Recipient("b")]
    assert parse_recipients(b"email, ID \nx@y.example,a\nz@y.example,b\n", "to.csv")[0] == Recipient(
        "a", "", "x@y.example"
    )


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_spreadsheets_write_is_read(separator, end):
    rows = [["id", "organisation"], ["a", "north; east"], ["b", '"quoted, twice"'], ["ü", " south "]]
    quoted = [['"' + cell.replace('"', '""') + '"' for cell in row] for row in rows]
    data = ("\ufeff" + end.join(separator.join(row) for row in quoted) + end).encode()
    found = parse_recipients(data, "to.csv")
    assert [one.id for one in found] == ["a", "b", "ü"]
    assert [one.organisation for one in found] == ["north; east", '"quoted, twice"', "south"]


def test_blank_lines_and_a_missing_last_line_break_mean_nothing():
    assert [one.id for one in parse_recipients(b"id,organisation\n\na,x\n,\n  \nb,y", "to.csv")] == ["a", "b"]


@pytest.mark.parametrize("data", ["", "\n\n", "a,north\nb,south\n", "name,organisation\na,b\n"])
def test_a_missing_header_is_told_with_the_one_that_is_needed(data):
    assert "id,organisation,email" in refusal(data)


def test_none_or_one_recipient_are_too_few_to_tell_copies_apart():
    assert "lists no recipient" in refusal(HEADER)
    assert "lists only 1 recipient" in refusal(HEADER + "a,,\n")
    assert [one.id for one in parse_recipients(b"id\na\n", "to.csv", fewest=1)] == ["a"]
    assert "lists no recipient" in refusal("id\n", fewest=1)


def test_a_repeated_or_missing_id_is_told_with_its_line():
    assert "line 5: id 'a' stands twice" in refusal(HEADER + "a,,\n\nb,,\na,,\n")
    assert "line 3: has no id" in refusal(HEADER + "a,,\n,north,\n")


def test_a_row_of_another_length_is_told_with_its_line():
    assert "line 3: has 2 fields, the header 3" in refusal(HEADER + "a,,\nb,north\n")
    assert "line 2: has 4 fields, the header 3" in refusal(HEADER + "a,north,x,y\n")


def test_a_column_that_stands_twice_is_refused():
    assert "twice in the header" in refusal("id,email,email\na,b,c\n")


def test_an_open_quotation_mark_does_not_swallow_the_rest_of_the_list():
    assert "is no CSV list" in refusal('id,note\na,"once\nb,x\nc,y\n')


def test_a_list_in_another_encoding_is_refused():
    assert "UTF-8" in refusal("id\nZoë\nb\n".encode("windows-1252"))
    assert "UTF-8" in refusal("id\na\nb\n".encode("utf-16"))


def test_a_cell_without_end_is_refused():
    assert "is no CSV list" in refusal("id\n" + "a" * 200_000 + "\nb\n")
