"""What a carrier is. A new carrier is one file beside this one, an entry point, and passes `tests/laws`.

The wall (STATISTICS V5): nothing here can import `whosecopy.codes`, and `read` is given a leak, the
master and its sites, never a codeword nor anything made from copies.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from whosecopy.media.align import AlignedLeak
from whosecopy.model import Document, Floats, Layout, Looks, Site


class Writer(Protocol):
    """A family of sites that it can find in a master and write to a copy."""

    name: str
    """Dotted family name, e.g. `wording.contraction`."""
    version: str
    """Version of the rule pack: stored with every template; older packs stay readable."""
    media: frozenset[str]
    """MIME types it can mark."""

    def sites(self, master: Document) -> list[Site]:
        """All places of `master` that could carry a mark, sorted by position, none in a protected span."""

    def write(self, master: Document, sites: Sequence[Site], variants: Sequence[int]) -> Document:
        """`master` with site k showing its variant `variants[k]`; 0 is what the master says, looks aside."""


class Carrier(Writer, Protocol):
    """A family that is read from the text of a leak."""

    def read(self, leak: AlignedLeak, sites: Sequence[Site]) -> Floats:
        """Log-likelihood in nats of each variant at each site: (len(sites), q_max), a flat row is an erasure."""


class LayoutCarrier(Writer, Protocol):
    """A family that is read from the looks of a leak's words."""

    def read(self, looks: Looks, layout: Layout, sites: Sequence[Site]) -> Floats:
        """Log-likelihood in nats of each variant at each site: (len(sites), q_max), a flat row is an erasure."""

    def at_rest(self, looks: Looks, layout: Layout, sites: Sequence[Site]) -> NDArray[np.bool_]:
        """Which sites are seen clearly to look as in the master: shape (len(sites),)."""
