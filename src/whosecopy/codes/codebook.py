"""A template with the codewords that its secrets draw: everything about copies that is not a file."""

from collections.abc import Sequence
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
    """A template, its secrets, and what they draw: biases (m, q_max) in 256ths, labels (m, q_max).

    `members` (copies,) holds the number of the organisation that each copy went to; it is needed where marks
    are shared within organisations.
    """

    template: Template
    secrets: Secrets
    digest: bytes
    biases: NDArray[np.uint16]
    labels: NDArray[np.uint8]
    members: NDArray[np.int64]

    @property
    def shared(self) -> NDArray[np.bool_]:
        """Which marks carry the symbol of an organisation: shape (m,)."""
        return np.array([mark.shared for mark in self.template.marks], dtype=bool)

    def symbols(self, first: int, count: int) -> NDArray[np.uint8]:
        """Codewords `first` to `first + count - 1`: shape (count, m).

        Raises `ValueError` where marks are shared and the organisation of a copy is not known.
        """
        drawn = codewords(self.secrets.code, self.biases, first, count)
        shared = self.shared
        if shared.any():
            numbers = self.members[first : first + count]
            if len(numbers) < count:
                raise ValueError(f"copies {first} to {first + count - 1}: the organisation of some is not known")
            drawn[:, shared] = self.organisation_symbols(organisations(numbers))[numbers][:, shared]
        return drawn

    def organisation_symbols(self, count: int) -> NDArray[np.uint8]:
        """What copies of organisations 0 to `count - 1` show; it is used at shared marks only: shape (count, m)."""
        return codewords(self.secrets.organisation, self.biases, 0, count)

    def variants(self, first: int, count: int) -> NDArray[np.uint8]:
        """The same as variant ordinals, 0 being what the master says: shape (count, m)."""
        return self.shown(self.symbols(first, count))

    def shown(self, symbols: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """What the marks of copies with these `symbols` (count, m) show: variant ordinals, shape (count, m)."""
        return np.take_along_axis(self.labels[None], symbols[..., None], axis=2)[..., 0]

    def copy_labels(self, count: int) -> list[str]:
        """The labels of copies 0 to `count - 1`."""
        return copy_labels(self.secrets.identity, count)


def make_codebook(template: Template, secrets: Secrets, members: Sequence[int] = ()) -> Codebook:
    """The codebook that `secrets` draw for `template`; the same for the same arguments, always.

    `members` are the organisations' numbers of the copies issued so far, where marks are shared.
    """
    digest = codec.digest(template)
    return Codebook(
        template,
        secrets,
        digest,
        biases(secrets.bias, digest, template.marks),
        labels(secrets.labels, digest, template.marks),
        np.array(members, dtype=np.int64),
    )


def organisations(members: NDArray[np.int64]) -> int:
    """How many organisations were issued to the copies whose numbers are `members`: numbers leave no gap."""
    return int(members.max(initial=-1)) + 1


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
    factor; a trace lowers its alpha by it. P(two agree) is the product over marks of sum_s p_s^2; two
    copies of one organisation agree at shared marks for certain, so that these are left out.
    """
    shares = codebook.biases.astype(float) / 256
    agree = float(np.prod((shares[~codebook.shared] ** 2).sum(axis=1)))
    master = float(np.prod(shares.max(axis=1)))
    return max(0.0, 1.0 - count * (count - 1) / 2 * agree - count * master)
