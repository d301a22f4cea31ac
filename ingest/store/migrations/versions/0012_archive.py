"""What has left a feed, in archives."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the tables; the next publish of a feed makes archives of what left it before."""
    op.create_table(
        "archive",
        sa.Column("feed", sa.Text(), primary_key=True),
        sa.Column("page", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.Float(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
    )
    op.create_table(
        "archive_state",
        sa.Column("feed", sa.Text(), primary_key=True),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
    )
    op.create_index("exposure_number", "exposure", ["feed", "number"])
