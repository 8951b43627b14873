"""The documents that a benchmark runs on: files of the user's, prepared and surveyed."""

from collections.abc import Sequence
from pathlib import Path

from whosecopy.model import Document, Template
from whosecopy.seal.declare import prepare
from whosecopy.vault.sealing import SealOptions, survey_master


def collect(paths: Sequence[Path]) -> list[tuple[str, Document, Template]]:
    """Each file with its master and template; declared variants are read where its front matter asks."""
    options = SealOptions()
    found = []
    for path in paths:
        prepared = prepare(path.read_bytes(), path.name, None, options.variants, options.delimiter)
        found.append((path.name, prepared.master, survey_master(prepared, options)))
    return found
