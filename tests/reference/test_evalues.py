"""E-processes against a slow program that follows the rule word by word, and against listing every codeword."""

import dataclasses
import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

from whosecopy.bench.synthetic import Leak, read, simulate
from whosecopy.codes.evalues import Step, e_process, erase, level_shares
from whosecopy.codes.hypotheses import FAMILY, Cells, fit_strategy, log_ratios
from whosecopy.codes.keystream import codewords
from whosecopy.codes.organisations import organisation_panel
from whosecopy.codes.panel import cells_of, prepare
from whosecopy.codes.pooled import joined, merged, pooled


@pytest.fixture
def rng():
    return np.random.default_rng(16)


def case_of(rng, documents, **how):
    """One leak of copy 0 of each of several documents, which the same holders have in the same order."""
    steps = []
    for number in range(documents):
        panel = simulate(Leak(10, (0,), "GL6", **how), 6, rng)
        steps.append(Step({(f"d{number}", 1): panel}, {(f"d{number}", 1): np.arange(6)}))
    return steps


def slow_cells(panels):
    """Each mark that was read as a cell of its own: no grouping."""
    rows = [
        (panel.biases[i] / 256, np.exp(panel.reading.levels_nats[i][panel.labels[i]]))
        for panel in panels
        for i in range(len(panel.biases))
        if np.ptp(panel.reading.levels_nats[i]) > 0 and not panel.shared[i]
    ]
    return Cells(
        np.array([p for p, _ in rows]), np.array([y for _, y in rows]), np.ones(len(rows), int), np.zeros(0, int)
    )


def slow_seen(name, chances, likelihood, theta):
    """P(what was seen | symbol 0), P(... | symbol 1) by the table of the specification."""
    zero, one = likelihood
    average = chances[0] * zero + chances[1] * one
    if name.startswith("one copy"):
        error = 0.02 if "2 %" in name else 0.15
        return (1 - error) * zero + error * one, (1 - error) * one + error * zero
    if "turns" in name:
        return zero / 4 + 0.75 * average, one / 4 + 0.75 * average
    shown = []
    for own in (0, 1):
        total = sum(math.comb(5, k) * chances[1] ** k * chances[0] ** (5 - k) * theta[k + own] for k in range(6))
        shown.append(total * one + (1 - total) * zero)
    return tuple(shown)


def slow_log_evalues(steps, holders, weights=None):
    """E_j(t) = sum_h w_h prod_l E_hlj for holders with one codeword per document, by loops over marks."""
    totals = {(h.name, j): 0.0 for h in FAMILY for j in range(holders)}
    seen, out = [], []
    for step in steps:
        ((key, panel),) = step.panels.items()
        seen.append(panel)
        theta = fit_strategy(slow_cells(seen), 6)
        words = codewords(panel.secrets.code, panel.biases, 0, panel.count)
        for hypothesis in FAMILY:
            for index, holder in enumerate(step.holders[key].tolist()):
                for i in range(len(panel.biases)):
                    levels = panel.reading.levels_nats[i][panel.labels[i]]
                    if np.ptp(levels) == 0 or hypothesis.evidence == 0 or panel.shared[i]:
                        continue
                    chances = panel.biases[i] / 256
                    given = slow_seen(hypothesis.name, chances, np.exp(levels), theta)
                    average = chances[0] * given[0] + chances[1] * given[1]
                    totals[hypothesis.name, holder] += math.log(given[words[index][i]] / average)
        out.append([math.log(sum(h.evidence * math.exp(totals[h.name, j]) for h in FAMILY)) for j in range(holders)])
    return np.array(out)


def test_v16_the_e_process_is_the_mixture_of_products(rng):
    steps = case_of(rng, 4, misread=0.1, erased=0.2)
    assert np.allclose(list(e_process(steps, 6)), slow_log_evalues(steps, 6), rtol=0, atol=1e-7)


def test_v16_soft_readings_give_the_same_as_the_slow_program(rng):
    steps = case_of(rng, 3, soft=True)
    assert np.allclose(list(e_process(steps, 6)), slow_log_evalues(steps, 6), rtol=0, atol=1e-7)


