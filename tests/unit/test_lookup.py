"""The document of a leak is found without being named, whatever else lies in the vault."""

import numpy as np

from whosecopy.media.dispatch import open_document
from whosecopy.model import codec
from whosecopy.seal.plan import make_template
from whosecopy.vault.events import record
from whosecopy.vault.lookup import find_versions, lookup_of

NOW = "2031-05-06T07:08:09Z"
SHARED = (
    "The ferry office opens its books once a year, on the morning after the last boat has been hauled out. "
    "Whoever wishes to see an entry writes it on a slip and waits on the bench by the stove."
)


def filed(vault, text, document=None):
    """File a text as a version of a document, as `seal` would."""
    master = open_document(text.encode(), "note.txt")
    template = make_template(master, (), {})
    with vault.transaction() as tx:
        document = document or tx.add_document("note", "text/plain", NOW)
        stored = codec.encode(template), codec.digest(template).hex(), master.source, b"secrets", 1e-6
        version = tx.add_version(document, *stored, lookup_of(vault, template))
        record(tx, "seal", {}, NOW, document)
    return document, version


def nonsense(rng, words):
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    return " ".join("".join(rng.choice(letters, 6)) for _ in range(words))


def test_a_passage_that_all_versions_share_is_found(desk):
    with desk.vault() as vault:
        document, _ = filed(vault, f"{SHARED} Issued in May.")
        for month in ("June", "July", "August", "September"):
            filed(vault, f"{SHARED} Issued in {month}.", document)
        assert list(find_versions(vault, SHARED, None)) == [(document, version) for version in (1, 2, 3, 4, 5)]


def test_a_version_that_hardly_matches_is_in_play_with_its_document(desk):
    rng = np.random.default_rng(5)
    with desk.vault() as vault:
        document, _ = filed(vault, SHARED)
        filed(vault, nonsense(rng, 80), document)
        assert set(find_versions(vault, SHARED, None)) == {(document, 1), (document, 2)}


def test_a_text_that_was_never_sealed_finds_nothing_even_when_a_document_is_named(desk):
    rng = np.random.default_rng(6)
    with desk.vault() as vault:
        document, _ = filed(vault, SHARED)
        foreign = nonsense(rng, 120)
        assert find_versions(vault, foreign, None) == {}
        assert find_versions(vault, foreign, document) == {}


def test_the_right_one_of_many_documents_comes_first(desk):
    rng = np.random.default_rng(7)
    texts = [nonsense(rng, 120) for _ in range(40)]
    with desk.vault() as vault:
        keys = [filed(vault, text) for text in texts]
        leak = f"{nonsense(rng, 30)} {texts[23][200:600]} {nonsense(rng, 30)}"
        assert list(find_versions(vault, leak, None)) == [keys[23]]


def test_what_is_filed_tells_nothing_without_the_key_of_the_vault(desk, tmp_path):
    with desk.vault() as vault:
        template = make_template(open_document(SHARED.encode(), "note.txt"), (), {})
        assert lookup_of(vault, template) == lookup_of(vault, template)
        ours = set(lookup_of(vault, template))
    other = type(desk)(tmp_path / "other")
    other.home.mkdir()
    assert other.run("init").code == 0
    with other.vault() as vault:
        assert ours.isdisjoint(lookup_of(vault, template))
