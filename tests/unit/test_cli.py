"""The command line: one line for what goes wrong, one JSON value where asked for, and an exit code that fits."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from whosecopy.carriers.declared import count_braces
from whosecopy.cli import run
from whosecopy.cli.sealing import forecast_lines
from whosecopy.cli.terminal import err, progress, warn
from whosecopy.errors import IntegrityError
from whosecopy.model import Recipient
from whosecopy.seal.forecast import Forecast, Row
from whosecopy.vault import store


def test_init_tells_where_the_key_is_and_to_keep_a_copy_of_it(tmp_path, desk):
    other = type(desk)(tmp_path / "fresh")
    other.home.mkdir()
    said = other.run("init")
    assert said.code == 0
    assert str(other.home / "root.key") in said.out
    assert "Back the key up apart from the vault" in said.out
    assert (other.home / "root.key").stat().st_mode & 0o777 == 0o600
    assert "a vault is here already" in other.refused("init")


def test_the_key_lies_outside_the_vault_by_default(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    assert run(["init", "--vault", str(tmp_path / "vault"), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert Path(made["key"]) == tmp_path / "settings" / "whosecopy" / "keys" / f"{made['vault']}.key"
    assert run(["init", "--vault", str(tmp_path / "v2"), "--key", str(tmp_path / "v2" / "root.key")]) == 2
    assert "must not lie inside the vault" in capsys.readouterr().err
    assert not (tmp_path / "v2").exists()


def test_documents_are_listed_and_shown(memo, desk):
    busy, sealed = memo
    (row,) = busy.ok("documents")["documents"]
    assert (row["id"], row["copies"], row["versions"], row["title"]) == (sealed.id, 20, 1, "copies-master")
    shown = busy.ok("documents", "show", sealed.id)
    assert shown["versions"][0]["alpha"] == 1e-6
    assert {one["state"] for one in shown["copies"]} == {"handed out"}
    said = busy.run("documents", "show", sealed.id).out
    assert "p-019" in said
    assert sealed.id in busy.run("documents").out
    assert "No document is sealed here yet" in desk.run("documents").out
    assert desk.ok("documents") == {"documents": []}


def test_a_document_has_the_title_that_was_given(desk, story):
    sealed = desk.seal(story["plan.md"], [Recipient("a"), Recipient("b")], "out", "--title", "Operation Lantern")
    assert sealed.answer["document"]["title"] == "Operation Lantern"
    assert "Operation Lantern" in desk.run("documents").out
    said = desk.run("trace", sealed.copies["a"])
    assert "Matched Operation Lantern: paragraphs" in said.out
    assert "Handed out to a." in said.out


def test_titles_and_ids_are_printed_as_they_are(desk, story):
    title, odd = "[draft] Plan [/bold] :ship:", Recipient("[red]r-1[/]", "[/]")
    sealed = desk.seal(story["plan.md"], [odd, Recipient("r-2")], "out", "--title", title)
    said = desk.run("documents", "show", sealed.id)
    assert (said.code, said.err) == (0, "")
    for word in (title, "[red]r-1[/]", "[/]"):
        assert word in said.out
    assert title in desk.run("documents").out
    named = desk.run("trace", sealed.copies["[red]r-1[/]"])
    assert f"Matched {title}" in named.out
    assert "Handed out to [red]r-1[/], organisation [/]." in named.out


def test_seal_prints_what_was_made_and_what_could_be_traced(desk, story):
    source, to = desk.file("plan.md", story["plan.md"]), desk.file("to.csv", "id\na\nb\n")
    said = desk.run("seal", source, "--to", to, "--out", desk.home / "out")
    assert said.code == 0
    assert "2 copies in" in said.out
    assert f"declared {count_braces(story['plan.md'])}" in said.out
    assert "named at least" in said.out


def test_a_lost_copy_is_made_again_byte_by_byte(memo):
    desk, sealed = memo
    answer = desk.ok("copy", sealed.id, "p-008", "--out", "again.md")
    assert Path(answer["path"]).read_bytes() == sealed.copies["p-008"].read_bytes()
    assert "exists already" in desk.refused("copy", sealed.id, "p-008", "--out", "again.md")
    assert "has no copy" in desk.refused("copy", sealed.id, "nobody", "--out", "other.md")
    assert "no such document" in desk.refused("copy", "doc-000000", "p-008", "--out", "other.md")
    assert "cannot be written" in desk.refused("copy", sealed.id, "p-008", "--out", "no/where.md")
    assert "p-008's copy" in desk.run("copy", sealed.id, "p-008", "--out", "third.md").out


def test_a_backup_is_restored_and_takes_no_recipients_that_could_share_a_codeword(memo, tmp_path):
    desk, sealed = memo
    assert "root key is not in it" in desk.run("backup", "vault.backup").out
    assert "exists already" in desk.refused("backup", "vault.backup")
    other = type(desk)(tmp_path / "restored")
    other.home.mkdir()
    key = other.file("root.key", (desk.home / "root.key").read_bytes())
    key.chmod(0o600)
    assert "20 copies" in other.run("restore", desk.home / "vault.backup").out
    assert [one["recipient"] for one in other.ok("trace", sealed.copies["p-003"])["named"]] == ["p-003"]
    to = other.file("to.csv", "id\nlate\n")
    assert "--supersedes" in other.refused("seal", "--document", sealed.id, "--to", to, "--out", "late")
    assert "is no backup" in other.refused("restore", to, "--vault", tmp_path / "third")


BAD_LEAKS = [
    ((), b"", "trace takes what surfaced"),
    (("missing.txt",), b"", "missing.txt: no such file"),
    (("missing.txt", "--text", "both"), b"", "trace takes what surfaced"),
    (("-",), b"", "empty"),
    (("-",), bytes(range(256)) * 20, "binary"),
    (("-",), b"%PDF-1.7 broken", "standard-input"),
    ((".",), b"", "is a folder"),
    (("--text", "words", "--document", "doc-000000"), b"", "no such document"),
    (("--text", "words", "--report", "out.doc"), b"", "ends in .html"),
    (("--text", "words", "--alpha", "2"), b"", "--alpha"),
    (("--text", "words", "--colour"), b"", "No such option"),
]


@pytest.mark.parametrize(("arguments", "given", "said"), BAD_LEAKS)
def test_a_leak_that_cannot_be_used_is_refused_in_one_line(memo, arguments, given, said):
    line = memo[0].refused("trace", *arguments, stdin=given)
    assert said in line
    assert "Traceback" not in line


def test_a_missing_file_is_never_read_as_a_pasted_text(memo):
    desk, sealed = memo
    text = sealed.text("p-003")[sealed.text("p-003").index("#") :]
    assert "no such file" in desk.refused("trace", text[:120])
    assert "cannot be read (file name too long)" in desk.refused("trace", text)


def test_a_report_that_cannot_be_written_is_told_by_its_own_name(memo):
    line = memo[0].refused("trace", "--text", "words of no document", "--report", "no/where/report.html")
    assert "no/where/report.html: cannot be written (no such folder)" in line


def test_a_report_is_a_page_of_its_own(memo):
    desk, sealed = memo
    said = desk.run("trace", sealed.copies["p-003"], "--report", "report.html")
    assert "Report: report.html" in said.out
    page = (desk.home / "report.html").read_text()
    assert page.lower().startswith("<!doctype html>")
    assert "p-003" in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_a_vault_that_is_absent_locked_newer_or_of_another_key_says_so_in_one_line(memo, tmp_path, monkeypatch):
    desk, sealed = memo
    leak = sealed.copies["p-003"]
    assert "there is no vault; make one with: whosecopy init" in desk.refused(
        "trace", leak, "--vault", tmp_path / "none"
    )
    wrong = desk.file("wrong.key", bytes(32))
    wrong.chmod(0o600)
    assert "does not open" in desk.refused("trace", leak, "--key", wrong)
    assert "cannot be read" in desk.refused("documents", "--key", desk.home / "none.key")
    wrong.chmod(0o644)
    assert "chmod 600" in desk.refused("documents", "--key", wrong)
    monkeypatch.setattr(store.open_vault, "__defaults__", (0.05,))
    with desk.vault() as vault, vault.transaction() as tx:
        tx.documents()
        assert "in use by another process" in desk.refused("trace", leak)
    monkeypatch.setattr(store, "REVISIONS", ("0000",))
    assert "newer version" in desk.refused("trace", leak)


def test_broken_records_exit_three(memo, monkeypatch):
    desk, sealed = memo

    def broken(*arguments, **options):
        raise IntegrityError("the record is broken; restore a backup")

    monkeypatch.setattr("whosecopy.vault.tracing.trace", broken)
    said = desk.run("trace", sealed.copies["p-003"])
    assert (said.code, said.out, said.err) == (3, "", "whosecopy: the record is broken; restore a backup\n")


def test_an_interruption_is_no_traceback(memo, monkeypatch):
    desk, sealed = memo

    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("whosecopy.vault.tracing.trace", interrupted)
    said = desk.run("trace", sealed.copies["p-003"])
    assert (said.code, said.err) == (130, "whosecopy: interrupted\n")


def test_unknown_commands_and_missing_options_are_one_line(desk):
    assert "No such command 'sael'" in desk.refused("sael")
    assert "--to" in desk.refused("forecast", "plan.md")
    assert "documents show ID" in desk.refused("documents", "show")
    assert "documents show ID" in desk.refused("documents", "list", "doc-1")


def test_suggest_annotates_and_lint_finds_nothing_to_refuse(desk):
    text = "We do not expect that the team, which is small, will arrive before 5 May. It is a long way.\n"
    source = desk.file("note.md", text)
    found = desk.ok("suggest", source)["suggestions"]
    assert found
    assert all(text[one["start"] : one["end"]] == one["variants"][0] for one in found)
    annotated = desk.run("suggest", source).out
    assert annotated.count("{{") == len(found)
    said = desk.run("suggest", source, "--out", "annotated.md")
    assert f"{len(found)} suggestions in annotated.md" in said.out
    assert (desk.home / "annotated.md").read_text() == annotated
    assert desk.ok("lint", "annotated.md") == {"findings": []}
    assert "No dangerous variants found" in desk.run("lint", "annotated.md").out


def test_lint_points_to_what_must_not_be_declared(desk):
    source = desk.file("note.md", "A plan.\n\nBring {{two|three}} boats, {{and|and}} go.\n")
    said = desk.run("lint", source)
    assert said.code == 2
    assert [line.split(": ")[0] for line in said.out.splitlines()] == [f"{source}:3:7", f"{source}:3:28"]
    answer = desk.run("lint", source, "--json")
    assert (answer.code, [one["line"] for one in answer.json["findings"]]) == (2, [3, 3])


def test_the_demonstration_tells_the_whole_story(desk):
    said = desk.run("demo", "--out", "demo")
    assert said.code == 0
    ends = [said.out.index(word) for word in ("NAMED  copy", "NOT ENOUGH EVIDENCE", "NO DOCUMENT", "report.html")]
    assert ends == sorted(ends)
    assert "Handed out to r-0041" in said.out
    assert (desk.home / "demo" / "report.html").is_file()
    assert len(list((desk.home / "demo" / "copies").glob("*.md"))) == 82


def test_the_program_runs_as_a_module_and_starts_without_heavy_libraries():
    heavy = ["numpy", "scipy", "numba", "sqlalchemy", "lxml", "PIL", "jinja2", "pypdfium2"]
    code = f"import sys, whosecopy.cli.app; print([one for one in {heavy} if one in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
    shown = subprocess.run([sys.executable, "-m", "whosecopy", "--version"], capture_output=True, text=True, check=True)
    assert shown.stdout.startswith("whosecopy ")


class Screen(io.StringIO):
    """A terminal that keeps what it is sent."""

    def isatty(self) -> bool:
        return True


def test_a_note_beside_a_progress_bar_stands_on_a_line_of_its_own(monkeypatch):
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    err.cache_clear()
    with progress("Sealing"):
        warn("fonts are missing")
    err.cache_clear()
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.getvalue())
    assert "Sealing" in shown
    assert re.search(r"(^|[\r\n])note: fonts are missing\r?\n", shown)


@pytest.mark.parametrize(
    ("chance", "said"), [(0.0, "identifies nobody"), (0.65, "Not even the whole document is sure")]
)
def test_a_forecast_does_not_say_that_pages_can_be_traced_where_no_part_identifies_its_copy(chance, said):
    rows = (Row("the file, saved again", 26.0, chance), Row("retype", 0.0, 0.0))
    table = Forecast(12, 1e-6, 27, "solo", rows, 0, 9, "2026-11-23", "whosecopy bench pdf", pages=1)
    lines = [line for line in forecast_lines(table) if isinstance(line, str)]
    assert any(said in line for line in lines)
    assert not any("can be traced alone" in line for line in lines)
