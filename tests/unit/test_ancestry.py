"""An author pastes from a colleague's copy: later leaks must not name the colleague (STATISTICS V13)."""

import re

import pytest

from whosecopy.model import Recipient, Template, codec

NEWCOMERS = [Recipient(f"q-{k:03}") for k in range(20)]


@pytest.fixture
def pasted(post, story):
    """A plan with declarations of its own, and behind it what the author took from the copy of p-003."""
    return f"{story['plan.md']}\n\n{appendix(post[1], 'p-003')}\n"


def appendix(sealed, recipient):
    """The body of a copy of the memo."""
    return sealed.text(recipient)[sealed.text(recipient).index("# Duties") :]


def test_v13_a_master_with_a_colleagues_marks_is_refused_with_the_two_ways_out(memo, pasted):
    desk, sealed = memo
    source = desk.file("new.md", pasted)
    to = desk.list_of(NEWCOMERS)
    for more in ((), ("--supersedes", sealed.id)):
        line = desk.refused("seal", source, "--to", to, "--out", desk.home / "v2", *more)
        assert sealed.id in line
        assert "--normalise" in line
        assert "--record-ancestry" in line
        assert "p-003" not in line
    assert not (desk.home / "v2").exists()
    assert desk.ok("documents")["documents"][0]["versions"] == 1


def test_v13_the_authors_own_master_is_not_taken_for_a_copy(memo):
    desk, sealed = memo
    original = (sealed.copies["p-000"].parent.parent / "copies-master.md").read_text()
    changed = original.replace("# Duties", "# Duties, revised")
    assert desk.seal(changed, NEWCOMERS, "v2", "--supersedes", sealed.id).id == sealed.id


def test_v13_normalised_copies_never_name_the_colleague(memo, pasted, tmp_path):
    desk, sealed = memo
    for key in range(3):
        here = desk.clone(tmp_path / str(key))
        here.rng.bytes(key)
        second = here.seal(pasted, NEWCOMERS, "v2", "--supersedes", sealed.id, "--normalise")
        found = here.ok("trace", second.copies[f"q-{key:03}"])
        assert [one["recipient"] for one in found["named"]] == [f"q-{key:03}"]
        assert found["codewords"] in (20, 40)
        taken = second.text("q-005").split("# Duties")[1]
        quoted = here.run("trace", "--text", taken, "--json").json
        assert "p-003" not in [one["recipient"] for one in quoted["named"]]


def test_v13_recorded_ancestry_is_erased_when_a_leak_is_read_against_the_earlier_version(memo, pasted, tmp_path):
    desk, sealed = memo
    second = desk.seal(pasted, NEWCOMERS, "v2", "--supersedes", sealed.id, "--record-ancestry")
    with desk.vault() as vault, vault.snapshot() as tx:
        template = codec.decode(tx.load_template(sealed.id, 2), Template)
        earlier = codec.decode(tx.load_template(sealed.id, 1), Template)
    (inherited,) = template.inherited
    assert (inherited.document, inherited.version) == (sealed.id, 1)
    assert len(inherited.sites) > 40
    assert set(inherited.sites) <= set(range(len(earlier.sites)))
    found = desk.ok("trace", second.copies["q-007"])
    assert [one["recipient"] for one in found["named"]] == ["q-007"]
    taken = second.text("q-005").split("# Duties")[1]
    quoted = desk.run("trace", "--text", taken, "--json").json
    assert quoted["outcome"] == "not_enough_evidence"


def test_v13_what_the_author_took_would_name_the_colleague(memo):
    desk, sealed = memo
    found = desk.ok("trace", "--text", appendix(sealed, "p-003"))
    assert [one["recipient"] for one in found["named"]] == ["p-003"]


def test_v13_a_declaration_over_a_colleagues_mark_is_refused_when_normalising(memo, pasted):
    desk, sealed = memo
    theirs = re.findall(r"(?m)^[A-Z][^.]*\.", appendix(sealed, "p-003"))
    masters = re.findall(r"(?m)^\{\{([^|]*)", (sealed.copies["p-000"].parent.parent / "copies-master.md").read_text())
    mark = [one for one, master in zip(theirs, masters, strict=True) if one != master][9]
    source = desk.file("wide.md", pasted.replace(mark, f"{{{{{mark}|As agreed, {mark[0].lower()}{mark[1:]}}}}}"))
    line = desk.refused("seal", source, "--to", desk.list_of(NEWCOMERS), "--out", desk.home / "v2", "--normalise")
    assert "overlaps a mark of an earlier copy" in line
