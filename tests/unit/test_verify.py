"""What a bundle lets anybody check, in two stages, and what it cannot show and says so."""

import json
import math
import re
import subprocess
import sys
import zipfile
from io import BytesIO

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.dsse import Envelope

from whosecopy.errors import AccessError, InputError, IntegrityError
from whosecopy.model import Recipient, codec
from whosecopy.trace.report import render_pdf, render_report
from whosecopy.vault.bundling import bundle
from whosecopy.vault.log import log_key
from whosecopy.vault.log_keys import key_string, log_seed
from whosecopy.verify import Trusted, verify
from whosecopy.verify.archive import pack, unpack
from whosecopy.verify.envelope import PAYLOAD_TYPE, enclose, to_be_signed
from whosecopy.verify.told import proofs, told

NOW = "2041-05-06T07:08:09+00:00"


def made(desk, leak, *options):
    """The bundle that a trace of the file `leak` writes."""
    answer = desk.run("trace", leak, "--bundle", desk.home / "case.zip", "--json", *options)
    assert answer.code in (0, 1), answer.err
    return (desk.home / "case.zip").read_bytes()


def remade(desk, case, leak):
    """The bundle of a stored case."""
    with desk.vault() as vault:
        return bundle(vault, case, [(leak.read_bytes(), leak.name)], NOW)


TEAMS = ("red", "blue", "green", "black", "white", "brown", "grey")
THINGS = ("ropes", "lamps", "keys", "saws", "carts", "sacks")
YARDS = ("north", "east", "south", "west", "upper", "lower", "inner", "outer", "old", "new", "far")
MONTHS = ("May", "June", "July", "March", "April")


def paragraph(k):
    """Two sentences, the first of them declared in two orders."""
    team, yard, month = TEAMS[k % 7], YARDS[k % 11], MONTHS[k % 5]
    one = f"The {team} team checks the {yard} yard in {month}."
    two = f"In {month} the {team} team checks the {yard} yard."
    gate, day = YARDS[(3 * k + 2) % 11], MONTHS[(k + 2) % 5]
    return (
        f"{{{{{one}|{two}}}}} It takes {THINGS[k % 6]} along and asks the keeper of the {gate} gate"
        f" for {THINGS[(5 * k + 1) % 6]} on every {day} morning."
    )


@pytest.fixture
def long(desk):
    """A desk where a text of a hundred marks was sealed for eight."""
    text = "---\nwhosecopy: variants\n---\n\n" + "\n\n".join(paragraph(k) for k in range(100))
    return desk, desk.seal(text, [Recipient(f"p-{k:03}", "north") for k in range(8)], "copies")


def merged(long, readers):
    """A file in which every paragraph comes from the next of the readers' copies."""
    desk, sealed = long
    texts = [sealed.text(reader).split("\n\n") for reader in readers]
    name = f"{'-'.join(readers)}.md"
    return desk.file(name, "\n\n".join(texts[k % len(texts)][k] for k in range(len(texts[0]))))


def test_a_bundle_is_checked_in_two_stages(memo):
    desk, sealed = memo
    data = made(desk, sealed.copies["p-003"])
    _, first = verify(data)
    assert first.result == "arithmetic_ok, reading_not_checked"
    assert "the reading: run again with --reread" in first.not_checked
    _, second = verify(data, reread=True)
    assert second.result == "verified"
    assert second.not_checked == (
        "that the codewords were drawn by chance, none made like another: the key that draws them is never opened",
        "that records made after the last one in the bundle do not exist",
    )


def test_the_same_case_gives_the_same_bytes(memo):
    desk, sealed = memo
    leak = sealed.copies["p-003"]
    data = made(desk, leak)
    case = desk.ok("trace", leak)["case"]
    assert desk.ok("bundle", case, leak, "--out", desk.home / "again.zip") == {"bundle": str(desk.home / "again.zip")}
    assert (desk.home / "again.zip").read_bytes() == data == pack(unpack(data))


def test_any_unzip_reads_a_bundle(memo):
    desk, sealed = memo
    with zipfile.ZipFile(BytesIO(made(desk, sealed.copies["p-003"]))) as archive:
        assert archive.namelist()[0] == "envelope.json"
        assert archive.read("exhibit/1") == sealed.copies["p-003"].read_bytes()
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_dsse_agrees_with_its_own_library(memo):
    desk, sealed = memo
    told_json = json.loads(unpack(made(desk, sealed.copies["p-003"]))["envelope.json"])
    told_json["signatures"] = []
    theirs = Envelope.from_dict(told_json)
    assert theirs.payload_type == PAYLOAD_TYPE
    assert theirs.pae() == to_be_signed(theirs.payload)


