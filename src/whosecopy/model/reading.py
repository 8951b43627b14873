"""What a leak says of each mark, before anybody looks at a codeword."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""Log-likelihoods in nats, shape (marks or sites, q); a flat row is an erasure."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Quantised log-likelihoods of a leak for every mark of one template (STATISTICS V6).

    `levels_nats` has shape (m, q_max); entry (i, s) is ln P(what was seen at mark i | *variant* s stands
    there) up to a constant of the row, at most 16 different rows' worth per mark; columns beyond the
    mark's own alphabet are 0 and never used. A row flat over its alphabet is an erasure.
    """

    template_sha256: str
    levels_nats: Floats
    alphabet: NDArray[np.uint8]

    @property
    def read(self) -> NDArray[np.bool_]:
        """Which marks were read: shape (m,), false for erasures."""
        levels = self.levels_nats
        inside = np.arange(levels.shape[1])[None, :] < self.alphabet[:, None]
        top = np.where(inside, levels, -np.inf).max(axis=1, initial=-np.inf)
        low = np.where(inside, levels, np.inf).min(axis=1, initial=np.inf)
        return np.asarray(top > low)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where in the leak one site was seen, for the report's overlay.

    `leak_start:leak_end` are characters of the exhibit's text (-1 where the site was not found), `state`
    is `read`, `unclear` or `absent`, `variant` the likelier variant (-1 unless read).
    """

    site: int
    state: str
    leak_start: int = -1
    leak_end: int = -1
    variant: int = -1
