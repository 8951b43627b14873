"""How many marks a document needs: every profile, simulated for the numbers that somebody plans with.

Nothing is looked up: each figure comes from leaks simulated in this run, scored by the code that a trace
uses (`bench.codes.shipped`), and each is checked on fresh leaks.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from whosecopy.bench.attacks import NAMED, simple_information, strategy, worst_case
from whosecopy.bench.codes import POWER, Setting, familywise, length_needed, shipped
from whosecopy.codes.profiles import PROFILES
from whosecopy.model import Floats
from whosecopy.stats.intervals import clopper_pearson

CURVE = (0.4, 0.6, 0.8, 1.0, 1.25)
"""Where the chance to name is simulated, as shares of the marks needed; 1 is the check of the length itself."""
LARGEST_COALITION = 6
FIRST_TRACE = 2
"""The first trace of an exhibit is tested at alpha / 2 (STATISTICS V11)."""
_BLIND_BITS = 1e-6
_SPREAD = (0.8, 1.0, 1.25)
_SCOUTS = 8
_LONGER, _TRIES = 1.04, 8
"""A length that fresh leaks do not bear out grows by this factor, at most so often."""
_CONFIDENCE = 0.975


@dataclass(frozen=True, slots=True)
class Wish:
    """What a document has to stand: `coalition` of `recipients` merge their copies, a share `error` is misread."""

    recipients: int
    coalition: int
    alpha: float
    error: float = 0.0


@dataclass(frozen=True, slots=True)
class Point:
    """`named` of `trials` simulated leaks of `marks` read marks named a leaker; limits with 95 % confidence."""

    marks: int
    named: int
    trials: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Length:
    """The marks that one profile needs, None where no number suffices.

    `attack` is the way of merging that needed most, `bits` what it leaves of one copy's symbol a mark, `check` what
    fresh leaks of that length said, `curve` the chance to name around it.
    """

    profile: str
    marks: int | None
    attack: str
    bits: float
    check: Point | None
    curve: tuple[Point, ...]


def lengths(
    wish: Wish,
    trials: int,
    rng: np.random.Generator,
    progress: Callable[[int, int], None],
    profiles: Sequence[str] = tuple(PROFILES),
) -> tuple[Length, ...]:
    """The marks that each of the bias `profiles` needs so that 95 % of leaks name somebody who made them.

    `trials` leaks per length are simulated under the worst of the ways of merging that we know (after a
    first look at all of them), with the level of a first trace, alpha / 2.
    """
    found = []
    for done, profile in enumerate(profiles):
        progress(done, len(profiles))
        found.append(_length(wish, profile, trials, rng))
    progress(len(profiles), len(profiles))
    return tuple(found)


def _length(wish: Wish, profile: str, trials: int, rng: np.random.Generator) -> Length:
    setting = Setting(wish.recipients, wish.alpha / FIRST_TRACE, profile, wish.error)
    attacks = dict(_attacks(wish.coalition, profile))
    bits = {name: _bits(theta, profile, wish.error) for name, theta in attacks.items()}
    weakest = min(bits, key=lambda name: bits[name])
    if bits[weakest] < _BLIND_BITS:
        return Length(profile, None, weakest, 0.0, None, ())
    scouted = {name: _needed(theta, bits[name], _SCOUTS, rng, setting) for name, theta in attacks.items()}
    hardest = max(scouted, key=lambda name: scouted[name])
    theta = attacks[hardest]
    guess = scouted[hardest]
    first = math.ceil(length_needed(shipped, theta, [math.ceil(guess * s) for s in _SPREAD], trials, rng, setting))
    check = _borne_out(theta, first, trials, rng, setting)
    curve = [_point(theta, max(1, round(check.marks * share)), trials, rng, setting) for share in CURVE if share != 1.0]
    curve = sorted([*curve, check], key=lambda point: point.marks)
    return Length(profile, check.marks, hardest, bits[hardest], check, tuple(curve))


def _borne_out(theta: Floats, first: int, trials: int, rng: np.random.Generator, setting: Setting) -> Point:
    """The first length from `first` on of which 95 % of fresh leaks name a leaker."""
    point = _point(theta, first, trials, rng, setting)
    for _ in range(_TRIES):
        if point.named >= POWER * trials:
            break
        point = _point(theta, math.ceil(point.marks * _LONGER), trials, rng, setting)
    return point


def _attacks(coalition: int, profile: str) -> Iterator[tuple[str, Floats]]:
    """Ways of merging by name, each strategy once."""
    seen = set()
    named = [("least information", worst_case(coalition, profile)), *((n, strategy(n, coalition)) for n in NAMED)]
    for name, theta in named if coalition > 1 else [("one copy", worst_case(1, profile))]:
        if (key := theta.round(2).tobytes()) not in seen:
            seen.add(key)
            yield name, theta


def _bits(theta: Floats, profile: str, error: float) -> float:
    """What a mark of the leak tells of one leaker's symbol, in bits, misreads included."""
    classes = PROFILES[profile]
    seen = theta * (1 - error) + (1 - theta) * error
    return float(np.array(classes.weights) / 256 @ simple_information(seen, 1.0 - np.array(classes.leads) / 256))


def _needed(theta: Floats, bits: float, trials: int, rng: np.random.Generator, setting: Setting) -> float:
    """A rough length: around what the information asks for, settled by a few leaks."""
    guess = math.log2(setting.copies / setting.alpha) / bits
    rough = length_needed(shipped, theta, [math.ceil(guess * s) for s in _SPREAD], trials, rng, setting)
    return min(max(rough, 0.5 * guess), 3 * guess)


def _point(theta: Floats, marks: int, trials: int, rng: np.random.Generator, setting: Setting) -> Point:
    named = sum(familywise(shipped, theta, marks, rng, setting) <= setting.alpha for _ in range(trials))
    low, high = clopper_pearson(named, trials, _CONFIDENCE)
    return Point(marks, named, trials, low, high)


def shortest(found: Sequence[Length]) -> Length | None:
    """The profile that needs the fewest marks; None where none of them suffices."""
    return min((one for one in found if one.marks is not None), key=lambda one: one.marks or 0, default=None)


__all__ = ["CURVE", "LARGEST_COALITION", "POWER", "Length", "Point", "Wish", "lengths", "shortest"]
