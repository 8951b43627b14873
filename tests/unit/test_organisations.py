"""Marks shared within organisations: sealed on demand, read for organisations only."""

from dataclasses import replace

import numpy as np
import pytest

from whosecopy.codes.codebook import all_differ, chance_all_differ, make_codebook
from whosecopy.codes.commit import SealRecord
from whosecopy.codes.keys import draw_secrets
from whosecopy.codes.keystream import codewords
from whosecopy.errors import CapacityError, InputError
from whosecopy.media.dispatch import open_document
from whosecopy.model import Case, Recipient, Site, Template, codec
from whosecopy.seal.plan import check_capacity, make_template, with_profile, with_shared
from whosecopy.seal.recipients import check_organisations, memberships
from whosecopy.seal.record import organisation_leaves
from whosecopy.tlog.merkle import root
from whosecopy.vault.codebooks import sealed_codebook
from whosecopy.vault.opening import apart, case_of, together

UNITS = ("north", "east", "south", "west")


def template_of(count: int, carriers: tuple[str, ...] = ("wording.synonym",)) -> Template:
    words = [f"word{k}" for k in range(count)]
    text = " ".join(words) + "."
    sites = [
        Site(carriers[k % len(carriers)], text.index(f"word{k}"), text.index(f"word{k}") + len(word), (word, "other"))
        for k, word in enumerate(words)
        if not any(other.startswith(word) and other != word for other in words[:k])
    ]
    return make_template(open_document(text.encode(), "words.txt"), sites, {})


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
def test_shared_marks_are_spread_over_the_text_and_over_every_carrier(share):
    template = with_shared(template_of(200, ("declared", "wording.synonym")), share)
    shared = np.array([mark.shared for mark in template.marks])
    assert shared.sum() == int(len(shared) * share)
    for carrier in ("declared", "wording.synonym"):
        mine = np.array([name == carrier for name in template.mark_carriers])
        assert abs(shared[mine].mean() - share) < 0.02
    assert all(abs(part.mean() - share) < 0.2 for part in np.array_split(shared, 5))


def test_shared_marks_stay_even_coins_whatever_profile_persons_get():
    template = with_profile(with_shared(template_of(40), 0.3), "GL6")
    assert {(mark.shared, mark.profile) for mark in template.marks} == {(True, "solo"), (False, "GL6")}


def test_capacity_counts_marks_of_persons_and_of_organisations_apart():
    template = with_shared(template_of(60), 0.5)
    check_capacity(template, 20, 1e-6, accept_weak=False, organisations=4)
    with pytest.raises(CapacityError, match="30 available"):
        check_capacity(template, 20_000, 1e-6, accept_weak=False, organisations=4)
    with pytest.raises(CapacityError, match="for organisations: raise their share"):
        check_capacity(with_shared(template_of(60), 0.2), 20, 1e-6, accept_weak=False, organisations=4)


def test_v04_colleagues_show_the_same_at_shared_marks_and_strangers_do_not():
    template = with_shared(template_of(300), 0.4)
    secrets = draw_secrets(np.random.default_rng(5).bytes)
    book = make_codebook(template, secrets, [0, 1, 0, 1, 2])
    words = book.symbols(0, 5)
    assert (words[0, book.shared] == words[2, book.shared]).all()
    assert (words[0, book.shared] != words[1, book.shared]).mean() > 0.3
    assert (words[0, ~book.shared] != words[2, ~book.shared]).mean() > 0.3
    assert (
        words[:, book.shared] == codewords(secrets.organisation, book.biases, 0, 3)[[0, 1, 0, 1, 2]][:, book.shared]
    ).all()
    assert (words[:, ~book.shared] == codewords(secrets.code, book.biases, 0, 5)[:, ~book.shared]).all()
    assert (book.symbols(3, 2) == words[3:]).all()
    with pytest.raises(ValueError, match="organisation of some is not known"):
        book.symbols(4, 2)


def test_v04_the_price_of_redrawing_counts_only_marks_in_which_colleagues_differ():
    template = with_shared(template_of(24), 0.5)
    drawn = []
    for seed in range(400):
        book = make_codebook(template, draw_secrets(np.random.default_rng(seed).bytes), [0] * 9)
        drawn.append(all_differ(book, 9))
    bound = chance_all_differ(book, 9)
    assert 0.9 < bound <= np.mean(drawn) + 3 * np.sqrt(0.1 / 400)
    alone = make_codebook(template_of(12), draw_secrets(np.random.default_rng(1).bytes))
    assert bound >= chance_all_differ(alone, 9)


