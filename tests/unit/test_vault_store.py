"""What is put into a vault comes back, and nothing is changed by halves or unrecorded."""

import hashlib
from pathlib import Path

import pytest

from whosecopy.errors import AccessError, InputError
from whosecopy.model import Recipient
from whosecopy.vault.events import events, record
from whosecopy.vault.store import Tx, Vault, create, open_vault

NOW = "2031-05-06T07:08:09Z"
PEOPLE = [
    Recipient("r-0001", "north", "ann@north.example", (("site", "Ålesund"),)),
    Recipient("r-0002", "south", "bob@south.example"),
    Recipient("r-0003", "south"),
]


@pytest.fixture
def vault(tmp_path: Path):
    with create(tmp_path / "vault", tmp_path / "root.key", NOW) as made:
        yield made


def add_document(tx: Tx, lookup=(), master=b"the master", alpha=1e-6) -> str:
    document = tx.add_document("Joint plan", "text/markdown", NOW)
    tx.add_version(document, b"template", "ab" * 32, master, b"secrets", alpha, lookup, encoding="utf-8", name="p.md")
    record(tx, "seal", {}, NOW, document)
    return document


def test_a_document_comes_back_after_the_vault_was_closed(vault: Vault, tmp_path: Path):
    with vault.transaction() as tx:
        document = add_document(tx)
    vault.close()
    with open_vault(tmp_path / "vault", tmp_path / "root.key") as again, again.snapshot() as tx:
        sealed = tx.document(document)
        version = tx.version(document, 1)
        assert (sealed.title, sealed.media, sealed.created_at) == ("Joint plan", "text/markdown", NOW)
        assert (version.alpha, version.encoding, version.name, version.closed) == (1e-6, "utf-8", "p.md", False)
        assert (version.template_sha256, version.master_sha256) == (
            "ab" * 32,
            hashlib.sha256(b"the master").hexdigest(),
        )
        assert tx.load_template(document, 1) == b"template"
        assert tx.load_master(document, 1) == b"the master"
        assert tx.load_secrets(document, 1) == b"secrets"
        assert tx.documents() == [sealed]


def test_document_ids_say_nothing_about_the_title(vault: Vault):
    with vault.transaction() as tx:
        first, second = add_document(tx), add_document(tx)
    assert first != second
    assert all(len(one) == 10 and one.startswith("doc-") for one in (first, second))


def test_versions_count_from_one_in_each_document(vault: Vault):
    with vault.transaction() as tx:
        first, second = add_document(tx), add_document(tx)
        assert tx.add_version(first, b"t2", "cd" * 32, b"m2", b"s2", 1e-3, []) == 2
        record(tx, "seal", {}, NOW, first)
        assert [one.version for one in tx.versions(first)] == [1, 2]
        assert [one.alpha for one in tx.versions(first)] == [1e-6, 1e-3]
        assert tx.load_secrets(first, 2) == b"s2"
        assert [one.version for one in tx.versions(second)] == [1]


def test_identical_master_is_recognised(vault: Vault):
    with vault.transaction() as tx:
        document = add_document(tx)
        assert tx.known_master(hashlib.sha256(b"the master").hexdigest()) == document
        assert tx.known_master(hashlib.sha256(b"another").hexdigest()) is None


@pytest.mark.parametrize(
    "ask",
    [
        lambda tx: tx.document("doc-000000"),
        lambda tx: tx.versions("doc-000000"),
        lambda tx: tx.load_master("doc-000000", 1),
        lambda tx: tx.add_version("doc-000000", b"", "", b"", b"", 1e-6, []),
        lambda tx: tx.add_batch("doc-000000", 1, PEOPLE, b"", "pending", "out"),
        lambda tx: tx.trace("case-000000"),
    ],
)
def test_unknown_ids_are_refused_in_one_line(vault: Vault, ask):
    with vault.snapshot() as tx, pytest.raises(InputError) as refusal:
        ask(tx)
    assert "000000" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_indices_are_consecutive_over_batches(vault: Vault):
    with vault.transaction() as tx:
        document = add_document(tx)
        first = tx.add_batch(document, 1, PEOPLE[:2], b"record 1", "pending", "/tmp/a")
        record(tx, "issue", {}, NOW, document)
    with vault.transaction() as tx:
        assert tx.next_index(document, 1) == 2
        second = tx.add_batch(document, 1, PEOPLE[2:], b"record 2", "pending", "/tmp/b")
        record(tx, "issue", {}, NOW, document)
    assert [(b.batch, b.first, b.count) for b in (first, second)] == [(1, 0, 2), (2, 2, 1)]
    with vault.snapshot() as tx:
        issues = tx.recipients(document, 1)
        assert [(i.index, i.recipient, i.batch) for i in issues] == [(k, PEOPLE[k], 1 + (k == 2)) for k in range(3)]
        assert tx.issued() == {(document, 1): 3}
        assert tx.batches(document, 1) == [first, second]


