"""What follows from an access list for the chance of a leak, and what telling fewer, later or less would gain.

The model and its formula are in `exposure_model`. Everything that is said is about items and changes, never
about a person.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from whosecopy.assess.access import FEWEST, Access, counted, earliest
from whosecopy.assess.exposure_model import Chance, Rates, Span, leaked, silent_log, span
from whosecopy.errors import InputError
from whosecopy.model import Floats

DAY_S = 86_400.0
_POINTS = 24


@dataclass(frozen=True, slots=True)
class Item:
    """An item, how many hold it (masked below 5), the median notice, and the chance that it gets out in time."""

    name: str
    holders: int | str
    notice_days: float
    chance: Span


@dataclass(frozen=True, slots=True)
class Change:
    """What could be done differently, and by how much the expected number of items that get out falls.

    `kind` is `fewer`, `later`, `less` or `onward`; `item` is empty where the change touches all of them.
    """

    kind: str
    item: str
    words: str
    gain: Span


@dataclass(frozen=True, slots=True)
class Growth:
    """What one more of something adds to the chance that anything gets out."""

    words: str
    added: Span


@dataclass(frozen=True, slots=True)
class Exposure:
    """The answer: items as listed, the chance that any gets out, what adds to it, and changes, best first."""

    people: int | str
    items: tuple[Item, ...]
    anything: Span
    growth: tuple[Growth, ...]
    changes: tuple[Change, ...]


Holdings = Mapping[str, Mapping[str, float]]
"""For each item the days of notice that each holder has."""


def holdings(accesses: Sequence[Access], until_s: float) -> dict[str, dict[str, float]]:
    """Days of notice by item and holder until the moment at which the items no longer matter.

    Raises `InputError` where somebody was told after that moment.
    """
    days: dict[str, dict[str, float]] = {}
    for (recipient, item), at_s in earliest(accesses).items():
        if at_s > until_s:
            raise InputError(f"item {item}: somebody was told after --until; mend the list or give a later --until")
        days.setdefault(item, {})[recipient] = (until_s - at_s) / DAY_S
    return days


def groups(accesses: Sequence[Access]) -> dict[str, frozenset[str]]:
    """The recipients of each group that is large enough to be spoken of."""
    found: dict[str, set[str]] = {}
    for one in accesses:
        if one.group:
            found.setdefault(one.group, set()).add(one.recipient)
    return {name: frozenset(members) for name, members in found.items() if len(members) >= FEWEST}


def assess(held: Holdings, rates: Rates, hours: float, group_of: Mapping[str, frozenset[str]]) -> Exposure:
    """The exposure of items `held`, and what telling fewer, `hours` before the end, or less would gain."""
    people = len({who for holders in held.values() for who in holders})
    items = tuple(
        Item(
            name,
            counted(len(holders)),
            median(holders.values()),
            span(_gets_out(_days(holders)), rates),
        )
        for name, holders in held.items()
    )
    return Exposure(
        counted(people),
        items,
        span(_gets_out(_longest(held)), rates),
        tuple(_growth(held, rates)),
        tuple(sorted(_changes(held, rates, hours, group_of), key=lambda change: -change.gain.value)),
    )


def by_holders(held: Holdings, rates: Rates, most: int) -> list[tuple[float, Span]]:
    """The chance that anything gets out, by the number of holders with the median notice of the present ones."""
    notice = float(np.median(_longest(held)))
    counts = sorted({max(1, round(most * k / _POINTS)) for k in range(1, _POINTS + 1)})
    return [(count, span(_gets_out(np.full(count, notice)), rates)) for count in counts]


def by_notice(held: Holdings, rates: Rates, most: float) -> list[tuple[float, Span]]:
    """The chance that anything gets out, by days of notice given to each of the present people alike."""
    count = len(_longest(held))
    return [
        (days, span(_gets_out(np.full(count, days)), rates)) for days in np.linspace(0.0, most, _POINTS + 1).tolist()
    ]


def _growth(held: Holdings, rates: Rates) -> Iterator[Growth]:
    longest = _longest(held)
    notice = float(np.median(longest))
    size = max(1, round(float(np.mean([len(holders) for holders in held.values()]))))
    ahead = f"{notice:.3g} days ahead" if notice < 100 else f"{notice:,.0f} days ahead"
    more = {
        f"one more holder, told {ahead}": np.append(longest, notice),
        "one more day of notice for everybody": longest + 1.0,
        f"one more item held by {size} other people, told {ahead}": np.append(longest, np.full(size, notice)),
    }
    for words, days in more.items():
        yield Growth(words, span(_instead(days, longest), rates))
    if rates.onward is not None:
        yield Growth("onward sharing, beside none at all", span(_kept_close([longest]), rates))


def _changes(held: Holdings, rates: Rates, hours: float, group_of: Mapping[str, frozenset[str]]) -> Iterator[Change]:
    for name, holders in held.items():
        days = _days(holders)
        late = np.minimum(days, hours / 24.0)
        if len(days) > 1:
            yield _change("fewer", name, f"{name}: one holder fewer", rates, _one_fewer(days))
            yield _change("fewer", name, f"{name}: half as many holders", rates, _thinned([(days, 0.5)]))
        if (late < days).any():
            yield _change("later", name, f"{name}: released {hours:g} hours before", rates, _instead(days, late))
    yield from _changes_for_all(held, rates, group_of)


def _changes_for_all(held: Holdings, rates: Rates, group_of: Mapping[str, frozenset[str]]) -> Iterator[Change]:
    items = Counter(who for holders in held.values() for who in holders)
    if len(items) > 1:
        yield _change("fewer", "", "one person fewer for everything, on average", rates, _without_one(held, len(items)))
    if max(items.values()) > 1:
        keep = {who: 1.0 - (count > 1) / count for who, count in items.items()}
        parts = [(_days(holders), np.array([keep[who] for who in holders])) for holders in held.values()]
        yield _change("less", "", "one item fewer for everybody who has several", rates, _thinned(parts))
    for group, members in group_of.items():
        parts = [(_days(one), np.array([float(who not in members) for who in one])) for one in held.values()]
        yield _change("fewer", "", f"leave out {group} ({len(members)} people)", rates, _thinned(parts))
    if rates.onward is not None:
        yield _change("onward", "", "no onward sharing at all", rates, _kept_close([*map(_days, held.values())]))


def _change(kind: str, item: str, words: str, rates: Rates, gain: Chance) -> Change:
    return Change(kind, item, words, span(gain, rates))


def _gets_out(days: Floats) -> Chance:
    return lambda leak, onward: leaked(days, leak, onward)


def _instead(days: Floats, other: Floats) -> Chance:
    return lambda leak, onward: leaked(days, leak, onward) - leaked(other, leak, onward)


def _thinned(parts: Sequence[tuple[Floats, Floats | float]]) -> Chance:
    """The gain, summed over items, where each holder (days) keeps the item with their own chance, independently."""

    def gain(leak: float, onward: float) -> float:
        total = 0.0
        for days, keep in parts:
            silent = np.exp(silent_log(days, leak, onward))
            total += float(np.prod(1.0 - keep * (1.0 - silent)) - np.prod(silent))
        return total

    return gain


def _one_fewer(days: Floats) -> Chance:
    """The average over which holder it is."""

    def gain(leak: float, onward: float) -> float:
        each = silent_log(days, leak, onward)
        return float((np.exp(each.sum() - each) - np.exp(each.sum())).mean())

    return gain


def _without_one(held: Holdings, people: int) -> Chance:
    """The average over which person it is, summed over items."""
    items = [_days(holders) for holders in held.values()]
    return lambda leak, onward: sum(_one_fewer(days)(leak, onward) * len(days) / people for days in items)


def _kept_close(items: Sequence[Floats]) -> Chance:
    return lambda leak, onward: sum(leaked(days, leak, onward) - leaked(days, leak) for days in items)


def _days(holders: Mapping[str, float]) -> Floats:
    return np.array(list(holders.values()))


def _longest(held: Holdings) -> Floats:
    """The longest notice that each person has of anything."""
    longest: dict[str, float] = {}
    for holders in held.values():
        for who, days in holders.items():
            longest[who] = max(longest.get(who, 0.0), days)
    return np.array(list(longest.values()))
