"""Ways in which a trace could name the wrong copy, or say more than it may: each was tried, each has its guard."""

import itertools
import re
from dataclasses import replace

import numpy as np
import pytest

from whosecopy.codes.codebook import chance_all_differ, make_codebook
from whosecopy.codes.decide import decide
from whosecopy.codes.keys import draw_secrets
from whosecopy.codes.keystream import codewords
from whosecopy.codes.panel import Panel, p_values
from whosecopy.codes.profiles import biases
from whosecopy.codes.scoring import score_all
from whosecopy.model import Mark, Recipient
from whosecopy.seal.declare import prepare
from whosecopy.seal.plan import make_template, with_profile
from whosecopy.stats.intervals import clopper_pearson
from whosecopy.trace.judge import Candidate, judge, of_a_name, same_exhibit
from whosecopy.trace.read import read_leak
from whosecopy.vault.events import events, record
from whosecopy.vault.tables import versions

THREE = [Recipient(f"r-{k}") for k in range(3)]


@pytest.fixture(scope="module")
def annotated(post):
    """The memo as its author wrote it."""
    return (post[0].home / "copies-master.md").read_text()


@pytest.fixture(scope="module")
def short_memo(annotated):
    """A dozen of its sentences."""
    return "\n\n".join(annotated.split("\n\n")[:14])


@pytest.fixture(scope="module")
def short(short_memo):
    """The template of the short memo."""
    prepared = prepare(short_memo.encode(), "memo.md", None, False, ("{{", "}}"))
    return make_template(prepared.master, prepared.declared, {"declared": "1"})


def shown(template, variants):
    """The master's text with these variants at its sites."""
    text, at = [], 0
    for site, variant in zip(template.sites, variants, strict=True):
        text += [template.text[at : site.start], site.variants[variant]]
        at = site.end
    return "".join([*text, template.text[at:]])


def paragraphs(text):
    return [part for part in text.split("\n\n") if len(part) > 60]


def at_random(template, rng):
    """A copy that nobody has: any variant at any place."""
    return shown(template, rng.integers(0, 2, template.length))


def side_by_side(template, rng):
    """Every paragraph of two such copies, in pairs: half of the marks contradict themselves."""
    pairs = zip(*(paragraphs(at_random(template, rng)) for _ in range(2)), strict=True)
    return "\n\n".join(itertools.chain(*pairs))


def repeated(template, rng):
    """One such copy twice, and paragraphs of another one between."""
    one, other = at_random(template, rng), paragraphs(at_random(template, rng))
    return "\n\n".join([one, *(other[k] for k in rng.permutation(len(other))[:4]), one])


@pytest.mark.parametrize("forge", [at_random, side_by_side, repeated])
def test_who_knows_the_variants_but_no_key_frames_nobody_more_often_than_alpha(short, forge):
    rng = np.random.default_rng(77)
    forged = [read_leak(short, forge(short, rng)) for _ in range(6)]
    named = 0
    for trial in range(240):
        book = make_codebook(short, draw_secrets(rng.bytes))
        named += bool(judge([Candidate("doc", 1, forged[trial % 6], book, 7, 0.3)], 0.3).named)
    assert named > 0
    assert clopper_pearson(named, 240, 0.999)[0] <= 0.3


def test_p_values_make_up_for_codewords_having_been_redrawn_until_they_differed(short):
    book = make_codebook(short, draw_secrets(np.random.default_rng(1).bytes))
    sighting = read_leak(short, shown(short, book.variants(0, 1)[0]))
    crowd = 40
    kept = chance_all_differ(book, crowd)
    assert 0.5 < kept < 0.9
    panel = Panel(sighting.reading, book.biases, book.labels, book.secrets, crowd, np.zeros(short.length, dtype=bool))
    [plain], [told] = (
        found.named for found in (decide([panel], 0.5), judge([Candidate("doc", 1, sighting, book, crowd, 0.5)], 0.5))
    )
    assert told.p_value == pytest.approx(plain.p_value / kept)
    assert told.p_familywise == pytest.approx(plain.p_familywise / kept)
    assert told.log_evalue_nats == pytest.approx(plain.log_evalue_nats + np.log(kept))


@pytest.mark.parametrize("profile", ["solo", "short", "GL8"])
def test_marks_that_do_not_count_for_a_retrace_name_nobody(short, profile):
    rng = np.random.default_rng(5)
    template = with_profile(short, profile)
    book = make_codebook(template, draw_secrets(rng.bytes))
    alpha, issued = 0.1, 3
    sighting = read_leak(template, at_random(template, rng))
    parts = of_a_name(Candidate("doc", 1, sighting, book, issued, alpha))
    for size in range(1, template.length):
        chosen = rng.permutation(template.length)[:size]
        if parts[chosen].sum() >= 1:
            continue
        levels = np.zeros_like(sighting.reading.levels_nats)
        levels[chosen, 1 - book.labels[chosen, book.biases[chosen].argmin(axis=1)]] = -6.0
        fitting = np.zeros((1, template.length), np.uint8)
        fitting[0, chosen] = book.biases[chosen].argmin(axis=1)
        panel = Panel(
            replace(sighting.reading, levels_nats=levels),
            book.biases,
            book.labels,
            book.secrets,
            issued,
            np.zeros(template.length, dtype=bool),
        )
        assert p_values(panel, fitting)[0] * issued > alpha


