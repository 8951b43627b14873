"""Open the vault that the options name."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from whosecopy.cli.files import now
from whosecopy.cli.terminal import warn

if TYPE_CHECKING:
    from whosecopy.vault.store import Tx, Vault


@contextmanager
def opened(vault: Path | None, key: Path | None, publish: bool = True) -> "Iterator[Vault]":
    """The vault of `--vault` and `--key`, or of their defaults, closed at the end.

    Where `publish` is set, its log is brought up to date before and after: what a killed command left, and what
    this one records. Raises `IntegrityError` where log and database contradict each other.
    """
    from whosecopy.vault.log import advance
    from whosecopy.vault.paths import vault_path
    from whosecopy.vault.store import open_vault

    with open_vault(vault_path(vault), key) as here:
        if publish:
            advance(here, now())
        yield here
        if publish:
            advance(here, now())


def mention_unfinished(tx: "Tx") -> None:
    """A note for every document whose seal was interrupted; its copies do not count as handed out."""
    for document in dict.fromkeys(batch.document for batch in tx.pending_batches()):
        warn(f"a seal of {document} was interrupted; finish it before anything else with: whosecopy seal --resume")
