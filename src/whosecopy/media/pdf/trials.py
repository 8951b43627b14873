"""Trial copies of a master, and what words lose at which a trial copy reads otherwise.

What moves a blank or a line end depends on words near each other. So trial copies are made in which neighbours part
and meet as far as any copy can have them, and some by chance; pages that failed once get more of those.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from whosecopy.media.pdf.rewrite import ALONG, UP
from whosecopy.media.pdf.rewrite import GREY as GREY_AXIS
from whosecopy.media.pdf.runs import LEAST_EM
from whosecopy.media.pdf.words import Found
from whosecopy.model.layout import Word

UP_EM, GREY = 0.03, 0.102
"""How far words are raised or lowered, and how light dark grey is, where carriers use that."""
TURNS = 12
"""How often words may lose something until all that is left reads like the master."""
_BY_CHANCE = {False: (1, 6), True: (3, 6)}
"""Trial copies by chance, on all axes or not: of every page, and of those that failed once, in every turn."""
_LINES, _PAGES = 3, TURNS - 2

Ends = Mapping[int, tuple[float, float]]
"""The lower and the higher value that a word has in trial copies, by axis."""
Trial = Mapping[int, Sequence[int]]
"""What a trial copy chooses on each axis for one word after the other: 0 the lower value, 1 the higher."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What is on trial: words moved along their lines only, or on `all_axes`, where rise and colour are lost first."""

    all_axes: bool

    def ends(self, word: Word) -> Ends:
        """What trial copies do to a word."""
        out = {ALONG: (-word.room_em, word.room_em)} if word.room_em > 0 else {}
        if self.all_axes and word.may_rise:
            out[UP] = -UP_EM, UP_EM
        if self.all_axes and word.black:
            out[GREY_AXIS] = 0.0, GREY
        return out

    def trials(self, count: int, page: int, turn: int) -> Iterator[Trial]:
        """Trial copies of the `count` words of a page that can do anything.

        Every other word goes one way, the rest the other; then some by chance, others in every turn.
        """
        chance = random.Random(TURNS * page + turn)  # noqa: S311 - trial copies are no secret
        along = [[k % 2 for k in range(count)], [1 - k % 2 for k in range(count)]]
        along += [chance.choices((0, 1), k=count) for _ in range(_BY_CHANCE[self.all_axes][turn > 0])]
        for number, one in enumerate(along):
            up = one[-number:] + one[:-number]
            yield {ALONG: one, UP: up, GREY_AXIS: [int(a == b) for a, b in zip(one, up, strict=True)]}

    def softened(self, found: Sequence[Found], wrong: Iterable[int], turn: int) -> tuple[Found, ...]:
        """`found` with less freedom at the words `wrong`, and, where these have none left, beside them."""
        out = list(found)
        for number in self._around(found, set(wrong), turn):
            out[number] = replace(found[number], word=self._less(found[number].word, turn))
        return tuple(out)

    def _around(self, found: Sequence[Found], wrong: set[int], turn: int) -> set[int]:
        """Suspects, with more and more words beside those with nothing left to lose; at last all on their pages."""
        pages = {found[number].word.page for number in wrong}
        if turn >= _PAGES:
            return {k for k, one in enumerate(found) if one.word.page in pages}
        spent = [number for number in wrong if not self._yields(found[number].word)]
        reach = (turn - _LINES) // 2
        lines = {found[number].word.line + step for number in spent for step in range(-reach, reach + 1)}
        near = {number + step for number in spent for step in range(-2 * turn, 2 * turn + 1)}
        beside = {k for k, one in enumerate(found) if (k in near or one.word.line in lines) and one.word.page in pages}
        return wrong | beside

    def _yields(self, word: Word) -> bool:
        """Whether a word has something left to lose."""
        return (word.may_rise or word.black) if self.all_axes else word.room_em > 0

    def _less(self, word: Word, turn: int) -> Word:
        """A word loses rise and colour; or it moves as little as is worth a mark along its line, then not at all."""
        if self.all_axes:
            return replace(word, may_rise=False, black=False)
        if word.room_em > LEAST_EM and turn < _PAGES:
            return replace(word, room_em=LEAST_EM)
        return replace(word, room_em=0.0, may_rise=False, black=False)
