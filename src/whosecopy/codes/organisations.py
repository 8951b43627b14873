"""Organisations: marks that all copies of one organisation share, and the test that reads them (STATISTICS V4).

Colleagues who compare their copies see no difference at a shared mark, so that none of them can hide it.
"""

import hashlib
from dataclasses import replace

from whosecopy.codes.commit import INDEX_BYTES
from whosecopy.codes.keys import derive
from whosecopy.codes.panel import Panel
from whosecopy.model import codec


def organisation_panel(panel: Panel) -> Panel:
    """`panel` with organisations in place of copies: other marks count, and another key draws the codewords.

    Symbol of organisation g at shared mark i: the one that byte g * stride + i of the stream under the
    `organisation` key picks. Null hypothesis for an organisation: the leak was made without any copy of it.
    Everything that holds for copies and the marks of persons holds for organisations and shared marks.
    """
    secrets = replace(panel.secrets, code=panel.secrets.organisation, organisation=panel.secrets.code)
    return replace(panel, secrets=secrets, count=panel.organisations, shared=~panel.shared, organisations=0)


def salts_key(commit_secret: bytes, template_digest: bytes) -> bytes:
    """The key that the salts of organisations are made with, in place of `commit` itself: 32 bytes."""
    return derive(commit_secret, template_digest, "organisations")


def organisation_leaf(salt: bytes, template_digest: bytes, number: int, name: str, symbols: bytes) -> bytes:
    """The 32-byte leaf that ties an organisation's number to its name and to its symbols at the shared marks.

    SHA-256 of salt (32 bytes), template digest (32), number (8, big-endian), SHA-256 of the canonical JSON
    string `name` (32), and one symbol per byte in mark order.
    """
    if len(salt) != 32 or len(template_digest) != 32:
        raise ValueError("salt and template digest take 32 bytes")
    place, called = number.to_bytes(INDEX_BYTES, "big"), hashlib.sha256(codec.encode(name)).digest()
    return hashlib.sha256(salt + template_digest + place + called + symbols).digest()
