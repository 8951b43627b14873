"""One test per rule of the statistics that the code layer is responsible for, named after the rule."""

import dataclasses
import hmac
import inspect

import numpy as np
import pytest

from whosecopy.bench.attacks import strategy
from whosecopy.bench.synthetic import Leak, read, simulate
from whosecopy.carriers import base
from whosecopy.codes.decide import SHARES, Panel, decide
from whosecopy.codes.decoys import check_decoys
from whosecopy.codes.hypotheses import FAMILY
from whosecopy.codes.keys import derive, draw_secrets
from whosecopy.codes.keystream import codewords, stride
from whosecopy.codes.panel import p_values, prepare
from whosecopy.codes.profiles import PROFILES, biases, labels
from whosecopy.codes.quantise import GRID_NATS, quantise
from whosecopy.errors import IntegrityError
from whosecopy.model import Mark, Reading
from whosecopy.stats.lattice import between
from whosecopy.stats.uniformity import ks_uniform


@pytest.fixture
def rng():
    return np.random.default_rng(2)


def marks(count, q=2, profile="GL6"):
    return [Mark((i,), q, profile) for i in range(count)]


def test_v01_keys_of_one_purpose_come_from_hkdf_with_the_template_as_salt():
    secret, digest = bytes(range(32)), b"\x07" * 32
    extracted = hmac.digest(digest, secret, "sha256")
    expected = hmac.digest(extracted, b"whosecopy/1/biases\x01", "sha256")
    assert derive(secret, digest, "biases") == expected


def test_v01_secrets_are_never_printed_and_never_shared_between_purposes(rng):
    secrets = draw_secrets(rng.bytes)
    assert secrets.code.hex() not in repr(secrets)
    assert str(secrets.code) not in f"{secrets} {secrets!r}"
    with pytest.raises(IntegrityError, match="seven different keys"):
        dataclasses.replace(secrets, decoy=secrets.code)
    with pytest.raises(IntegrityError, match="32 bytes"):
        dataclasses.replace(secrets, code=b"short")


def test_v01_another_template_gets_other_biases_under_the_same_secret():
    first, second = (biases(bytes(32), bytes([k]) * 32, marks(100)) for k in (1, 2))
    assert (first != second).any(axis=1).sum() > 30


def test_v02_adding_recipients_changes_no_earlier_codeword(rng):
    table = biases(rng.bytes(32), rng.bytes(32), marks(130))
    key = rng.bytes(32)
    everybody = codewords(key, table, 0, 50)
    assert (codewords(key, table, 0, 20) == everybody[:20]).all()
    assert all((codewords(key, table, j, 1)[0] == everybody[j]).all() for j in (0, 19, 20, 49))


@pytest.mark.parametrize(("length", "expected"), [(1, 64), (64, 64), (65, 128), (1024, 1024)])
def test_v02_codewords_start_at_multiples_of_sixty_four_bytes(length, expected):
    assert stride(length) == expected


def test_v02_symbols_are_drawn_as_often_as_their_bias_says(rng):
    table = biases(rng.bytes(32), rng.bytes(32), marks(40, 5, "GL8"))
    words = codewords(rng.bytes(32), table, 0, 20_000)
    shares = np.stack([(words == s).mean(axis=0) for s in range(5)], axis=1)
    assert np.abs(shares - table / 256).max() < 0.02


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("q", [2, 3, 4, 16])
def test_v03_biases_are_256ths_from_few_classes(profile, q, rng):
    table = biases(rng.bytes(32), rng.bytes(32), marks(400, q, profile))
    assert (table.sum(axis=1) == 256).all()
    assert (table >= 1).all()
    assert len(np.unique(table, axis=0)) == len({max(a, 256 - a) if q > 2 else a for a in PROFILES[profile].leads})


@pytest.mark.parametrize("profile", ["short", "GL6", "GL8"])
def test_v03_any_excerpt_holds_a_mix_of_classes(profile, rng):
    table = biases(rng.bytes(32), rng.bytes(32), marks(600, 2, profile))
    assert all(len(np.unique(table[at : at + 40, 0])) == len(PROFILES[profile].leads) for at in range(0, 560, 20))


