"""How often marks are read right, wrong or not at all after each kind of leak: measured, and kept as data.

`rates.json` is of texts, `rates_layout.json` of files with pages, `rates_pictures.json` of pictures of pages. Each says
when it was measured, and by which command.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files

from whosecopy.model import codec

Levels = tuple[tuple[float, float], ...]
"""What a mark says for its copy's own variant, in nats, and in which share of cases."""
ERASED: Levels = ((0.0, 1.0),)
_AS_FILE = "paste"
"""What a document with pages and marks of wording keeps of the latter in its file."""


@dataclass(frozen=True, slots=True)
class Attack:
    """A way a leak comes about: which part of the text, how many copies merged, and with which errors.

    `levels` maps a carrier to what its marks say for the copy's own variant: (nats, share) pairs that
    add up to 1; 0 nats is an erasure, negative nats speak for another variant. `part` is `whole`, `half`,
    `page` (of a book), `paragraph`, or of a document with pages `sheet` or `quarter` of one. In a share `lost` of
    such leaks nothing is read; `levels` hold for the others.
    """

    name: str
    part: str
    coalition: int
    levels: dict[str, Levels]
    lost: float = 0.0

    def of(self, carrier: str) -> Levels:
        """The levels of a carrier; of its family, or erased, where it was never measured."""
        if carrier in self.levels:
            return self.levels[carrier]
        family = carrier.partition(".")[0]
        near = [levels for name, levels in self.levels.items() if name.partition(".")[0] == family]
        return near[0] if near else ERASED


@dataclass(frozen=True, slots=True)
class Rates:
    """Measured error rates: when, by which command, and every attack."""

    measured: str
    command: str
    attacks: tuple[Attack, ...]

    def first(self, names: Sequence[str]) -> Attack:
        """The attack that is called by the first of `names` that are known here."""
        known = {attack.name: attack for attack in self.attacks}
        return next(known[name] for name in names if name in known)


@lru_cache(maxsize=3)
def measured_rates(pages: bool = False, wording: bool = False) -> Rates:
    """The rates that come with this version: of texts, of documents whose `pages` are marked, or of those with both."""
    text = _rates("rates.json")
    if not pages:
        return text
    leaked, seen = _rates("rates_layout.json"), _rates("rates_pictures.json")
    command = f"{leaked.command}; {seen.command}"
    if not wording:
        return Rates(seen.measured, command, (*leaked.attacks, *seen.attacks))
    kept = next(attack.levels for attack in text.attacks if attack.name == _AS_FILE)
    told = {attack.name for attack in text.attacks}
    files = [replace(one, levels={**kept, **one.levels}) for one in leaked.attacks if one.name not in told]
    return Rates(seen.measured, f"{text.command}; {command}", (*files, *text.attacks, *seen.attacks))


def _rates(name: str) -> Rates:
    return codec.decode(files("whosecopy.seal").joinpath(name).read_bytes(), Rates)
