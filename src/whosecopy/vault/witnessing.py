"""Outside witnesses of the log: cosignatures and time stamps, asked for over HTTP and kept as records.

What they attest is that the log began with these records at that time. Without one, whoever runs the vault
could still rewrite it whole.
"""

import base64
import http.client
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import SplitResult, urlsplit

from whosecopy.errors import AccessError, InputError, IntegrityError
from whosecopy.tlog import checkpoint, note, stamp, tiles, witness
from whosecopy.tlog.checkpoint import Checkpoint
from whosecopy.vault.events import events, record
from whosecopy.vault.log import advance, log_folder, log_key
from whosecopy.vault.store import Vault
from whosecopy.vault.store_session import Session

WITNESSED = "witnessed"
STAMPED = "stamped"
TIMEOUT_S = 30.0
_LARGEST = 1 << 20
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Attestation:
    """What somebody outside said of the log: its first `size` records were there at `time` (ISO 8601).

    `kind` is WITNESSED or STAMPED, `by` the witness's key string or the service's address. `checkpoint` is the
    signed note, with the cosignature where there is one; `response` the time stamp (DER), else empty.
    """

    kind: str
    by: str
    size: int
    time: str
    checkpoint: bytes
    response: bytes


def ask_witness(vault: Vault, url: str, key: str, now: str) -> Attestation:
    """Have a witness cosign the newest checkpoint, and record what it said.

    `key` is the witness's key string, had from its operator. Raises `AccessError` where it cannot be reached,
    `InputError` where it does not know this log, `IntegrityError` where it saw a longer or another log before.
    """
    known = note.decode_key(key)
    signed = advance(vault, now)
    point = checkpoint.decode(note.decode(signed).text)
    old = _seen(vault, key)
    for _ in range(_TRIES):
        status, kind, body = _add_checkpoint(vault, url, signed, point, old)
        if status != http.HTTPStatus.CONFLICT or kind != witness.SIZE_TYPE:
            break
        old = witness.size_told(body)
        if old > point.size:
            raise IntegrityError(
                f"{known.name} has cosigned {old} records of this log, and {point.size} are here: "
                "the vault was put back to an older state; restore the newest backup"
            )
    if status != http.HTTPStatus.OK:
        raise _refused(known.name, status, body)
    cosigned = witness.cosigned(signed, body, [known])
    opened = checkpoint.open_signed(cosigned, note.decode_key(log_key(vault)), [known])
    time = datetime.fromtimestamp(next(one.time or 0 for one in opened.signed if one.key == known), UTC)
    return _keep(vault, Attestation(WITNESSED, key, point.size, _text(time), cosigned, b""), now)


def ask_stamp(vault: Vault, url: str, roots: bytes, now: str) -> Attestation:
    """Have a time stamping service stamp the newest checkpoint, and record what it said.

    `roots` are the certificates (PEM) of the authorities that are trusted. Raises `AccessError` where the service
    cannot be reached, `IntegrityError` where its answer is not valid.

    Source: RFC 3161, section 3.4.
    """
    trusted = stamp.read_roots(roots)
    signed = advance(vault, now)
    point = checkpoint.decode(note.decode(signed).text)
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    status, _, response = _post(url, "", stamp.request(point), headers)
    if status != http.HTTPStatus.OK:
        raise AccessError(f"{url}: answered with status {status}; check the address")
    said = stamp.verify(response, point, trusted)
    return _keep(vault, Attestation(STAMPED, url, point.size, said.time, signed, response), now)


def attestations(tx: Session) -> list[Attestation]:
    """All that was said of the log from outside, oldest first; erased records are left out."""
    return [
        Attestation(
            event.header.kind,
            event.payload["by"],
            event.payload["size"],
            event.payload["time"],
            event.payload["checkpoint"].encode(),
            base64.b64decode(event.payload["response"]),
        )
        for event in events(tx, "")
        if event.header.kind in (WITNESSED, STAMPED) and not event.erased
    ]


def attested(tx: Session, sequence: int, before: str) -> Attestation | None:
    """The first that says the event of `sequence` was in the log, at a time not after `before` (ISO 8601)."""
    limit = _moment(before)
    return next((one for one in attestations(tx) if one.size >= sequence and _moment(one.time) <= limit), None)


def _keep(vault: Vault, said: Attestation, now: str) -> Attestation:
    payload = {
        "by": said.by,
        "size": said.size,
        "time": said.time,
        "checkpoint": said.checkpoint.decode(),
        "response": base64.b64encode(said.response).decode(),
    }
    with vault.transaction() as tx:
        record(tx, said.kind, payload, now)
    advance(vault, now)
    return said


def _seen(vault: Vault, key: str) -> int:
    """How many records a witness had cosigned when it was last asked."""
    with vault.snapshot() as tx:
        return max((one.size for one in attestations(tx) if one.by == key), default=0)


def _add_checkpoint(vault: Vault, url: str, signed: bytes, point: Checkpoint, old: int) -> tuple[int, str, str]:
    proof = tiles.consistency_path(old, point.size, log_folder(vault).read) if 0 < old < point.size else ()
    body = witness.encode_request(witness.Request(old, proof, signed))
    status, kind, data = _post(url, "/add-checkpoint", body, {"Content-Type": witness.TEXT_TYPE})
    return status, kind, data.decode(errors="replace")


def _refused(name: str, status: int, body: str) -> Exception:
    reason = " ".join(body.split())[:200]
    if status in (http.HTTPStatus.CONFLICT, http.HTTPStatus.UNPROCESSABLE_ENTITY):
        return IntegrityError(f"{name} refuses: the log does not continue what it cosigned before ({reason})")
    if status in (http.HTTPStatus.FORBIDDEN, http.HTTPStatus.NOT_FOUND):
        return InputError(f"{name} does not watch this log under its key; give its operator the output of: log key")
    return AccessError(f"{name}: answered with status {status} ({reason}); ask its operator")


def _post(url: str, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str, bytes]:
    """Status, content type and body of the answer to a POST; raises `AccessError` where there is none."""
    parts = _split(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    target = (parts.path.rstrip("/") + path if path else parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with closing(kind(parts.hostname or "", parts.port, timeout=TIMEOUT_S)) as connection:
            connection.request("POST", target, body, dict(headers))
            with connection.getresponse() as answer:
                data = answer.read(_LARGEST + 1)
                found = answer.status, answer.headers.get("Content-Type", ""), data
    except (OSError, http.client.HTTPException, ValueError) as failed:
        why = (getattr(failed, "strerror", None) or str(failed)).lower()
        raise AccessError(f"{url}: cannot be reached ({why}); try again later") from None
    if len(data) > _LARGEST:
        raise AccessError(f"{url}: its answer is too long; check the address")
    return found


def _split(url: str) -> SplitResult:
    with suppress(ValueError):
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
            return parts
    raise InputError(f"{url}: is no address; it must begin with http:// or https://")


def _moment(time: str) -> datetime:
    found = datetime.fromisoformat(time)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _text(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")