def test_v03_labels_are_a_permutation_drawn_per_mark(rng):
    mixed = [Mark((i,), q, "solo") for i, q in enumerate([2, 3, 4, 16] * 50)]
    table = labels(rng.bytes(32), rng.bytes(32), mixed)
    for mark, row in zip(mixed, table, strict=True):
        assert sorted(row[: mark.q]) == list(range(mark.q))
    assert 15 < (table[::4, 0] == 0).sum() < 35


def test_v03_which_variant_is_symbol_zero_makes_no_difference(rng):
    panel = simulate(Leak(120, (5, 9)), 200, rng)
    swapped = panel.labels[:, ::-1]
    levels = np.empty_like(panel.reading.levels_nats)
    np.put_along_axis(
        levels,
        swapped.astype(int),
        np.take_along_axis(panel.reading.levels_nats, panel.labels.astype(int), axis=1),
        axis=1,
    )
    other = dataclasses.replace(panel, labels=swapped, reading=dataclasses.replace(panel.reading, levels_nats=levels))
    assert decide([other], 1e-3) == decide([panel], 1e-3)


def test_v04_shared_marks_never_count_for_a_person(rng):
    panel = simulate(Leak(100, (500,), "solo"), 40, rng)
    shared = np.arange(100) < 60
    colleague = codewords(panel.secrets.code, panel.biases, 7, 1)[0]
    variants = np.take_along_axis(panel.labels, colleague[:, None].astype(int), axis=1)[:, 0]
    levels = panel.reading.levels_nats.copy()
    levels[shared] = -6.0
    levels[np.flatnonzero(shared), variants[shared]] = 0.0
    seen = dataclasses.replace(panel, reading=dataclasses.replace(panel.reading, levels_nats=levels))
    incriminating = dataclasses.replace(seen, shared=shared)
    assert 7 in [one.index for one in decide([seen], 1e-2).named]
    assert decide([incriminating], 1e-2).named == ()
    assert decide([incriminating], 1e-2) == decide([dataclasses.replace(panel, shared=shared)], 1e-2)


def test_v05_p_values_of_issued_uninvolved_copies_are_uniform_under_fresh_keys(rng):
    """In any one trace no innocent is special: 40 of them, fresh keys each time, every hypothesis."""
    values = []
    for _ in range(60):
        panel = simulate(Leak(50, (100, 101), "GL6", misread=0.05, erased=0.2), 40, rng)
        ready = prepare(panel)
        scores = ready.scores(codewords(panel.secrets.code, panel.biases, 0, panel.count))
        values.append(
            [between(tails, row, rng.random(len(row))) for tails, row in zip(ready.tails, scores, strict=True)]
        )
    for hypothesis in np.concatenate(values, axis=1):
        assert ks_uniform(hypothesis) > 1e-3 / len(FAMILY)


def test_v05_a_carrier_is_never_given_a_codeword():
    asked = set(inspect.signature(base.Carrier.read).parameters)
    assert asked == {"self", "leak", "sites"}


def test_v06_at_most_sixteen_levels_per_mark():
    gaps = np.linspace(-30, 30, 20_001)
    levels = quantise(np.stack([gaps, np.zeros_like(gaps)], axis=1), np.full(len(gaps), 2, np.uint8))
    assert len(np.unique(levels, axis=0)) == 2 * len(GRID_NATS) - 1 <= 16


def test_v06_flat_rows_stay_flat_and_levels_stay_levels(rng):
    alphabet = rng.integers(2, 6, 500).astype(np.uint8)
    loglik = rng.normal(scale=3, size=(500, 6))
    loglik[::5] = loglik[::5, :1]
    levels = quantise(loglik, alphabet)
    assert (levels[::5] == 0).all()
    assert (levels[np.arange(6)[None] >= alphabet[:, None]] == 0).all()
    assert (quantise(levels, alphabet) == levels).all()
    inside = np.arange(6)[None] < alphabet[:, None]
    best = np.where(inside, loglik, -np.inf).argmax(axis=1)
    assert (levels[np.arange(500), best] == 0).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_v06_an_impossible_likelihood_is_refused(bad):
    with pytest.raises(ValueError, match="finite"):
        quantise(np.array([[bad, 0.0]]), np.array([2], np.uint8))


def test_v06_a_trace_quantises_before_it_scores(rng):
    panel = simulate(Leak(80, (3,), soft=True), 50, rng)
    noisy = panel.reading.levels_nats + rng.uniform(-0.01, 0.01, size=(80, 2))
    rough = dataclasses.replace(panel, reading=dataclasses.replace(panel.reading, levels_nats=noisy))
    assert decide([rough], 1e-3) == decide([panel], 1e-3)


