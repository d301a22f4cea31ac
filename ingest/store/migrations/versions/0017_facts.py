"""What queries ask of articles, the rule by which a feed chose them, and feeds that are made."""

import sqlalchemy as sa
from alembic import op

from ingest.store.facts import fill

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the tables, and note the facts of every article there is."""
    op.create_table(
        "article_facts",
        sa.Column("article", sa.Integer(), autoincrement=False, nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("title", "authors", "tags", "section", "url", "site", "language")
        ),
        sa.Column("words", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Boolean(), nullable=False)
            for name in ("image", "enclosure", "summary")
        ),
        sa.PrimaryKeyConstraint("article"),
    )
    op.create_table(
        "article_words",
        sa.Column("article", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("article"),
    )
    op.create_table(
        "made_feed",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("template", "kind", "value")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("slug", "label")),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("gone_at", sa.Float()),
        sa.PrimaryKeyConstraint("template", "kind", "value"),
    )
    op.create_index("made_feed_slug", "made_feed", ["template", "slug"], unique=True)
    op.add_column("edition", sa.Column("rule", sa.Text(), nullable=False, server_default=""))
    fill(op.get_bind())
