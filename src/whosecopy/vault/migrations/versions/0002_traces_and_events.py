"""Traces with their readings, and the record of every change."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables of traces, readings and events."""
    op.create_table(
        "traces",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False, unique=True),
        sa.Column("exhibit_tag", sa.LargeBinary(32), nullable=False, index=True),
        sa.Column("facts", sa.LargeBinary, nullable=False),
        sa.Column("test", sa.LargeBinary),
        sa.Column("verdict", sa.LargeBinary),
        sa.Column("case", sa.LargeBinary),
    )
    op.create_table(
        "readings",
        sa.Column("trace", sa.String(32), sa.ForeignKey("traces.id"), primary_key=True),
        sa.Column("document", sa.String(32), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("reading", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["document", "version"], ["versions.document", "versions.version"]),
        sa.Index("ix_readings_version", "document", "version"),
    )
    op.create_table(
        "events",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("document", sa.String(32), nullable=False),
        sa.Column("document_sequence", sa.Integer, nullable=False),
        sa.Column("header", sa.LargeBinary, nullable=False),
        sa.Column("content_sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("document", "document_sequence"),
    )
