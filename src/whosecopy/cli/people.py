"""`people`: who may approve, and how many approvals open an identity."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from whosecopy.cli.files import now
from whosecopy.cli.groups import group
from whosecopy.cli.options import JsonOption, KeyOption, VaultOption
from whosecopy.cli.terminal import out, print_json
from whosecopy.cli.vaults import opened
from whosecopy.errors import InputError

if TYPE_CHECKING:
    from whosecopy.vault.people_changes import Progress
    from whosecopy.vault.people_keys import Signer

people = group("Say who may approve, and how many approvals open an identity.")

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The person.", show_default=False)]
AsOption = Annotated[str | None, typer.Option("--as", metavar="NAME", help="Who approves.", show_default=False)]
KeyFileOption = Annotated[
    Path | None, typer.Option("--key-file", metavar="FILE", help="The approver's key.", show_default=False)
]
HoursOption = Annotated[int, typer.Option("--expires-hours", help="How long the approval counts.", min=1, max=720)]
DEFAULT_HOURS = 72


@people.command("key")
def key_pair(
    file: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write the key.", show_default=False)],
    json: JsonOption = False,
) -> None:
    """Make a key to approve with, and print its public part. Every approver does this alone."""
    from whosecopy.vault.people_keys import make_signing_key

    credential = make_signing_key(file)
    if json:
        print_json({"credential": credential, "file": str(file.resolve())})
    else:
        out().print(f"Key: {file}. Keep it to yourself. To be registered under your name:")
        out().print(credential)


@people.command("add")
def add(
    name: NameArgument,
    credential: Annotated[
        str, typer.Option("--credential", metavar="PUBKEY", help="Public part of their key.", show_default=False)
    ],
    receives: Annotated[
        list[str] | None,
        typer.Option("--receives-as", metavar="ID", help="Recipient id or address under which they get copies."),
    ] = None,
    approver: AsOption = None,
    key_file: KeyFileOption = None,
    hours: HoursOption = DEFAULT_HOURS,
    vault: VaultOption = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Register somebody who may approve."""
    from whosecopy.vault.people_approvals import expiry
    from whosecopy.vault.people_changes import add_person

    signer = signer_of(approver, key_file)
    with opened(vault, key) as here:
        made = add_person(here, name, credential, receives or [], signer, now(), expiry(now(), hours))
    _report(made, f"{name} may approve from now on.", json)


@people.command("remove")
def remove(
    name: NameArgument,
    approver: AsOption = None,
    key_file: KeyFileOption = None,
    hours: HoursOption = DEFAULT_HOURS,
    vault: VaultOption = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Let somebody approve nothing from now on."""
    from whosecopy.vault.people_approvals import expiry
    from whosecopy.vault.people_changes import remove_person

    signer = signer_of(approver, key_file)
    with opened(vault, key) as here:
        made = remove_person(here, name, signer, now(), expiry(now(), hours))
    _report(made, f"{name} approves nothing from now on.", json)


@people.command("policy")
def policy(
    approvals: Annotated[int, typer.Argument(metavar="N", help="How many approvals a reveal needs.", min=1, max=20)],
    approver: AsOption = None,
    key_file: KeyFileOption = None,
    hours: HoursOption = DEFAULT_HOURS,
    vault: VaultOption = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Change how many approvals open an identity."""
    from whosecopy.vault.people_approvals import expiry
    from whosecopy.vault.people_changes import change_policy

    signer = signer_of(approver, key_file)
    with opened(vault, key) as here:
        made = change_policy(here, approvals, signer, now(), expiry(now(), hours))
    _report(made, f"A reveal takes {_count(approvals)} from now on.", json)


@people.command("list")
def list_people(vault: VaultOption = None, key: KeyOption = None, json: JsonOption = False) -> None:
    """List who may approve, and the policy."""
    from rich.table import Table

    from whosecopy.vault.people import people as registered
    from whosecopy.vault.people import policy as approvals_needed

    with opened(vault, key) as here, here.snapshot() as tx:
        found, needed = registered(tx), approvals_needed(tx)
    rows = [{"name": one.name, "added_at": one.added_at, "credential": one.credential} for one in found]
    if json:
        print_json({"policy": needed, "people": rows})
        return
    out().print("One person opens identities: trace does it by itself." if needed == 1 else _takes(needed))
    if rows:
        grid = Table(box=None, pad_edge=False, header_style="bold")
        for heading in ("name", "since", "credential"):
            grid.add_column(heading, overflow="fold")
        for row in rows:
            grid.add_row(*row.values())
        out().print(grid)


def signer_of(name: str | None, key_file: Path | None) -> "Signer | None":
    """Who approves with which key; nobody where neither is given. Raises `InputError` for one without the other."""
    from whosecopy.vault.people_keys import Signer, load_signing_key

    if name is None and key_file is None:
        return None
    if name is None or key_file is None:
        raise InputError("an approval takes both --as NAME and --key-file FILE")
    return Signer(name, load_signing_key(key_file))


def _report(made: "Progress", done: str, json: bool) -> None:
    if json:
        print_json({"done": made.done, "approved": made.approved, "needed": made.needed})
    elif made.done:
        out().print(done)
    else:
        out().print(f"{made.approved} of {_count(made.needed)}. Somebody else has to give the same command.")


def _takes(needed: int) -> str:
    return f"A reveal, or a change of this list, takes {_count(needed)} by different people."


def _count(approvals: int) -> str:
    return f"{approvals} approval{'s' if approvals > 1 else ''}"
