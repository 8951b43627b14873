"""The rules of a trace: candidates, levels, repeated traces, and what is said below the threshold."""

import json
import re
import shutil
from concurrent.futures import Executor, Future
from dataclasses import fields

import numpy as np
import pytest

from whosecopy.codes.codebook import make_codebook
from whosecopy.codes.keys import Secrets
from whosecopy.model import Recipient, Template, codec
from whosecopy.vault.casework import TraceOptions
from whosecopy.vault.events import events
from whosecopy.vault.secretbytes import open_secrets
from whosecopy.vault.tracing import trace

NOW = "2031-05-06T07:08:09Z"
KEYS = {
    "schema", "outcome", "document", "alpha", "codewords", "marks", "how", "named", "organisations", "decoys",
    "assumptions", "timings_s",
}  # fmt: skip


def verdict(desk, *arguments, **options):
    """What `trace --json` says, without the time it took."""
    answer = desk.run("trace", *arguments, "--json", **options)
    assert answer.code in (0, 1, 3), answer.err
    found = answer.json
    assert found.keys() >= KEYS
    assert found["marks"].keys() >= {"total", "read", "erased", "by_carrier"}
    assert found["how"].keys() >= {"channel", "part", "version", "hand_outs"}
    assert found["decoys"].keys() >= {"scored", "ks_p"}
    assert all(one.keys() == NAMED_KEYS for one in found["named"])
    assert found.pop("case").startswith("case-")
    found.pop("timings_s")
    return found


NAMED_KEYS = {"copy", "recipient", "organisation", "p_value", "p_familywise", "log_evalue_nats"}


def original_of(sealed):
    """The file that a document was sealed from."""
    return (sealed.copies["p-000"].parent.parent / "copies-master.md").read_text()


def some_of(text, sentences):
    """The first sentences of a copy of the memo, as they would be quoted."""
    return "\n\n".join(re.findall(r"(?m)^[A-Z].*$", text)[:sentences])


def lines_of(desk, kind):
    """The recorded events of one kind."""
    with desk.vault() as vault, vault.snapshot() as tx:
        return [event for event in events(tx) if event.header.kind == kind]


def test_v05_a_verdict_does_not_depend_on_copies_or_caches(memo, tmp_path):
    desk, sealed = memo
    leak = sealed.copies["p-003"].read_bytes()
    twin = desk.clone(tmp_path / "twin")
    shutil.copytree(sealed.copies["p-003"].parent, desk.home / "copies")
    before = verdict(desk, "-", stdin=leak)
    assert sorted(one.name for one in twin.home.iterdir()) == ["root.key", "vault"]
    assert verdict(twin, "-", stdin=leak) == before
    assert before["outcome"] == "named"


def test_v09_the_level_may_only_be_lowered(memo, tmp_path):
    desk, sealed = memo
    few = some_of(sealed.text("p-003"), 24)
    generous = verdict(desk, "--text", few, "--alpha", "0.1")
    assert (generous["alpha"], generous["outcome"]) == (1e-6, "not_enough_evidence")
    strict = verdict(desk.clone(tmp_path / "twin"), sealed.copies["p-003"], "--alpha", "1e-9")
    assert (strict["alpha"], strict["outcome"]) == (1e-9, "named")


def test_v09_familywise_p_is_corrected_for_every_copy_and_compares_with_alpha(memo):
    desk, sealed = memo
    found = verdict(desk, sealed.copies["p-003"])
    one = found["named"][0]
    assert one["p_familywise"] == pytest.approx(one["p_value"] * 20 / 0.8)
    assert one["p_familywise"] <= found["alpha"]


