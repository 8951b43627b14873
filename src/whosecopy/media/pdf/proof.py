"""Copies must read like their master, character for character, in PDFium and in Poppler where it is installed."""

import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from whosecopy.media.pdf.analysis import Analysis, plate
from whosecopy.media.pdf.parted import parted
from whosecopy.media.pdf.trials import TURNS, Stage
from whosecopy.model.layout import Shift, Word

_POPPLER_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Texts:
    """The text of each page, by each reader."""

    pdfium: dict[int, str]
    poppler: dict[int, str]


def read_texts(data: bytes, pages: Iterable[int], everywhere: bool = True) -> Texts:
    """The text of some pages of a PDF; by PDFium only where not `everywhere`."""
    import pypdfium2

    wanted = sorted(pages)
    document = pypdfium2.PdfDocument(data)
    seen = {number: str(document[number].get_textpage().get_text_range()) for number in wanted}
    return Texts(seen, _poppler(data, wanted) if everywhere else {})


def suspects(
    words: Sequence[Word], text: str, texts: Sequence[str], otherwise: Mapping[int, str], whole_pages: bool
) -> set[int]:
    """The words of the pages that read `otherwise` than the master's, which read `texts`, where they part.

    With `whole_pages` all words of these pages.
    """
    wrong: set[int] = set()
    for page, said in otherwise.items():
        here = {k for k, word in enumerate(words) if word.page == page}
        wrong |= here if whole_pages else parted(words, text, page, texts[page], said)
    return wrong


def proven(analysis: Analysis) -> Analysis:
    """`analysis` with room only where every trial copy reads like the master."""
    everywhere = {one.word.page for one in analysis.found}
    reference = read_texts(analysis.source, everywhere)
    for stage in (Stage(all_axes=False), Stage(all_axes=True)):
        pages = everywhere
        for turn in range(TURNS):
            wrong = _suspects(analysis, list(stage.trials(analysis.layout.words, pages, turn)), reference, pages)
            if not wrong:
                break
            pages = {analysis.found[number].word.page for number in wrong}
            analysis = replace(analysis, found=stage.softened(analysis.found, wrong, turn))
    return analysis


def _suspects(analysis: Analysis, samples: Sequence[Sequence[Shift]], reference: Texts, pages: set[int]) -> set[int]:
    """The words on these pages at which some trial copy reads otherwise."""
    wrong: set[int] = set()
    words = analysis.layout.words
    made = plate(analysis, [shift for sample in samples for shift in sample])
    for sample in samples:
        found = read_texts(made.drawn(sample), pages)
        for ours, theirs in ((reference.pdfium, found.pdfium), (reference.poppler, found.poppler)):
            for page in ours.keys() & theirs.keys():
                if ours[page] != theirs[page]:
                    wrong |= parted(words, analysis.text, page, ours[page], theirs[page])
    return wrong


def _poppler(data: bytes, pages: Sequence[int]) -> dict[int, str]:
    """What pdftotext reads on some pages, nothing where it is not installed or breaks off."""
    program = shutil.which("pdftotext")
    if program is None or not pages:
        return {}
    out: dict[int, str] = {}
    for first, last in _stretches(pages):
        command = [program, "-enc", "UTF-8", "-f", str(first + 1), "-l", str(last + 1), "-", "-"]
        done = subprocess.run(command, input=data, capture_output=True, timeout=_POPPLER_SECONDS, check=False)
        texts = done.stdout.decode("utf-8", "replace").split("\f")
        if done.returncode == 0:
            out.update(zip(range(first, last + 1), texts, strict=False))
    return out


def _stretches(pages: Sequence[int]) -> list[tuple[int, int]]:
    out: list[list[int]] = []
    for page in pages:
        if out and page - out[-1][1] <= 2:
            out[-1][1] = page
        else:
            out.append([page, page])
    return [(one[0], one[1]) for one in out]
