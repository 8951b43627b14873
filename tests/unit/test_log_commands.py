"""The commands of the log, as a clerk and as an auditor use them."""

import shutil
from pathlib import Path

import pytest

NOBODY = ("p-001", "north", "recipient", "copies/")


def test_show_lists_what_was_done_and_names_nobody(memo):
    desk, sealed = memo
    rows = desk.ok("log", "show", "--document", sealed.id)["records"]
    assert [row["kind"] for row in rows] == ["seal", "hand-out"]
    assert [(row["issued"], row["handed_out"]) for row in rows] == [(20, 0), (20, 20)]
    assert rows[0]["document"] == sealed.id
    assert [row["record"] for row in desk.ok("log", "show", "--last", 2)["records"]] == [2, 3]
    text = desk.run("log", "show")
    assert text.code == 0
    assert "vault_made" in text.out
    assert not any(word in text.out + str(rows) for word in NOBODY)
    assert "no-such" in desk.refused("log", "show", "--document", "no-such")


def test_every_command_leaves_a_checkpoint_over_its_records(memo):
    desk, sealed = memo
    desk.ok("copy", sealed.id, "p-003", "--out", desk.home / "again.md")
    records = desk.ok("log", "show")["records"]
    assert [row["kind"] for row in records] == ["vault_made", "seal", "hand-out", "hand-out"]
    size = int((desk.home / "vault/log/checkpoint").read_text().splitlines()[1])
    assert size == 4


def test_an_auditor_compares_with_a_checkpoint_kept_elsewhere(memo, tmp_path: Path):
    desk, sealed = memo
    key = desk.ok("log", "key")["key"]
    kept = shutil.copy(desk.home / "vault/log/checkpoint", tmp_path / "kept")
    desk.ok("copy", sealed.id, "p-003", "--out", desk.home / "again.md")
    found = desk.ok("log", "verify", "--log-key", key, "--checkpoint", kept)
    assert (found["size"], found["continues"], found["origin_established"]) == (4, 3, True)
    assert desk.ok("log", "verify")["origin_established"] is False
    assert "only a key or checkpoint kept elsewhere" in desk.run("log", "verify").out


def test_a_vault_put_back_with_its_log_is_told_by_the_kept_checkpoint(memo, tmp_path: Path):
    desk, sealed = memo
    older = desk.clone(tmp_path / "older")
    desk.ok("copy", sealed.id, "p-003", "--out", desk.home / "again.md")
    kept = desk.home / "vault/log/checkpoint"
    answer = older.run("log", "verify", "--checkpoint", kept)
    assert (answer.code, answer.out) == (3, "")
    assert "4 records, the log 3: the vault was put back" in answer.err
    older.ok("copy", sealed.id, "p-007", "--out", older.home / "again.md")
    answer = older.run("log", "verify", "--checkpoint", kept)
    assert answer.code == 3
    assert "the first 4 records are others" in answer.err


def test_a_key_of_another_log_is_refused(desk, memo):
    other, _ = memo
    answer = desk.run("log", "verify", "--log-key", other.ok("log", "key")["key"])
    assert (answer.code, "never signed" in answer.err) == (3, True)
    assert "no key of a log" in desk.refused("log", "verify", "--log-key", "nonsense")
    answer = desk.run("log", "verify", "--checkpoint", desk.file("kept", b"nonsense"))
    assert (answer.code, answer.err.count("\n")) == (3, 1)


def test_a_replaced_key_is_followed_and_a_revoked_one_is_not(desk, tmp_path: Path):
    first = desk.ok("log", "key")["key"]
    kept = shutil.copy(desk.home / "vault/log/checkpoint", tmp_path / "kept")
    second = desk.ok("log", "rotate")["key"]
    found = desk.ok("log", "verify", "--log-key", first, "--checkpoint", kept)
    assert (found["key"], found["continues"]) == (second, 1)
    third = desk.ok("log", "rotate", "--revoke")["key"]
    answer = desk.run("log", "verify", "--log-key", second)
    assert (answer.code, "revoked at record 3" in answer.err) == (3, True)
    assert desk.ok("log", "verify", "--log-key", third)["key"] == third
    assert desk.ok("log", "verify", "--checkpoint", kept)["continues"] == 1


def test_an_altered_tile_stops_commands_and_verify_names_it(memo):
    desk, sealed = memo
    desk.ok("log", "key")
    tile = desk.home / "vault/log/tile/0/000.p/3"
    whole = tile.read_bytes()
    tile.write_bytes(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
    answer = desk.run("copy", sealed.id, "p-003", "--out", desk.home / "again.md")
    assert (answer.code, (desk.home / "again.md").exists()) == (3, False)
    assert "whosecopy log verify" in answer.err
    answer = desk.run("log", "verify")
    assert (answer.code, "tile/0/000.p/3: differs" in answer.err) == (3, True)
    tile.unlink()
    assert desk.ok("log", "verify")["size"] == 3
    assert tile.read_bytes() == whole


@pytest.mark.parametrize("arguments", [("witness", "http://h", "--witness-key", "x"), ("stamp", "--tsa", "http://h")])
def test_nonsense_is_refused_in_one_line(desk, arguments):
    assert desk.refused("log", *arguments)


def test_a_witness_without_a_name_or_with_a_bad_one_is_not_made(desk):
    assert "needs a name" in desk.refused("log", "serve-witness", "--state", desk.home / "w")
    assert "blanks" in desk.refused("log", "serve-witness", "--state", desk.home / "w", "--name", "a b")
