"""People who open identities, their approvals, and what recipients reply."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables."""
