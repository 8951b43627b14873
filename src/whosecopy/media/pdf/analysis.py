"""What a PDF master holds: its reading text, its words with their places, and the streams that draw them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import pairwise
from typing import Any

from whosecopy.errors import InputError
from whosecopy.media.pdf.chars import page_chars
from whosecopy.media.pdf.glyphs import Interpreter, Unit
from whosecopy.media.pdf.letters import Letter, page_letters
from whosecopy.media.pdf.press import Plate, make_plate
from whosecopy.media.pdf.rewrite import ALONG, GREY, UP, Marked, Stream, slotted, value_of
from whosecopy.media.pdf.runs import Frame
from whosecopy.media.pdf.words import Found, find_words, match
from whosecopy.model.layout import Layout, Shift

_PAGE_BREAK = "\n\n"
_MOST_CHARACTERS = 100_000
"""Of one page: a dense one of A4 has a tenth of that."""
_MOST_PAGES = 1_000
"""A file of more needs more memory than there is, where its pages hold text, and minutes to find that out."""


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """A PDF taken apart: `pages` are the spans of its pages in `text`; `letters` are empty where nobody asked."""

    source: bytes
    text: str
    pages: tuple[tuple[int, int], ...]
    sizes_pt: tuple[tuple[float, float], ...]
    found: tuple[Found, ...]
    units: tuple[Unit, ...]
    words_in_text: int
    letters: tuple[Letter, ...] = ()

    @property
    def layout(self) -> Layout:
        """The words with their places and the sizes of the pages."""
        return Layout(tuple(one.word for one in self.found), self.sizes_pt)

    def fixed(self, words: Iterable[int]) -> "Analysis":
        """The same with these words, by number, left where they are."""
        stay = set(words)
        found = tuple(
            replace(one, word=replace(one.word, room_em=0.0, may_rise=False, black=False)) if k in stay else one
            for k, one in enumerate(self.found)
        )
        return replace(self, found=found)


def analyse(
    data: bytes,
    name: str,
    page_done: Callable[[Sequence[Found]], None] = lambda words: None,
    with_letters: bool = False,
) -> Analysis:
    """Take the PDF `data` apart, down to letters if asked to; `page_done` is called with the words of each page.

    Raises `InputError` where it cannot be opened or is too complex.
    """
    import pikepdf
    import pypdfium2

    try:
        pdf = pikepdf.open(BytesIO(data))
        shown = pypdfium2.PdfDocument(data)
    except (pikepdf.PdfError, pypdfium2.PdfiumError) as error:
        raise InputError(f"{name}: the PDF is damaged ({reason(error)}); print it to PDF again") from None
    if len(shown) > _MOST_PAGES:
        raise InputError(f"{name}: {len(shown):,} pages, over the limit of {_MOST_PAGES:,}; seal it in parts")
    interpreter = Interpreter()
    found: list[Found] = []
    letters: list[Letter] = []
    texts, pages, sizes, words, at = [], [], [], 0, 0
    if len(shown) != len(pdf.pages):
        raise InputError(f"{name}: the PDF is damaged (its pages cannot be counted); print it to PDF again")
    for number, page in enumerate(pdf.pages):
        seen = shown[number]
        if seen.get_textpage().count_chars() > _MOST_CHARACTERS:
            raise InputError(f"{name}: page {number + 1} holds over {_MOST_CHARACTERS} characters; split it")
        chars, frame = page_chars(seen), frame_of(seen)
        line = found[-1].word.line + 1 if found else 0
        glyphs = _glyphs(interpreter, page, number)
        claimed = match(chars, glyphs)
        here = find_words(chars, glyphs, claimed, frame, number, at, line)
        found += here
        page_done(here)
        letters += page_letters(chars, claimed, glyphs, frame) if with_letters else []
        words += len(chars.text.split())
        texts.append(chars.text)
        pages.append((at, at + len(chars.text)))
        sizes.append(frame.size_pt)
        at += len(chars.text) + len(_PAGE_BREAK)
    units = tuple(interpreter.units)
    return Analysis(
        data, _PAGE_BREAK.join(texts), tuple(pages), tuple(sizes), tuple(_apart(_once(found, units))), units, words,
        tuple(letters),
    )  # fmt: skip


def plate(analysis: Analysis, samples: Iterable[Shift]) -> Plate:
    """The plate for copies whose shifts have the values of `samples`, word by word and axis by axis."""
    import pikepdf

    values: dict[int, dict[int, set[float]]] = {}
    for shift in samples:
        for axis in (ALONG, UP, GREY):
            if value_of(shift, axis):
                values.setdefault(shift.word, {}).setdefault(axis, set()).add(value_of(shift, axis))
    ends = {word: {axis: sorted(one) for axis, one in axes.items()} for word, axes in values.items()}
    pdf = pikepdf.open(BytesIO(analysis.source))
    return make_plate(pdf, analysis.units, slots(analysis, ends))


def slots(analysis: Analysis, values: Mapping[int, Mapping[int, Sequence[float]]]) -> dict[int, tuple[Stream, ...]]:
    """The streams that draw words, by unit, with room for these `values` of each word and axis."""
    marked: dict[int, list[Marked]] = {}
    for word, axes in values.items():
        for fragment in analysis.found[word].fragments:
            marked.setdefault(fragment.unit, []).append(Marked(word, fragment, axes))
    return {unit: slotted(analysis.units[unit], ones) for unit, ones in marked.items()}


def frame_of(page: Any) -> Frame:
    """How PDFium shows a page."""
    media, crop = page.get_mediabox(), page.get_cropbox()
    box = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    return Frame(box if box[0] < box[2] and box[1] < box[3] else media, page.get_rotation() // 90)


def _glyphs(interpreter: Interpreter, page: Any, number: int) -> list[Any]:
    """The glyphs of a page, none where its content is damaged."""
    import pikepdf

    try:
        return interpreter.page(page, number)
    except pikepdf.PdfError:
        return []


def _once(found: Sequence[Found], units: Sequence[Unit]) -> list[Found]:
    """Words of forms that are drawn more than once stay where they are."""
    return [
        one
        if all(units[fragment.unit].uses == 1 for fragment in one.fragments)
        else replace(one, word=replace(one.word, room_em=0.0, may_rise=False, black=False))
        for one in found
    ]


def _apart(found: Sequence[Found]) -> list[Found]:
    """Words whose bytes are mixed with those of another stay where they are."""
    by_op: dict[tuple[int, int], list[tuple[Any, int]]] = {}
    for number, one in enumerate(found):
        for fragment in one.fragments:
            by_op.setdefault((fragment.unit, fragment.op), []).append((fragment, number))
    mixed: set[int] = set()
    for members in by_op.values():
        members.sort(key=lambda member: member[0].first)
        for (one, first), (other, second) in pairwise(members):
            if one.last > other.first:
                mixed |= {first, second}
    stay = Analysis(b"", "", (), (), tuple(found), (), 0).fixed(mixed)
    return list(stay.found)


def reason(error: Exception) -> str:
    """What a library says of a file that it cannot open, without what it says before; PDFium may say "Success"."""
    said = str(error).rpartition(": ")[2].strip(" .)")[:120]
    return "it has no pages" if said == "Success" else said
