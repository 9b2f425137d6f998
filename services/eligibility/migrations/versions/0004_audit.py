"""The audit log and the blocks of the hash chains."""

from alembic import op

from shared.database.migrate import plumbing_statements

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create version 2 of the plumbing."""
    op.get_bind().connection.cursor().execute(plumbing_statements("0002"))


def downgrade() -> None:
    """What was sealed is never thrown away."""
    raise NotImplementedError("the audit log is not thrown away")
