"""Split mode from the vault's side: ask both custodians for rows, add them up, and never see a key."""

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec

from whosecopy.codes.keystream import Bytes, stride
from whosecopy.codes.split import HOLDERS, together
from whosecopy.errors import AccessError, InputError, IntegrityError
from whosecopy.model import Template, codec
from whosecopy.vault.custodian_messages import SEAL, Answer, Draw, Give, Request

WAIT_S = 30.0
"""How long a silent custodian is waited for."""
_LONGEST_ANSWER = 1 << 16


@dataclass(frozen=True, slots=True)
class Share:
    """What the vault keeps of one custodian's key: where to ask, who must answer, and what was committed to."""

    socket: str
    custodian: str
    key: str
    commitment: str


@dataclass(frozen=True, slots=True)
class SplitCode:
    """The codeword bytes of one template, whose keys two custodians hold; `why` is what they are told.

    Whatever a custodian cannot or will not give raises `AccessError`; one that answers as somebody else, or with
    another commitment, raises `IntegrityError`.
    """

    shares: tuple[Share, ...]
    width: int
    why: str = SEAL

    @property
    def commitments(self) -> tuple[str, ...]:
        """What the custodians committed to, in their order."""
        return tuple(share.commitment for share in self.shares)

    def blocks(self, width: int, first: int, count: int, size: int) -> Iterator[Bytes]:
        """Rows `first` to `first + count - 1` of `width` bytes in parts of `size`: one request to each custodian."""
        if width != self.width:
            raise IntegrityError(f"the custodians' keys make rows of {self.width} bytes, {width} are needed")
        if not count:
            return
        with ExitStack() as stack:
            request = [Request(give=Give(share.key, first, count, self.why)) for share in self.shares]
            rows = [stack.enter_context(_rows(*one, width)) for one in zip(self.shares, request, strict=True)]
            for at in range(0, count, size):
                wanted = min(size, count - at) * width
                one, two = (read(wanted) for read in rows)
                yield together(one, two, width)


def draw_code(sockets: Sequence[Path], template: Template) -> SplitCode:
    """Have the custodians at two `sockets` draw a key each for `template`, and commit to it.

    Raises `InputError` unless they are two, `AccessError` where one does not answer or refuses.
    """
    if len(sockets) != HOLDERS:
        raise InputError(f"--custodians takes the sockets of {HOLDERS} custodians, with a comma between")
    width, digest = stride(template.length), codec.digest(template).hex()
    shares = []
    for path in sockets:
        with _asked(str(path.absolute()), Request(draw=Draw(digest, width)), WAIT_S) as (answer, _):
            shares.append(Share(str(path.absolute()), answer.custodian, answer.key, answer.commitment))
    if min(len({share.custodian for share in shares}), len({share.commitment for share in shares})) < HOLDERS:
        raise InputError(f"{sockets[0]} and {sockets[1]} are one custodian; two are needed, run by different people")
    return SplitCode(tuple(shares), width)


@contextmanager
def _rows(share: Share, request: Request, width: int) -> Iterator[Callable[[int], bytes]]:
    """What reads so many bytes of the rows that were asked for."""
    with _asked(share.socket, request, WAIT_S) as (answer, stream):
        if answer != Answer(share.custodian, share.key, share.commitment, width):
            raise IntegrityError(
                f"{share.socket}: is not {share.custodian} with the key that was committed to at seal; ask that one"
            )

        def read(wanted: int) -> bytes:
            data = stream.read(wanted)
            if len(data) < wanted:
                raise AccessError(f"{share.socket}: the custodian broke off; {_START}")
            return data

        yield read


_START = "see that it runs: whosecopy custodian serve DIR --socket SOCKET"


@contextmanager
def _asked(path: str, request: Request, wait_s: float) -> Iterator[tuple[Answer, BinaryIO]]:
    """The answer of the custodian at a socket, and what follows it."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(wait_s)
            connection.connect(path)
            connection.sendall(codec.encode(request) + b"\n")
            with connection.makefile("rb") as stream:
                answer = codec.decode(stream.readline(_LONGEST_ANSWER), Answer)
                if answer.refused:
                    raise AccessError(f"{path}: the custodian refuses: {answer.refused}")
                yield answer, stream
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise AccessError(f"{path}: what answers there is no custodian; {_START}") from None
    except OSError as failed:
        reason = (failed.strerror or str(failed)).lower()
        raise AccessError(f"{path}: the custodian does not answer ({reason}); {_START}") from None
