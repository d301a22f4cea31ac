"""Which story each article is in, and which stories took up others."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "story_member",
        sa.Column("article", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("story", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("article"),
    )
    op.create_index("story_member_story", "story_member", ["story"])
    op.create_index("story_member_change", "story_member", ["change"])
    op.create_table(
        "story_heir",
        sa.Column("story", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("heir", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("story"),
    )
