"""ZIP archives rewritten member by member: what is not replaced keeps its very bytes."""

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from whosecopy.errors import InputError

_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _LATER_SIZES, _UTF8 = 0x0001, 0x0008, 0x0800
_ZIP64 = 0xFFFFFFFF
_MAX_TOTAL_BYTES = 512 * 2**20
_MAX_MEMBER_BYTES = 128 * 2**20
_MAX_MEMBERS = 10_000
_MAX_RATIO = 200
_RATIO_FROM_BYTES = 8 * 2**20


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    record: bytes
    start: int
    end: int = 0


@dataclass(frozen=True, slots=True)
class Package:
    """An archive whose members can be read, and replaced without touching the others."""

    data: bytes
    name: str
    members: Mapping[str, _Member]
    directory: int

    def read(self, member: str) -> bytes:
        """The content of a member, its length and checksum verified.

        Raises `InputError` where it is missing, damaged or too large.
        """
        found = self.members.get(member)
        if found is None:
            raise InputError(f"{self.name}: {member} is missing in the archive; save the document again")
        at = found.start + _local_length(self.data, found, self.name)
        packed = self.data[at : at + found.packed]
        content = packed if found.method == _STORED else _inflated(packed, found.size, self.name)
        if len(content) != found.size or zlib.crc32(content) != found.crc:
            raise InputError(f"{self.name}: {member} is damaged; save the document again")
        return content

    def replaced(self, contents: Mapping[str, bytes]) -> bytes:
        """The archive with these members' contents exchanged; equal inputs give equal bytes."""
        out = bytearray()
        central = bytearray()
        for member in sorted(self.members.values(), key=lambda m: m.start):
            offset = len(out)
            if member.name in contents:
                entry, record = self._packed(member, contents[member.name])
            else:
                entry, record = self.data[member.start : member.end], member.record
            out += entry
            central += record[:42] + struct.pack("<L", offset) + record[46:]
        count = len(self.members)
        end = _END.pack(b"PK\5\6", 0, 0, count, count, len(central), len(out), 0)
        return bytes(out + central + end)

    def _packed(self, member: _Member, content: bytes) -> tuple[bytes, bytes]:
        """A member's local entry and directory record for new content, deflated."""
        squeeze = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = squeeze.compress(content) + squeeze.flush()
        fields = (member.flags & ~_LATER_SIZES, _DEFLATED)
        sizes = struct.pack("<3L", zlib.crc32(content), len(packed), len(content))
        length = _local_length(self.data, member, self.name)
        local = self.data[member.start : member.start + length]
        head = local[:6] + struct.pack("<2H", *fields) + local[10:14] + sizes + local[26:]
        record = member.record
        return head + packed, record[:8] + struct.pack("<2H", *fields) + record[12:16] + sizes + record[28:]


def open_package(data: bytes, name: str) -> Package:
    """The archive in `data`; nothing is unpacked yet.

    Raises `InputError` where it is damaged, encrypted, or would unpack to more than it reasonably can.
    """
    end = data.rfind(b"PK\5\6", max(0, len(data) - 65_557))
    if end < 0 or len(data) < end + _END.size:
        raise InputError(f"{name}: the archive is cut off; get the file again")
    _, _, _, _, count, length, directory, _ = _END.unpack_from(data, end)
    if directory + length != end or count > _MAX_MEMBERS:
        raise InputError(f"{name}: the archive's directory is damaged; save the document again")
    members = sorted(_members(data, directory, count, end, name), key=lambda m: m.start)
    _refuse_bomb(members, len(data), name)
    ends = [*(member.start for member in members[1:]), directory]
    if len({member.name for member in members}) != len(members):
        raise InputError(f"{name}: two members of one name in the archive; save the document again")
    bounded = {member.name: _bounded(member, stop) for member, stop in zip(members, ends, strict=True)}
    package = Package(data, name, bounded, directory)
    for member in bounded.values():
        if member.start + _local_length(data, member, name) + member.packed > member.end:
            raise InputError(f"{name}: members of the archive overlap; save the document again")
    return package


def _members(data: bytes, at: int, count: int, end: int, name: str) -> Iterator[_Member]:
    for _ in range(count):
        if at + _CENTRAL.size > end or not data.startswith(b"PK\1\2", at):
            raise InputError(f"{name}: the archive's directory is damaged; save the document again")
        fields = _CENTRAL.unpack_from(data, at)
        flags, method, crc, packed, size = fields[3], fields[4], *fields[7:10]
        length = _CENTRAL.size + sum(fields[10:13])
        start = fields[16]
        if flags & _ENCRYPTED or method not in (_STORED, _DEFLATED) or _ZIP64 in (packed, size, start):
            raise InputError(f"{name}: an encrypted or unusual archive; save the document again without a password")
        codec = "utf-8" if flags & _UTF8 else "cp437"
        label = data[at + _CENTRAL.size : at + _CENTRAL.size + fields[10]].decode(codec, "replace")
        yield _Member(label, flags, method, crc, packed, size, data[at : at + length], start)
        at += length


def _bounded(member: _Member, end: int) -> _Member:
    return _Member(
        member.name, member.flags, member.method, member.crc, member.packed, member.size, member.record,
        member.start, end,
    )  # fmt: skip


def _refuse_bomb(members: list[_Member], archive: int, name: str) -> None:
    total = sum(member.size for member in members)
    steep = any(member.size > max(_RATIO_FROM_BYTES, _MAX_RATIO * member.packed) for member in members)
    if total > _MAX_TOTAL_BYTES or steep or total > max(_RATIO_FROM_BYTES, _MAX_RATIO * archive):
        raise InputError(f"{name}: unpacks from {archive:,} to {total:,} bytes, a ZIP bomb; get the document elsewhere")


def _local_length(data: bytes, member: _Member, name: str) -> int:
    if len(data) < member.start + _LOCAL.size or not data.startswith(b"PK\3\4", member.start):
        raise InputError(f"{name}: {member.name} is damaged; save the document again")
    fields = _LOCAL.unpack_from(data, member.start)
    return _LOCAL.size + int(fields[9]) + int(fields[10])


def _inflated(packed: bytes, size: int, name: str) -> bytes:
    """At most `size` bytes and one more, so that a lie about the size is noticed and never filled."""
    if size > _MAX_MEMBER_BYTES:
        raise InputError(f"{name}: a part of {size >> 20} MiB is over the limit of {_MAX_MEMBER_BYTES >> 20} MiB")
    try:
        return zlib.decompressobj(-15).decompress(packed, size + 1)
    except zlib.error as error:
        raise InputError(f"{name}: the archive is damaged ({error}); save the document again") from None
