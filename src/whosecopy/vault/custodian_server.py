"""A custodian's process: answers requests on a Unix socket, one a connection, until it is stopped."""

import os
import socket
import socketserver
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from whosecopy.errors import AccessError
from whosecopy.model import codec
from whosecopy.vault.custodian import Custodian

LONGEST_REQUEST = 1 << 12
_TIMEOUT_S = 30.0


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is nobody's business."""


@contextmanager
def make_server(one: Custodian, path: Path, clock: Callable[[], str]) -> Iterator[socketserver.BaseServer]:
    """A server that answers for a custodian at the socket `path`, which its owner and group can use.

    Call `serve_forever` on it; the socket is removed at the end. Raises `AccessError` where it cannot be had.
    """

    class Handler(socketserver.StreamRequestHandler):
        timeout = _TIMEOUT_S

        def handle(self) -> None:
            line = self.rfile.readline(LONGEST_REQUEST)
            if not line.endswith(b"\n"):
                return
            answer, rows = one.answer(line, clock())
            self.wfile.write(codec.encode(answer) + b"\n")
            for part in rows:
                self.wfile.write(part)

    _clear(path)
    mask = os.umask(0o117)
    try:
        server = _Server(str(path), Handler)
    except OSError as failed:
        reason = (failed.strerror or str(failed)).lower()
        raise AccessError(f"{path}: cannot be served ({reason}); give another --socket") from None
    finally:
        os.umask(mask)
    with server:
        try:
            yield server
        finally:
            path.unlink(missing_ok=True)


def _clear(path: Path) -> None:
    """Remove the socket that a killed process left at `path`; raise `AccessError` for anything else there."""
    if not path.is_socket():
        if path.exists():
            raise AccessError(f"{path}: is no socket; give another --socket")
        return
    with socket.socket(socket.AF_UNIX) as probe, suppress(OSError):
        probe.settimeout(_TIMEOUT_S)
        probe.connect(str(path))
        raise AccessError(f"{path}: another process answers there; stop that one first")
    path.unlink(missing_ok=True)
