"""What a reader reads of a document, and where each character of it stands in the file.

A medium (`whosecopy.media`) parses bytes into a `Document`; carriers look only at its text; a medium
renders it back. Offsets always count characters of the *master's* reading text, also after edits, so
that several carriers can mark the same document one after the other.
"""

from dataclasses import dataclass, replace

from whosecopy.model.layout import NO_LAYOUT, Layout, Shift


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list item, table cell ...: characters `start:end` of the reading text.

    `kind` is one of `paragraph`, `item`, `cell`, `heading`, `quote`, `code`, `matter` (front matter),
    `note` or `page` (of a PDF). `language` is an ISO 639-1 code or `und` where it could not be told.
    """

    start: int
    end: int
    kind: str
    language: str = "und"


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters `start:end` of the reading text stand at `offset` in `part` of the file.

    `escape` names how a replacement has to be written there (`none`, `html`, `xml`, `markdown`). Two neighbouring
    pieces in different `run`s differ in looks (bold, link ...): an edit must not reach across.
    """

    start: int
    end: int
    part: str
    offset: int
    length: int
    run: int = 0
    escape: str = "none"


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters `start:end` of the master's reading text become `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document: reading text, its blocks, and what must not be touched.

    `text` holds the blocks joined by blank lines; a single newline inside a block is a hard wrap of the
    file. `protected` are the spans (sorted, disjoint, half-open) that no carrier may change: quotations,
    code, URLs, headings, template tags. `source` is the file itself, `pieces` the way back into it.
    Formats with pages have a `layout`, whose words `shifts` move.
    """

    media: str
    text: str
    blocks: tuple[Block, ...]
    protected: tuple[tuple[int, int], ...]
    pieces: tuple[Piece, ...]
    source: bytes
    encoding: str = "utf-8"
    edits: tuple[Edit, ...] = ()
    layout: Layout = NO_LAYOUT
    shifts: tuple[Shift, ...] = ()

    def with_edits(self, edits: tuple[Edit, ...]) -> "Document":
        """The same document with `edits` (offsets of the master) added to those it already has."""
        return replace(self, edits=tuple(sorted((*self.edits, *edits), key=lambda e: (e.start, e.end))))

    def with_shifts(self, shifts: tuple[Shift, ...]) -> "Document":
        """The same document with `shifts` added to those it already has, one for each word."""
        merged = {shift.word: shift for shift in self.shifts}
        for one in shifts:
            old = merged.get(one.word, Shift(one.word))
            grey = max(one.grey, old.grey)
            merged[one.word] = Shift(one.word, old.along_em + one.along_em, old.up_em + one.up_em, grey)
        return replace(self, shifts=tuple(merged[word] for word in sorted(merged)))

    def edited_text(self) -> str:
        """The reading text after all edits.

        >>> d = Document("text/plain", "we do not go", (), (), (), b"")
        >>> d.with_edits((Edit(3, 9, "don't"),)).edited_text()
        "we don't go"
        """
        out: list[str] = []
        at = 0
        for edit in self.edits:
            out += [self.text[at : edit.start], edit.text]
            at = edit.end
        return "".join([*out, self.text[at:]])
