"""What all carriers of plain wording share: where a site may stand, writing it, reading it back."""

import bisect
import re
from collections.abc import Sequence

import numpy as np

from whosecopy.carriers.sighting import sightings
from whosecopy.carriers.spot import Sighting
from whosecopy.media.align import AlignedLeak
from whosecopy.model import Block, Document, Edit, Evidence, Floats, Site

_RUNNING = frozenset({"paragraph", "item", "cell", "note"})
_BREAK = re.compile(r"[ \t]*\n[ \t]*")
_CAP_NATS = 4.0
_POOR_FIT = 0.4
_ONE_IN = 3
_CERTAIN, _HOPELESS = 0.02, 0.3


def writable(master: Document, start: int, end: int) -> bool:
    """Whether characters `start:end` of the reading text may be replaced by other wording.

    They lie in one block of running text and in one run of looks, touch no protected span, and every one
    of them stands in the file. `start == end` asks whether something may be inserted there.
    """
    if not 0 <= start <= end <= len(master.text):
        return False
    block = _covering(master.blocks, start, end)
    if block is None or block.kind not in _RUNNING:
        return False
    if any(_touches(span, start, end) for span in master.protected):
        return False
    low, high = (start, end) if start < end else (max(block.start, start - 1), min(block.end, end + 1))
    return len(runs(master, low, high)) == 1


def runs(master: Document, start: int, end: int) -> frozenset[tuple[str, int]]:
    """The parts and runs of looks that hold characters `start:end`; empty where one of them is not in the file."""
    number = max(0, bisect.bisect_right(master.pieces, start, key=lambda piece: piece.start) - 1)
    found, at = set(), start
    for piece in master.pieces[number:]:
        if piece.start > at or at >= end:
            break
        if piece.end > at:
            found.add((piece.part, piece.run))
            at = piece.end
    return frozenset(found) if at >= end else frozenset()


def fit_breaks(original: str, variant: str) -> str | None:
    r"""`variant` with the hard line breaks (and their indentation) of `original`; None where they do not fit.

    A break goes to the blank of the variant that is nearest to its place in the original.

    >>> fit_breaks("as well\n  as", "in addition to")
    'in addition\n  to'
    >>> fit_breaks("do\nnot", "don't") is None
    True
    """
    breaks = list(_BREAK.finditer(original))
    if not breaks:
        return variant
    blanks = [found.span() for found in re.finditer(r" +", variant)]
    if len(blanks) < len(breaks):
        return None
    out, at, first = "", 0, 0
    for number, found in enumerate(breaks):
        last = len(blanks) - (len(breaks) - number - 1)
        goal = (found.start() + 0.5) / len(original) * len(variant)
        choice = min(range(first, last), key=lambda k: abs(blanks[k][0] + 0.5 - goal))
        out += variant[at : blanks[choice][0]] + found.group()
        at, first = blanks[choice][1], choice + 1
    return out + variant[at:]


def write_variants(master: Document, sites: Sequence[Site], variants: Sequence[int]) -> Document:
    """`master` with site k showing its variant `variants[k]`; variant 0 stays as the master says it.

    Raises `ValueError` where a site has no such variant.
    """
    edits = []
    for site, choice in zip(sites, variants, strict=True):
        if not 0 <= choice < len(site.variants):
            raise ValueError(f"site at {site.start} has no variant {choice}")
        if choice:
            edits.append(Edit(site.start, site.end, site.variants[choice]))
    return master.with_edits(tuple(edits))


def read_variants(leak: AlignedLeak, sites: Sequence[Site]) -> Floats:
    """Log-likelihoods in nats of every variant of every site, shape (len(sites), most variants of a site).

    The best variant has 0, none has less than -4. A row of equal entries is an erasure: the leak does not
    show the site with enough of the text on both sides, shows something else there, or shows two things.
    """
    loglik = np.zeros((len(sites), max((len(site.variants) for site in sites), default=0)))
    for row, seen in zip(loglik, sightings(leak, sites), strict=True):
        total = sum((_nats(one, leak.error_rate) for one in seen), start=np.zeros(1))
        if total.size > 1:
            row[: total.size] = np.maximum(total - total.max(), -_CAP_NATS)
    return loglik


def evidence(leak: AlignedLeak, sites: Sequence[Site], loglik: Floats) -> list[Evidence]:
    """Where each site was seen in the raw text of the leak, and what it was read as, for the report's overlay."""
    found = []
    for number, (site, seen) in enumerate(zip(sites, sightings(leak, sites), strict=True)):
        row = loglik[number, : len(site.variants)]
        read = bool(row.max() > row.min())
        if not seen:
            found.append(Evidence(number, "read" if read else "absent", variant=int(row.argmax()) if read else -1))
            continue
        start, end = leak.leak.span(seen[0].leak_start, seen[0].leak_end)
        state = "read" if read else "unclear"
        found.append(Evidence(number, state, start, end, int(row.argmax()) if read else -1))
    return found


def _nats(seen: Sighting, error_rate: float) -> Floats:
    """Log-likelihoods from edit distances: of the errors of the leak one in three would make another variant."""
    distances = np.array(seen.distances, dtype=np.float64)
    best = distances.min()
    if best > _POOR_FIT * seen.length:
        return np.zeros(len(distances))
    rate = float(np.clip(max(error_rate, best / max(1, seen.length)), _CERTAIN, _HOPELESS))
    return np.asarray(np.maximum((best - distances) * np.log(_ONE_IN * (1 - rate) / rate), -_CAP_NATS))


def _touches(span: tuple[int, int], start: int, end: int) -> bool:
    """Whether a replacement of `start:end` changes characters of a span, or an insertion parts them."""
    low, high = span
    return low < start < high if start == end else low < end and start < high


def _covering(blocks: Sequence[Block], start: int, end: int) -> Block | None:
    number = bisect.bisect_right(blocks, start, key=lambda block: block.start) - 1
    return blocks[number] if number >= 0 and end <= blocks[number].end else None
