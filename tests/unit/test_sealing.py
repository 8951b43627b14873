"""Sealing: one different copy for everybody, recorded first, and nothing half-done when something is refused."""

import csv
import hashlib
import re
from dataclasses import replace

import pytest

from whosecopy.errors import CapacityError
from whosecopy.model import Recipient, Template, codec
from whosecopy.vault.backup import verify
from whosecopy.vault.sealing import draw_codebook

THREE = [Recipient("r-1", "north", "one@north.example"), Recipient("r-2"), Recipient("r-3", "south")]
TWO = THREE[:2]
SHORT = "We do not expect any delay.\n"
NATURAL = (
    "On 5 May 2031 the crew counted 12 boats, 15 barges and 11 rafts — “all of them” — and left… "
    "The team, which is small, said that it will not wait, because it has not got the time. "
    "They said that the cost was about 15 per cent higher than in June – and “no one” was able to say why…\n"
)
"""A text in which several carriers find something to vary."""


def original_of(sealed):
    """The file that a document was sealed from."""
    return (sealed.copies["p-000"].parent.parent / "copies-master.md").read_text()


def test_all_copies_differ_and_none_is_the_original(memo):
    _, sealed = memo
    plain = re.sub(r"whosecopy: variants\n", "", re.sub(r"\{\{(.*?)\|.*?\}\}", r"\1", original_of(sealed)))
    texts = [path.read_text() for path in sealed.copies.values()]
    assert len(texts) == 20
    assert len({*texts, plain}) == 21


def test_a_copy_shows_one_variant_of_each_declaration_and_no_trace_of_the_others(memo):
    _, sealed = memo
    pairs = re.findall(r"\{\{(.*?)\|(.*?)\}\}", original_of(sealed))
    for path in sealed.copies.values():
        text = path.read_text()
        assert [one for one in ("{{", "}}", "|", "whosecopy") if one in text] == []
        assert all((first in text) != (second in text) for first, second in pairs)


def test_seal_answers_with_document_copies_marks_and_forecast(memo):
    _, sealed = memo
    answer = sealed.answer
    assert answer["document"] == {"id": sealed.id, "title": "copies-master"}
    assert all(one.keys() == {"copy", "recipient", "path"} for one in answer["copies"])
    assert len({one["copy"] for one in answer["copies"]}) == 20
    assert answer["marks"] == {"total": 48, "by_carrier": {"declared": 48}}
    assert answer["forecast"][0].keys() == {"attack", "marks_expected", "chance_to_name"}


def test_the_manifest_lists_every_copy_with_its_digest(memo):
    _, sealed = memo
    folder = sealed.copies["p-000"].parent
    rows = list(csv.DictReader((folder / "manifest.csv").read_text().splitlines()))
    assert [row["id"] for row in rows] == [f"p-{k:03}" for k in range(20)]
    for row, one in zip(rows, sealed.answer["copies"], strict=True):
        assert (row["copy"], row["organisation"]) == (
            one["copy"],
            ("north", "east", "south", "west")[int(row["id"][2:]) % 4],
        )
        assert row["sha256"] == hashlib.sha256((folder / row["path"]).read_bytes()).hexdigest()


def test_no_name_of_a_file_or_label_follows_the_order_of_the_list(memo):
    _, sealed = memo
    labels = [one["copy"] for one in sealed.answer["copies"]]
    assert labels != sorted(labels)
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{2}", label) for label in labels)


def test_more_recipients_leave_earlier_copies_as_they_are(memo):
    desk, sealed = memo
    before = {name: path.read_bytes() for name, path in sealed.copies.items()}
    more = desk.list_of([Recipient("late-1"), Recipient("late-2")])
    answer = desk.ok("seal", "--document", sealed.id, "--to", more, "--out", desk.home / "late")
    assert {name: path.read_bytes() for name, path in sealed.copies.items()} == before
    for recipient in ("p-000", "p-019"):
        desk.ok("copy", sealed.id, recipient, "--out", desk.home / f"{recipient}.md")
        assert (desk.home / f"{recipient}.md").read_bytes() == before[recipient]
    late = [(desk.home / "late" / f"late-{k}.md").read_bytes() for k in (1, 2)]
    assert len({*late, *before.values()}) == 22
    assert {one["copy"] for one in answer["copies"]}.isdisjoint({one["copy"] for one in sealed.answer["copies"]})
    assert desk.ok("documents")["documents"][0]["copies"] == 22
    found = desk.ok("trace", desk.home / "late" / "late-2.md")
    assert ([one["recipient"] for one in found["named"]], found["codewords"]) == (["late-2"], 22)


def test_one_more_recipient_is_enough_to_add(memo):
    desk, sealed = memo
    to = desk.list_of([Recipient("late")])
    assert len(desk.ok("seal", "--document", sealed.id, "--to", to, "--out", desk.home / "late")["copies"]) == 1


