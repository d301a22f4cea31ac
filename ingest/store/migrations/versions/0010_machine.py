"""Summaries that a language model wrote, and which entries have one."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add what is kept of models' answers, and the mark of entries: no older one has such a one."""
    op.create_table(
        "machine_summary",
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Float(), nullable=False),
    )
    op.create_table(
        "machine_day",
        sa.Column("day", sa.Text(), primary_key=True),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
    )
    op.add_column("entry", sa.Column("written_by", sa.Text(), nullable=False, server_default=""))
