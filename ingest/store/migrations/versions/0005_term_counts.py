"""How many articles hold each term, and how many there are, counted as terms are posted."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the table and count what is posted."""
    op.create_table(
        "term",
        sa.Column("term", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("holders", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("term"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO term (term, holders) SELECT term, count(*) FROM article_term GROUP BY term"
    )
    op.execute("INSERT INTO term (term, holders) SELECT 0, count(*) FROM term_vector WHERE posted")
    op.drop_index("article_since", "article")  # they were counted from it
    op.create_index("article_since", "article", ["since"])
