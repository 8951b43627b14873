"""Which sealed document a leak may come from: keyed fingerprints first, then a look at the texts.

Source: Schleimer, Wilkerson, Aiken: Winnowing: local algorithms for document fingerprinting, SIGMOD 2003.
"""

import hashlib
import math
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from whosecopy.media.align import align
from whosecopy.media.seeds import run_hashes, shared_stretches
from whosecopy.model import Site

GRAINS = ((20, 12), (10, 8))
"""Run length and window of the two sets of fingerprints: exact text, and noisy text."""

Id = TypeVar("Id", bound=Hashable)

_FOREIGN = re.compile(r"[\W_]+")
_LONG_VARIANT, _AROUND = 25, 40
_BLOCK = 1_000_000
_MOST_FINGERPRINTS = 100_000
_MOST_SAMPLE = 20_000
_ONE_STRETCH, _IN_ALL, _SHARE = 60, 200, 0.5
_ERROR_COST = 2
_FEW = 63


def fingerprints(text: str, key: bytes, k: int, w: int) -> NDArray[np.int64]:
    """The keyed fingerprints of a text: sorted, distinct, shape (n,).

    Letters and digits only, case folded; of every `w` neighbouring runs of `k` characters one is chosen, so
    that two texts with w + k - 1 letters in common share a fingerprint. Hashes are keyed (BLAKE2b): without
    the key a stolen index confirms no guess. Of a very long text at most 100,000 (the smallest) are kept.
    """
    letters = _FOREIGN.sub("", text.casefold())
    chosen: set[int] = set()
    for start in range(0, max(1, len(letters)), _BLOCK):
        chosen.update(_winnowed(run_hashes(letters[start : start + _BLOCK + k + w - 2], k), w).tolist())
    kept = sorted(chosen)[:_MOST_FINGERPRINTS]
    digests = b"".join(hashlib.blake2b(b"%d %d" % (k, h), key=key[:64], digest_size=8).digest() for h in kept)
    return np.unique(np.frombuffer(digests, dtype="<i8").astype(np.int64))


def _winnowed(hashes: NDArray[np.uint64], w: int) -> NDArray[np.uint64]:
    """The smallest hash of every window."""
    if len(hashes) <= w:
        return hashes.min(keepdims=True) if len(hashes) else hashes
    return np.unique(np.lib.stride_tricks.sliding_window_view(hashes, w).min(axis=1))


def leak_fingerprints(text: str, key: bytes) -> NDArray[np.int64]:
    """The fingerprints of a leak in both grains: what to look up."""
    return np.unique(np.concatenate([fingerprints(text, key, k, w) for k, w in GRAINS]))


def master_fingerprints(text: str, sites: Sequence[Site], key: bytes) -> NDArray[np.int64]:
    """The fingerprints of a master in both grains, with those of every sentence that may stand in a copy.

    They depend on the master and the complete lists of variants only, not on any copy.
    """
    texts = [text, *_passages(text, sites, _AROUND)]
    return np.unique(np.concatenate([leak_fingerprints(one, key) for one in texts]))


def with_alternatives(text: str, sites: Sequence[Site]) -> str:
    """A master followed by every sentence that may stand in a copy instead of its own: what `rerank` looks at."""
    return "\n\n".join([text, *_passages(text, sites, 0)])


def _passages(text: str, sites: Sequence[Site], around: int) -> list[str]:
    """The other variants of sites that hold whole sentences, with `around` characters of text on both sides."""
    return [
        text[max(0, site.start - around) : site.start] + variant + text[site.end : site.end + around]
        for site in sites
        if max(len(variant) for variant in site.variants) >= _LONG_VARIANT
        for variant in site.variants[1:]
    ]


def by_rarity(frequencies: Mapping[int, int], documents: int) -> list[tuple[float, list[int]]]:
    """Fingerprints in classes of about equal rarity, each with its weight in nats.

    `frequencies[h]` is the number of documents with fingerprint h. One that half of all documents have, and
    64 or more, is left out: it tells little and takes long. Of fewer it may be all there is, say in a
    passage that all versions of one document share.
    """
    classes: dict[int, list[int]] = {}
    for value, count in sorted(frequencies.items()):
        classes.setdefault(count.bit_length(), []).append(value)
    weights = {size: math.log((documents + 1) / (1 << size >> 1)) for size in classes}
    told = [size for size in sorted(classes) if weights[size] > math.log(2) or size <= _FEW.bit_length()]
    return [(weights[size], classes[size]) for size in told]


def rank(shared: Iterable[tuple[float, Mapping[Id, int]]], most: int = 20) -> list[Id]:
    """The documents that share most with a leak, best first: for each class of rarity its weight and the counts."""
    scores: dict[Id, float] = {}
    for weight, counts in shared:
        for document, count in counts.items():
            scores[document] = scores.get(document, 0.0) + weight * count
    return sorted(scores, key=lambda document: -scores[document])[:most]


def rerank(leak_text: str, candidates: Mapping[Id, str]) -> list[tuple[Id, float]]:
    """The candidates whose text is in the leak, best first, with the share of the leak that fits them.

    `candidates` are master texts, best `with_alternatives`. What fits is the leak's characters beside the
    master, less two for each error. A candidate counts if one stretch of 60 fits, and 200 in all or half of
    the leak: phrases that everybody uses do not reach that. An empty list says that the leak shows no known
    document.
    """
    found: list[tuple[int, Id, float]] = []
    for document, master_text in candidates.items():
        fitting = _fitting(leak_text, master_text)
        total, letters = sum(fitting), max(1, len(leak_text))
        if max(fitting, default=0) >= _ONE_STRETCH and (total >= _IN_ALL or total >= _SHARE * letters):
            found.append((total, document, min(1.0, total / letters)))
    found.sort(key=lambda one: -one[0])
    return [(document, share) for _, document, share in found]


def _fitting(leak_text: str, master_text: str) -> list[int]:
    """How many characters of each stretch of the leak fit the master; of a long leak, where it is likeliest to."""
    if len(leak_text) > _MOST_SAMPLE:
        stretches = shared_stretches(master_text, leak_text, _MOST_SAMPLE)
        leak_text = "\n\n".join(leak_text[start:end] for start, end in stretches)
    segments = align(master_text, leak_text).segments
    return [segment.leak_end - segment.leak_start - _ERROR_COST * segment.errors for segment in segments]
