"""Somebody who runs every command of a vault of two people tries to learn, or to confirm, whose copy leaked.

Two worlds differ only in who received which copy: the same master, keys, codewords and leak, the names
dealt out in another order. Whatever a command answers before a reveal must be the same in both.
"""

import re
import zipfile

import numpy as np
import pytest

from whosecopy.model import Recipient

NAMES = [f"s-{k:02}" for k in range(12)]
INDEX = 4
"""The codeword index of the copy that leaks."""
SUSPECTS = (NAMES[INDEX], NAMES[::-1][INDEX], NAMES[0], "somebody-else")
_DRAWN = (
    r"\b(?:doc|case)-[0-9a-z]{6}\b",
    r"\bvault-[0-9a-f]{16}\b",
    r"\b[0-9a-f]{64}\b",
    r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|\+00:00)",
    r"\b[0-9a-f]{8}\+[A-Za-z0-9+/=]{40,}",
    r"ed25519:[A-Za-z0-9+/]{43}=",
    r'"timings_s":\{[^}]*\}',
    r"\d+\.?\d* seconds",
)


def plain(text):
    """Without what is drawn or measured anew in every world."""
    for pattern in _DRAWN:
        text = re.sub(pattern, "~", text)
    return text


class World:
    """A vault of two people in which the names were dealt out in one order."""

    def __init__(self, desk, names, memo):
        self.desk, self.said = desk, []
        assert desk.run("init", "--policy", "2").code == 0
        for name in ("ann", "ben", *NAMES[:1]):
            made = desk.ok("people", "key", "--out", f"{name}.key")["credential"]
            signs = [["--as", one, "--key-file", f"{one}.key"] for one in ("ann", "ben")] if name == NAMES[0] else [[]]
            for options in signs:
                desk.ok("people", "add", name, "--credential", made, *options)
        people = [Recipient(name, "one" if name < NAMES[6] else "two", f"{name}@x.example") for name in names]
        self.answer = desk.ok("seal", desk.file("memo.md", memo), "--to", desk.list_of(people), "--out", "out")
        self.id = self.answer["document"]["id"]
        self.leak = (desk.home / "out" / f"{names[INDEX]}.md").read_bytes()
        desk.ok("copy", self.id, SUSPECTS[0], "--out", "again.md")
        self.case = desk.ok("trace", "-", stdin=self.leak)["case"]

    def tell(self, *arguments, stdin=b""):
        """Run a command and keep what it said, also in files that it wrote."""
        answer = self.desk.run(*arguments, stdin=stdin)
        self.said.append((answer.code, plain(answer.out), plain(answer.err)))
        return answer


@pytest.fixture
def worlds(desk, post, tmp_path):
    """The same leak where one name stands behind it, and where another one does."""
    memo = (post[0].home / "copies-master.md").read_text()
    made = []
    for number, names in enumerate((NAMES, NAMES[::-1])):
        home = tmp_path / f"world-{number}"
        home.mkdir()
        made.append(World(type(desk)(home, np.random.default_rng(7)), names, memo))
    assert made[0].leak == made[1].leak
    return made


def everything(world):
    """All that somebody can ask before anything was approved."""
    world.tell("trace", "-", "--json", stdin=world.leak)
    world.tell("trace", "-", stdin=world.leak)
    world.tell("trace", "-", "--json", stdin=world.leak + b"\n\nOne more line.\n")
    world.tell("documents")
    world.tell("documents", "show", world.id)
    world.tell("documents", "show", world.id, "--json")
    world.tell("people", "list", "--json")
    world.tell("reveal", world.case)
    world.tell("reveal", world.case, "--json")
    several = world.desk.ok("case", "open")["case"]
    world.tell("trace", "-", "--case", several, stdin=world.leak[: len(world.leak) // 2])
    world.tell("trace", "-", "--case", several, "--json", stdin=world.leak[len(world.leak) // 2 :])
    world.tell("case", "show", several)
    world.tell("case", "show", several, "--json")
    world.tell("case", "list", "--json")
    world.tell("log", "show")
    world.tell("log", "show", "--json")
    world.tell("log", "verify", "--json")
    for suspect in SUSPECTS:
        world.tell("copy", world.id, suspect, "--out", f"{suspect}.new")
        world.tell("dispute", world.id, "--recipient", suspect, "--says", "lost")
        signs = ["--as", suspect, "--key-file", f"{NAMES[0]}.key"]
        world.tell("approve", world.case, *signs, "--purpose", "to see what happens")
        world.tell("approve", world.case, *signs, "--protected-disclosure")
        world.tell("people", "remove", suspect)
    to = world.desk.file("again.csv", "id\n" + "\n".join(SUSPECTS) + "\n")
    world.tell("seal", "--document", world.id, "--to", to, "--out", "more")
    world.tell("seal", "--resume", "--json")
    world.tell("trace", "-", "--json", stdin=world.leak)


def test_no_command_answers_differently_for_another_name(worlds):
    for world in worlds:
        everything(world)
    for one, other in zip(worlds[0].said, worlds[1].said, strict=True):
        assert one == other
    assert any("NAMED  copy" in out for _, out, _ in worlds[0].said)


def test_reports_and_bundles_hold_no_name_before_a_reveal(worlds):
    for world in worlds:
        world.tell("trace", "-", "--report", "report.html", "--bundle", "case.zip", stdin=world.leak)
    pages = [plain((world.desk.home / "report.html").read_text()) for world in worlds]
    assert pages[0] == pages[1]
    for world in worlds:
        with zipfile.ZipFile(world.desk.home / "case.zip") as bundle:
            inside = b"".join(bundle.read(name) for name in bundle.namelist())
        for name in NAMES:
            assert name.encode() not in inside


def test_nothing_that_lies_in_the_vault_holds_a_name_in_the_clear(worlds):
    everything(worlds[0])
    files = [path for path in (worlds[0].desk.home / "vault").rglob("*") if path.is_file()]
    assert len(files) > 2
    for path in files:
        data = path.read_bytes()
        assert not any(name.encode() in data for name in NAMES)


def test_the_time_at_which_a_suspects_copy_was_made_again_is_not_told(worlds):
    """Whoever makes a suspect's copy again knows when; a verdict that repeats the time would confirm them."""
    for world in worlds:
        found = world.desk.ok("trace", "-", stdin=world.leak)
        assert found["named"][0]["recipient"] is None
        assert found["how"]["hand_outs"] == []


def test_after_the_reveal_each_world_tells_its_own_name(worlds):
    for world in worlds:
        for name in ("ann", "ben"):
            signs = ["--as", name, "--key-file", f"{name}.key"]
            assert world.desk.run("approve", world.case, *signs, "--purpose", "inquiry").code == 0
    told = [world.desk.ok("reveal", world.case)["named"][0]["recipient"] for world in worlds]
    assert told == [NAMES[INDEX], NAMES[::-1][INDEX]]
