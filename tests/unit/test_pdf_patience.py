"""How much processor time a master gets: a long document more than a short one, an empty one none the more."""

import subprocess
import sys

SCRIPT = """
import resource
from whosecopy.media.pdf.child import _Patience
from whosecopy.media.pdf.words import Found
from whosecopy.model.layout import Word
from whosecopy.media.sandbox import confine_self
confine_self(["2147483648", "30", "600", "1000000"])
patience = _Patience()
page = [Found(Word(0, 1, 0, (0, 0, 1, 1), 10.0, 0, room_em={room}), ())] * 25
for _ in range({pages}):
    patience.page_done(page)
print(resource.getrlimit(resource.RLIMIT_CPU))
"""


def limit(pages: int, room: float) -> tuple[int, int]:
    script = SCRIPT.format(pages=pages, room=room)
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    soft, hard = said.strip("()\n").split(", ")
    return int(soft), int(hard)


def test_a_short_master_has_thirty_seconds_and_a_long_one_two_for_each_page():
    assert limit(15, 0.045) == (30, 600)
    soft, hard = limit(100, 0.045)
    assert 200 <= soft <= 203
    assert hard == 600


def test_no_number_of_pages_buys_more_than_ten_minutes_and_pages_without_words_buy_nothing():
    assert limit(5000, 0.045) == (600, 600)
    assert limit(5000, 0.0) == (30, 600)
