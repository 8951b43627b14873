"""Where in a leak the master's sentences stand: sentence by sentence, in any order, within foreign text."""

from dataclasses import dataclass

from whosecopy.media.normal import Normal


@dataclass(frozen=True, slots=True)
class Segment:
    """Leak characters `leak_start:leak_end` correspond to master characters `start:end` (both normal form).

    `map[k]` is the leak position of master character `start + k` (length `end - start + 1`, monotone);
    `errors` is the edit distance between the two stretches.
    """

    start: int
    end: int
    leak_start: int
    leak_end: int
    map: tuple[int, ...]
    errors: int


@dataclass(frozen=True, slots=True, eq=False)
class AlignedLeak:
    """A leak laid beside a master: all that a text carrier's `read` sees of it.

    `error_rate` is the estimated chance that a character of the matched text was misread or mistyped.
    """

    leak: Normal
    master: Normal
    segments: tuple[Segment, ...]
    error_rate: float
