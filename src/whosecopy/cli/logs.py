"""`log`: the record of what was done, its key, its witnesses."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from whosecopy.cli.files import now, read_file
from whosecopy.cli.groups import group
from whosecopy.cli.options import JsonOption, KeyOption, VaultOption
from whosecopy.cli.terminal import out, print_json, warn
from whosecopy.cli.vaults import opened

if TYPE_CHECKING:
    from whosecopy.vault.events import Event
    from whosecopy.vault.witnessing import Attestation

log = group("Show, check and have witnessed the record of what was done.")

_COLUMNS = ("record", "time", "kind", "document", "issued", "handed out", "traced")


@log.command("show")
def show(
    document: Annotated[
        str | None, typer.Option("--document", metavar="ID", help="Only the records of this document.")
    ] = None,
    last: Annotated[int | None, typer.Option("--last", metavar="N", help="Only the newest N.", min=1)] = None,
    vault: VaultOption = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """List the records: what was done when, and the counters. Nothing here tells of recipients."""
    from rich.table import Table

    from whosecopy.vault.events import events

    with opened(vault, key) as here, here.snapshot() as tx:
        if document is not None:
            tx.document(document)
        rows = [_row(event) for event in events(tx, document)][-last if last else 0 :]
    if json:
        print_json({"records": rows})
        return
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for heading in _COLUMNS:
        grid.add_column(heading, no_wrap=True, justify="left" if heading in ("time", "kind", "document") else "right")
    for row in rows:
        grid.add_row(*(str(row[heading.replace(" ", "_")]) for heading in _COLUMNS))
    out().print(grid)


@log.command("verify", short_help="Check every record, and that the log only grew.")
def verify(
    log_key: Annotated[
        str | None, typer.Option("--log-key", metavar="VKEY", help="The log's key, as you had it earlier.")
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option("--checkpoint", metavar="FILE", help="An older checkpoint that you kept elsewhere.")
    ] = None,
    vault: VaultOption = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Check every record and every tile, and that the log continues what you kept."""
    from whosecopy.vault.log_check import check_log

    older = None if checkpoint is None else read_file(checkpoint)
    with opened(vault, key, publish=False) as here:
        found = check_log(here, log_key, older)
    if json:
        print_json(found)
        return
    out().print(f"{found.size} records, every one and every tile as it should be.")
    out().print(f"Root {found.root}")
    out().print(f"Key  {found.key}")
    if found.continues is not None:
        out().print(f"It continues the checkpoint of {found.continues} records.")
    if not found.origin_established:
        out().print(
            "Consistent in itself. Whether it was rewritten as a whole, only a key or checkpoint kept elsewhere"
        )
        out().print("can tell: whosecopy log verify --log-key VKEY --checkpoint FILE")


@log.command("key")
def key_string(vault: VaultOption = None, key: KeyOption = None, json: JsonOption = False) -> None:
    """Print the key that the log is verified with. Give it to whoever is to check you."""
    from whosecopy.vault.log import log_key

    with opened(vault, key) as here:
        found = log_key(here)
    if json:
        print_json({"key": found})
    else:
        out().print(found)


