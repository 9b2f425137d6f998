"""The audit log and the blocks of the hash chains."""

from alembic import op

from shared.system_tables import statements

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create version 2 of the tables that every service has."""
    op.get_bind().connection.cursor().execute(statements("0002"))


def downgrade() -> None:
    """What was sealed is never thrown away."""
    raise NotImplementedError("the audit log is not thrown away")
