"""What a seal commits to before the first byte is written, so that nothing can be fitted afterwards."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from whosecopy.codes.codebook import Codebook, organisations
from whosecopy.codes.commit import SealRecord, commitment, leaf, recipient_leaf, recipients_key, salt
from whosecopy.codes.organisations import organisation_leaf, salts_key
from whosecopy.codes.split import code_commitment, code_shares
from whosecopy.model import Recipient, codec
from whosecopy.tlog.merkle import root

_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Place:
    """Where a batch stands: its document, version and number, its first index, the record before it (hex)."""

    document: str
    version: int
    batch: int
    first: int
    previous: str


def make_record(
    codebook: Codebook, place: Place, recipients: Sequence[Recipient], alpha: float, software: str
) -> SealRecord:
    """The record of issuing the next indices to `recipients`, in their order."""
    secrets = codebook.secrets
    return SealRecord(
        document=place.document,
        version=place.version,
        batch=place.batch,
        first=place.first,
        count=len(recipients),
        alpha=alpha,
        previous=place.previous,
        master_sha256=codebook.template.master_sha256,
        template_sha256=codebook.digest.hex(),
        biases_sha256=hashlib.sha256(codebook.biases.astype(">u2").tobytes()).hexdigest(),
        code_sha256=code_commitment(secrets.code),
        bias_sha256=commitment("bias", secrets.bias),
        labels_sha256=commitment("labels", secrets.labels),
        decoy_sha256=commitment("decoy", secrets.decoy),
        copies_root=root(copy_leaves(codebook, place.first, len(recipients))).hex(),
        recipients_root=root(recipient_leaves(codebook, place.first, recipients)).hex(),
        organisations_root=root(organisation_leaves(codebook, place.first, recipients)).hex(),
        packs=codebook.template.packs,
        software=software,
        code_shares=code_shares(secrets.code),
    )


def copy_leaves(codebook: Codebook, first: int, count: int) -> list[bytes]:
    """The leaves of copies `first` to `first + count - 1`: what `copies_root` is the root of."""
    labels = codebook.copy_labels(first + count)[first:] if count else []
    leaves = []
    for start in range(first, first + count, _BLOCK):
        words = codebook.symbols(start, min(_BLOCK, first + count - start))
        leaves += leaves_of(codebook, start, words, labels[start - first :])
    return leaves


def leaves_of(codebook: Codebook, first: int, words: NDArray[np.uint8], labels: Sequence[str]) -> list[bytes]:
    """The leaves of the codewords `words` (n, m), whose indices follow each other from `first` on."""
    key, digest = codebook.secrets.commit, codebook.digest
    return [
        leaf(salt(key, index), digest, index, label, word.tobytes())
        for index, (word, label) in enumerate(zip(words, labels, strict=False), start=first)
    ]


def recipient_leaves(codebook: Codebook, first: int, recipients: Sequence[Recipient]) -> list[bytes]:
    """The leaves of `recipients`, who were issued the indices from `first` on."""
    digest = codebook.digest
    key = recipients_key(codebook.secrets.commit, digest)
    return [
        recipient_leaf(salt(key, index), digest, index, one.id, one.organisation)
        for index, one in enumerate(recipients, start=first)
    ]


def organisation_leaves(codebook: Codebook, first: int, recipients: Sequence[Recipient]) -> list[bytes]:
    """The leaves of the organisations that got their first copies with `recipients`, by number.

    None where no mark is shared.
    """
    shared, digest = codebook.shared, codebook.digest
    if not shared.any():
        return []
    key = salts_key(codebook.secrets.commit, digest)
    known, numbers = organisations(codebook.members[:first]), codebook.members[first : first + len(recipients)]
    names = {int(number): one.organisation for number, one in zip(numbers, recipients, strict=True)}
    symbols = codebook.organisation_symbols(known + len(names))[:, shared]
    return [
        organisation_leaf(salt(key, number), digest, number, names[number], symbols[number].tobytes())
        for number in sorted(names)
        if number >= known
    ]


def encode_record(record: SealRecord) -> bytes:
    """The canonical bytes of `record`."""
    return codec.encode(record)
