"""Whoever alters secrets, template, level, copies or recipients after the seal is found out before a trace scores."""

import hashlib
import json
from dataclasses import replace

import pytest

from whosecopy.codes.commit import SealRecord, commitment
from whosecopy.errors import IntegrityError
from whosecopy.model import Recipient, Template, codec
from whosecopy.vault import commitments
from whosecopy.vault.commitments import check_records, records
from whosecopy.vault.events import events, record
from whosecopy.vault.secretbytes import open_secrets, pack_secrets, unpack_secrets
from whosecopy.vault.tables import batches, versions

NOW = "2031-05-06T07:08:09Z"


def rewrite(desk, table, row, column, change):
    """Alter one encrypted cell as somebody would who holds the vault's key."""
    with desk.vault() as vault, vault.transaction() as tx:
        where = [column_ == value for column_, value in zip(table.primary_key, row, strict=True)]
        (found,) = tx.fetch(table, where[0] & where[1] & (where[2] if len(where) > 2 else where[0]), column)
        tx.update(table, row, {column: change(found[column])})
        record(tx, "note", {}, NOW)


def refused(desk, leak):
    """The one line of a trace that stops because the vault differs from what was committed; nothing is scored."""
    answer = desk.run("trace", leak, "--json")
    assert (answer.code, answer.out) == (3, ""), answer
    with desk.vault() as vault, vault.snapshot() as tx:
        assert tx.alphas_spent() == []
        assert all(trace.verdict is None for trace in tx.traces())
    return answer.err


def rewrap(desk, sealed, digest=None, **keys):
    """Put other keys in the place of some of the seven, or wrap them for another template."""
    with desk.vault() as vault, vault.snapshot() as tx:
        wrapping, before = vault.keys.secrets, tx.version(sealed.id, 1).template_sha256

    def change(packed):
        secrets = replace(unpack_secrets(wrapping, before, packed), **keys)
        return pack_secrets(wrapping, digest or before, secrets)

    rewrite(desk, versions, (sealed.id, 1), "secrets", change)


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("code", "code_sha256"),
        ("bias", "bias_sha256"),
        ("labels", "labels_sha256"),
        ("decoy", "decoy_sha256"),
        ("identity", "copies_root"),
        ("commit", "copies_root"),
    ],
)
def test_another_key_is_found_before_anything_is_scored(memo, key, told):
    desk, sealed = memo
    rewrap(desk, sealed, **{key: b"\x07" * 32})
    assert f"{told} of version 1 differs from what was committed at seal" in refused(desk, sealed.copies["p-003"])


def test_an_altered_template_is_found(memo):
    desk, sealed = memo
    rewrite(desk, versions, (sealed.id, 1), "template", lambda data: data.replace(b'"solo"', b'"GL6"'))
    assert "its template no longer has the digest" in refused(desk, sealed.copies["p-003"])


def test_a_template_altered_together_with_its_stored_digest_is_found(memo):
    desk, sealed = memo
    with desk.vault() as vault, vault.snapshot() as tx:
        changed = tx.load_template(sealed.id, 1).replace(b'"profile":"solo"', b'"profile":"GL6"')
        changed = changed.replace(b'"profile":"short"', b'"profile":"GL6"')
    digest = codec.digest(codec.decode(changed, Template)).hex()
    rewrap(desk, sealed, digest)
    rewrite(desk, versions, (sealed.id, 1), "template", lambda _: changed)
    rewrite(
        desk,
        versions,
        (sealed.id, 1),
        "facts",
        lambda data: codec.encode(json.loads(data) | {"template_sha256": digest}),
    )
    assert "template_sha256 of version 1 differs" in refused(desk, sealed.copies["p-003"])


def test_another_master_is_found(memo):
    desk, sealed = memo
    rewrite(desk, versions, (sealed.id, 1), "master", lambda data: data + b" ")
    assert "the master of version 1 is not the one that was sealed" in refused(desk, sealed.copies["p-003"])


def test_a_level_raised_after_the_seal_is_found(memo):
    desk, sealed = memo
    rewrite(desk, versions, (sealed.id, 1), "facts", lambda data: codec.encode(json.loads(data) | {"alpha": 1e-3}))
    assert "alpha of version 1 differs" in refused(desk, sealed.copies["p-003"])


