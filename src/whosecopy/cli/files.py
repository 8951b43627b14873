"""Read what the user names, within limits; `-` is standard input."""

import datetime
import sys
from pathlib import Path

from whosecopy.errors import InputError

LARGEST = 256 * 1024 * 1024


def read_file(path: Path | str) -> bytes:
    """The bytes of the file `path`, or of standard input for `-`.

    Raises `InputError` where there is none, where it cannot be read, or where it is larger than 256 MiB.
    """
    if str(path) == "-":
        data = sys.stdin.buffer.read(LARGEST + 1)
    else:
        try:
            with Path(path).open("rb") as stream:
                data = stream.read(LARGEST + 1)
        except IsADirectoryError:
            raise InputError(f"{path}: is a folder; name a file") from None
        except FileNotFoundError:
            raise InputError(f"{_one_line(path)}: no such file") from None
        except OSError as failed:
            raise InputError(f"{_one_line(path)}: cannot be read ({(failed.strerror or '').lower()})") from None
    if len(data) > LARGEST:
        raise InputError(f"{path}: is larger than {LARGEST // 2**20} MiB; give the part that matters")
    return data


def read_master(path: Path, password: str | None) -> bytes:
    """The file `path`; an encrypted PDF is opened with `password`, and its copies need none.

    Raises `InputError` where it cannot be read or the password does not open it.
    """
    data = read_file(path)
    if password is None:
        return data
    from whosecopy.media.pdf.master import unlock

    return unlock(data, password, str(path))


def _one_line(path: Path | str) -> str:
    """A name as it can be printed, also where somebody gave a whole text instead of a file."""
    words = " ".join(str(path).split())
    return words if len(words) <= 200 else f"{words[:200]}..."


def now() -> str:
    """The present moment in UTC, ISO 8601, to the second: the one place where the clock is read."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def refuse_missing_folder(*files: Path | None) -> None:
    """Raise `InputError` where a file is to be written into a folder that is not there, before work is done for it."""
    for path in files:
        if path is not None and not path.absolute().parent.is_dir():
            raise InputError(f"{path}: cannot be written (no such folder); make the folder first")


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
