"""The log's part of a bundle: the whole chain of each document in play, opened where the case needs it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from whosecopy.errors import InputError
from whosecopy.model import codec
from whosecopy.model.header import Header
from whosecopy.tlog import checkpoint, note, tiles
from whosecopy.tlog.strict import to_base64
from whosecopy.vault.events import events
from whosecopy.vault.log import advance, log_folder, log_key, proofs
from whosecopy.vault.store import Tx, Vault
from whosecopy.vault.tables import events as table
from whosecopy.vault.witnessing import attestations
from whosecopy.verify.records import entries
from whosecopy.verify.values import Attestation, Content, Entry, Log

Version = tuple[str, int, int]
"""A version in play: its document, its number, and how many copies it counted."""
Copy = tuple[str, int, int]
"""A copy: its document, version and index."""

_SALT = 32
_OF_CASE = frozenset({"trace", "test", "verdict", "approval", "reveal"})


def recorded(tx: Tx, case: str, document: str) -> tuple[tuple[Version, ...], str | None]:
    """What the records say of a trace of `document`: the versions in play, best first, and the exhibit's encoding."""
    found = {
        event.header.kind: event.payload
        for name in ("", document)
        for event in events(tx, name)
        if event.header.kind in ("trace", "test") and event.payload.get("trace") == case
    }
    versions = tuple((name, version, issued) for name, version, issued, _ in found["test"]["versions"])
    return versions, found["trace"]["encoding"]


def collect(tx: Tx, case: str, documents: Sequence[str], copies: Collection[Copy]) -> Log:
    """All records of `documents` and those of the case that stand in no document's chain; without proofs.

    Opened are the records of the case, all seals, and the hand-outs of `copies`.
    """
    chains = {name: tuple(_opened(one, case, copies) for one in _entries(tx, name)) for name in documents}
    others = tuple(one for one in _entries(tx, "") if _is_of(one, case))
    return Log(chains, others, (), {})


def prove(vault: Vault, log: Log, now: str, since: bytes | None) -> tuple[Log, bytes]:
    """The same records, each with its inclusion path to the newest checkpoint; and that checkpoint.

    Also what was said of them from outside. With `since`, an earlier checkpoint of the same log, also the proof
    that the log goes on from it.
    """
    advance(vault, now)
    signed, paths = proofs(vault, [one.header.sequence for one in entries(log)])
    path_of = dict(zip((one.header.sequence for one in entries(log)), paths, strict=True))

    def proven(one: Entry) -> Entry:
        return replace(one, path=tuple(part.hex() for part in path_of[one.header.sequence]))

    chains = {name: tuple(map(proven, chain)) for name, chain in log.documents.items()}
    attested = _attestations(vault, [*path_of])
    notes = [one.checkpoint.encode() for one in attested] + ([since] if since is not None else [])
    consistency = dict(_consistency(vault, signed, one) for one in notes)
    return Log(chains, tuple(map(proven, log.others)), attested, consistency), signed


def _attestations(vault: Vault, sequences: Sequence[int]) -> tuple[Attestation, ...]:
    """For each record the first that anybody outside said of it, under the key that the log has now."""
    key = note.decode_key(log_key(vault))
    with vault.snapshot() as tx:
        said = [one for one in attestations(tx) if note.decode(one.checkpoint).signatures[0].key_id == key.id]
    first = dict.fromkeys(next((one for one in said if one.size >= sequence), None) for sequence in sequences)
    return tuple(Attestation(one.checkpoint.decode(), to_base64(one.response)) for one in first if one is not None)


def _consistency(vault: Vault, signed: bytes, since: bytes) -> tuple[str, tuple[str, ...]]:
    key = note.decode_key(log_key(vault))
    old = checkpoint.open_signed(since, key).checkpoint.size
    size = checkpoint.open_signed(signed, key).checkpoint.size
    if old > size:
        raise InputError(f"the checkpoint covers {old} records, this log has {size}: it was rolled back")
    return str(old), tuple(part.hex() for part in tiles.consistency_path(old, size, log_folder(vault).read))


def _entries(tx: Tx, document: str) -> Iterator[Entry]:
    for row in tx.fetch(table, table.c.document == document, "header content_sha256 content", order="sequence"):
        salt, content = row["content"][:_SALT], row["content"][_SALT:]
        told = codec.decode(content, dict) if salt else None
        opened = Content(salt.hex(), told["now"], told["payload"]) if told else None
        yield Entry(codec.decode(row["header"], Header), row["content_sha256"].hex(), (), opened)


def _is_of(entry: Entry, case: str) -> bool:
    payload = entry.content.payload if entry.content else {}
    return entry.header.kind in _OF_CASE and case in (payload.get("trace"), payload.get("case"))


def _opened(entry: Entry, case: str, copies: Collection[Copy]) -> Entry:
    """The record with its content hidden where the case does not need it."""
    kind, header = entry.header.kind, entry.header
    needed = kind == "seal" or _is_of(entry, case)
    if kind == "hand-out" and entry.content:
        told = entry.content.payload
        held = range(told["first"], told["first"] + told["count"])
        needed = any((name, version) == (header.document, told["version"]) and j in held for name, version, j in copies)
    return entry if needed else replace(entry, content=None)
