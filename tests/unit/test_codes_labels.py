"""Copy labels, commitments and profiles as others use them."""

import numpy as np
import pytest

from whosecopy.codes.copylabels import ALPHABET, MAX_COPIES, copy_labels
from whosecopy.codes.profiles import biases
from whosecopy.errors import InputError
from whosecopy.model import Mark


def test_labels_are_distinct_and_readable():
    names = copy_labels(b"\x01" * 32, 200_000)
    assert len(set(names)) == 200_000
    assert all(len(name) == 7 and name[4] == "-" and set(name) <= set(ALPHABET + "-") for name in names)
    assert not set("ILOU") & set(ALPHABET)


def test_asking_for_more_labels_never_changes_the_first():
    assert copy_labels(b"\x02" * 32, 5000)[:70] == copy_labels(b"\x02" * 32, 70)
    assert copy_labels(b"\x02" * 32, 0) == []


def test_labels_say_nothing_about_the_order_of_issue():
    names = copy_labels(b"\x03" * 32, 4000)
    places = np.argsort(np.argsort(names))
    assert abs(np.corrcoef(places, np.arange(4000))[0, 1]) < 0.06
    assert np.abs(np.diff(places)).mean() == pytest.approx(4000 / 3, rel=0.06)
    assert copy_labels(b"\x04" * 32, 100) != names[:100]


def test_more_copies_than_labels_are_refused():
    with pytest.raises(InputError, match="seal a second document"):
        copy_labels(bytes(32), MAX_COPIES + 1)


@pytest.mark.parametrize("mark", [Mark((0,), 2, "nonesuch"), Mark((0,), 1, "GL6"), Mark((0,), 17, "solo")])
def test_an_unknown_profile_or_alphabet_is_refused(mark):
    with pytest.raises(InputError, match="profiles are solo, short, GL6, GL8"):
        biases(bytes(32), bytes(32), [mark])