def test_a_recipient_who_has_a_copy_is_told_how_to_make_it_again(memo):
    desk, sealed = memo
    to = desk.list_of([Recipient("late"), Recipient("p-007")])
    line = desk.refused("seal", "--document", sealed.id, "--to", to, "--out", desk.home / "late")
    assert f"whosecopy copy {sealed.id} p-007 --out FILE" in line
    assert desk.ok("documents")["documents"][0]["copies"] == 20
    assert not (desk.home / "late").exists()


def test_the_very_same_bytes_are_refused_with_the_advice_to_add_recipients(memo):
    desk, sealed = memo
    source = desk.file("again.md", original_of(sealed))
    line = desk.refused("seal", source, "--to", desk.list_of(THREE), "--out", desk.home / "out")
    assert f"whosecopy seal --document {sealed.id} --to MORE.csv --out DIR" in line
    assert not (desk.home / "out").exists()


def test_a_new_version_belongs_to_its_document_and_has_keys_of_its_own(memo):
    desk, sealed = memo
    changed = original_of(sealed).replace("# Duties", "# Duties, revised")
    second = desk.seal(changed, [Recipient(f"p-{k:03}") for k in range(20)], "v2", "--supersedes", sealed.id)
    assert second.id == sealed.id
    shown = desk.ok("documents", "show", sealed.id)
    assert [one["version"] for one in shown["versions"]] == [1, 2]
    assert len(shown["copies"]) == 40
    assert {one["copy"] for one in second.answer["copies"]}.isdisjoint({one["copy"] for one in sealed.answer["copies"]})
    assert second.text("p-004").replace(", revised", "") != sealed.text("p-004")
    desk.ok("copy", sealed.id, "p-004", "--out", desk.home / "newest.md")
    assert (desk.home / "newest.md").read_bytes() == second.copies["p-004"].read_bytes()


def test_a_version_of_an_unknown_document_is_refused(memo):
    desk, _ = memo
    source = desk.file("new.md", "Some other text that nobody has sealed.\n")
    arguments = ("--to", desk.list_of(THREE), "--out", desk.home / "out", "--supersedes", "doc-000000")
    assert "no such document" in desk.refused("seal", source, *arguments)


def test_too_few_marks_are_told_with_what_is_needed_and_what_to_do(desk):
    source = desk.file("short.md", SHORT)
    line = desk.refused("seal", source, "--to", desk.list_of(THREE), "--out", desk.home / "out")
    assert re.search(r"too few marks: 22 needed, \d available; declare variants .*suggest.*--accept-weak", line)
    assert desk.ok("documents")["documents"] == []
    assert not (desk.home / "out").exists()


def test_too_few_marks_to_tell_the_copies_apart_are_refused_even_when_weak(desk):
    source = desk.file("short.md", SHORT)
    line = desk.refused("seal", source, "--to", desk.list_of(THREE), "--out", desk.home / "out", "--accept-weak")
    assert re.search(r"too few marks: 4 needed, \d available; declare variants", line)
    assert "--accept-weak" not in line


def test_a_weak_document_is_sealed_where_asked_for_and_names_nobody(memo, desk):
    _, sealed = memo
    head, _, body = original_of(sealed).partition("# Duties\n\n")
    weak = head + "\n\n".join(body.split("\n\n")[:12])
    line = desk.refused("seal", desk.file("weak.md", weak), "--to", desk.list_of(THREE), "--out", desk.home / "no")
    assert "22 needed, 12 available" in line
    few = desk.seal(weak, THREE, "out", "--accept-weak")
    assert len({path.read_bytes() for path in few.copies.values()}) == 3
    said = desk.run("trace", few.copies["r-2"])
    assert (said.code, "NOT ENOUGH EVIDENCE" in said.out) == (1, True)


def test_weak_documents_never_take_so_many_recipients_that_no_level_is_left(memo, desk):
    _, sealed = memo
    head, _, body = original_of(sealed).partition("# Duties\n\n")
    weak = head + "\n\n".join(body.split("\n\n")[:12])
    crowd = [Recipient(f"c-{k}") for k in range(60)]
    few = desk.seal(weak, crowd, "out", "--accept-weak")
    more = desk.list_of([Recipient(f"d-{k}") for k in range(60)], "more.csv")
    line = desk.refused("seal", "--document", few.id, "--to", more, "--out", desk.home / "more")
    assert "too few marks for more recipients" in line
    assert desk.run("trace", few.copies["c-7"]).code == 1


def test_copies_that_cannot_all_differ_are_refused_with_the_number_of_marks(memo):
    desk, sealed = memo
    with desk.vault() as vault, vault.snapshot() as tx:
        template = codec.decode(tx.load_template(sealed.id, 1), Template)
    small = replace(template, marks=template.marks[:6])
    assert len(set(map(bytes, draw_codebook(small, 5).symbols(0, 5)))) == 5
    with pytest.raises(CapacityError, match="could not all be made different") as refused:
        draw_codebook(small, 64)
    assert refused.value.available == 6


