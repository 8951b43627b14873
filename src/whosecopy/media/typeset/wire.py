"""What a typesetting child is asked and answers."""

from dataclasses import dataclass

from whosecopy.media.typeset.moving import Moves, moved
from whosecopy.model.layout import NO_LAYOUT, Layout


@dataclass(frozen=True, slots=True)
class Job:
    """A file to be set; `name` is the one spoken of in errors.

    Asked for are its pages, where its words stand on them if `places`, or a copy with words moved as `moves` says.
    """

    media: str
    name: str
    data: bytes
    encoding: str | None = None
    places: bool = False
    moves: Moves | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """Its pages as a PDF, with their text and its places where asked for; or why there are none."""

    error: str = ""
    pdf: bytes = b""
    text: str = ""
    layout: Layout = NO_LAYOUT


def answer(job: Job, pdf: bytes) -> Reply:
    """What is answered to `job`, whose file was set as `pdf`.

    Raises `InputError` where it cannot be taken apart, or no copy of it reads as it should.
    """
    if job.moves is not None:
        return Reply(pdf=moved(pdf, job.moves, job.name))
    if not job.places:
        return Reply(pdf=pdf)
    from whosecopy.media.pdf.analysis import analyse

    analysis = analyse(pdf, job.name)
    return Reply(pdf=pdf, text=analysis.text, layout=analysis.layout)