def test_v10_every_copy_of_every_version_in_play_is_a_candidate(memo):
    desk, sealed = memo
    newer = desk.file("newer.md", original_of(sealed).replace("chalk and string", "chalk and twine"))
    more = desk.list_of([Recipient(f"q-{k}") for k in range(9)], "more.csv")
    desk.ok("seal", newer, "--to", more, "--out", desk.home / "v2", "--supersedes", sealed.id)
    found = verdict(desk, sealed.copies["p-003"])
    assert found["codewords"] == 20 + 9
    assert [one["recipient"] for one in found["named"]] == ["p-003"]
    assert found["how"]["version"] == "1"
    second = verdict(desk, desk.home / "v2" / "q-4.md")
    assert [one["recipient"] for one in second["named"]] == ["q-4"]
    assert (second["codewords"], second["how"]["version"]) == (29, "2")


def test_v10_naming_a_document_changes_nothing(memo, tmp_path, story):
    desk, sealed = memo
    other = desk.seal(story["plan.md"], [Recipient("x"), Recipient("y")], "other")
    twins = [desk.clone(tmp_path / name) for name in ("plain", "right", "wrong")]
    leak = sealed.copies["p-003"]
    plain = verdict(twins[0], leak)
    assert plain["outcome"] == "named"
    assert verdict(twins[1], leak, "--document", sealed.id) == plain
    assert verdict(twins[2], leak, "--document", other.id) == plain


def test_v10_a_copy_issued_after_the_trace_is_not_a_candidate_of_it(memo, tmp_path):
    desk, sealed = memo
    later = desk.clone(tmp_path / "later")
    to = later.list_of([Recipient("late")])
    path = later.ok("seal", "--document", sealed.id, "--to", to, "--out", later.home / "late")["copies"][0]["path"]
    first = verdict(desk, path)
    assert (first["outcome"], first["codewords"]) == ("not_enough_evidence", 20)
    desk.ok("seal", "--document", sealed.id, "--to", to, "--out", desk.home / "late")
    assert verdict(desk, path) == first


def test_v10_a_match_on_a_copy_without_hand_out_is_an_alarm_and_names_nobody(memo, tmp_path):
    desk, sealed = memo
    other = desk.clone(tmp_path / "other")
    to = other.list_of([Recipient("ghost")])
    path = other.ok("seal", "--document", sealed.id, "--to", to, "--out", other.home / "out")["copies"][0]["path"]
    desk.file("wall", "a file where the folder should be")
    assert "seal --resume" in desk.refused("seal", "--document", sealed.id, "--to", to, "--out", desk.home / "wall/out")
    answer = desk.run("trace", path, "--json")
    assert answer.code == 3
    assert (answer.json["outcome"], answer.json["named"]) == ("integrity_alarm", [])
    shown = desk.run("trace", path)
    assert shown.code == 3
    assert "INTEGRITY ALARM" in shown.out
    for said in (answer.out, shown.out):
        assert "ghost" not in said
    assert verdict(desk, sealed.copies["p-003"])["outcome"] == "named"


def test_v10_the_verdict_says_that_no_outside_witness_is_older(memo):
    desk, sealed = memo
    assert any(
        "the operator could have chosen this" in one for one in verdict(desk, sealed.copies["p-003"])["assumptions"]
    )


def test_v11_identical_bytes_and_options_return_the_stored_verdict(memo):
    desk, sealed = memo
    first = desk.run("trace", sealed.copies["p-003"], "--json")
    again = desk.run("trace", sealed.copies["p-003"], "--json")
    assert again == first
    assert len(lines_of(desk, "test")) == 1
    assert "at trace 1 of this exhibit" in desk.run("trace", sealed.copies["p-003"]).out


def test_v11_the_same_exhibit_with_a_trailing_blank_is_tested_at_a_sixth(memo):
    desk, sealed = memo
    leak = sealed.copies["p-003"].read_bytes()
    for blanks, level in enumerate((1 / 2, 1 / 6, 1 / 12)):
        found = verdict(desk, "-", stdin=leak + b" " * blanks)
        assert found["outcome"] == "named"
        spent = lines_of(desk, "test")[-1].payload
        assert spent["retrace"] == blanks + 1
        assert spent["alpha"] == pytest.approx(1e-6 * level)
    assert any("trace 3 of this exhibit" in one for one in found["assumptions"])


