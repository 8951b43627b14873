"""Group commit: threads that record something at the same moment share one transaction and one sync."""

import queue
import threading
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from whosecopy.errors import InputError
from whosecopy.vault.events import Draft, Payload, draft, record_all
from whosecopy.vault.store import Vault

_LARGEST = 256

_Waiting = tuple[Draft, Future[str]]


class Recorder:
    """Records events for many threads through one writer; close it, or use it in a `with` statement.

    Each caller waits until its event is durable. Events that come while others are being written are written
    together after them, so that the disk, not the number of callers, sets the pace.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from whosecopy.vault.store import create
    >>> with TemporaryDirectory() as place:
    ...     with create(Path(place, "vault"), Path(place, "root.key"), "2031-05-06T07:08:09Z") as vault:
    ...         with Recorder(vault) as recorder:
    ...             len(recorder.record("note", {}, "2031-05-06T07:08:09Z"))
    64
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._waiting: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._open = True
        self._lock = threading.Lock()
        self._writer = threading.Thread(target=self._write, name="whosecopy-recorder", daemon=True)
        self._writer.start()

    def record(self, kind: str, payload: Payload, now: str, document: str = "") -> str:
        """Record an event and return its digest (hex) once it is durable; for events that change nothing else.

        Raises what the transaction raises, and `InputError` after `close`.
        """
        done: Future[str] = Future()
        one = draft(kind, payload, now, document)
        with self._lock:
            if not self._open:
                raise InputError("the recorder is closed; open a new one")
            self._waiting.put((one, done))
        return done.result()

    def close(self) -> None:
        """Write what is waiting, then stop."""
        with self._lock:
            if self._open:
                self._open = False
                self._waiting.put(None)
        self._writer.join()

    def _write(self) -> None:
        while (first := self._waiting.get()) is not None:
            group, last = self._gather(first)
            try:
                with self._vault.transaction() as tx:
                    digests = record_all(tx, [one for one, _ in group])
            except BaseException as error:
                for _, done in group:
                    done.set_exception(error)
            else:
                for (_, done), digest in zip(group, digests, strict=True):
                    done.set_result(digest)
            if last:
                return

    def _gather(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        """All that waits now, and whether nothing comes after it."""
        group = [first]
        while len(group) < _LARGEST:
            try:
                found = self._waiting.get_nowait()
            except queue.Empty:
                break
            if found is None:
                return group, True
            group.append(found)
        return group, False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
