"""What a seal commits to before the first byte is written, so that nothing can be fitted afterwards."""

import hashlib
from dataclasses import dataclass

from whosecopy.codes.codebook import Codebook
from whosecopy.codes.commit import leaf, salt
from whosecopy.model import codec
from whosecopy.tlog.merkle import root

SCHEMA = "whosecopy.seal/1"


@dataclass(frozen=True, slots=True)
class SealRecord:
    """The durable record of one batch of copies: digests and commitments, no secret and no person.

    `copies_root` is the RFC 6962 root over one leaf per recipient, `codes.commit.leaf`; one leaf can be
    opened later without revealing another. `first` and `count` are the codeword indices issued.
    """

    document: str
    version: int
    first: int
    count: int
    alpha: float
    master_sha256: str
    template_sha256: str
    biases_sha256: str
    code_sha256: str
    decoy_sha256: str
    copies_root: str
    packs: tuple[tuple[str, str], ...]
    software: str
    schema: str = SCHEMA


def make_record(
    codebook: Codebook, document: str, version: int, first: int, count: int, alpha: float, software: str
) -> SealRecord:
    """The record of handing out copies `first` to `first + count - 1`."""
    labels = codebook.copy_labels(first + count)[first:]
    words = codebook.symbols(first, count)
    leaves = [
        leaf(salt(codebook.secrets.commit, first + k), codebook.digest, first + k, label, words[k].tobytes())
        for k, label in enumerate(labels)
    ]
    return SealRecord(
        document=document,
        version=version,
        first=first,
        count=count,
        alpha=alpha,
        master_sha256=codebook.template.master_sha256,
        template_sha256=codebook.digest.hex(),
        biases_sha256=hashlib.sha256(codebook.biases.astype(">u2").tobytes()).hexdigest(),
        code_sha256=commitment("code", codebook.secrets.code),
        decoy_sha256=commitment("decoy", codebook.secrets.decoy),
        copies_root=root(leaves).hex(),
        packs=codebook.template.packs,
        software=software,
    )


def commitment(purpose: str, secret: bytes) -> str:
    """A hiding and binding commitment to a 32-byte random `secret`, as lower-case hex."""
    return hashlib.sha256(b"whosecopy/1/commitment/" + purpose.encode() + b"\0" + secret).hexdigest()


def encode_record(record: SealRecord) -> bytes:
    """The canonical bytes of `record`."""
    return codec.encode(record)
