"""Sites that a leak shows without the text that should stand around them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from whosecopy.carriers.spot import CONTEXT, ENOUGH, Side, Sighting, Spot, candidates
from whosecopy.media.align import AlignedLeak
from whosecopy.media.normal import squeeze

_LONG = 25
_TOLERANCE, _ERROR_COST = 0.3, 2.5


def beside(leak: AlignedLeak, spot: Spot, near: Sequence[Spot], sides: Sequence[Side]) -> list[Sighting]:
    """A site next to one anchor, if some variant stands there with nearly all of its context on both sides.

    An alignment may break off at a long deletion; what the leak says there is then searched for.
    """
    import edlib

    low, high = spot.start - CONTEXT, spot.end + CONTEXT
    low = min([low, *(other.start for other in near if other.start < low < other.end)])
    high = max([high, *(other.end for other in near if other.start < high < other.end)])
    if low < 0 or high > len(leak.master.text):
        return []
    texts = candidates(leak.master.text, spot, near, low, high)
    longest = max(len(text) for of_variant in texts for text in of_variant)
    for side in sides:
        reach = 2 * longest + abs(side.master - spot.start)
        first = max(0, side.leak - reach)
        region = squeeze(leak.leak.text[first : side.leak + reach])
        if not region:
            continue
        fits = [
            min((edlib.align(squeeze(t), region, mode="HW", task="locations") for t in of), key=_distance)
            for of in texts
        ]
        best = min(fits, key=_distance)
        if _distance(best) <= CONTEXT - ENOUGH:
            start, end = best["locations"][0]
            inner = first + (start or 0) + spot.start - low
            distances = tuple(_distance(fit) for fit in fits)
            return [Sighting(inner, max(inner, first + end + 1 - (high - spot.end)), distances, end + 1 - (start or 0))]
    return []


def _distance(fit: dict[str, Any]) -> int:
    return int(fit["editDistance"])


def search(leak: AlignedLeak, ordered: Sequence[Spot], rank: int) -> list[Sighting]:
    """Places of a site whose variants are sentences: found by themselves, whatever stands around them."""
    from rapidfuzz.distance import Levenshtein

    spot = ordered[rank]
    sentences = [variant for variant in spot.variants if len(variant) >= _LONG]
    found = [hit for variant in sentences if (hit := _find(variant, leak.leak.text))]
    found.sort(key=lambda hit: (-hit.score, hit.start))
    chosen: list[_Hit] = []
    for hit in found:
        if all(hit.end <= other.start or other.end <= hit.start for other in chosen):
            chosen.append(hit)
    if not chosen or any(_find(variant, _elsewhere(leak, ordered, rank)) for variant in sentences):
        return []
    sighted = []
    for hit in chosen:
        seen = leak.leak.text[hit.start : hit.end]
        distances = tuple(Levenshtein.distance(variant.strip(), seen) for variant in spot.variants)
        sighted.append(Sighting(hit.start, hit.end, distances, len(seen)))
    return sighted


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    score: float


def _find(variant: str, text: str) -> _Hit | None:
    """Where `variant` stands in `text` with few enough errors."""
    import edlib

    wanted = squeeze(variant.strip())
    if not text:
        return None
    most = int(min(_TOLERANCE * len(wanted), (len(wanted) - CONTEXT) / _ERROR_COST))
    found = edlib.align(wanted, squeeze(text), mode="HW", task="locations", k=most)
    if found["editDistance"] < 0:
        return None
    start, end = found["locations"][0]
    return _Hit(start, end + 1, len(wanted) - _ERROR_COST * found["editDistance"])


def _elsewhere(leak: AlignedLeak, ordered: Sequence[Spot], rank: int) -> str:
    """The master without one site, and all that other sites may say."""
    spot, text = ordered[rank], leak.master.text
    others = [v for k, other in enumerate(ordered) if k != rank for v in other.variants[1:] if len(v) >= _LONG // 2]
    return "\n".join([text[: spot.start], text[spot.end :], *others])
