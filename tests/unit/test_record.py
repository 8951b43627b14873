"""What a seal commits to can be opened for one copy, and hides all others."""

import hashlib
import hmac
import json
import os
from dataclasses import astuple, replace

import numpy as np
import pytest

from whosecopy.codes.codebook import make_codebook
from whosecopy.codes.commit import NO_RECORD, SealRecord, commitment
from whosecopy.codes.keys import Secrets, derive, draw_secrets
from whosecopy.errors import IntegrityError
from whosecopy.model import Mark, Recipient, Site, Template, codec
from whosecopy.seal.record import Place, copy_leaves, encode_record, make_record, recipient_leaves
from whosecopy.tlog.merkle import check_inclusion, inclusion_path, leaf_hash
from whosecopy.vault.codebooks import sealed_codebook
from whosecopy.vault.secretbytes import ALL, RENDER, open_secrets, pack_secrets, unpack_secrets, wrapping_key
from whosecopy.vault.store_cells import open_cell

MARKS = 30


@pytest.fixture(scope="module")
def codebook():
    sites = tuple(Site("declared", 10 * k, 10 * k + 5, ("one", "two", "three")[: 2 + k % 2]) for k in range(MARKS))
    marks = tuple(Mark((k,), 2 + k % 2, "solo") for k in range(MARKS))
    template = Template("text/plain", "aa" * 32, "x" * 310, ((0, 310),), sites, marks, (("declared", "1"),))
    rng = np.random.default_rng(17)
    return make_codebook(template, Secrets(*(rng.bytes(32) for _ in range(7))))


def slow_leaf(book, index):
    """One leaf, written out from the specification: H(salt || template digest || index || label || codeword)."""
    salt = hmac.new(book.secrets.commit, index.to_bytes(8, "big"), "sha256").digest()
    digest = hashlib.sha256(codec.encode(book.template)).digest()
    word = bytes(int(symbol) for symbol in book.symbols(index, 1)[0])
    label = book.copy_labels(index + 1)[index].encode()
    return hashlib.sha256(salt + digest + index.to_bytes(8, "big") + label + word).digest()


