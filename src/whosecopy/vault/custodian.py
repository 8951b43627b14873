"""One custodian of split mode: keeps halves of codes, gives out rows of them, and logs each request before it answers.

A custodian knows no document, no recipient and no other custodian. Its folder holds its id, one file for each key, and
`log.jsonl`: one line of canonical JSON for each request, the SHA-256 of the line before in it.
"""

import errno
import fcntl
import hashlib
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from whosecopy.codes.copylabels import MAX_COPIES
from whosecopy.codes.keystream import STRIDE_UNIT, stream
from whosecopy.codes.split import share_commitment
from whosecopy.errors import AccessError, InputError, IntegrityError, WhosecopyError
from whosecopy.model import codec
from whosecopy.vault.custodian_messages import SEAL, Answer, Draw, Give, Request
from whosecopy.vault.log_files import replace
from whosecopy.vault.rootkey import load_key, make_key, sync_folder

NO_LINE = bytes(32).hex()
"""What stands for the line before the first one."""
LONGEST_WHY = 200
_ID, _KEYS, _LOG, _LOCK = "id", "keys", "log.jsonl", ".lock"
_BLOCK_BYTES = 1 << 20
_WIDEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log: what was asked for, of which key, and how many of the rows nobody had before."""

    number: int
    now: str
    key: str
    request: Request
    commitment: str
    new: int
    previous: str


@dataclass(frozen=True, slots=True)
class _Half:
    """A key as the log tells it: `given` rows from the first on were given out."""

    width: int
    commitment: str
    given: int


@dataclass(slots=True)
class Custodian:
    """The state of a custodian; made by `open_custodian`. `head` is the SHA-256 of the newest line, as hex."""

    folder: Path
    id: str
    lines: list[Line]
    head: str = NO_LINE
    _halves: dict[str, _Half] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def answer(self, request: bytes, now: str) -> tuple[Answer, Iterator[bytes]]:
        """The answer to one request and the rows that follow it, in parts; its line is durable before this returns.

        What cannot be granted is refused in the answer and leaves no line.
        """
        with self._lock:
            try:
                return self._granted(codec.decode(request, Request), now)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                why = "the request is not understood; use the same version of whosecopy"
            except WhosecopyError as error:
                why = str(error)
        return Answer(self.id, refused=why), iter(())

    def _granted(self, request: Request, now: str) -> tuple[Answer, Iterator[bytes]]:
        if request.draw is not None and request.give is None:
            return self._draw(request, request.draw, now), iter(())
        if request.give is None or request.draw is not None:
            raise InputError("a request asks for a key or for rows")
        give = request.give
        half = self._halves.get(give.key)
        if half is None:
            raise InputError(f"key {give.key[:40]!r} is not kept here")
        new = _check(give, half)
        key = self._key(give.key, half)
        self._log(request, now, give.key, half.commitment, new)
        return Answer(self.id, give.key, half.commitment, half.width), _rows(key, half.width, give.first, give.count)

    def _draw(self, request: Request, draw: Draw, now: str) -> Answer:
        if not 0 < draw.width <= _WIDEST or draw.width % STRIDE_UNIT or len(draw.template) != len(NO_LINE):
            raise InputError("a key is drawn for the digest of a template and rows of whole blocks")
        name = f"key-{secrets.token_hex(8)}"
        commitment = share_commitment(make_key(self.folder / _KEYS / name))
        self._log(request, now, name, commitment, 0)
        return Answer(self.id, name, commitment, draw.width)

    def _key(self, name: str, half: _Half) -> bytes:
        key = load_key(self.folder / _KEYS / name)
        if share_commitment(key) != half.commitment:
            raise InputError(f"{name}: is not the key that was committed to; restore it")
        return key

    def _log(self, request: Request, now: str, key: str, commitment: str, new: int) -> None:
        line = Line(len(self.lines) + 1, now, key, request, commitment, new, self.head)
        data = codec.encode(line) + b"\n"
        try:
            _append(self.folder / _LOG, data)
        except OSError as failed:
            raise InputError(f"the log cannot be written ({(failed.strerror or '').lower()})") from None
        self.enter(line, data)

    def enter(self, line: Line, data: bytes) -> None:
        """Take note of a line that is in the log."""
        self.lines.append(line)
        self.head = hashlib.sha256(data).hexdigest()
        if line.request.draw is not None:
            self._halves[line.key] = _Half(line.request.draw.width, line.commitment, 0)
        else:
            half = self._halves[line.key]
            self._halves[line.key] = _Half(half.width, half.commitment, half.given + line.new)

    def continues(self, line: Line, raw: bytes) -> bool:
        """Whether `line`, written as `raw`, is the one that this custodian would have written next."""
        if (line.number, line.previous) != (len(self.lines) + 1, self.head) or codec.encode(line) + b"\n" != raw:
            return False
        half, give = self._halves.get(line.key), line.request.give
        if give is None or half is None:
            return half is None and line.request.draw is not None and line.new == 0
        return give.key == line.key and line.new == _check(give, half)


def make_custodian(folder: Path) -> str:
    """Make a custodian in the new or empty `folder` (0700); returns its id.

    Raises `InputError` where the folder is in use or cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise InputError(f"{folder}: is in use; name a new folder for the custodian")
        folder.chmod(0o700)
        (folder / _KEYS).mkdir(mode=0o700)
        name = f"custodian-{secrets.token_hex(8)}"
        replace(folder / _LOG, b"")
        replace(folder / _ID, name.encode())
        sync_folder(folder)
    except OSError as failed:
        raise InputError(f"{folder}: cannot be made ({(failed.strerror or '').lower()}); name another one") from None
    return name