def test_v11_quotes_of_a_short_exhibit_share_one_level(desk, short_memo):
    sealed = desk.seal(short_memo, THREE, "copies", "--alpha", "0.1")
    parts = paragraphs(sealed.text("r-1"))
    for missing in range(4):
        desk.run("trace", "--text", "\n\n".join(parts[missing:]))
    with desk.vault() as vault, vault.snapshot() as tx:
        tests = [event.payload for event in events(tx) if event.header.kind == "test"]
    assert [one["retrace"] for one in tests] == [1, 2, 3, 4]
    assert sum(one["alpha"] for one in tests) <= 0.1


def test_v11_short_quotes_that_differ_are_not_one_exhibit():
    one = np.tile([0.0, -6.0], (12, 1))
    other = one.copy()
    other[:2] = [-6.0, 0.0]
    assert same_exhibit(one, one, np.full(12, 0.1))
    assert not same_exhibit(one, other, np.full(12, 0.1))
    assert not same_exhibit(one, one, np.full(12, 0.08))


def test_a_named_copy_stands_under_its_own_document_and_version(memo, story):
    desk, sealed = memo
    other = desk.seal(story["plan.md"], [Recipient(f"q-{k}") for k in range(20)], "other")
    original = re.sub(r"\{\{(.*?)\|.*?\}\}", r"\1", story["plan.md"])
    copy = "\n\n".join(paragraphs(sealed.text("p-003"))[:40])
    found = desk.ok("trace", "--text", f"{original}\n\n{copy}")
    assert [one["recipient"] for one in found["named"]] == ["p-003"]
    assert found["document"]["id"] == sealed.id
    assert found["marks"]["total"] == 48
    both = desk.ok("trace", "--text", f"{other.text('q-3')}\n\n{copy}")
    stated = {one["recipient"]: one["copy"] for one in both["named"]}
    assert stated.keys() == {"p-003", "q-3"}
    assert both["document"]["id"] == other.id
    strange = [line for line in both["how"]["hand_outs"] if stated["p-003"] in line]
    assert all(f"copy {stated['p-003']} of {sealed.id} version 1: " in line for line in strange)
    assert len(strange) == 2


def test_a_lost_copy_is_made_again_from_the_newest_version_whatever_the_batches(desk, annotated):
    first = desk.seal(annotated, THREE, "first")
    late = [Recipient("late")]
    desk.ok("seal", "--document", first.id, "--to", desk.list_of(late), "--out", desk.home / "more")
    source = desk.file("newer.md", annotated.replace("chalk and string", "chalk and twine"))
    to = desk.list_of([*late, Recipient("z")])
    desk.ok("seal", source, "--to", to, "--out", desk.home / "newer", "--supersedes", first.id)
    desk.ok("copy", first.id, "late", "--out", desk.home / "again.md")
    assert (desk.home / "again.md").read_bytes() == (desk.home / "newer" / "late.md").read_bytes()


def test_a_template_that_reads_otherwise_is_refused_instead_of_drawing_other_codewords(memo):
    desk, sealed = memo
    with desk.vault() as vault, vault.transaction() as tx:
        stored = tx.load_template(sealed.id, 1)
        assert b'"media":"text/markdown"' in stored
        tx.update(versions, (sealed.id, 1), {"template": stored.replace(b"text/markdown", b"text/plain")})
        record(tx, "altered", {}, "2031-05-06T07:08:09Z", sealed.id)
    more = desk.list_of([Recipient("new")])
    for arguments in (
        ("trace", sealed.copies["p-003"]),
        ("copy", sealed.id, "p-003", "--out", "again.md"),
        ("seal", "--document", sealed.id, "--to", more, "--out", "more"),
    ):
        answer = desk.run(*arguments)
        assert (answer.code, answer.out) == (3, "")
        assert "digest it was sealed with" in answer.err


def test_v12_the_time_that_codewords_took_is_told_only_with_a_name(memo):
    desk, sealed = memo
    quote = "\n\n".join(paragraphs(sealed.text("p-003"))[:15])
    answer = desk.run("trace", "--text", quote, "--json").json
    assert answer["outcome"] == "not_enough_evidence"
    assert answer["timings_s"].keys() == {"open", "find and read"}
    with desk.vault() as vault, vault.snapshot() as tx:
        assert b'"judge"' not in tx.traces()[0].case
    assert "judge" in desk.ok("trace", sealed.copies["p-003"])["timings_s"]


def test_many_copies_are_scored_at_the_marks_that_were_read():
    rng = np.random.default_rng(6)
    marks = [Mark((k,), q, "solo") for k, q in enumerate((3, 2, 2, 2))]
    table = biases(rng.bytes(32), rng.bytes(32), marks)
    weights = np.where(table > 0, rng.integers(1, 64, (2, 4, 3)), 0)
    weights[:, 1] = 0
    key = rng.bytes(32)
    words = codewords(key, table, 0, 50_000)
    expected = np.stack([one[np.arange(4), words].sum(axis=1) for one in weights])
    assert (score_all(key, table, weights, 0, 50_000) == expected).all()
