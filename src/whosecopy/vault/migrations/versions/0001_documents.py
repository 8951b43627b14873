"""Documents, their versions, fingerprints and batches of copies."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the first tables."""
    op.create_table(
        "vault",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("created_at", sa.String(40), nullable=False),
    )
    op.create_table(
        "keys",
        sa.Column("purpose", sa.String(32), primary_key=True),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False, unique=True),
        sa.Column("facts", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "versions",
        sa.Column("document", sa.String(32), sa.ForeignKey("documents.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False, unique=True),
        sa.Column("closed", sa.Boolean, nullable=False),
        sa.Column("master_tag", sa.LargeBinary(32), nullable=False, index=True),
        sa.Column("facts", sa.LargeBinary, nullable=False),
        sa.Column("secrets", sa.LargeBinary, nullable=False),
        sa.Column("template", sa.LargeBinary, nullable=False),
        sa.Column("master", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "fingerprints",
        sa.Column("hash", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, sa.ForeignKey("versions.number"), primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "batches",
        sa.Column("document", sa.String(32), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("batch", sa.Integer, primary_key=True),
        sa.Column("first", sa.Integer, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("state", sa.String(8), nullable=False, index=True),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("out_dir", sa.LargeBinary, nullable=False),
        sa.Column("recipients", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["document", "version"], ["versions.document", "versions.version"]),
        sa.UniqueConstraint("document", "version", "first"),
    )
