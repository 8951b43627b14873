"""The published log: it needs no table.

Its key is a row of `keys`, made with the vault or by the next command; policies, rotations and what witnesses
said are events; tiles and checkpoints are files made from the events.
"""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Change nothing."""
