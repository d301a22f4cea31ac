"""What sources themselves say: of documents, and what comes along with articles."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add columns; what is stored stays as it is."""
    op.add_column("document", sa.Column("stated", sa.Text(), nullable=False, server_default=""))
    for table in ("article", "entry"):
        op.add_column(
            table, sa.Column("enclosures", sa.Text(), nullable=False, server_default="[]")
        )
        op.add_column(table, sa.Column("upstream", sa.Text(), nullable=False, server_default=""))
