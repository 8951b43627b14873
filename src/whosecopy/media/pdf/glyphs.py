"""A content-stream interpreter: where every glyph of a page stands, and in which bytes of which stream.

Only what moves text is interpreted. Glyphs whose place cannot be told exactly are left out; what the
renderers make of the same page decides in `words` whether a place may be trusted.
Source: ISO 32000-2, sections 8.4, 8.10 and 9.
"""

import math
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from whosecopy.errors import InputError
from whosecopy.media.pdf.fonts import Font, read_font

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_MOST_STEPS = 3_000_000
_MOST_GLYPHS = 200_000
_DEEPEST = 12
_BROKEN = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class Glyph(NamedTuple):
    """One glyph: bytes `at:at + size` of element `element` of instruction `op` of stream `unit`.

    `x, y` is its origin, `ax, ay` one em of advance, `ux, uy` one unit of text rise, all in the user space of
    the page; `em` the font size, `rise` the rise in force, `width` its advance in em. `paint` is the code that
    sets the colour in force where that is black, else empty; `visible` is false for clipped or hidden text. The pen
    has come here since instruction `chain`; programs that know widths in whole thousandths of an em have it `lag` em
    farther. Glyphs of one `shape` are one code of one font.
    """

    unit: int
    op: int
    element: int
    at: int
    size: int
    x: float
    y: float
    ax: float
    ay: float
    ux: float
    uy: float
    em: float
    rise: float
    width: float
    paint: bytes
    visible: bool
    chain: int = 0
    lag: float = 0.0
    shape: tuple[int, int] = (0, 0)


@dataclass(eq=False)
class Unit:
    """A content stream, parsed: of page `page` (from 0), or of the form XObject numbered `form`; drawn `uses` times.

    Unit `drawn_in` is the one that draws a form first; `rewritten` keeps what `rewrite` made of an instruction.
    """

    page: int
    form: tuple[int, int] | None
    instructions: Sequence[Any]
    uses: int = 0
    drawn_in: int = -1
    rewritten: dict[int, Any] = field(default_factory=dict)
    _written: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def written(self, first: int, end: int) -> bytes:
        """Instructions `first` up to `end` as they are written in a content stream."""
        import pikepdf

        if first < end and (first, end) not in self._written:
            self._written[first, end] = pikepdf.unparse_content_stream(self.instructions[first:end]) + b"\n"
        return self._written.get((first, end), b"")


@dataclass
class _State:
    """The part of the graphics state that moves or paints text."""

    ctm: Matrix = IDENTITY
    font: Font | None = None
    size: float = 0.0
    spacing: float = 0.0
    word_spacing: float = 0.0
    stretch: float = 1.0
    leading: float = 0.0
    rise: float = 0.0
    mode: int = 0
    space: bytes = b""
    paint: bytes = b"0 g"


def multiply(one: Matrix, other: Matrix) -> Matrix:
    """The matrix that does `one`, then `other`."""
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


@dataclass(eq=False)
class Interpreter:
    """Walks pages of one file; `units` are the streams met so far, form XObjects once."""

    units: list[Unit] = field(default_factory=list)
    steps: int = 0
    _forms: dict[Any, int] = field(default_factory=dict)
    _fonts: dict[Any, Font | None] = field(default_factory=dict)

    def page(self, page: Any, number: int) -> list[Glyph]:
        """The glyphs of a `pikepdf.Page` in drawing order, forms included.

        Raises `InputError` for pages that take millions of steps, `pikepdf.PdfError` for damaged streams.
        """
        import pikepdf

        self.units.append(Unit(number, None, _limited(pikepdf.parse_content_stream(page)), 1))
        walk = _Walk(self, len(self.units) - 1, page.obj.get("/Resources", None) or page.resources, _State(), [], 0)
        walk.run()
        return walk.glyphs

    def form(self, form: Any, drawn_in: int) -> int:
        """The unit of a form XObject that unit `drawn_in` draws."""
        import pikepdf

        key = form.objgen
        if key not in self._forms:
            self._forms[key] = len(self.units)
            page = self.units[drawn_in].page
            self.units.append(Unit(page, key, _limited(pikepdf.parse_content_stream(form)), drawn_in=drawn_in))
        self.units[self._forms[key]].uses += 1
        return self._forms[key]

    def font(self, font: Any) -> Font | None:
        """The widths of a font, looked up once."""
        key = font.objgen if font.is_indirect else font.unparse()
        if key not in self._fonts:
            try:
                self._fonts[key] = read_font(font)
            except (KeyError, TypeError, ValueError, IndexError):
                self._fonts[key] = None
        return self._fonts[key]