def test_interrupted_seal_stays_pending_until_finished(vault: Vault):
    with vault.transaction() as tx:
        document = add_document(tx)
        batch = tx.add_batch(document, 1, PEOPLE, b"the record", "pending", "/srv/Überblick")
        record(tx, "issue", {}, NOW, document)
    with vault.transaction() as tx:
        assert tx.pending_batches() == [batch]
        assert (batch.record, batch.out_dir) == (b"the record", "/srv/Überblick")
        tx.finish_batch(batch)
        record(tx, "delivered", {}, NOW, document)
    with vault.snapshot() as tx:
        assert tx.pending_batches() == []
        assert {issue.state for issue in tx.recipients(document, 1)} == {"done"}


def test_recipient_is_found_in_every_document(vault: Vault):
    with vault.transaction() as tx:
        one, two = add_document(tx), add_document(tx)
        tx.add_batch(one, 1, PEOPLE, b"", "done", "")
        tx.add_batch(two, 1, PEOPLE[1:], b"", "done", "")
        record(tx, "issue", {}, NOW)
        found = {(document, version, issue.index) for document, version, issue in tx.find("r-0002")}
        assert found == {(one, 1, 1), (two, 1, 0)}
        assert [issue.index for _, _, issue in tx.find("r-0002", two)] == [0]
        assert tx.find("r-9999") == []


def test_nobody_is_no_batch(vault: Vault):
    with vault.transaction() as tx:
        document = add_document(tx)
        with pytest.raises(InputError, match="no recipient"):
            tx.add_batch(document, 1, [], b"", "pending", "")


def test_candidates_count_shared_fingerprints_like_sets_do(vault: Vault):
    extremes = [-(2**63), 2**63 - 1]
    texts = [{k * k - 50 for k in range(n, n + 600)} | set(extremes) for n in (0, 300, 900)]
    with vault.transaction() as tx:
        keys = [(add_document(tx, sorted(hashes)), 1) for hashes in texts]
    leak = [*texts[1]][:550] + extremes + [7_777_777]
    shared = {key: len(hashes & {*leak}) for key, hashes in zip(keys, texts, strict=True)}
    frequency = {h: sum(h in hashes for hashes in texts) for h in leak}
    with vault.snapshot() as tx:
        assert tx.candidates(leak) == {key: count for key, count in shared.items() if count}
        assert tx.frequencies(leak) == {h: count for h, count in frequency.items() if count}
        assert tx.count_versions() == 3
        assert tx.candidates([]) == {}
        assert tx.frequencies([]) == {}


def test_an_exception_undoes_the_whole_transaction(vault: Vault):
    def interrupted():
        with vault.transaction() as tx:
            document = add_document(tx)
            tx.add_batch(document, 1, PEOPLE, b"", "pending", "")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with vault.snapshot() as tx:
        assert tx.documents() == []
        assert [event.header.kind for event in events(tx)] == ["vault_made"]


def test_a_change_that_is_not_recorded_is_undone(vault: Vault):
    with pytest.raises(RuntimeError, match="without an event"), vault.transaction() as tx:
        tx.add_document("Joint plan", "text/plain", NOW)
    with vault.snapshot() as tx:
        assert tx.documents() == []


