"""CMaps that a PDF brings along: which character of a font a code stands for.

Source: ISO 32000-2, section 9.7.5; Adobe Technical Note 5014.
"""

import re
from collections.abc import Iterator, Mapping

_MOST_CODES = 4 * 65_536
_TOKEN = re.compile(rb"<[0-9A-Fa-f\s]*>|\d+")
_COMMENT = re.compile(rb"%[^\r\n]*")
_VERTICAL = re.compile(rb"/WMode\s+[^0\s]")
_KINDS = {b"codespacerange": 2, b"cidrange": 3, b"cidchar": 2}


def read_cmap(data: bytes) -> tuple[int, Mapping[int, int]] | None:
    """How many bytes every code has, and the CID of each code that has one; None where that cannot be told simply.

    Not read: codes of several lengths, vertical writing, CMaps that build on others.

    >>> read_cmap(b"begincodespacerange <00> <ff> endcodespacerange begincidrange <41> <43> 7 endcidrange")
    (1, {65: 7, 66: 8, 67: 9})
    """
    text = _COMMENT.sub(b"", data)
    if b"usecmap" in text or _VERTICAL.search(text):
        return None
    lengths: set[int] = set()
    cids: dict[int, int] = {}
    told = 0
    for kind, row in _rows(text):
        first, last = (bytes.fromhex(token[1:-1].decode()) for token in (row[0], row[-2]))
        lengths.add(len(first))
        if kind == b"codespacerange":
            continue
        codes = range(int.from_bytes(first, "big"), int.from_bytes(last, "big") + 1)
        told += len(codes)
        if told > _MOST_CODES or len(first) != len(last):
            return None
        cids.update(zip(codes, range(int(row[-1]), int(row[-1]) + len(codes)), strict=True))
    return (lengths.pop(), cids) if len(lengths) == 1 and cids else None


def _rows(text: bytes) -> Iterator[tuple[bytes, list[bytes]]]:
    """The rows of all sections that say what codes mean."""
    for section in text.split(b"begin")[1:]:
        kind = next((one for one in _KINDS if section.startswith(one)), b"")
        if kind:
            tokens = _TOKEN.findall(section.split(b"end")[0])
            width = _KINDS[kind]
            yield from ((kind, tokens[at : at + width]) for at in range(0, len(tokens) - width + 1, width))