@contextmanager
def open_custodian(folder: Path) -> Iterator[Custodian]:
    """The custodian kept in `folder`, for one process at a time.

    A last line that was not wholly written is cut off: its request was never answered. Raises `AccessError` where
    there is none, others could read it, or another process runs it; `IntegrityError` where its log was altered.
    """
    if not (folder / _ID).is_file():
        raise _none(folder)
    if folder.stat().st_mode & 0o077:
        raise AccessError(f"{folder}: other users can read this folder; run: chmod 700 {folder}")
    try:
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as failed:
        reason = (failed.strerror or "").lower()
        raise AccessError(f"{folder}: cannot be written ({reason}); run it as the user whose folder it is") from None
    try:
        _claim(lock, folder)
        yield _read(folder, cut=True)
    finally:
        os.close(lock)


def read_custodian(folder: Path) -> Custodian:
    """The custodian kept in `folder` as its log tells it, to look at while another process may run it.

    Raises `AccessError` where there is none, `IntegrityError` where its log was altered.
    """
    return _read(folder, cut=False)


def _none(folder: Path) -> AccessError:
    return AccessError(f"{folder}: is no custodian's; make one with: whosecopy custodian init DIR")


def _claim(lock: int, folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise AccessError(f"{folder}: another process runs this custodian; stop that one first") from None


def _read(folder: Path, cut: bool) -> Custodian:
    try:
        found = Custodian(folder, (folder / _ID).read_text(), [])
        data = (folder / _LOG).read_bytes()
    except OSError:
        raise _none(folder) from None
    whole = data[: data.rfind(b"\n") + 1]
    for number, raw in enumerate(whole.splitlines(keepends=True), start=1):
        try:
            line = codec.decode(raw, Line)
            fits = found.continues(line, raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, InputError):
            fits = False
        if not fits:
            raise IntegrityError(f"{folder / _LOG}: line {number} was altered, or one before it; restore the file")
        found.enter(line, raw)
    if cut and len(whole) < len(data):
        replace(folder / _LOG, whole)
        sync_folder(folder)
    return found


def _check(give: Give, half: _Half) -> int:
    """How many of the rows nobody had before; raises `InputError` for rows that are not given out."""
    if give.first < 0 or give.count < 1 or len(give.why) > LONGEST_WHY:
        raise InputError("rows are asked for from a first one on, one or more, with a short reason")
    if give.first + give.count > MAX_COPIES:
        raise InputError(f"one key has {MAX_COPIES} rows at most")
    if give.first > half.given:
        raise InputError(f"row {give.first} was asked for, {half.given} were given out: rows are issued without gaps")
    new = max(0, give.first + give.count - half.given)
    if new and give.why != SEAL:
        raise InputError(f"{new} of the rows were never issued; only a seal gets new ones")
    return new


def _rows(key: bytes, width: int, first: int, count: int) -> Iterator[bytes]:
    step = max(1, _BLOCK_BYTES // width)
    for at in range(first, first + count, step):
        yield stream(key, at * width, min(step, first + count - at) * width).tobytes()


def _append(file: Path, data: bytes) -> None:
    """Add `data` to a file durably; what could not be written whole is taken back."""
    with file.open("r+b", buffering=0) as stream:
        before = stream.seek(0, os.SEEK_END)
        try:
            if stream.write(data) < len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(stream.fileno())
        except OSError:
            stream.truncate(before)
            raise
