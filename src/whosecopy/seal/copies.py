"""From a template to the files of its copies: a deterministic function of master, template and variants."""

import weakref
from collections.abc import Callable
from pathlib import PurePath
from typing import Self

from whosecopy.carriers.writing import Variants, marker
from whosecopy.errors import InputError, IntegrityError
from whosecopy.media import paged, paged_word
from whosecopy.media.dispatch import DOCX, PDF, render
from whosecopy.media.typeset import engine, open_typesetter
from whosecopy.model import Document, Template
from whosecopy.seal.pressing import pressed

FORMS = {"pdf": PDF, "docx": DOCX}
"""What copies can be issued as where that is not the master's own kind of file with its wording marked alone."""

_WORTH_STARTING, _MOST_JOBS = 3, 8


def renderer(master: Document, template: Template) -> Callable[[Variants], bytes]:
    """A function that makes the file of one copy from the variants that its marks show.

    Raises `IntegrityError` where `master` no longer reads as it did when it was sealed.
    """
    if master.text != template.text or len(master.layout.words) != len(template.layout.words):
        raise IntegrityError(
            "the stored master no longer reads as it did when it was sealed; use the version that sealed it"
        )
    if template.layout.engine:
        return SetCopies(master, template)
    if template.layout.words:
        return pressed(master, template)
    mark = marker(master, template)
    return lambda variants: render(mark(variants))


class SetCopies:
    """Makes copies of a document that a typesetter sets on pages; in every process it has a typesetter of its own."""

    def __init__(self, master: Document, template: Template) -> None:
        self._of = master, template
        self._mark = marker(master, template)
        self._write = paged_word.write if template.layout.issued_as == DOCX else paged.press
        self._typesetter = open_typesetter(template.media)
        weakref.finalize(self, self._typesetter.close)

    def __reduce__(self) -> tuple[type[Self], tuple[Document, Template]]:
        return type(self), self._of

    def most_jobs(self, count: int) -> int:
        """A process for every few copies, as each has to start a typesetter; not many, as LibreOffice takes 300 MiB."""
        return min(count // _WORTH_STARTING, _MOST_JOBS)

    def __call__(self, variants: Variants) -> bytes:
        """The file of the copy whose marks show `variants`."""
        return self._write(self._mark(variants), self._typesetter)


def on_pages(master: Document, form: str, name: str) -> Document:
    """`master` set on pages, for copies in the `form` of FORMS; as it is where `form` is empty.

    Raises `InputError` where such copies cannot be made of it.
    """
    if not form:
        return master
    if form not in FORMS:
        raise InputError(f"--as {form}: there are {', '.join(FORMS)}")
    if master.media == PDF:
        raise InputError(f"{name}: copies of a PDF are PDFs anyway; leave --as out")
    if FORMS[form] == DOCX != master.media:
        raise InputError(f"{name}: is no Word document; only copies of one can be Word documents")
    program = engine(master.media)
    with open_typesetter(master.media) as typesetter:
        if FORMS[form] == DOCX:
            return paged_word.laid_out_as_word(master, typesetter, program)
        return paged.laid_out(master, typesetter, program, FORMS[form])


def name_of_copies(name: str, template: Template) -> str:
    """The name of the master's file, with the suffix that its copies have."""
    return str(PurePath(name).with_suffix(".pdf")) if template.layout.issued_as == PDF else name