@log.command("rotate", short_help="Replace the log's key; the old one signs the new.")
def rotate(
    revoke: Annotated[bool, typer.Option("--revoke", help="The old key may be known to others: not to be trusted.")] = (
        False
    ),
    vault: VaultOption = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Replace the log's key; the old one signs the new one, in a record."""
    from whosecopy.vault.log_keys import rotate as replace_key

    with opened(vault, key) as here, here.transaction() as tx:
        found = replace_key(tx, here.id, now(), revoke)
    if json:
        print_json({"key": found, "revoked": revoke})
        return
    out().print(f"The log's key from now on: {found}")
    out().print("Give it to whoever checks you, and to your witnesses.")


@log.command("erase")
def erase(
    records: Annotated[list[int], typer.Argument(metavar="RECORD...", help="Numbers of records.", show_default=False)],
    rule: Annotated[str, typer.Option("--rule", help="By which rule; it is recorded.", show_default=False)],
    vault: VaultOption = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Erase the contents of records for good. That they were there, and that they were erased, stays."""
    from whosecopy.vault.erasure import erase as erase_contents

    with opened(vault, key) as here, here.transaction() as tx:
        count = erase_contents(tx, records, rule, now())
    if json:
        print_json({"erased": count})
    else:
        out().print(f"{count} contents erased.")


@log.command("witness", short_help="Have a witness confirm that the log only grew.")
def witness(
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of the witness.", show_default=False)],
    witness_key: Annotated[
        str, typer.Option("--witness-key", metavar="VKEY", help="Its key, had from its operator.", show_default=False)
    ],
    vault: VaultOption = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Have a witness confirm that the log only grew, and record what it says."""
    from whosecopy.vault.witnessing import ask_witness

    with opened(vault, key) as here:
        said = ask_witness(here, url, witness_key, now())
    _say(said, f"{said.size} records cosigned at {said.time} by {witness_key.partition('+')[0]}.", json)


@log.command("stamp", short_help="Have the newest checkpoint stamped (RFC 3161).")
def stamp(
    url: Annotated[
        str, typer.Option("--tsa", metavar="URL", help="Address of the time stamping service.", show_default=False)
    ],
    roots: Annotated[
        Path, typer.Option("--roots", metavar="FILE", help="Certificates (PEM) to trust.", show_default=False)
    ],
    vault: VaultOption = None,
    key: KeyOption = None,
    json: JsonOption = False,
) -> None:
    """Have the newest checkpoint stamped (RFC 3161), and record the stamp."""
    from whosecopy.vault.witnessing import ask_stamp

    trusted = read_file(roots)
    with opened(vault, key) as here:
        said = ask_stamp(here, url, trusted, now())
    _say(said, f"{said.size} records stamped at {said.time} by {url}.", json)


@log.command("serve-witness")
def serve_witness(
    state: Annotated[
        Path, typer.Option("--state", metavar="DIR", help="Folder of the witness, made if missing.", show_default=False)
    ],
    name: Annotated[
        str | None, typer.Option("--name", help="Name of a new witness, best its address without https://.")
    ] = None,
    logs: Annotated[
        list[str] | None, typer.Option("--log", metavar="VKEY", help="Watch this log too; repeat for several.")
    ] = None,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", help="Port to listen on; 0 takes a free one.", min=0, max=65535)
    ] = 8001,
    json: JsonOption = False,
) -> None:
    """Be a witness for the logs of others, until interrupted. Needs no vault; run it where they have no access."""
    from whosecopy.vault.witnessing_server import make_server, open_witness

    with open_witness(state, name) as one:
        one.watch(logs or [])
        with make_server(one, host, port) as server:
            address = f"http://{server.server_address[0]!s}:{server.server_address[1]}"
            if json:
                print_json({"address": address, "key": one.key, "watches": sorted(one.logs)})
            else:
                out().print(f"Witness {one.name} on {address}, watching {len(one.logs)} logs.")
                out().print(f"Its key: {one.key}")
            if not one.logs:
                warn("no log is watched yet; name one with --log VKEY, which is printed by: whosecopy log key")
            out().file.flush()
            server.serve_forever()


def _row(event: "Event") -> dict[str, Any]:
    header = event.header
    return {
        "record": header.sequence,
        "time": "erased" if event.erased else event.now.replace("+00:00", "Z"),
        "kind": header.kind,
        "document": header.document,
        "issued": header.issued,
        "handed_out": header.handed_out,
        "traced": header.traced,
        "erased": event.erased,
        "digest": event.digest,
    }


def _say(said: "Attestation", words: str, json: bool) -> None:
    if json:
        print_json({"kind": said.kind, "by": said.by, "size": said.size, "time": said.time})
    else:
        out().print(words)
