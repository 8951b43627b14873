"""`custodian`: hold one half of the keys of codewords, and log every row that is given out."""

from pathlib import Path
from typing import Annotated, Any

import typer

from whosecopy.cli.files import now
from whosecopy.cli.groups import group
from whosecopy.cli.options import JsonOption
from whosecopy.cli.terminal import out, print_json, print_table

custodian = group("Hold one half of the keys of codewords.")

FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the custodian.", show_default=False)]


@custodian.command("init")
def init(folder: FolderArgument, json: JsonOption = False) -> None:
    """Make a custodian. Its folder holds its keys: run it where no sealer has access, and back it up."""
    from whosecopy.vault.custodian import make_custodian

    name = make_custodian(folder)
    if json:
        print_json({"custodian": name, "folder": str(folder)})
    else:
        out().print(f"{name} in {folder}")


@custodian.command("serve")
def serve(
    folder: FolderArgument,
    socket: Annotated[
        Path, typer.Option("--socket", metavar="SOCKET", help="Unix socket to answer at.", show_default=False)
    ],
    json: JsonOption = False,
) -> None:
    """Answer requests until interrupted. Every request is logged before it is answered."""
    from whosecopy.vault.custodian import open_custodian
    from whosecopy.vault.custodian_server import make_server

    with open_custodian(folder) as one, make_server(one, socket, now) as server:
        if json:
            print_json({"custodian": one.id, "socket": str(socket)})
        else:
            out().print(f"{one.id} answers at {socket}.")
        out().file.flush()
        server.serve_forever()


@custodian.command("log")
def show_log(
    folder: FolderArgument,
    last: Annotated[int, typer.Option("--last", metavar="N", help="Only the newest lines; 0 shows all.", min=0)] = 20,
    json: JsonOption = False,
) -> None:
    """Check the log and show who asked for what."""
    from whosecopy.vault.custodian import read_custodian

    found = read_custodian(folder)
    rows = [_row(line) for line in found.lines[-last if last else None :]]
    if json:
        print_json({"custodian": found.id, "lines": rows, "size": len(found.lines), "head": found.head})
        return
    head = [name.replace("_", " ") for name in _HEAD]
    shown = [row | {"key": row["key"][:_SHORT]} for row in rows]
    print_table(head, [[str(cell) for cell in row.values()] for row in shown], right=(0, 4, 5, 6))
    out().print(f"{len(found.lines)} lines of {found.id}, every one as it should be.")
    out().print(f"Head {found.head}")


_SHORT = 12
"""Characters of a key's name that are enough to tell keys apart by eye."""
_HEAD = ("line", "time", "key", "asked_for", "first", "count", "new")


def _row(line: Any) -> dict[str, Any]:
    give = line.request.give
    asked = (give.why, give.first, give.count) if give else ("a new key", "", "")
    return dict(zip(_HEAD, (line.number, line.now.replace("+00:00", "Z"), line.key, *asked, line.new), strict=True))
