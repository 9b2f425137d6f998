"""The audit log and the blocks of the hash chains."""

from alembic import op

from shared.system_tables import statements

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create version 2 of the tables that every service has."""
    op.get_bind().connection.cursor().execute(statements("0002"))


def downgrade() -> None:
    """Refuse: sealed audit records are never deleted."""
    raise NotImplementedError("the audit log is not thrown away")