def test_v11_other_options_are_another_trace_of_the_same_exhibit(memo):
    desk, sealed = memo
    verdict(desk, sealed.copies["p-003"])
    verdict(desk, sealed.copies["p-003"], "--alpha", "1e-8")
    assert [event.payload["retrace"] for event in lines_of(desk, "test")] == [1, 2]
    assert lines_of(desk, "test")[-1].payload["alpha"] == pytest.approx(1e-8 / 6)


def test_v11_a_quote_from_the_same_copy_is_the_same_exhibit_and_another_copy_is_not(memo):
    desk, sealed = memo
    verdict(desk, sealed.copies["p-003"])
    verdict(desk, "--text", some_of(sealed.text("p-003"), 30))
    verdict(desk, sealed.copies["p-004"])
    assert [event.payload["retrace"] for event in lines_of(desk, "test")] == [1, 2, 1]


class Onlooker(Executor):
    """Looks at the vault at the moment when work on codewords is handed out, then does the work."""

    def __init__(self, vault):
        self.vault, self.seen = vault, []

    def map(self, work, *parts, **options):
        with self.vault.snapshot() as tx:
            self.seen += [(one.alpha, one.retrace, one.verdict) for one in tx.traces()]
        return map(work, *parts)

    def submit(self, work, /, *parts, **options):
        done = Future()
        done.set_result(work(*parts, **options))
        return done


def test_v11_a_trace_is_recorded_before_anything_is_scored(memo):
    desk, sealed = memo
    with desk.vault() as vault:
        onlooker = Onlooker(vault)
        leak = [(sealed.copies["p-003"].read_bytes(), "leak.md")]
        case = trace(vault, leak, TraceOptions(), NOW, lambda done, total: None, onlooker)
    assert case.verdict.outcome == "named"
    assert onlooker.seen
    for alpha, retrace, stored in onlooker.seen:
        assert (alpha, retrace, stored) == (pytest.approx(5e-7), 1, None)


def test_v11_an_interrupted_trace_has_spent_its_level(memo):
    desk, sealed = memo

    class PowerCutError(Exception):
        pass

    class Plug(Onlooker):
        def map(self, work, *parts, **options):
            raise PowerCutError

    leak = [(sealed.copies["p-003"].read_bytes(), "leak.md")]
    with desk.vault() as vault:
        with pytest.raises(PowerCutError):
            trace(vault, leak, TraceOptions(), NOW, lambda done, total: None, Plug(vault))
        again = trace(vault, leak, TraceOptions(), NOW, lambda done, total: None)
    assert again.retrace == 2
    assert again.tested_alpha == pytest.approx(1e-6 / 6)


def test_v11_the_report_states_the_levels_spent_in_this_vault(memo):
    desk, sealed = memo
    verdict(desk, sealed.copies["p-003"])
    verdict(desk, sealed.copies["p-004"])
    desk.run("trace", sealed.copies["p-005"], "--report", "report.html")
    assert "1.5 × 10⁻⁶ in 3 traces" in (desk.home / "report.html").read_text()


def everything_said(desk, leak):
    """What a trace prints, writes and records, without times and random ids."""
    desk.file("leak.txt", leak)
    said = [desk.run("trace", "leak.txt", "--report", "report.html").out, (desk.home / "report.html").read_text()]
    said.append(json.dumps(verdict(desk, "leak.txt"), sort_keys=True))
    with desk.vault() as vault, vault.snapshot() as tx:
        said += [
            json.dumps([e.header.kind, e.payload]) for e in events(tx) if e.header.kind in ("trace", "test", "verdict")
        ]
        case = tx.traces()[0].case
    said.append(re.sub(r'"timings_s":\{[^}]*\}', "", case.decode()))
    text = "\n".join(said)
    digest_of_the_case = r"[0-9a-f]{64}"
    return re.sub(rf"doc-\w+|case-\w+|{digest_of_the_case}|\d{{4}}-\d\d-\d\d[T ][0-9:]+(\+00:00|Z| UTC)?", "*", text)


