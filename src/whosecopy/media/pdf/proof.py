"""Copies must read like their master, character for character, in PDFium and in Poppler where it is installed."""

import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from tempfile import TemporaryFile
from typing import IO

from whosecopy.media.pdf.analysis import Analysis, slots
from whosecopy.media.pdf.galley import Shown, galley
from whosecopy.media.pdf.parted import names_on, parted
from whosecopy.media.pdf.rewrite import Stream
from whosecopy.media.pdf.trials import TURNS, Ends, Stage, Trial
from whosecopy.model.layout import Word

_POPPLER_SECONDS = 60
_BATCH_BYTES = 8 * 2**20
"""Of content streams in one file of trial pages."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The text of each page, by each reader."""

    pdfium: dict[int, str]
    poppler: dict[int, str]


def read_texts(data: bytes, pages: Iterable[int], everywhere: bool = True) -> Texts:
    """The text of some pages of a PDF; by PDFium only where not `everywhere`."""
    import pypdfium2

    wanted = sorted(pages)
    with TemporaryFile() as given, TemporaryFile() as told:
        poppler = _started(data, wanted, given, told) if everywhere and wanted else None
        document = pypdfium2.PdfDocument(data)
        seen = {number: str(document[number].get_textpage().get_text_range()) for number in wanted}
        return Texts(seen, _told(poppler, wanted, told) if poppler else {})


def suspects(
    words: Sequence[Word], text: str, texts: Sequence[str], otherwise: Mapping[int, str], whole_pages: bool
) -> set[int]:
    """The words of the pages that read `otherwise` than the master's, which read `texts`, where they part.

    With `whole_pages` all words of these pages.
    """
    wrong: set[int] = set()
    for page, said in otherwise.items():
        here = names_on(words, text, page)
        wrong |= set(here.numbers) if whole_pages else parted(here, texts[page], said)
    return wrong


def proven(analysis: Analysis) -> Analysis:
    """`analysis` with room only where every trial copy reads like the master."""
    everywhere = {one.word.page for one in analysis.found}
    reference = read_texts(analysis.source, everywhere)
    for stage in (Stage(all_axes=False), Stage(all_axes=True)):
        pages = everywhere
        for turn in range(TURNS):
            wrong = _suspects(analysis, stage, pages, turn, reference)
            if not wrong:
                break
            pages = {analysis.found[number].word.page for number in wrong}
            analysis = replace(analysis, found=stage.softened(analysis.found, wrong, turn))
    return analysis


def _suspects(analysis: Analysis, stage: Stage, pages: set[int], turn: int, reference: Texts) -> set[int]:
    """The words on these pages at which some trial copy reads otherwise."""
    odd: dict[int, set[tuple[str, str]]] = {}
    for shown in _batches(analysis, stage, pages, turn):
        found = read_texts(galley(analysis.source, analysis.units, shown), range(len(shown)))
        for ours, theirs in ((reference.pdfium, found.pdfium), (reference.poppler, found.poppler)):
            for k, (page, _) in enumerate(shown):
                if page in ours and k in theirs and ours[page] != theirs[k]:
                    odd.setdefault(page, set()).add((ours[page], theirs[k]))
    words = analysis.layout.words
    here = {page: names_on(words, analysis.text, page) for page in odd}
    return {word for page, pairs in odd.items() for pair in pairs for word in parted(here[page], *pair)}


def _batches(analysis: Analysis, stage: Stage, pages: set[int], turn: int) -> Iterator[list[Shown]]:
    """These pages as trial copies show them, so many at a time as are easily held."""
    ends: dict[int, dict[int, Ends]] = {page: {} for page in sorted(pages)}
    for number, one in enumerate(analysis.found):
        if one.word.page in pages and (values := stage.ends(one.word)):
            ends[one.word.page][number] = values
    out: list[Shown] = []
    size = 0
    for page, moving in ends.items():
        for content in _contents(analysis, moving, list(stage.trials(len(moving), page, turn)) if moving else []):
            out.append((page, content))
            size += sum(map(len, content.values()))
            if size > _BATCH_BYTES:
                yield out
                out, size = [], 0
    if out:
        yield out


def _contents(analysis: Analysis, moving: Mapping[int, Ends], trials: Sequence[Trial]) -> Iterator[dict[int, bytes]]:
    """What the units of a page show in each trial copy."""
    order = {word: k for k, word in enumerate(moving)}
    units = {
        unit: [_Switched.of(section, moving, order) for section in sections]
        for unit, sections in slots(analysis, moving).items()
    }
    for trial in trials:
        yield {unit: b"".join(one.shown(trial) for one in sections) for unit, sections in units.items()}


@dataclass(frozen=True, slots=True)
class _Switched:
    """A section of a stream with the lower and the higher text of each slot, its axis and the place of its word."""

    parts: tuple[bytes, ...]
    slots: list[tuple[tuple[bytes, bytes], int, int]]

    @classmethod
    def of(cls, section: Stream, ends: Mapping[int, Ends], order: Mapping[int, int]) -> "_Switched":
        """`order` says which place a word has in a trial."""
        slots = []
        for slot in section.slots:
            low, high = ends[slot.word][slot.axis]
            slots.append(((slot.text(low), slot.text(high)), slot.axis, order[slot.word]))
        return cls(section.parts, slots)

    def shown(self, trial: Trial) -> bytes:
        """What a trial copy has here."""
        out = [b""] * (2 * len(self.slots) + 1)
        out[::2] = self.parts
        out[1::2] = [texts[trial[axis][place]] for texts, axis, place in self.slots]
        return b"".join(out)


def _started(data: bytes, pages: Sequence[int], given: IO[bytes], told: IO[bytes]) -> "subprocess.Popen[bytes] | None":
    """A pdftotext that reads these pages and those between them while we do something else; None without it."""
    program = shutil.which("pdftotext")
    if program is None:
        return None
    given.write(data)
    given.seek(0)
    command = [program, "-enc", "UTF-8", "-f", str(pages[0] + 1), "-l", str(pages[-1] + 1), "-", "-"]
    return subprocess.Popen(command, stdin=given, stdout=told, stderr=subprocess.DEVNULL)


def _told(poppler: "subprocess.Popen[bytes]", pages: Sequence[int], told: IO[bytes]) -> dict[int, str]:
    """What it has read, nothing where it broke off."""
    try:
        code = poppler.wait(_POPPLER_SECONDS)
    except subprocess.TimeoutExpired:
        poppler.kill()
        raise
    told.seek(0)
    texts = told.read().decode("utf-8", "replace").split("\f")
    return {page: texts[page - pages[0]] for page in pages if page - pages[0] < len(texts) - 1} if code == 0 else {}
