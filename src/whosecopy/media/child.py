"""The child process that reads a leak: request line and file on standard input, one MessagePack value out."""

import sys

import msgspec

from whosecopy.errors import InputError
from whosecopy.media.leak import Reply, Request
from whosecopy.media.sandbox import confine_self


def main(arguments: list[str]) -> None:
    """Confines itself, then reads; every failure that Python can catch becomes a reply."""
    limits = confine_self(arguments)
    line, data = sys.stdin.buffer.read().split(b"\n", 1)
    request = msgspec.json.decode(line, type=Request)
    sys.stdout.buffer.write(msgspec.msgpack.encode(_reply(request, data, limits.memory_bytes)))


def _reply(request: Request, data: bytes, memory_bytes: int) -> Reply:
    try:
        from whosecopy.media.extract import extract

        return Reply(extract(data, request.name, request.encoding))
    except InputError as error:
        return Reply(error=" ".join(str(error).split()))
    except (MemoryError, RecursionError):
        return Reply(error=f"{request.name}: reading it needs over {memory_bytes >> 20} MiB; hand in a part of it")
    except Exception as error:
        kind = type(error).__name__
        return Reply(error=f"{request.name}: damaged, or a kind of file that cannot be read ({kind}); convert it")


if __name__ == "__main__":
    main(sys.argv[1:])
