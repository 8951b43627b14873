"""What outsiders turned out to know, written down as a text: facts of one document, each known as one variant.

A transcription is an exhibit like any other, so it is hashed, recorded, traced, bundled and verified like one.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SCHEMA = "whosecopy.transcription/1"
_HEAD = re.compile(rf"\s*Facts of (\S+) that outsiders knew \({re.escape(SCHEMA)}\)\s*(?:\n|$)")
_LINE = re.compile(r'^\s*("(?:[^"\\]|\\.)*") was known as ("(?:[^"\\]|\\.)*")\s*$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Told:
    """`fact` was known as `variant`, as characters `start:end` of the transcription say."""

    fact: str
    variant: str
    start: int
    end: int


def transcribe(document: str, shown: Sequence[tuple[str, str]]) -> bytes:
    """The exhibit that says: of `document` outsiders knew these facts, each as (fact, variant).

    >>> print(transcribe("doc-7f3k9q", [("pier", "4711")]).decode().splitlines()[2])
    "pier" was known as "4711"
    """
    lines = [f"{_quoted(fact)} was known as {_quoted(variant)}" for fact, variant in sorted(shown)]
    return "\n\n".join([f"Facts of {document} that outsiders knew ({SCHEMA})", *lines, ""]).encode()


def told_of(text: str) -> str | None:
    """The document that a transcription is about; None where `text` is something else."""
    head = _HEAD.match(text)
    return head[1] if head else None


def told_in(text: str) -> Iterator[Told]:
    """What a transcription says, line by line; lines that say nothing in this form are passed over."""
    for line in _LINE.finditer(text):
        try:
            fact, variant = json.loads(line[1]), json.loads(line[2])
        except ValueError:
            continue
        yield Told(fact, variant, *line.span(2))


def _quoted(words: str) -> str:
    return json.dumps(" ".join(words.split()), ensure_ascii=False)