def test_a_bundle_made_elsewhere_verifies_with_the_package_alone(memo, tmp_path):
    desk, sealed = memo
    data = made(desk, sealed.copies["p-003"])
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/case.zip").write_bytes(data)
    program = """
import socket, sys
def refuse(*_): raise SystemExit("network")
socket.socket.connect = refuse
from whosecopy.cli import run
code = run(["verify", "case.zip", "--json"])
assert not [name for name in sys.modules if name.startswith(("whosecopy.vault", "whosecopy.seal", "sqlalchemy"))]
sys.exit(code)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path / "elsewhere", env={"PATH": "/usr/bin:/bin"}, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["result"] == "arithmetic_ok, reading_not_checked"


def test_every_mark_can_be_checked_by_eye(memo):
    desk, sealed = memo
    leak = sealed.copies["p-003"]
    found, _ = verify(made(desk, leak))
    assert len(found.marks) == 48
    for mark in found.marks:
        for region in mark.regions:
            assert found.case.exhibit.text[region.start : region.end] == region.text
            assert mark.read is None or region.text == mark.read
            assert mark.read is None or mark.read in mark.variants
    assert sum(mark.read is not None for mark in found.marks) == found.case.verdict.marks.read


def test_below_the_threshold_a_bundle_holds_no_copy(memo):
    desk, sealed = memo
    leak = desk.file("quote.txt", sealed.text("p-003").split("\n\n", 1)[1][:900])
    found, finding = verify(made(desk, leak), reread=True)
    assert (finding.result, finding.outcome) == ("verified", "not_enough_evidence")
    assert found.evidence.copies == ()
    text = b"".join(found.members.values()).decode()
    assert not [one["copy"] for one in sealed.answer["copies"] if one["copy"] in text]


def test_holms_steps_and_pairs_are_computed_again(long):
    desk, _ = long
    found, finding = verify(made(desk, merged(long, ["p-000", "p-004"])), reread=True)
    assert (finding.result, found.case.named_tests) == ("verified", ("single", "single"))
    assert sorted(one.recipient for one in found.evidence.copies) == ["p-000", "p-004"]
    found, finding = verify(made(desk, merged(long, ["p-000", "p-001"])))
    assert found.case.named_tests == ("single", "pair")
    lead, partner = (one.copy for one in found.case.verdict.named)
    assert f"that copy {lead}, given which copy {partner} was tested, ranks 1 among the others" in finding.not_checked


def test_a_pair_named_given_a_copy_that_is_not_in_the_bundle_is_no_full_proof(long):
    desk, _ = long
    members = unpack(made(desk, merged(long, ["p-000", "p-001"])))
    case = json.loads(members["case.json"])
    case["verdict"]["named"][1]["p_value"] *= 1.5
    case["named_scores"][1] = -math.log10(case["verdict"]["named"][1]["p_value"])
    members["case.json"] = codec.encode(case)
    with desk.vault() as vault, vault.snapshot() as tx:
        signer = Ed25519PrivateKey.from_private_bytes(log_seed(tx))
        key = key_string(tx, vault.id)
    del members["envelope.json"]
    data = pack({**members, "envelope.json": enclose(case["verdict"]["case"], members, key, signer.sign)})
    _, finding = verify(data, reread=True)
    assert finding.result == "records_ok, not_every_p_value_checked"
    assert "it was tested given a copy that is not in the bundle" in finding.not_checked[0]


def test_all_versions_in_play_are_in_the_bundle(memo):
    desk, sealed = memo
    master = (sealed.copies["p-003"].parent.parent / "copies-master.md").read_text()
    newer = desk.file("newer.md", master.replace("chalk and string", "chalk and twine"))
    more = desk.list_of([Recipient(f"q-{k}") for k in range(9)], "more.csv")
    desk.ok("seal", newer, "--to", more, "--out", desk.home / "v2", "--supersedes", sealed.id)
    for leak, who, panels in ((sealed.copies["p-003"], "p-003", 2), (desk.home / "v2" / "q-4.md", "q-4", 2)):
        found, finding = verify(made(desk, leak), reread=True)
        assert finding.result == "verified"
        assert [one.recipient for one in found.evidence.copies] == [who]
        assert len(found.evidence.panels) == panels
        assert sum(one.issued for one in found.evidence.panels) == found.case.verdict.codewords == 29


def test_marks_taken_over_from_a_copy_stay_erased_when_it_is_read_again(memo):
    desk, sealed = memo
    pasted = sealed.text("p-005").split("\n\n")[2:34]
    own = "\n\n".join(paragraph(k) for k in range(30))
    master = "---\nwhosecopy: variants\n---\n\n" + "\n\n".join(pasted) + "\n\n" + own
    readers = [Recipient(f"q-{k}", "north") for k in range(4)]
    desk.seal(master, readers, "v2", "--supersedes", sealed.id, "--record-ancestry")
    found, finding = verify(made(desk, sealed.copies["p-003"]), reread=True)
    (panel,) = found.evidence.panels
    assert len(panel.left_out) >= 25
    assert finding.result == "records_ok, not_every_p_value_checked"
    assert "were left out: no template in the bundle took them over" in finding.not_checked[0]
    newer = (desk.home / "v2" / "q-2.md").read_text().split("\n\n")[-30:]
    both = desk.file("both.md", "\n\n".join([sealed.text("p-003"), *newer]))
    found, finding = verify(made(desk, both), reread=True)
    assert len(found.evidence.panels) == 2
    assert not any("no template in the bundle" in one for one in finding.not_checked)
    assert any(one.endswith("stood in a later master as in one of its copies") for one in finding.not_checked)


def test_an_exhibit_of_several_files_keeps_their_order(memo):
    desk, sealed = memo
    text = sealed.text("p-003")
    first, second = desk.file("one.md", text[: len(text) // 2]), desk.file("two.md", text[len(text) // 2 :])
    answer = desk.run("trace", first, second, "--bundle", desk.home / "case.zip", "--json")
    assert answer.code == 0
    found, finding = verify((desk.home / "case.zip").read_bytes(), reread=True)
    assert (finding.result, [file.name for file in found.evidence.files]) == ("verified", ["one.md", "two.md"])
    told_line = desk.refused("bundle", answer.json["case"], second, first, "--out", "x.zip")
    assert "is about other files; give those that were traced, in the same order" in told_line


def test_an_encoding_that_was_given_is_used_again(memo):
    desk, sealed = memo
    leak = desk.file("leak.txt", (sealed.text("p-003") + "\n\nCafé, naïve.").encode("cp1252"))
    _, finding = verify(made(desk, leak, "--encoding", "cp1252"), reread=True)
    assert finding.result == "verified"


def test_before_a_reveal_a_bundle_tells_nobody_and_checks_no_p_value(council):
    leak = council.sealed.copies["p-003"]
    case = council.case()
    found, finding = verify(remade(council.desk, case, leak), reread=True)
    assert finding.result == "records_ok, copies_not_opened"
    assert any("the identities are sealed" in one for one in finding.not_checked)
    text = b"".join(data for name, data in found.members.items() if not name.startswith("exhibit/")).decode()
    text = text.replace(leak.name, "")
    assert "p-003" not in text
    assert '"index"' not in text
    assert '"codeword"' not in text
    assert found.evidence.copies == found.evidence.approvals == ()
    shown = render_report(told(found), proofs(found, finding))
    assert "p-003" not in shown.replace(leak.name, "")


def opened(council):
    """The bundle of a case that two people opened."""
    case = council.case()
    council.approves("ann", case, "inquiry 7")
    council.approves("cid", case, "inquiry 7")
    council.desk.ok("reveal", case)
    return remade(council.desk, case, council.sealed.copies["p-003"])


def test_after_a_reveal_the_approvals_are_checked(council):
    found, finding = verify(opened(council), reread=True)
    assert finding.result == "verified"
    assert [one.approval.approver for one in found.evidence.approvals] == ["ann", "cid"]
    assert [one.recipient for one in found.evidence.copies] == ["p-003"]
    page = render_report(told(found), proofs(found, finding))
    assert "Who let the identities be opened" in page
    assert "inquiry 7" in page


def test_a_case_that_was_ended_gives_no_bundle(council):
    case = council.case()
    answer = council.desk.run("approve", case, *council.signs("ann"), "--protected-disclosure")
    assert answer.code == 0, answer.err
    with pytest.raises(AccessError, match="protected disclosure"):
        remade(council.desk, case, council.sealed.copies["p-003"])


def test_a_report_is_made_from_the_bundle_alone(memo):
    desk, sealed = memo
    data = desk.file("b.zip", made(desk, sealed.copies["p-003"]))
    traced = desk.run("trace", sealed.copies["p-003"], "--report", "traced.html")
    assert (traced.code, "Report: traced.html" in traced.out) == (0, True)
    assert desk.run("verify", data, "--report", "verified.html").code == 0
    traced_page, page = (desk.home / "traced.html").read_text(), (desk.home / "verified.html").read_text()
    assert page == traced_page
    for words in ("Records and commitments", "key of the codewords", "p-003", "origin not established"):
        assert words in page


def test_a_printed_report_is_the_same_bytes_and_fetches_nothing(memo, monkeypatch):
    desk, sealed = memo
    leak = desk.file("quote.txt", sealed.text("p-003").split("\n\n", 1)[1][:900])
    found, finding = verify(made(desk, leak))
    page = render_report(told(found), proofs(found, finding))
    hostile = page.replace(
        "</main>", '<img src="https://example.invalid/x.png"/><img src="file:///etc/hostname"/></main>'
    )
    fetched = []
    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda *_, **__: fetched.append(1))
    first = render_pdf(hostile)
    assert first.startswith(b"%PDF-")
    assert render_pdf(hostile) == first
    assert fetched == []
    assert re.search(rb"CreationDate|ModDate", first) is None


def test_reports_in_other_formats_are_refused_before_anything_is_done(memo):
    desk, sealed = memo
    assert "a name that ends in .html or .pdf" in desk.refused("trace", sealed.copies["p-003"], "--report", "x.docx")
    with desk.vault() as vault, vault.snapshot() as tx:
        assert tx.traces() == []


def test_verify_prints_what_it_found_and_where_it_came_from(memo):
    desk, sealed = memo
    data = desk.file("b.zip", made(desk, sealed.copies["p-003"]))
    with desk.vault() as vault:
        key = log_key(vault)
    said = desk.run("verify", data, "--key", key, "--reread").out
    lines = said.splitlines()
    assert lines[0] == "verified"
    assert any(line.startswith("Origin       established by the key given") for line in lines)
    assert any(re.match(r"Fingerprint  SHA-256 [0-9a-f]{64}$", line) for line in lines)
    assert "origin not established" in desk.run("verify", data).out


def test_verify_refuses_with_the_reason_and_exit_code_3(memo):
    desk, sealed = memo
    data = made(desk, sealed.copies["p-003"])
    for name, bad in (("cut.zip", data[:-9]), ("text.zip", b"hello"), ("bit.zip", data[:999] + b"?" + data[1000:])):
        answer = desk.run("verify", desk.file(name, bad))
        assert (answer.code, answer.out, answer.err.count("\n")) == (3, "", 1)
    assert "no such file" in desk.refused("verify", "nowhere.zip")
    assert "is no key of a log" in desk.refused("verify", desk.file("b.zip", data), "--key", "nonsense")


def test_what_cannot_be_bundled_is_refused(memo, story):
    desk, sealed = memo
    foreign = desk.file("foreign.txt", story["foreign.txt"])
    answer = desk.run("trace", foreign, "--bundle", "none.zip", "--json")
    assert (answer.code, (desk.home / "none.zip").exists()) == (1, False)
    assert "no bundle" in answer.err
    assert "there is nothing to verify" in desk.refused("bundle", answer.json["case"], foreign, "--out", "x.zip")
    assert "no such case" in desk.refused("bundle", "case-000000", foreign, "--out", "x.zip")
    desk.run("trace", sealed.copies["p-003"])
    with desk.vault() as vault, vault.snapshot() as tx:
        case = tx.traces()[-1].id
    assert "is about other files" in desk.refused("bundle", case, sealed.copies["p-004"], "--out", "x.zip")
    with desk.vault() as vault, pytest.raises(InputError):
        bundle(vault, case, [], NOW)


def test_another_version_of_a_carrier_cannot_read_it_again(memo, monkeypatch):
    desk, sealed = memo
    data = made(desk, sealed.copies["p-003"])
    from whosecopy.carriers.registry import carriers

    declared = next(one for one in carriers() if one.name == "declared")
    monkeypatch.setattr(type(declared), "version", "99", raising=False)
    with pytest.raises(InputError, match="takes carrier declared version 1, here is 99"):
        verify(data, reread=True)
    assert verify(data)[1].result == "arithmetic_ok, reading_not_checked"


def test_a_picture_is_read_again_from_its_bytes(memo):
    from PIL import Image, ImageDraw, ImageFont

    desk, sealed = memo
    lines = [line for line in sealed.text("p-003").splitlines() if line.strip()]
    page = Image.new("L", (1700, 90 * len(lines[:14]) + 200), 255)
    font = ImageFont.load_default(26)
    for k, line in enumerate(lines[:14]):
        words, row = line.split(), 0
        text = ""
        for word in words:
            if len(text) + len(word) > 95:
                ImageDraw.Draw(page).text((80, 100 + 90 * k + 36 * row), text, fill=0, font=font)
                text, row = "", row + 1
            text += word + " "
        ImageDraw.Draw(page).text((80, 100 + 90 * k + 36 * row), text, fill=0, font=font)
    picture = BytesIO()
    page.save(picture, "PNG")
    found, finding = verify(made(desk, desk.file("photo.png", picture.getvalue())), reread=True)
    assert finding.result == "verified"
    assert found.evidence.software["ocr"].startswith("tesseract")
    assert found.case.verdict.marks.read > 5


def test_an_integrity_error_of_the_vault_never_leaves_a_bundle(memo):
    desk, sealed = memo
    data = json.loads(unpack(made(desk, sealed.copies["p-003"]))["evidence.json"])
    assert codec.encode(data) == unpack(made(desk, sealed.copies["p-003"]))["evidence.json"]
    with pytest.raises(IntegrityError):
        verify(b"", Trusted())
