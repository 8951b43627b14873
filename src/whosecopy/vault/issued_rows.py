"""In split mode: the leaves of what custodians gave at seal, so that no copy is made from anything else later."""

from collections.abc import Sequence

from whosecopy.codes.codebook import Codebook
from whosecopy.codes.keystream import Bytes
from whosecopy.errors import IntegrityError
from whosecopy.seal.record import copy_leaves, leaves_of
from whosecopy.tlog.merkle import HASH_BYTES, root
from whosecopy.vault.store import Tx
from whosecopy.vault.store_batches import Batch
from whosecopy.vault.store_session import is_row
from whosecopy.vault.tables import leaves as table

CHECK = frozenset({"identity", "commit"})
"""The keys that it takes to compare."""


def keep_leaves(tx: Tx, batch: Batch, codebook: Codebook, copies_root: str) -> None:
    """Keep the leaves of the copies of a batch whose record commits to `copies_root`.

    Raises `IntegrityError` where a custodian gives out other rows now than when the record was made.
    """
    leaves = copy_leaves(codebook, batch.first, batch.count)
    if root(leaves).hex() != copies_root:
        raise _differ(batch)
    row = {"document": batch.document, "version": batch.version, "batch": batch.batch}
    tx.insert(table, {**row, "leaves": b"".join(leaves)})


def kept_leaves(tx: Tx, batch: Batch) -> list[bytes]:
    """What `keep_leaves` kept of a batch, by copy; nothing where no custodians hold the keys."""
    found = tx.fetch(table, is_row(table, (batch.document, batch.version, batch.batch)), "leaves")
    return [row["leaves"][at : at + HASH_BYTES] for row in found for at in range(0, len(row["leaves"]), HASH_BYTES)]


def symbols_to_hand_out(
    codebook: Codebook, batch: Batch, first: int, count: int, known: Sequence[bytes], labels: Sequence[str]
) -> Bytes:
    """The codewords of copies `first` to `first + count - 1` of `batch`, compared with its `known` leaves, if any.

    `labels` are those of copies 0 to `first + count - 1`, needed where there are leaves. Raises `IntegrityError`
    where a custodian gives out other rows than at seal.
    """
    words = codebook.symbols(first, count)
    at = first - batch.first
    if known and leaves_of(codebook, first, words, labels[first:]) != list(known[at : at + count]):
        raise _differ(batch)
    return words


def _differ(batch: Batch) -> IntegrityError:
    return IntegrityError(
        f"{batch.document}: a custodian gives out other rows than those that were sealed; no copy was made of them; "
        "ask both custodians to restore their keys"
    )
