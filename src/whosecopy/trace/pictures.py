"""What an exhibit shows of the words of a template: in its pictures, and on its pages where these are set anew.

No codeword is in reach here (V5). All that is used is the master, how far its copies may move each word, and the
exhibit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from whosecopy.media.dispatch import DOCX, sealed_master
from whosecopy.media.docx_looks import SeenWords
from whosecopy.media.docx_looks import looks_of as looks_of_word
from whosecopy.media.leak import PagePicture
from whosecopy.media.pdf.looks import looks_of
from whosecopy.media.picture.draw import draw_page
from whosecopy.media.picture.likely import likely_pages
from whosecopy.media.picture.measure import DrawPageEnds, Found, Master, Reach, looks_of_pictures
from whosecopy.media.picture.sheet import Grey, Shot
from whosecopy.media.typeset import Typesetters
from whosecopy.model import Looks, SeenPage, Template, codec
from whosecopy.model.measured import Measured, Numbers, PageInPicture
from whosecopy.trace.ends import EndDrawer
from whosecopy.trace.reference import Reference, own_pages, pages_as_worded

_PLACES = 4
_LEAST_PT, _LEAST_GREY = 0.05, 0.02
_NO_PAGE = -1


@dataclass(frozen=True, slots=True)
class Shown:
    """What a leak shows: its text, pages with text, pictures of pages, and the words of Word documents."""

    text: str
    pages: Sequence[SeenPage] = ()
    pictures: Sequence[PagePicture] = ()
    words: Sequence[SeenWords] = ()


def measure_pictures(template: Template, master: bytes, pictures: Sequence[PagePicture]) -> Measured:
    """What `pictures` show of the words of `template`, whose file is the PDF `master`.

    Raises `InputError` where a page of the master cannot be drawn.
    """
    reference = own_pages(template, master)
    return measure_pages(template, reference, (), pictures, EndDrawer(template, reference).draw)


def can_measure(template: Template, leak: Shown) -> bool:
    """Whether a leak may show anything of the looks of the words of `template` that `read_leak` does not see itself."""
    layout = template.layout
    if not layout.engine:
        return bool(layout.words and leak.pictures)
    return bool(leak.pages or leak.pictures or (leak.words and layout.issued_as == DOCX))


def measure(template: Template, file: tuple[bytes, str], leak: Shown, typesetters: Typesetters) -> Measured:
    """What a leak shows of the looks of the words of `template`, whose master is `file`.

    `file` is its bytes and its encoding, where that had to be given. Word documents are exact: pages tell only of words
    that they do not show. Raises `InputError` where the leak has no pages to be laid on.
    """
    master, encoding = file
    if not template.layout.engine:
        return measure_pictures(template, master, leak.pictures)
    words = leak.words if template.layout.issued_as == DOCX else ()
    in_files = [looks_of_word(one, template.text, template.layout) for one in words]
    sha256 = codec.digest(template).hex()
    if not leak.pages and not leak.pictures:
        return _in_files(template, in_files, Measured(sha256, 0))
    opened = sealed_master(template, master, encoding or None)
    reference = pages_as_worded(template, opened, leak.text, typesetters.of(template.media))
    on_pages = measure_pages(template, reference, leak.pages, leak.pictures, EndDrawer(template, reference).draw)
    return _in_files(template, in_files, on_pages) if in_files else on_pages


def _in_files(template: Template, in_files: Sequence[Looks], on_pages: Measured) -> Measured:
    """What Word documents and pages show of the words of `template`; where the latter do not show one, it has no page.

    A file in which all words look as in the master, as when its text was pasted, speaks last.
    """
    count = len(template.layout.words)
    marked = [one for one in in_files if _is_marked(one)]
    looks = Looks.nothing(count)
    for one in (*marked, on_pages.looks(count), *(one for one in in_files if one not in marked)):
        looks = looks.or_else(one)
    placed = {*on_pages.words}
    told = np.flatnonzero(np.isfinite(looks.along_pt) | np.isfinite(looks.grey))
    others = [int(number) for number in told if number not in placed]
    words = (*on_pages.words, *others)
    return Measured(
        on_pages.template_sha256, on_pages.pictures, on_pages.pages, words,
        (*on_pages.on_page, *(_NO_PAGE for _ in others)),
        (*on_pages.boxes_pt, *(template.layout.words[k].box_pt for k in others)), *_columns(looks, words),
    )  # fmt: skip


def _is_marked(looks: Looks) -> bool:
    """Whether some word is moved, or printed in grey."""
    return bool((np.abs(looks.along_pt) > _LEAST_PT).any() or (looks.grey > _LEAST_GREY).any())


def measure_pages(
    template: Template,
    reference: Reference,
    pages: Sequence[SeenPage],
    pictures: Sequence[PagePicture],
    draw_ends: DrawPageEnds | None = None,
) -> Measured:
    """What `pages` with text and `pictures` show of the words of `template`, laid on the pages of `reference`.

    Pages with text are exact: pictures tell only of words that such pages do not show. `draw_ends` draws pages with
    all words at one end of their reach, for screenshots to be compared with.
    Raises `InputError` where a page of the reference cannot be drawn.
    """
    reach = reference.reach(template)
    exact = looks_of(pages, reference.text, reference.layout, reach.along_pt, reach.up_pt)
    seen, found = _in_pictures(reference, reach, pictures, draw_ends)
    looks = exact.or_else(seen)
    places = tuple(
        PageInPicture(one.picture, one.page, one.inliers, one.change, reference.layout.pages_pt[one.page], one.view)
        for one in found
    )
    shown = {one.page for one in found}
    words = reference.layout.words
    kept = [
        k for k, number in enumerate(reference.numbers)
        if number >= 0 and (words[k].page in shown or np.isfinite(exact.along_pt[k]))
    ]  # fmt: skip
    return Measured(
        codec.digest(template).hex(), len(pictures), places, tuple(reference.numbers[k] for k in kept),
        tuple(words[k].page for k in kept), tuple(words[k].box_pt for k in kept), *_columns(looks, kept),
    )  # fmt: skip


def _in_pictures(
    reference: Reference,
    reach: Reach,
    pictures: Sequence[PagePicture],
    draw_ends: DrawPageEnds | None,
) -> tuple[Looks, list[Found]]:
    texts = reference.words
    on_pages: list[list[str]] = [[] for _ in reference.layout.pages_pt]
    for word, text in zip(reference.layout.words, texts, strict=True):
        on_pages[word.page].append(text)
    likely = [likely_pages(picture.words, on_pages, picture.upright) for picture in pictures]

    def draw(page: int, scale: float) -> Grey:
        return draw_page(reference.pdf, page, scale, "the master")

    master = Master(reference.layout, texts, reach, draw, draw_ends)
    return looks_of_pictures([_shot(picture) for picture in pictures], likely, master)


def _shot(picture: PagePicture) -> Shot:
    grey = np.frombuffer(picture.pixels, dtype=np.uint8).reshape(picture.height, picture.width)
    return Shot(grey, picture.words, np.array(picture.boxes, dtype=np.float64).reshape(-1, 4), picture.upright)


def _columns(looks: Looks, kept: Sequence[int]) -> list[Numbers]:
    columns = (getattr(looks, field.name)[list(kept)] for field in fields(Looks))
    return [tuple(None if np.isnan(value) else round(float(value), _PLACES) for value in column) for column in columns]
