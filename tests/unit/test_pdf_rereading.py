"""Finished copies are read once more, by a sandboxed child: whoever makes copies is not in reach of the file."""

import pickle
import subprocess
import sys

import pytest

from whosecopy.bench.hostile_pdfs import TEXT, one_page
from whosecopy.errors import InputError
from whosecopy.media.pdf.proof import read_texts
from whosecopy.media.pdf.rereading import Question, Reading, Rereader
from whosecopy.media.sandbox import Limits
from whosecopy.media.standing import Standing

SEAL = """
import sys
from whosecopy.bench.hostile_pdfs import one_page
from whosecopy.media.dispatch import open_document
from whosecopy.media.pdf.master import press
from whosecopy.model.layout import Shift
document = open_document(one_page(), "plan.pdf")
ends = [[Shift(k, way * word.room_em) for k, word in enumerate(document.layout.words)] for way in (-1, 1)]
make = press(document, ends)
assert len({document.source, *map(make, ends)}) == 3
print(sorted(name for name in ("pypdfium2", "pikepdf") if name in sys.modules))
"""
LIMITS = Limits(memory_bytes=2**30, cpu_s=5, wall_s=60, output_bytes=2**20)


@pytest.fixture(scope="module")
def texts() -> tuple[str, ...]:
    return (read_texts(one_page(), [0], everywhere=False).pdfium[0],)


def test_who_makes_copies_never_opens_the_file():
    done = subprocess.run([sys.executable, "-c", SEAL], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_copy_that_reads_otherwise_is_told_with_its_page(texts):
    reader = Rereader(texts)
    assert reader.otherwise(one_page()) == {}
    changed = one_page(TEXT.replace(b"Office 3", b"Office 4"))
    found = reader.otherwise(changed)
    assert list(found) == [0]
    assert found[0] == texts[0].replace("Office 3", "Office 4")
    assert reader.otherwise(one_page()) == {}


def test_a_copy_that_cannot_be_read_is_refused_and_the_next_one_read(texts):
    reader = Rereader(texts)
    with pytest.raises(InputError, match="cannot be read again"):
        reader.otherwise(b"%PDF-1.7\nno more than a head")
    assert reader.otherwise(one_page()) == {}


def test_a_reader_in_another_process_starts_a_child_of_its_own(texts):
    reader = Rereader(texts)
    assert reader.otherwise(one_page()) == {}
    assert pickle.loads(pickle.dumps(reader)).otherwise(one_page()) == {}


def test_a_child_that_breaks_off_gives_no_answer_and_is_started_again():
    child = Standing("whosecopy.no.such.module", LIMITS, str, starts=2)
    assert child.ask("a question", 30) is None
    assert child.ask("another", 30) is None


def test_a_child_that_does_not_answer_in_time_is_ended():
    child = Standing("whosecopy.media.pdf.rereading", LIMITS, Reading)
    with pytest.raises(TimeoutError):
        child.ask(Question(one_page()), 0.01)
