"""Open the vault that the options name."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from whosecopy.cli.files import now

if TYPE_CHECKING:
    from whosecopy.vault.store import Vault


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