def test_two_recipients_swapped_after_the_seal_are_found(memo):
    desk, sealed = memo

    def swap(data):
        first, second, *others = json.loads(data)
        return codec.encode([second, first, *others])

    rewrite(desk, batches, (sealed.id, 1, 1), "recipients", swap)
    assert "recipients_root of version 1 differs" in refused(desk, sealed.copies["p-003"])


def test_a_record_made_to_fit_another_key_does_not_fit_its_event(memo):
    desk, sealed = memo
    rewrap(desk, sealed, decoy=b"\x07" * 32)

    def fit(data):
        kept = codec.decode(data, SealRecord)
        with desk.vault() as vault, vault.snapshot() as tx:
            secrets = open_secrets(tx, sealed.id, 1)
        return codec.encode(json.loads(codec.encode(kept)) | {"decoy_sha256": commitment("decoy", secrets.decoy)})

    rewrite(desk, batches, (sealed.id, 1, 1), "record", fit)
    assert "the record of batch 1 of version 1 was altered" in refused(desk, sealed.copies["p-003"])


def test_a_gap_between_indices_is_found(memo):
    desk, sealed = memo
    for name in ("one", "two"):
        to = desk.list_of([Recipient(name)])
        desk.ok("seal", "--document", sealed.id, "--to", to, "--out", desk.home / name)
    with desk.vault() as vault, vault.transaction() as tx:
        tx.connection.execute(batches.delete().where(batches.c.first == 20))
        record(tx, "note", {}, NOW)
    answer = desk.run("trace", sealed.copies["p-003"])
    assert answer.code == 3
    assert "2 batches of copies, but 3 records of a seal" in answer.err


def test_records_of_a_document_are_chained_over_batches_and_versions(memo):
    desk, sealed = memo
    to = desk.list_of([Recipient("late")])
    desk.ok("seal", "--document", sealed.id, "--to", to, "--out", desk.home / "late")
    master = (sealed.copies["p-003"].parent.parent / "copies-master.md").read_text()
    newer = desk.file("newer.md", master.replace("chalk and string", "chalk and twine"))
    more = desk.list_of([Recipient(f"q-{k}") for k in range(9)], "more.csv")
    desk.ok("seal", newer, "--to", more, "--out", desk.home / "v2", "--supersedes", sealed.id)
    with desk.vault() as vault, vault.snapshot() as tx:
        kept = [one for one, _ in records(tx, sealed.id)]
        check_records(tx, sealed.id)
    assert [(one.version, one.batch, one.first, one.count) for one in kept] == [
        (1, 1, 0, 20),
        (1, 2, 20, 1),
        (2, 1, 0, 9),
    ]
    assert kept[0].previous == "0" * 64
    assert [one.previous for one in kept[1:]] == [codec.digest(one).hex() for one in kept[:2]]


def test_of_very_many_copies_the_named_ones_are_compared(memo, monkeypatch):
    desk, sealed = memo
    monkeypatch.setattr(commitments, "ALWAYS", 10)
    rewrap(desk, sealed, commit=b"\x07" * 32)
    quote = sealed.text("p-003").split("\n\n")[1]
    assert desk.run("trace", "--text", quote).code == 1
    answer = desk.run("trace", sealed.copies["p-003"])
    assert answer.code == 3
    assert "copies_root of version 1 differs" in answer.err


def test_the_test_is_recorded_with_its_readings_before_anything_is_scored(memo):
    desk, sealed = memo
    desk.run("trace", sealed.copies["p-003"])
    with desk.vault() as vault, vault.snapshot() as tx:
        (test,) = [event for event in events(tx, sealed.id) if event.header.kind == "test"]
        (past,) = tx.past_readings(sealed.id, 1)
    assert test.payload["versions"] == [[sealed.id, 1, 20, hashlib.sha256(past.reading).hexdigest()]]


def test_an_unaltered_vault_passes(memo):
    desk, sealed = memo
    with desk.vault() as vault, vault.snapshot() as tx:
        check_records(tx, sealed.id)
    assert desk.run("trace", sealed.copies["p-003"]).code == 0


def test_a_batch_without_record_is_found(memo):
    desk, sealed = memo
    with desk.vault() as vault, vault.snapshot() as tx:
        (kept,) = tx.batches(sealed.id, 1)
    with desk.vault() as vault, vault.transaction() as tx:
        tx.add_batch(sealed.id, 1, [Recipient("ghost")], kept.record, "done", "")
        record(tx, "note", {}, NOW)
    with desk.vault() as vault, vault.snapshot() as tx, pytest.raises(IntegrityError, match="2 batches of copies"):
        check_records(tx, sealed.id)
