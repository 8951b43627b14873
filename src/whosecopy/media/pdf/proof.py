"""Copies must read like their master, character for character, in PDFium and in Poppler where it is installed.

What moves a blank or a line end depends on neighbouring words only. So trial copies are made in which
neighbours part and meet as far as any copy can have them, and words at which the text changes are moved less,
then not at all.
"""

import random
import shutil
import subprocess
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from whosecopy.media.pdf.analysis import Analysis, plate
from whosecopy.media.pdf.parted import parted
from whosecopy.media.pdf.words import LEAST_EM, Found
from whosecopy.model.layout import Shift, Word

UP_EM, GREY = 0.03, 0.102
"""How far words are raised or lowered, and how light dark grey is, where carriers use that."""
_ROUNDS, _EXACT = 8, 3
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


def suspects(words: Sequence[Word], text: str, texts: Sequence[str], copy: bytes, whole_pages: bool) -> set[int]:
    """The words at which PDFium reads a copy otherwise than the master, whose pages read `texts`.

    With `whole_pages` all words of the pages that differ.
    """
    found = read_texts(copy, range(len(texts)), everywhere=False).pdfium
    pages = [page for page, wanted in enumerate(texts) if found.get(page) != wanted]
    wrong: set[int] = set()
    for page in pages:
        here = {k for k, word in enumerate(words) if word.page == page}
        wrong |= here if whole_pages else parted(words, text, page, texts[page], found.get(page, ""))
    return wrong


def proven(analysis: Analysis) -> Analysis:
    """`analysis` with room only where every trial copy reads like the master."""
    for stage in (_Stage(all_axes=False), _Stage(all_axes=True)):
        analysis = _settled(analysis, stage)
    return analysis


def _settled(analysis: Analysis, stage: "_Stage") -> Analysis:
    pages = {one.word.page for one in analysis.found}
    reference = read_texts(analysis.source, pages)
    for turn in range(_ROUNDS):
        wrong = _suspects(analysis, stage, reference, pages)
        if not wrong:
            break
        pages = {analysis.found[number].word.page for number in wrong}
        analysis = stage.softened(analysis, _widened(analysis, wrong, stage, turn), last=turn == _ROUNDS - 1)
    return analysis


def _suspects(analysis: Analysis, stage: "_Stage", reference: Texts, pages: set[int]) -> set[int]:
    """The words on these pages at which some trial copy reads otherwise."""
    wrong: set[int] = set()
    words = [one.word for one in analysis.found]
    trials = list(stage.trials(words, pages))
    made = plate(analysis, [shift for trial in trials for shift in trial])
    for trial in trials:
        found = read_texts(made.drawn(trial), pages)
        for ours, theirs in ((reference.pdfium, found.pdfium), (reference.poppler, found.poppler)):
            for page in ours.keys() & theirs.keys():
                if ours[page] != theirs[page]:
                    wrong |= parted(words, analysis.text, page, ours[page], theirs[page])
    return wrong


def _widened(analysis: Analysis, words: set[int], stage: "_Stage", turn: int) -> set[int]:
    """Suspects and, where they have nothing left to lose, more and more of what stands around them."""
    if turn == _ROUNDS - 1:
        pages = {analysis.found[number].word.page for number in words}
        return {k for k, one in enumerate(analysis.found) if one.word.page in pages}
    if turn < _EXACT:
        spent = {number for number in words if not stage.yields(analysis.found[number].word)}
        beside = {number + step for number in spent for step in range(-2 * turn, 2 * turn + 1)}
        return words | (beside & set(range(len(analysis.found))))
    reach = turn - _EXACT
    lines = {analysis.found[number].word.line + step for number in words for step in range(-reach, reach + 1)}
    return {k for k, one in enumerate(analysis.found) if one.word.line in lines}


class _Stage:
    """What trial copies there are, and what words lose at which they read otherwise."""

    def __init__(self, all_axes: bool) -> None:
        self._all_axes = all_axes

    def trials(self, words: Sequence[Word], pages: Container[int]) -> Iterator[list[Shift]]:
        """Every other word of these pages one way and the rest the other way, the reverse, and by chance."""
        chance = random.Random(1)  # noqa: S311 - trial copies are no secret
        moving = [k for k, word in enumerate(words) if word.page in pages and self._moves(word)]
        signs = [[1 - 2 * (k % 2) for k in range(len(moving))], [2 * (k % 2) - 1 for k in range(len(moving))]]
        signs.append([chance.choice((-1, 1)) for _ in moving])
        for number, one in enumerate(signs):
            other = one[-number:] + one[:-number]
            yield [self._shift(word, words[word], one[k], other[k]) for k, word in enumerate(moving)]

    def softened(self, analysis: Analysis, words: set[int], last: bool) -> Analysis:
        """A word moves as little as is worth a mark; then rise and colour go where they are on trial, else it stays."""
        found = list(analysis.found)
        for number in words:
            found[number] = Found(self._less(found[number].word, last), found[number].fragments)
        return replace(analysis, found=tuple(found))

    def yields(self, word: Word) -> bool:
        """Whether a word has something left to lose."""
        return (word.may_rise or word.black) if self._all_axes else word.room_em > 0

    def _less(self, word: Word, last: bool) -> Word:
        if word.room_em > LEAST_EM and self.yields(word) and not last:
            return replace(word, room_em=LEAST_EM)
        if self._all_axes:
            return replace(word, may_rise=False, black=False)
        return replace(word, room_em=0.0, may_rise=False, black=False)

    def _moves(self, word: Word) -> bool:
        return word.room_em > 0 or (self._all_axes and (word.may_rise or word.black))

    def _shift(self, number: int, word: Word, along: int, up: int) -> Shift:
        if not self._all_axes:
            return Shift(number, along * word.room_em)
        grey = GREY if word.black and along == up else 0.0
        return Shift(number, along * word.room_em, up * UP_EM if word.may_rise else 0.0, grey)


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
