"""Trial pages: pages of a master as several copies would have them, side by side in one file.

Readers load the fonts of such a file once, and one start of a program reads all of its pages.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from whosecopy.media.pdf.glyphs import Unit

Shown = tuple[int, Mapping[int, bytes]]
"""A page, from 0, and what those of its units show that differ from the master's."""
_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_DEEPEST = 50
_CODING = ("/Filter", "/DecodeParms", "/Length", "/F")


def galley(source: bytes, units: Sequence[Unit], shown: Iterable[Shown]) -> bytes:
    """A file of the pages `shown` of the PDF `source`, in this order."""
    import pikepdf

    with pikepdf.open(BytesIO(source)) as pdf:
        masters = [page.obj for page in pdf.pages]
        tree = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name("/Pages")))
        pages = [_Setting.of(pdf, units, content).page(masters[number], tree) for number, content in shown]
        tree["/Kids"], tree["/Count"] = pikepdf.Array(pages), len(pages)
        pdf.Root["/Pages"] = tree
        saved = BytesIO()
        pdf.save(saved, encryption=False, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return saved.getvalue()


@dataclass(frozen=True, slots=True)
class _Setting:
    """What one page is set from: what its units show, and which of its forms differ by the unit that draws them."""

    pdf: Any
    content: Mapping[int, bytes]
    drawn_in: Mapping[int, Mapping[tuple[int, int], int]]
    top: int

    @classmethod
    def of(cls, pdf: Any, units: Sequence[Unit], content: Mapping[int, bytes]) -> "_Setting":
        """Forms differ where they show something else, and where one that they draw does."""
        drawn_in: dict[int, dict[tuple[int, int], int]] = {}
        top = -1
        for number in content:
            top = number
            while (form := units[top].form) is not None:
                drawn_in.setdefault(units[top].drawn_in, {})[form] = top
                top = units[top].drawn_in
        return cls(pdf, content, drawn_in, top)

    def page(self, master: Any, tree: Any) -> Any:
        """A page like `master` as one of `tree`."""
        import pikepdf

        page = pikepdf.Dictionary(dict(master.items()))
        for key in _INHERITED:
            value = _inherited(master, key)
            if value is not None:
                page[key] = value
        page["/Parent"] = tree
        if self.top in self.content:
            page["/Contents"] = self.pdf.make_stream(self.content[self.top])
        if self.top in self.drawn_in:
            page["/Resources"] = self._resources(page["/Resources"], self.top)
        return self.pdf.make_indirect(page)

    def _resources(self, resources: Any, holder: int) -> Any:
        """The resources of a unit with the forms that differ."""
        import pikepdf

        forms = self.drawn_in[holder]
        drawn = {
            name: self._form(one, forms[one.objgen], resources) if one.objgen in forms else one
            for name, one in resources["/XObject"].items()
        }
        return pikepdf.Dictionary({**dict(resources.items()), "/XObject": pikepdf.Dictionary(drawn)})

    def _form(self, form: Any, number: int, around: Any) -> Any:
        """A form like the one that is unit `number`; without resources of its own it has those `around` it."""
        content = self.content[number] if number in self.content else form.read_bytes()
        kept = {key: value for key, value in form.items() if key not in _CODING}
        if number in self.drawn_in:
            kept["/Resources"] = self._resources(form.get("/Resources", around), number)
        return self.pdf.make_stream(content, kept)


def _inherited(page: Any, key: str) -> Any:
    """An attribute of a page, which it may have from the nodes above it."""
    node = page
    for _ in range(_DEEPEST):
        if key in node:
            return node[key]
        node = node.get("/Parent")
        if node is None:
            break
    return None
