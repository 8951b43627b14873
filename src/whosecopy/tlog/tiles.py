"""A log as tiles: files that are only ever added, from which anybody can compute any proof.

    tile/<level>/<index>[.p/<width>]      up to 256 hashes of 32 bytes; of level 0 the leaf hashes,
                                          of level l the hashes of full tiles of level l - 1
    tile/entries/<index>[.p/<width>]      the entries behind a tile of level 0, each after its length (2 bytes)

`read` is a function from such a path to the bytes found there. Where a partial tile was deleted because the
full one exists, it may return the full one instead.

Source: C2SP tlog-tiles, v0.1.0 (c2sp.org/tlog-tiles).
"""

import hmac
from collections.abc import Callable, Sequence

from whosecopy.errors import IntegrityError
from whosecopy.tlog import proofs
from whosecopy.tlog.merkle import HASH_BYTES, leaf_hash, node_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT
MAX_ENTRY_BYTES = 0xFFFF

Read = Callable[[str], bytes]


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    """Where a tile of hashes is kept.

    >>> tile_path(0, 1234067), tile_path(1, 67, 17)
    ('tile/0/x001/x234/067', 'tile/1/067.p/17')
    """
    return f"tile/{level}/{_place(index, width)}"


def entries_path(index: int, width: int = WIDTH) -> str:
    """Where the entries behind a tile of level 0 are kept.

    >>> entries_path(1067, 4)
    'tile/entries/x001/067.p/4'
    """
    return f"tile/entries/{_place(index, width)}"


def encode_entries(entries: Sequence[bytes]) -> bytes:
    """An entry bundle of up to 256 entries.

    Raises `ValueError` where an entry is longer than 65,535 bytes.
    """
    if any(len(entry) > MAX_ENTRY_BYTES for entry in entries):
        raise ValueError(f"an entry is longer than {MAX_ENTRY_BYTES} bytes")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def decode_entries(bundle: bytes, width: int = WIDTH) -> tuple[bytes, ...]:
    """The first `width` entries of a bundle.

    Raises `IntegrityError` where it is cut off, or holds fewer.
    """
    entries, at = [], 0
    while at < len(bundle):
        start = at + 2
        at = start + int.from_bytes(bundle[at:start], "big")
        if start > len(bundle) or at > len(bundle):
            raise IntegrityError("a bundle of log entries is cut off; restore the log")
        entries.append(bundle[start:at])
    if not width <= len(entries) <= WIDTH:
        raise IntegrityError(f"a bundle of {width} log entries has {len(entries)}; restore the log")
    return tuple(entries[:width])


def root(size: int, read: Read) -> bytes:
    """The root of the tree of the first `size` entries.

    Raises `IntegrityError` where a tile is too short.
    """
    return proofs.tree_hash(_nodes(size, read), 0, size)


def inclusion_path(index: int, size: int, read: Read) -> tuple[bytes, ...]:
    """The proof, for `merkle.check_inclusion`, that entry `index` is among the first `size`.

    Raises `ValueError` where there is no such entry, `IntegrityError` where a tile is too short. Tiles are not
    checked against a root: check the proof.
    """
    return proofs.inclusion(_nodes(size, read), index, size)


def consistency_path(old: int, size: int, read: Read) -> tuple[bytes, ...]:
    """The proof, for `merkle.check_consistency`, that the first `old` of `size` entries were not changed.

    Raises `ValueError` where `old` is larger than `size`, `IntegrityError` where a tile is too short.
    """
    return proofs.consistency(_nodes(size, read), old, size)


def append(size: int, expected_root: bytes, entries: Sequence[bytes], read: Read) -> tuple[bytes, dict[str, bytes]]:
    """The new root and the new files, path to bytes, of a log of `size` entries to which `entries` are added.

    Everything that the new files build on is first checked against `expected_root`, the root at `size`. No path
    of a full tile is given twice; partial tiles of smaller sizes may be deleted where a full one is among the files.

    Raises `IntegrityError` where stored tiles do not lead to `expected_root`, `ValueError` for a too long entry.
    """
    if not hmac.compare_digest(root(size, read), expected_root):
        raise IntegrityError("the log's tiles do not lead to its checkpoint; restore the log from a backup")
    hashes = [leaf_hash(entry) for entry in entries]
    files = _new_bundles(size, entries, read)
    level = 0
    while hashes:
        made, hashes = _new_tiles(level, size >> (HEIGHT * level), hashes, read)
        files.update(made)
        level += 1

    def grown(path: str) -> bytes:
        return files[path] if path in files else read(path)

    return root(size + len(entries), grown), files


def _new_bundles(size: int, entries: Sequence[bytes], read: Read) -> dict[str, bytes]:
    first, kept = divmod(size, WIDTH)
    row = list(entries)
    if kept and entries:
        before = decode_entries(read(entries_path(first, kept)), kept)
        if [leaf_hash(entry) for entry in before] != _hashes(0, first, kept, read):
            raise IntegrityError("the log's entries do not fit its tiles; restore the log from a backup")
        row = [*before, *entries]
    chunks = _chunks(row)
    return {entries_path(first + k, len(chunk)): encode_entries(chunk) for k, chunk in enumerate(chunks)}


def _new_tiles(level: int, count: int, hashes: list[bytes], read: Read) -> tuple[dict[str, bytes], list[bytes]]:
    """The tiles of one level that had `count` hashes, and the hashes that they add to the level above."""
    first, kept = divmod(count, WIDTH)
    chunks = _chunks(_hashes(level, first, kept, read) + hashes)
    files = {tile_path(level, first + k, len(chunk)): b"".join(chunk) for k, chunk in enumerate(chunks)}
    return files, [_complete_hash(chunk) for chunk in chunks if len(chunk) == WIDTH]


def _nodes(size: int, read: Read) -> proofs.Node:
    """The complete subtrees of the tree of `size` entries; each tile is read once."""
    known: dict[tuple[int, int], list[bytes]] = {}

    def node(level: int, index: int) -> bytes:
        tile_level, inside = divmod(level, HEIGHT)
        tile, at = divmod(index << inside, WIDTH)
        if (tile_level, tile) not in known:
            width = min(WIDTH, (size >> (HEIGHT * tile_level)) - tile * WIDTH)
            known[tile_level, tile] = _hashes(tile_level, tile, width, read)
        return _complete_hash(known[tile_level, tile][at : at + (1 << inside)])

    return node


def _hashes(level: int, index: int, width: int, read: Read) -> list[bytes]:
    """The first `width` hashes of a tile."""
    if width == 0:
        return []
    path = tile_path(level, index, width)
    tile = read(path)
    if len(tile) not in (width * HASH_BYTES, WIDTH * HASH_BYTES):
        raise IntegrityError(f"{path} has {len(tile)} bytes instead of {width * HASH_BYTES}; restore the log")
    return [tile[k : k + HASH_BYTES] for k in range(0, width * HASH_BYTES, HASH_BYTES)]


def _complete_hash(hashes: Sequence[bytes]) -> bytes:
    """The hash over a power of two of hashes."""
    while len(hashes) > 1:
        hashes = [node_hash(hashes[k], hashes[k + 1]) for k in range(0, len(hashes), 2)]
    return hashes[0]


def _chunks(row: list[bytes]) -> list[list[bytes]]:
    return [row[k : k + WIDTH] for k in range(0, len(row), WIDTH)]


def _place(index: int, width: int) -> str:
    digits = f"{index:03}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[k : k + 3] for k in range(0, len(digits), 3)]
    partial = "" if width == WIDTH else f".p/{width}"
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]]) + partial
