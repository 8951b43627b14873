"""A passage that does not come back from a trial edit as written is protected, and only that passage."""

from dataclasses import replace

import pytest

from whosecopy.errors import InputError
from whosecopy.media import plain
from whosecopy.media.probe import proven
from whosecopy.model import Document

TEXT = b"The first paragraph stays.\n\nThe second one is odd.\n\nThe third is fine again.\n"
ODD = "The second one is odd."


def reread(trial: Document) -> Document:
    return plain.parse(plain.write(trial), "a.txt")


def stubborn(trial: Document) -> Document:
    """A writer that cannot change the second paragraph."""
    found = reread(trial)
    block = found.blocks[1]
    return replace(found, text=found.text[: block.start] + ODD + found.text[block.end :])


def parting(trial: Document) -> Document:
    """A reader that finds the second paragraph in one body alone once it was changed."""
    found = reread(trial)
    block = found.blocks[1]
    changed = found.text[block.start : block.end] != ODD
    return replace(found, protected=((block.start, block.end),)) if changed else found


def failing(trial: Document) -> Document:
    raise InputError("a.txt: cannot be written")


@pytest.mark.parametrize("rewritten", [stubborn, parting])
def test_only_the_passage_that_failed_the_trial_is_protected(rewritten):
    document = proven(plain.parse(TEXT, "a.txt"), rewritten)
    assert [document.text[start:end] for start, end in document.protected] == [ODD]


def test_a_document_that_passes_is_left_as_it_is():
    document = plain.parse(TEXT, "a.txt")
    assert proven(document, reread) == document


def test_a_document_that_cannot_be_written_at_all_is_protected_as_a_whole():
    document = proven(plain.parse(TEXT, "a.txt"), failing)
    assert document.protected == ((0, len(document.text)),)
