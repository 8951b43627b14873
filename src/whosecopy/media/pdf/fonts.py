"""How far each code of a PDF font moves the pen: exactly, or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from whosecopy.media.pdf.cmaps import read_cmap

_CODES = 256
_LARGEST_CID = 65_535
_MOST_TOLD = 4 * _LARGEST_CID
"""Widths that ranges may tell: a font that tells each again and again is not read."""


@dataclass(frozen=True, slots=True)
class Font:
    """Code lengths and advance widths, in em; `vertical` and unknown encodings have no `Font`."""

    code_bytes: int
    widths: Mapping[int, float] = field(default_factory=dict)
    default: float = 0.0

    def width(self, code: int) -> float:
        """The advance of one code in em."""
        return self.widths.get(code, self.default)


def read_font(font: Any) -> Font | None:
    """The widths of a font dictionary; None where codes or widths cannot be told with certainty."""
    kind = str(font.get("/Subtype", ""))
    if kind == "/Type0":
        return _composite(font)
    if kind not in ("/Type1", "/MMType1", "/TrueType", "/Type3"):
        return None
    if "/Widths" not in font:
        return _without_widths(font) if kind != "/Type3" else None
    scale = float(font["/FontMatrix"][0]) if kind == "/Type3" else 0.001
    first = int(font.get("/FirstChar", 0))
    widths = {first + k: float(width) * scale for k, width in enumerate(font["/Widths"])}
    descriptor = font.get("/FontDescriptor")
    missing = float(descriptor.get("/MissingWidth", 0)) if descriptor is not None else 0.0
    return Font(1, widths, missing * scale)


def _composite(font: Any) -> Font | None:
    """A CID font, written horizontally: its codes are CIDs of two bytes, or the file says what they stand for."""
    import pikepdf

    encoding = font.get("/Encoding")
    descendant = font["/DescendantFonts"][0]
    widths, default = _cid_widths(descendant), float(descendant.get("/DW", 1000)) / 1000
    if widths is None:
        return None
    if encoding == pikepdf.Name("/Identity-H"):
        return Font(2, widths, default)
    known = read_cmap(encoding.read_bytes()) if isinstance(encoding, pikepdf.Stream) else None
    if known is None or encoding.get("/WMode", 0) or "/UseCMap" in encoding:
        return None
    code_bytes, cids = known
    return Font(code_bytes, {code: widths.get(cid, default) for code, cid in cids.items()}, widths.get(0, default))


def _cid_widths(descendant: Any) -> dict[int, float] | None:
    """The widths of a CID font by CID, in em; None where ranges tell the same ones again and again."""
    import pikepdf

    table = list(descendant.get("/W", []))
    widths: dict[int, float] = {}
    at = 0
    told = 0
    while at + 1 < len(table):
        first = int(table[at])
        if isinstance(table[at + 1], pikepdf.Array):
            widths.update({first + k: float(width) / 1000 for k, width in enumerate(table[at + 1])})
            at += 2
        elif at + 2 < len(table):
            last = min(int(table[at + 1]), _LARGEST_CID)
            told += last + 1 - first
            if told > _MOST_TOLD:
                return None
            widths.update(dict.fromkeys(range(first, last + 1), float(table[at + 2]) / 1000))
            at += 3
        else:
            break
    return widths


def _without_widths(font: Any) -> Font | None:
    """One of the fourteen standard fonts, or one like it: its metrics as PDFium knows them."""
    from ctypes import byref, c_float
    from io import BytesIO

    import pikepdf
    import pypdfium2
    from pypdfium2 import raw

    probe = pikepdf.new()
    page = probe.add_blank_page()
    held = font if font.is_indirect else None
    page.obj["/Resources"] = pikepdf.Dictionary(
        Font=pikepdf.Dictionary(F=probe.copy_foreign(held) if held is not None else _plain(font))
    )
    page.obj["/Contents"] = probe.make_stream(b"BT /F 10 Tf (A) Tj ET")
    data = BytesIO()
    probe.save(data)
    document = pypdfium2.PdfDocument(data.getvalue())
    shown = next(iter(document[0].get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT])), None)
    if shown is None:
        return None
    handle = raw.FPDFTextObj_GetFont(shown.raw)
    width = c_float()
    widths = {
        code: width.value / 1000
        for code in range(_CODES)
        if raw.FPDFFont_GetGlyphWidth(handle, code, 1000.0, byref(width))
    }
    return Font(1, widths) if widths else None


def _plain(font: Any) -> Any:
    """A font dictionary that stands directly in its resources: its names suffice for a standard font."""
    import pikepdf

    kept = {key: font[key] for key in ("/Type", "/Subtype", "/BaseFont") if key in font}
    if isinstance(font.get("/Encoding"), pikepdf.Name):
        kept["/Encoding"] = font["/Encoding"]
    return pikepdf.Dictionary(kept)