def test_braces_that_nobody_asked_to_read_stay_and_are_mentioned(desk):
    text = f"{NATURAL}\nUse {{{{name|value}}}} and {{{{day|date}}}} in the form.\n"
    arguments = ("--to", desk.list_of(TWO), "--out", desk.home / "out", "--accept-weak", "--json")
    answer = desk.run("seal", desk.file("form.txt", text), *arguments)
    assert answer.code == 0, answer.err
    assert answer.err == "note: 2 {{...}} stand in the document and were left as they are; --variants reads them\n"
    for one in answer.json["copies"]:
        assert "Use {{name|value}} and {{day|date}} in the form." in (desk.home / one["path"]).read_text()


def test_other_delimiters_leave_braces_alone(desk, memo):
    text = re.sub(r"\{\{(.*?)\}\}", r"[[\1]]", original_of(memo[1])) + "\n\nUse {{name|value}} in the form.\n"
    sealed = desk.seal(text, THREE, "wide", "--delimiter", "[[ ]]")
    assert all("{{name|value}}" in path.read_text() for path in sealed.copies.values())
    wrong = desk.refused("lint", desk.home / "wide-master.md", "--delimiter", "[[")
    assert "opening and the closing one" in wrong


def test_an_unknown_carrier_is_refused_with_the_names_there_are(desk):
    source = desk.file("short.md", SHORT)
    arguments = ("--to", desk.list_of(THREE), "--out", desk.home / "out", "--carriers", "wording,colour")
    line = desk.refused("seal", source, *arguments)
    assert "--carriers colour" in line
    assert "wording.contraction" in line


def test_only_the_carriers_asked_for_mark_the_document(desk):
    everything = desk.seal(NATURAL, TWO, "all", "--accept-weak").answer["marks"]["by_carrier"]
    families = {name.partition(".")[0] for name in everything}
    assert len(families) > 1
    quiet = NATURAL.replace("5 May", "6 May")
    one = max(everything, key=everything.get)
    marks = desk.seal(quiet, TWO, "one", "--accept-weak", "--carriers", one).answer["marks"]["by_carrier"]
    assert set(marks) == {one}


def test_copies_of_two_recipients_never_share_a_file_name(memo):
    desk, sealed = memo
    for pair in (("anna", "Anna"), ("manifest", "Manifest")):
        to = desk.list_of([Recipient(name) for name in pair])
        line = desk.refused("seal", "--document", sealed.id, "--to", to, "--out", desk.home / "out")
        assert "same file name" in line
    long = desk.list_of([Recipient("x" * 251)])
    assert "shorter" in desk.refused("seal", "--document", sealed.id, "--to", long, "--out", desk.home / "out")
    assert desk.ok("documents")["documents"][0]["copies"] == 20


@pytest.mark.parametrize(
    "recipient", ["../../etc/passwd", "..", ".hidden", "a b", "Zoë Ünal", "a/b\\c", "CON:1", "~root", "-rf"]
)
def test_an_id_of_any_kind_stays_inside_the_folder(memo, recipient):
    desk, sealed = memo
    to = desk.list_of([Recipient(recipient)])
    (one,) = desk.ok("seal", "--document", sealed.id, "--to", to, "--out", desk.home / "out")["copies"]
    assert one["recipient"] == recipient
    written = sorted(path.name for path in (desk.home / "out").iterdir())
    assert {"manifest.csv", "NOTICE.txt"} <= {*written}
    copies = [desk.home / "out" / name for name in written if name not in ("manifest.csv", "NOTICE.txt")]
    assert copies == [type(desk.home)(one["path"])]
    assert not any(name.startswith(".") for name in written)


def test_nothing_is_overwritten(memo):
    desk, sealed = memo
    to = desk.list_of([Recipient("late")])
    out = desk.home / "out"
    out.mkdir()
    for name in ("late.md", "manifest.csv"):
        (out / name).write_text("precious")
        line = desk.refused("seal", "--document", sealed.id, "--to", to, "--out", out)
        assert "exists already" in line
        assert (out / name).read_text() == "precious"
        (out / name).unlink()
    desk.file("taken", "a file")
    assert "is a file" in desk.refused("seal", "--document", sealed.id, "--to", to, "--out", desk.home / "taken")
    assert desk.ok("documents")["documents"][0]["copies"] == 20


def test_a_sealed_vault_verifies_and_its_backup_makes_the_same_copies(memo, tmp_path):
    desk, sealed = memo
    with desk.vault() as vault:
        assert verify(vault).copies == 20
    desk.ok("backup", desk.home / "vault.backup")
    other = type(desk)(tmp_path / "restored")
    other.home.mkdir()
    (other.home / "root.key").write_bytes((desk.home / "root.key").read_bytes())
    (other.home / "root.key").chmod(0o600)
    assert other.ok("restore", desk.home / "vault.backup")["contents"]["copies"] == 20
    other.ok("copy", sealed.id, "p-012", "--out", other.home / "again.md")
    assert (other.home / "again.md").read_bytes() == sealed.copies["p-012"].read_bytes()


def test_a_wrong_call_says_what_seal_takes(desk):
    for arguments in (
        (),
        ("x.md",),
        ("--to", "x.csv", "--out", "d"),
        ("x.md", "--document", "d", "--to", "x", "--out", "d"),
    ):
        assert "seal takes --to RECIPIENTS.csv" in desk.refused("seal", *arguments)
