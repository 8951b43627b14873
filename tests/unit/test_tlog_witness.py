"""A witness signs what continues its log, and nothing else."""

import base64

import pytest

from whosecopy.errors import IntegrityError
from whosecopy.tlog import checkpoint, note, tiles, witness
from whosecopy.tlog.checkpoint import Checkpoint
from whosecopy.tlog.merkle import EMPTY_ROOT
from whosecopy.tlog.witness import Known, Request

SEED, WITNESS_SEED = bytes(range(32)), bytes(range(1, 33))
LOG = note.key_of("vault.example/log", SEED)
NAME = "witness.example/w"
WITNESS = note.key_of(NAME, WITNESS_SEED, note.COSIGNATURE)
NOW = 1_900_000_000

# c2sp.org/tlog-witness, "add-checkpoint"; the keys are not published.
SPEC_REQUEST = """old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
""".encode()  # noqa: E501
SPEC_RESPONSE = """— witness.example/w1 CMp+6LWBU0anHGH5aNDTJkH/gj79sG+T6+iP2ThYN5krrDJbR1HDnucjL39QsZTSvVjyQLrdk3DXDqI5G2HgLatVs0pWh6Up69HVOw==
— witness.example/w1 I7rEps0pvK2UqkS2gSpVUDhrhVtQV9lgF6pRrWAvjJHjyWpW7VcE3SiOlVlbQNt64vWhO+DlkL0+UfzuOBMh9ChdMkP1vi/lCAsmlw==
— witness.example/w2 AWui8Sk55XjYLOijihBjhqEH6nS1ndDymE0a+6idX7pLcnoB+dhnz0854aLZgrrKbYKA7nC3HNJhm/kWl7oJlqU3rXXvpysAdyP3wQ==
"""  # noqa: E501


class Log:
    """A log that can be rewritten, kept in memory."""

    def __init__(self, entries):
        self.root, self.files = tiles.append(0, EMPTY_ROOT, entries, {}.__getitem__)
        self.size = len(entries)

    def request(self, old, proof=None, **changed):
        point = Checkpoint(**{"origin": LOG.name, "size": self.size, "root": self.root} | changed)
        if proof is None:
            proof = tiles.consistency_path(old, self.size, self.files.__getitem__)
        return witness.encode_request(Request(old, tuple(proof), checkpoint.sign(point, SEED)))


ENTRIES = [bytes([k % 256]) * 3 for k in range(700)]
SMALL, LARGE = Log(ENTRIES[:300]), Log(ENTRIES)
KNOWN = Known(LOG, SMALL.size, SMALL.root)


def ask(body, known=KNOWN):
    return witness.answer(body, {LOG.name: known}, NAME, WITNESS_SEED, NOW)


def test_the_documented_request_and_response_are_read_and_written_to_the_same_bytes():
    request = witness.decode_request(SPEC_REQUEST)
    assert (request.old, len(request.proof)) == (20852014, 4)
    assert witness.encode_request(request) == SPEC_REQUEST
    assert note.encode_signatures(note.decode_signatures(SPEC_RESPONSE)) == SPEC_RESPONSE


@pytest.mark.parametrize("known", [Known(LOG), KNOWN, Known(LOG, LARGE.size, LARGE.root)])
def test_a_log_that_only_grew_is_cosigned(known):
    given = ask(LARGE.request(known.size), known)
    assert (given.status, given.newest) == (200, Checkpoint(LOG.name, 700, LARGE.root))
    signed = checkpoint.sign(given.newest, SEED)
    both = witness.cosigned(signed, given.body, [WITNESS])
    opened = checkpoint.open_signed(both, LOG, [WITNESS])
    assert [(one.key, one.time) for one in opened.signed] == [(LOG, None), (WITNESS, NOW)]


def test_an_empty_log_is_cosigned_and_then_may_become_any():
    empty = Log([])
    given = ask(empty.request(0), Known(LOG))
    assert (given.status, given.newest) == (200, Checkpoint(LOG.name, 0, EMPTY_ROOT))
    assert ask(empty.request(0, root=SMALL.root), Known(LOG)).status == 409


def test_a_rewritten_log_is_refused():
    rewritten = Log([b"rewritten", *ENTRIES[1:]])
    for proof in (None, tiles.consistency_path(300, 700, LARGE.files.__getitem__), ()):
        given = ask(rewritten.request(300, proof))
        assert (given.status, given.newest) == (422, None)


def test_another_root_of_the_same_size_is_refused():
    rewritten = Log([b"rewritten", *ENTRIES[1:300]])
    given = ask(rewritten.request(300, ()))
    assert (given.status, given.content_type, given.newest) == (409, witness.TEXT_TYPE, None)


