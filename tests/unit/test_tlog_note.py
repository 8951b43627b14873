"""Signed notes and checkpoints: published examples, and what must never be accepted."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from whosecopy.errors import InputError, IntegrityError
from whosecopy.tlog import checkpoint, note
from whosecopy.tlog.checkpoint import Checkpoint
from whosecopy.tlog.note import COSIGNATURE, Key, Note, Signature

# c2sp.org/signed-note, "Example".
SPEC_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# c2sp.org/signed-note, introduction of an earlier version; its key is not published.
POEM = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "— quasimodo.example/salvatore "
    "NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
)
# golang.org/x/mod/sumdb/note, its documentation and tests; the seed is the published secret key.
GO_KEYS = (
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop",
)
GO_SEEDS = (base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:], bytes(32))
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_LINES = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
# c2sp.org/tlog-checkpoint and c2sp.org/tlog-cosignature; the keys are not published.
SOFA = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)
# A checkpoint of a public test log of transparency.dev as served in 2026, with the key strings of log and witness.
REAL_KEYS = (
    "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f",
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
)
REAL = (
    "arche2025h1.staging.ct.transparency.dev\n1432088532\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n\n"
    "— arche2025h1.staging.ct.transparency.dev "
    "zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55l"
    "vGt0=\n"
    "— arche2025h1.staging.ct.transparency.dev "
    "ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=\n"
    "— remora.n621.de "
    "2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==\n"
)

SEED, OTHER = bytes(range(32)), bytes(range(1, 33))
POINT = Checkpoint("vault.example/log", 7, bytes(range(32)))
LOG = note.key_of("vault.example/log", SEED)


@pytest.mark.parametrize("text", [SPEC_NOTE, POEM, GO_TEXT + "\n" + GO_LINES, SOFA, REAL])
def test_published_notes_are_read_and_written_to_the_same_bytes(text):
    assert note.encode(note.decode(text.encode())) == text.encode()


@pytest.mark.parametrize("text", [SPEC_KEY, *GO_KEYS, *REAL_KEYS])
def test_published_keys_are_read_and_written_to_the_same_string(text):
    assert note.encode_key(note.decode_key(text)) == text


def test_published_signatures_are_accepted():
    assert [one.key.name for one in note.verify(note.decode(SPEC_NOTE.encode()), [note.decode_key(SPEC_KEY)])] == [
        "example.com/foo"
    ]
    keys = [note.decode_key(text) for text in GO_KEYS]
    both = note.verify(note.decode((GO_TEXT + "\n" + GO_LINES).encode()), keys)
    assert [(one.key, one.time) for one in both] == [(keys[0], None), (keys[1], None)]


def test_published_signatures_are_made_again():
    keys = [note.key_of(name, seed) for name, seed in zip(("PeterNeumann", "EnochRoot"), GO_SEEDS, strict=True)]
    assert tuple(note.encode_key(key) for key in keys) == GO_KEYS
    made = [note.sign(GO_TEXT, key.name, seed) for key, seed in zip(keys, GO_SEEDS, strict=True)]
    assert note.encode_signatures(made) == GO_LINES


def test_a_witnessed_checkpoint_of_a_public_log_is_accepted():
    log, witness = (note.decode_key(text) for text in REAL_KEYS)
    opened = checkpoint.open_signed(REAL.encode(), log, [witness])
    assert (opened.checkpoint.origin, opened.checkpoint.size) == (log.name, 1432088532)
    assert [(one.key, one.time) for one in opened.signed] == [(log, None), (witness, 0x6A122120)]
    for altered in (REAL.replace("1432088532", "1432088533"), REAL.replace("2net5wAAAABqEiEg", "2net5wAAAABqEiEh")):
        with pytest.raises(IntegrityError):
            checkpoint.open_signed(altered.encode(), log, [witness])


def test_the_cosignature_of_the_specification_was_made_at_the_time_that_it_says():
    """c2sp.org/tlog-cosignature: "time 1679315147"."""
    assert int.from_bytes(note.decode(SOFA.encode()).signatures[1].value[:8], "big") == 1679315147


def test_a_checkpoint_survives_signing_and_opening():
    data = checkpoint.sign(POINT, SEED)
    assert checkpoint.open_signed(data, LOG).checkpoint == POINT
    assert checkpoint.decode(checkpoint.encode(POINT)) == POINT
    assert checkpoint.sign(POINT, SEED) == data


def test_cosignatures_come_with_their_times():
    witness = note.key_of("witness.example/w", OTHER, COSIGNATURE)
    opened = note.decode(checkpoint.sign(POINT, SEED))
    line = note.cosign(opened.text, witness.name, OTHER, 1_900_000_000)
    data = note.encode(Note(opened.text, (line, *opened.signatures)))
    assert [(one.key, one.time) for one in checkpoint.open_signed(data, LOG, [witness]).signed] == [
        (LOG, None),
        (witness, 1_900_000_000),
    ]


def test_a_cosignature_at_a_time_that_no_clock_shows_is_refused():
    text, time = checkpoint.encode(POINT), 1 << 63
    witness = note.key_of("witness.example/w", OTHER, COSIGNATURE)
    made = Ed25519PrivateKey.from_private_bytes(OTHER).sign(f"cosignature/v1\ntime {time}\n{text}".encode())
    line = Signature(witness.name, witness.id, time.to_bytes(8, "big") + made)
    with pytest.raises(IntegrityError):
        note.verify(Note(text, (line,)), [witness])


def test_every_flipped_bit_of_a_checkpoint_is_noticed():
    data = checkpoint.sign(POINT, SEED)
    for at in range(len(data)):
        for bit in range(8):
            altered = bytearray(data)
            altered[at] ^= 1 << bit
            with pytest.raises(IntegrityError):
                checkpoint.open_signed(bytes(altered), LOG)


def test_signatures_of_strangers_are_ignored_and_give_nothing():
    opened = note.decode(checkpoint.sign(POINT, SEED))
    stranger = note.sign(opened.text, "stranger.example", OTHER)
    namesake = note.sign(opened.text, LOG.name, OTHER)
    garbage = Signature(LOG.name, b"none", b"?")
    both = Note(opened.text, (stranger, namesake, garbage, *opened.signatures))
    assert [one.key for one in note.verify(both, [LOG])] == [LOG]
    for alone in ((stranger,), (namesake,), (garbage,)):
        with pytest.raises(IntegrityError, match="none of the expected keys"):
            note.verify(Note(opened.text, alone), [LOG])
    with pytest.raises(IntegrityError, match="none of the expected keys"):
        note.verify(both, [])


def test_one_wrong_signature_of_a_known_key_spoils_the_note():
    opened = note.decode(checkpoint.sign(POINT, SEED))
    for value in (bytes(64), b"", opened.signatures[0].value[:63], opened.signatures[0].value + b"\0"):
        wrong = Signature(LOG.name, LOG.id, value)
        for lines in ((*opened.signatures, wrong), (wrong, *opened.signatures)):
            with pytest.raises(IntegrityError, match="is wrong; the note was altered"):
                note.verify(Note(opened.text, lines), [LOG])


def test_a_log_signature_is_no_cosignature_and_the_other_way_round():
    opened = note.decode(checkpoint.sign(POINT, SEED))
    as_witness = note.key_of(LOG.name, SEED, COSIGNATURE)
    assert as_witness.id != LOG.id
    moved = Signature(LOG.name, as_witness.id, bytes(8) + opened.signatures[0].value)
    with pytest.raises(IntegrityError):
        note.verify(Note(opened.text, (moved,)), [as_witness])


def test_a_checkpoint_of_another_log_is_refused_though_the_key_signed_it():
    text = checkpoint.encode(Checkpoint("other.example", 7, bytes(32)))
    data = note.encode(Note(text, (note.sign(text, LOG.name, SEED),)))
    with pytest.raises(IntegrityError, match=r"of other.example, not of vault.example/log"):
        checkpoint.open_signed(data, LOG)


LINE = note.encode_signatures([note.sign("a\n", "n", SEED)])


@pytest.mark.parametrize(
    "data",
    [
        "",
        "\n",
        "a\n",
        "a\n\n",
        "a\n" + LINE,
        "a\n\n" + LINE + "\n",
        "a\n\n" + LINE[:-1],
        "a\n\n" + LINE.replace("— n", "- n"),
        "a\n\n" + LINE.replace("— n", "—n"),
        "a\n\n" + LINE.replace("— n", "—  n"),
        "a\n\n" + LINE.replace("— n", "— n+"),
        "a\n\n" + LINE.replace("— n", "— n\u00a0m"),
        "a\n\n" + LINE.replace("— n", "— \u2028"),
        "a\n\n" + LINE.replace("\n", " \n"),
        "a\n\n" + LINE.replace("\n", "\r\n"),
        "a\n\n" + LINE.replace("==\n", "\n").replace("=\n", "\n"),
        "a\n\n— n AAAA\n",
        "a\n\n— n AAAAAB==\n",
        "a\n\n— n AAAA-_A=\n",
        "a\tb\n\n" + LINE,
        "a\0\n\n" + LINE,
        "a\r\n\n" + LINE,
        "a\n\n" + LINE * 101,
    ],
)
def test_malformed_notes_are_refused(data):
    with pytest.raises(IntegrityError):
        note.decode(data.encode())


def test_notes_that_are_no_text_or_too_long_are_refused():
    for data in (b"\xff\n\n" + LINE.encode(), b"a" * (1 << 20) + b"\n\n" + LINE.encode()):
        with pytest.raises(IntegrityError):
            note.decode(data)


def test_a_note_of_a_hundred_signatures_is_read():
    assert len(note.decode(("a\n\n" + LINE * 100).encode()).signatures) == 100


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o\n",
        "o\n1\n",
        "\n1\nROOT\n",
        "o\n01\nROOT\n",
        "o\n+1\nROOT\n",
        "o\n-1\nROOT\n",
        "o\n1 \nROOT\n",
        "o\n\u0661\nROOT\n",
        "o\n9223372036854775808\nROOT\n",
        "o\n1\nROOT",
        "o\n1\nROOT\n\n",
        "o\n1\nROOT\n\nx\n",
        "o\n1\nAAAA\n",
        "o\n1\nROOT=\n",
        "o\n1\n ROOT\n",
    ],
)
def test_malformed_checkpoints_are_refused(text):
    with pytest.raises(IntegrityError):
        checkpoint.decode(text.replace("ROOT", base64.b64encode(bytes(32)).decode()))


def test_extension_lines_are_kept_as_they_are():
    text = checkpoint.encode(POINT) + "an extension\nand another\n"
    assert checkpoint.decode(text).extensions == ("an extension", "and another")
    assert checkpoint.encode(checkpoint.decode(text)) == text


@pytest.mark.parametrize("key", [*GO_KEYS, REAL_KEYS[1]])
def test_no_key_string_with_one_character_missing_or_changed_is_read(key):
    mangled = [key[:k] + key[k + 1 :] for k in range(len(key))]
    mangled += [key[:k] + ("B" if key[k] != "B" else "C") + key[k + 1 :] for k in range(len(key))]
    for text in (*mangled, "", key + "\n", key + " ", " " + key, key + "="):
        with pytest.raises(InputError):
            note.decode_key(text)


def test_a_key_of_an_unknown_kind_is_refused():
    for kind in (0, 2, 6, 255):
        with pytest.raises(InputError):
            note.decode_key(note.encode_key(Key("n", bytes(32), kind)))


def test_nothing_is_signed_that_could_not_be_read_back():
    for text in ("", "no newline", "a\tb\n", "a\0\n"):
        with pytest.raises(ValueError, match="ends in a newline"):
            note.sign(text, "n", SEED)
    for name in ("", "a b", "a+b", "a\nb", "a\u3000b"):
        with pytest.raises(ValueError, match="no name of a key"):
            note.sign("a\n", name, SEED)
    for time in (-1, 1 << 63):
        with pytest.raises(ValueError, match="no time"):
            note.cosign("a\n", "n", SEED, time)
