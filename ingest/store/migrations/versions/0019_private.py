"""Private feeds: who may see which source, and the tokens of subscribers."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the tables; nothing is private before a configuration says so."""
    op.create_table(
        "audience",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "feed"),
    )
    op.create_table(
        "private_feed",
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "token",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "name"),
    )
    op.create_index("token_digest", "token", ["digest"], unique=True)
