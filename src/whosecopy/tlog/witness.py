"""Witnesses: what a log asks of them, and what a witness answers; the sending and keeping is left to others.

A witness remembers of each log the newest checkpoint that it signed. It signs a newer one only with a proof
that nothing before was changed. So a log cannot show different records to different people, unless all
their witnesses help.

    old <size of the checkpoint that the witness signed last>
    <base64 of a hash of the consistency proof>, up to 63 lines

    <signed checkpoint>

Source: C2SP tlog-witness (c2sp.org/tlog-witness), `add-checkpoint`.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from whosecopy.errors import IntegrityError
from whosecopy.tlog import checkpoint, note, strict
from whosecopy.tlog.checkpoint import Checkpoint
from whosecopy.tlog.merkle import EMPTY_ROOT, HASH_BYTES, check_consistency

MAX_PROOF = 63
TEXT_TYPE = "text/plain; charset=utf-8"
SIZE_TYPE = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Request:
    """A signed checkpoint, with the proof that it continues the one of size `old`."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: bytes


@dataclass(frozen=True, slots=True)
class Known:
    """What a witness knows of a log: its key, and size and root of the newest checkpoint that it cosigned."""

    key: note.Key
    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; where `newest` is not None it must be durable before the answer leaves."""

    status: int
    body: str
    content_type: str = TEXT_TYPE
    newest: Checkpoint | None = None


def encode_request(request: Request) -> bytes:
    """The body of a request.

    Raises `ValueError` where the proof is too long.
    """
    if len(request.proof) > MAX_PROOF:
        raise ValueError(f"a consistency proof has at most {MAX_PROOF} hashes")
    lines = (f"old {request.old}", *(strict.to_base64(part) for part in request.proof), "")
    return "".join(line + "\n" for line in lines).encode() + request.checkpoint


def decode_request(body: bytes) -> Request:
    """The request of a body; the signatures of its checkpoint are not checked.

    Raises `IntegrityError` where it is malformed.
    """
    if len(body) > note.MAX_NOTE_BYTES:
        raise IntegrityError("the request is too long")
    head, blank, signed = body.partition(b"\n\n")
    first, *rows = head.decode("latin-1").split("\n")
    old = strict.from_decimal(first.removeprefix("old ")) if first.startswith("old ") else None
    proof = [strict.from_base64(row) for row in rows]
    if not blank or old is None or len(proof) > MAX_PROOF:
        raise IntegrityError("the request has no old size or no checkpoint, or its proof is too long")
    if any(part is None or len(part) != HASH_BYTES for part in proof):
        raise IntegrityError("the request has a malformed consistency proof")
    note.decode(signed)
    return Request(old, tuple(part for part in proof if part is not None), signed)


def answer(body: bytes, logs: Mapping[str, Known], name: str, seed: bytes, time: int) -> Answer:
    """What the witness `name` with the secret key `seed` answers to a request, at `time` in seconds since 1970.

    `logs` holds every log that it watches, by origin. Between reading `logs` and storing `newest` nothing else
    may be stored for that log.

    200 cosigned · 400 malformed · 403 not signed by the log · 404 unknown log · 409 the witness knows a newer
    checkpoint, its size is in the body, or another root of the same size · 422 wrong proof.
    """
    try:
        request = decode_request(body)
        opened = note.decode(request.checkpoint)
        told = checkpoint.decode(opened.text)
    except IntegrityError as error:
        return _refusal(400, str(error))
    known = logs.get(told.origin)
    if known is None:
        return _refusal(404, f"no log {told.origin} is watched here")
    try:
        note.verify(opened, [known.key])
    except IntegrityError:
        return _refusal(403, "the checkpoint is not signed by its log")
    refused = _continues(request, told, known)
    if refused is not None:
        return refused
    return Answer(200, note.encode_signatures([note.cosign(opened.text, name, seed, time)]), newest=told)


def size_told(body: str) -> int:
    """The size that a witness answers with status 409: the request is to be made again from there.

    Raises `IntegrityError` where the answer holds none.
    """
    size = strict.from_decimal(body.removesuffix("\n"))
    if size is None or body != f"{size}\n":
        raise IntegrityError("the witness gave no size; ask its operator")
    return size


def cosigned(signed: bytes, body: str, witnesses: Sequence[note.Key]) -> bytes:
    """The signed checkpoint with those lines of a witness's answer (status 200) that known witnesses made.

    A later cosignature of the same witness takes the place of an earlier one.

    Raises `IntegrityError` where none of `witnesses` signed the checkpoint, or one of them wrongly.
    """
    opened = note.decode(signed)
    given = note.decode_signatures(body)
    by_key = {(one.key.name, one.key.id) for one in note.verify(note.Note(opened.text, given), witnesses)}
    added = {(one.name, one.key_id): one for one in given if (one.name, one.key_id) in by_key}
    kept = tuple(one for one in opened.signatures if (one.name, one.key_id) not in by_key)
    return note.encode(note.Note(opened.text, (*kept, *added.values())))


def _continues(request: Request, told: Checkpoint, known: Known) -> Answer | None:
    """The refusal of a checkpoint that does not continue the known one."""
    if request.old > told.size:
        return _refusal(400, "the old size is larger than the checkpoint")
    if request.old != known.size:
        return Answer(409, f"{known.size}\n", SIZE_TYPE)
    if told.size == known.size and not hmac.compare_digest(told.root, known.root):
        return _refusal(409, "another root of the same size was signed before: the log was rewritten")
    if known.size in (0, told.size):
        return _refusal(422, "there is nothing to prove, but a proof is given") if request.proof else None
    try:
        check_consistency(known.size, told.size, request.proof, known.root, told.root)
    except IntegrityError as error:
        return _refusal(422, str(error))
    return None


def _refusal(status: int, reason: str) -> Answer:
    return Answer(status, reason + "\n")