def test_v08_weights_are_computed_without_looking_at_a_codeword(rng):
    panel = simulate(Leak(90, (0, 1, 2)), 10, rng)
    other = dataclasses.replace(panel, secrets=draw_secrets(rng.bytes))
    assert (prepare(panel).weights == prepare(other).weights).all()
    assert prepare(panel).weights.max() <= 63


def test_v08_the_fitted_strategy_holds_half_of_the_level():
    assert FAMILY[-1].level == 0.5
    assert len({one.level for one in FAMILY[:-1]}) == 1
    assert sum(one.level for one in FAMILY) == 1.0


def test_v08_erased_marks_contribute_nothing(rng):
    panel = simulate(Leak(60, (4,)), 30, rng)
    more = dataclasses.replace(
        panel,
        reading=Reading(
            panel.reading.template_sha256,
            np.vstack([panel.reading.levels_nats, np.zeros((4, 2))]),
            np.full(64, 2, np.uint8),
        ),
        biases=np.vstack([panel.biases, panel.biases[:4]]),
        labels=np.vstack([panel.labels, panel.labels[:4]]),
        shared=np.zeros(64, bool),
    )
    assert decide([more], 1e-3).named == decide([panel], 1e-3).named != ()


def test_v09_the_level_is_split_once():
    assert SHARES == {"single": 0.7, "gate": 0.1, "member": 0.1, "organisation": 0.1}
    assert sum(SHARES.values()) <= 1.0 + 1e-15


def test_v09_a_single_copy_is_corrected_over_all_copies_of_all_panels(rng):
    panel = simulate(Leak(60, (4,), "solo"), 300, rng)
    bystander = simulate(Leak(60, (900,), "solo"), 700, rng)
    [alone] = decide([panel], 1e-3).named
    [among_more] = [one for one in decide([panel, bystander], 1e-3).named if one.panel == 0]
    assert alone.test == "single"
    assert alone.p_familywise == pytest.approx(alone.p_value * 300 / 0.8, rel=1e-9)
    assert among_more.p_familywise == pytest.approx(alone.p_value * 1000 / 0.8, rel=1e-9)
    assert alone.score_log10 == pytest.approx(-np.log10(alone.p_value))


def test_v09_the_share_of_organisations_is_kept_where_marks_are_shared(rng):
    panel = simulate(Leak(70, (4,), "solo"), 300, rng)
    [one] = decide([dataclasses.replace(panel, shared=np.arange(70) >= 60)], 1e-3).named
    assert one.p_familywise == pytest.approx(one.p_value * 300 / 0.7, rel=1e-9)


def test_v09_two_leakers_too_weak_alone_are_named_by_their_pair(rng):
    by_pair = []
    for _ in range(12):
        panel = simulate(Leak(75, (3, 70), "solo", strategy=strategy("coin flip", 2)), 400, rng)
        named = decide([panel], 1e-3).named
        assert {one.index for one in named} <= {3, 70}
        assert all(one.p_familywise <= 1e-3 for one in named)
        by_pair += [one for one in named if one.test == "pair"]
    assert len(by_pair) >= 4


def test_v09_only_the_partner_of_a_passing_test_is_named_never_the_pair(rng):
    """A lone leaker makes pairs with innocents pass the gate; no innocent may follow from that."""
    for _ in range(10):
        panel = simulate(Leak(110, (11,), "solo"), 300, rng)
        assert [one.index for one in decide([panel], 1e-2).named] == [11]


def test_v12_below_the_threshold_the_answer_does_not_depend_on_codewords(rng):
    panel = simulate(Leak(60, (500,), "GL6", erased=0.7), 100, rng)
    other = dataclasses.replace(panel, secrets=dataclasses.replace(panel.secrets, code=rng.bytes(32)))
    answers = [decide([one], 1e-6) for one in (panel, other)]
    assert answers[0].named == ()
    assert answers[0] == answers[1]


