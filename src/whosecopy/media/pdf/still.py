"""Pixels beside marked words stay as they are: what would change them loses its marks.

Where a copy is drawn, letters of words that carry no mark must be those of the master, pixel for pixel.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, groupby, pairwise

from whosecopy.media.pdf.letters import Letter, Place
from whosecopy.media.pdf.snapping import DPI, Stop, snapped
from whosecopy.media.pdf.ties import fitted, tied
from whosecopy.media.pdf.words import Found
from whosecopy.model.layout import Word

_PASSES, _MOST_PUSHED = 20, 40
_Owned = list[tuple[Letter, int]]
"""Letters, each with the number of its word, -1 for none."""


def stilled(found: Sequence[Found], letters: Sequence[Letter]) -> tuple[Found, ...]:
    """`found` with marks only where letters without marks stay on their pixels."""
    out = [one.word for one in found]
    owned = _owned(found, letters)
    runs = [list(run) for _, run in groupby(owned, lambda one: (one[0].unit, one[0].place[0]))]
    chains = [list(chain) for _, chain in groupby(owned, lambda one: (one[0].unit, one[0].chain))]
    for _ in range(_PASSES):
        before = list(out)
        for chain in chains:
            _untie(out, chain)
        for run in runs:
            _settle(out, run)
        if out == before:
            break
    return tuple(replace(one, word=word) for one, word in zip(found, out, strict=True))


def _owned(found: Sequence[Found], letters: Sequence[Letter]) -> _Owned:
    """Letters in the order in which they are drawn, stream by stream."""
    rows: dict[int, list[tuple[Place, Place, int]]] = {}
    for number, one in enumerate(found):
        for part in one.fragments:
            rows.setdefault(part.unit, []).append(((part.op, *part.first), (part.op, *part.last), number))
    for row in rows.values():
        row.sort()
    starts = {unit: [start for start, _, _ in row] for unit, row in rows.items()}
    return [
        (letter, _owner(letter.place, rows.get(letter.unit, []), starts.get(letter.unit, [])))
        for letter in sorted(letters, key=lambda one: (one.unit, one.place))
    ]


def _owner(place: Place, rows: Sequence[tuple[Place, Place, int]], starts: Sequence[Place]) -> int:
    at = bisect_right(starts, place) - 1
    return rows[at][2] if at >= 0 and place < rows[at][1] else -1


def _marked(words: Sequence[Word], number: int) -> bool:
    return number >= 0 and (words[number].room_em > 0 or _splits(words, number))


def _splits(words: Sequence[Word], number: int) -> bool:
    """Whether a word begins a run of its own, as rise and colour do."""
    return number >= 0 and (words[number].may_rise or words[number].black)


def _untie(words: list[Word], chain: _Owned) -> None:
    """Take their marks from all words before a letter on a tie, looking from the last letter to the first."""
    seen = [-1]
    for _, number in chain:
        seen.append(number if number != seen[-1] and _marked(words, number) else seen[-1])
    before = list(accumulate((one != other for one, other in pairwise(seen)), initial=0))
    moves = runs = False
    for (letter, number), earlier in zip(reversed(chain), reversed(before[:-1]), strict=True):
        if number >= 0 and (moves or runs):
            word = words[number]
            room, rises, black = 0.0 if moves else word.room_em, word.may_rise and not runs, word.black and not runs
            words[number] = replace(word, room_em=room, may_rise=rises, black=black)
        if letter.ink and earlier and not _marked(words, number):
            at_moves, at_runs = tied(letter, earlier)
            moves, runs = moves or at_moves, runs or at_runs


def _settle(words: list[Word], run: _Owned) -> None:
    """Take their marks from words that push letters without marks, one by one; where that has no end, from all."""
    for _ in range(_MOST_PUSHED):
        number = _pushing(words, run)
        if number < 0:
            return
        words[number] = _plain(words[number])
    for _, number in run:
        if number >= 0:
            words[number] = _plain(words[number])


def _plain(word: Word) -> Word:
    return replace(word, room_em=0.0, may_rise=False, black=False)


def _pushing(words: Sequence[Word], run: _Owned) -> int:
    """A word whose mark pushes a letter without mark to another pixel in PDFium's grey mode; -1 where there is none."""
    still = [k for k, (letter, number) in enumerate(run) if letter.ink and not _marked(words, number)]
    moving = [k for k, (_, number) in enumerate(run) if _marked(words, number)]
    if not still or not moving:
        return -1
    master = snapped([Stop(_at_px(letter)) for letter, _ in run])
    wrong = -1
    for parts in ([run], _parts(words, run)):
        drawn = [pixels for part in parts for pixels in snapped([_stop(words, *one) for one in part])]
        wrong = max([wrong, *(k for k in still if drawn[k] != master[k])])
    if wrong < 0:
        return -1
    return run[min((k for k in moving if k > wrong), default=moving[-1])][1]


def _parts(words: Sequence[Word], run: _Owned) -> list[_Owned]:
    """The runs that a copy has in place of one: each word that splits is one, and so is what lies between two."""
    parts: list[_Owned] = []
    for one in run:
        last = parts[-1][-1][1] if parts else -1
        together = one[1] == last or not (_splits(words, last) or _splits(words, one[1]))
        if parts and together:
            parts[-1].append(one)
        else:
            parts.append([one])
    return parts


def _stop(words: Sequence[Word], letter: Letter, number: int) -> Stop:
    if number < 0 or not words[number].room_em:
        return Stop(_at_px(letter))
    return Stop(_at_px(letter), number, words[number].room_em * words[number].size_pt * fitted(letter.page_pt, DPI))


def _at_px(letter: Letter) -> float:
    return letter.pdfium_pt * fitted(letter.page_pt, DPI)
