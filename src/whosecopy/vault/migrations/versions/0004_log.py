"""What the published log needs beside the events."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the tables."""
