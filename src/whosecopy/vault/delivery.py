"""Write the copies of recorded batches: whole files or none, the same bytes however often it is repeated."""

import csv
import hashlib
import io
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from whosecopy.carriers.writing import Variants
from whosecopy.codes.codebook import Codebook
from whosecopy.errors import AccessError, InputError
from whosecopy.media.dispatch import sealed_master
from whosecopy.model import Recipient, Template, codec
from whosecopy.seal.copies import name_of_copies, renderer
from whosecopy.seal.plan import Progress
from whosecopy.seal.pressing import made
from whosecopy.vault.codebooks import sealed_codebook
from whosecopy.vault.custodian_messages import HAND_OUT
from whosecopy.vault.events import events, record
from whosecopy.vault.issued_rows import CHECK, kept_leaves, symbols_to_hand_out
from whosecopy.vault.log import advance
from whosecopy.vault.opening import refuse_while_sealed
from whosecopy.vault.people import policy
from whosecopy.vault.secretbytes import RENDER
from whosecopy.vault.store import Tx, Vault
from whosecopy.vault.store_batches import Batch

MANIFEST = "manifest.csv"
NOTICE = "NOTICE.txt"
_BLOCK = 256
_LONGEST_NAME = 240
"""Characters of a file name that leave room for the marks of a temporary file."""


@dataclass(frozen=True, slots=True)
class SealedCopy:
    """One copy as it was written; its label only where one person may open identities."""

    copy: str | None
    recipient: str
    path: str


def deliver(vault: Vault, batch: Batch, now: str, progress: Progress, jobs: int = 0) -> tuple[SealedCopy, ...]:
    """Write every copy of a recorded batch, then mark it as done; first publish its record in the log.

    Copies are made in up to `jobs` processes, 0 for as many as there are cores, where that is faster.
    A file that is there already with the right bytes is left alone. Raises `InputError` where a file of
    another content is in the way or the disk is full; the batch then stays pending.
    """
    advance(vault, now)
    key = batch.document, batch.version
    with vault.snapshot() as tx:
        shows_labels, known = policy(tx) == 1, kept_leaves(tx, batch)
        purposes = RENDER | (CHECK if known else {"identity"} if shows_labels else set())
        codebook, make, name = _workshop(tx, *key, purposes)
        issues = [issue for issue in tx.recipients(*key) if issue.batch == batch.batch]
        notice = _notice(tx, batch)
    labels = codebook.copy_labels(batch.first + batch.count) if "identity" in purposes else []
    out = Path(batch.out_dir)
    with _unfinished(out):
        out.mkdir(parents=True, exist_ok=True)
    copies: list[SealedCopy] = []
    rows: list[tuple[str, ...]] = []

    def shown() -> Iterator[Variants]:
        for done in range(0, batch.count, _BLOCK):
            block = issues[done : done + _BLOCK]
            with _unfinished(out):
                words = symbols_to_hand_out(codebook, batch, block[0].index, len(block), known, labels)
            yield from codebook.shown(words)

    with made(make, batch.count, jobs) as printed:
        for issue, data in zip(issues, printed(shown()), strict=True):
            path = out / file_name(issue.recipient.id, name)
            _write(path, data)
            label = labels[issue.index] if shows_labels else None
            copies.append(SealedCopy(label, issue.recipient.id, str(path)))
            who = issue.recipient
            rows.append((who.id, who.organisation, who.email, path.name, label or "", hashlib.sha256(data).hexdigest()))
            progress(len(copies), batch.count)
    _write(out / MANIFEST, _manifest(rows))
    if notice:
        _write(out / NOTICE, notice.encode())
    os.sync()
    with vault.transaction() as tx:
        tx.finish_batch(batch)
        facts = {"version": batch.version, "batch": batch.batch, "first": batch.first, "count": batch.count}
        record(tx, "hand-out", facts, now, batch.document)
    return tuple(copies)


def resume(vault: Vault, now: str, progress: Progress, jobs: int = 0) -> tuple[SealedCopy, ...]:
    """Write the missing copies of every interrupted seal."""
    with vault.snapshot() as tx:
        pending = tx.pending_batches()
    return tuple(copy for batch in pending for copy in deliver(vault, batch, now, progress, jobs))


