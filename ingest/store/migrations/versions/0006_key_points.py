"""Key points of articles, and of the entries frozen from them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column to both tables: none until an article is normalized again."""
    for table in ("article", "entry"):
        op.add_column(
            table, sa.Column("key_points", sa.Text(), nullable=False, server_default="[]")
        )
