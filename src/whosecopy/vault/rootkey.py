"""The root key: 32 random bytes in a file of its own that only its owner can read."""

import os
import secrets
from pathlib import Path

from whosecopy.errors import AccessError, InputError

SIZE = 32


def make_key(file: Path) -> bytes:
    """Write a new root key to `file` (mode 0600), durably, and return its 32 bytes.

    Raises `InputError` where the file exists or cannot be written.
    """
    key = secrets.token_bytes(SIZE)
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(key)
            stream.flush()
            os.fsync(handle)
        sync_folder(file.parent)
    except OSError as error:
        raise InputError(f"{file}: the key cannot be written ({error.strerror}); give another --key FILE") from None
    return key


def load_key(file: Path) -> bytes:
    """The 32 bytes of the root key in `file`.

    Raises `AccessError` where it is missing, unreadable, of the wrong size, or readable by others.
    """
    try:
        with file.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            key = stream.read(SIZE + 1)
    except OSError as error:
        raise AccessError(
            f"{file}: the vault's key cannot be read ({error.strerror}); give it with --key FILE or WHOSECOPY_KEY"
        ) from None
    if mode & 0o077:
        raise AccessError(f"{file}: other users can read this key; run: chmod 600 {file}")
    if len(key) != SIZE:
        raise AccessError(f"{file}: is no root key ({SIZE} bytes expected); give the right file with --key FILE")
    return key


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
