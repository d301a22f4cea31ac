"""What daily life with a daemon needs: its own row, names feeds had, hidden and succeeded articles,
runs that can be followed, requests of several kinds, where each field came from."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# Of the date alone it was known; "" was an article that took the time it was first seen.
_ORIGINS = """
UPDATE article SET origins = '{"published": "'
    || CASE date_origin WHEN '' THEN 'first sight' ELSE date_origin END || '"}'
"""

_NO_NEWS = """
UPDATE run SET news = false WHERE outcome = 'ok' AND new + updated + removed = 0 AND report = '[]'
"""

# Who is renamed at the upgrade keeps what is exposed. Ids need the install's namespace: later.
_FEEDS = "INSERT INTO feed (name, id) SELECT DISTINCT feed, '' FROM exposure"


def upgrade() -> None:
    """Add tables and columns; what is stored stays."""
    op.create_table(
        "daemon",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.Float(), nullable=False),
        sa.Column("config", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.Float(), nullable=False),
        sa.Column("refused_digest", sa.Text(), nullable=False, server_default=""),
        sa.Column("refused", sa.Text(), nullable=False, server_default=""),
        sa.Column("refused_at", sa.Float()),
        sa.Column("unpublished", sa.Text(), nullable=False, server_default=""),
        sa.Column("unpublished_at", sa.Float()),
        sa.PrimaryKeyConstraint("host"),
    )
    op.create_table(
        "feed",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("moved_to", sa.Text(), nullable=False, server_default=""),
        sa.Column("removed_at", sa.Float()),
        sa.PrimaryKeyConstraint("name"),
    )
    op.execute(_FEEDS)
    op.add_column("article", sa.Column("origins", sa.Text(), nullable=False, server_default="{}"))
    op.execute(_ORIGINS)
    op.drop_column("article", "date_origin")
    op.add_column("article", sa.Column("hidden_at", sa.Float()))
    op.add_column("article", sa.Column("successor", sa.Text(), nullable=False, server_default=""))
    op.drop_index("article_since", "article")
    op.create_index("article_since", "article", ["since", "removed_at", "successor"])
    succeeded = sa.text("successor != ''")
    op.create_index("article_successor", "article", ["successor"], sqlite_where=succeeded)
    op.create_index("entry_published", "entry", ["published"], unique=False)
    op.add_column("run", sa.Column("task", sa.Text(), nullable=False, server_default="ingest"))
    op.add_column("run", sa.Column("done", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("run", sa.Column("total", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("run", sa.Column("news", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.execute(_NO_NEWS)
    op.create_index("run_news", "run", ["source", "news", "ended_at"], unique=False)
    op.add_column("request", sa.Column("task", sa.Text(), nullable=False, server_default="ingest"))
    op.add_column(
        "request",
        sa.Column("allow_removal", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("request", sa.Column("answer", sa.Text(), nullable=False, server_default=""))
