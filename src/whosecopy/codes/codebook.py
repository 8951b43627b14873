"""A template with the codewords that its secrets draw: everything about copies that is not a file."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whosecopy.codes.copylabels import copy_labels
from whosecopy.codes.keys import Secrets
from whosecopy.codes.keystream import codewords
from whosecopy.codes.profiles import biases, labels
from whosecopy.model import Template, codec

_BLOCK = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Codebook:
    """A template, its secrets, and what they draw: biases (m, q_max) in 256ths, labels (m, q_max)."""

    template: Template
    secrets: Secrets
    digest: bytes
    biases: NDArray[np.uint16]
    labels: NDArray[np.uint8]

    def symbols(self, first: int, count: int) -> NDArray[np.uint8]:
        """Codewords `first` to `first + count - 1`: shape (count, m)."""
        return codewords(self.secrets.code, self.biases, first, count)

    def variants(self, first: int, count: int) -> NDArray[np.uint8]:
        """The same as variant ordinals, 0 being what the master says: shape (count, m)."""
        return np.take_along_axis(self.labels[None], self.symbols(first, count)[..., None], axis=2)[..., 0]

    def copy_labels(self, count: int) -> list[str]:
        """The labels of copies 0 to `count - 1`."""
        return copy_labels(self.secrets.identity, count)


def make_codebook(template: Template, secrets: Secrets) -> Codebook:
    """The codebook that `secrets` draw for `template`; the same for the same arguments, always."""
    digest = codec.digest(template)
    return Codebook(
        template,
        secrets,
        digest,
        biases(secrets.bias, digest, template.marks),
        labels(secrets.labels, digest, template.marks),
    )


def all_differ(codebook: Codebook, count: int) -> bool:
    """Whether copies 0 to `count - 1` differ pairwise and none equals the master."""
    seen = {bytes(codebook.template.length)}
    for first in range(0, count, _BLOCK):
        rows = codebook.variants(first, min(_BLOCK, count - first))
        seen.update(row.tobytes() for row in rows)
    return len(seen) == count + 1


def chance_all_differ(codebook: Codebook, count: int) -> float:
    """A lower bound on the chance that `count` fresh codewords differ pairwise and from the master.

    Codewords are redrawn until they do, so that every p-value may be too small by the inverse of this
    factor; a trace lowers its alpha by it. P(two agree) is the product over marks of sum_s p_s^2.
    """
    shares = codebook.biases.astype(float) / 256
    agree = float(np.prod((shares**2).sum(axis=1)))
    master = float(np.prod(shares.max(axis=1)))
    return max(0.0, 1.0 - count * (count - 1) / 2 * agree - count * master)
