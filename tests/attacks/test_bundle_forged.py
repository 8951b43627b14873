"""Bundles that lie: altered, mixed, forked, rolled back, re-signed. Each is refused with the exact reason.

`signed_anew` is the strongest forger there is: the operator, who holds the key of the log and signs whatever
was altered, so that only what the bundle says can give it away.
"""

import json
import re
from dataclasses import dataclass, replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from whosecopy.errors import IntegrityError
from whosecopy.model import codec
from whosecopy.tlog import checkpoint, note
from whosecopy.tlog.checkpoint import Checkpoint
from whosecopy.vault.bundling import bundle
from whosecopy.vault.events import record
from whosecopy.vault.log import advance, log_key
from whosecopy.vault.log_keys import log_seed
from whosecopy.verify import Trusted, verify
from whosecopy.verify.archive import pack, unpack
from whosecopy.verify.envelope import enclose

NOW = "2031-05-06T07:08:09+00:00"


@dataclass(frozen=True)
class Case:
    """A bundle with the key of the log that signed it, and the desk whose vault it came from."""

    desk: object
    data: bytes
    key: str
    seed: bytes

    @property
    def members(self):
        """Its members but the envelope."""
        return {name: data for name, data in unpack(self.data).items() if name != "envelope.json"}

    def json(self, name):
        """A JSON member as plain data."""
        return json.loads(self.members[name])


def make(desk, leak):
    """Trace a leak and make the bundle of the case."""
    answer = desk.run("trace", leak, "--json")
    assert answer.code in (0, 1), answer.err
    with desk.vault() as vault:
        data = bundle(vault, answer.json["case"], [(leak.read_bytes(), leak.name)], NOW)
        with vault.snapshot() as tx:
            return Case(desk, data, log_key(vault), log_seed(tx))


@pytest.fixture(scope="module")
def desk_of_cases(post, tmp_path_factory):
    return post[0].clone(tmp_path_factory.mktemp("cases") / "desk")


@pytest.fixture(scope="module")
def case(desk_of_cases, post):
    return make(desk_of_cases, post[1].copies["p-003"])


@pytest.fixture(scope="module")
def other(desk_of_cases, post, case):
    """Another case of the same vault, later in its log."""
    return make(desk_of_cases, post[1].copies["p-011"])


def signed_anew(case, members, seed=None, key=None):
    """A bundle of these members, signed by the log's own key or another one."""
    signer = Ed25519PrivateKey.from_private_bytes(seed or case.seed)
    told = json.loads(members["case.json"])["verdict"]["case"]
    return pack({**members, "envelope.json": enclose(told, members, key or case.key, signer.sign)})


def altered(case, name, change):
    """The bundle with one JSON member changed in place by `change`, signed anew."""
    value = case.json(name)
    value = change(value) or value
    return signed_anew(case, {**case.members, name: codec.encode(value)})


def reason(data, *keys, **trusted):
    """Why a bundle is refused."""
    with pytest.raises(IntegrityError) as refused:
        verify(data, Trusted(keys, **trusted))
    return str(refused.value)


def test_an_honest_bundle_passes(case, other):
    for one in (case, other):
        _, finding = verify(one.data, Trusted((one.key,)), reread=True)
        assert (finding.result, finding.outcome) == ("verified", "named")


def test_any_flipped_byte_is_found(case):
    for at in range(0, len(case.data), 41):
        bad = bytearray(case.data)
        bad[at] ^= 1 << at % 8
        assert reason(bytes(bad))


def test_every_bit_of_the_envelope_counts(case):
    start = case.data.index(b'{"payload"')
    for at in range(start, start + len(unpack(case.data)["envelope.json"])):
        bad = bytearray(case.data)
        bad[at] ^= 1
        assert reason(bytes(bad))


def test_a_truncated_extended_or_empty_bundle_is_refused(case):
    for bad in (b"", case.data[:-1], case.data[:100], case.data + b"\0", b"PK" + case.data, b"{}" * 50):
        assert "ask for the original" in reason(bad) or "altered or packed anew" in reason(bad)


def test_a_member_altered_without_its_signature_is_named(case):
    for name, data in case.members.items():
        bad = pack({**unpack(case.data), name: data + b" "})
        assert reason(bad) == f"{name}: differs from the digest that was signed; it was altered or swapped"


