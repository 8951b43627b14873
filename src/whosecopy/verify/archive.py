"""A bundle as bytes: one value, one sequence of bytes, or it is refused."""

import io
import re
import zipfile
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from whosecopy.errors import IntegrityError
from whosecopy.model import codec
from whosecopy.verify.values import ENVELOPE

T = TypeVar("T")
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_REGULAR_FILE = 0o100644 << 16
_UNIX = 3
_HEX = re.compile("(?:[0-9a-f]{2})*")


def pack(members: Mapping[str, bytes]) -> bytes:
    """The members as a zip archive: the envelope first, the others by name, uncompressed, all dated 1980-01-01."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members, key=lambda one: (one != ENVELOPE, one)):
            entry = zipfile.ZipInfo(name, _FIXED_TIME)
            entry.create_system, entry.external_attr = _UNIX, _REGULAR_FILE
            archive.writestr(entry, members[name])
    return out.getvalue()


def unpack(data: bytes) -> dict[str, bytes]:
    """The members of a bundle; `pack` makes the same bytes of them again.

    Raises `IntegrityError` where the bytes are no bundle, or differ from it in anything.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if any(one.compress_type != zipfile.ZIP_STORED for one in archive.infolist()):
                raise IntegrityError("the bundle is compressed, which no bundle is; ask for the original")
            members = {one.filename: archive.read(one) for one in archive.infolist()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as error:
        raise IntegrityError("the bundle is damaged or no bundle; ask for the original") from error
    if pack(members) != data:
        raise IntegrityError("the archive is not written as a bundle is; it was altered or packed anew")
    return members


def parse(members: Mapping[str, bytes], name: str, kind: type[T]) -> T:
    """The JSON member `name` as a value of `kind`.

    Raises `IntegrityError` where it is missing, or is not the canonical JSON of what was read from it.
    """
    if name not in members:
        raise IntegrityError(f"{name}: is missing from the bundle; ask for the original")
    return parsed(members[name], name, kind)


def parsed(data: bytes, name: str, kind: type[T]) -> T:
    """The value of `kind` of which `data` is the canonical JSON.

    Raises `IntegrityError` where there is none.
    """
    try:
        value = codec.decode(data, kind)
        canonical = codec.encode(value) == data
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise IntegrityError(f"{name}: cannot be read ({error}); it was altered") from error
    if not canonical:
        raise IntegrityError(
            f"{name}: is not canonical JSON, or has members that do not belong there; "
            "it was altered, or made by another version of whosecopy"
        )
    return value


def unhex(text: str, what: str, size: int | None = None) -> bytes:
    """The bytes written as lower-case hex, `size` of them if given; `what` is spoken of in errors.

    Raises `IntegrityError` where they are not.
    """
    if not _HEX.fullmatch(text) or (size is not None and len(text) != 2 * size):
        raise IntegrityError(f"{what}: is not {size or 'a whole number of'} bytes in lower-case hex; it was altered")
    return bytes.fromhex(text)
