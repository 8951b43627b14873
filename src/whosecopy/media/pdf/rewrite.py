"""Content streams with slots: the master's drawing instructions, with room for numbers where words can be moved.

Only show instructions that draw a marked word are written anew. Each word is set back where it ended, so that
nothing after it moves.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from whosecopy.media.pdf.glyphs import Unit
from whosecopy.media.pdf.words import Fragment
from whosecopy.model.layout import Shift

ALONG, UP, GREY = range(3)
SECTION_BYTES = 24_000
"""About how long a section of a content stream is: deflate reaches back 32,768."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A number that word `word` of a copy decides: `base + scale * value` of its shift on `axis`.

    A grey slot is a whole colour instruction, `paint` where the word stays black. `width` characters hold every
    value in use, so that all copies have streams of one length.
    """

    word: int
    axis: int
    scale: float = 0.0
    base: float = 0.0
    paint: bytes = b""
    width: int = 0

    def text(self, value: float) -> bytes:
        """What a shift of `value` (em, or lightness) writes here."""
        if self.axis == GREY:
            return _grey(value, self.paint).ljust(self.width)
        return number(self.base + self.scale * value, 1 if self.axis == ALONG else 3).rjust(self.width)


Values = tuple[float, float, float]
"""What a copy does to a word: along, up, grey."""
REST: Values = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Stream:
    """A section of a content stream, whole instructions: `parts` with a slot between any two of them."""

    parts: tuple[bytes, ...]
    slots: tuple[Slot, ...]

    @property
    def size(self) -> int:
        """How many bytes every copy has."""
        return sum(map(len, self.parts)) + sum(slot.width for slot in self.slots)

    def filled(self, values: Mapping[int, Values]) -> bytes:
        """What a copy has; words that are not in `values` do not move."""
        out = [self.parts[0]]
        for slot, part in zip(self.slots, self.parts[1:], strict=True):
            out += [slot.text(values.get(slot.word, REST)[slot.axis]), part]
        return b"".join(out)


@dataclass(frozen=True, slots=True)
class Marked:
    """A fragment of a word that moves on `axes`; `values` are what its shifts may be on each."""

    word: int
    fragment: Fragment
    values: Mapping[int, Sequence[float]]


def values_of(shifts: Iterable[Shift]) -> dict[int, Values]:
    """What shifts do to each word."""
    return {one.word: (one.along_em, one.up_em, one.grey) for one in shifts}


def value_of(shift: Shift, axis: int) -> float:
    """What a shift says of one axis."""
    return (shift.along_em, shift.up_em, shift.grey)[axis]


def slotted(unit: Unit, marked: Iterable[Marked]) -> tuple[Stream, ...]:
    """A parsed content stream, in sections, with slots for the `marked` fragments, which do not overlap."""
    by_op: dict[int, list[Marked]] = {}
    for one in marked:
        by_op.setdefault(one.fragment.op, []).append(one)
    sections: list[Stream] = []
    pieces: list[Stream] = []
    size = at = 0
    for op in [*sorted(by_op), len(unit.instructions)]:
        shared = unit.written(at, op)
        pieces += [Stream((shared,), ()), *([_rewritten(unit, op, by_op[op])] if op in by_op else [])]
        size += len(shared) + (pieces[-1].size if op in by_op else 0)
        at = op + 1
        if size >= SECTION_BYTES:
            sections.append(_joined(pieces))
            pieces, size = [], 0
    return (*sections, _joined(pieces))


def _rewritten(unit: Unit, op: int, marked: list[Marked]) -> Stream:
    """A show instruction with slots; trial copies ask for most of them many times."""
    known = unit.rewritten.get(op)
    if known is None or known[0] != marked:
        ordered = sorted(marked, key=lambda one: one.fragment.first)
        known = unit.rewritten[op] = marked, _stream([*_show(unit.instructions[op], ordered), b"\n"])
    return known[1]


def _joined(pieces: Iterable[Stream]) -> Stream:
    """One stream after the other."""
    parts: list[list[bytes]] = [[]]
    slots: list[Slot] = []
    for one in pieces:
        first, *more = one.parts
        parts[-1].append(first)
        parts += [[part] for part in more]
        slots += one.slots
    return Stream(tuple(map(b"".join, parts)), tuple(slots))


def _stream(tokens: Iterable[bytes | Slot]) -> Stream:
    parts: list[list[bytes]] = [[]]
    slots = []
    for token in tokens:
        if isinstance(token, Slot):
            slots.append(token)
            parts.append([])
        else:
            parts[-1].append(token)
    return Stream(tuple(map(b"".join, parts)), tuple(slots))


def _show(instruction: Any, marked: Sequence[Marked]) -> Iterator[bytes | Slot]:
    """A show instruction written anew, word by word."""
    import pikepdf

    operator, operands = str(instruction.operator), list(instruction.operands)
    if operator == '"':
        yield number(float(operands[0]), 6) + b" Tw " + number(float(operands[1]), 6) + b" Tc "
    if operator in ("'", '"'):
        yield b"T* "
    elements = list(operands[0]) if operator == "TJ" else [operands[-1]]
    writer = _Array()
    events = [(one.fragment.first, True, one) for one in marked] + [(one.fragment.last, False, one) for one in marked]
    events.sort(key=lambda event: (event[0], event[1]))
    for place, element in enumerate(elements):
        if not isinstance(element, pikepdf.String):
            writer.add(number(float(element), 6))
            continue
        text, at = bytes(element), 0
        for (_, cut), opens, one in (event for event in events if event[0][0] == place):
            writer.string(text[at:cut])
            at = cut
            writer.open(one) if opens else writer.close(one)
        writer.string(text[at:])
    yield from writer.done()


class _Array:
    """Builds TJ arrays, broken where a word changes rise or colour."""

    def __init__(self) -> None:
        self._out: list[bytes | Slot] = []
        self._held: list[bytes | Slot] = []
        self._after_number = False
        self._due: dict[int, bytes] = {}

    def add(self, token: bytes | Slot) -> None:
        """Another number of the array."""
        self._held += [b" ", token] if self._after_number else [token]
        self._after_number = True

    def string(self, text: bytes) -> None:
        """A string element, none where it is empty."""
        if text:
            self._settle(())
            self._held.append(literal(text))
            self._after_number = False

    def open(self, one: Marked) -> None:
        """The word begins here."""
        fragment = one.fragment
        self._settle(one.values)
        if GREY in one.values:
            self._flush(sized(Slot(one.word, GREY, paint=fragment.paint), one.values[GREY]), b" ")
        if UP in one.values:
            self._flush(sized(Slot(one.word, UP, fragment.lift, fragment.rise), one.values[UP]), b" Ts ")
        if ALONG in one.values:
            self.add(sized(Slot(one.word, ALONG, fragment.kern), one.values[ALONG]))

    def close(self, one: Marked) -> None:
        """The word ends here: back to where the pen would be, to the rise and the colour before."""
        fragment = one.fragment
        if ALONG in one.values:
            self.add(sized(Slot(one.word, ALONG, -fragment.kern), one.values[ALONG]))
        if UP in one.values:
            self._due[UP] = number(fragment.rise, 6) + b" Ts "
        if GREY in one.values:
            self._due[GREY] = fragment.paint + b" "

    def done(self) -> list[bytes | Slot]:
        """All that was written."""
        self._settle(())
        self._flush()
        return self._out

    def _settle(self, axes: Container[int]) -> None:
        """Back to what was before the last word, but for `axes` that the next one sets at once."""
        due = [back for axis, back in self._due.items() if axis not in axes]
        self._due = {}
        if due:
            self._flush(*due)

    def _flush(self, *after: bytes | Slot) -> None:
        if self._held:
            self._out += [b"[", *self._held, b"]TJ "]
            self._held, self._after_number = [], False
        self._out += after


def sized(slot: Slot, values: Sequence[float]) -> Slot:
    """`slot` wide enough for all `values`, and for none."""
    width = max([len(slot.text(0.0)), *(len(slot.text(value)) for value in values)])
    return Slot(slot.word, slot.axis, slot.scale, slot.base, slot.paint, width)


def _grey(value: float, paint: bytes) -> bytes:
    return number(value, 3) + b" g" if value else paint


@lru_cache(maxsize=65_536)
def number(value: float, places: int) -> bytes:
    """A PDF number with at most `places` decimals.

    >>> number(-45.04, 1), number(0.3, 3), number(-0.0001, 3)
    (b'-45', b'0.3', b'0')
    """
    text = f"{value:.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return b"0" if text in ("-0", "") else text.encode()


def literal(text: bytes) -> bytes:
    r"""A PDF string.

    >>> literal(b"a(b)\\"), literal(b"\x00\x01\x02\x03")
    (b'(a\\(b\\)\\\\)', b'<00010203>')
    """
    if any(byte < 32 or byte > 126 for byte in text):
        return b"<" + text.hex().encode() + b">"
    return b"(" + text.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") + b")"