def slow_root(leaves):
    """RFC 6962, by the letter: split at the largest power of two below the size."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    half = 1
    while 2 * half < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + slow_root(leaves[:half]) + slow_root(leaves[half:])).digest()


def record_of(book, first, count):
    place = Place("doc-1", 1, 1, first, NO_RECORD)
    return make_record(
        book, place, [Recipient(f"p-{k}", "north") for k in range(first, first + count)], 1e-6, "whosecopy test"
    )


@pytest.mark.parametrize(("first", "count"), [(0, 1), (0, 2), (0, 7), (7, 5), (12, 64)])
def test_the_root_is_that_of_one_leaf_per_copy(codebook, first, count):
    leaves = [slow_leaf(codebook, first + k) for k in range(count)]
    assert record_of(codebook, first, count).copies_root == slow_root(leaves).hex()


def test_one_copy_is_opened_without_showing_another(codebook):
    record = record_of(codebook, 0, 20)
    leaves = [slow_leaf(codebook, k) for k in range(20)]
    proof = inclusion_path(leaves, 13)
    check_inclusion(leaf_hash(slow_leaf(codebook, 13)), 13, 20, proof, bytes.fromhex(record.copies_root))
    assert {*proof}.isdisjoint(leaves)


def test_a_copy_opened_with_another_codeword_or_index_does_not_fit(codebook):
    root = bytes.fromhex(record_of(codebook, 0, 20).copies_root)
    proof = inclusion_path([slow_leaf(codebook, k) for k in range(20)], 13)
    for wrong in (slow_leaf(codebook, 12), bytes(32)):
        with pytest.raises(IntegrityError):
            check_inclusion(leaf_hash(wrong), 13, 20, proof, root)


def test_a_recipient_is_opened_without_showing_another(codebook):
    record = record_of(codebook, 4, 3)
    digest = hashlib.sha256(codec.encode(codebook.template)).digest()
    key = derive(codebook.secrets.commit, digest, "recipients")
    leaves = []
    for k in (4, 5, 6):
        salted = hmac.new(key, k.to_bytes(8, "big"), "sha256").digest()
        leaves.append(hashlib.sha256(salted + digest + k.to_bytes(8, "big") + f'["p-{k}","north"]'.encode()).digest())
    assert record.recipients_root == slow_root(leaves).hex()


def test_the_record_commits_to_everything_that_scores(codebook):
    record = record_of(codebook, 0, 3)
    assert record.template_sha256 == hashlib.sha256(codec.encode(codebook.template)).hexdigest()
    biases = b"".join(int(one).to_bytes(2, "big") for row in codebook.biases for one in row)
    assert record.biases_sha256 == hashlib.sha256(biases).hexdigest()
    assert (record.alpha, record.packs, record.master_sha256) == (1e-6, (("declared", "1"),), "aa" * 32)
    for purpose in ("code", "bias", "labels", "decoy"):
        secret = getattr(codebook.secrets, purpose)
        told = hashlib.sha256(b"whosecopy/1/commitment/" + purpose.encode() + b"\x00" + secret).hexdigest()
        assert getattr(record, f"{purpose}_sha256") == told == commitment(purpose, secret)


def test_the_record_holds_no_secret_no_label_and_no_person(codebook):
    text = encode_record(record_of(codebook, 0, 20)).decode()
    hidden = [secret.hex() for secret in (codebook.secrets.code, codebook.secrets.commit, codebook.secrets.identity)]
    for word in (*hidden, *codebook.copy_labels(20)):
        assert word not in text
    assert codec.decode(text.encode(), SealRecord) == record_of(codebook, 0, 20)


def test_the_stored_record_of_a_seal_is_the_one_of_its_codebook(memo):
    desk, sealed = memo
    with desk.vault() as vault, vault.snapshot() as tx:
        (batch,) = tx.batches(sealed.id, 1)
        template = codec.decode(tx.load_template(sealed.id, 1), Template)
        book = make_codebook(template, open_secrets(tx, sealed.id, 1))
    stored = json.loads(batch.record)
    assert stored["copies_root"] == slow_root([slow_leaf(book, k) for k in range(20)]).hex()
    assert (stored["first"], stored["count"], stored["alpha"]) == (0, 20, 1e-6)
    assert [one["copy"] for one in sealed.answer["copies"]] == book.copy_labels(20)


def test_a_later_batch_commits_to_its_own_copies_only(memo):
    desk, sealed = memo
    more = desk.list_of([Recipient("late-1"), Recipient("late-2"), Recipient("late-3")])
    desk.ok("seal", "--document", sealed.id, "--to", more, "--out", desk.home / "late")
    with desk.vault() as vault, vault.snapshot() as tx:
        stored = json.loads(tx.batches(sealed.id, 1)[1].record)
        template = codec.decode(tx.load_template(sealed.id, 1), Template)
        book = make_codebook(template, open_secrets(tx, sealed.id, 1))
    assert (stored["first"], stored["count"]) == (20, 3)
    assert stored["copies_root"] == slow_root([slow_leaf(book, k) for k in (20, 21, 22)]).hex()


def test_secrets_are_drawn_anew_and_kept_whole():
    one, two = draw_secrets(os.urandom), draw_secrets(os.urandom)
    assert len({*astuple(one), *astuple(two)}) == 14
    assert unpack_secrets(bytes(32), "ab", pack_secrets(bytes(32), "ab", one)) == one


def test_whoever_makes_copies_opens_neither_identities_nor_salts(memo):
    desk, sealed = memo
    with desk.vault() as vault, vault.snapshot() as tx:
        template = codec.decode(tx.load_template(sealed.id, 1), Template)
        whole = sealed_codebook(tx, sealed.id, 1, template)
        part = sealed_codebook(tx, sealed.id, 1, template, RENDER)
    assert (part.variants(0, 20) == whole.variants(0, 20)).all()
    for use in (lambda: part.copy_labels(1), lambda: recipient_leaves(part, 0, [Recipient("p")])):
        with pytest.raises(ValueError, match="not opened"):
            use()
    for name in ("identity", "commit", "decoy"):
        assert getattr(part.secrets, name) == b""
    with pytest.raises(ValueError, match="`commit` was not opened"):
        copy_leaves(replace(part, secrets=replace(part.secrets, identity=bytes(32))), 0, 1)
    with pytest.raises(ValueError, match="`decoy` was not opened"):
        make_record(part, Place(sealed.id, 1, 2, 20, NO_RECORD), (), 1e-6, "")


def test_the_wrapping_key_of_one_purpose_opens_no_other():
    drawn = draw_secrets(os.urandom)
    cells = codec.decode(pack_secrets(bytes(32), "ab", drawn), dict[str, bytes])
    assert open_cell(wrapping_key(bytes(32), "code"), "secrets", ("ab",), "code", cells["code"]) == drawn.code
    for name in ALL - {"code"}:
        with pytest.raises(IntegrityError):
            open_cell(wrapping_key(bytes(32), "code"), "secrets", ("ab",), name, cells[name])
    moved = codec.encode(cells | {"identity": cells["code"]})
    with pytest.raises(IntegrityError, match="altered"):
        unpack_secrets(bytes(32), "ab", moved)
    with pytest.raises(IntegrityError, match="altered"):
        unpack_secrets(bytes(32), "cd", codec.encode(cells))
