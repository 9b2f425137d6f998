"""Figures that workers measured, and the state of their loops."""

from alembic import op

from shared.system_tables import statements

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create version 3 of the tables that every service has."""
    op.get_bind().connection.cursor().execute(statements("0003"))


def downgrade() -> None:
    """A version before this one works with these tables beside its own: nothing is to be undone."""
    raise NotImplementedError("migrations go one way")
