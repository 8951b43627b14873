"""Pictures made to break the reader, or to keep it busy: a reading or a refusal in one line, in time and memory."""

import numpy as np
import pytest

from whosecopy.bench.hostile import LEAK, ask, files_of
from whosecopy.bench.hostile_pdfs import one_page
from whosecopy.bench.hostile_pictures import PICTURES, saved
from whosecopy.bench.hostile_questions import seal_document
from whosecopy.errors import InputError
from whosecopy.media.leak import open_leak

REFUSED = {
    "a PNG of 100,000 x 100,000.png": "over 100 megapixels",
    "a PNG with a remark of 1 GB.png": "cannot be read",
    "a TIFF of 60,000 samples a pixel.tif": "cannot be read",
    "a JPEG of 65,000 x 65,000.jpg": "over 100 megapixels",
    "a HEIC that ends early.heic": "cannot be read|damaged",
    "a RIFF that is a sound.webp": "cannot be read",
}
"""Files by name, and what they are refused for."""


@pytest.fixture(scope="module")
def plain():
    """A page of text, sealed."""
    return seal_document(one_page(), "plan.pdf")


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_picture_is_refused_in_one_line(name):
    with pytest.raises(InputError, match=REFUSED[name]) as refused:
        open_leak(PICTURES[name](), name)
    assert str(refused.value).startswith(f"{name}: ")
    assert "\n" not in str(refused.value)


def test_pictures_without_a_page_are_read_or_refused_within_limits(plain):
    rng = np.random.default_rng(5)
    noise = saved(rng.integers(0, 256, (160, 120), dtype=np.uint8), "PNG")
    files = [("noise.png", lambda: noise), ("one pixel.png", PICTURES["one pixel.png"])]
    files.append(("large.webp", PICTURES["a WebP of 9,900 x 9,900.webp"]))
    answers = list(ask(files, [LEAK], plain))
    assert [one for one in answers if one.broken] == []
    assert "marks read" not in {one.outcome for one in answers}


def test_pictures_broken_at_random_end_in_a_reading_or_a_refusal(plain):
    page = saved(np.full((60, 80), 255, np.uint8), "PNG")
    broken = list(files_of({"blank.png": page}, 200, seed=2))[1:]
    chosen = [one for one in broken if one[0].startswith("blank")][:3]
    assert len(chosen) == 3
    assert [one for one in ask(chosen, [LEAK], plain) if one.broken] == []
