"""People who open identities, their approvals, and what recipients reply."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "people",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("person", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "policy",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("rule", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "openings",
        sa.Column("case", sa.String(32), primary_key=True),
        sa.Column("facts", sa.LargeBinary, nullable=False),
        sa.Column("identities", sa.LargeBinary, nullable=False),
        sa.Column("reveal", sa.LargeBinary),
        sa.Column("refusal", sa.LargeBinary),
    )
    op.create_table(
        "approvals",
        sa.Column("subject", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("approval", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "disputes",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("document", sa.String(32), sa.ForeignKey("documents.id"), nullable=False, index=True),
        sa.Column("dispute", sa.LargeBinary, nullable=False),
    )