def hand_out_again(vault: Vault, document: str, recipient: str, now: str) -> bytes:
    """The bytes of a recipient's newest copy of `document`, made again; recorded and published before they exist.

    Raises `InputError` where the document is unknown or the recipient has no copy of it, `AccessError` while a
    case about it waits for its identities to be opened.
    """
    with vault.transaction() as tx:
        tx.document(document)
        refuse_while_sealed(tx, document)
        found = tx.find(recipient, document)
        if not found:
            raise InputError(f"{recipient}: has no copy of {document}; see: whosecopy documents show {document}")
        _, version, issue = max(found, key=lambda one: one[1])
        if issue.state != "done":
            raise InputError(f"{recipient}: has no copy of {document} yet; finish it with: whosecopy seal --resume")
        batch = next(one for one in tx.batches(document, version) if one.batch == issue.batch)
        known = kept_leaves(tx, batch)
        codebook, make, _ = _workshop(tx, document, version, RENDER | CHECK if known else RENDER)
        labels = codebook.copy_labels(issue.index + 1) if known else []
        words = symbols_to_hand_out(codebook, batch, issue.index, 1, known, labels)
        record(tx, "hand-out", {"version": version, "first": issue.index, "count": 1, "again": True}, now, document)
    advance(vault, now)
    return make(codebook.shown(words)[0])


def refuse_occupied(out: Path, recipients: Sequence[Recipient], master: str) -> None:
    """Raise `InputError` where a copy would overwrite a file, or two copies would share a name."""
    if out.exists() and not out.is_dir():
        raise InputError(f"{out}: is a file; --out takes a folder")
    names = [*(file_name(recipient.id, master) for recipient in recipients), MANIFEST, NOTICE]
    if len({name.casefold() for name in names}) < len(names):
        raise InputError(
            f"{out}: two recipients' copies would have the same file name, upper and lower case aside; rename one"
        )
    for name in names:
        if len(name) > _LONGEST_NAME:
            raise InputError(f"{out}: no file name can hold the id {unquote(name)[:40]}...; give a shorter one")
        if (out / name).exists():
            raise InputError(f"{out / name}: exists already; give an empty folder with --out")


def file_name(recipient: str, master: str) -> str:
    """The file name of a recipient's copy: the id, made safe, with the master's suffix."""
    safe = quote(recipient, safe="").replace("~", "%7E")
    return (safe.replace(".", "%2E", 1) if safe.startswith(".") else safe) + Path(master).suffix


def _notice(tx: Tx, batch: Batch) -> str:
    """The notice that was recorded with the seal of `batch`; empty where none was wanted."""
    of_batch = {"version": batch.version, "batch": batch.batch}
    for event in events(tx, batch.document):
        if event.header.kind == "seal" and of_batch.items() <= event.payload.items():
            return str(event.payload.get("notice", ""))
    return ""


def _workshop(
    tx: Tx, document: str, version: int, purposes: Collection[str]
) -> tuple[Codebook, Callable[[Variants], bytes], str]:
    """All it takes to make copies of one version: codebook, renderer, and the file name that theirs follow."""
    facts = tx.version(document, version)
    template = codec.decode(tx.load_template(document, version), Template)
    master = sealed_master(template, tx.load_master(document, version), facts.encoding or None)
    codebook = sealed_codebook(tx, document, version, template, purposes, HAND_OUT)
    return codebook, renderer(master, template), name_of_copies(facts.name, template)


def _write(path: Path, data: bytes) -> None:
    """`data` as the file `path`, all of it or nothing; a file of the same bytes is left alone."""
    if path.exists():
        if path.read_bytes() == data:
            return
        raise InputError(f"{path}: exists with another content; move it away, then: whosecopy seal --resume")
    part = path.with_name(f".{path.name}.part")
    with _unfinished(path):
        try:
            part.write_bytes(data)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def _unfinished(path: Path) -> Iterator[None]:
    """What the system or a custodian refuses after the seal was recorded is an error that says how to go on."""
    try:
        yield
    except AccessError as refused:
        raise AccessError(f"{refused}; the seal is recorded, finish it with: whosecopy seal --resume") from None
    except OSError as failed:
        reason = (failed.strerror or str(failed)).lower()
        raise InputError(f"{path}: {reason}; the seal is recorded, finish it with: whosecopy seal --resume") from failed


def _manifest(rows: Sequence[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("id", "organisation", "email", "path", "copy", "sha256"))
    writer.writerows(rows)
    return text.getvalue().encode()
