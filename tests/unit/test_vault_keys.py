"""The root key: where it lies, who may read it, and that no other key opens the vault."""

import os
import stat
from pathlib import Path

import pytest

from whosecopy.errors import AccessError, InputError
from whosecopy.vault.paths import key_path, vault_path
from whosecopy.vault.rootkey import load_key, make_key
from whosecopy.vault.store import create, open_vault

NOW = "2031-05-06T07:08:09Z"


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name in ("WHOSECOPY_VAULT", "WHOSECOPY_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def test_vault_folder_is_option_then_environment_then_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    assert vault_path() == tmp_path / ".whosecopy"
    monkeypatch.setenv("WHOSECOPY_VAULT", str(tmp_path / "by environment"))
    assert vault_path() == tmp_path / "by environment"
    assert vault_path(Path("by option")) == tmp_path / "by option"


def test_a_database_url_is_refused_until_there_is_a_server(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WHOSECOPY_VAULT", "postgresql://host/base")
    with pytest.raises(InputError, match="folder"):
        vault_path()


def test_key_file_is_option_then_environment_then_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    folder = tmp_path / "vault"
    assert key_path("vault-1", folder) == tmp_path / "config/whosecopy/keys/vault-1.key"
    monkeypatch.setenv("WHOSECOPY_KEY", str(tmp_path / "env.key"))
    assert key_path("vault-1", folder) == tmp_path / "env.key"
    assert key_path("vault-1", folder, tmp_path / "option.key") == tmp_path / "option.key"


@pytest.mark.parametrize("configured", ["", "relative/folder"])
def test_configuration_folder_falls_back_to_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, configured: str):
    monkeypatch.setenv("XDG_CONFIG_HOME", configured)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert key_path("v", tmp_path / "vault") == tmp_path / "home/.config/whosecopy/keys/v.key"


@pytest.mark.parametrize("inside", ["root.key", "deeper/root.key", "../vault/root.key"])
def test_a_key_inside_the_vault_is_refused(tmp_path: Path, inside: str):
    with pytest.raises(AccessError, match="must not lie inside"):
        create(tmp_path / "vault", tmp_path / "vault" / inside, NOW)
    assert not (tmp_path / "vault").exists()


def test_a_link_to_a_key_inside_the_vault_is_refused(tmp_path: Path):
    key = tmp_path / "root.key"
    create(tmp_path / "vault", key, NOW).close()
    key.rename(tmp_path / "vault" / "hidden.key")
    key.symlink_to(tmp_path / "vault" / "hidden.key")
    with pytest.raises(AccessError, match="must not lie inside"):
        open_vault(tmp_path / "vault", key)


def test_init_puts_a_random_key_in_the_configuration_folder(tmp_path: Path):
    with create(tmp_path / "one", None, NOW) as one, create(tmp_path / "two", None, NOW) as two:
        files = [tmp_path / "config/whosecopy/keys" / f"{vault.id}.key" for vault in (one, two)]
    contents = [file.read_bytes() for file in files]
    assert [len(content) for content in contents] == [32, 32]
    assert contents[0] != contents[1]
    assert stat.S_IMODE(files[0].parent.stat().st_mode) == 0o700
    open_vault(tmp_path / "one", None).close()


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_nobody_else_can_read_vault_or_key_whatever_the_umask(tmp_path: Path, umask: int):
    before = os.umask(umask)
    try:
        with create(tmp_path / "vault", tmp_path / "keys" / "root.key", NOW) as vault, vault.snapshot() as tx:
            tx.documents()
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in vault.folder.iterdir()}
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "vault").stat().st_mode) == 0o700
    assert modes == {"vault.db": 0o600, "vault.db-wal": 0o600, "vault.db-shm": 0o600}
    assert stat.S_IMODE((tmp_path / "keys" / "root.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_key_that_others_can_read_is_refused_with_the_remedy(tmp_path: Path, mode: int):
    key = tmp_path / "root.key"
    create(tmp_path / "vault", key, NOW).close()
    key.chmod(mode)
    with pytest.raises(AccessError, match=f"chmod 600 {key}"):
        open_vault(tmp_path / "vault", key)


def test_wrong_key_opens_nothing(tmp_path: Path):
    create(tmp_path / "vault", tmp_path / "right.key", NOW).close()
    make_key(tmp_path / "wrong.key")
    with pytest.raises(AccessError, match="does not open") as refusal:
        open_vault(tmp_path / "vault", tmp_path / "wrong.key")
    assert "\n" not in str(refusal.value)
    assert "wrong.key" in str(refusal.value)


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_file_of_another_size_is_no_key(tmp_path: Path, size: int):
    file = tmp_path / "odd.key"
    file.write_bytes(bytes(size))
    file.chmod(0o600)
    with pytest.raises(AccessError, match="no root key"):
        load_key(file)


def test_missing_key_says_how_to_give_one(tmp_path: Path):
    create(tmp_path / "vault", tmp_path / "root.key", NOW).close()
    (tmp_path / "root.key").unlink()
    with pytest.raises(AccessError, match="--key FILE or WHOSECOPY_KEY"):
        open_vault(tmp_path / "vault", tmp_path / "root.key")


def test_a_key_is_never_overwritten(tmp_path: Path):
    key = make_key(tmp_path / "root.key")
    with pytest.raises(InputError, match="exists"):
        make_key(tmp_path / "root.key")
    assert load_key(tmp_path / "root.key") == key


def test_init_takes_an_existing_key(tmp_path: Path):
    key = make_key(tmp_path / "root.key")
    create(tmp_path / "vault", tmp_path / "root.key", NOW).close()
    assert load_key(tmp_path / "root.key") == key
    open_vault(tmp_path / "vault", tmp_path / "root.key").close()


def test_init_refuses_a_folder_in_use_and_leaves_no_key(tmp_path: Path):
    used = tmp_path / "used"
    used.mkdir()
    (used / "letter.txt").write_text("mine")
    with pytest.raises(InputError, match="something else is here"):
        create(used, tmp_path / "root.key", NOW)
    create(tmp_path / "vault", tmp_path / "first.key", NOW).close()
    with pytest.raises(InputError, match="a vault is here already"):
        create(tmp_path / "vault", tmp_path / "root.key", NOW)
    assert not (tmp_path / "root.key").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first.key", "used", "vault"]


def test_init_fills_an_empty_folder(tmp_path: Path):
    (tmp_path / "vault").mkdir(mode=0o755)
    create(tmp_path / "vault", tmp_path / "root.key", NOW).close()
    assert stat.S_IMODE((tmp_path / "vault").stat().st_mode) == 0o700


def test_init_below_a_file_is_refused_and_leaves_no_key(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be made"):
        create(tmp_path / "file" / "vault", tmp_path / "root.key", NOW)
    assert not (tmp_path / "root.key").exists()


def test_an_open_vault_does_not_show_its_keys(tmp_path: Path):
    with create(tmp_path / "vault", tmp_path / "root.key", NOW) as vault:
        shown = repr(vault)
    assert vault.id in shown
    assert repr(vault.lookup_key) not in shown
    assert "cells=" not in shown
