"""The published log as a folder: tiles that never change, and a checkpoint that is replaced as a whole."""

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from whosecopy.errors import AccessError, IntegrityError
from whosecopy.tlog import tiles
from whosecopy.tlog.merkle import HASH_BYTES
from whosecopy.vault.rootkey import sync_folder

CHECKPOINT = "checkpoint"
_LOCK = ".lock"
_PARTIAL = ".p"


@dataclass(frozen=True, slots=True)
class LogFolder:
    """The files of one log, in the layout of C2SP tlog-tiles."""

    folder: Path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """The folder to oneself: publishers come one after the other.

        Raises `AccessError` where it cannot be written.
        """
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            lock = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
            finally:
                os.close(lock)
        except OSError as failed:
            reason = (failed.strerror or str(failed)).lower()
            raise AccessError(
                f"{self.folder}: the log cannot be written ({reason}); make room or give access"
            ) from None

    def checkpoint(self) -> bytes | None:
        """The newest checkpoint, a signed note; None where none was published."""
        try:
            return (self.folder / CHECKPOINT).read_bytes()
        except FileNotFoundError:
            return None

    def read(self, path: str) -> bytes:
        """The bytes of a tile; a smaller one is cut from the larger one that replaced it.

        Raises `MissingTileError` where neither exists.
        """
        source = self._source(path)
        if source is None:
            raise MissingTileError(f"{self.folder / path}: is missing; make it again with: whosecopy log verify")
        data = (self.folder / source).read_bytes()
        return data if source == path else _cut(path, data)

    def add(self, files: Mapping[str, bytes]) -> None:
        """Write tiles durably; one that is there already must be the same.

        Raises `IntegrityError` where it is not.
        """
        folders = set[Path]()
        for path, data in files.items():
            target = self.folder / path
            if self._source(path) is not None:
                if self.read(path) != data:
                    raise altered(target)
                continue
            for parent in reversed([one for one in target.parents if not one.exists()]):
                parent.mkdir(mode=0o700)
                folders.add(parent.parent)
            replace(target, data)
            folders.add(target.parent)
        for folder in sorted(folders):
            sync_folder(folder)

    def publish(self, checkpoint: bytes, files: Iterable[str]) -> None:
        """Replace the checkpoint by one that needs `files`; drop the partial tiles that these replace."""
        replace(self.folder / CHECKPOINT, checkpoint)
        sync_folder(self.folder)
        for whole in {path.partition(f"{_PARTIAL}/")[0] for path in files}:
            self._drop_smaller(whole)

    def _drop_smaller(self, whole: str) -> None:
        """Keep the largest only of the tiles of one place, and nothing that a killed process left beside it."""
        partial = self.folder / f"{whole}{_PARTIAL}"
        if (self.folder / whole).is_file():
            shutil.rmtree(partial, ignore_errors=True)
        elif widths := self._widths(whole):
            for one in partial.iterdir():
                if one.name != str(widths[-1]):
                    one.unlink()

    def _source(self, path: str) -> str | None:
        """The file that holds the tile at `path`: itself, or a larger one that replaced it."""
        whole, _, width = path.partition(f"{_PARTIAL}/")
        larger = [f"{whole}{_PARTIAL}/{one}" for one in self._widths(whole) if width and one > int(width)]
        return next((one for one in (path, *larger, whole) if (self.folder / one).is_file()), None)

    def _widths(self, whole: str) -> list[int]:
        """The widths of the partial tiles that are kept in place of a whole one."""
        folder = self.folder / f"{whole}{_PARTIAL}"
        return sorted(int(one.name) for one in folder.iterdir() if one.name.isdecimal()) if folder.is_dir() else []


class MissingTileError(IntegrityError):
    """A tile that the checkpoint needs is not there."""


def altered(file: Path) -> IntegrityError:
    """The error of a tile that is not what the database says."""
    return IntegrityError(
        f"{file}: differs from the vault's records, one of the two was altered; keep it as evidence, compare with a "
        "checkpoint kept elsewhere, then move it away"
    )


def _cut(path: str, tile: bytes) -> bytes:
    """The tile at `path` from a larger one."""
    width = int(path.partition(f"{_PARTIAL}/")[2])
    if path.startswith("tile/entries/"):
        return tiles.encode_entries(tiles.decode_entries(tile, width))
    return tile[: width * HASH_BYTES]


def replace(target: Path, data: bytes) -> None:
    """`data` as the file `target`, durably: all of it or nothing. The name is durable once the folder is synced."""
    part = target.with_name(f".{target.name}.part")
    with part.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(target)
