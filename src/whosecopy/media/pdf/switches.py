"""A content stream for all copies at once: its slots as switches, and lists of what switches often show.

A list is a comment in the content stream from which deflate copies, whatever a copy shows. All copies have the
same lists.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from whosecopy.media.pdf.deflate import MOST_CHOICES, Switch
from whosecopy.media.pdf.repeats import LONGEST_COPY, SHORTEST_COPY
from whosecopy.media.pdf.rewrite import REST, Stream, Values

Choice = tuple[int, int]
"""The number of a word and an axis: what one copy has otherwise than another."""
_MOST_LISTED = 8192
_COPY_BITS, _LETTER_BITS, _PIECE_BITS, _LISTED_BITS = 17.0, 3.5, 8.0, 30.0
"""About what it takes to copy from a list, to show a literal, what stands between two literals, a text in a list."""
_Piece = tuple[tuple[bytes, bytes], int]
"""What stands at a place by the value of a choice, and which of a switch's choices that is."""


@dataclass(slots=True)
class _Open:
    """A switch in the making: slots of one word with what stands between them."""

    word: int
    pieces: list[_Piece]
    choices: list[int]

    def add(self, low: bytes, high: bytes, choice: int) -> None:
        """Another slot."""
        if choice not in self.choices:
            self.choices.append(choice)
        self.pieces.append(((low, high), self.choices.index(choice)))

    def takes(self, word: int, between: bytes, choice: int) -> bool:
        """Whether a slot after `between` belongs to it; where text is shown it does not."""
        room = choice in self.choices or len(self.choices) < MOST_CHOICES
        return word == self.word and room and not any(sign in between for sign in (b"(", b"<", b"\n"))

    def texts(self) -> tuple[bytes, ...]:
        """What it shows, by the values of its choices."""
        return tuple(
            b"".join(piece[number >> choice & 1] for piece, choice in self.pieces)
            for number in range(1 << len(self.choices))
        )


def switched(
    sections: Sequence[Stream], low: Mapping[int, Values], high: Mapping[int, Values], choices: Mapping[Choice, int]
) -> list[bytes | Switch]:
    """The content stream made of `sections`, in which words stand as in `low`, or in `high` where a choice says so.

    `choices` numbers all choices that are left open; elsewhere `low` holds.
    """
    out: list[bytes | Switch] = []
    at = 0
    for section in sections:
        pieces = _pieces(section, low, high, choices)
        shown = [b"" if isinstance(one, bytes) else one.texts() for one in pieces]
        comment, listed = _lists(Counter(one for one in shown if isinstance(one, tuple)), at)
        out.append(comment)
        at += len(comment)
        for one, texts in zip(pieces, shown, strict=True):
            if isinstance(one, _Open) and isinstance(texts, tuple):
                out.append(Switch(texts, tuple(one.choices), listed.get(texts, -1)))
                at += len(texts[0])
            elif isinstance(one, bytes):
                out.append(one)
                at += len(one)
    return out


def _pieces(
    section: Stream, low: Mapping[int, Values], high: Mapping[int, Values], choices: Mapping[Choice, int]
) -> list[bytes | _Open]:
    """A section as what all copies share and switches, in turn."""
    out: list[bytes | _Open] = []
    static = [section.parts[0]]
    last = _Open(-1, [], [])
    for slot, after in zip(section.slots, section.parts[1:], strict=True):
        one = slot.text(low.get(slot.word, REST)[slot.axis])
        choice = choices.get((slot.word, slot.axis))
        other = one if choice is None else slot.text(high.get(slot.word, REST)[slot.axis])
        if choice is None or one == other:
            static += [one, after]
            continue
        between = b"".join(static)
        if out and last.takes(slot.word, between, choice):
            last.pieces.append(((between, between), 0))
        else:
            last = _Open(slot.word, [], [])
            out += [between, last]
        last.add(one, other, choice)
        static = [after]
    return [*out, b"".join(static)]


def _lists(shown: Mapping[tuple[bytes, ...], int], at: int) -> tuple[bytes, dict[tuple[bytes, ...], int]]:
    """A comment that begins at `at` with the texts of switches for which that is worth it, and where they stand."""
    comment, listed = [b"%"], {}
    place, room = at + 1, _MOST_LISTED
    for texts, count in sorted(shown.items(), key=lambda one: (-one[1], one[0])):
        size = len(texts) * len(texts[0])
        if size <= room and _worth(texts, count):
            listed[texts] = place
            comment += texts
            place += size
            room -= size
    return (b"".join([*comment, b"\n"]) if listed else b""), listed


def _worth(texts: Sequence[bytes], count: int) -> bool:
    """Whether a list saves more than it takes."""
    if not SHORTEST_COPY <= len(texts[0]) <= LONGEST_COPY or any(
        end in text for text in texts for end in (b"\n", b"\r")
    ):
        return False
    bits, between = 0.0, False
    for shown in zip(*texts, strict=True):
        differs = len(set(shown)) > 1
        bits += _LETTER_BITS if differs else 0.0 if between else _PIECE_BITS
        between = not differs
    return count * (bits - _COPY_BITS) > len(texts) * _LISTED_BITS
