"""The vault's tables. A column marked sealed is encrypted for its cell; `store_session` does it on every write.

A change here needs a migration; a test compares the two.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

metadata = MetaData()


def _sealed(name: str, nullable: bool = False) -> Column[Any]:
    return Column(name, LargeBinary, nullable=nullable, info={"sealed": True})


def sealed_columns(table: Table) -> frozenset[str]:
    """The names of the columns of `table` that hold encrypted cells."""
    return frozenset(column.name for column in table.columns if column.info.get("sealed"))


vault = Table(
    "vault",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("created_at", String(40), nullable=False),
)

keys = Table(
    "keys",
    metadata,
    Column("purpose", String(32), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)
"""Random keys, each encrypted under the root key; the log's under the key of cells, so that it can be replaced."""

documents = Table(
    "documents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    _sealed("facts"),
)

versions = Table(
    "versions",
    metadata,
    Column("document", String(32), ForeignKey("documents.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("closed", Boolean, nullable=False),
    Column("master_tag", LargeBinary(32), nullable=False, index=True),
    _sealed("facts"),
    _sealed("secrets"),
    _sealed("template"),
    _sealed("master"),
)

fingerprints = Table(
    "fingerprints",
    metadata,
    Column("hash", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, ForeignKey("versions.number"), primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
"""Which versions contain a keyed fingerprint: nothing but integers, so that a look-up reads few pages."""

batches = Table(
    "batches",
    metadata,
    Column("document", String(32), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("batch", Integer, primary_key=True),
    Column("first", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Column("state", String(8), nullable=False, index=True),
    _sealed("record"),
    _sealed("out_dir"),
    _sealed("recipients"),
    ForeignKeyConstraint(["document", "version"], ["versions.document", "versions.version"]),
    UniqueConstraint("document", "version", "first"),
)
"""Indices `first` to `first + count - 1` were issued together, to `recipients` in that order."""

leaves = Table(
    "leaves",
    metadata,
    Column("document", String(32), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("batch", Integer, primary_key=True, autoincrement=False),
    _sealed("leaves"),
    ForeignKeyConstraint(["document", "version", "batch"], ["batches.document", "batches.version", "batches.batch"]),
)
"""The leaf of each copy of a batch, 32 bytes each, where custodians hold the keys: what they give later must fit."""

traces = Table(
    "traces",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("exhibit_tag", LargeBinary(32), nullable=False, index=True),
    _sealed("facts"),
    _sealed("test", nullable=True),
    _sealed("verdict", nullable=True),
    _sealed("case", nullable=True),
)

readings = Table(
    "readings",
    metadata,
    Column("trace", String(32), ForeignKey("traces.id"), primary_key=True),
    Column("document", String(32), primary_key=True),
    Column("version", Integer, primary_key=True),
    _sealed("reading"),
    ForeignKeyConstraint(["document", "version"], ["versions.document", "versions.version"]),
    Index("ix_readings_version", "document", "version"),
)

cases = Table(
    "cases",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    _sealed("facts"),
)
"""Cases of several exhibits: what decides them was fixed when they were opened."""

exhibits = Table(
    "exhibits",
    metadata,
    Column("case", String(32), ForeignKey("cases.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("trace", String(32), ForeignKey("traces.id"), nullable=False, unique=True),
    _sealed("facts"),
)
"""Which traces were filed in a case, in that order, and what counted of each."""

people = Table(
    "people",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    _sealed("person"),
)
"""Who may approve; `kind` says what credential they sign with. Nobody is ever deleted: a removed person is marked."""

policy = Table(
    "policy",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _sealed("rule"),
)
"""One row: how many approvals open an identity."""

openings = Table(
    "openings",
    metadata,
    Column("case", String(32), primary_key=True),
    _sealed("facts"),
    _sealed("identities"),
    _sealed("reveal", nullable=True),
    _sealed("refusal", nullable=True),
)
"""The names of a case, apart from the case, and how it was opened or ended."""

approvals = Table(
    "approvals",
    metadata,
    Column("subject", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _sealed("approval"),
)
"""What people signed about a case, or about a change of people or policy."""

disputes = Table(
    "disputes",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("document", String(32), ForeignKey("documents.id"), nullable=False, index=True),
    _sealed("dispute"),
)
"""What recipients say about their copies."""

events = Table(
    "events",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("document", String(32), nullable=False),
    Column("document_sequence", Integer, nullable=False),
    Column("header", LargeBinary, nullable=False),
    Column("content_sha256", LargeBinary(32), nullable=False),
    _sealed("digest"),
    _sealed("content"),
    UniqueConstraint("document", "document_sequence"),
)
