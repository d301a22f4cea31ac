"""How many articles have each value that a feed is made for."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add the tables, and take the notes of counts from among the editions."""
    op.create_table(
        "made_count",
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("template"),
    )
    op.create_table(
        "made_counted",
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("article", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("template", "value", "article"),
        sqlite_with_rowid=False,
    )
    op.create_index("made_counted_article", "made_counted", ["template", "article"])
    op.execute("DELETE FROM edition WHERE feed LIKE '*each %'")
