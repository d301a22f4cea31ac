"""Which entries show which articles as related, filled from the entries."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table and fill it."""
    op.create_table(
        "relation",
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("dropped", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("article", "other"),
    )
    op.create_index("relation_other", "relation", ["other"])
    op.execute(
        "INSERT INTO relation (article, other, dropped)"
        " SELECT DISTINCT entry.article, json_extract(shown.value, '$[0]'), 0"
        " FROM entry, json_each(entry.related) AS shown"
    )
