"""Find the sealed versions that a leak may come from, without being told which (STATISTICS V5, V10).

All that is used is the leak, the masters and their complete lists of variants: never a codeword.
"""

import hashlib
from collections.abc import Collection, Sequence

from whosecopy.media.transcription import told_of
from whosecopy.media.winnow import by_rarity, leak_fingerprints, master_fingerprints, rank, rerank, with_alternatives
from whosecopy.model import Template, codec
from whosecopy.vault.store import Tx, Vault

Key = tuple[str, int]
"""A sealed version: document id and version number."""

_SHORTLIST = 20
_LIKELY = 3


def lookup_of(vault: Vault, template: Template) -> list[int]:
    """The keyed fingerprints to file a sealed version under: of its text, and of each version that it is an heir of."""
    found: list[int] = master_fingerprints(template.text, template.sites, vault.lookup_key).tolist()
    return found + [_heir_of(vault, (one.document, one.version)) for one in template.inherited]


def find_versions(vault: Vault, leak_text: str, document: str | None) -> dict[Key, Template]:
    """The sealed versions whose text is in the leak, best first, with their templates; empty for none.

    A document that the user names is added with all its versions, and so are all versions of a document
    of which one was found: candidates do not depend on what the user believes. So are those that took marks over from
    a copy of these, for these marks to be erased (V13). A transcription is about every version of its document.
    """
    told = told_of(leak_text)
    with vault.snapshot() as tx:
        if told is not None:
            exists = any(one.id == told for one in tx.documents())
            versions = tx.versions(told) if exists else []
            return {(told, one.version): _template(tx, (told, one.version)) for one in versions}
        likely = _shortlist(tx, leak_fingerprints(leak_text, vault.lookup_key).tolist())
        if document is not None:
            likely += [(document, one.version) for one in tx.versions(document)]
        templates = {key: _template(tx, key) for key in dict.fromkeys(likely)}
        texts = {key: with_alternatives(one.text, one.sites) for key, one in templates.items()}
        found = [key for key, _ in rerank(leak_text, texts)]
        siblings = [(name, one.version) for name in dict.fromkeys(k[0] for k in found) for one in tx.versions(name)]
        known = dict.fromkeys([*found, *siblings])
        return {key: templates.get(key) or _template(tx, key) for key in (*known, *_heirs(vault, tx, known))}


def versions_in_play(
    vault: Vault, leak_text: str, document: str | None, pictures: bool
) -> tuple[dict[Key, Template], bool]:
    """The versions that a leak is held against, and whether its text led to them.

    Where it leads to none and the leak has `pictures`, those that these may show have to be looked at.
    """
    found = find_versions(vault, leak_text, document)
    if found or not pictures:
        return found, True
    return _likely_versions(vault, leak_text, document), False


def _likely_versions(vault: Vault, leak_text: str, document: str | None) -> dict[Key, Template]:
    """The versions of the few documents with pages that share most with a leak, however little that is.

    For pictures that hold only pieces of lines: whether they show one of these documents, or the one that the user
    names, has to be seen from the pictures themselves. Those that took marks over from a copy of these are among them.
    """
    with vault.snapshot() as tx:
        shortlist = _shortlist(tx, leak_fingerprints(leak_text, vault.lookup_key).tolist())
        names = dict.fromkeys([*([document] if document else []), *(key[0] for key in shortlist)])
        found: dict[Key, Template] = {}
        for name in list(names)[:_LIKELY]:
            found |= {(name, one.version): _template(tx, (name, one.version)) for one in tx.versions(name)}
        found |= {key: _template(tx, key) for key in _heirs(vault, tx, found)}
        return {key: template for key, template in found.items() if template.layout.words}


def _heirs(vault: Vault, tx: Tx, found: Collection[Key]) -> list[Key]:
    """The versions that took marks over from a copy of those found, and are not among them."""
    heirs = tx.candidates([_heir_of(vault, key) for key in found])
    return sorted(key for key in heirs if key not in found)


def _heir_of(vault: Vault, key: Key) -> int:
    """The fingerprint of versions that took marks over from a copy of `key`; no text has it but by chance."""
    told = f"heir of {key[0]} version {key[1]}".encode()
    digest = hashlib.blake2b(told, key=vault.lookup_key[:64], digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def _shortlist(tx: Tx, seen: Sequence[int]) -> list[Key]:
    classes = by_rarity(tx.frequencies(seen), tx.count_versions())
    return rank(((weight, tx.candidates(hashes)) for weight, hashes in classes), _SHORTLIST)


def _template(tx: Tx, key: Key) -> Template:
    return codec.decode(tx.load_template(*key), Template)
