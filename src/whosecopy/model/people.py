"""Recipients of a document and the copies made for them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who is to receive a copy; `id` is a stable pseudonym, `extra` keeps unknown CSV columns."""

    id: str
    organisation: str = ""
    email: str = ""
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Copy:
    """One hand-out of a template: its codeword index and the label it is spoken of by."""

    document: str
    version: int
    index: int
    label: str
