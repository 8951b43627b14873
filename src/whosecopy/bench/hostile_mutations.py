"""Files broken at random, by seed: bytes, numbers, names and references of good ones changed, cut and mixed."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np

from whosecopy.bench.hostile_pdfs import PDFS, one_page
from whosecopy.bench.hostile_pictures import chunk, page_picture, saved
from whosecopy.bench.typeset import article, letter

Rng = np.random.Generator
Mutation = Callable[[bytes, Rng], bytes]

_EXTREME = (
    b"0", b"-1", b"1", b"65535", b"65536", b"2147483647", b"4294967295", b"4294967296", b"99999999999999999999",
    b"1e38", b"-1e38", b"nan", b"0.00000001", b"()", b"[]", b"null",
)  # fmt: skip
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
_NAME = re.compile(rb"/[A-Za-z]\w*|\b(?:Tj|TJ|Td|TD|Tm|Tf|Ts|Tz|Tc|Tw|Tr|BT|ET|cm|Do|q|Q|re|f|obj|endobj|stream|R)\b")
_REFERENCE = re.compile(rb"\b\d+ 0 R\b")
_SIGNATURE = 8


def mutations(count: int, seed: int, more: Mapping[str, bytes]) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """`count` broken files; `more` are good ones to break beside those of our own."""
    good = {**_good(), **more}
    names = list(good)
    for number in range(count):
        rng = np.random.default_rng((seed, number))
        name = names[int(rng.integers(len(names)))]
        kinds = [list(_KINDS)[k] for k in rng.integers(0, len(_KINDS), rng.integers(1, 4))]
        stem, dot, suffix = name.rpartition(".")
        made = f"{stem} {seed}-{number} {', '.join(kinds)}{dot}{suffix}"
        yield made, partial(_broken, good[name], kinds, rng, good[names[int(rng.integers(len(names)))]])


def _broken(data: bytes, kinds: list[str], rng: Rng, other: bytes) -> bytes:
    for kind in kinds:
        data = _crossed(data, other, rng) if kind == "crossed" else _KINDS[kind](data, rng)
        data = data or b"%"
    return data


def _good() -> dict[str, bytes]:
    """Small files of every kind that can be handed in."""
    page = page_picture(80)[40:360, 40:520]
    kinds = {"PNG": "png", "JPEG": "jpg", "TIFF": "tif", "WEBP": "webp", "HEIF": "heic"}
    pictures = {f"picture.{suffix}": saved(page, kind) for kind, suffix in kinds.items()}
    small, plain = (unpacked(data, packed=True) for data in (article(1, 6), letter(1, 3)))
    return {
        "page.pdf": one_page(),
        "forms.pdf": PDFS["forms that draw each other"](),
        "strokes.pdf": PDFS["a letter drawn with itself"](),
        "map.pdf": PDFS["letters that go backwards"](),
        "article.pdf": small,
        "unpacked.pdf": unpacked(small),
        "letter.pdf": plain,
        "open letter.pdf": unpacked(plain),
        "scan.pdf": unpacked(scanned(page), packed=True),
        "memo.docx": memo(),
        **pictures,
    }


def unpacked(data: bytes, packed: bool = False) -> bytes:
    """A PDF without dates and identifier, its streams as plain as they can be or as they are."""
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        del pdf.docinfo
        for holder, key in ((pdf.Root, "/Metadata"), (pdf.trailer, "/ID")):
            if key in holder:
                del holder[key]
        level = pikepdf.StreamDecodeLevel.none if packed else pikepdf.StreamDecodeLevel.generalized
        mode = pikepdf.ObjectStreamMode.preserve if packed else pikepdf.ObjectStreamMode.disable
        pdf.save(out, static_id=True, compress_streams=packed, stream_decode_level=level, object_stream_mode=mode)
    return out.getvalue()


def scanned(page: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> bytes:
    """A PDF whose page is a picture."""
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(page).save(out, "PDF", resolution=80)
    return out.getvalue()


def memo() -> bytes:
    """A small Word file with a few places that can be worded in two ways."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    lines = (
        f'We do not move office {k} before noon, and it is not open, "as agreed", on 3 May 20{k + 11}.'
        for k in range(12)
    )
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    types = f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="{kind}"/></Types>'  # noqa: E501
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(zipfile.ZipInfo("[Content_Types].xml"), types, zipfile.ZIP_DEFLATED)
        made.writestr(
            zipfile.ZipInfo("word/document.xml"), f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
        )
    return out.getvalue()


