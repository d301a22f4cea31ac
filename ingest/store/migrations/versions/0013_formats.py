"""What feeds say of an entry's licence, origin and episode, and what an edition was built from."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the columns; entries keep what they show, and each edition is looked at once more."""
    for table, names in {
        "article": ("via", "episode"),
        "entry": ("licence", "via", "episode"),
    }.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "edition", sa.Column("entry_change", sa.BigInteger(), nullable=False, server_default="-1")
    )
    op.add_column("edition", sa.Column("shown", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("entry_assets", "entry", ["number"], sqlite_where=sa.text("assets != '[]'"))
