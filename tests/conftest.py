"""A desk of one's own: a vault, its key and the command line in one folder."""

import contextlib
import io
import json
import os
import shutil
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from whosecopy.cli import run
from whosecopy.codes.keys import Secrets
from whosecopy.model import Recipient
from whosecopy.seal.rates import Attack, Rates
from whosecopy.vault.store import Vault, open_vault

NOW = "2031-05-06T07:08:09Z"
UNMEASURED = Rates(
    "never",
    "none",
    tuple(
        Attack(name, part, size, {})
        for name, part, size in (
            ("retype", "whole", 1),
            ("half of the text", "half", 1),
            ("coalition of 3", "whole", 3),
        )
    ),
)
"""A forecast of three rows that promises nothing and takes no time."""

_TEAMS = (
    "red", "blue", "green", "black", "white", "brown", "grey", "pink", "amber", "ivory", "olive", "coral", "scarlet",
    "violet", "indigo", "azure", "teal", "plum",
)  # fmt: skip
_TASKS = ("guards", "cleans", "paints", "watches", "repairs", "measures", "empties")
_PLACES = (
    "the north gate", "the old pump house", "the coal yard", "the ferry landing", "the lower workshop",
    "the signal tower", "the seed store", "the parcel office", "the east bridge", "the boiler room",
    "the orchard wall",
)  # fmt: skip
_TIMES = (
    "on the first evening",
    "before the market opens",
    "while the tide is low",
    "after the second bell",
    "at dusk",
)
_THINGS = (
    "ropes and lanterns", "a ladder", "spare keys", "the long saw", "two barrows", "dry sacks", "chalk and string",
    "a folding table", "the brass scales", "tarred cloth", "iron hooks", "a hand cart", "water cans",
)  # fmt: skip


def _duty(k: int) -> str:
    """Two sentences on a team; the first of them is declared in two orders."""
    team, task, place = f"the {_TEAMS[k % 18]} team", _TASKS[k % 7], _PLACES[k % 11]
    time, thing, other = _TIMES[k % 5], _THINGS[k % 13], _THINGS[(3 * k + 5) % 13]
    one, two = f"{team} {task} {place} {time}", f"{time} {team} {task} {place}"
    return (
        f"{{{{{one[0].upper()}{one[1:]}.|{two[0].upper()}{two[1:]}.}}}} Its leader brings {thing} for {place}"
        f" and asks the store for {other}."
    )


MEMO = "---\nwhosecopy: variants\n---\n\n# Duties\n\n" + "\n\n".join(_duty(k) for k in range(48))
"""A memo with 48 declared sentences."""


def people(count: int, first: int = 0) -> list[Recipient]:
    """Recipients of four organisations."""
    return [Recipient(f"p-{k:03}", ("north", "east", "south", "west")[k % 4]) for k in range(first, first + count)]


@dataclass(frozen=True)
class Answer:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON value on one line."""
        assert self.out.count("\n") == 1
        return json.loads(self.out)


@dataclass(frozen=True)
class Desk:
    """A folder with a vault in it and a generator that every secret of a template comes from."""

    home: Path
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(2031))

    def run(self, *arguments: object, stdin: bytes = b"", forecast: bool = False) -> Answer:
        """Run one command in this folder; forecasts are real only where asked for."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            patch.chdir(self.home)
            patch.setenv("WHOSECOPY_VAULT", str(self.home / "vault"))
            patch.setenv("WHOSECOPY_KEY", str(self.home / "root.key"))
            patch.setenv("COLUMNS", "100")
            patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            patch.setattr("whosecopy.vault.sealing.draw_secrets", lambda _source: self.secrets())
            if not forecast:
                patch.setattr("whosecopy.vault.sealing.measured_rates", lambda *pages: UNMEASURED)
            code = run([str(one) for one in arguments])
        return Answer(code, out.getvalue(), err.getvalue())

    def secrets(self) -> Secrets:
        """The next seven secrets, the same in every run of the tests."""
        return Secrets(*(self.rng.bytes(32) for _ in range(7)))

    def ok(self, *arguments: object, **options: Any) -> Any:
        """The JSON answer of a command that must succeed."""
        answer = self.run(*arguments, "--json", **options)
        assert answer.code == 0, answer.err
        return answer.json

    def refused(self, *arguments: object, **options: Any) -> str:
        """The one line of a command that must be refused."""
        answer = self.run(*arguments, **options)
        assert (answer.code, answer.out) == (2, ""), answer
        assert answer.err.count("\n") == 1
        return answer.err

    def file(self, name: str, content: str | bytes) -> Path:
        """A new file in this folder."""
        path = self.home / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def list_of(self, recipients: list[Recipient], name: str = "to.csv") -> Path:
        """A CSV file of recipients."""
        lines = ["id,organisation,email", *(f"{one.id},{one.organisation},{one.email}" for one in recipients)]
        return self.file(name, "\n".join(lines) + "\n")

    def seal(self, content: str | bytes, recipients: list[Recipient], out: str, *more: object) -> "Sealed":
        """Seal a document that must be accepted."""
        source = self.file(f"{out}-master.md", content)
        answer = self.ok("seal", source, "--to", self.list_of(recipients), "--out", self.home / out, *more)
        return Sealed(
            answer["document"]["id"], {one["recipient"]: Path(one["path"]) for one in answer["copies"]}, answer
        )

    def clone(self, home: Path) -> "Desk":
        """The same vault in another folder; what happens in one is unknown to the other."""
        home.mkdir(exist_ok=True)
        shutil.copytree(self.home / "vault", home / "vault")
        shutil.copy(self.home / "root.key", home / "root.key")
        return Desk(home, np.random.default_rng(4062))

    def vault(self) -> Vault:
        """The open vault: close it."""
        return open_vault(self.home / "vault", self.home / "root.key")