def test_v16_every_factor_has_mean_one_over_all_codewords_exactly(rng):
    """Given what was read, the mean over all codewords is 1: for each hypothesis, listed one by one."""
    panel = simulate(Leak(7, (0, 1), "GL6", soft=True, erased=0.2), 2, rng)
    cells = cells_of(panel)
    ratios = np.asarray(cells.spread(log_ratios(cells, np.linspace(0.01, 0.99, 7))))
    for h, hypothesis in enumerate(FAMILY):
        if hypothesis.evidence == 0:
            continue
        mean = Fraction(0)
        for word in itertools.product((0, 1), repeat=7):
            chance = math.prod(Fraction(int(panel.biases[i, s]), 256) for i, s in enumerate(word))
            mean += chance * math.prod(Fraction(math.exp(ratios[h, i, s])) for i, s in enumerate(word))
        assert abs(mean - 1) < Fraction(1, 10**12)


def test_v16_past_factors_are_never_refitted(rng):
    steps = case_of(rng, 5, misread=0.1)
    whole = list(e_process(steps, 6))
    for length in range(1, 6):
        assert (list(e_process(steps[:length], 6))[-1] == whole[length - 1]).all()


def test_v16_a_holder_with_several_codewords_has_the_mean_over_them(rng):
    panel = simulate(Leak(30, (0,), "solo"), 4, rng)
    key = ("d", 1)
    apart = next(e_process([Step({key: panel}, {key: np.arange(4)})], 4))
    shared = next(e_process([Step({key: panel}, {key: np.array([0, 0, 0, 1])})], 2))
    assert shared[0] == pytest.approx(np.logaddexp.reduce(apart[:3]) - math.log(3), abs=1e-7)
    assert shared[1] == pytest.approx(apart[3], abs=1e-7)


def test_v16_a_copy_issued_later_changes_nobodys_e_value_by_itself(rng):
    """Whoever could raise an e-value by re-issuing a copy could stop at the right moment."""
    whole = simulate(Leak(40, (0,), "solo"), 3, rng)
    key, first, none = ("d", 1), np.arange(40) < 20, np.ones(40, bool)
    early = dataclasses.replace(erase(whole, ~first), count=2)
    later, nothing = erase(whole, first), erase(whole, none)
    before = Step({key: early}, {key: np.array([0, 1])})
    joined_in = Step({key: nothing}, {key: np.array([0, 1, 0])})
    one, two, three = e_process([before, joined_in, Step({key: later}, {key: np.array([0, 1, 0])})], 2)
    assert two == pytest.approx(one, abs=1e-12)
    (plain,) = list(e_process([before, Step({key: dataclasses.replace(later, count=2)}, before.holders)], 2))[1:]
    assert three[1] == pytest.approx(plain[1], abs=1e-12)
    assert one[0] + 8 < three[0] < plain[0], "half of what was won is bet on a copy that did not leak"


@pytest.mark.parametrize("batches", [[1000], [10, 5], [3, 0, 4, 1, 0, 2], [1] * 60])
def test_v16_shares_of_the_level_add_up_to_at_most_one(batches):
    shares = level_shares(batches)
    assert len(shares) == sum(batches)
    exact = [Fraction(1, 2) / size if size else None for size in batches[:1]]
    exact += [Fraction(1, 2 * b * (b + 1) * size) if size else None for b, size in enumerate(batches[1:], start=1)]
    slow = [share for share, size in zip(exact, batches, strict=True) for _ in range(size)]
    assert np.allclose(shares, [float(share) for share in slow], rtol=1e-12)
    assert sum(slow) <= 1


def test_v07_a_mark_that_was_read_before_counts_for_nothing(rng):
    panel = simulate(Leak(30, (0,), "GL6"), 5, rng)
    key, holders = ("d", 1), {("d", 1): np.arange(5)}
    once = [Step({key: panel}, holders)]
    twice = [*once, Step({key: erase(panel, panel.reading.read)}, holders)]
    first, second = e_process(twice, 5)
    assert second == pytest.approx(first, abs=1e-12)
    assert (pooled(twice).p_values == pooled(once).p_values).all()