def test_a_rolled_back_or_stale_request_is_told_the_size_that_the_witness_knows():
    ahead = Known(LOG, LARGE.size, LARGE.root)
    for body in (SMALL.request(0), SMALL.request(299), LARGE.request(300), LARGE.request(0)):
        given = ask(body, ahead)
        assert (given.status, given.content_type, given.newest) == (409, witness.SIZE_TYPE, None)
        assert witness.size_told(given.body) == 700
    assert ask(SMALL.request(700, ()), ahead).status == 400


def test_a_proof_where_nothing_is_to_be_proven_is_refused():
    assert ask(LARGE.request(0, [bytes(32)]), Known(LOG)).status == 422
    assert ask(SMALL.request(300, [bytes(32)])).status == 422


def test_a_log_that_is_not_watched_is_refused():
    given = witness.answer(LARGE.request(0), {}, NAME, WITNESS_SEED, NOW)
    assert (given.status, given.newest) == (404, None)


def test_a_checkpoint_signed_by_another_key_is_refused():
    for other in (note.key_of(LOG.name, WITNESS_SEED), note.key_of("other.example", SEED)):
        assert ask(LARGE.request(300), Known(other, SMALL.size, SMALL.root)).status == 403
    wrong = bytearray(LARGE.request(300))
    wrong[-10] ^= 1
    assert ask(bytes(wrong)).status in (400, 403)


@pytest.mark.parametrize(
    "change",
    [
        lambda body: b"",
        lambda body: body[3:],
        lambda body: body.replace(b"old 300", b"old 0300"),
        lambda body: body.replace(b"old 300", b"old  300"),
        lambda body: body.replace(b"old 300", b"old -1"),
        lambda body: body.replace(b"old 300", b"OLD 300"),
        lambda body: body.replace(b"old 300\n", b"old 300\r\n"),
        lambda body: body.replace(b"old 300\n", b"old 300\n\n"),
        lambda body: body.replace(b"old 300\n", b"old 300\nAAAA\n"),
        lambda body: body.replace(b"old 300\n", b"old 300\n\xff\n"),
        lambda body: body.replace(b"old 300\n", b"old 300\n" + (base64.b64encode(bytes(32)) + b"\n") * 64),
        lambda body: body.partition(b"\n\n")[0],
        lambda body: body.partition(b"\n\n")[0] + b"\n\n",
        lambda body: body[:-1],
        lambda body: body + b"\n",
        lambda body: b"old 300\n" * (1 << 18) + body,
        lambda body: body.replace(b"\n700\n", b"\n0700\n"),
    ],
)
def test_malformed_requests_are_refused(change):
    given = ask(change(LARGE.request(300)))
    assert (given.status, given.newest) == (400, None)


def test_no_flipped_bit_of_a_request_is_cosigned():
    body = LARGE.request(300)
    for at in range(len(body)):
        altered = bytearray(body)
        altered[at] ^= 1 << at % 8
        given = ask(bytes(altered))
        assert given.status in (400, 403, 404, 409, 422)
        assert given.newest is None


def test_a_cosignature_by_a_stranger_is_not_taken():
    signed = checkpoint.sign(Checkpoint(LOG.name, 700, LARGE.root), SEED)
    body = ask(LARGE.request(300)).body
    stranger = note.key_of("stranger.example", SEED, note.COSIGNATURE)
    with pytest.raises(IntegrityError, match="none of the expected keys"):
        witness.cosigned(signed, body, [stranger])
    extra = note.cosign(note.decode(signed).text, stranger.name, SEED, NOW)
    both = witness.cosigned(signed, body + note.encode_signatures([extra]), [WITNESS])
    assert [one.name for one in note.decode(both).signatures] == [LOG.name, NAME]


def test_a_cosignature_of_another_checkpoint_is_refused():
    signed = checkpoint.sign(Checkpoint(LOG.name, 300, SMALL.root), SEED)
    with pytest.raises(IntegrityError, match="is wrong"):
        witness.cosigned(signed, ask(LARGE.request(300)).body, [WITNESS])


def test_a_newer_cosignature_takes_the_place_of_the_older_one():
    signed = checkpoint.sign(Checkpoint(LOG.name, 700, LARGE.root), SEED)
    text = note.decode(signed).text
    for time in (NOW, NOW + 60):
        line = note.cosign(text, NAME, WITNESS_SEED, time)
        signed = witness.cosigned(signed, note.encode_signatures([line]), [WITNESS])
    opened = checkpoint.open_signed(signed, LOG, [WITNESS])
    assert [one.time for one in opened.signed] == [None, NOW + 60]


@pytest.mark.parametrize("body", ["", "\n", "7", "07\n", "7\n\n", " 7\n", "-7\n", "seven\n"])
def test_a_malformed_size_is_refused(body):
    with pytest.raises(IntegrityError):
        witness.size_told(body)


def test_a_too_long_proof_is_never_sent():
    with pytest.raises(ValueError, match="at most 63"):
        witness.encode_request(Request(1, (bytes(32),) * 64, b""))
