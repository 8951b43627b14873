"""Documents, their sealed versions, and the look-up by keyed fingerprints."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, true, update

from whosecopy.errors import InputError
from whosecopy.model import codec
from whosecopy.vault.store_cells import tag
from whosecopy.vault.store_session import Session, is_row
from whosecopy.vault.tables import documents, fingerprints, versions

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class SealedDocument:
    """A document of the vault; `id` says nothing about `title`."""

    id: str
    title: str
    media: str
    created_at: str


@dataclass(frozen=True, slots=True)
class Version:
    """One sealed version of a document.

    `encoding` and `name` are those of the master's file. A `closed` version takes no further recipients.
    """

    document: str
    version: int
    alpha: float
    template_sha256: str
    master_sha256: str
    encoding: str
    name: str
    closed: bool


class Documents(Session):
    """The part of a transaction that knows documents and versions."""

    def add_document(self, title: str, media: str, created_at: str) -> str:
        """A new document; returns its random id, like `doc-7f3k9q`."""
        document = self.new_id("doc", documents.c.id)
        facts = codec.encode({"title": title, "media": media, "created_at": created_at})
        self.insert(documents, {"id": document, "number": self.next(documents.c.number), "facts": facts})
        return document

    def documents(self) -> list[SealedDocument]:
        """All documents in the order in which they were added."""
        return self._documents(true())

    def document(self, document: str) -> SealedDocument:
        """The document with this id; raises `InputError` where there is none."""
        found = self._documents(documents.c.id == document)
        if not found:
            raise InputError(f"{document}: this vault has no such document; list them with: whosecopy documents")
        return found[0]

    def add_version(
        self,
        document: str,
        template: bytes,
        template_sha256: str,
        master: bytes,
        secrets: bytes,
        alpha: float,
        lookup: Sequence[int],
        *,
        encoding: str = "",
        name: str = "",
    ) -> int:
        """A new version of `document`; returns its number, 1 for the first.

        `lookup` are fingerprints of the master's text as signed 64-bit integers, keyed with `Vault.lookup_key`.
        Raises `InputError` for an unknown document.
        """
        self.document(document)
        version = self.next(versions.c.version, versions.c.document == document)
        number = self.next(versions.c.number)
        master_sha256 = hashlib.sha256(master).hexdigest()
        facts = {
            "alpha": alpha,
            "template_sha256": template_sha256,
            "master_sha256": master_sha256,
            "encoding": encoding,
            "name": name,
        }
        values = {
            "document": document,
            "version": version,
            "number": number,
            "closed": False,
            "master_tag": tag(self.keys.tags, "master", master_sha256),
            "facts": codec.encode(facts),
            "template": template,
            "master": master,
            "secrets": secrets,
        }
        self.insert(versions, values)
        hashes = [{"hash": int(value), "number": number} for value in sorted({*lookup})]
        if hashes:
            self.connection.execute(insert(fingerprints), hashes)
        return version

    def versions(self, document: str) -> list[Version]:
        """The versions of `document`, oldest first; raises `InputError` where there is no such document."""
        self.document(document)
        return self._versions(versions.c.document == document)

    def version(self, document: str, version: int) -> Version:
        """One version; raises `InputError` where there is none."""
        found = self._versions(is_row(versions, (document, version)))
        if not found:
            raise InputError(f"{document}: has no version {version}; list them with: whosecopy documents show ID")
        return found[0]

    def load_template(self, document: str, version: int) -> bytes:
        """The template as it was sealed."""
        return self._load(document, version, "template")

    def load_master(self, document: str, version: int) -> bytes:
        """The bytes of the master as they were sealed."""
        return self._load(document, version, "master")

    def load_secrets(self, document: str, version: int) -> bytes:
        """The secrets of the version's codewords as they were sealed."""
        return self._load(document, version, "secrets")

    def known_master(self, sha256: str) -> str | None:
        """The document that was first sealed from a master with this SHA-256 (hex), if any."""
        tagged = versions.c.master_tag == tag(self.keys.tags, "master", sha256)
        query = select(versions.c.document).where(tagged).order_by(versions.c.number).limit(1)
        return self.connection.scalar(query)

    def count_versions(self) -> int:
        """How many versions of all documents are sealed here."""
        return int(self.connection.execute(select(func.count()).select_from(versions)).scalar_one())

    def close_versions(self) -> None:
        """Let no version take further recipients: copies that this vault does not know of may exist."""
        self.connection.execute(update(versions).values(closed=True))
        self.written.add(versions.name)

    def candidates(self, fingerprints_seen: Sequence[int]) -> dict[tuple[str, int], int]:
        """How many of the fingerprints each (document, version) shares; those that share none are left out.

        The time grows with the occurrences: ask `frequencies` first and leave out what stands everywhere.
        """
        shared: Counter[int] = Counter()
        for query in _where_hash(fingerprints_seen, fingerprints.c.number):
            shared.update({int(number): int(count) for number, count in self.connection.execute(query)})
        found: dict[tuple[str, int], int] = {}
        for numbers in _chunks(list(shared)):
            query = select(versions.c.number, versions.c.document, versions.c.version)
            for number, document, version in self.connection.execute(query.where(versions.c.number.in_(numbers))):
                found[document, version] = shared[number]
        return found

    def frequencies(self, fingerprints_seen: Sequence[int]) -> dict[int, int]:
        """In how many versions each of the fingerprints occurs; those that never occur are left out."""
        return {
            int(value): int(count)
            for query in _where_hash(fingerprints_seen, fingerprints.c.hash)
            for value, count in self.connection.execute(query)
        }

    def _documents(self, where: ColumnElement[bool]) -> list[SealedDocument]:
        return [
            SealedDocument(id=row["id"], **codec.decode(row["facts"], dict))
            for row in self.fetch(documents, where, "facts", order="number")
        ]

    def _versions(self, where: ColumnElement[bool]) -> list[Version]:
        return [
            Version(row["document"], row["version"], closed=row["closed"], **codec.decode(row["facts"], dict))
            for row in self.fetch(versions, where, "facts closed", order="number")
        ]

    def _load(self, document: str, version: int, column: str) -> bytes:
        self.version(document, version)
        row = next(self.fetch(versions, is_row(versions, (document, version)), column))
        return bytes(row[column])


def _where_hash(hashes: Sequence[int], group: ColumnElement[int]) -> Iterator[Any]:
    for chunk in _chunks(sorted({int(value) for value in hashes})):
        yield select(group, func.count()).where(fingerprints.c.hash.in_(chunk)).group_by(group)


def _chunks(values: list[int]) -> list[list[int]]:
    return [values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK)]
