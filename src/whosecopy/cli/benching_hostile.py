"""`bench hostile`: broken and hostile files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from whosecopy.cli.files import read_file
from whosecopy.cli.terminal import progress, warn


def hostile_rows(documents: Sequence[Path], broken: int | None, seed: int) -> list[dict[str, Any]]:
    """One row for each kind of file, as a master and as a leak; a line for each that breaks a bound."""
    from whosecopy.bench.hostile import Answer, ask, files_of, rows

    files = list(files_of({str(path): read_file(path) for path in documents}, broken, seed))
    seen: list[Answer] = []
    with progress("Handing in hostile files") as advance:
        for one in ask(files):
            seen.append(one)
            if one.broken:
                warn(f"{one.file}, as a {one.asked}: {one.broken} {one.said}".rstrip())
            advance(len(seen), 2 * len(files))
    return rows(seen)
