"""Where a vault and its root key lie; nothing here opens a file."""

import os
from pathlib import Path

from whosecopy.errors import AccessError, InputError


def vault_path(option: Path | None = None) -> Path:
    """The vault's folder: `option`, else `$WHOSECOPY_VAULT`, else `./.whosecopy`.

    Raises `InputError` for a URL: vaults are folders so far.
    """
    chosen = str(option or os.environ.get("WHOSECOPY_VAULT") or ".whosecopy")
    if ":/" in chosen:
        raise InputError(f"{chosen}: a vault is a folder; give the path of one")
    return Path(chosen).absolute()


def key_path(vault_id: str, folder: Path, option: Path | None = None) -> Path:
    """The root key's file: `option`, else `$WHOSECOPY_KEY`, else `keys/<vault-id>.key` in the configuration folder.

    Raises `AccessError` where that lies inside the vault `folder`: whoever copied it would hold both.

    Source: XDG Base Directory Specification (`$XDG_CONFIG_HOME`, a relative value is ignored).
    """
    chosen = option or os.environ.get("WHOSECOPY_KEY")
    file = Path(chosen).absolute() if chosen else _configuration() / "whosecopy" / "keys" / f"{vault_id}.key"
    if file.resolve().is_relative_to(folder.resolve()):
        raise AccessError(f"{file}: the key must not lie inside the vault it opens; move it out and give --key FILE")
    return file


def _configuration() -> Path:
    configured = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    return configured if configured.is_absolute() else Path.home() / ".config"
