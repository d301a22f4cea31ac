"""What the server of a page said of how much of it may be shown."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add a column; what is stored stays as it is."""
    op.add_column("document", sa.Column("robots", sa.Text(), nullable=False, server_default=""))
