"""Cases of several exhibits."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "cases",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False, unique=True),
        sa.Column("facts", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "exhibits",
        sa.Column("case", sa.String(32), sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("trace", sa.String(32), sa.ForeignKey("traces.id"), nullable=False, unique=True),
        sa.Column("facts", sa.LargeBinary, nullable=False),
    )
