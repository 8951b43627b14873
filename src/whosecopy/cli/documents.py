"""`init`, `documents`, `copy`, `backup`, `restore`: everyday work on a vault."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from whosecopy.cli.files import now, refuse_missing_folder, write_whole
from whosecopy.cli.options import JsonOption, KeyOption, VaultOption
from whosecopy.cli.terminal import out, print_json, progress
from whosecopy.cli.vaults import mention_unfinished, opened
from whosecopy.errors import InputError


class Action(StrEnum):
    """What `documents` does."""

    LIST = "list"
    SHOW = "show"


def init(
    policy: Annotated[
        int | None,
        typer.Option(
            "--policy",
            metavar="N",
            help="Approvals that open an identity [default: 1; 2 with two people].",
            min=1,
            max=20,
            show_default=False,
        ),
    ] = None,
    vault: VaultOption = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Make a vault: it keeps masters, keys and records, encrypted."""
    from whosecopy.vault.paths import key_path, vault_path
    from whosecopy.vault.store import create

    folder = vault_path(vault)
    with create(folder, key, now(), policy) as made:
        file = key_path(made.id, folder, key)
        if json:
            print_json({"vault": made.id, "folder": str(folder), "key": str(file)})
            return
    out().print(f"Vault {made.id} in {folder}")
    out().print(f"Its root key is {file}")
    out().print("Back the key up apart from the vault: without it nothing here can ever be opened again.")


def documents(
    action: Annotated[Action, typer.Argument(help="list all, or show one.")] = Action.LIST,
    document: Annotated[str | None, typer.Argument(metavar="ID", help="The document to show.")] = None,
    vault: VaultOption = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """List the sealed documents, or show one with its versions and recipients."""
    if (action is Action.SHOW) == (document is None):
        raise InputError("use: whosecopy documents, or: whosecopy documents show ID")
    if document is None:
        _list(vault, key, json)
    else:
        _show(document, vault, key, json)


def _list(vault: Path | None, key: Path | None, json: bool) -> None:
    from rich.table import Table

    with opened(vault, key) as here, here.snapshot() as tx:
        mention_unfinished(tx)
        issued = tx.issued()
        rows = [
            {
                "id": one.id,
                "title": one.title,
                "sealed_at": one.created_at,
                "versions": len(tx.versions(one.id)),
                "copies": sum(count for (name, _), count in issued.items() if name == one.id),
            }
            for one in tx.documents()
        ]
    if json:
        print_json({"documents": rows})
        return
    if not rows:
        out().print("No document is sealed here yet. Seal one with: whosecopy seal DOC --to RECIPIENTS.csv --out DIR")
        return
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("id", "title", "sealed", "versions", "copies"):
        grid.add_column(heading, justify="right" if heading in ("versions", "copies") else "left")
    for row in rows:
        grid.add_row(*(str(cell) for cell in row.values()))
    out().print(grid)


def _show(document: str, vault: Path | None, key: Path | None, json: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    from whosecopy.trace.report.figures import level

    with opened(vault, key) as here, here.snapshot() as tx:
        mention_unfinished(tx)
        facts = tx.document(document)
        copies = [
            {
                "recipient": issue.recipient.id,
                "organisation": issue.recipient.organisation,
                "version": version.version,
                "state": "handed out" if issue.state == "done" else "pending",
            }
            for version in tx.versions(document)
            for issue in sorted(tx.recipients(document, version.version), key=lambda one: one.recipient.id)
        ]
        versions = [(one.version, one.alpha, one.name, one.master_sha256) for one in tx.versions(document)]
    if json:
        told = [dict(zip(("version", "alpha", "file", "master_sha256"), one, strict=True)) for one in versions]
        print_json({"document": facts, "versions": told, "copies": copies})
        return
    out().print(Text.assemble((facts.title, "bold"), f"  {facts.id}, sealed {facts.created_at}"))
    for version, alpha, name, sha256 in versions:
        out().print(f"version {version}: {name}, alpha {level(alpha)}, SHA-256 {sha256}")
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("recipient", "organisation", "version", "state"):
        grid.add_column(heading)
    for copy_ in copies:
        grid.add_row(*(str(cell) for cell in copy_.values()))
    out().print(grid)


def copy(
    document: Annotated[str, typer.Argument(metavar="ID", help="The document.")],
    recipient: Annotated[str, typer.Argument(metavar="RECIPIENT", help="Whose copy to make again.")],
    target: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it.", show_default=False)],
    vault: VaultOption = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Make a lost copy again: the same bytes as before. The hand-out is recorded first."""
    from whosecopy.vault.delivery import hand_out_again

    if target.exists():
        raise InputError(f"{target}: exists already; name a new file")
    refuse_missing_folder(target)
    with opened(vault, key) as here, progress("Making the copy"):
        data = hand_out_again(here, document, recipient, now())
    write_whole(target, data)
    if json:
        print_json({"document": document, "recipient": recipient, "path": str(target.resolve())})
    else:
        out().print(f"{recipient}'s copy of {document}: {target}")


def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="The backup file to write.")],
    vault: VaultOption = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Write a consistent copy of the vault into one file. The key is not in it."""
    from whosecopy.vault.backup import backup as back_up

    with opened(vault, key) as here:
        back_up(here, target)
    if json:
        print_json({"backup": str(target.resolve())})
    else:
        out().print(f"Backup: {target}. The root key is not in it: keep a copy of the key elsewhere.")


def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A backup file.")],
    latest: Annotated[bool, typer.Option("--latest", help="No copy was issued after this backup was made.")] = False,
    vault: VaultOption = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Make a vault from a backup and check every row and record of it."""
    from whosecopy.vault.backup import restore as bring_back
    from whosecopy.vault.paths import vault_path

    folder = vault_path(vault)
    found = bring_back(source, folder, key, now(), latest)
    if json:
        print_json({"folder": str(folder), "contents": found})
        return
    out().print(f"Vault {found.vault} restored in {folder}; every row and record was checked.")
    out().print(f"{found.documents} documents, {found.copies} copies, {found.events} events.")