def _flipped(data: bytes, rng: Rng) -> bytes:
    out = bytearray(data)
    for at in rng.integers(0, len(out), rng.integers(1, 30)):
        out[at] ^= 1 << int(rng.integers(8))
    return bytes(out)


def _cut(data: bytes, rng: Rng) -> bytes:
    return data[: int(rng.integers(1, len(data) + 1))]


def _part(data: bytes, rng: Rng) -> tuple[int, int]:
    start = int(rng.integers(0, len(data)))
    return start, min(len(data), start + 1 + int(rng.integers(1, max(2, len(data) // 4))))


def _left_out(data: bytes, rng: Rng) -> bytes:
    start, end = _part(data, rng)
    return data[:start] + data[end:]


def _doubled(data: bytes, rng: Rng) -> bytes:
    start, end = _part(data, rng)
    return data[:end] + data[start:end] * int(rng.integers(1, 4)) + data[end:]


def _spliced(data: bytes, rng: Rng) -> bytes:
    (start, end), at = _part(data, rng), int(rng.integers(0, len(data)))
    return data[:at] + data[start:end] + data[at + end - start :]


def _swapped(data: bytes, rng: Rng) -> bytes:
    a, b, c, d = sorted(int(at) for at in rng.integers(0, len(data) + 1, 4))
    return data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]


def _lengths(data: bytes, rng: Rng) -> bytes:
    """Four bytes after another at their most or least: lengths, offsets and sizes of binary formats."""
    out = bytearray(data)
    for at in rng.integers(0, max(1, min(len(out), 2_000) - 4), rng.integers(1, 6)):
        out[at : at + 4] = (b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f")[rng.integers(4)]
    return bytes(out)


def _replaced(
    pattern: "re.Pattern[bytes]", choose: Callable[[list[bytes], Rng], bytes], data: bytes, rng: Rng
) -> bytes:
    found = list(pattern.finditer(data))
    if not found:
        return _flipped(data, rng)
    said = [one.group() for one in found]
    for k in sorted({int(k) for k in rng.integers(0, len(found), rng.integers(1, 6))}, reverse=True):
        data = data[: found[k].start()] + choose(said, rng) + data[found[k].end() :]
    return data


def _any(options: "list[bytes] | tuple[bytes, ...]", rng: Rng) -> bytes:
    return options[int(rng.integers(len(options)))]


def _crossed(data: bytes, other: bytes, rng: Rng) -> bytes:
    """A part of another file in the middle, in front or at the end."""
    start, end = _part(other, rng)
    at = (0, len(data), int(rng.integers(len(data) + 1)))[rng.integers(3)]
    return data[:at] + other[start:end] + data[at:]


def _inside(data: bytes, rng: Rng) -> bytes:
    """Flipped where sums do not tell: in the chunks of a PNG, the members of an archive."""
    if data.startswith(b"\x89PNG"):
        return _png(data, rng)
    if data.startswith(b"PK"):
        return _archive(data, rng)
    return _flipped(data, rng)


def _png(data: bytes, rng: Rng) -> bytes:
    out, at = data[:_SIGNATURE], _SIGNATURE
    while at + 12 <= len(data):
        size = struct.unpack(">L", data[at : at + 4])[0]
        kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        if content and rng.random() < 0.5:
            content = _flipped(content, rng)
        if kind == b"IDAT" and rng.random() < 0.5:
            content = zlib.compress(_flipped(bytes(50_000), rng))
        out += chunk(kind, content) * int(rng.integers(1, 3))
        at += 12 + size
    return out


def _archive(data: bytes, rng: Rng) -> bytes:
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                kind = list(_TEXTUAL)[int(rng.integers(len(_TEXTUAL)))]
                new.writestr(zipfile.ZipInfo(name), _KINDS[kind](old.read(name), rng))
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError):
        return _flipped(data, rng)
    return out.getvalue()


_TEXTUAL = ("flipped", "left out", "doubled", "spliced", "swapped")
_KINDS: Mapping[str, Mutation] = {
    "flipped": _flipped,
    "cut off": _cut,
    "left out": _left_out,
    "doubled": _doubled,
    "spliced": _spliced,
    "swapped": _swapped,
    "lengths": _lengths,
    "numbers": partial(_replaced, _NUMBER, lambda said, rng: _any(_EXTREME, rng)),
    "names": partial(_replaced, _NAME, _any),
    "references": partial(_replaced, _REFERENCE, _any),
    "inside": _inside,
    "crossed": _flipped,
}
