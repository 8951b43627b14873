"""Trial copies of a master, and what words lose at which a trial copy reads otherwise.

What moves a blank or a line end depends on words near each other. So trial copies are made in which neighbours part
and meet as far as any copy can have them, and some by chance; pages that failed once get more of those.
"""

import random
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from whosecopy.media.pdf.words import LEAST_EM, Found
from whosecopy.model.layout import Shift, Word

UP_EM, GREY = 0.03, 0.102
"""How far words are raised or lowered, and how light dark grey is, where carriers use that."""
TURNS = 12
"""How often words may lose something until all that is left reads like the master."""
_BY_CHANCE = {False: (1, 6), True: (3, 6)}
"""Trial copies by chance, on all axes or not: of every page, and of those that failed once, in every turn."""
_LINES, _PAGES = 3, TURNS - 2


@dataclass(frozen=True, slots=True)
class Stage:
    """What is on trial: words moved along their lines only, or on `all_axes`, where rise and colour are lost first."""

    all_axes: bool

    def trials(self, words: Sequence[Word], pages: Container[int], turn: int) -> Iterator[list[Shift]]:
        """The shifts of trial copies: every other word of `pages` one way, the rest the other; and by chance."""
        chance = random.Random(turn)  # noqa: S311 - trial copies are no secret
        moving = [k for k, word in enumerate(words) if word.page in pages and (word.room_em > 0 or self._yields(word))]
        signs = [[1 - 2 * (k % 2) for k in range(len(moving))], [2 * (k % 2) - 1 for k in range(len(moving))]]
        signs += [[chance.choice((-1, 1)) for _ in moving] for _ in range(_BY_CHANCE[self.all_axes][turn > 0])]
        for number, along in enumerate(signs):
            up = along[-number:] + along[:-number]
            yield [self._shift(word, words[word], along[k], up[k]) for k, word in enumerate(moving)]

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
        """A word moves as little as is worth a mark; then it loses rise and colour; or, along its line, all."""
        if word.room_em > LEAST_EM and self._yields(word) and turn < _PAGES:
            return replace(word, room_em=LEAST_EM)
        room = word.room_em if self.all_axes else 0.0
        return replace(word, room_em=room, may_rise=False, black=False)

    def _shift(self, number: int, word: Word, along: int, up: int) -> Shift:
        if not self.all_axes:
            return Shift(number, along * word.room_em)
        grey = GREY if word.black and along == up else 0.0
        return Shift(number, along * word.room_em, up * UP_EM if word.may_rise else 0.0, grey)
