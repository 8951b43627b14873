"""The plate of a master: all that its copies share, made once.

The touched content streams come at the end of the file; the cross-reference has room for their places.
Source: ISO 32000-2, sections 7.5.4 to 7.5.8.
"""

import re
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from whosecopy.errors import InputError
from whosecopy.media.pdf.glyphs import Unit
from whosecopy.media.pdf.rewrite import Stream, values_of
from whosecopy.model.layout import Shift

_LENGTH = re.compile(rb"/Length \d+")
_LEVEL, _QUICK = 9, 1
_FREE = b"0000000000 65535 f \n"


@dataclass(frozen=True, slots=True)
class Touched:
    """A content stream that differs between copies: its object number, its head up to `stream`, its sections."""

    number: int
    head: bytes
    sections: tuple[Stream, ...]


@dataclass(frozen=True, slots=True)
class Plate:
    """All that copies of one master share; `crossref` is its cross-reference but for the touched streams."""

    body: bytes
    touched: tuple[Touched, ...]
    crossref: bytes
    trailer: bytes
    xref_object: int

    def drawn(self, shifts: Iterable[Shift], level: int = _QUICK) -> bytes:
        """The file in which the words of `shifts` are moved and all others stand as in the master.

        Its streams are deflated hastily, or with zlib's `level`.
        """
        values = values_of(shifts)
        streams = [b"".join(section.filled(values) for section in one.sections) for one in self.touched]
        return self.assembled([zlib.compress(stream, level) for stream in streams])[0]

    def assembled(self, deflated: Sequence[bytes]) -> tuple[bytes, list[int]]:
        """The file with these deflated streams for `touched`, in order, and where in it each of them begins."""
        out, at = [self.body], len(self.body)
        places, begins = {}, []
        for one, data in zip(self.touched, deflated, strict=True):
            places[one.number] = at
            head = one.head.replace(b"/Length 0", b"/Length %d" % len(data), 1)
            out += [head, data, b"\nendstream\nendobj\n"]
            begins.append(at + len(head))
            at += len(head) + len(data) + 18
        return b"".join([*out, self._end(places, at)]), begins

    def _end(self, places: Mapping[int, int], at: int) -> bytes:
        rows = bytearray(self.crossref)
        if not self.xref_object:
            for number, place in places.items():
                rows[20 * number : 20 * number + 20] = b"%010d 00000 n \n" % place
            return b"xref\n0 %d\n%strailer %sstartxref\n%d\n%%%%EOF\n" % (len(rows) // 20, rows, self.trailer, at)
        for number, place in {**places, self.xref_object: at}.items():
            rows[_ROW.size * number : _ROW.size * (number + 1)] = _ROW.pack(1, place, 0)
        data = zlib.compress(rows, _LEVEL)
        head = b"%d 0 obj\n%s" % (self.xref_object, self.trailer.replace(b"/Length 0", b"/Length %d" % len(data), 1))
        return b"%sstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (head, data, at)


_ROW = struct.Struct(">BIH")


def make_plate(pdf: Any, units: Sequence[Unit], streams: Mapping[int, tuple[Stream, ...]]) -> Plate:
    """The plate of an open `pikepdf.Pdf` whose `units` (by number) get `streams`; `pdf` is used up.

    Nothing of the touched streams' old content stays in the file, and nothing but them differs between copies:
    the file identifier is the master's, no date is written.
    """
    import pikepdf

    stamps = {number: zlib.compress(b"whosecopy stream %d" % number, 0) for number in streams}
    for number, stamp in stamps.items():
        unit = units[number]
        if unit.form is None:
            stream = pikepdf.Stream(pdf, stamp)
            stream.stream_dict = pikepdf.Dictionary(Filter=pikepdf.Name.FlateDecode)
            pdf.pages[unit.page].obj["/Contents"] = pdf.make_indirect(stream)
        else:
            pdf.get_object(unit.form).write(stamp, filter=pikepdf.Name.FlateDecode)
    identifier = pdf.trailer.get("/ID")
    kept = identifier.unparse(resolved=True) if identifier is not None else b""
    saved = BytesIO()
    pdf.save(saved, encryption=False, static_id=True)
    return _laid_out(saved.getvalue(), {stamps[number]: stream for number, stream in streams.items()}, kept)


def _laid_out(saved: bytes, streams: Mapping[bytes, tuple[Stream, ...]], identifier: bytes) -> Plate:
    """A freshly saved file with its touched streams moved to the end."""
    places, packed, trailer = _crossref(saved)
    order = sorted(places, key=lambda number: places[number])
    ends = [*(places[number] for number in order[1:]), _start(saved)]
    body = [saved[: places[order[0]]]]
    at = len(body[0])
    found: dict[bytes, Touched] = {}
    moved: dict[int, int] = {}
    for number, end in zip(order, ends, strict=True):
        chunk = saved[places[number] : end]
        stamp = next((one for one in streams if one in chunk), None) if b"whosecopy stream" in chunk else None
        if stamp is None:
            body.append(chunk)
            moved[number] = at
            at += len(chunk)
        else:
            head = _LENGTH.sub(b"/Length 0", chunk[: chunk.index(stamp)], count=1)
            found[stamp] = Touched(number, head, streams[stamp])
    if len(found) < len(streams):
        raise InputError("the PDF has pages that share one content in an unusual way; print it to PDF again")
    touched = tuple(sorted(found.values(), key=lambda one: one.number))
    size = max([*places, *packed]) + 1
    classic = saved[_start(saved) :].startswith(b"xref")
    entries = _table(moved, size) if classic else _rows(moved, packed, size + 1)
    return Plate(b"".join(body), touched, entries, _trailer(trailer, identifier, classic, size), 0 if classic else size)


def _start(saved: bytes) -> int:
    return int(saved[saved.rindex(b"startxref") + 9 :].split()[0])


def _table(places: Mapping[int, int], size: int) -> bytes:
    rows = [_FREE] * size
    for number, place in places.items():
        rows[number] = b"%010d 00000 n \n" % place
    return b"".join(rows)


def _rows(places: Mapping[int, int], packed: Mapping[int, tuple[int, int]], size: int) -> bytes:
    rows = [_ROW.pack(0, 0, 65535)] * size
    for number, place in places.items():
        rows[number] = _ROW.pack(1, place, 0)
    for number, (holder, index) in packed.items():
        rows[number] = _ROW.pack(2, holder, index)
    return b"".join(rows)


def _trailer(old: Mapping[str, bytes], identifier: bytes, classic: bool, size: int) -> bytes:
    entries = [b"/%s %s" % (key.encode(), value) for key, value in old.items()]
    entries += [b"/ID " + identifier] if identifier else []
    if classic:
        return b"<< %s /Size %d >>\n" % (b" ".join(entries), size)
    entries.append(b"/Type /XRef /W [1 4 2] /Filter /FlateDecode /Length 0 /Size %d" % (size + 1))
    return b"<< %s >>\n" % b" ".join(entries)


def _crossref(saved: bytes) -> tuple[dict[int, int], dict[int, tuple[int, int]], dict[str, bytes]]:
    """Of a file that qpdf has just written: places of objects, those in object streams, root and info."""
    start = _start(saved)
    if saved.startswith(b"xref", start):
        head, _, rest = saved[start + 5 :].partition(b"\n")
        count = int(head.split()[1])
        rows = [rest[20 * k : 20 * k + 20] for k in range(count)]
        places = {k: int(row[:10]) for k, row in enumerate(rows) if row[17:18] == b"n"}
        return places, {}, _references(rest[20 * count :])
    stop = saved.index(b"stream\n", start)
    head = saved[start:stop]
    widths = [int(one) for one in _field(head, rb"/W \[([\d ]+)\]").split()]
    data = zlib.decompressobj().decompress(saved[stop + 7 :])
    table = _unpredicted(data, sum(widths)) if b"/Predictor 1" in head else data
    places, packed = {}, {}
    for number in range(len(table) // sum(widths)):
        row = table[number * sum(widths) : (number + 1) * sum(widths)]
        kind = row[: widths[0]]
        second = int.from_bytes(row[widths[0] : widths[0] + widths[1]], "big")
        if kind == b"\x01" and second != start:
            places[number] = second
        elif kind == b"\x02":
            packed[number] = (second, int.from_bytes(row[widths[0] + widths[1] :], "big"))
    return places, packed, _references(head)


def _field(head: bytes, pattern: bytes) -> bytes:
    found = re.search(pattern, head)
    if found is None:
        raise InputError("the PDF cannot be written again; print it to PDF again")
    return found.group(1)


def _references(head: bytes) -> dict[str, bytes]:
    found = {key: re.search(rb"/%s (\d+ \d+ R)" % key.encode(), head) for key in ("Root", "Info")}
    return {key: match.group(1) for key, match in found.items() if match}


def _unpredicted(data: bytes, width: int) -> bytes:
    """Rows of PNG's `up` predictor undone."""
    import numpy as np

    rows = np.frombuffer(data, np.uint8).reshape(-1, width + 1)[:, 1:]
    return np.asarray(np.cumsum(rows, axis=0, dtype=np.uint8)).tobytes()
