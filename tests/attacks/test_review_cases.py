"""Cases of several exhibits as a way to look twice: at the same bytes, in another case, after a look at the answer."""

import dataclasses
import re

import numpy as np
import pytest

from whosecopy.bench.synthetic import Leak, simulate
from whosecopy.codes.evalues import Step, erase
from whosecopy.codes.pooled import pooled
from whosecopy.model import Case, codec


def lines_of(text, first, count):
    """Some of the sentences of a copy, as they would be quoted."""
    return "\n\n".join(re.findall(r"(?m)^[A-Z].*$", text)[first : first + count])


def opened(desk, *more):
    return desk.ok("case", "open", *more)["case"]["id"]


def level_of(desk):
    """The level at which the newest trace was tested."""
    with desk.vault() as vault, vault.snapshot() as tx:
        return codec.decode(tx.traces()[-1].case, Case).tested_alpha


def test_v11_a_quote_too_short_to_name_anybody_counts_in_every_case_it_is_filed_in(memo):
    """Else whoever opens a case for each choice among many short quotes has the whole level each time."""
    desk, sealed = memo
    quote = desk.file("quote.txt", lines_of(sealed.text("p-004"), 0, 8))
    levels = []
    for _ in range(3):
        case = opened(desk)
        assert desk.run("trace", quote, "--case", case, "--json").code == 1
        levels.append(level_of(desk))
    assert levels == pytest.approx([1e-6 / 2, 1e-6 / 6, 1e-6 / 12], rel=1e-3)


def test_v16_a_case_that_is_decided_once_is_not_decided_again_by_another_reading(memo):
    desk, sealed = memo
    case = opened(desk, "--decides", "p", "--exhibits", "1")
    quote = desk.file("quote.txt", lines_of(sealed.text("p-004"), 0, 8))
    assert desk.run("trace", quote, "--case", case, "--json").code == 1
    for more in (("--encoding", "cp1252"), ("--document", sealed.id)):
        told = desk.refused("trace", quote, "--case", case, *more)
        assert "is decided once, and this exhibit is filed already, with other options" in told
    assert len(desk.ok("case", "show", case)["history"]) == 1


def test_v10_copies_issued_after_a_leak_was_seen_are_not_tested_on_it():
    """The operator sees exhibit 1, issues copies until one fits, and files exhibit 2."""
    rng = np.random.default_rng(11)
    whole, key = simulate(Leak(60, (2,), "solo"), 3, rng), ("d", 1)
    first = np.arange(60) < 50
    early, late = dataclasses.replace(erase(whole, ~first), count=2), erase(whole, first)
    steps = [Step({key: early}, {key: np.arange(2)}), Step({key: late}, {key: np.arange(3)})]
    found = pooled(steps)
    p = dict(zip(found.holder.tolist(), found.p_values.tolist(), strict=True))
    assert p[2] > 2.0**-10, "ten marks can say no more"
    assert pooled([Step({key: whole}, {key: np.arange(3)})]).p_values.min() < 2.0**-40
    both = pooled([Step({key: dataclasses.replace(whole, count=2)}, {key: np.arange(2)})])
    assert [p[0], p[1]] == both.p_values.tolist(), "those who had their copies before lose nothing"