def test_organisations_are_numbered_in_the_order_in_which_they_come():
    crowd = [Recipient("a", "west"), Recipient("b", "east"), Recipient("c", "west"), Recipient("d", "north")]
    assert memberships(crowd) == [0, 1, 0, 2]
    assert memberships(crowd[:2]) == [0, 1]
    assert check_organisations(crowd) == 3


@pytest.mark.parametrize(
    ("units", "why"),
    [
        (("west", ""), "b: has no organisation"),
        (("west", "West"), "differ in case"),
        (("the west", "The  west"), "differ in case or blanks"),
        (("caf\u00e9", "cafe\u0301"), "differ in case or blanks"),
        (("west", "west"), "of one organisation"),
    ],
)
def test_organisations_that_cannot_be_told_apart_are_refused(units, why):
    with pytest.raises(InputError, match=why):
        check_organisations([Recipient(name, unit) for name, unit in zip("ab", units, strict=True)])


def crowd(sizes):
    """Recipients of organisations of these sizes, in turn."""
    names = [f"{unit}-{k}" for k in range(max(sizes)) for unit, size in zip(UNITS, sizes, strict=True) if k < size]
    return [Recipient(name, name.partition("-")[0]) for name in names]


@pytest.fixture
def shop(desk, post):
    """The memo sealed with shared marks for people of four organisations, one of them small."""
    memo = (post[1].copies["p-000"].parent.parent / "copies-master.md").read_text()
    return desk, desk.seal(memo, crowd((12, 12, 3, 13)), "copies", "--organisations", "0.45", "--alpha", "1e-3")


def compared(sealed, names, rng):
    """What colleagues publish who compare their copies and toss a coin wherever they differ."""
    lines = [sealed.text(name).splitlines() for name in names]
    return "\n".join(options[rng.integers(len(options))] for options in zip(*lines, strict=True))


def trace(desk, text):
    answer = desk.run("trace", "--text", text, "--json")
    return answer.code, answer.json


def test_v04_colleagues_who_compare_their_copies_are_traced_to_their_organisation(shop):
    desk, sealed = shop
    code, found = trace(desk, compared(sealed, ["north-2", "north-5", "north-7"], np.random.default_rng(3)))
    assert (code, found["outcome"], found["named"]) == (0, "organisation", [])
    assert [one["organisation"] for one in found["organisations"]] == ["north"]
    assert 0 < found["organisations"][0]["p_value"] < found["organisations"][0]["p_familywise"] <= 1e-3 / 2


def test_v04_nobody_else_in_a_guilty_organisation_is_named(shop):
    desk, sealed = shop
    code, found = trace(desk, sealed.text("west-4"))
    assert (code, found["outcome"]) == (0, "named")
    assert [one["recipient"] for one in found["named"]] == ["west-4"]
    assert [one["organisation"] for one in found["organisations"]] == ["west"]


def test_copies_made_again_and_added_later_show_the_symbols_of_their_organisation(shop):
    desk, sealed = shop
    again = desk.home / "again.md"
    desk.ok("copy", sealed.id, "west-4", "--out", again)
    assert again.read_text() == sealed.text("west-4")
    late = [Recipient("north-late", "north"), Recipient("abroad-1", "abroad")]
    more = desk.ok("seal", "--document", sealed.id, "--to", desk.list_of(late), "--out", desk.home / "more")
    texts = {one["recipient"]: (desk.home / "more" / f"{one['recipient']}.md").read_text() for one in more["copies"]}
    rng = np.random.default_rng(4)
    lines = [text.splitlines() for text in (texts["north-late"], sealed.text("north-0"), sealed.text("north-9"))]
    merged = "\n".join(options[rng.integers(3)] for options in zip(*lines, strict=True))
    assert [one["organisation"] for one in trace(desk, merged)[1]["organisations"]] == ["north"]
    assert trace(desk, texts["abroad-1"])[1]["named"][0]["recipient"] == "abroad-1"