def test_a_member_added_or_left_out_is_named(case):
    extra = pack({**unpack(case.data), "note.txt": b"hello"})
    assert reason(extra) == "note.txt: is no part of the bundle"
    assert reason(signed_anew(case, {**case.members, "note.txt": b"hello"})) == "note.txt: does not belong in a bundle"
    for name in case.members:
        less = {other: data for other, data in unpack(case.data).items() if other != name}
        assert name in reason(pack(less))


@pytest.mark.parametrize(
    "name", ["case.json", "evidence.json", "log.json", "marks.json", "template/1.json", "exhibit/1"]
)
def test_members_swapped_between_two_bundles_are_found(case, other, name):
    swapped = pack({**unpack(case.data), name: other.members[name]})
    if name == "template/1.json":
        assert swapped == case.data
        return
    assert "was altered or swapped" in reason(swapped)
    assert reason(signed_anew(case, {**case.members, name: other.members[name]}))


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("evidence.json", b' {"approvals"', "not canonical JSON"),
        ("evidence.json", b'{"approvals":[ ],"', "cannot be read|not canonical"),
        ("evidence.json", b'{"added":1,"approvals"', "not canonical JSON, or has members that do not belong"),
    ],
)
def test_json_that_is_not_canonical_is_refused(case, name, text, told):
    data = case.members[name]
    start = b'{"approvals":[],"' if text.endswith(b',"') and b"[ ]" in text else b'{"approvals"'
    assert data.startswith(start)
    bad = signed_anew(case, {**case.members, name: text + data[len(start) :]})
    assert re.search(told, reason(bad))


def test_hexadecimal_in_capitals_is_refused(case):
    def shout(value):
        value["copies"][0]["salt"] = value["copies"][0]["salt"].upper()

    assert "lower-case hex" in reason(altered(case, "evidence.json", shout))


def test_base64_with_other_padding_bits_is_refused(case):
    envelope = json.loads(unpack(case.data)["envelope.json"])
    sig = envelope["signatures"][0]["sig"]
    assert sig.endswith("==")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    envelope["signatures"][0]["sig"] = sig[:-3] + letters[letters.index(sig[-3]) ^ 1] + "=="
    bad = pack({**unpack(case.data), "envelope.json": codec.encode(envelope)})
    assert "the signature is wrong" in reason(bad)


