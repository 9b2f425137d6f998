"""Arrangements, awards, shares, orders, budgets, ledger; and the tables that every service has."""

from pathlib import Path

from alembic import op

from shared.system_tables import statements

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create version 1 of the tables."""
    connection = op.get_bind().connection
    connection.cursor().execute(statements("0001"))
    connection.cursor().execute(Path(__file__).with_suffix(".sql").read_text("utf-8"))


def downgrade() -> None:
    """There is nothing before version 1."""
    raise NotImplementedError("version 1 is the first")
