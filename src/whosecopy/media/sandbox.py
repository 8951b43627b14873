"""Runs a parser on untrusted bytes in a child process with hard limits.

Limits on memory, processor time, output and core files hold everywhere. Where bubblewrap works the child
has no network either, and sees of the file system only the programs it needs, read-only.
"""

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache
from pathlib import Path

from whosecopy.errors import InputError

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/alternatives", "/etc/ld.so.cache", "/etc/fonts")
_PROBE_SECONDS = 20
_OUT_OF_TIME = (signal.SIGXCPU, signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use; `cpu_s` counts for each process until `allow` gives it more, `wall_s` for all together."""

    memory_bytes: int
    cpu_s: int
    wall_s: int
    output_bytes: int


def run_sandboxed(module: str, data: bytes, limits: Limits, name: str) -> bytes:
    """What `python -m module` writes to standard output when given `data` on standard input.

    The module calls `confine_self` before it reads. `name` is the file spoken of in errors.

    Raises `InputError` where the child exceeds a limit or dies.
    """
    arguments = [str(value) for value in astuple(limits)]
    command = [*_bubblewrap(), sys.executable, "-B", "-m", module, *arguments]
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as answer:
        given.write(data)
        given.seek(0)
        with subprocess.Popen(
            command, stdin=given, stdout=answer, stderr=subprocess.DEVNULL, env=_environment(), start_new_session=True
        ) as child:
            try:
                code = child.wait(limits.wall_s)
            except BaseException as error:
                end(child)
                if isinstance(error, subprocess.TimeoutExpired):
                    raise InputError(f"{name}: reading it took over {limits.wall_s} s; hand in a part of it") from None
                raise
        answer.seek(0)
        if code == 0:
            return answer.read(limits.output_bytes)
    raise InputError(f"{name}: {_cause(code, limits)}")


def start_sandboxed(
    module: str, limits: Limits, folder: str, readable: Sequence[str] = ()
) -> "subprocess.Popen[bytes]":
    """A child `python -m module` that stays and answers on standard output what it is asked on standard input.

    It sees the folders `readable` too. Its temporary files are its own where bubblewrap works, else in `folder`.
    Whoever starts it ends it with `end`; it ends by itself where its input does.
    """
    prefix = list(_bubblewrap())
    for path in readable if prefix else ():
        prefix += ["--ro-bind-try", path, path]
    command = [*prefix, sys.executable, "-B", "-m", module, *(str(value) for value in astuple(limits))]
    pipe = subprocess.PIPE
    environment = {**_environment(), "TMPDIR": folder}
    return subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environment, start_new_session=True
    )


def confine_self(arguments: list[str]) -> Limits:
    """Puts the limits given on the command line on this process and all it starts, for good."""
    limits = Limits(*(int(value) for value in arguments))
    for kind, value, most in (
        (resource.RLIMIT_AS, limits.memory_bytes, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_s, max(limits.cpu_s, limits.wall_s)),
        (resource.RLIMIT_FSIZE, limits.output_bytes, limits.output_bytes),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (min(value, most), most))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    return limits


def allow(cpu_s: int) -> None:
    """Gives a confined process `cpu_s` seconds of processor time from now on: for another page of many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if soft != resource.RLIM_INFINITY:
        used = resource.getrusage(resource.RUSAGE_SELF)
        resource.setrlimit(resource.RLIMIT_CPU, (min(int(used.ru_utime + used.ru_stime) + 1 + cpu_s, hard), hard))


def _cause(code: int, limits: Limits) -> str:
    killed_by = -code if code < 0 else code - 128
    if killed_by in _OUT_OF_TIME:
        return f"reading it took over {limits.cpu_s} s of processor time; hand in a part of it"
    if killed_by == signal.SIGXFSZ:
        return f"its text is over {limits.output_bytes >> 20} MiB; hand in a part of it"
    return "the parser broke off; save the file again with another program"


def end(child: "subprocess.Popen[bytes]") -> None:
    """Ends a child and all that it started."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        child.kill()
    child.wait()


def _environment() -> dict[str, str]:
    """Only what the child needs; nothing of the user's settings or secrets."""
    kept = {key: os.environ[key] for key in ("PATH", "TESSDATA_PREFIX", "LD_LIBRARY_PATH") if key in os.environ}
    alone = {"OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1"}
    return {**kept, **alone, "PYTHONPATH": os.pathsep.join(_modules()), "LANG": "C.UTF-8"}


@lru_cache(maxsize=1)
def _bubblewrap() -> tuple[str, ...]:
    """The command prefix that confines a child, empty where bubblewrap does not work here; tried once."""
    program = shutil.which("bwrap")
    if program is None:
        return ()
    prefix = [program, "--unshare-all", "--die-with-parent", "--new-session", "--proc", "/proc", "--dev", "/dev"]
    prefix += ["--tmpfs", "/tmp"]  # noqa: S108 - the sandbox's own
    for path in _visible():
        prefix += ["--ro-bind-try", path, path]
    trial = [*prefix, sys.executable, "-B", "-c", "import whosecopy.media.leak"]
    try:
        done = subprocess.run(trial, env=_environment(), capture_output=True, timeout=_PROBE_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return tuple(prefix) if done.returncode == 0 else ()


def _modules() -> list[str]:
    """Where modules are imported from: this package's folder first, never the working folder or a script's own."""
    package = str(Path(__file__).resolve().parents[2])
    script = Path(sys.argv[0] if sys.argv else "").resolve().parent
    return [package, *(path for path in sys.path if Path(path).resolve() not in (Path(package), Path.cwd(), script))]


def _visible() -> list[str]:
    """The folders that the interpreter, its packages and Tesseract lie in."""
    wanted = [*_SYSTEM, sys.prefix, sys.base_prefix, *_modules(), str(Path(sys.executable).parent)]
    wanted += [str(Path(sys.executable).resolve().parent.parent), os.environ.get("TESSDATA_PREFIX", "")]
    program = shutil.which("tesseract")
    if program:
        wanted.append(str(Path(program).parent))
    return sorted({path for path in wanted if path and Path(path).is_absolute() and Path(path).exists()})
