"""Every command in README, tutorial and how-to guides is run, and prints what the page says.

A page's ```console blocks run in order, in one folder. A line `$ ...` is a command; what follows is its
output, where `...` stands for anything. `$ echo $?` shows the exit code of the command before; any other
command has to end with 0. `<!-- $ ... -->` is run and not shown. After `<!-- figures vary -->` numbers only
have to be there. Names that are drawn at random (documents, vaults, copies, hashes, times) always vary; the
id of a document or case on the page stands for the one that was drawn.
"""

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from whosecopy.cli import run

ROOT = Path(__file__).resolve().parents[2]
TUTORIAL = ROOT / "docs/tutorial/first-leak.md"
GUIDES = sorted((ROOT / "docs/how-to").glob("*.md"))

_BLOCK = re.compile(r"(?:<!-- (figures vary) -->\n+)?```console\n(.*?)^```|<!-- \$ (.*?) -->", re.M | re.S)
_COMMAND = re.compile(r"^\$ (.*)$", re.M)
_IDS = (re.compile(r"\bdoc-[0-9a-z]{6}\b"), re.compile(r"\bcase-[0-9a-z]{6}\b"))
_DRAWN = (
    *zip(_IDS, ("DOCUMENT", "CASE"), strict=True),
    (re.compile(r"\bvault-[0-9a-f]{16}\b"), "VAULT"),
    (re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{2}\b"), "COPY"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "SHA256"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"), "TIME"),
)
_FIGURE = re.compile(r"\d[\d,.]*(?:e[+-]?\d+)?(?: (?:million|billion|thousand))?")


class Session:
    """Somebody who works through a page in the folder `home`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._ids: dict[str, str] = {}
        self._code = 0

    def work_through(self, page: Path) -> int:
        """Run every command of `page`; how many there were."""
        steps = [step for block in _BLOCK.finditer(page.read_text()) for step in _steps(block)]
        for number, (command, expected, vary) in enumerate(steps):
            output = self._execute(command)
            assert _says(output, expected, vary), f"{page.name}: $ {command}\n{output}\n--- the page says\n{expected}"
            follows = steps[number + 1][0] if number + 1 < len(steps) else ""
            assert self._code == 0 or follows == "echo $?", f"{page.name}: $ {command}\nexit {self._code}: {output}"
            for drawn in _IDS:
                self._ids |= zip(drawn.findall(expected), drawn.findall(output), strict=False)
        return len(steps)

    def _execute(self, command: str) -> str:
        if command == "echo $?":
            code, self._code = self._code, 0
            return str(code)
        for drawn in _IDS:
            command = drawn.sub(lambda found: self._ids.get(found[0], found[0]), command)
        if not command.startswith("whosecopy ") or re.search(r"[|<>;&$]", command):
            path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
            done = subprocess.run(
                ["bash", "-c", command],
                cwd=self.home,
                env=os.environ | {"PATH": path, "LC_ALL": "C.UTF-8"},
                capture_output=True,
                check=False,
            )
            self._code = done.returncode
            return (done.stdout + done.stderr).decode()
        screen = io.StringIO()
        with contextlib.chdir(self.home), contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
            self._code = run(shlex.split(command)[1:])
        return screen.getvalue()


def _steps(block: re.Match[str]) -> Iterator[tuple[str, str, bool]]:
    """Each command of a block with the output that the page shows, and whether its figures vary."""
    if block[3]:
        yield block[3], "...", True
        return
    _, *parts = _COMMAND.split(block[2])
    for command, output in zip(parts[::2], parts[1::2], strict=True):
        yield command, output, bool(block[1])


def _says(output: str, expected: str, figures_vary: bool) -> bool:
    wanted = r".*?".join(re.escape(part) for part in _plain(expected, figures_vary).split("..."))
    return re.fullmatch(wanted, _plain(output, figures_vary), re.S) is not None


def _plain(text: str, figures_vary: bool) -> str:
    """Without line breaks and runs of blanks, and with one word for everything that varies."""
    for pattern, word in _DRAWN:
        text = pattern.sub(word, text)
    text = _FIGURE.sub("0", text) if figures_vary else text
    return " ".join(text.split())


@pytest.fixture(scope="session")
def after_the_tutorial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder as the tutorial leaves it, with the keys in `config` beside it."""
    home = tmp_path_factory.mktemp("tutorial")
    (home / "work").mkdir()
    for example in (ROOT / "docs/examples").iterdir():
        shutil.copy(example, home / "work")
    with pytest.MonkeyPatch.context() as patch:
        _settle(patch, home)
        assert Session(home / "work").work_through(TUTORIAL) > 5
    return home


def _settle(patch: pytest.MonkeyPatch, home: Path) -> None:
    patch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    patch.setenv("COLUMNS", "80")
    for name in ("WHOSECOPY_VAULT", "WHOSECOPY_KEY"):
        patch.delenv(name, raising=False)


@pytest.mark.parametrize("page", [ROOT / "README.md", *GUIDES], ids=lambda page: page.stem)
def test_every_command_of_a_page_works_as_shown(
    page: Path, after_the_tutorial: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    shutil.copytree(after_the_tutorial, home)
    _settle(monkeypatch, home)
    assert Session(home / "work").work_through(page) > 0


def test_the_tutorial_names_the_leaker_and_shows_a_report(after_the_tutorial: Path) -> None:
    report = (after_the_tutorial / "work/report.html").read_text()
    assert "r-05" in report
    assert "http://" not in report.replace("http://www.w3.org", "")


def test_a_page_that_promises_too_much_is_caught() -> None:
    assert _says("NAMED  copy K7QF-2M, 1 in 9 million.\n", "NAMED copy AAAA-00, 1 in 2 billion.", True)
    assert not _says("NAMED  copy K7QF-2M, 1 in 9 million.\n", "NAMED copy AAAA-00, 1 in 2 billion.", False)
    assert not _says("NOT ENOUGH EVIDENCE: 3 marks read.\n", "NAMED ...", True)
    assert _says("a\nb\nc\n", "a ... c", False)