def numbers(value, at=()):
    """The place of every number in plain data."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from numbers(inner, (*at, key))
    elif isinstance(value, list):
        for key, inner in enumerate(value):
            yield from numbers(inner, (*at, key))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield at


def bumped(value, at):
    """The same data with one number changed."""
    inner = value
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = inner[at[-1]] * 1.01 if isinstance(inner[at[-1]], float) and inner[at[-1]] else inner[at[-1]] + 1
    return value


def few(at):
    """Whether a number is one of the many of a long list that stand for the others."""
    long = {"sites", "evidence", "levels"} & set(at)
    return not long or [key for key in at if isinstance(key, int)][-2 if "levels" in long else 0] % 9 == 0


ONLY_BY_REREADING = {("panels", "alignment"), ("evidence", "variant")}
"""Numbers that no codeword and no record depends on: they are compared when the exhibit is read again."""


@pytest.mark.parametrize("name", ["case.json", "evidence.json", "log.json", "marks.json"])
def test_any_number_that_even_the_operator_changes_is_found(case, name):
    later = []
    for at in filter(few, numbers(case.json(name))):
        bad = altered(case, name, lambda value, at=at: bumped(value, at))
        try:
            verify(bad)
        except IntegrityError:
            continue
        if "timings_s" not in at:
            later.append((tuple(key for key in at if isinstance(key, str))[:2], bad))
    assert {place for place, _ in later} <= ONLY_BY_REREADING
    for place in ONLY_BY_REREADING:
        for bad in [bad for where, bad in later if where == place][:3]:
            with pytest.raises(IntegrityError, match="reading the exhibit again"):
                verify(bad, reread=True)


def change(case, name, at, value):
    """The bundle with one value put at a place of a JSON member, signed anew by the operator."""

    def put(data):
        inner = data
        for key in at[:-1]:
            inner = inner[key]
        inner[at[-1]] = value

    return altered(case, name, put)


@pytest.mark.parametrize(
    ("name", "at", "value", "told"),
    [
        ("case.json", ("verdict", "named", 0, "p_value"), 1e-30, "the p-value of copy"),
        ("case.json", ("verdict", "named", 0, "p_familywise"), 1e-30, "the family-wise p-value of copy"),
        ("case.json", ("verdict", "named", 0, "log_evalue_nats"), 99.0, "the e-value of copy"),
        ("case.json", ("verdict", "named", 0, "copy"), "AAAA-AA", "not those that the verdict names"),
        ("case.json", ("verdict", "named", 0, "recipient"), "p-004", "the stored case tells a recipient"),
        ("case.json", ("verdict", "named"), [], "not those that the verdict names"),
        ("case.json", ("verdict", "outcome"), "not_enough_evidence", "outcome differ from what was recorded"),
        ("case.json", ("verdict", "alpha"), 1e-3, "above the one fixed at seal"),
        ("case.json", ("verdict", "codewords"), 2, "counts other codewords"),
        ("case.json", ("verdict", "decoys", "ks_p"), 0.9, "the decoys' KS p-value"),
        ("case.json", ("verdict", "decoys", "passes"), 3, "the count of decoys"),
        ("case.json", ("verdict", "marks", "read"), 9, "the count of marks"),
        ("case.json", ("tested_alpha",), 1e-3, "alpha of the case differs from what was recorded before"),
        ("case.json", ("retrace",), 2, "retrace of the case differs from what was recorded before"),
        ("case.json", ("traced_at",), "2001-01-01T00:00:00+00:00", "differs from the records' time"),
        ("case.json", ("exhibit", "sha256"), "00" * 32, "the exhibit's bytes are not those that were traced"),
        ("evidence.json", ("panels", 0, "levels", 5), [0.0, 0.0], "versions of the case differs from what was"),
        ("evidence.json", ("panels", 0, "issued"), 2, "versions of the case differs from what was"),
        ("evidence.json", ("panels", 0, "decoy"), "07" * 32, "decoy_sha256 differs from what was committed at seal"),
        ("evidence.json", ("panels", 0, "bias"), "07" * 32, "bias_sha256 differs from what was committed at seal"),
        ("evidence.json", ("panels", 0, "labels"), "07" * 32, "labels_sha256 differs from what was committed at seal"),
        ("evidence.json", ("records", 0, "alpha"), 1e-3, "is of another seal record"),
        ("evidence.json", ("records", 0, "copies_root"), "07" * 32, "is of another seal record"),
        ("evidence.json", ("records", 0, "count"), 19, "is of another seal record"),
        ("evidence.json", ("records",), [], "1 seals are logged, 0 records are in the bundle"),
        ("evidence.json", ("copies", 0, "index"), 4, "is not what was committed at seal (copies_root)"),
        ("evidence.json", ("copies", 0, "index"), 99, "has an index that was never issued"),
        ("evidence.json", ("copies", 0, "codeword"), "00" * 48, "is not what was committed at seal (copies_root)"),
        ("evidence.json", ("copies", 0, "salt"), "00" * 32, "is not what was committed at seal (copies_root)"),
        ("evidence.json", ("copies", 0, "recipient"), "p-004", "is not what was committed at seal (recipients_root)"),
        ("evidence.json", ("copies", 0, "organisation"), "x", "is not what was committed at seal (recipients_root)"),
        ("evidence.json", ("copies",), [], "the identities were opened, but no copy is"),
        ("evidence.json", ("encoding",), "latin-1", "the encoding of the exhibit differs"),
        ("log.json", ("others",), [], "the records of trace, test and verdict are not in the bundle"),
    ],
)  # fmt: skip
def test_what_even_the_operator_alters_is_named(case, name, at, value, told):
    assert told in reason(change(case, name, at, value))


def chain_of(value):
    (chain,) = value["documents"].values()
    return chain


def test_a_record_left_out_of_a_documents_chain_is_found(case):
    length = len(chain_of(case.json("log.json")))
    for number in range(length - 1):
        told = reason(altered(case, "log.json", lambda value, number=number: chain_of(value).pop(number) and None))
        assert "a record is left out before record" in told
    last = reason(altered(case, "log.json", lambda value: chain_of(value).pop() and None))
    assert "trace, test and verdict are not in the bundle" in last or "no record says that the identities" in last


def test_two_records_swapped_are_found(case):
    def swap(value):
        chain = chain_of(value)
        chain[0], chain[1] = chain[1], chain[0]

    assert "left out before record" in reason(altered(case, "log.json", swap))


def test_an_altered_header_or_content_is_found(case):
    def count(value):
        chain_of(value)[0]["header"]["issued"] = 2

    def backdate(value):
        chain_of(value)[0]["content"]["now"] = "2001-01-01T00:00:00+00:00"

    assert "record 2 (seal) is not in the log of the checkpoint" in reason(altered(case, "log.json", count))
    assert "the content of record 2 (seal) differs from what was logged" in reason(altered(case, "log.json", backdate))


def test_an_issue_whose_content_was_erased_is_no_longer_verifiable(case):
    def erase(value):
        chain_of(value)[0]["content"] = None

    assert "erased, and what it issued can no longer be verified" in reason(altered(case, "log.json", erase))


def test_a_hand_out_that_nobody_recorded_names_nobody(case):
    def hide(value):
        for entry in chain_of(value):
            if entry["header"]["kind"] == "hand-out":
                entry["content"] = None

    assert "was handed out" in reason(altered(case, "log.json", hide))


def test_proofs_from_another_tree_are_refused(case, other):
    def borrow(value):
        for mine, its in zip(chain_of(value), chain_of(other.json("log.json")), strict=False):
            mine["path"] = its["path"]

    assert "is not in the log of the checkpoint" in reason(altered(case, "log.json", borrow))
    mixed = signed_anew(case, {**case.members, "checkpoint.txt": other.members["checkpoint.txt"]})
    assert "is not in the log of the checkpoint" in reason(mixed)


def test_a_checkpoint_signed_by_somebody_else_is_refused(case):
    point = checkpoint.open_signed(case.members["checkpoint.txt"], note.decode_key(case.key)).checkpoint
    forged = checkpoint.sign(point, b"\x01" * 32)
    told = reason(signed_anew(case, {**case.members, "checkpoint.txt": forged}))
    assert "signed by none of the expected keys" in told


def test_a_log_signed_by_one_key_and_a_bundle_by_another_is_refused(case):
    mine = note.encode_key(note.key_of(note.decode_key(case.key).name, b"\x01" * 32))
    told = reason(signed_anew(case, case.members, b"\x01" * 32, mine))
    assert "signed by none of the expected keys" in told


def forged_throughout(case):
    """A consistent bundle that another key signed from the log to the envelope."""
    name = note.decode_key(case.key).name
    mine = note.encode_key(note.key_of(name, b"\x01" * 32))
    point = checkpoint.open_signed(case.members["checkpoint.txt"], note.decode_key(case.key)).checkpoint
    members = {**case.members, "checkpoint.txt": checkpoint.sign(point, b"\x01" * 32)}
    return signed_anew(case, members, b"\x01" * 32, mine), mine


def test_a_consistent_forgery_by_another_key_is_refused_where_the_key_is_known(case):
    forged, mine = forged_throughout(case)
    _, finding = verify(forged)
    assert finding.origin == "internally consistent; origin not established"
    assert finding.key == mine != case.key
    assert "is signed by" in reason(forged, case.key)
    assert "not by the key given" in reason(forged, case.key)
    with pytest.raises(IntegrityError):
        verify(forged, Trusted((), case.members["checkpoint.txt"]))


def test_a_key_obtained_elsewhere_establishes_the_origin(case):
    _, finding = verify(case.data, Trusted((case.key,)))
    assert finding.origin == "established by the key given"
    _, finding = verify(case.data, Trusted((), case.members["checkpoint.txt"]))
    assert finding.origin == "established by the checkpoint given"


def test_a_rolled_back_log_is_told_from_a_newer_checkpoint(case, other):
    told = reason(case.data, case.key, checkpoint=other.members["checkpoint.txt"])
    assert "its log was rolled back; ask for a bundle made since" in told


def test_a_forked_log_is_told_from_a_checkpoint_of_the_other_branch(case):
    point = checkpoint.open_signed(case.members["checkpoint.txt"], note.decode_key(case.key)).checkpoint
    for size in (point.size, point.size - 1):
        branch = checkpoint.sign(Checkpoint(point.origin, size, b"\x05" * 32), case.seed)
        told = reason(case.data, case.key, checkpoint=branch)
        assert "the log was forked" in told if size == point.size else "holds no proof" in told


def test_an_older_checkpoint_is_followed_where_the_bundle_was_made_for_it(case, other, post):
    since = case.members["checkpoint.txt"]
    told = json.loads(other.members["case.json"])["verdict"]["case"]
    with other.desk.vault() as vault:
        leak = post[1].copies["p-011"]
        made = bundle(vault, told, [(leak.read_bytes(), leak.name)], NOW, since)
    _, finding = verify(made, Trusted((), since))
    assert finding.origin == "established by the checkpoint given"
    size = checkpoint.open_signed(since, note.decode_key(case.key)).checkpoint.size
    branch = checkpoint.sign(Checkpoint(note.decode_key(case.key).name, size, b"\x05" * 32), case.seed)
    assert "the log was forked: it does not go on from the checkpoint" in reason(made, checkpoint=branch)
    assert "holds no proof that its log goes on" in reason(other.data, checkpoint=since)


def cosigned(case, time):
    """The bundle with its checkpoint cosigned by a witness at `time`, and the witness's key string."""
    signed, key = cosignature(case.members["checkpoint.txt"], time)
    attested = {"checkpoint": signed.decode(), "stamp": ""}
    return altered(case, "log.json", lambda value: value["attestations"].append(attested)), key


