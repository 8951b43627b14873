"""The reference says what the program does; links lead somewhere; the change log knows the version."""

import re
import subprocess
from pathlib import Path

import pytest

from whosecopy import __version__
from whosecopy.cli import run

ROOT = Path(__file__).resolve().parents[2]
COMMAND_LINE = ROOT / "docs/reference/command-line.md"
PAGES = sorted([*ROOT.glob("*.md"), *(page for page in (ROOT / "docs").rglob("*.md") if "examples" not in page.parts)])

_ENTRY = re.compile(r"^  (\S.*?)(?:\s{2,}(\S.*))?$")
_ROW = re.compile(r"^\| `(.+?)` \| (.+?) \|$", re.M)
_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)|!\[[^\]\n]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.M | re.S)


def _commands() -> list[str]:
    return re.findall(r"^###? `whosecopy ([a-z -]+)`$", COMMAND_LINE.read_text(), re.M)


def _help(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run([*arguments, "--help"]) == 0
    return capsys.readouterr().out


def _entries(text: str, *sections: str) -> dict[str, str]:
    """What a help text lists under these headings: name and kind of an option, and what it says."""
    found: dict[str, str] = {}
    inside, last = False, ""
    for line in text.splitlines():
        if re.match(r"\w.*:$", line):
            inside = line.rstrip(":") in sections
        elif inside and (entry := _ENTRY.match(line)) and not line.startswith("   "):
            last = entry[1]
            found[last] = entry[2] or ""
        elif inside and line.strip():
            found[last] = f"{found[last]} {line.strip()}".strip()
    return {name: " ".join(said.split()) for name, said in found.items() if name != "--help"}


def _section(command: str) -> str:
    sections = re.split(r"^###? ", COMMAND_LINE.read_text(), flags=re.M)
    return next(one for one in sections if one.startswith(f"`whosecopy {command}`"))


def test_the_reference_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert [name for name in _commands() if " " not in name] == list(_entries(_help(capsys), "Commands"))


def test_the_reference_lists_the_commands_of_a_group_under_it(capsys: pytest.CaptureFixture[str]) -> None:
    for group in {name.split()[0] for name in _commands() if " " in name}:
        told = [name.split()[1] for name in _commands() if name.startswith(f"{group} ")]
        assert told == list(_entries(_help(capsys, group), "Commands"))


@pytest.mark.parametrize("command", _commands())
def test_the_reference_lists_every_option_as_help_does(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = {name.replace(r"\|", "|"): said.replace(r"\|", "|") for name, said in _ROW.findall(_section(command))}
    offered = _entries(_help(capsys, *command.split()), "Arguments", "Options")
    rows = "\n".join(f"| `{name}` | {said.replace('|', chr(92) + '|')} |" for name, said in offered.items())
    assert told == offered, f"the table of {command} has to be:\n{rows}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = _CODE.sub("", page.read_text())
    for target in (found[1] or found[2] for found in _LINK.finditer(text)):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        assert there.exists(), f"{page.name}: {target} leads nowhere"
        assert not anchor or anchor in _anchors(there), f"{page.name}: {target} has no such heading"


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_index_lists_every_page() -> None:
    index = ROOT / "docs/index.md"
    linked = {(index.parent / found[1]).resolve() for found in _LINK.finditer(index.read_text()) if found[1]}
    linked |= set((ROOT / "docs/adr").iterdir()) if ROOT / "docs/adr" in linked else set()
    assert {page for page in PAGES if page.is_relative_to(index.parent) and page != index} <= linked


def test_the_scripts_that_readme_names_can_be_run() -> None:
    named = set(re.findall(r"\bscript/\w+", (ROOT / "README.md").read_text()))
    assert {"script/demo", "script/test"} <= named
    for name in named:
        subprocess.run(["bash", "-n", str(ROOT / name)], check=True)


def test_the_demo_script_sets_up_and_runs_the_demo() -> None:
    lines = (ROOT / "script/demo").read_text().splitlines()
    assert any(line.startswith("bash script/setup") for line in lines)
    assert lines[-1] == 'exec .venv/bin/whosecopy demo "$@"'


def test_the_change_log_knows_the_version() -> None:
    assert re.search(rf"^## {re.escape(__version__)}\b", (ROOT / "CHANGELOG.md").read_text(), re.M)
