"""Tiles read back by a reader written from the specification alone, and by a slow tree."""

import hashlib

import pytest

from whosecopy.errors import IntegrityError
from whosecopy.tlog import tiles
from whosecopy.tlog.merkle import EMPTY_ROOT, check_consistency, check_inclusion, leaf_hash

SIZES = [0, 1, 2, 5, 255, 256, 257, 300, 511, 512, 513, 700]


def entry(k):
    return f"entry {k} ".encode() * (k % 7)


def slow_root(hashes):
    """RFC 6962, 2.1, over leaf hashes."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while 2 * k < len(hashes):
        k *= 2
    return hashlib.sha256(b"\1" + slow_root(hashes[:k]) + slow_root(hashes[k:])).digest()


class Reader:
    """Reads a log's files by the text of c2sp.org/tlog-tiles, and nothing else of this project."""

    def __init__(self, files, size):
        self.files, self.size = files, size

    @staticmethod
    def element(index):
        text = f"{index % 1000:03d}"
        while index >= 1000:
            index //= 1000
            text = f"x{index % 1000:03d}/{text}"
        return text

    def resource(self, kind, index, count):
        """The bytes of tile `index` of a level that has `count` hashes or entries."""
        name = f"tile/{kind}/{self.element(index)}"
        full = count // 256
        return self.files[name if index < full else f"{name}.p/{count % 256}"]

    def level(self, level):
        count = self.size // 256**level
        data = b"".join(self.resource(level, n, count) for n in range(-(-count // 256)))
        assert len(data) == 32 * count
        return [data[32 * k : 32 * k + 32] for k in range(count)]

    def entries(self):
        found = []
        for n in range(-(-self.size // 256)):
            data = self.resource("entries", n, self.size)
            while data:
                length = data[0] * 256 + data[1]
                found.append(data[2 : 2 + length])
                data = data[2 + length :]
        return found

    def check(self):
        """Every hash of every level, from the entries up; returns the root."""
        entries = self.entries()
        assert len(entries) == self.size
        leaves = [hashlib.sha256(b"\0" + entry).digest() for entry in entries]
        below, level = leaves, 0
        while below:
            assert self.level(level) == below
            below = [slow_root(below[k : k + 256]) for k in range(0, len(below) - len(below) % 256, 256)]
            level += 1
        return slow_root(leaves)


def grown(steps):
    """The files of a log that grew through these sizes, and its root."""
    files, size, top = {}, 0, EMPTY_ROOT
    for step in steps:
        top, new = tiles.append(size, top, [entry(k) for k in range(size, step)], files.__getitem__)
        assert not {path for path in new if ".p/" not in path} & files.keys()
        files.update(new)
        size = step
    return files, top


@pytest.mark.parametrize("size", SIZES)
def test_an_independent_reader_finds_every_entry_and_the_root(size):
    files, top = grown([size])
    assert Reader(files, size).check() == top
    assert tiles.root(size, files.__getitem__) == top


def test_a_log_that_grows_in_steps_has_the_tiles_of_one_that_was_made_at_once():
    stepwise, top = grown(SIZES)
    at_once, same = grown([SIZES[-1]])
    assert top == same
    assert at_once.items() <= stepwise.items()
    for size in SIZES:
        assert Reader(stepwise, size).check() == grown([size])[1]


def test_seventy_thousand_entries_have_the_tiles_that_the_specification_counts():
    """C2SP tlog-tiles, "Partial Tiles": the example of a tree of size 70,000."""
    _, files = tiles.append(0, EMPTY_ROOT, [b""] * 70_000, {}.__getitem__)
    names = [name.removeprefix("tile/") for name in files if "entries" not in name]
    assert sum(name.startswith("0/") and ".p/" not in name for name in names) == 273
    assert [name for name in names if name.startswith("0/") and ".p/" in name] == ["0/273.p/112"]
    assert [name for name in names if name.startswith("1/")] == ["1/000", "1/001.p/17"]
    assert [name for name in names if name.startswith("2/")] == ["2/000.p/1"]
    assert len(names) == 277


def test_256_entries_have_a_full_tile_and_one_above_it():
    """C2SP tlog-tiles, "Partial Tiles": the example of a tree of size 256."""
    assert sorted(grown([256])[0]) == ["tile/0/000", "tile/1/000.p/1", "tile/entries/000"]


def test_paths_are_written_as_the_specification_shows():
    """C2SP tlog-tiles, "Merkle Tree": index 1234067."""
    assert tiles.tile_path(3, 1234067, 255) == "tile/3/x001/x234/067.p/255"
    assert tiles.entries_path(1234067) == "tile/entries/x001/x234/067"
    assert [tiles.tile_path(0, n) for n in (0, 999, 1000)] == ["tile/0/000", "tile/0/999", "tile/0/x001/000"]


def test_every_entry_is_proven_and_every_growth_consistent():
    files, top = grown(SIZES)
    read, size = files.__getitem__, SIZES[-1]
    for index in (*range(0, size, 37), 255, 256, 511, 512, size - 1):
        path = tiles.inclusion_path(index, size, read)
        assert check_inclusion(leaf_hash(entry(index)), index, size, path, top) is None
    for old in (1, 2, 3, 128, 255, 256, 257, 511, 512, 513, 640, 699, 700):
        path = tiles.consistency_path(old, size, read)
        assert check_consistency(old, size, path, tiles.root(old, grown([old])[0].__getitem__), top) is None


def test_a_full_tile_serves_where_the_partial_one_was_deleted():
    files, _ = grown([300, 700])
    kept = {path: data for path, data in files.items() if path not in ("tile/0/001.p/44", "tile/entries/001.p/44")}

    def read(path):
        return kept.get(path) or kept[path.partition(".p/")[0]]

    assert tiles.root(300, read) == grown([300])[1]
    assert tiles.append(300, tiles.root(300, read), [entry(300)], read)[0] == grown([301])[1]


def test_a_tampered_tile_is_noticed_before_anything_is_built_on_it():
    files, top = grown([300])
    for path in files:
        if path in ("tile/entries/000", "tile/0/000"):
            continue
        for at in range(0, len(files[path]), 29):
            changed = bytearray(files[path])
            changed[at] ^= 1
            bad = {**files, path: bytes(changed)}
            with pytest.raises(IntegrityError):
                tiles.append(300, top, [b"new"], bad.__getitem__)


@pytest.mark.parametrize("bundle", [b"\0", b"\0\1", b"\0\2a", b"\0\1a\0", b"", b"\0\1a\0\1b\0\3cc"])
def test_a_cut_off_bundle_is_refused(bundle):
    with pytest.raises(IntegrityError):
        tiles.decode_entries(bundle, 2)


def test_bundles_hold_short_empty_and_longest_entries():
    entries = [b"", b"a", bytes(65_535)]
    assert tiles.decode_entries(tiles.encode_entries(entries), 3) == tuple(entries)
    with pytest.raises(ValueError, match="longer than 65535"):
        tiles.encode_entries([bytes(65_536)])
    with pytest.raises(IntegrityError):
        tiles.decode_entries(tiles.encode_entries([b""] * 257), 256)


def test_a_tile_of_the_wrong_length_is_refused():
    files, _ = grown([5])
    for wrong in (b"", files["tile/0/000.p/5"][:-1], files["tile/0/000.p/5"] + bytes(32)):
        with pytest.raises(IntegrityError, match=r"tile/0/000.p/5 has"):
            tiles.root(5, {**files, "tile/0/000.p/5": wrong}.__getitem__)