def test_v15_ten_thousand_decoys_are_scored_and_look_uniform(rng):
    panels = [simulate(Leak(70, (3,)), 50, rng), simulate(Leak(30, (400,), "solo", 4), 50, rng)]
    decision = decide(panels, 1e-3)
    assert not decision.withheld
    assert decision.decoys.scored == 10_000 == sum(decision.decoys.histogram)
    assert decision.decoys.ks_p > 1e-6
    assert len(decision.decoys.edges) == len(decision.decoys.histogram) + 1


def test_v15_a_wrong_tail_table_is_noticed(rng):
    ready = prepare(simulate(Leak(70, (3,)), 50, rng))
    assert check_decoys([ready], 1e-3, 50)[1]
    optimistic = tuple(tails**2 for tails in ready.tails)
    check, sound = check_decoys([dataclasses.replace(ready, tails=optimistic)], 1e-3, 50)
    assert not sound
    assert check.ks_p < 1e-6
    unlucky = tuple(np.where(tails < 0.01, tails / 1e4, tails) for tails in ready.tails)
    check, sound = check_decoys([dataclasses.replace(ready, tails=unlucky)], 1e-3, 50)
    assert not sound
    assert check.passes > 10


def test_v16_the_e_value_of_an_uninvolved_copy_is_one_on_average():
    """Exactly, by adding up all 3^3 * 2^5 codewords with their chances."""
    rng = np.random.default_rng(5)
    made = [Mark((i,), 3 if i < 3 else 2, "GL8") for i in range(8)]
    table, names = biases(bytes(32), bytes(32), made), labels(bytes(32), bytes(32), made)
    alphabet = np.array([mark.q for mark in made], np.uint8)
    reading = Reading("00" * 32, quantise(rng.normal(scale=2, size=(8, 3)), alphabet), alphabet)
    panel = dataclasses.replace(simulate(Leak(8), 5, rng), reading=reading, biases=table, labels=names)
    ready = prepare(panel)
    words = np.stack(np.meshgrid(*[np.arange(q) for q in alphabet], indexing="ij"), axis=-1).reshape(-1, 8)
    chances = np.prod(table[np.arange(8), words] / 256, axis=1)
    mean = float(chances @ np.exp([ready.log_evalue(word.astype(np.uint8)) for word in words]))
    assert 1 - 1e-6 < mean <= 1.0


def test_v16_the_e_value_of_the_leaker_is_large(rng):
    [one] = decide([simulate(Leak(60, (4,), "solo"), 300, rng)], 1e-3).named
    assert one.log_evalue_nats > np.log(300 / 1e-3)


def test_an_empty_reading_names_nobody(rng):
    panel = simulate(Leak(40, (3,)), 50, rng)
    blank = dataclasses.replace(panel, reading=dataclasses.replace(panel.reading, levels_nats=np.zeros((40, 2))))
    assert decide([blank], 0.5).named == ()
    assert (p_values(blank, codewords(panel.secrets.code, panel.biases, 0, 50)) == 1.0).all()
    assert decide([], 1e-3).named == ()


def test_a_document_without_marks_names_nobody(rng):
    nothing = Reading("00" * 32, np.zeros((0, 2)), np.zeros(0, np.uint8))
    panel = Panel(
        nothing,
        biases(bytes(32), bytes(32), []),
        labels(bytes(32), bytes(32), []),
        draw_secrets(rng.bytes),
        5,
        np.zeros(0, bool),
    )
    decision = decide([panel], 0.5)
    assert decision.named == ()
    assert not decision.withheld


def test_arrays_that_do_not_fit_and_levels_out_of_range_are_refused(rng):
    panel = simulate(Leak(40, (3,)), 50, rng)
    with pytest.raises(ValueError, match="different shapes"):
        decide([dataclasses.replace(panel, shared=np.zeros(39, bool))], 1e-3)
    with pytest.raises(ValueError, match="alpha"):
        decide([panel], 1.0)


def test_one_recipient_only_is_tested_at_the_full_level(rng):
    [one] = decide([simulate(Leak(30, (0,), "solo"), 1, rng)], 1e-3).named
    assert one.p_familywise == pytest.approx(one.p_value, rel=1e-9)


def test_a_house_style_that_flips_whole_families_names_nobody(rng):
    panel = simulate(Leak(120), 200, rng)
    styled = read(np.repeat([0, 1, 1, 0], 30).astype(np.uint8), Leak(120), panel.reading.template_sha256, rng)
    assert decide([dataclasses.replace(panel, reading=styled)], 1e-3).named == ()
