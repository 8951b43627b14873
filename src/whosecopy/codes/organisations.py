"""Organisations: marks that all copies of one organisation share, and the test that reads them (STATISTICS V4).

Colleagues who compare their copies see no difference at a shared mark, so that none of them can hide it.
"""

from dataclasses import replace

from whosecopy.codes.keys import derive
from whosecopy.codes.panel import Panel

__all__ = ["organisation_panel", "salts_key"]


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
