"""Open the vault that the options name."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from whosecopy.vault.store import Vault


@contextmanager
def opened(vault: Path | None, key: Path | None) -> "Iterator[Vault]":
    """The vault of `--vault` and `--key`, or of their defaults, closed at the end."""
    from whosecopy.vault.paths import vault_path
    from whosecopy.vault.store import open_vault

    with open_vault(vault_path(vault), key) as here:
        yield here