def test_v07_disjoint_parts_of_one_document_add_up_to_the_whole(rng):
    panel = simulate(Leak(40, (0,), "GL6", misread=0.1), 5, rng)
    key, holders, first = ("d", 1), {("d", 1): np.arange(5)}, np.arange(40) < 17
    parts = [Step({key: erase(panel, ~first)}, holders), Step({key: erase(panel, first)}, holders)]
    assert (merged(parts)[key].reading.levels_nats == panel.reading.levels_nats).all()
    assert (pooled(parts).p_values == pooled([Step({key: panel}, holders)]).p_values).all()


def test_pooled_p_values_are_exact_tails_over_all_documents_at_once():
    """Every pair of codewords of two small documents listed: P(score >= s) at most what is said, and close."""
    rng = np.random.default_rng(3)
    steps = case_of(rng, 2, misread=0.1)
    small = [Step({k: erase(p, np.arange(10) >= 5) for k, p in step.panels.items()}, step.holders) for step in steps]
    panels = list(merged(small).values())
    ready = prepare(joined(panels))
    counted = np.flatnonzero(ready.cells.of_mark >= 0)
    biases = ready.panel.biases[counted]
    words = np.array(list(itertools.product((0, 1), repeat=len(counted))))
    whole = np.zeros((len(words), len(ready.panel.biases)), np.uint8)
    whole[:, counted] = words
    p = ready.p_values(ready.scores(whole))
    chances = [math.prod(Fraction(int(biases[i, s]), 256) for i, s in enumerate(word)) for word in words.tolist()]
    for level in (0.01, 0.05, 0.2):
        assert sum(c for c, value in zip(chances, p, strict=True) if value <= level) <= Fraction(level)
    found = pooled(small)
    assert sorted(found.holder.tolist()) == list(range(6))
    mine = np.hstack([codewords(one.secrets.code, one.biases, 0, one.count) for one in panels])
    assert (found.p_values[np.argsort(found.holder)] == ready.p_values(ready.scores(mine))).all()


def test_a_holder_of_some_documents_only_is_tested_on_those(rng):
    steps = case_of(rng, 2)
    (second,) = steps[1].panels
    partly = [
        steps[0],
        Step({second: dataclasses.replace(steps[1].panels[second], count=3)}, {second: np.array([0, 1, 0])}),
    ]
    found = pooled(partly)
    assert np.bincount(found.holder).tolist() == [2, 1, 1, 1, 1, 1]
    alone = pooled(steps[:1])
    assert found.p_values[found.holder == 4] == alone.p_values[alone.holder == 4]
    logs = list(e_process(partly, 6))
    assert logs[1][4] == pytest.approx(logs[0][4], abs=1e-9)


def test_v04_organisations_have_their_own_e_process(rng):
    panel = simulate(Leak(60, (0,), "solo"), 9, rng)
    shared = np.arange(60) < 30
    words = codewords(panel.secrets.code, panel.biases, 0, 1)
    words[:, shared] = codewords(panel.secrets.organisation, panel.biases, 0, 1)[:, shared]
    variants = np.take_along_axis(panel.labels, words[0][:, None].astype(int), axis=1)[:, 0]
    reading = read(variants, Leak(60), panel.reading.template_sha256, rng)
    seen = dataclasses.replace(panel, reading=reading, shared=shared, organisations=3)
    key = ("d", 1)
    (units,) = e_process([Step({key: organisation_panel(seen)}, {key: np.arange(3)})], 3)
    assert units.argmax() == 0
    assert units[0] > 15
    assert units[1:].max() < 0
    (persons,) = e_process([Step({key: seen}, {key: np.arange(9)})], 9)
    assert persons.argmax() == 0
    assert np.sort(persons)[-2] < 3, "colleagues share 30 marks and none of them counts"