def test_a_recipient_without_an_organisation_cannot_be_added_to_shared_marks(shop):
    desk, sealed = shop
    late = desk.list_of([Recipient("stray")])
    assert "stray: has no organisation" in desk.refused("seal", "--document", sealed.id, "--to", late, "--out", "more")
    assert not (desk.home / "more").exists()


def test_a_small_organisation_is_kept_apart_until_identities_are_opened(shop):
    desk, sealed = shop
    text = compared(sealed, ["south-0", "south-1", "south-2"], np.random.default_rng(5))
    assert desk.run("trace", "--text", text, "--json").code == 0
    with desk.vault() as vault, vault.snapshot() as tx:
        kept = codec.decode(tx.traces()[-1].case, Case)
    assert [one["organisation"] for one in kept.verdict.organisations] == [None]
    assert trace(desk, text)[1]["organisations"][0]["organisation"] == "south"
    printed = desk.run("trace", "--text", text)
    assert "ORGANISATION  south, family-wise p <=" in printed.out


def test_the_report_speaks_of_the_organisation_and_of_no_copy(shop):
    desk, sealed = shop
    text = compared(sealed, ["east-1", "east-3", "east-8"], np.random.default_rng(6))
    assert desk.run("trace", "--text", text, "--report", desk.home / "report.html").code == 0
    page = (desk.home / "report.html").read_text()
    assert "Material given to organisation east is in this leak; no copy is named" in page
    assert "east-1" not in page


def test_v12_without_an_answer_nothing_tells_how_close_an_organisation_came(shop):
    desk, sealed = shop
    text = "\n\n".join(line for line in sealed.text("north-3").splitlines() if line[:1].isupper())[:900]
    code, found = trace(desk, text)
    assert (code, found["outcome"], found["organisations"], found["named"]) == (1, "not_enough_evidence", [], [])


def test_altered_organisations_are_found_before_anything_is_scored(shop):
    """Whoever moves a recipient to another organisation would move the guilt with them."""
    desk, sealed = shop
    with desk.vault() as vault, vault.transaction() as tx:
        kept = codec.decode(tx.batches(sealed.id, 1)[0].record, SealRecord)
        book = sealed_codebook(tx, sealed.id, 1, codec.decode(tx.load_template(sealed.id, 1), Template))
        people = [issue.recipient for issue in tx.recipients(sealed.id, 1)]
        leaves = organisation_leaves(book, 0, people)
        assert kept.organisations_root == root(leaves).hex()
        swapped = [
            Recipient(one.id, {"north": "east", "east": "north"}.get(one.organisation, one.organisation))
            for one in people
        ]
        assert root(organisation_leaves(book, 0, swapped)).hex() != kept.organisations_root
        assert len(leaves) == 4


def test_names_put_back_are_the_names_taken_out(shop):
    desk, sealed = shop
    desk.run("trace", "--text", sealed.text("south-1"), "--json")
    with desk.vault() as vault, vault.snapshot() as tx:
        whole = case_of(tx, tx.traces()[-1].id)
    bare, names = apart(
        replace(
            whole,
            verdict=replace(
                whole.verdict,
                organisations=tuple(
                    one | {"small": one["organisation"] == "south"} for one in whole.verdict.organisations
                ),
            ),
        )
    )
    assert "south" not in codec.encode(bare).decode()
    assert together(bare, names).verdict == whole.verdict


def test_the_forecast_says_what_shared_marks_cost_and_gain(shop):
    desk, sealed = shop
    master = sealed.copies["north-0"].parent.parent / "copies-master.md"
    people = desk.list_of(crowd((12, 12, 3, 13)))
    more = ("--organisations", "0.45", "--alpha", "1e-3")
    table = desk.ok("forecast", master, "--to", people, *more, forecast=True)["forecast"]
    together = {row["attack"]: row["chance_to_name"] for row in table["organisations"]}
    assert together["coalition of 3"] > 0.8
    assert any("colleagues comparing copies" in line for line in table["advice"])
    printed = desk.run("forecast", master, "--to", people, *more, forecast=True).out
    assert "pay only where colleagues may compare copies" in printed
    assert desk.ok("forecast", master, "--to", people, forecast=True)["forecast"]["advice"] == []
