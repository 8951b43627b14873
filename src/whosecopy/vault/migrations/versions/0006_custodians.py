"""What custodians gave out when copies were sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "leaves",
        sa.Column("document", sa.String(32), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("batch", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("leaves", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(
            ["document", "version", "batch"], ["batches.document", "batches.version", "batches.batch"]
        ),
    )
