"""What the articles of a source share, and the passages it is learned from."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add tables; every document is normalized again at the next run, for its passages."""
    op.create_table(
        "passages",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("published", sa.Float(), nullable=False),
        sa.Column("list", sa.LargeBinary(), nullable=False),
        sa.Column("looked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.id"]),
        sa.PrimaryKeyConstraint("source", "origin"),
    )
    op.create_index("passages_order", "passages", ["source", "published", "origin"])
    op.create_index("passages_new", "passages", ["source"], sqlite_where=sa.text("looked = 0"))
    op.create_table(
        "learned",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, server_default=""),
        sa.Column("first", sa.Text(), nullable=False, server_default=""),
        sa.Column("kept", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("applied", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("learned_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.id"]),
        sa.PrimaryKeyConstraint("source", "key"),
    )
    op.execute("UPDATE source SET rules = ''")