def test_a_snapshot_changes_nothing_and_sees_no_later_change(vault: Vault):
    with vault.snapshot() as before:
        assert before.documents() == []
        with vault.transaction() as tx:
            add_document(tx)
        assert before.documents() == []
    with pytest.raises(RuntimeError, match="for reading"), vault.snapshot() as tx:
        add_document(tx)
    with vault.snapshot() as tx:
        assert len(tx.documents()) == 1


def test_v11_a_trace_is_recorded_before_its_verdict(vault: Vault):
    with vault.transaction() as tx:
        document = add_document(tx)
    with vault.transaction() as tx:
        trace = tx.add_trace("aa" * 32, "bb" * 32, NOW)
        record(tx, "trace", {"trace": trace}, NOW)
    with vault.transaction() as tx:
        assert tx.stored_verdict("aa" * 32, "bb" * 32) is None
        tx.add_readings(trace, {(document, 1): b"reading"}, retrace=1, alpha=5e-7)
        record(tx, "reading", {"trace": trace}, NOW, document)
    with vault.snapshot() as tx:
        interrupted = tx.trace(trace)
        assert (interrupted.retrace, interrupted.alpha, interrupted.verdict) == (1, 5e-7, None)
        assert tx.alphas_spent() == [5e-7]


def test_v11_identical_bytes_and_options_return_the_stored_verdict(vault: Vault):
    with vault.transaction() as tx:
        for verdict in (b"first", b"second"):
            trace = tx.add_trace("aa" * 32, "bb" * 32, NOW)
            tx.finish_trace(trace, verdict, b"case of " + verdict)
        record(tx, "trace", {}, NOW)
    with vault.snapshot() as tx:
        stored = tx.stored_verdict("aa" * 32, "bb" * 32)
        assert stored is not None
        assert (stored.verdict, stored.case, stored.created_at) == (b"first", b"case of first", NOW)
        assert (stored.retrace, stored.alpha) == (None, None)
        assert tx.stored_verdict("aa" * 32, "cc" * 32) is None
        assert tx.stored_verdict("bb" * 32, "aa" * 32) is None
        assert len(tx.traces()) == 2


def test_a_verdict_is_never_replaced(vault: Vault):
    with vault.transaction() as tx:
        trace = tx.add_trace("aa" * 32, "bb" * 32, NOW)
        tx.finish_trace(trace, b"verdict", b"case")
        record(tx, "trace", {}, NOW)
    with vault.transaction() as tx:
        with pytest.raises(InputError, match="never replaced"):
            tx.finish_trace(trace, b"another", b"case")
        assert tx.trace(trace).verdict == b"verdict"


def test_v11_past_readings_are_those_of_the_version_in_order(vault: Vault):
    with vault.transaction() as tx:
        one, two = add_document(tx), add_document(tx)
        traces = [tx.add_trace(f"{k:064x}", "", NOW) for k in range(4)]
        tx.add_readings(traces[0], {(one, 1): b"r0"}, 1, 1e-6)
        tx.add_readings(traces[1], {(one, 1): b"r1", (two, 1): b"other"}, 2, 1e-6 / 6)
        tx.add_readings(traces[2], {(two, 1): b"r2"}, 1, 1e-6)
        record(tx, "trace", {}, NOW)
    with vault.snapshot() as tx:
        past = [(p.trace, p.retrace, p.reading) for p in tx.past_readings(one, 1)]
        assert past == [(traces[0], 1, b"r0"), (traces[1], 2, b"r1")]
        assert [p.reading for p in tx.past_readings(two, 1)] == [b"other", b"r2"]
        assert tx.alphas_spent() == [1e-6, 1e-6 / 6, 1e-6]


def test_two_vaults_do_not_share_a_lookup_key(vault: Vault, tmp_path: Path):
    with create(tmp_path / "other", tmp_path / "root.key", NOW) as other:
        assert len(vault.lookup_key) == len(other.lookup_key) == 32
        assert vault.lookup_key != other.lookup_key
        assert vault.id != other.id


def test_opening_what_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(AccessError, match="whosecopy init"):
        open_vault(tmp_path / "nothing", tmp_path / "root.key")
    assert list(tmp_path.iterdir()) == []
