"""The command line: parse, call one service, print. Exit codes are mapped here and nowhere else.

0 done or named, 1 not enough evidence or no document, 2 bad usage or refused input, 3 integrity failure.
"""

import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # matrices here are small: more threads wait for each other, busily

_INTERRUPTED = 130
_NAME = "whosecopy"
_UNFINISHED = "; an unfinished seal is completed with: whosecopy seal --resume"


def main() -> None:
    """Run the command line of this process and exit with its code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; its exit code. Deliberate errors become one line on standard error."""
    import typer

    from whosecopy.cli.app import app
    from whosecopy.cli.terminal import complain
    from whosecopy.errors import IntegrityError, WhosecopyError

    try:
        code = int(app(arguments or ["--help"], standalone_mode=False, prog_name=_NAME) or 0)
    except typer.Exit as stop:
        return stop.exit_code
    except typer.TyperException as wrong:
        context = getattr(wrong, "ctx", None)
        complain(" ".join(wrong.format_message().split()), f"see {context.command_path if context else _NAME} --help")
        return 2
    except IntegrityError as broken:
        complain(str(broken))
        return 3
    except WhosecopyError as refused:
        complain(str(refused))
        return 2
    except (typer.Abort, KeyboardInterrupt):
        code = _INTERRUPTED
    except OSError as failed:
        complain(_system_error(failed))
        return 2
    if code == _INTERRUPTED:
        complain("interrupted" + (_UNFINISHED if "seal" in arguments[:1] else ""))
    return code


def _system_error(failed: OSError) -> str:
    where = f"{failed.filename}: " if failed.filename else ""
    return f"{where}{(failed.strerror or str(failed)).lower()}"
