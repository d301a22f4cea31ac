"""Which articles tell of the same event, and with which entry a feed tells of each."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the table and the columns; whatever is exposed has an entry of its own."""
    op.create_table(
        "alike",
        sa.Column("article", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("other", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("strength", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("article", "other"),
        sqlite_with_rowid=False,
    )
    op.add_column("exposure", sa.Column("lead", sa.Text(), nullable=False, server_default=""))
    op.add_column("exposure", sa.Column("developed", sa.BigInteger()))
    op.create_index("exposure_lead", "exposure", ["lead"], sqlite_where=sa.text("lead != ''"))