def _limited(instructions: Sequence[Any]) -> Sequence[Any]:
    if len(instructions) > _MOST_STEPS:
        raise InputError("a page of the PDF has millions of drawing steps; print it to PDF again")
    return instructions


class _Walk:
    """One run through one stream; forms are walked with the state in force where they are drawn."""

    def __init__(
        self, whole: Interpreter, unit: int, resources: Any, state: _State, glyphs: list[Glyph], depth: int
    ) -> None:
        self.glyphs = glyphs
        self._whole = whole
        self._unit = unit
        self._resources = resources
        self._state = state
        self._stack: list[_State] = []
        self._text: Matrix | None = None
        self._line: Matrix | None = None
        self._depth = depth
        self._op = 0
        self._chain, self._lag = 0, 0.0
        self._do: dict[str, Callable[[Sequence[Any]], None]] = {
            "q": self._save, "Q": self._restore, "cm": self._concatenate, "Do": self._draw, "gs": self._graphics,
            "BT": self._begin, "ET": self._end, "Tf": self._font, "Td": self._move, "TD": self._move_leading,
            "Tm": self._matrix, "T*": self._next, "Tj": self._show, "'": self._next_show, '"': self._spaced_show,
            "TJ": self._show_array, "cs": self._space, "sc": self._colour, "scn": self._colour,
        }  # fmt: skip

    def run(self) -> None:
        """Walk to the end of the stream."""
        import pikepdf

        for number, step in enumerate(self._whole.units[self._unit].instructions):
            self._op = number
            if isinstance(step, pikepdf.ContentStreamInlineImage):
                continue
            try:
                self._step(str(step.operator), step.operands)
            except _BROKEN:
                self._text = None
        self._whole.steps += self._op
        if self._whole.steps > _MOST_STEPS:
            raise InputError("the PDF has millions of drawing steps; seal it in parts")
        if len(self.glyphs) > _MOST_GLYPHS:
            raise InputError(f"a page of the PDF has over {_MOST_GLYPHS} letters; split it")

    def _step(self, operator: str, operands: Sequence[Any]) -> None:
        if operator in _SETTERS:
            attribute, factor = _SETTERS[operator]
            setattr(self._state, attribute, float(operands[0]) * factor)
        elif operator in ("g", "rg", "k"):
            self._device(operator, operands)
        elif operator in self._do:
            self._do[operator](operands)

    def _save(self, _: Sequence[Any]) -> None:
        self._stack.append(copy(self._state))

    def _restore(self, _: Sequence[Any]) -> None:
        if self._stack:
            self._state = self._stack.pop()

    def _concatenate(self, operands: Sequence[Any]) -> None:
        self._state.ctm = multiply(_matrix(operands), self._state.ctm)

    def _begin(self, _: Sequence[Any]) -> None:
        self._line = IDENTITY
        self._anchor()

    def _end(self, _: Sequence[Any]) -> None:
        self._text = self._line = None

    def _font(self, operands: Sequence[Any]) -> None:
        fonts = self._resources.get("/Font", {})
        name = str(operands[0])
        self._state.font = self._whole.font(fonts[name]) if name in fonts else None
        self._state.size = float(operands[1])

    def _graphics(self, operands: Sequence[Any]) -> None:
        states = self._resources.get("/ExtGState", {})
        if "/Font" in states.get(str(operands[0]), {}):
            self._state.font = None

    def _move(self, operands: Sequence[Any]) -> None:
        if self._line is not None:
            self._line = multiply((1.0, 0.0, 0.0, 1.0, float(operands[0]), float(operands[1])), self._line)
        self._anchor()

    def _move_leading(self, operands: Sequence[Any]) -> None:
        self._state.leading = -float(operands[1])
        self._move(operands)

    def _matrix(self, operands: Sequence[Any]) -> None:
        if self._line is not None:
            self._line = _matrix(operands)
        self._anchor()

    def _anchor(self) -> None:
        """The pen goes to where the line begins."""
        self._text = self._line
        self._chain, self._lag = self._op, 0.0

    def _next(self, _: Sequence[Any]) -> None:
        self._move((0.0, -self._state.leading))

    def _next_show(self, operands: Sequence[Any]) -> None:
        self._next(())
        self._show(operands)

    def _spaced_show(self, operands: Sequence[Any]) -> None:
        self._state.word_spacing, self._state.spacing = float(operands[0]), float(operands[1])
        self._next_show(operands[2:])

    def _show(self, operands: Sequence[Any]) -> None:
        self._elements(operands[:1])

    def _show_array(self, operands: Sequence[Any]) -> None:
        self._elements(list(operands[0]))

    def _elements(self, elements: Sequence[Any]) -> None:
        import pikepdf

        state = self._state
        for number, element in enumerate(elements):
            if self._text is None:
                return
            if isinstance(element, pikepdf.String):
                self._string(bytes(element), number)
            else:
                self._advance(-float(element) / 1000 * state.size * state.stretch)

    def _advance(self, along: float) -> None:
        if self._text is not None:
            a, b, c, d, e, f = self._text
            self._text = (a, b, c, d, e + along * a, f + along * b)

    def _string(self, text: bytes, element: int) -> None:
        state = self._state
        font = state.font
        if font is None:
            self._text = None
            return
        step = font.code_bytes
        for at in range(0, len(text) - step + 1, step):
            code = int.from_bytes(text[at : at + step], "big")
            width = font.width(code)
            self.glyphs.append(self._glyph(element, at, step, width, (id(font), code)))
            self._lag += (math.floor(1000 * width + 0.5) / 1000 - width) * state.size * state.stretch
            blank = state.word_spacing if step == 1 and code == 32 else 0.0
            self._advance((width * state.size + state.spacing + blank) * state.stretch)

    def _glyph(self, element: int, at: int, size: int, width: float, shape: tuple[int, int]) -> Glyph:
        state = self._state
        a, b, c, d, e, f = multiply(self._text or IDENTITY, state.ctm)
        along = state.size * state.stretch
        return Glyph(
            self._unit, self._op, element, at, size, e + state.rise * c, f + state.rise * d, along * a, along * b,
            c, d, state.size, state.rise, width, state.paint if state.mode == 0 else b"", state.mode in (0, 1, 2),
            self._chain, self._lag / along if along else 0.0, shape,
        )  # fmt: skip

    def _device(self, operator: str, operands: Sequence[Any]) -> None:
        values = [float(one) for one in operands]
        ink = values[:3] if operator == "k" else values
        black = not any(ink) and (operator != "k" or values[3:] == [1.0])
        self._state.paint = b" ".join([*(_number(one) for one in values), operator.encode()]) if black else b""

    def _space(self, operands: Sequence[Any]) -> None:
        self._state.space = str(operands[0]).encode()
        self._state.paint = b""

    def _colour(self, operands: Sequence[Any]) -> None:
        """Black of an RGB or grey space whose name the resources define: three or one components, all zero."""
        state = self._state
        numbers = [one for one in operands if not isinstance(one, str) and not hasattr(one, "objgen")]
        black = len(numbers) == len(operands) in (1, 3) and not any(float(one) for one in numbers)
        known = black and _additive(self._resources, state.space.decode())
        state.paint = state.space + b" cs " + b"0 " * len(numbers) + b"sc" if known else b""

    def _draw(self, operands: Sequence[Any]) -> None:
        form = self._resources.get("/XObject", {}).get(str(operands[0]))
        if form is None or str(form.get("/Subtype", "")) != "/Form" or self._depth >= _DEEPEST:
            return
        whole = self._whole
        unit = whole.form(form, self._unit)
        state = copy(self._state)
        state.ctm = multiply(_matrix(form.get("/Matrix", IDENTITY)), state.ctm)
        state.paint = b""
        resources = form.get("/Resources", self._resources)
        _Walk(whole, unit, resources, state, self.glyphs, self._depth + 1).run()


_SETTERS = {
    "Tc": ("spacing", 1.0), "Tw": ("word_spacing", 1.0), "Tz": ("stretch", 0.01), "TL": ("leading", 1.0),
    "Ts": ("rise", 1.0), "Tr": ("mode", 1.0),
}  # fmt: skip


def _additive(resources: Any, name: str) -> bool:
    """Whether zero is black in a colour space: grey or RGB, of a device, calibrated or with a profile."""
    import pikepdf

    space = resources.get("/ColorSpace", {}).get(name, name)
    if isinstance(space, pikepdf.Array) and len(space):
        kind = str(space[0])
        return kind in ("/CalRGB", "/CalGray") or (kind == "/ICCBased" and int(space[1].get("/N", 0)) in (1, 3))
    return str(space) in ("/DeviceGray", "/DeviceRGB")


def _matrix(operands: Any) -> Matrix:
    a, b, c, d, e, f = (float(one) for one in operands)
    return a, b, c, d, e, f


def _number(value: float) -> bytes:
    return b"%g" % value
