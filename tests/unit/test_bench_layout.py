"""Pages that surface as pictures are traced through the functions that a trace uses."""

from collections import Counter

import numpy as np
import pytest

from whosecopy.bench.layout import Setting, Trace, rates, rows, totals, traces
from whosecopy.bench.layout_coalitions import coalitions
from whosecopy.bench.layout_ways import FORECAST, WAYS, Way
from whosecopy.bench.typeset import letter
from whosecopy.cli import run
from whosecopy.model.codec import decode
from whosecopy.seal.declare import prepare
from whosecopy.seal.rates import Rates, measured_rates
from whosecopy.seal.sheets import QUARTERS, full_pages, marks_on
from whosecopy.vault.sealing import SealOptions, survey_master

FEW = Setting(recipients=20, alpha=1e-3)


@pytest.fixture(scope="module")
def document():
    prepared = prepare(letter(3, 16), "letter.pdf", None, False, "{{ }}")
    return "letter.pdf", prepared.master, survey_master(prepared, SealOptions())


def test_a_screenshot_names_its_copy_and_nobody_else(document):
    (one,) = traces(document, [WAYS["screenshot"]], 1, FEW, np.random.default_rng(1))
    assert (one.document, one.attack) == ("letter.pdf", "screenshot")
    assert (one.found, one.named, one.wrong) == (True, True, False)
    right = sum(seen for nats, seen in one.levels["layout.word_x"].items() if nats > 0)
    assert right > 0.8 * sum(one.levels["layout.word_x"].values()) > 50


def test_two_who_merge_their_pages_are_named(document):
    found = list(coalitions(document, [2], 1, FEW, np.random.default_rng(1), ["pages merged"]))
    assert [(one.attack, one.named, one.wrong) for one in found] == [("pages merged, 2 copies", True, False)]


def test_a_picture_of_something_else_is_not_found_and_names_nobody(document):
    way = Way("a blank sheet", lambda draws, rng: np.full((700, 500), 240, dtype=np.uint8))
    (one,) = traces(document, [way], 1, FEW, np.random.default_rng(1))
    assert (one.found, one.named, one.wrong) == (False, False, False)


def test_quarters_share_the_marks_of_a_page_but_for_words_across_the_cut(document):
    template = document[2]
    page = full_pages(template)[:1]
    whole = marks_on(template, page)
    parts = np.array([marks_on(template, page, box) for box in QUARTERS])
    assert not (parts & ~whole).any()
    assert parts.sum(axis=0).max() == 1
    assert 0.75 * whole.sum() < parts.sum() < whole.sum()


def trace_of(document="a.pdf", named=True, wrong=False, found=True, levels=None):
    held = levels if levels is not None else {"layout.word_x": {6.0: 6, -1.0: 2, 0.0: 2}}
    return Trace(document, "scan", found, named, wrong, {name: Counter(seen) for name, seen in held.items()})


def test_a_table_counts_marks_misread_among_those_read():
    table = rows([trace_of(), trace_of("b.pdf", named=False, levels={"layout.word_x": {0.0: 10}})])
    assert [(row["document"], row["traces"], row["named"]) for row in table] == [
        ("a.pdf", 1, 1), ("b.pdf", 1, 0), ("all", 2, 1)
    ]  # fmt: skip
    assert [row["word_x wrong"] for row in table] == [0.25, 0.0, 0.25]
    assert [row["word_x erased"] for row in table] == [0.2, 1.0, 0.6]


def test_leaks_that_were_not_found_are_lost_not_erased():
    found = rates([trace_of(), trace_of(found=False, named=False, levels={"layout.word_x": {0.0: 10}})], "then", "how")
    (scan,) = found.attacks
    assert (scan.name, scan.part, scan.lost) == ("scan", "sheet", 0.5)
    assert dict(scan.levels["layout.word_x"]) == {-1.0: 0.2, 0.0: 0.2, 6.0: 0.6}


def test_wrong_names_are_counted_with_their_limit():
    assert totals([trace_of()] * 59)[:2] == (59, 0)
    assert totals([trace_of()] * 59)[2] == pytest.approx(1 - 0.05 ** (1 / 59))
    assert totals([trace_of(wrong=True)])[1] == 1


@pytest.mark.parametrize(("name", "attack", "says"), [
    ("letter.pdf", "earthquake", "no attack is called 'earthquake'; there are: screenshot"),
    ("memo.txt", "scan", "memo.txt: has no marks on pages"),
])  # fmt: skip
def test_what_cannot_be_measured_is_refused_in_one_line(tmp_path, capsys, name, attack, says):
    (tmp_path / name).write_bytes(letter(3, 16) if name.endswith("pdf") else b"Nobody has read it. He does not know.\n")
    assert run(["bench", "layout", str(tmp_path / name), "--attack", attack]) == 2
    assert says in " ".join(capsys.readouterr().err.split())


def test_a_table_of_rates_is_written_with_the_command_that_made_it(tmp_path):
    (tmp_path / "letter.pdf").write_bytes(letter(3, 16))
    found = tmp_path / "rates.json"
    asked = ["--attack", "screenshot", "--recipients", "20", "--alpha", "1e-3", "--out", str(found)]
    assert run(["bench", "layout", str(tmp_path / "letter.pdf"), *asked]) == 0
    table = decode(found.read_bytes(), Rates)
    assert [(attack.name, attack.part, attack.lost) for attack in table.attacks] == [("screenshot", "sheet", 0.0)]
    assert table.command.startswith("whosecopy bench layout letter.pdf --trials 1 --seed 1 --attack 'screenshot'")


def test_forecasts_of_pdfs_have_a_row_for_every_way_that_was_measured():
    assert {attack.name for attack in measured_rates(pages=True).attacks} >= set(FORECAST)
