"""A minimal witness, to be run by somebody else than the vault: it cosigns a log only as long as it grows.

Its folder holds its secret key, its name, and of each log the key and the newest checkpoint that it cosigned.
That checkpoint is on the disk before the answer leaves.
"""

import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec

from whosecopy.errors import AccessError, InputError, IntegrityError
from whosecopy.model import codec
from whosecopy.tlog import note, witness
from whosecopy.vault.log_files import replace
from whosecopy.vault.rootkey import load_key, make_key, sync_folder

_KEY, _NAME, _LOCK, _LOGS = "witness.key", "name", ".lock", "logs"
_PATH = "/add-checkpoint"
_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class _Kept:
    """One log as it is stored."""

    key: str
    size: int
    root: str


@dataclass(slots=True)
class Witness:
    """The state of a witness; made by `open_witness`."""

    folder: Path
    name: str
    logs: dict[str, witness.Known]
    _seed: bytes = field(repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def key(self) -> str:
        """The key string to verify its cosignatures with."""
        return note.encode_key(note.key_of(self.name, self._seed, note.COSIGNATURE))

    def answer(self, body: bytes, now: int) -> witness.Answer:
        """The answer to a request; what is cosigned is durable before this returns. `now` in seconds since 1970."""
        with self._lock:
            found = witness.answer(body, self.logs, self.name, self._seed, now)
            if found.newest is not None:
                before = self.logs[found.newest.origin]
                self._keep(witness.Known(before.key, found.newest.size, found.newest.root))
            return found

    def watch(self, keys: Sequence[str]) -> None:
        """Watch the logs of these key strings too; a log that is watched already may get a new key."""
        for text in keys:
            key = note.decode_key(text)
            if key.kind != note.ED25519:
                raise InputError(f"{text}: is the key of a witness; give the key of a log")
            before = self.logs.get(key.name, witness.Known(key))
            self._keep(witness.Known(key, before.size, before.root))

    def _keep(self, known: witness.Known) -> None:
        file = self.folder / _LOGS / hashlib.sha256(known.key.name.encode()).hexdigest()
        replace(file, codec.encode(_Kept(note.encode_key(known.key), known.size, known.root.hex())))
        sync_folder(file.parent)
        self.logs[known.key.name] = known


@contextmanager
def open_witness(folder: Path, name: str | None) -> Iterator[Witness]:
    """The witness kept in `folder`; a new one, called `name`, where there is none.

    Raises `InputError` where a new one has no name or an old one another, `AccessError` where another process
    runs it, `IntegrityError` where its state is damaged: it then signs nothing.
    """
    try:
        (folder / _LOGS).mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as failed:
        raise AccessError(
            f"{folder}: cannot be written ({(failed.strerror or '').lower()}); give --state DIR"
        ) from None
    try:
        _claim(lock, folder)
        yield Witness(folder, _name(folder, name), _read_logs(folder), load_key(folder / _KEY))
    finally:
        os.close(lock)


def _claim(lock: int, folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise AccessError(f"{folder}: another process runs this witness; stop that one first") from None


def make_server(one: Witness, host: str, port: int, clock: Callable[[], float] = time.time) -> ThreadingHTTPServer:
    """An HTTP server that answers for a witness; port 0 takes a free one. Call `serve_forever` on it.

    Raises `AccessError` where the port cannot be had.
    """

    class Handler(BaseHTTPRequestHandler):
        timeout = _TIMEOUT_S
        server_version = "whosecopy-witness"
        sys_version = ""

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if self.path != _PATH:
                self._say(404, b"ask for /add-checkpoint\n", witness.TEXT_TYPE)
            elif not length.isdecimal() or int(length) > note.MAX_NOTE_BYTES:
                self._say(400, b"the request has no length, or is too long\n", witness.TEXT_TYPE)
            else:
                answer = one.answer(self.rfile.read(int(length)), int(clock()))
                self._say(answer.status, answer.body.encode(), answer.content_type)

        def _say(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is logged: who asks is nobody's business."""

    try:
        return ThreadingHTTPServer((host, port), Handler)
    except OSError as failed:
        raise AccessError(
            f"{host}:{port}: cannot be served ({(failed.strerror or '').lower()}); give another --port"
        ) from None


def _name(folder: Path, name: str | None) -> str:
    file = folder / _NAME
    if file.exists():
        kept = file.read_text()
        if name not in (None, kept):
            raise InputError(f"{folder}: this witness is called {kept}; leave --name out, or give another --state DIR")
        return kept
    if name is None:
        raise InputError(f"{folder}: a new witness needs a name, best its address without https://; give --name")
    try:
        note.key_of(name, bytes(32), note.COSIGNATURE)
    except ValueError:
        raise InputError(f"{name!r}: a witness's name has neither blanks nor a plus; give another --name") from None
    if not (folder / _KEY).exists():
        make_key(folder / _KEY)
    replace(file, name.encode())
    sync_folder(folder)
    return name


def _read_logs(folder: Path) -> dict[str, witness.Known]:
    logs = {}
    for file in sorted((folder / _LOGS).iterdir()):
        if file.name.startswith("."):
            continue
        try:
            kept = codec.decode(file.read_bytes(), _Kept)
            known = witness.Known(note.decode_key(kept.key), kept.size, bytes.fromhex(kept.root))
        except (InputError, ValueError, msgspec.MsgspecError):
            raise IntegrityError(f"{file}: the witness's record of a log is damaged; restore it") from None
        logs[known.key.name] = known
    return logs
