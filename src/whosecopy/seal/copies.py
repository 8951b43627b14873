"""From a template to the files of its copies: a deterministic function of master, template and variants."""

from collections.abc import Callable
from pathlib import PurePath

from whosecopy.carriers.writing import Variants, marker
from whosecopy.errors import InputError, IntegrityError
from whosecopy.media import paged, paged_word
from whosecopy.media.dispatch import DOCX, PDF, render
from whosecopy.model import Document, Template
from whosecopy.seal.pressing import pressed

FORMS = {"pdf": PDF, "docx": DOCX}
"""What copies can be issued as where that is not the master's own kind of file with its wording marked alone."""


def renderer(master: Document, template: Template) -> Callable[[Variants], bytes]:
    """A function that makes the file of one copy from the variants that its marks show.

    Raises `IntegrityError` where `master` no longer reads as it did when it was sealed.
    """
    if master.text != template.text or len(master.layout.words) != len(template.layout.words):
        raise IntegrityError(
            "the stored master no longer reads as it did when it was sealed; use the version that sealed it"
        )
    mark = marker(master, template)
    if template.layout.engine:
        set_pages = paged.typesetter(template.media)
        write = paged_word.write if template.layout.issued_as == DOCX else paged.press
        return lambda variants: write(mark(variants), set_pages)
    if template.layout.words:
        return pressed(master, template)
    return lambda variants: render(mark(variants))


def on_pages(master: Document, form: str, name: str) -> Document:
    """`master` set on pages, for copies in the `form` of FORMS; as it is where `form` is empty.

    Raises `InputError` where such copies cannot be made of it.
    """
    from whosecopy.media.typeset import engine

    if not form:
        return master
    if form not in FORMS:
        raise InputError(f"--as {form}: there are {', '.join(FORMS)}")
    if master.media == PDF:
        raise InputError(f"{name}: copies of a PDF are PDFs anyway; leave --as out")
    if FORMS[form] == DOCX != master.media:
        raise InputError(f"{name}: is no Word document; only copies of one can be Word documents")
    program, set_pages = engine(master.media), paged.typesetter(master.media)
    if FORMS[form] == DOCX:
        return paged_word.laid_out_as_word(master, set_pages, program)
    return paged.laid_out(master, set_pages, program, FORMS[form])


def name_of_copies(name: str, template: Template) -> str:
    """The name of the master's file, with the suffix that its copies have."""
    return str(PurePath(name).with_suffix(".pdf")) if template.layout.issued_as == PDF else name