def test_v12_below_the_threshold_nothing_said_depends_on_codewords(desk, tmp_path, post, monkeypatch):
    _, sealed = post
    leak = some_of(sealed.text("p-003"), 17)
    rng = np.random.default_rng(7)
    fixed = {one.name: rng.bytes(32) for one in fields(Secrets)}
    said = []
    for name in ("code", "identity"):
        drawn = Secrets(**(fixed | {name: rng.bytes(32), "commit": rng.bytes(32)}))
        one = desk.clone(tmp_path / name)
        monkeypatch.setattr(type(one), "secrets", lambda self, drawn=drawn: drawn)
        here = one.seal(original_of(sealed), [Recipient(f"{name}-{k}") for k in range(20)], "copies")
        labels = [copy["copy"] for copy in here.answer["copies"]]
        said.append(everything_said(one, leak))
        assert "not_enough_evidence" in said[-1]
        for secret in (*labels, *here.copies):
            assert secret not in said[-1]
    assert said[0] == said[1]


def test_v12_a_perfect_but_short_match_looks_like_no_match(memo, tmp_path):
    desk, sealed = memo
    quote = some_of(sealed.text("p-003"), 17)
    with desk.vault() as vault, vault.snapshot() as tx:
        template = codec.decode(tx.load_template(sealed.id, 1), Template)
        codebook = make_codebook(template, open_secrets(tx, sealed.id, 1))
    variants = codebook.variants(0, 20)[:, :17]
    assert (variants == variants[3]).all(axis=1).sum() == 1
    flipped = "\n\n".join(
        re.findall(r"(?m)^[A-Z].*$", sealed.text("p-003" if k % 2 else "p-011"))[k] for k in range(17)
    )
    hit, miss = verdict(desk, "--text", quote), verdict(desk.clone(tmp_path / "twin"), "--text", flipped)
    assert hit["marks"] == miss["marks"]
    for found in (hit, miss):
        assert (found["outcome"], found["named"], found["organisations"]) == ("not_enough_evidence", [], [])
        assert found["how"]["hand_outs"] == []


def test_v14_the_original_is_a_note_that_clears_nobody(memo):
    desk, sealed = memo
    original = re.sub(r"\{\{(.*?)\|.*?\}\}", r"\1", original_of(sealed))
    found = verdict(desk, "--text", original)
    assert (found["outcome"], found["how"]["notes"]) == ("not_enough_evidence", ["reads_like_original"])
    assert "clears nobody" in desk.run("trace", "--text", original).out
    assert verdict(desk, sealed.copies["p-003"])["how"]["notes"] == []


def test_the_record_says_when_the_named_copy_was_handed_out(memo):
    desk, sealed = memo
    desk.ok("copy", sealed.id, "p-003", "--out", desk.home / "again.md")
    found = verdict(desk, sealed.copies["p-003"])
    label = found["named"][0]["copy"]
    said = [line.split(" recorded ")[0] for line in found["how"]["hand_outs"]]
    assert said == [f"copy {label}: seal", f"copy {label}: hand-out", f"copy {label}: hand-out"]


def test_a_foreign_text_gives_every_key_and_no_document(memo, story):
    desk, _ = memo
    answer = desk.run("trace", desk.file("foreign.txt", story["foreign.txt"]), "--json")
    assert answer.code == 1
    assert answer.json.keys() >= KEYS
    assert (answer.json["outcome"], answer.json["document"], answer.json["named"]) == ("no_document", None, [])
    assert "NO DOCUMENT" in desk.run("trace", desk.home / "foreign.txt").out