def cosignature(signed, time):
    """A checkpoint with the cosignature of a witness, and the witness's key string."""
    key = note.encode_key(note.key_of("witness.example", b"\x02" * 32, note.COSIGNATURE))
    opened = note.decode(signed)
    signature = note.cosign(opened.text, "witness.example", b"\x02" * 32, time)
    return note.encode(replace(opened, signatures=(*opened.signatures, signature))), key


def test_a_witness_is_told_where_its_key_is_known(case):
    data, key = cosigned(case, 4_000_000_000)
    _, finding = verify(data, Trusted((key,)))
    assert finding.witnessed == (f"witness.example saw {finding.log_size} records at 2096-10-02T07:06:40+00:00",)
    assert finding.origin == "established by the witness given"
    assert verify(data)[1].witnessed == ()


def test_a_record_dated_after_the_witness_saw_it_is_refused(case):
    data, key = cosigned(case, 1_000_000_000)
    assert re.search(r"record \d+ is dated .*, but witness.example saw it at 2001-09-09", reason(data, key))


def test_what_a_witness_said_before_the_leak_is_in_the_bundle_with_its_proof(memo):
    desk, sealed = memo
    with desk.vault() as vault:
        signed, key = cosignature(advance(vault, NOW), 4_000_000_000)
        size = checkpoint.decode(note.decode(signed).text).size
        said = {"by": key, "size": size, "time": NOW, "checkpoint": signed.decode(), "response": ""}
        with vault.transaction() as tx:
            record(tx, "witnessed", said, NOW)
    found = make(desk, sealed.copies["p-003"])
    _, finding = verify(found.data, Trusted((found.key, key)))
    assert finding.witnessed == (f"witness.example saw {size} records at 2096-10-02T07:06:40+00:00",)
    assert finding.log_size > size
    told = reason(altered(found, "log.json", lambda value: value["consistency"].clear()), key)
    assert "holds no proof that its log goes on from the checkpoint" in told

    def swap(value):
        value["consistency"][str(size)][0] = "00" * 32

    assert "the log was forked" in reason(altered(found, "log.json", swap), key)


def test_a_bundle_needs_no_vault_and_no_network(case, tmp_path, monkeypatch):
    import socket

    def refuse(*_):
        raise AssertionError("the verifier went to the network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.chdir(tmp_path)
    assert verify(case.data, reread=False)[1].result == "arithmetic_ok, reading_not_checked"


def test_nobody_elses_codeword_or_name_is_in_a_bundle(case, post):
    text = b"".join(case.members.values()).decode()
    for recipient in post[1].copies:
        assert (f'"{recipient}"' in text) == (recipient == "p-003")
    labels = {one["copy"] for one in post[1].answer["copies"]}
    named = {one["copy"] for one in case.json("case.json")["verdict"]["named"]}
    assert {label for label in labels if label in text} == named
    assert set(case.json("evidence.json")["panels"][0]) >= {"bias", "labels", "decoy"}
    assert "code" not in case.json("evidence.json")["panels"][0]


def test_the_log_published_later_changes_no_case(case, other):
    with other.desk.vault() as vault:
        advance(vault, NOW)
    assert verify(case.data)[1].log_size < verify(other.data)[1].log_size
