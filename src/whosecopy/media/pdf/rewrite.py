"""Content streams with slots: the master's drawing instructions, with room for numbers where words can be moved.

Only show instructions that draw a marked word are written anew. Each word is set back where it ended, so that
nothing after it moves.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from whosecopy.media.pdf.glyphs import Unit
from whosecopy.media.pdf.words import Fragment
from whosecopy.model.layout import Shift

ALONG, UP, GREY = range(3)


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
        return number(self.base + self.scale * value, 1 if self.axis == ALONG else 3).ljust(self.width)


@dataclass(frozen=True, slots=True)
class Stream:
    """One content stream: `parts` with a slot between any two of them."""

    parts: tuple[bytes, ...]
    slots: tuple[Slot, ...]


Values = tuple[float, float, float]
"""What a copy does to a word: along, up, grey."""
REST: Values = (0.0, 0.0, 0.0)


class Filler:
    """Fills the slots of one stream for one copy after the other; what stands at a word is made once for its values."""

    def __init__(self, stream: Stream) -> None:
        self._words: list[tuple[int, list[Slot], list[bytes], dict[Values, bytes]]] = []
        self._out = [stream.parts[0]]
        for slot, part in zip(stream.slots, stream.parts[1:], strict=True):
            if self._words and self._words[-1][0] == slot.word:
                _, slots, between, _ = self._words[-1]
                slots.append(slot)
                between.append(self._out[-1])
                self._out[-1] = part
            else:
                self._words.append((slot.word, [slot], [], {}))
                self._out += [b"", part]

    def filled(self, values: Mapping[int, Values]) -> bytes:
        """The stream of a copy; words that are not in `values` do not move."""
        out = self._out
        for at, (word, slots, between, said) in enumerate(self._words):
            chosen = values.get(word, REST)
            if chosen not in said:
                texts = [slot.text(chosen[slot.axis]) for slot in slots]
                said[chosen] = b"".join(piece for pair in zip(texts, [*between, b""], strict=True) for piece in pair)
            out[2 * at + 1] = said[chosen]
        return b"".join(out)


@dataclass(frozen=True, slots=True)
class Marked:
    """A fragment of a word that moves on `axes`; `values` are what its shifts may be on each."""

    word: int
    fragment: Fragment
    values: Mapping[int, Sequence[float]]


def value_of(shift: Shift, axis: int) -> float:
    """What a shift says of one axis."""
    return (shift.along_em, shift.up_em, shift.grey)[axis]


def slotted(unit: Unit, marked: Iterable[Marked]) -> Stream:
    """A parsed content stream as a `Stream` with slots for the `marked` fragments, which do not overlap."""
    by_op: dict[int, list[Marked]] = {}
    for one in marked:
        by_op.setdefault(one.fragment.op, []).append(one)
    tokens: list[bytes | Slot] = []
    for op, instruction in enumerate(unit.instructions):
        if op in by_op:
            tokens += _show(instruction, sorted(by_op[op], key=lambda one: one.fragment.first))
        else:
            tokens.append(unit.written(op))
    return _stream(tokens)


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

    def add(self, token: bytes | Slot) -> None:
        """Another element of the array."""
        self._held += [token, b" "]

    def string(self, text: bytes) -> None:
        """A string element, none where it is empty."""
        if text:
            self._held.append(literal(text))

    def open(self, one: Marked) -> None:
        """The word begins here."""
        fragment = one.fragment
        if GREY in one.values:
            self._flush(sized(Slot(one.word, GREY, paint=fragment.paint), one.values[GREY]), b"\n")
        if UP in one.values:
            self._flush(sized(Slot(one.word, UP, fragment.lift, fragment.rise), one.values[UP]), b" Ts\n")
        if ALONG in one.values:
            self.add(sized(Slot(one.word, ALONG, fragment.kern), one.values[ALONG]))

    def close(self, one: Marked) -> None:
        """The word ends here: back to where the pen would be, to the rise and the colour before."""
        fragment = one.fragment
        if ALONG in one.values:
            self.add(sized(Slot(one.word, ALONG, -fragment.kern), one.values[ALONG]))
        if UP in one.values:
            self._flush(number(fragment.rise, 6), b" Ts\n")
        if GREY in one.values:
            self._flush(fragment.paint, b"\n")

    def done(self) -> list[bytes | Slot]:
        """All that was written."""
        self._flush()
        return self._out

    def _flush(self, *after: bytes | Slot) -> None:
        if self._held:
            self._out += [b"[", *self._held, b"]TJ\n"]
            self._held = []
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
