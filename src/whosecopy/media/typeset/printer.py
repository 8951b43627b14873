"""The child process that sets Markdown, plain text and HTML on pages with WeasyPrint.

It loads the typesetter once and forks for each file, so that every file is set by a process that has seen no other
one, under limits of its own.
"""

import os
import sys
from importlib.resources import files

from whosecopy.errors import InputError
from whosecopy.media import standing
from whosecopy.media.sandbox import Limits, confine_self
from whosecopy.media.typeset import wire


def main(arguments: list[str]) -> None:
    """Confines itself and all that it forks, then sets one file after the other until nobody asks any more."""
    import weasyprint  # noqa: F401 - loaded once, for all files

    limits = confine_self(arguments)
    for job in standing.questions(sys.stdin.buffer, wire.Job):
        standing.send(sys.stdout.buffer, _forked(job, limits))


def _forked(job: wire.Job, limits: Limits) -> wire.Reply:
    """The answer of a process for this file alone."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        with os.fdopen(writing, "wb") as stream:
            standing.send(stream, _reply(job, limits))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        reply = standing.answer(stream, wire.Reply, limits.output_bytes)
    os.waitpid(process, 0)
    return reply or wire.Reply(error=f"{job.name}: setting it on pages takes over {limits.cpu_s} s; seal it in parts")


def _reply(job: wire.Job, limits: Limits) -> wire.Reply:
    try:
        return wire.answer(job, _pdf(job))
    except InputError as error:
        return wire.Reply(error=" ".join(str(error).split()))
    except (MemoryError, RecursionError):
        return wire.Reply(error=f"{job.name}: setting it needs over {limits.memory_bytes >> 20} MiB; seal it in parts")
    except Exception as error:
        return wire.Reply(error=f"{job.name}: cannot be set on pages ({type(error).__name__}); seal a PDF of it")


def _pdf(job: wire.Job) -> bytes:
    """The pages of a file; nothing outside it is fetched."""
    from weasyprint import CSS, HTML
    from weasyprint.urls import URLFetcher

    from whosecopy.media.typeset.page import page

    nothing_else = URLFetcher(allowed_protocols=("data",))
    style = CSS(string=files("whosecopy.media.typeset").joinpath("style.css").read_text(), url_fetcher=nothing_else)
    text = page(job.media, job.data, job.name, job.encoding)
    made: bytes = HTML(string=text, url_fetcher=nothing_else).write_pdf(stylesheets=[style], pdf_tags=True)
    return made


if __name__ == "__main__":
    main(sys.argv[1:])
