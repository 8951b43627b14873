"""Read what the user names, within limits; `-` is standard input."""

import datetime
import sys
from pathlib import Path

from whosecopy.errors import InputError

LARGEST = 256 * 1024 * 1024


def read_file(path: Path | str) -> bytes:
    """The bytes of the file `path`, or of standard input for `-`.

    Raises `InputError` where there is none, where it is a folder, or where it is larger than 256 MiB.
    """
    if str(path) == "-":
        data = sys.stdin.buffer.read(LARGEST + 1)
    else:
        file = Path(path)
        if file.is_dir():
            raise InputError(f"{file}: is a folder; name a file")
        if not file.exists():
            raise InputError(f"{file}: no such file")
        with file.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise InputError(f"{path}: is larger than {LARGEST // 2**20} MiB; give the part that matters")
    return data


def now() -> str:
    """The present moment in UTC, ISO 8601, to the second: the one place where the clock is read."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` to `path`, all of it or nothing; raises `InputError` where that is not possible."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as failed:
        raise InputError(f"{path}: cannot be written ({(failed.strerror or str(failed)).lower()})") from failed
    finally:
        if part.is_file():
            part.unlink()
