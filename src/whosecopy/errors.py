"""The errors whosecopy raises on purpose, with their facts as attributes.

WhosecopyError
├── InputError        what was handed in cannot be used            (exit 2)
├── CapacityError     the document has too few marks               (exit 2)
├── AccessError       a key or permission is missing               (exit 2)
└── IntegrityError    stored state contradicts itself              (exit 3)

Every message is one line: what is wrong, in which file, and what to do about it. The command line
maps a class to an exit code in one place; nothing else does.
"""


class WhosecopyError(Exception):
    """Base of every error raised on purpose."""


class InputError(WhosecopyError):
    """What was handed in cannot be used; the message says which file and what to do."""


class CapacityError(WhosecopyError):
    """The document offers too few marks to tell its recipients apart at the requested alpha."""

    def __init__(self, needed: int, available: int, advice: str) -> None:
        super().__init__(f"too few marks: {needed} needed, {available} available; {advice}")
        self.needed = needed
        self.available = available
        self.advice = advice


class AccessError(WhosecopyError):
    """A key, a permission or a vault is missing or does not fit."""


class IntegrityError(WhosecopyError):
    """Stored state contradicts itself or its commitments; nothing may be concluded from it."""