@dataclass(frozen=True)
class Sealed:
    """A sealed document: its id, the files of its copies by recipient, and the answer of `seal --json`."""

    id: str
    copies: dict[str, Path]
    answer: Any

    def text(self, recipient: str) -> str:
        """The file of one recipient's copy."""
        return self.copies[recipient].read_text()


def new_desk(home: Path) -> Desk:
    home.mkdir(parents=True, exist_ok=True)
    desk = Desk(home)
    assert desk.run("init").code == 0
    return desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with an empty vault."""
    return new_desk(tmp_path / "desk")


@pytest.fixture(scope="session")
def story() -> dict[str, str]:
    """The files of the demonstration: `plan.md`, `foreign.txt`, `recipients.csv`."""
    folder = files("whosecopy.cli.demo")
    return {name: folder.joinpath(name).read_text() for name in ("plan.md", "foreign.txt", "recipients.csv")}


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory, story: dict[str, str]) -> tuple[Desk, Sealed]:
    """A desk where the plan of the demonstration was sealed for 82 recipients; leave it as it is, take `plan`."""
    desk = new_desk(tmp_path_factory.mktemp("office"))
    rows = [line.split(",") for line in story["recipients.csv"].splitlines()[1:]]
    return desk, desk.seal(story["plan.md"], [Recipient(*row[:3]) for row in rows], "copies")


@pytest.fixture
def plan(office: tuple[Desk, Sealed], tmp_path: Path) -> tuple[Desk, Sealed]:
    """A desk of one's own with the sealed plan in its vault, and the copies."""
    return office[0].clone(tmp_path / "plan"), office[1]


@pytest.fixture(scope="session")
def post(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, Sealed]:
    """A desk where the memo was sealed for twenty recipients; leave it as it is, take `memo`."""
    desk = new_desk(tmp_path_factory.mktemp("post"))
    return desk, desk.seal(MEMO, people(20), "copies")


@pytest.fixture
def memo(post: tuple[Desk, Sealed], tmp_path: Path) -> tuple[Desk, Sealed]:
    """A desk of one's own with the sealed memo in its vault, and the copies."""
    return post[0].clone(tmp_path / "memo"), post[1]


@pytest.fixture(scope="session")
def print_shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, Sealed]:
    """A desk where an article in PDF was sealed for thirty recipients; leave it as it is, take `leaflet`."""
    from whosecopy.bench.typeset import article

    desk = new_desk(tmp_path_factory.mktemp("print") / "desk")
    source, to = desk.file("plan.pdf", article(11, 70)), desk.list_of(people(30))
    answer = desk.ok("seal", source, "--to", to, "--out", desk.home / "copies")
    copies = {one["recipient"]: Path(one["path"]) for one in answer["copies"]}
    return desk, Sealed(answer["document"]["id"], copies, answer)


@pytest.fixture
def leaflet(print_shop: tuple[Desk, Sealed], tmp_path: Path) -> tuple[Desk, Sealed]:
    """A desk of one's own with the sealed article in its vault, and the copies."""
    desk = print_shop[0].clone(tmp_path / "leaflet")
    desk.file("plan.pdf", (print_shop[0].home / "plan.pdf").read_bytes())
    return desk, print_shop[1]


@dataclass(frozen=True)
class Council:
    """A desk whose identities two people open, with a sealed memo in its vault."""

    desk: Desk
    sealed: Sealed

    def signs(self, name: str, key: str = "") -> list[object]:
        """The options by which somebody signs, with their own key or with another one."""
        return ["--as", name, "--key-file", self.desk.home / f"{key or name}.key"]

    def credential(self, name: str) -> str:
        """The public part of a new key."""
        return str(self.desk.ok("people", "key", "--out", self.desk.home / f"{name}.key")["credential"])

    def case(self, recipient: str = "p-003", *more: object) -> str:
        """The case of a leak of somebody's whole copy."""
        return str(self.desk.ok("trace", self.sealed.copies[recipient], *more)["case"])

    def approves(self, name: str, case: str, purpose: str = "inquiry", **options: Any) -> Answer:
        """One approval."""
        return self.desk.run("approve", case, *self.signs(name), "--purpose", purpose, **options)


@pytest.fixture
def council(memo: tuple[Desk, Sealed]) -> Council:
    """The memo's desk after ann, ben and cid were registered; ben also receives copies, as `p-005`."""
    made = Council(*memo)
    made.desk.ok("people", "add", "ann", "--credential", made.credential("ann"))
    made.desk.ok("people", "add", "ben", "--credential", made.credential("ben"), "--receives-as", "P-005")
    third = ["people", "add", "cid", "--credential", made.credential("cid")]
    assert not made.desk.ok(*third, *made.signs("ann"))["done"]
    assert made.desk.ok(*third, *made.signs("ben"))["done"]
    return made


@pytest.fixture(autouse=True)
def _no_vault_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WHOSECOPY_VAULT", "WHOSECOPY_KEY"):
        if name in os.environ:
            monkeypatch.delenv(name)
