"""When sources are asked again and why then, and what is known of their addresses."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add columns and a table; what is stored stays as it is."""
    op.add_column("source", sa.Column("quiet", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("source", sa.Column("gap", sa.Float()))
    op.add_column("source", sa.Column("hints", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "source", sa.Column("stopped", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("source", sa.Column("why", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "address",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("not_before", sa.Float()),
        sa.Column("stopped", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("why", sa.Text(), nullable=False, server_default=""),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("failing_since", sa.Float()),
        sa.Column("status", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("error", sa.Text(), nullable=False, server_default=""),
        sa.Column("kind", sa.Text(), nullable=False, server_default=""),
        sa.Column("instead", sa.Text(), nullable=False, server_default=""),
        sa.Column("moved_to", sa.Text(), nullable=False, server_default=""),
        sa.Column("moves", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("moved_since", sa.Float()),
        sa.ForeignKeyConstraint(["source"], ["source.id"]),
        sa.PrimaryKeyConstraint("source", "url"),
    )
