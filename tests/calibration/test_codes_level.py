"""How often innocents are named, and that leakers are: many decisions under fresh keys."""

from whosecopy.bench.calibration import CASES, reading_level

ALPHA = 1e-2


def test_innocent_copies_are_named_no_more_often_than_alpha():
    table = reading_level(250, 11, ALPHA)
    assert [row["what"] for row in table] == list(CASES)
    for row in table:
        assert row["lower"] <= ALPHA, row
        assert row["lower"] <= row["rate"] <= row["upper"]
    assert sum(row["errors"] for row in table) >= 2000 * ALPHA / 10, "the bound must not be kept by silence"
