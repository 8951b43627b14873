"""Bundles of an operator whose program lies from the start: what verifying still shows, and what it says it cannot."""

import numpy as np
import pytest

from whosecopy.errors import IntegrityError
from whosecopy.model import Recipient, codec
from whosecopy.model.template import Template
from whosecopy.vault.bundling import bundle
from whosecopy.vault.codebooks import sealed_codebook
from whosecopy.verify import verify

NOW = "2031-05-06T07:08:09+00:00"


def bundled(desk, leak):
    """Trace a leak and make the bundle of the case."""
    answer = desk.run("trace", leak, "--json")
    assert answer.code in (0, 1), answer.err
    with desk.vault() as vault:
        return answer.json, bundle(vault, answer.json["case"], [(leak.read_bytes(), leak.name)], NOW)


def likest(desk, document, culprit):
    """The copy that agrees most with another one, and the sites at which the two differ."""
    with desk.vault() as vault, vault.snapshot() as tx:
        template = codec.decode(tx.load_template(document, 1), Template)
        words = sealed_codebook(tx, document, 1, template).symbols(0, tx.issued()[document, 1])
    differ = words != words[culprit]
    innocent = min((k for k in range(len(words)) if k != culprit), key=lambda k: differ[k].sum())
    marks = [mark for mark, one in zip(template.marks, differ[innocent], strict=True) if one]
    return innocent, frozenset(site for mark in marks for site in mark.sites)


def test_an_operator_who_leaves_out_the_marks_that_clear_somebody_is_not_verified(plan):
    desk, sealed = plan
    names = list(sealed.copies)
    innocent, against = likest(desk, sealed.id, culprit=3)

    def chosen(sightings):
        return {key: one.without(against) for key, one in sightings.items()}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("whosecopy.vault.tracing.erase_inherited", chosen)
        told, data = bundled(desk, sealed.copies[names[3]])
    assert names[innocent] in {one["recipient"] for one in told["named"]}
    _, finding = verify(data, reread=True)
    assert finding.result == "records_ok, not_every_p_value_checked"
    assert f"why {len(against)} sites of {sealed.id} version 1 were left out" in finding.not_checked[0]


def test_an_operator_who_counts_marks_that_were_pasted_from_a_copy_is_refused(memo):
    desk, sealed = memo
    pasted, rng = sealed.text("p-005").split("\n\n")[2:42], np.random.default_rng(7)
    names = ["".join(rng.choice(["bar", "cot", "dun", "esk", "fen", "gar", "hol"], 3)).title() for _ in range(120)]
    rows = zip(names[:30], names[30:60], names[60:90], names[90:], strict=True)
    own = [f"{{{{{a} visits {b}.|To {b} went {a}.}}}} {c} asks {d}." for a, b, c, d in rows]
    master = "---\nwhosecopy: variants\n---\n\n" + "\n\n".join([*pasted, *own])
    readers = [Recipient(f"q-{k}", "north") for k in range(4)]
    desk.seal(master, readers, "v2", "--supersedes", sealed.id, "--record-ancestry")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("whosecopy.vault.tracing.erase_inherited", lambda sightings: sightings)
        with pytest.raises(IntegrityError, match="marks count that another version took over from a copy"):
            bundled(desk, desk.home / "v2" / "q-2.md")


def test_earlier_tests_whose_contents_are_closed_are_spoken_of(memo):
    desk, sealed = memo
    first, second = (bundled(desk, sealed.copies[name])[1] for name in ("p-003", "p-011"))
    closed = "that 1 earlier tests of these documents were of other exhibits"
    assert closed not in verify(first, reread=True)[1].not_checked
    assert closed in verify(second, reread=True)[1].not_checked
    again = desk.file("again.md", sealed.text("p-011") + "\n")
    assert closed in verify(bundled(desk, again)[1], reread=True)[1].not_checked, "of two tests one is a retrace"
